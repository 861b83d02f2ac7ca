import { AsyncLocalStorage } from 'node:async_hooks';
import { sleep } from 'n8n-workflow';

import type { Lease } from '../../../nodes/AlfaCrm/api/databaseLock';
import { DatabaseLock } from '../../../nodes/AlfaCrm/api/databaseLock';
import { ANSWER_MS } from '../../../nodes/AlfaCrm/api/databaseRow';
import { withLock } from '../../../nodes/AlfaCrm/api/locks';
import { findOrCreate } from '../../../nodes/AlfaCrm/run/findOrCreate';
import type { Item } from '../../../nodes/AlfaCrm/run/item';
import { ProcessedDataTable } from '../../support/processedData';

/** The result of an execution that creates a person unless there is one. */
type RunResult = 'found' | 'created';

/** Several n8n processes, and the database and the AlfaCRM that they share. Needs a stopped clock. */
export class World {
	readonly lockTable = new ProcessedDataTable();
	readonly alfaCrm: AlfaCrmStub;
	readonly processes: Process[];
	/** Chooses the milliseconds that the database takes for a statement that writes some entries. */
	databaseLatency: (entries: readonly unknown[]) => number;
	/** Chooses the milliseconds that an execution waits before it creates a person. */
	pauseBeforeCreation = () => 0;
	/** Until this moment, each statement fails. A statement that was under way may have been carried out. */
	awayUntil = 0;

	constructor(processCount: number, random: () => number) {
		this.databaseLatency = () => 1 + random() * 8;
		this.alfaCrm = new AlfaCrmStub(() => 20 + random() * 40);
		this.processes = Array.from({ length: processCount }, () => new Process(this));
		letTimeoutsFollowTheClock();
	}

	/**
	 * Does some work, and looks four times a second at which processes hold the lock.
	 *
	 * @throws Error if two processes hold the lock at the same moment
	 */
	async watchForTwoHolders<T>(work: Promise<T>): Promise<T> {
		let isOver = false;
		const watch = async () => {
			while (!isOver) {
				const holders = this.processes.filter(({ isHolder }) => isHolder);
				if (holders.length > 1) throw new Error('Two processes hold the lock');
				await sleep(250);
			}
			return await work;
		};
		const workWithEnd = work.finally(() => {
			isOver = true;
		});
		return await Promise.race([workWithEnd, watch()]);
	}

	/** @throws Error while the database is away */
	assertDatabase(): void {
		if (performance.now() < this.awayUntil) throw new Error('Connection terminated');
	}
}

/** Counts the processes of all worlds, so that no two have the same ID. Those of earlier worlds keep their locks. */
let processCount = 0;

/** One n8n process, in which a node has a lock. */
export class Process {
	readonly death: Promise<void>;
	private readonly id: number;
	private readonly lock = new DatabaseLock();
	/** Until this moment, the process does nothing, as when it computes. After it was killed, it never does anything. */
	private frozenUntil = 0;
	private reportDeath = () => {};

	constructor(private readonly world: World) {
		processCount += 1;
		this.id = processCount;
		this.death = new Promise((resolve) => {
			this.reportDeath = resolve;
		});
	}

	/** Whether the process holds the lock, so that it would begin a write. */
	get isHolder(): boolean {
		const lease = Reflect.get(this.lock, 'lease') as Lease | undefined;
		return lease?.hasTimeLeft === true && lease.pendingEnd === undefined;
	}

	/** Lets the process do nothing for some milliseconds. */
	freeze(ms: number): void {
		this.frozenUntil = Math.max(this.frozenUntil, performance.now() + ms);
	}

	/** Lets the process never do anything again. */
	kill(): void {
		this.frozenUntil = Infinity;
		this.reportDeath();
	}

	/** Waits while the process is frozen. After it was killed, this never ends. */
	async waitWhileFrozen(): Promise<void> {
		const ms = Math.ceil(this.frozenUntil - performance.now());
		if (ms === Infinity) return await new Promise(() => {});
		if (ms <= 0) return;

		await sleep(ms);
		// The process may have been frozen again meanwhile.
		await this.waitWhileFrozen();
	}

	/** Runs an execution that creates a person unless there is one. It never ends when the process is killed. */
	async findOrCreatePerson(phone: string): Promise<RunResult> {
		return await processOfCode.run(this, async () => {
			// In the node, the items of one process wait for each other by this lock.
			const key = `${this.id} ${phone}`;
			const work = withLock([key], undefined, async () => await this.findOrCreateAlone(phone));
			return await work.finally(async () => await this.waitWhileFrozen());
		});
	}

	/** Finds or creates a person, while no other item of this process works on the same phone. */
	private async findOrCreateAlone(phone: string): Promise<RunResult> {
		const { alfaCrm, pauseBeforeCreation } = this.world;
		// During the creation, this throws when the process has lost the lock.
		let assertMaySend = () => {};
		const callAlfaCrm = async <T>(act: () => T) => {
			await this.waitWhileFrozen();
			assertMaySend();
			const answer = await alfaCrm.call(act);
			await this.waitWhileFrozen();
			return answer;
		};
		const withGuard = async (assertHeld: () => void, create: () => Promise<unknown>) => {
			assertMaySend = assertHeld;
			// A call waits here for the rate limiter.
			await sleep(pauseBeforeCreation());
			return await create();
		};
		const find = async () => {
			const person = await callAlfaCrm(() => alfaCrm.findPhone(phone));
			return person === undefined ? undefined : 'found';
		};
		const create = async () => {
			await callAlfaCrm(() => alfaCrm.createdPhones.push(phone));
			return 'created' as const;
		};
		return await findOrCreate<'found', 'created'>(this.makeItem(withGuard), find, create);
	}

	/** Makes the part of an item that `findOrCreate` needs. */
	private makeItem(withGuard: unknown): Item {
		const processedData = this.world.lockTable.makeHelpers({
			latency: (entries) => this.world.databaseLatency(entries),
			waitUntilReady: async () => {
				await this.waitWhileFrozen();
				this.world.assertDatabase();
			},
		});
		const item = {
			execution: { databaseLock: this.lock, processedData, noteEpoch: () => {}, client: {} },
			underWayMs: 0,
			withGuard,
		};
		return item as unknown as Item;
	}
}

/** An AlfaCRM that creates a person even if it has one with the same phone already. */
class AlfaCrmStub {
	/** The phones of the people that were created. */
	readonly createdPhones: string[] = [];
	/** When each call arrived, by `performance.now()`. */
	readonly callTimes: number[] = [];
	/** The number of searches that have arrived. */
	searchCount = 0;

	constructor(private readonly latency: () => number) {}

	/** Carries out a call halfway between its start and its answer. */
	async call<T>(act: () => T): Promise<T> {
		await sleep(this.latency());
		this.callTimes.push(performance.now());
		const answer = act();
		await sleep(this.latency());
		return answer;
	}

	findPhone(phone: string): string | undefined {
		this.searchCount += 1;
		return this.createdPhones.find((createdPhone) => createdPhone === phone);
	}
}

/** Makes different phones: `100`, `101`, … */
export function makePhones(count: number): string[] {
	return Array.from({ length: count }, (_unused, index) => `${100 + index}`);
}

/** Tells for each piece of code in which process it runs. Its timers stand still while this process is frozen. */
const processOfCode = new AsyncLocalStorage<Process>();

/**
 * Lets the node's time limits follow the clock of the test. The limit for a statement of the database never ends, because
 * this database answers each statement.
 */
function letTimeoutsFollowTheClock(): void {
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const limit = new AbortController();
		if (ms !== ANSWER_MS) {
			const process = processOfCode.getStore();
			const elapsed = sleep(ms).then(async () => await process?.waitWhileFrozen());
			void elapsed.then(() => limit.abort());
		}
		return limit.signal;
	});
}
