import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import { ROOT } from '../paths';
import type { SandboxHandle } from '../sandbox';
import { FIXED_DAY, startSandbox } from '../sandbox';

/** What a poll has done and taken. */
export interface Poll {
	items: number;
	seconds: number;
	stateBytes: number;
	peakBytes: number;
	hasBegun: boolean;
	requests: number;
}

export interface PolledAccount {
	poll: () => Promise<Poll>;
	/** Adds a new lead, or another customer. */
	add: (customer?: object) => Promise<void>;
	/** Sets the clocks of AlfaCRM and n8n, which stand still from then on. */
	setTime: (minutes: number) => Promise<void>;
}

export const BRANCHES = 3;
/** Minutes count from here, some days after the youngest customer of the invented school. */
const BEGIN = Date.UTC(2026, 2, 2, 6);
/** The account is in Moscow. */
const ZONE_MS = 3 * 3_600_000;

export const stampAt = (minutes: number) =>
	new Date(BEGIN + ZONE_MS + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');

/** The process that polls, for as long as something is done with it; loading n8n takes longer than most polls. */
export async function withPoller<T>(work: (child: ChildProcess) => Promise<T>): Promise<T> {
	// n8n-core writes an encryption key into the user folder as soon as it is loaded.
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-bench-'));
	const child = execa.node(path.join(__dirname, 'pollChild.ts'), [], {
		cwd: ROOT,
		nodeOptions: ['--expose-gc', '--import', 'tsx'],
		env: { N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'bench' },
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		reject: false,
	});
	try {
		await answerOf(child);
		return await work(child);
	} finally {
		child.kill();
		await child;
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** An account with three branches, all of which a new trigger watches, for as long as something is done with it. */
export async function withAccount<T>(
	child: ChildProcess,
	{
		customers,
		settings,
		requestsPerSecond,
	}: { customers: number; settings: object; requestsPerSecond?: number },
	work: (account: PolledAccount) => Promise<T>,
): Promise<T> {
	const sandbox = await startSandbox({ args: [...FIXED_DAY, '--customers', String(customers)] });
	try {
		await sandbox.control('PUT', `records/branch/${BRANCHES}`, { is_active: 1 });
		await sandbox.control('PATCH', 'settings', settings);
		const pace = requestsPerSecond === undefined ? {} : { requestsPerSecond };
		child.send({ credential: { ...(await sandbox.credential()), ...pace } });
		await answerOf(child);
		return await work(accountOf(sandbox, child));
	} finally {
		await sandbox.stop();
	}
}

function accountOf(sandbox: SandboxHandle, child: ChildProcess): PolledAccount {
	let now: number | undefined;
	return {
		poll: async () => {
			await sandbox.control('DELETE', 'journal');
			child.send({ now });
			const result = await answerOf<Omit<Poll, 'requests'>>(child);
			return { ...result, requests: (await sandbox.control<unknown[]>('GET', 'journal')).length };
		},
		add: async (customer = {}) => {
			const lead = { name: 'Новая Анна', is_study: 0, branch_ids: [1] };
			await sandbox.control('PUT', 'records/customer', { ...lead, ...customer });
		},
		setTime: async (minutes) => {
			now = BEGIN + minutes * 60_000;
			await sandbox.control('PATCH', 'settings', { now: stampAt(minutes) });
		},
	};
}

/** The next message of a process. */
async function answerOf<T>(child: ChildProcess): Promise<T> {
	const ended = new AbortController();
	const exit = once(child, 'exit', { signal: ended.signal }).then(() => {
		throw new Error('The process that polls has ended');
	});
	try {
		const [message] = (await Promise.race([once(child, 'message'), exit])) as [T];
		return message;
	} finally {
		exit.catch(() => undefined);
		ended.abort();
	}
}
