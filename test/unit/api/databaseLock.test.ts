import { sleep } from 'n8n-workflow';

import { DatabaseLock, getDatabaseLock } from '../../../nodes/AlfaCrm/api/databaseLock';
import { ProcessedDataTable } from '../../support/processedData';
import { randomFrom } from '../../support/random';
import { measureMs, passTime, settle, stopTime } from './clock';
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

	it('getDatabaseLock returns the same lock each time for a node of a workflow', () => {
		const lock = getDatabaseLock('workflow', 'node');

		expect(getDatabaseLock('workflow', 'node')).toBe(lock);
	});

	it('getDatabaseLock returns another lock for a node with the same ID in another workflow', () => {
		const lock = getDatabaseLock('workflow', 'node');

		expect(getDatabaseLock('other workflow', 'node')).not.toBe(lock);
	});

	it('getDatabaseLock keeps the locks of the latest 1000 nodes that were at work', () => {
		const lock = getDatabaseLock('workflow', 'node');
		useLocksOfOtherNodes(999);

		expect(getDatabaseLock('workflow', 'node')).toBe(lock);
	});

	it('getDatabaseLock forgets the lock of a node when 1000 other nodes have been at work since', () => {
		const lock = getDatabaseLock('workflow', 'node');
		useLocksOfOtherNodes(1_000);

		expect(getDatabaseLock('workflow', 'node')).not.toBe(lock);
	});

	it('getDatabaseLock keeps the lock of a node that is at work now and then, however many other nodes are at work', () => {
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

	it('a process searches AlfaCRM once for each of 100 people when it is alone', async () => {
		await settle(createInTurn(makePhones(100)));

		expect(world.alfaCrm.searchCount).toBe(100);
	});

	it("a process that is alone sends n8n's database one statement a second, and a few more to take the lock", async () => {
		const ms = await measureMs(async () => await createInTurn(makePhones(100)));

		expect(world.lockTable.statementCount).toBeLessThan(6 + ms / 1_000);
	});

	it('a process removes the row of the lock within 100 ms after its last work', async () => {
		await settle(process.findOrCreatePerson(ANNA));

		await passTime(100);

		expect(world.lockTable.entryCount).toBe(0);
	});

	it('a process still has the lock for work that comes 40 ms later, and does not ask the database for it', async () => {
		await settle(process.findOrCreatePerson(ANNA));
		await passTime(40);
		const statementsBefore = world.lockTable.statementCount;

		await settle(process.findOrCreatePerson(BORIS));

		expect(world.lockTable.statementCount).toBe(statementsBefore);
	});

	it('a process creates 30 people in the time of one, because its executions share the lock', async () => {
		const msOfOne = await measureMs(async () => await process.findOrCreatePerson(ANNA));

		const msOfThirty = await measureMs(async () => await createAtOnce(makePhones(30)));

		expect(msOfThirty).toBeLessThan(msOfOne + 200);
	});

	it.each([0, 20, 49, 51, 55, 60, 200])(
		'a process takes the lock without a wait %i ms after its last work',
		async (pauseMs) => {
			const msOfFirst = await measureMs(async () => await process.findOrCreatePerson(ANNA));
			await passTime(pauseMs);

			const msOfSecond = await measureMs(async () => await process.findOrCreatePerson(BORIS));

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
	])('the database lock gives a lease without an end at once when n8n $n8n', async ({ data }) => {
		const lease = await settle(new DatabaseLock().tryAcquire(data));
		await passTime(3_600_000);

		expect(lease).toMatchObject({ hasTimeLeft: true, epoch: 0 });
		lease?.leave();
	});
});

describe('DatabaseLock, when each statement fails', () => {
	const data = makeFailingDatabase('timeout exceeded when trying to connect');

	it('the database lock gives no lease to work that can go on without the lock when each statement fails', async () => {
		const lease = await settle(new DatabaseLock().tryAcquire(data));

		expect(lease).toBeUndefined();
	});

	it('the database lock fails after 30 seconds for work that needs the lock when each statement fails', async () => {
		const entry = settle(new DatabaseLock().acquire(data));

		await expect(entry).rejects.toThrow("n8n's database did not answer for 30 seconds");
	});
});

describe('DatabaseLock, when the database never answers', () => {
	it('the database lock lets work that does not need it go on within six seconds when the database never answers', async () => {
		const ms = await measureMs(async () => await new DatabaseLock().tryAcquire(makeHangingDatabase()));

		expect(ms).toBeLessThan(6_000);
	});

	it('the database lock fails within 35 seconds for work that needs the lock when the database never answers', async () => {
		const ms = await measureMs(async () => {
			const entry = new DatabaseLock().acquire(makeHangingDatabase());
			await expect(entry).rejects.toThrow('30 seconds, so this was not saved');
		});

		expect(ms).toBeLessThan(35_000);
	});

	it('the database lock fails again for the next work that needs the lock when the database still does not answer', async () => {
		const lock = new DatabaseLock();
		await settle(lock.acquire(makeHangingDatabase()).catch(() => undefined));

		const entry = settle(lock.acquire(makeHangingDatabase()));

		await expect(entry).rejects.toThrow('30 seconds, so this was not saved');
	});

	it.each(['tryAcquire', 'acquire'] as const)(
		'a cancelled execution ends its call of %s at once, although the database does not answer',
		async (enterLock) => {
			const execution = new AbortController();
			void sleep(2_000).then(() => execution.abort());

			const ms = await measureMs(async () => {
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
	let firstProcess: Process;
	let secondProcess: Process;

	beforeEach(() => {
		world = new World(2, random);
		[firstProcess, secondProcess] = world.processes;
	});

	it('two processes with work for a minute take turns, so that neither waits longer than 5.1 seconds', async () => {
		const minutes = [workForAMinute(firstProcess, 'first'), workForAMinute(secondProcess, 'second')];

		const [longestPauseOfFirst, longestPauseOfSecond] = await settle(Promise.all(minutes));

		// A turn of the other process takes about three seconds. Each handover takes a second for AlfaCRM's limit.
		expect(longestPauseOfFirst).toBeLessThan(5_100);
		expect(longestPauseOfSecond).toBeLessThan(5_100);
	});

	it('two processes create a person once, although the first one takes five minutes to create the person', async () => {
		world.pauseBeforeCreation = () => FIVE_MINUTES;
		const runOfFirstProcess = firstProcess.findOrCreatePerson(ANNA);
		// By then, the first process has the lock and has found no person.
		await passTime(500);

		const runOfSecondProcess = secondProcess.findOrCreatePerson(ANNA);

		expect(await settle(Promise.all([runOfFirstProcess, runOfSecondProcess]))).toEqual(['created', 'found']);
		expect(world.alfaCrm.createdPhones).toEqual([ANNA]);
	});

	it('a process that was frozen for 80 seconds creates nothing when another process has taken its lock meanwhile', async () => {
		const runOfFirstProcess = firstProcess.findOrCreatePerson(ANNA);
		await passTime(60);
		firstProcess.freeze(80_000);

		const resultOfSecondProcess = await settle(secondProcess.findOrCreatePerson(ANNA));

		expect(resultOfSecondProcess).toBe('created');
		await expect(settle(runOfFirstProcess)).rejects.toMatchObject({ failure: { kind: 'notSent' } });
		expect(world.alfaCrm.createdPhones).toEqual([ANNA]);
	});

	it('a process that takes over the lock waits for a second after the last call of the former holder', async () => {
		const runOfFirstProcess = firstProcess.findOrCreatePerson(ANNA);
		await passTime(30);

		const runOfSecondProcess = secondProcess.findOrCreatePerson(BORIS);
		await settle(Promise.all([runOfFirstProcess, runOfSecondProcess]));

		const [, creationOfFirst, searchOfSecond] = world.alfaCrm.callTimes;
		expect(searchOfSecond - creationOfFirst).toBeGreaterThan(1_000);
	});

	it('a process that does not get the lock searches without it after a minute', async () => {
		await holdLock(firstProcess);
		world.alfaCrm.createdPhones.push(ANNA);

		const ms = await measureMs(async () => await secondProcess.findOrCreatePerson(ANNA));

		expect(ms).toBeGreaterThan(58_000);
		expect(ms).toBeLessThan(61_000);
	});

	it('a process searches without the lock at once when its last ten searches have found a person', async () => {
		world.alfaCrm.createdPhones.push(ANNA);
		await findTenTimes(secondProcess, ANNA);
		await passTime(1_000);
		await holdLock(firstProcess);

		const ms = await measureMs(async () => await secondProcess.findOrCreatePerson(ANNA));

		expect(ms).toBeLessThan(1_000);
	});

	/** Lets a process hold the lock for five minutes. */
	async function holdLock(holder: Process): Promise<void> {
		world.pauseBeforeCreation = () => FIVE_MINUTES;
		void holder.findOrCreatePerson(BORIS);
		// By then, the process has the lock.
		await passTime(500);
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

		expect(alfaCrm.createdPhones).toHaveLength(40);
		expect(alfaCrm.searchCount).toBe(40);
	});

	it('four processes create each of ten people once when all four get the ten people at the same moment', async () => {
		const { processes, alfaCrm } = new World(4, random);

		const runs = processes.flatMap((process) =>
			TEN_PHONES.map(async (phone) => await process.findOrCreatePerson(phone)),
		);
		await settle(Promise.all(runs));

		expect([...alfaCrm.createdPhones].sort()).toEqual(TEN_PHONES);
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
