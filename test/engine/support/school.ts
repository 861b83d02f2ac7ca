import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { JournalEntry, Sandbox, SandboxOptions } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { Engine } from './engine';

/** An AlfaCRM with an n8n that uses it. */
export interface School {
	/** The AlfaCRM, which listens on this machine. */
	sandbox: Sandbox;
	/** n8n with the administrator's credential, not logged in yet. */
	engine: Engine;
	/** The administrator's credential, for tests that change it. */
	credential: ICredentialDataDecryptedObject;
	/** Reads the names of the calls so far, such as "customer/create" or "auth/login". */
	readCalls: () => string[];
	/** Reads the journal entries of a call such as "customer/create", with what was sent and answered. */
	readJournal: (call: string) => JournalEntry[];
}

/**
 * Starts an AlfaCRM for the tests of a file, and resets it before each of them. It has no rate limit
 * unless the options set one.
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
		school.readCalls = () => sandbox.journal.map(nameCall);
		school.readJournal = (call) => sandbox.journal.filter((entry) => nameCall(entry) === call);
	});
	afterAll(async () => {
		await school.sandbox.close();
	});
	return school;
}

/** Names the action of a call by the end of its path, such as "customer/create". */
function nameCall({ path }: JournalEntry): string {
	return path.split('/').slice(-2).join('/');
}

/**
 * Gives the address of the sandbox another host name. The node takes it for another server, and cannot
 * know that both share one rate limit.
 */
export function withOtherHostName(url: string): string {
	return url.replace('127.0.0.1', 'localhost');
}

/** Counts the requests in the busiest second, for a comparison with AlfaCRM's limit. */
export function countMostInOneSecond(entries: readonly JournalEntry[]): number {
	const times = entries.map(({ at }) => at);
	// The busiest second begins with a request, or it could begin later and hold as many.
	const counts = times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length);
	return Math.max(0, ...counts);
}
