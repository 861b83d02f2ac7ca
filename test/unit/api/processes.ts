import { sleep } from 'n8n-workflow';

import { withLock } from '../../../nodes/AlfaCrm/api/locks';
import { LockRow } from '../../../nodes/AlfaCrm/api/lockRow';
import { SharedLock } from '../../../nodes/AlfaCrm/api/sharedLock';
import type { Item } from '../../../nodes/AlfaCrm/operations/run/item';
import { findOrCreate } from '../../../nodes/AlfaCrm/operations/run/findOrCreate';
import { ProcessedRows } from '../../support/processedData';

/** AlfaCRM, which never looks whether it has somebody already. */
class Service {
	readonly created: Array<{ phone: string; at: number }> = [];
	reads = 0;

	constructor(private readonly random: () => number) {}

	async find(phone: string): Promise<string | undefined> {
		this.reads += 1;
		await sleep(20 + this.random() * 40);
		const found = this.created.find((one) => one.phone === phone)?.phone;
		await sleep(20 + this.random() * 40);
		return found;
	}

	async create(phone: string): Promise<string> {
		await sleep(20 + this.random() * 40);
		this.created.push({ phone, at: performance.now() });
		await sleep(20 + this.random() * 40);
		return phone;
	}
}

/** One n8n process, which the node has a lock in. */
class Process {
	isAlive = true;
	private readonly id = Math.random();
	readonly lock = new SharedLock();
	private readonly row: LockRow;
	/** Until then nothing of it goes on, as when it computes. */
	private busyUntil = 0;

	constructor(
		private readonly rows: ProcessedRows,
		private readonly service: Service,
		random: () => number,
	) {
		const latency = () => 1 + random() * 8;
		this.row = new LockRow(this.rows.helpersOf({ latency, isAlive: () => this.isAlive }));
	}

	stall(ms: number): void {
		this.busyUntil = performance.now() + ms;
	}

	/** One execution that creates who is not there; never settles once the process was killed. */
	async run(phone: string, createMs = 0): Promise<'found' | 'created'> {
		const alive = async <T>(work: () => Promise<T>): Promise<T> => {
			if (!this.isAlive) return await new Promise<T>(() => {});
			const result = await work();
			const busy = this.busyUntil - performance.now();
			if (busy > 0) await sleep(busy);
			return this.isAlive ? result : await new Promise<T>(() => {});
		};
		let assertMaySend = () => {};
		const item: Pick<Item, 'guarded' | 'underWayMs'> & { run: object } = {
			run: { shared: { lock: this.lock, row: this.row }, noteTurn: () => {}, client: {} },
			underWayMs: 0,
			guarded: async (assertHeld, work) => {
				assertMaySend = assertHeld;
				return await work();
			},
		};
		const find = async () => await alive(async () => await this.service.find(phone));
		const create = async () => {
			assertMaySend();
			await sleep(createMs);
			return await alive(async () => await this.service.create(phone));
		};
		// As the items of one process do.
		const work = withLock([`${this.id} ${phone}`], undefined, async () => {
			const { found } = await findOrCreate(item as unknown as Item, find, create);
			return found === undefined ? 'created' : 'found';
		});
		return await work.catch(async (error: Error) => await alive(async () => await Promise.reject(error)));
	}
}

/** So many processes, and the database and the AlfaCRM that they share. */
export function world(processes: number, random: () => number) {
	const rows = new ProcessedRows();
	const service = new Service(random);
	const all = Array.from({ length: processes }, () => new Process(rows, service, random));
	return { rows, service, all };
}

export const phonesOf = ({ created }: Service) => created.map(({ phone }) => phone).sort();
export const phones = (count: number) => Array.from({ length: count }, (_unused, index) => `${100 + index}`);
