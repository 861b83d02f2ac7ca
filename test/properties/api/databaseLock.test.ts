import { sleep } from 'n8n-workflow';

import { depth } from '../../support/depth';
import { settle, stopTime } from '../../unit/api/clock';
import { makePhones, World } from '../../unit/api/processes';
import {
	delayHeartbeats,
	disturb,
	draw,
	drawBetween,
	drawOneOf,
	freezeSuccessors,
	HARMFUL_LATENCIES,
	killLockHolder,
	letProcessesChooseSameMoments,
	readCreatedBySurvivors,
	repeatInWorlds,
	runUntilPersonExists,
	tryToCreatePerson,
} from './databaseLock/worlds';

jest.setTimeout(600_000);
stopTime({ random: draw });

/** Each world has other processes, latencies and mishaps. */
const WORLDS = depth.databaseLock;
/** The worlds of each of two tests that together try as many as the other tests. */
const HALF_OF_WORLDS = Math.ceil(depth.databaseLock / 2);
const HOUR_MS = 3_600_000;
const PHONE = '100';
const THREE_PHONES = ['100', '101', '102'];

describe('processes that share the database lock', () => {
	it('processes that share the database lock create each person once and come to an end, although some die or freeze and the database is away', async () => {
		await repeatInWorlds(WORLDS, async () => {
			const world = new World(drawOneOf([2, 3, 4, 5]), draw);
			const phones = makePhones(drawOneOf([3, 10, 40]));
			const spreadMs = drawOneOf([5_000, 60_000, 200_000]);
			disturb(world, spreadMs * 1.5);

			const runs = [...phones, ...phones, ...phones].map(async (phone) => {
				await sleep(draw() * spreadMs);
				await runUntilPersonExists(world, phone);
			});
			await settle(world.watchForTwoHolders(Promise.all(runs)));

			expect([...world.alfaCrm.createdPhones].sort()).toEqual(phones);
			expect(performance.now()).toBeLessThan(HOUR_MS);
		});
	});

	it('processes that share the database lock leave no row behind in the database, although statements overtake each other', async () => {
		await repeatInWorlds(WORLDS, async () => {
			const world = new World(2, draw);
			world.databaseLatency = () => drawBetween(1, 1_500);
			world.pauseBeforeCreation = () => drawBetween(0, 5_000);
			const waits: number[] = [];

			const runs = makePhones(10).flatMap((phone, nth) =>
				world.processes.map(async (process) => {
					await sleep(nth * 10_000);
					const begunAt = performance.now();
					await process.findOrCreatePerson(phone);
					waits.push(performance.now() - begunAt);
				}),
			);
			await settle(world.watchForTwoHolders(Promise.all(runs)));
			await settle(sleep(10_000));

			// A row that is left behind looks like that of a dead holder. The next process would wait for more than a minute.
			expect(Math.max(...waits)).toBeLessThan(40_000);
			expect(world.lockTable.entryCount).toBe(0);
		});
	});

	it('processes that share the database lock create a person once when another process takes the lock of a frozen holder', async () => {
		await repeatInWorlds(WORLDS, async () => {
			const world = new World(3, draw);
			world.pauseBeforeCreation = () => drawBetween(20_000, 40_000);
			const [holder, ...waiters] = world.processes;

			const runOfHolder = tryToCreatePerson(holder, PHONE);
			await settle(sleep(drawBetween(500, 900)));
			holder.freeze(drawBetween(70_000, 90_000));
			const runsOfWaiters = waiters.map(async (waiter) => await waiter.findOrCreatePerson(PHONE));
			await settle(world.watchForTwoHolders(Promise.all([runOfHolder, ...runsOfWaiters])));

			expect(world.alfaCrm.createdPhones).toEqual([PHONE]);
		});
	});

	it('processes that share the database lock create a person once when the holder freezes and its heartbeats do not reach the database', async () => {
		await repeatInWorlds(WORLDS, async () => {
			const world = new World(3, draw);
			world.databaseLatency = delayHeartbeats;
			world.pauseBeforeCreation = () => drawBetween(64_000, 79_000);
			const [holder, ...waiters] = world.processes;

			const runOfHolder = tryToCreatePerson(holder, PHONE);
			await settle(sleep(drawBetween(500, 900)));
			const runsOfWaiters = waiters.map(async (waiter) => await tryToCreatePerson(waiter, PHONE));
			await settle(sleep(1));
			holder.freeze(drawBetween(36_000, 38_000));
			await settle(world.watchForTwoHolders(Promise.all([runOfHolder, ...runsOfWaiters])));

			expect(world.alfaCrm.createdPhones).toEqual([PHONE]);
		});
	});
});

describe('processes that wait for a killed holder of the database lock', () => {
	it('processes that wait for a killed lock holder create a person once, although all claim its row at the same moment and some statements take long', async () => {
		await repeatInWorlds(WORLDS, async () => {
			const world = new World(5, draw);
			letProcessesChooseSameMoments();
			await killLockHolder(world, 60);
			world.databaseLatency = drawOneOf(HARMFUL_LATENCIES);
			world.pauseBeforeCreation = () => drawBetween(20_000, 60_000);

			const runs = world.processes.map(async (process) => await tryToCreatePerson(process, PHONE));
			await settle(world.watchForTwoHolders(Promise.all(runs)));

			expect(readCreatedBySurvivors(world)).toEqual([PHONE]);
		});
	});

	it('processes that wait for a killed lock holder take its place after 65 to 90 seconds, and then create each person once', async () => {
		await repeatInWorlds(HALF_OF_WORLDS, async () => {
			const world = await makeWorldWithKilledHolder();

			const { waitedSeconds, waitingRuns } = await waitForSuccessor(world);
			await createThreePeople(world, waitingRuns);

			// Usually 75 seconds. The first claim may be overwritten by a process that looks at the same moment.
			expect(waitedSeconds).toBeGreaterThan(65);
			expect(waitedSeconds).toBeLessThan(90);
			expect(readCreatedBySurvivors(world)).toEqual(THREE_PHONES);
		});
	});

	it('processes that wait for a killed lock holder wait at least 65 seconds and create each person once, although the successors freeze', async () => {
		await repeatInWorlds(HALF_OF_WORLDS, async () => {
			const world = await makeWorldWithKilledHolder();
			freezeSuccessors(world);

			const { waitedSeconds, waitingRuns } = await waitForSuccessor(world);
			await createThreePeople(world, waitingRuns);

			expect(waitedSeconds).toBeGreaterThan(65);
			expect(readCreatedBySurvivors(world)).toEqual(THREE_PHONES);
		});
	});
});

/** Makes a world whose lock a killed process holds. In half of these worlds, the other processes act at nearly the same moments. */
async function makeWorldWithKilledHolder(): Promise<World> {
	const world = new World(4, draw);
	if (draw() < 0.5) {
		letProcessesChooseSameMoments();
	}
	await killLockHolder(world, drawBetween(20, 60));
	return world;
}

/** Lets all processes create one person, and measures after how many seconds the first one is through. */
async function waitForSuccessor(world: World) {
	const killedAt = performance.now();
	const waitingRuns = world.processes.map(async (process, nth) => {
		await sleep(nth * drawBetween(10_000, 15_000));
		await tryToCreatePerson(process, PHONE);
	});
	await settle(Promise.race(waitingRuns));

	const waitedSeconds = (performance.now() - killedAt) / 1_000;
	return { waitedSeconds, waitingRuns };
}

/** Runs three executions for each of three people, beside the runs that still wait. */
async function createThreePeople(world: World, waitingRuns: Array<Promise<void>>): Promise<void> {
	const phones = [...THREE_PHONES, ...THREE_PHONES, ...THREE_PHONES];
	const runs = phones.map(async (phone) => await runUntilPersonExists(world, phone));
	await settle(world.watchForTwoHolders(Promise.all([...waitingRuns, ...runs])));
}
