import { sleep } from 'n8n-workflow';

import { seed } from '../../../support/depth';
import { randomFrom } from '../../../support/random';
import { settle } from '../../../unit/api/clock';
import type { World } from '../../../unit/api/processes';
import { Process } from '../../../unit/api/processes';

/** The person whom a process was creating when it was killed. */
const PERSON_OF_KILLED_PROCESS = 'of the killed process';

let random = randomFrom(seed);

/** Draws a number from 0 to 1, always the same ones in the same world. */
export function draw(): number {
	return random();
}

/** Draws a number between two others, such as a latency in milliseconds. */
export function drawBetween(least: number, most: number): number {
	return least + random() * (most - least);
}

/** Draws one of several choices. */
export function drawOneOf<T>(choices: readonly T[]): T {
	return choices[Math.floor(random() * choices.length)];
}

/**
 * Repeats some work in several worlds, each with other random times. A failure comes again with the same
 * seed.
 */
export async function repeatInWorlds(worldCount: number, work: () => Promise<void>): Promise<void> {
	for (let nth = 0; nth < worldCount; nth++) {
		random = randomFrom(seed + nth);
		jest.spyOn(Math, 'random').mockImplementation(draw);
		await work();
		jest.clearAllTimers();
	}
}

/** Lets all processes choose nearly the same moments, where each usually waits a random time. */
export function letProcessesChooseSameMoments(): void {
	jest.spyOn(Math, 'random').mockImplementation(() => 0.5 + random() / 1_000);
}

/** Kills and freezes processes, and takes the database away, at random moments within some milliseconds. */
export function disturb(world: World, ms: number): void {
	killProcesses(world, { count: drawOneOf([0, 1, 3]), withinMs: ms });

	actAtRandomMoments({ count: drawOneOf([0, 2, 6]), withinMs: ms }, () => {
		drawOneOf(world.processes).freeze(random() * drawOneOf([500, 5_000, 30_000, 100_000]));
	});
	actAtRandomMoments({ count: drawOneOf([0, 0, 1, 2]), withinMs: ms }, () => {
		world.awayUntil = performance.now() + random() * drawOneOf([1_000, 20_000, 60_000]);
	});

	slowDown(world);
}

/** Kills processes at random moments, and starts a new one in place of each. */
function killProcesses(world: World, when: Moments): void {
	actAtRandomMoments(when, () => {
		const nth = Math.floor(random() * world.processes.length);
		world.processes[nth].kill();
		world.processes[nth] = new Process(world);
	});
}

/** Makes statements and calls quick or slow, and a few much slower than the others. */
function slowDown(world: World): void {
	const usualMs = drawOneOf([10, 10, 200, 1_500]);
	const pauseMs = drawOneOf([0, 0, 1_000, 10_000, 30_000]);
	world.databaseLatency = () => drawBetween(1, random() < 0.02 ? usualMs * 4 : usualMs);
	world.pauseBeforeCreation = () => (random() < 0.5 ? random() * pauseMs : 0);
}

interface Moments {
	count: number;
	withinMs: number;
}

/** Acts several times, each time at a random moment within some milliseconds. */
function actAtRandomMoments({ count, withinMs }: Moments, act: () => void): void {
	for (let nth = 0; nth < count; nth++) {
		void sleep(random() * withinMs).then(act);
	}
}

/** Freezes processes about the time at which one of them takes the place of a killed holder. */
export function freezeSuccessors(world: World): void {
	for (let nth = 0; nth < 12; nth++) {
		void sleep(drawBetween(55_000, 85_000)).then(() => {
			drawOneOf(world.processes).freeze(random() * drawOneOf([8_000, 90_000]));
		});
	}
}

/** Lets the first process of a world take the lock, and kills it some milliseconds later. */
export async function killLockHolder(world: World, afterMs: number): Promise<void> {
	const [holder] = world.processes.splice(0, 1);
	void holder.findOrCreatePerson(PERSON_OF_KILLED_PROCESS);
	await settle(sleep(afterMs));
	holder.kill();
}

/** Reads the people who were created, except the person of the killed lock holder. */
export function readCreatedBySurvivors(world: World): string[] {
	return world.alfaCrm.createdPhones.filter((phone) => phone !== PERSON_OF_KILLED_PROCESS).sort();
}

/** Runs an execution that creates a person. It may fail. */
export async function tryToCreatePerson(process: Process, phone: string): Promise<void> {
	await process.findOrCreatePerson(phone).catch(() => undefined);
}

/**
 * Runs an execution until it succeeds, as a user does: again in any process, whenever it fails or its process
 * dies.
 */
export async function runUntilPersonExists(world: World, phone: string): Promise<void> {
	for (let attempt = 0; attempt < 50; attempt++) {
		const process = drawOneOf(world.processes);
		const death = process.death.then(async () => await sleep(5_000));
		const result = await Promise.race([process.findOrCreatePerson(phone).catch(() => undefined), death]);
		if (result !== undefined) return;

		await sleep(1_000);
	}
	throw new Error(`${phone} is never created`);
}

type Latency = World['databaseLatency'];

/** Latencies that make statements of one kind slow now and then, of the kind whose delay does most harm. */
export const HARMFUL_LATENCIES: readonly Latency[] = [
	function slowClaims(entries) {
		return addsEntry('claimed', entries) && random() < 0.4 ? drawBetween(5_000, 35_000) : drawBetween(2, 4);
	},
	function slowSecondLooksAtClaims(entries) {
		const isSecondLook = addsEntry('claim', entries) && !addsEntry('claimed', entries);
		return isSecondLook && random() < 0.4 ? drawBetween(100, 4_400) : drawBetween(30, 40);
	},
	function slowLooksAtRow(entries) {
		return entries.length === 0 && random() < 0.03 ? drawBetween(10_000, 18_000) : drawBetween(2, 4);
	},
];

/** Delays all heartbeats for more than eight minutes, and no other statement. */
export function delayHeartbeats(entries: readonly unknown[]): number {
	return addsEntry('heartbeat', entries) ? 500_000 : drawBetween(1, 10);
}

/** Tells whether a statement adds entries of a kind. */
function addsEntry(kind: 'claimed' | 'claim' | 'heartbeat', entries: readonly unknown[]): boolean {
	return entries.some((entry) => String(entry).startsWith(`${kind} `));
}
