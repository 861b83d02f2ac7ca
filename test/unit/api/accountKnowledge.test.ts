import {
	forgetAccounts,
	LIST_MS,
	noteBehaviour,
	readForAllExecutions,
	wasBehaviourSeen,
} from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { recordWrite } from '../../../nodes/AlfaCrm/api/locks';
import { HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { stopTime } from './clock';

const BRANCHES = makeKey('http://127.0.0.1:1|a@school.example');
const BRANCHES_OF_OTHER_HOST = makeKey('http://127.0.0.1:2|a@school.example');
const BRANCHES_OF_OTHER_USER = makeKey('http://127.0.0.1:1|b@school.example');

stopTime({ now: 1_000_000 });

describe('wasBehaviourSeen', () => {
	it('answers false for a behaviour that was never seen', () => {
		expect(wasBehaviourSeen(BRANCHES)).toBe(false);
	});

	it('answers true until an hour after the behaviour was seen', () => {
		noteBehaviour(BRANCHES);

		jest.advanceTimersByTime(HOUR_MS - 1);

		expect(wasBehaviourSeen(BRANCHES)).toBe(true);
	});

	it('answers false an hour after the behaviour was seen', () => {
		noteBehaviour(BRANCHES);

		jest.advanceTimersByTime(HOUR_MS);

		expect(wasBehaviourSeen(BRANCHES)).toBe(false);
	});

	it('counts the hour from the last time that the behaviour was seen', () => {
		noteBehaviour(BRANCHES);
		jest.advanceTimersByTime(HOUR_MS - 1);
		noteBehaviour(BRANCHES);

		jest.advanceTimersByTime(HOUR_MS - 1);

		expect(wasBehaviourSeen(BRANCHES)).toBe(true);
	});

	it.each([
		{ account: 'of the same user at another host', key: BRANCHES_OF_OTHER_HOST },
		{ account: 'of another user at the same host', key: BRANCHES_OF_OTHER_USER },
	])('answers false for the account $account', ({ key }) => {
		noteBehaviour(BRANCHES);

		expect(wasBehaviourSeen(key)).toBe(false);
	});

	it('forgets the oldest of 1001 behaviours', () => {
		noteBehaviours(1_001);

		expect(wasBehaviourSeen('behaviour 1')).toBe(false);
		expect(wasBehaviourSeen('behaviour 2')).toBe(true);
		expect(wasBehaviourSeen('behaviour 1001')).toBe(true);
	});

	/** Notes `behaviour 1`, `behaviour 2`, … */
	function noteBehaviours(count: number): void {
		for (let nth = 1; nth <= count; nth++) {
			noteBehaviour(`behaviour ${nth}`);
		}
	}
});

describe('readForAllExecutions', () => {
	/** How many times the branches were read. A reading returns this number, so it shows which reading was used. */
	let readingCount: number;
	beforeEach(() => {
		readingCount = 0;
	});

	it('returns the value that was read a minute ago when the caller accepts values that are a minute old', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS);

		const reading = await readBranches({ notOlderThanMs: MINUTE_MS });

		expect(reading).toBe(1);
	});

	it('reads again when the value is older than the caller accepts', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS + 1);

		const reading = await readBranches({ notOlderThanMs: MINUTE_MS });

		expect(reading).toBe(2);
	});

	it('returns a value that is more than a minute old when the caller accepts five minutes', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS + 1);

		const reading = await readBranches({ notOlderThanMs: 5 * MINUTE_MS });

		expect(reading).toBe(1);
	});

	it('returns the newest value after it was read again', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS + 1);
		await readBranches({ notOlderThanMs: MINUTE_MS });

		const reading = await readBranches();

		expect(reading).toBe(2);
	});

	it('counts the age of a value from the beginning of the reading', async () => {
		await readBranches({
			read: async () => {
				jest.advanceTimersByTime(LIST_MS);
				return await countReading();
			},
		});
		jest.advanceTimersByTime(1);

		const reading = await readBranches();

		expect(reading).toBe(2);
	});

	it('reads the branches of each account', async () => {
		await readBranches({ key: BRANCHES });

		const reading = await readBranches({ key: BRANCHES_OF_OTHER_HOST });

		expect(reading).toBe(2);
	});

	it('keeps the branches of an account while those of another account are read', async () => {
		await readBranches({ key: BRANCHES });
		await readBranches({ key: BRANCHES_OF_OTHER_HOST });

		const reading = await readBranches({ key: BRANCHES });

		expect(reading).toBe(1);
	});

	it('reads again after this process has written a record of the list', async () => {
		await readBranches({ writes: [BRANCHES] });
		recordWrite([BRANCHES]);

		const reading = await readBranches({ writes: [BRANCHES] });

		expect(reading).toBe(2);
	});

	it('reads again after this process has written a record while the list was read', async () => {
		await readBranches({
			writes: [BRANCHES],
			read: async () => {
				recordWrite([BRANCHES]);
				return await countReading();
			},
		});

		const reading = await readBranches({ writes: [BRANCHES] });

		expect(reading).toBe(2);
	});

	it('keeps the value that was read after the write', async () => {
		recordWrite([BRANCHES]);
		await readBranches({ writes: [BRANCHES] });

		const reading = await readBranches({ writes: [BRANCHES] });

		expect(reading).toBe(1);
	});

	it('passes on the error of a reading that fails', async () => {
		const reading = readBranches({ read: failToRead });

		await expect(reading).rejects.toThrow('HTTP 403');
	});

	it('reads again after a reading that failed', async () => {
		await readBranches({ read: failToRead }).catch(() => undefined);

		const reading = await readBranches();

		expect(reading).toBe(1);
	});

	it('reads again after a reading that other executions must not use', async () => {
		await readBranches({ mayBeCached: () => false });

		const reading = await readBranches();

		expect(reading).toBe(2);
	});

	it('reads once for three executions that need the value at the same moment', async () => {
		const readings = await Promise.all([readBranches(), readBranches(), readBranches()]);

		expect(readings).toEqual([1, 1, 1]);
	});

	it('reads for each waiting execution itself when the reading for which they wait fails', async () => {
		const [failedReading, secondReading, thirdReading] = await Promise.allSettled([
			readBranches({ read: failToRead }),
			readBranches(),
			readBranches(),
		]);

		expect(failedReading).toMatchObject({ status: 'rejected' });
		expect(secondReading).toEqual({ status: 'fulfilled', value: 1 });
		expect(thirdReading).toEqual({ status: 'fulfilled', value: 2 });
	});

	it('reads for each of two executions at the same moment when others must not use the value', async () => {
		const readings = await Promise.all([
			readBranches({ mayBeCached: () => false }),
			readBranches({ mayBeCached: () => false }),
		]);

		expect(readings).toEqual([1, 2]);
	});

	it('stops waiting for the reading of another execution when the own execution is cancelled', async () => {
		const { endReading, read } = makeSlowReading();
		const otherReading = readBranches({ read });
		const execution = new AbortController();
		const reading = readBranches({ signal: execution.signal });

		execution.abort();

		await expect(reading).rejects.toThrow('The execution was cancelled');
		endReading();
		expect(await otherReading).toBe(1);
	});

	it('keeps a value that is too old for everybody as long as nothing else is read', async () => {
		await readBranches();
		jest.advanceTimersByTime(LIST_MS + 1);

		const reading = await readBranches({ notOlderThanMs: Infinity });

		expect(reading).toBe(1);
	});

	it('forgets a value that is too old for everybody when something else is read', async () => {
		await readBranches();
		jest.advanceTimersByTime(LIST_MS + 1);
		await readBranches({ key: BRANCHES_OF_OTHER_HOST });

		const reading = await readBranches({ notOlderThanMs: Infinity });

		expect(reading).toBe(3);
	});

	it('keeps the newest 300 of 301 values', async () => {
		await readLists(301);

		expect(await readBranches({ key: 'list 301' })).toBe(301);
		expect(await readBranches({ key: 'list 2' })).toBe(2);
	});

	it('forgets the oldest of 301 values', async () => {
		await readLists(301);

		const reading = await readBranches({ key: 'list 1' });

		expect(reading).toBe(302);
	});

	it('reads again once all accounts were forgotten', async () => {
		await readBranches();
		forgetAccounts();

		const reading = await readBranches();

		expect(reading).toBe(2);
	});

	interface ReadingOfBranches {
		key?: string;
		read?: () => Promise<number>;
		notOlderThanMs?: number;
		/** The keys of the records in the list. */
		writes?: string[];
		mayBeCached?: (value: unknown) => boolean;
		signal?: AbortSignal;
	}

	/** Gets the branches as one execution does. Returns the number of the reading from which they came. */
	async function readBranches({
		key = BRANCHES,
		read = countReading,
		notOlderThanMs = LIST_MS,
		writes = [],
		mayBeCached = () => true,
		signal,
	}: ReadingOfBranches = {}): Promise<unknown> {
		const notBefore = performance.now() - notOlderThanMs;
		const { value } = await readForAllExecutions<unknown>(key, read, {
			notBefore,
			writes,
			mayBeCached,
			signal,
		});
		return value;
	}

	async function countReading(): Promise<number> {
		readingCount += 1;
		return await Promise.resolve(readingCount);
	}

	async function failToRead(): Promise<never> {
		return await Promise.reject(new Error('HTTP 403'));
	}

	/** Makes a reading that returns 1 once the test ends it. */
	function makeSlowReading() {
		let resolveReading: (value: number) => void = () => {};
		const pendingReading = new Promise<number>((resolve) => {
			resolveReading = resolve;
		});
		return {
			read: async () => await pendingReading,
			endReading: () => resolveReading(1),
		};
	}

	/** Reads `list 1`, `list 2`, … */
	async function readLists(count: number): Promise<void> {
		for (let nth = 1; nth <= count; nth++) {
			await readBranches({ key: `list ${nth}` });
		}
	}
});

/** Makes the key of the branches of an account. */
function makeKey(account: string): string {
	return JSON.stringify([account, 'branch']);
}
