import { sleep } from 'n8n-workflow';

import { DatabaseLock, getDatabaseLock } from '../../../nodes/AlfaCrm/api/databaseLock';
import { ProcessedDataTable } from '../../support/processedData';
import { randomFrom } from '../../support/random';
import { settle, stopTime, timed } from './clock';
import type { Process } from './processes';
import { makePhones, World } from './processes';

// Processes that die or stand still at any moment are in test/properties/api/databaseLock.test.ts.

const FIVE_MINUTES = 300_000;
const ANNA = 'the phone of Anna';
const BORIS = 'the phone of Boris';
const TEN_PHONES = ['100', '101', '102', '103', '104', '105', '106', '107', '108', '109'];

let random: () => number;
beforeEach(() => {
	random = randomFrom(7);
});
stopTime({ random: () => random() });

describe('getDatabaseLock', () => {
	let otherNodeCount = 0;

	it('returns the same lock each time for a node of a workflow', () => {
		const lock = getDatabaseLock('workflow', 'node');

		expect(getDatabaseLock('workflow', 'node')).toBe(lock);
	});

	it('returns another lock for a node with the same ID in another workflow', () => {
		const lock = getDatabaseLock('workflow', 'node');

		expect(getDatabaseLock('other workflow', 'node')).not.toBe(lock);
	});

	it('keeps the locks of the 1000 nodes that were at work last', () => {
		const lock = getDatabaseLock('workflow', 'node');
		useLocksOfOtherNodes(999);

		expect(getDatabaseLock('workflow', 'node')).toBe(lock);
	});

	it('forgets the lock of a node when 1000 other nodes have been at work since', () => {
		const lock = getDatabaseLock('workflow', 'node');
		useLocksOfOtherNodes(1_000);

		expect(getDatabaseLock('workflow', 'node')).not.toBe(lock);
	});

	it('keeps the lock of a node that is at work now and then, however many other nodes are at work', () => {
		const lock = getDatabaseLock('workflow', 'node');
		useLocksOfOtherNodes(999);
		getDatabaseLock('workflow', 'node');
		useLocksOfOtherNodes(999);

		expect(getDatabaseLock('workflow', 'node')).toBe(lock);
	});

	function useLocksOfOtherNodes(count: number): void {
		for (let used = 0; used < count; used++) {
			otherNodeCount += 1;
			getDatabaseLock('workflow', `other node ${otherNodeCount}`);
		}
	}
});

describe('a process that is alone', () => {
	let world: World;
	let process: Process;

	beforeEach(() => {
		world = new World(1, random);
		[process] = world.processes;
	});

	it('searches AlfaCRM once for each of 100 people when no other process is at work', async () => {
		await settle(createInTurn(makePhones(100)));

		expect(world.alfaCrm.reads).toBe(100);
	});

	it("asks n8n's database once a second, and a few times to take the lock, while it has work", async () => {
		const ms = await timed(async () => await createInTurn(makePhones(100)));

		expect(world.rows.statementCount).toBeLessThan(6 + ms / 1_000);
	});

	it('removes the row of the lock within 100 ms after its last work', async () => {
		await settle(process.findOrCreatePerson(ANNA));

		await settle(sleep(100));

		expect(world.rows.entryCount).toBe(0);
	});

	it('keeps the lock for work that comes 40 ms later, and does not ask the database for it', async () => {
		await settle(process.findOrCreatePerson(ANNA));
		await settle(sleep(40));
		const statementsBefore = world.rows.statementCount;

		await settle(process.findOrCreatePerson(BORIS));

		expect(world.rows.statementCount).toBe(statementsBefore);
	});

	it('creates 30 people at the same moment in the time of one, because its executions share the lock', async () => {
		const msOfOne = await timed(async () => await process.findOrCreatePerson(ANNA));

		const msOfThirty = await timed(async () => await createAtOnce(makePhones(30)));

		expect(msOfThirty).toBeLessThan(msOfOne + 200);
	});

	it.each([0, 20, 49, 51, 55, 60, 200])(
		'takes the lock again without a wait %i ms after its last work',
		async (pauseMs) => {
			const msOfFirst = await timed(async () => await process.findOrCreatePerson(ANNA));
			await settle(sleep(pauseMs));

			const msOfSecond = await timed(async () => await process.findOrCreatePerson(BORIS));

			expect(msOfSecond).toBeLessThan(msOfFirst + 200);
		},
	);

	async function createInTurn(phones: string[]): Promise<void> {
		for (const phone of phones) {
			await process.findOrCreatePerson(phone);
		}
	}

	async function createAtOnce(phones: string[]): Promise<void> {
		await Promise.all(phones.map(async (phone) => await process.findOrCreatePerson(phone)));
	}
});

describe('DatabaseLock, when n8n cannot keep a row', () => {
	it.each([
		{
			n8n: 'refuses the row by a foreign key',
			data: makeFailingDatabase('SQLITE_CONSTRAINT: FOREIGN KEY constraint failed'),
		},
		{ n8n: 'gives the node no helpers for the row', data: undefined },
	])('gives at once a lease that does not run out when n8n $n8n', async ({ data }) => {
		const lease = await settle(new DatabaseLock().tryAcquire(data));
		await settle(sleep(3_600_000));

		expect(lease).toMatchObject({ hasTimeLeft: true, epoch: 0 });
		lease?.leave();
	});
});

describe('DatabaseLock, when each statement fails', () => {
	const data = makeFailingDatabase('timeout exceeded when trying to connect');

	it('gives no lease to work that can go on without the lock when each statement fails', async () => {
		const lease = await settle(new DatabaseLock().tryAcquire(data));

		expect(lease).toBeUndefined();
	});

	it('fails after 30 seconds for work that needs the lock when each statement fails', async () => {
		const entry = settle(new DatabaseLock().acquire(data));

		await expect(entry).rejects.toThrow("n8n's database did not answer for 30 seconds");
	});
});

describe('DatabaseLock, when the database never answers', () => {
	it('lets work that can go on without the lock go on within six seconds when the database never answers', async () => {
		const ms = await timed(async () => await new DatabaseLock().tryAcquire(makeHangingDatabase()));

		expect(ms).toBeLessThan(6_000);
	});

	it('fails within 35 seconds for work that needs the lock when the database never answers', async () => {
		const ms = await timed(async () => {
			const entry = new DatabaseLock().acquire(makeHangingDatabase());
			await expect(entry).rejects.toThrow('30 seconds, so this was not saved');
		});

		expect(ms).toBeLessThan(35_000);
	});

	it('fails again for the next work that needs the lock when the database still does not answer', async () => {
		const lock = new DatabaseLock();
		await settle(lock.acquire(makeHangingDatabase()).catch(() => undefined));

		const entry = settle(lock.acquire(makeHangingDatabase()));

		await expect(entry).rejects.toThrow('30 seconds, so this was not saved');
	});

	it.each(['tryAcquire', 'acquire'] as const)(
		'ends %s at once when the execution is cancelled while the database does not answer',
		async (enterLock) => {
			const execution = new AbortController();
			void sleep(2_000).then(() => execution.abort());

			const ms = await timed(async () => {
				const entry = new DatabaseLock()[enterLock](makeHangingDatabase(), execution.signal);
				await expect(entry).rejects.toThrow('cancelled');
			});

			expect(ms).toBe(2_000);
		},
	);

	function makeHangingDatabase() {
		return new ProcessedDataTable().makeHelpers({ latency: () => 1e9 });
	}
});

describe('two processes that share a lock', () => {
	let world: World;
	let first: Process;
	let second: Process;

	beforeEach(() => {
		world = new World(2, random);
		[first, second] = world.processes;
	});

	it('two processes take turns, so that neither waits longer than 5.1 seconds while both have work for a minute', async () => {
		const minutes = [workForAMinute(first, 'first'), workForAMinute(second, 'second')];

		const [longestPauseOfFirst, longestPauseOfSecond] = await settle(Promise.all(minutes));

		// A turn of the other process takes about three seconds. Each handover takes a second for AlfaCRM's limit.
		expect(longestPauseOfFirst).toBeLessThan(5_100);
		expect(longestPauseOfSecond).toBeLessThan(5_100);
	});

	it('two processes create a person once although the holder takes five minutes to create the person', async () => {
		world.pauseBeforeCreation = () => FIVE_MINUTES;
		const runOfFirst = first.findOrCreatePerson(ANNA);
		await settle(sleep(500));

		const runOfSecond = second.findOrCreatePerson(ANNA);

		expect(await settle(Promise.all([runOfFirst, runOfSecond]))).toEqual(['created', 'found']);
		expect(world.alfaCrm.created).toEqual([ANNA]);
	});

	it('a holder that was frozen for 80 seconds creates nothing when the other process has taken the lock', async () => {
		const runOfFirst = first.findOrCreatePerson(ANNA);
		await settle(sleep(60));
		first.freeze(80_000);

		const resultOfSecond = await settle(second.findOrCreatePerson(ANNA));

		expect(resultOfSecond).toBe('created');
		await expect(settle(runOfFirst)).rejects.toMatchObject({ failure: { kind: 'notSent' } });
		expect(world.alfaCrm.created).toEqual([ANNA]);
	});

	it('a process that takes the lock over begins a second after the last call of the former holder', async () => {
		const runOfFirst = first.findOrCreatePerson(ANNA);
		await settle(sleep(30));

		const runOfSecond = second.findOrCreatePerson(BORIS);
		await settle(Promise.all([runOfFirst, runOfSecond]));

		const [, creationOfFirst, searchOfSecond] = world.alfaCrm.callTimes;
		expect(searchOfSecond - creationOfFirst).toBeGreaterThan(1_000);
	});

	it('a process that does not get the lock finds an existing person after a minute', async () => {
		await holdLock(first);
		world.alfaCrm.created.push(ANNA);

		const ms = await timed(async () => await second.findOrCreatePerson(ANNA));

		expect(ms).toBeGreaterThan(58_000);
		expect(ms).toBeLessThan(61_000);
	});

	it('a process whose last ten searches found a person finds an existing person at once without the lock', async () => {
		world.alfaCrm.created.push(ANNA);
		await findTenTimes(second, ANNA);
		await settle(sleep(1_000));
		await holdLock(first);

		const ms = await timed(async () => await second.findOrCreatePerson(ANNA));

		expect(ms).toBeLessThan(1_000);
	});

	/** Lets a process hold the lock for five minutes. */
	async function holdLock(holder: Process): Promise<void> {
		world.pauseBeforeCreation = () => FIVE_MINUTES;
		void holder.findOrCreatePerson(BORIS);
		await settle(sleep(500));
	}

	async function findTenTimes(process: Process, phone: string): Promise<void> {
		for (let found = 0; found < 10; found++) {
			await settle(process.findOrCreatePerson(phone));
		}
	}

	/** Lets five lines of executions create people for a minute. Returns the longest time without the end of one. */
	async function workForAMinute(process: Process, processName: string): Promise<number> {
		let latestEnd: number | undefined;
		let longestPauseMs = 0;
		const lines = makePhones(5).map(async (line) => {
			for (let count = 0; performance.now() < 60_000; count++) {
				await process.findOrCreatePerson(`${processName} ${line} ${count}`);
				const now = performance.now();
				longestPauseMs = Math.max(longestPauseMs, now - (latestEnd ?? now));
				latestEnd = now;
			}
		});
		await Promise.all(lines);
		return longestPauseMs;
	}
});

describe('four processes that share a lock', () => {
	it('four processes search once for each of 40 new people, because a process waits for the lock before it searches', async () => {
		const { processes, alfaCrm } = new World(4, random);

		const runs = makePhones(40).map(
			async (phone, index) => await processes[index % 4].findOrCreatePerson(phone),
		);
		await settle(Promise.all(runs));

		expect(alfaCrm.created).toHaveLength(40);
		expect(alfaCrm.reads).toBe(40);
	});

	it('four processes create each person once when all get the same ten forms at the same moment', async () => {
		const { processes, alfaCrm } = new World(4, random);

		const runs = processes.flatMap((process) =>
			TEN_PHONES.map(async (phone) => await process.findOrCreatePerson(phone)),
		);
		await settle(Promise.all(runs));

		expect([...alfaCrm.created].sort()).toEqual(TEN_PHONES);
	});
});

/** Makes a database in which each statement fails with a message. */
function makeFailingDatabase(message: string) {
	const fail = async () => await Promise.reject(new Error(message));
	return {
		checkProcessedAndRecord: fail,
		getProcessedDataCount: fail,
		clearAllProcessedItems: fail,
	};
}
