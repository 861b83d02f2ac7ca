import { sleep } from 'n8n-workflow';

import { DatabaseLock, getDatabaseLock } from '../../../nodes/AlfaCrm/api/databaseLock';
import { ProcessedRows } from '../../support/processedData';
import { randomFrom } from '../../support/random';
import { settle, stopTime, timed } from './clock';
import { makePhones, World } from './processes';

// Processes that die or stand still at any moment are in test/properties/api/databaseLock.test.ts.

let random: () => number;
beforeEach(() => (random = randomFrom(7)));
stopTime({ random: () => random() });

describe('the lock of a node in the database', () => {
	it('is one for each node of a workflow, kept for those that were at work last', () => {
		const [lock, idle] = ['node', 'idle'].map((node) => getDatabaseLock('workflow', node));
		expect(getDatabaseLock('other workflow', 'node')).not.toBe(lock);
		for (let nth = 0; nth < 999; nth++) {
			getDatabaseLock('workflow', `${nth}`);
			expect(getDatabaseLock('workflow', 'node')).toBe(lock);
		}
		expect(getDatabaseLock('workflow', 'idle')).not.toBe(idle);
	});
});

describe('a process that is alone', () => {
	it('holds the lock as long as there is work, without a call to AlfaCRM more and hardly a statement', async () => {
		const { processes, alfaCrm, rows } = new World(1, random);
		const ms = await timed(async () => {
			for (const phone of makePhones(100)) await processes[0].findOrCreatePerson(phone);
		});
		expect(alfaCrm.reads).toBe(100);
		// It is taken once, and counted once a second.
		expect(rows.statements).toBeLessThan(6 + ms / 1_000);
		await settle(sleep(100));
		expect(rows.size).toBe(0);
	});

	it('shares it among executions at the same moment, and takes it at once again after a pause', async () => {
		const { processes } = new World(1, random);
		const one = await timed(async () => await processes[0].findOrCreatePerson('alone'));
		const together = async () =>
			await Promise.all(makePhones(30).map(async (phone) => await processes[0].findOrCreatePerson(phone)));
		expect(await timed(together)).toBeLessThan(one + 200);
		for (const pause of [0, 20, 49, 51, 55, 60, 200]) {
			await settle(sleep(pause));
			expect(await timed(async () => await processes[0].findOrCreatePerson(`after ${pause}`))).toBeLessThan(
				one + 200,
			);
		}
	});

	/** A row of which n8n says this whatever it is asked. */
	const failing = (message: string) => {
		const fails = async () => await Promise.reject(new Error(message));
		return {
			checkProcessedAndRecord: fails,
			getProcessedDataCount: fails,
			clearAllProcessedItems: fails,
		};
	};

	it.each([
		['has no such row', failing('SQLITE_CONSTRAINT: FOREIGN KEY constraint failed')],
		['has no helpers for it', undefined],
	])('does not wait where n8n %s', async (_what, data) => {
		const lease = await settle(new DatabaseLock().tryEnter(data));
		expect(lease).toMatchObject({ hasTimeLeft: true, epoch: 0 });
		await settle(sleep(3_600_000));
		expect(lease?.hasTimeLeft).toBe(true);
		lease?.leave();
	});

	it('does wait, and fails if it cannot, where the database does not answer', async () => {
		const lock = new DatabaseLock();
		const data = failing('timeout exceeded when trying to connect');
		expect(await settle(lock.tryEnter(data))).toBeUndefined();
		await expect(settle(lock.enter(data))).rejects.toThrow("n8n's database did not answer for 30 seconds");
	});
});

describe('two processes', () => {
	it('take turns of a few seconds, each for all that it has to do', async () => {
		const { processes } = new World(2, random);
		const ends: number[][] = [[], []];
		const work = processes.flatMap((one, nth) =>
			makePhones(5).map(async (line) => {
				for (let count = 0; performance.now() < 60_000; count++) {
					await one.findOrCreatePerson(`${nth} ${line} ${count}`);
					ends[nth].push(performance.now());
				}
			}),
		);
		await settle(Promise.all(work));
		const pauses = ends.map((times) => Math.max(...times.slice(1).map((at, nth) => at - times[nth])));
		// The turn of the other process, and a second for AlfaCRM's limit at each handover.
		expect(Math.max(...pauses)).toBeLessThan(5_100);
	});

	it('wait for each other as long as there is work, be it minutes', async () => {
		const world = new World(2, random);
		world.pauseBeforeCreation = () => 300_000;
		const runs = world.processes.map(async (one) => await one.findOrCreatePerson('one'));
		expect((await settle(Promise.all(runs))).sort()).toEqual(['created', 'found']);
	});

	it('do not both create when one stood still: it creates nothing afterwards', async () => {
		const { processes, alfaCrm } = new World(2, random);
		const work = processes[0].findOrCreatePerson('one');
		await settle(sleep(60));
		processes[0].freeze(80_000);
		expect(await settle(processes[1].findOrCreatePerson('one'))).toBe('created');
		await expect(settle(work)).rejects.toMatchObject({ failure: { kind: 'notSent' } });
		expect(alfaCrm.created).toEqual(['one']);
	});
});

describe('a rush of forms over four processes', () => {
	it('searches once for each new person, because a process waits for the lock before it searches', async () => {
		const { processes, alfaCrm } = new World(4, random);

		const runs = makePhones(40).map(async (phone, nth) => await processes[nth % 4].findOrCreatePerson(phone));
		await settle(Promise.all(runs));

		expect(alfaCrm.created).toHaveLength(40);
		expect(alfaCrm.reads).toBe(40);
	});

	it('creates each person once where the same form reaches all processes at the same moment', async () => {
		const { processes, alfaCrm } = new World(4, random);

		const runs = processes.flatMap((one) =>
			makePhones(10).map(async (phone) => await one.findOrCreatePerson(phone)),
		);
		await settle(Promise.all(runs));

		expect([...alfaCrm.created].sort()).toEqual(makePhones(10));
	});
});

it('a process that takes the lock over lets a second pass after the last call of the other process', async () => {
	const { processes, alfaCrm } = new World(2, random);
	const firstRun = processes[0].findOrCreatePerson('one');
	await settle(sleep(30));

	await settle(Promise.all([firstRun, processes[1].findOrCreatePerson('two')]));

	const [, createOfFirst, searchOfSecond] = alfaCrm.callTimes;
	expect(searchOfSecond - createOfFirst).toBeGreaterThan(1_000);
});

describe('a process that does not get the lock', () => {
	/** Another process holds the lock for five minutes. */
	const holdLock = async (world: World) => {
		world.pauseBeforeCreation = () => 300_000;
		void world.processes[0].findOrCreatePerson('of the other');
		await settle(sleep(500));
	};

	it('finds a record that exists after a minute', async () => {
		const world = new World(2, random);
		await holdLock(world);
		world.alfaCrm.created.push('one');

		const ms = await timed(async () => await world.processes[1].findOrCreatePerson('one'));

		expect(ms).toBeGreaterThan(58_000);
		expect(ms).toBeLessThan(61_000);
	});

	it('finds a record that exists at once when the ten before it existed', async () => {
		const world = new World(2, random);
		world.alfaCrm.created.push('one');
		for (let nth = 0; nth < 10; nth++) await settle(world.processes[1].findOrCreatePerson('one'));
		await settle(sleep(1_000));
		await holdLock(world);

		const ms = await timed(async () => await world.processes[1].findOrCreatePerson('one'));

		expect(ms).toBeLessThan(1_000);
	});
});

describe('a database that never answers', () => {
	const hanging = () => new ProcessedRows().helpersOf({ latency: () => 1e9 });

	it('does not keep an item from looking, and fails it after half a minute where there is something to create', async () => {
		const lock = new DatabaseLock();
		expect(await timed(async () => await lock.tryEnter(hanging()))).toBeLessThan(6_000);
		const entering = timed(async () => await lock.enter(hanging()).catch(({ message }: Error) => message));
		expect(await entering).toBeLessThan(35_000);
		await expect(settle(lock.enter(hanging()))).rejects.toThrow('30 seconds, so this was not saved');
	});

	it.each(['tryEnter', 'enter'] as const)('holds up nobody who is cancelled meanwhile (%s)', async (way) => {
		const stop = new AbortController();
		void sleep(2_000).then(() => stop.abort());
		const ms = await timed(async () => {
			await expect(new DatabaseLock()[way](hanging(), stop.signal)).rejects.toThrow('cancelled');
		});
		expect(ms).toBe(2_000);
	});
});
