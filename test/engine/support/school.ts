import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { JournalEntry, Sandbox, SandboxOptions } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { Engine } from './engine';

export interface School {
	sandbox: Sandbox;
	/** n8n with the administrator's credential, not logged in yet. */
	engine: Engine;
	credential: ICredentialDataDecryptedObject;
	/** Reads the calls so far, such as "customer/create" or "auth/login". */
	readCalls: () => string[];
	/** Reads the journal of one call, such as "customer/create". */
	readJournal: (call: string) => JournalEntry[];
}

/**
 * Starts an AlfaCRM for the tests of a file. It is reset before each test, and has no rate limit
 * unless one is set.
 */
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
	});
	afterAll(async () => {
		await school.sandbox.close();
	});
	return school;
}

/**
 * Names the same server differently. The node cannot know that one rate limit holds for both names.
 */
export const withOtherHostName = (url: string): string => url.replace('127.0.0.1', 'localhost');

/** Counts the requests in the busiest second. */
export function countMostInOneSecond(entries: readonly JournalEntry[]): number {
	const starts = entries.map(({ at }) => at).sort((a, b) => a - b);
	return Math.max(0, ...starts.map((from) => starts.filter((at) => at >= from && at < from + 1_000).length));
}
