import { AsyncLocalStorage } from 'node:async_hooks';
import { sleep } from 'n8n-workflow';

import type { Lease } from '../../../nodes/AlfaCrm/api/databaseLock';
import { DatabaseLock } from '../../../nodes/AlfaCrm/api/databaseLock';
import { ANSWER_MS } from '../../../nodes/AlfaCrm/api/databaseRow';
import { withLock } from '../../../nodes/AlfaCrm/api/locks';
import type { Item } from '../../../nodes/AlfaCrm/run/item';
import { findOrCreate } from '../../../nodes/AlfaCrm/run/findOrCreate';
import { ProcessedRows } from '../../support/processedData';

/** Which process a piece of code runs in, so that its timers stand still with it. */
const running = new AsyncLocalStorage<Process>();

/** AlfaCRM, which never looks whether it has somebody already. */
class Service {
	readonly created: string[] = [];
	/** When each call arrived, by `performance.now()`. */
	readonly callTimes: number[] = [];
	reads = 0;

	constructor(private readonly latency: () => number) {}

	async call<T>(act: () => T): Promise<T> {
		await sleep(this.latency());
		this.callTimes.push(performance.now());
		const answer = act();
		await sleep(this.latency());
		return answer;
	}

	find(phone: string): string | undefined {
		this.reads += 1;
		return this.created.find((one) => one === phone);
	}
}

let processes = 0;

/** One n8n process, which the node has a lock in. */
export class Process {
	/** Those of former worlds hold locks for ever. */
	private readonly id = ++processes;
	private readonly lock = new DatabaseLock();
	/** Until then nothing of it goes on, as when it computes; for ever once it was killed. */
	private frozenUntil = 0;
	private die = () => {};
	readonly death = new Promise<void>((resolve) => (this.die = resolve));

	constructor(private readonly world: World) {}

	/** Whether it would begin a write. */
	get isHolder(): boolean {
		const lease = Reflect.get(this.lock, 'lease') as Lease | undefined;
		return lease?.hasTimeLeft === true && lease.pendingEnd === undefined;
	}

	freeze(ms: number): void {
		this.frozenUntil = Math.max(this.frozenUntil, performance.now() + ms);
	}

	kill(): void {
		this.frozenUntil = Infinity;
		this.die();
	}

	async waitWhileFrozen(): Promise<void> {
		const ms = Math.ceil(this.frozenUntil - performance.now());
		if (ms === Infinity) return await new Promise(() => {});
		// Once more, since it may stand still again.
		if (ms > 0) await sleep(ms).then(async () => await this.waitWhileFrozen());
	}

	/** One execution that creates who is not there; never settles once the process was killed. */
	async findOrCreatePerson(phone: string): Promise<'found' | 'created'> {
		return await running.run(this, async () => {
			// As the items of one process do.
			const work = withLock([`${this.id} ${phone}`], undefined, async () => await this.findOrCreate(phone));
			return await work.finally(async () => await this.waitWhileFrozen());
		});
	}

	private async findOrCreate(phone: string): Promise<'found' | 'created'> {
		const { rows, alfaCrm, pauseBeforeCreation } = this.world;
		const latency = (entries: readonly unknown[]) => this.world.databaseLatency(entries);
		const ready = async () => {
			await this.waitWhileFrozen();
			this.world.assertDatabase();
		};
		let assertMaySend = () => {};
		const call = async <T>(act: () => T) => {
			await this.waitWhileFrozen();
			assertMaySend();
			const answer = await alfaCrm.call(act);
			await this.waitWhileFrozen();
			return answer;
		};
		const processedData = rows.helpersOf({ latency, ready });
		const item = {
			execution: { databaseLock: this.lock, processedData, noteEpoch: () => {}, client: {} },
			underWayMs: 0,
			withGuard: async (assertHeld: () => void, create: () => Promise<unknown>) => {
				assertMaySend = assertHeld;
				// As when it waits for the rate limit.
				await sleep(pauseBeforeCreation());
				return await create();
			},
		};
		return await findOrCreate<'found', 'created'>(
			item as unknown as Item,
			async () => ((await call(() => alfaCrm.find(phone))) === undefined ? undefined : 'found'),
			async () => {
				await call(() => alfaCrm.created.push(phone));
				return 'created';
			},
		);
	}
}

/** Several processes, and the database and the AlfaCRM that they share. */
export class World {
	readonly rows = new ProcessedRows();
	readonly alfaCrm: Service;
	readonly processes: Process[];
	/** Milliseconds for a statement that writes these entries, and before a create. */
	databaseLatency: (entries: readonly unknown[]) => number;
	pauseBeforeCreation = () => 0;
	/** Until then each statement fails, of which one that was under way may have been carried out. */
	awayUntil = 0;

	/** Time has to be stopped. */
	constructor(processes: number, random: () => number) {
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const limit = new AbortController();
			// This limit is that of a database statement. Here each statement gets an answer.
			if (ms === ANSWER_MS) return limit.signal;
			const process = running.getStore();
			const elapsed = sleep(ms).then(async () => await process?.waitWhileFrozen());
			void elapsed.then(() => limit.abort());
			return limit.signal;
		});
		this.databaseLatency = () => 1 + random() * 8;
		this.alfaCrm = new Service(() => 20 + random() * 40);
		this.processes = Array.from({ length: processes }, () => new Process(this));
	}

	/**
	 * Does some work.
	 *
	 * @throws Error where two processes were holders at the same moment
	 */
	async watchForTwoHolders<T>(work: Promise<T>): Promise<T> {
		let isOver = false;
		const watch = async () => {
			for (; !isOver; await sleep(250))
				if (this.processes.filter(({ isHolder }) => isHolder).length > 1)
					throw new Error('Two hold the lock');
			return await work;
		};
		return await Promise.race([work.finally(() => (isOver = true)), watch()]);
	}

	assertDatabase(): void {
		if (performance.now() < this.awayUntil) throw new Error('Connection terminated');
	}
}

export const makePhones = (count: number) =>
	Array.from({ length: count }, (_unused, index) => `${100 + index}`);
