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
	it('wasBehaviourSeen is false for a behaviour that was never seen', () => {
		expect(wasBehaviourSeen(BRANCHES)).toBe(false);
	});

	it('wasBehaviourSeen is true for almost an hour after the behaviour was seen', () => {
		noteBehaviour(BRANCHES);

		jest.advanceTimersByTime(HOUR_MS - 1);

		expect(wasBehaviourSeen(BRANCHES)).toBe(true);
	});

	it('wasBehaviourSeen is false an hour after the behaviour was seen', () => {
		noteBehaviour(BRANCHES);

		jest.advanceTimersByTime(HOUR_MS);

		expect(wasBehaviourSeen(BRANCHES)).toBe(false);
	});

	it('wasBehaviourSeen counts the hour from the last time that the behaviour was seen', () => {
		noteBehaviour(BRANCHES);
		jest.advanceTimersByTime(HOUR_MS - 1);
		noteBehaviour(BRANCHES);

		jest.advanceTimersByTime(HOUR_MS - 1);

		expect(wasBehaviourSeen(BRANCHES)).toBe(true);
	});

	it.each([
		{ account: 'of the same user at another host', key: BRANCHES_OF_OTHER_HOST },
		{ account: 'of another user at the same host', key: BRANCHES_OF_OTHER_USER },
	])('wasBehaviourSeen is false for the account $account', ({ key }) => {
		noteBehaviour(BRANCHES);

		expect(wasBehaviourSeen(key)).toBe(false);
	});

	it('the process forgets the oldest of 1001 behaviours', () => {
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
	/** Each reading returns its number, so the returned value shows which reading was used. */
	const FIRST_READING = 1;
	const SECOND_READING = 2;
	const THIRD_READING = 3;

	/** The number of readings so far. */
	let readingCount: number;
	beforeEach(() => {
		readingCount = 0;
	});

	it('readForAllExecutions returns a value that is a minute old when the caller accepts values of this age', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS);

		const usedReading = await readBranches({ notOlderThanMs: MINUTE_MS });

		expect(usedReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions reads again when the value is older than the caller accepts', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS + 1);

		const usedReading = await readBranches({ notOlderThanMs: MINUTE_MS });

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions returns a value that is older than a minute when the caller accepts an age of five minutes', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS + 1);

		const usedReading = await readBranches({ notOlderThanMs: 5 * MINUTE_MS });

		expect(usedReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions returns the newest value after it was read again', async () => {
		await readBranches();
		jest.advanceTimersByTime(MINUTE_MS + 1);
		await readBranches({ notOlderThanMs: MINUTE_MS });

		const usedReading = await readBranches();

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions counts the age of a value from the beginning of the reading', async () => {
		await readBranches({
			// When the reading ends, its value is almost too old.
			read: async () => {
				jest.advanceTimersByTime(LIST_MS);
				return await countReading();
			},
		});
		jest.advanceTimersByTime(1);

		const usedReading = await readBranches();

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions reads the branches of each account', async () => {
		await readBranches({ key: BRANCHES });

		const usedReading = await readBranches({ key: BRANCHES_OF_OTHER_HOST });

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions keeps the branches of an account when it reads those of another account', async () => {
		await readBranches({ key: BRANCHES });
		await readBranches({ key: BRANCHES_OF_OTHER_HOST });

		const usedReading = await readBranches({ key: BRANCHES });

		expect(usedReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions reads again after this process has written a record of the list', async () => {
		await readBranches({ writes: [BRANCHES] });
		recordWrite([BRANCHES]);

		const usedReading = await readBranches({ writes: [BRANCHES] });

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions reads again after this process has written a record while the list was read', async () => {
		await readBranches({
			writes: [BRANCHES],
			read: async () => {
				recordWrite([BRANCHES]);
				return await countReading();
			},
		});

		const usedReading = await readBranches({ writes: [BRANCHES] });

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions keeps a value that it has read after the last write', async () => {
		recordWrite([BRANCHES]);
		await readBranches({ writes: [BRANCHES] });

		const usedReading = await readBranches({ writes: [BRANCHES] });

		expect(usedReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions throws the error of a reading that fails', async () => {
		const reading = readBranches({ read: failToRead });

		await expect(reading).rejects.toThrow('HTTP 403');
	});

	it('readForAllExecutions reads again after a reading that failed', async () => {
		await readBranches({ read: failToRead }).catch(() => undefined);

		const usedReading = await readBranches();

		expect(usedReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions reads again after a reading that other executions must not use', async () => {
		await readBranches({ mayBeCached: () => false });

		const usedReading = await readBranches();

		expect(usedReading).toBe(SECOND_READING);
	});

	it('readForAllExecutions reads once for three executions that need the value at the same moment', async () => {
		const usedReadings = await Promise.all([readBranches(), readBranches(), readBranches()]);

		expect(usedReadings).toEqual([FIRST_READING, FIRST_READING, FIRST_READING]);
	});

	it('readForAllExecutions reads once for each waiting execution when the reading for which they wait fails', async () => {
		const [failedReading, secondReading, thirdReading] = await Promise.allSettled([
			readBranches({ read: failToRead }),
			readBranches(),
			readBranches(),
		]);

		expect(failedReading).toMatchObject({ status: 'rejected' });
		expect(secondReading).toEqual({ status: 'fulfilled', value: FIRST_READING });
		expect(thirdReading).toEqual({ status: 'fulfilled', value: SECOND_READING });
	});

	it('readForAllExecutions reads once for each of two executions at the same moment when others must not use the value', async () => {
		const usedReadings = await Promise.all([
			readBranches({ mayBeCached: () => false }),
			readBranches({ mayBeCached: () => false }),
		]);

		expect(usedReadings).toEqual([FIRST_READING, SECOND_READING]);
	});

	it('a cancelled execution stops waiting for the reading of another execution', async () => {
		const { endReading, read } = makeSlowReading();
		const otherReading = readBranches({ read });
		const execution = new AbortController();
		const reading = readBranches({ signal: execution.signal });

		execution.abort();

		await expect(reading).rejects.toThrow('The execution was cancelled');
		endReading();
		expect(await otherReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions keeps a value that is too old for every caller as long as it reads nothing else', async () => {
		await readBranches();
		jest.advanceTimersByTime(LIST_MS + 1);

		const usedReading = await readBranches({ notOlderThanMs: Infinity });

		expect(usedReading).toBe(FIRST_READING);
	});

	it('readForAllExecutions forgets a value that is too old for every caller when it reads something else', async () => {
		await readBranches();
		jest.advanceTimersByTime(LIST_MS + 1);
		await readBranches({ key: BRANCHES_OF_OTHER_HOST });

		const usedReading = await readBranches({ notOlderThanMs: Infinity });

		expect(usedReading).toBe(THIRD_READING);
	});

	it('readForAllExecutions keeps the newest 300 of 301 values', async () => {
		await readLists(301);

		expect(await readBranches({ key: 'list 301' })).toBe(301);
		expect(await readBranches({ key: 'list 2' })).toBe(2);
	});

	it('readForAllExecutions forgets the oldest of 301 values', async () => {
		await readLists(301);

		const usedReading = await readBranches({ key: 'list 1' });

		const readingAfter301 = 302;
		expect(usedReading).toBe(readingAfter301);
	});

	it('readForAllExecutions reads again after the process has forgotten all accounts', async () => {
		await readBranches();
		forgetAccounts();

		const usedReading = await readBranches();

		expect(usedReading).toBe(SECOND_READING);
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

	/** Gets the branches as an execution does. Returns the number of the reading from which they came. */
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

	/** Reads the branches, and returns the number of the reading. */
	async function countReading(): Promise<number> {
		readingCount += 1;
		return await Promise.resolve(readingCount);
	}

	async function failToRead(): Promise<never> {
		return await Promise.reject(new Error('HTTP 403'));
	}

	/** Makes a reading that ends when the test says so. */
	function makeSlowReading() {
		let resolveReading: (value: number) => void = () => {};
		const pendingReading = new Promise<number>((resolve) => {
			resolveReading = resolve;
		});
		return {
			read: async () => await pendingReading,
			endReading: () => resolveReading(FIRST_READING),
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
