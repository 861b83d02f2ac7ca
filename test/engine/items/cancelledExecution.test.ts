import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf, pick } from '../support/office';
import type { RunResult } from '../support/engine';
import { Engine } from '../support/engine';
import { useSchool } from '../support/school';

/** AlfaCRM goes on with a write that nobody waits for any more; whoever comes next must find it. */
const school = useSchool({ customers: 20 });
const { lead, rows, whole } = officeOf(school);
afterEach(() => (school.sandbox.onRequest = undefined));

const WORKS_MS = 500;
const job = (operation: string, id: unknown, top: IDataObject): INodeParameters =>
	({
		resource: 'customer',
		operation,
		branchId: 1,
		id: pick(id),
		additionalFields: {},
		...top,
	}) as INodeParameters;

const JOBS: Array<[string, string, (id: number) => INodeParameters]> = [
	['takePayment', 'pay', (id) => job('takePayment', id, { income: 500, pay_account_id: 1 })],
	['sellSubscription', 'customer-tariff', (id) => job('sellSubscription', id, { tariff_id: 1 })],
	['addComment', 'communication', (id) => job('addComment', id, { comment: 'Просил позвонить' })],
	['createTask', 'task', (id) => job('createTask', id, { title: 'Перезвонить' })],
	['addToGroup', 'cgi', (id) => job('addToGroup', id, { group_id: pick(1) })],
	['Create or Update', 'customer', () => byPhone('+7(900)555-77-01', { name: 'Мия' })],
];

/** Runs until AlfaCRM is at work on the new record, and is stopped then. */
async function cancelled(parameters: INodeParameters, path: string): Promise<RunResult> {
	const stop = new AbortController();
	const match = { entity: path, action: 'create' };
	school.sandbox.faults.add({ kind: 'delay', ms: WORKS_MS, when: 'before', match });
	school.sandbox.onRequest = ({ path: at }) => {
		if (at.endsWith(`${path}/create`)) stop.abort();
	};
	return await whole(parameters, { signal: stop.signal });
}

describe.each(JOBS)('%s that is cancelled while AlfaCRM is at work on it', (_name, path, parametersFor) => {
	it('is there once after it was run again at once', async () => {
		const parameters = parametersFor(lead({ is_study: 1 }));
		const before = rows(path).length;
		const { status } = await cancelled(parameters, path);
		expect(status).not.toBe('success');
		expect(rows(path)).toHaveLength(before);
		const { json } = await whole(parameters);
		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(rows(path)).toHaveLength(before + 1);
	});
});

it('an execution that has waited for the cancelled one finds it too, and others need not wait', async () => {
	const [id, other] = [lead({ is_study: 1 }), lead({ is_study: 1 })];
	const payment = (customer: number) => job('takePayment', customer, { income: 500, pay_account_id: 1 });
	const second = new Engine(school.credential, '2');
	const first = cancelled(payment(id), 'pay');
	const [, waited, free] = await Promise.all([
		first,
		first.then(async () => await second.run({ parameters: payment(id) })),
		first.then(async () => {
			const result = await second.run({ parameters: payment(other) });
			return { result, paid: rows('pay').filter((one) => one.customer_id === id).length };
		}),
	]);
	expect(waited.json).toMatchObject([{ operationResult: 'unchanged' }]);
	expect(free).toMatchObject({ result: { json: [{ operationResult: 'created' }] }, paid: 0 });
	expect(rows('pay').filter((one) => one.customer_id === id)).toHaveLength(1);
});

it('the items after one whose answer did not come in time wait only where they are about the same', async () => {
	const [id, other] = [lead({ is_study: 1 }), lead({ is_study: 1 })];
	const parameters = {
		...job('addComment', 0, { comment: 'Просил позвонить' }),
		id: pick('={{ $json.id }}'),
	};
	school.sandbox.faults.add({ kind: 'status', status: 504, match: { action: 'create' } });
	await whole(parameters, {
		items: [id, other, other, id].map((one) => ({ id: one })),
		onError: 'continueRegularOutput',
	});
	const [lost, ...created] = school.entries('communication/create');
	expect(created).toHaveLength(2);
	expect(created[0].at - lost.at).toBeLessThan(900);
	expect(created[1].at - lost.at).toBeGreaterThanOrEqual(990);
});
