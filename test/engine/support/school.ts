import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { JournalEntry, Sandbox, SandboxOptions } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { Engine } from './engine';

export interface School {
	sandbox: Sandbox;
	/** With the administrator's credential, not logged in yet. */
	engine: Engine;
	credential: ICredentialDataDecryptedObject;
	/** Calls of the API so far, as "customer/create", logins as "auth/login". */
	readCalls: () => string[];
	readJournal: (call: string) => JournalEntry[];
	/** A copy of all records, to compare before and after. */
	copyRecords: () => Record<string, unknown>;
}

const PATHS = ['branch', 'location', 'customer', 'subject', 'study-status', 'lead-status', 'lead-source'];

/** An AlfaCRM for the tests of one file, as new before each test; without its limit, unless a test sets one. */
export function useSchool(options: SandboxOptions = {}): School {
	const school = {} as School;
	beforeAll(async () => {
		school.sandbox = await startSandbox(options);
	});
	beforeEach(() => {
		const { sandbox } = school;
		sandbox.reset();
		sandbox.settings.rateLimit = options.settings?.rateLimit ?? 0;
		const { email, apiKey } = sandbox.account;
		school.credential = { hostname: sandbox.url, email, apiKey, requestsPerSecond: 0 };
		school.engine = new Engine(school.credential);
		const name = ({ path }: JournalEntry) => path.split('/').slice(-2).join('/');
		school.readCalls = () => sandbox.journal.map(name);
		school.readJournal = (call) => sandbox.journal.filter((entry) => name(entry) === call);
		school.copyRecords = () =>
			structuredClone(Object.fromEntries(PATHS.map((path) => [path, sandbox.store.rows(path)])));
	});
	afterAll(async () => {
		await school.sandbox.close();
	});
	return school;
}

/** The same server by a name of its own: of two names the node does not know that one rate holds for both. */
export const withOtherHostName = (url: string): string => url.replace('127.0.0.1', 'localhost');

/** Most requests that started in any second. */
export function countMostInOneSecond(entries: readonly JournalEntry[]): number {
	const starts = entries.map(({ at }) => at).sort((a, b) => a - b);
	return Math.max(0, ...starts.map((from) => starts.filter((at) => at >= from && at < from + 1_000).length));
}
