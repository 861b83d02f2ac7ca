import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Sandbox } from '../../../sandbox';
import { printTable } from '../markdown';
import { say } from '../progress';
import { accountOf, withSandbox } from '../sandbox';

const COLUMNS = ['customers', 'entries', 'requests'];
/** Active customers of the branch; the last one fills its pages to the end. */
const SIZES = [50, 130, 200];
const SETTINGS = { rateLimit: 0, bodyPageSize: 'ignored', pageSize: 20 } as const;
const FORM = { resource: 'customer', operation: 'get', branchId: 1 };

/** Measures a picker of customers that somebody scrolls to its end. AlfaCRM gives 20 on a page, whatever is asked for. */
export async function picker(only: string) {
	if (!'picker'.includes(only)) return;
	// n8n-core writes an encryption key into the user folder as soon as it is loaded.
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-bench-'));
	Object.assign(process.env, { N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'bench' });
	try {
		say('');
		const line = printTable(COLUMNS, () => false);
		for (const customers of SIZES)
			await withSandbox({ customers: 1, settings: SETTINGS }, async (sandbox) => {
				addCustomers(sandbox, customers);
				const entries = await scrollToEnd(sandbox);
				line(customers, entries, sandbox.journal.filter(({ action }) => action !== 'login').length);
			});
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

function addCustomers({ store }: Sandbox, count: number) {
	for (const { id } of [...store.rows('customer')]) store.remove('customer', id);
	for (let nth = 1; nth <= count; nth++)
		store.upsert('customer', { name: `Ученик ${nth}`, is_study: 1, branch_ids: [1] });
}

/** @returns how many entries it has shown */
async function scrollToEnd(sandbox: Sandbox): Promise<number> {
	const { Engine } = await import('../../../test/engine/support/engine');
	const engine = new Engine({ ...accountOf(sandbox), requestsPerSecond: 0 });
	let entries = 0;
	let token: string | undefined;
	do {
		const { results, paginationToken } = await engine.searchPicker('customers', FORM, '', token);
		entries += results.length;
		token = paginationToken as string | undefined;
	} while (token !== undefined);
	return entries;
}
