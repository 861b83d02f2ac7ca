import { sleep } from 'n8n-workflow';

import { withLock } from '../../nodes/AlfaCrm/api/locks';
import { LockRow } from '../../nodes/AlfaCrm/api/lockRow';
import { SharedLock } from '../../nodes/AlfaCrm/api/sharedLock';
import type { Item } from '../../nodes/AlfaCrm/operations/run/item';
import { findOrCreate } from '../../nodes/AlfaCrm/operations/run/findOrCreate';
import { settle, stopTime } from './fakeTime';
import { ProcessedRows } from '../support/processedData';
import { randomFrom } from '../support/random';

stopTime();

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

function world(seed: number, processes: number) {
	const random = randomFrom(seed);
	jest.spyOn(Math, 'random').mockImplementation(() => random());
	const rows = new ProcessedRows();
	const service = new Service(random);
	const all = Array.from({ length: processes }, () => new Process(rows, service, random));
	return { random, rows, service, all };
}

const phonesOf = ({ created }: Service) => created.map(({ phone }) => phone).sort();
const phones = (count: number) => Array.from({ length: count }, (_unused, index) => `${100 + index}`);

describe('a process that is alone', () => {
	it('holds the lock as long as there is work, without a call to AlfaCRM more and hardly a statement', async () => {
		const { all, service, rows } = world(1, 1);
		const begun = performance.now();
		await settle(
			(async () => {
				for (const phone of phones(100)) await all[0].run(phone);
			})(),
		);
		expect(service.reads).toBe(100);
		expect(all[0].lock.turns).toBe(1);
		// Twice a second whether somebody waits, and a beat every four seconds.
		const seconds = (performance.now() - begun) / 1_000;
		expect(rows.statements).toBeLessThan(6 + 3 * seconds);
	});

	it('does not wait where n8n cannot keep a row', async () => {
		const { service } = world(2, 0);
		const lock = new SharedLock();
		const fails = async () =>
			await Promise.reject(new Error('SQLITE_CONSTRAINT: FOREIGN KEY constraint failed'));
		const row = new LockRow({
			checkProcessedAndRecord: fails,
			getProcessedDataCount: async () => await Promise.resolve(0),
			clearAllProcessedItems: fails,
		});
		expect(await settle(lock.tryEnter(row, undefined))).toBe(true);
		expect(lock.isHeld).toBe(true);
		expect(service.reads).toBe(0);
		lock.leave();
	});

	it('does wait, and fails if it cannot, where the database does not answer', async () => {
		world(3, 0);
		const lock = new SharedLock();
		const fails = async () => await Promise.reject(new Error('timeout exceeded when trying to connect'));
		const row = new LockRow({
			checkProcessedAndRecord: fails,
			getProcessedDataCount: fails,
			clearAllProcessedItems: fails,
		});
		expect(await settle(lock.tryEnter(row, undefined))).toBe(false);
		await expect(settle(lock.enter(row, undefined))).rejects.toThrow(
			"n8n's database did not answer for 30 seconds",
		);
	});
});

describe('several processes', () => {
	it.each([2, 4])('%i: create each only once, whatever the order', async (count) => {
		for (let seed = 1; seed <= 12; seed++) {
			const { all, service, random } = world(seed * 100 + count, count);
			const forms = [...phones(20), ...phones(20), ...phones(20)].sort(() => random() - 0.5);
			const runs = forms.map(async (phone) => {
				await sleep(random() * 5_000);
				return await all[Math.floor(random() * count)].run(phone);
			});
			const results = await settle(Promise.all(runs));
			expect(phonesOf(service)).toEqual(phones(20));
			expect(results.filter((result) => result === 'created')).toHaveLength(20);
		}
	});

	it('give each other turns while all have work without end', async () => {
		const { all, service } = world(7, 4);
		const done = all.map(() => 0);
		const until = performance.now() + 60_000;
		await settle(
			Promise.all(
				all.map(async (one, index) => {
					while (performance.now() < until) {
						await one.run(`${index} ${done[index]}`);
						done[index] += 1;
					}
				}),
			),
		);
		expect(service.created).toHaveLength(done.reduce((sum, one) => sum + one));
		for (const one of done) expect(one).toBeGreaterThan(50);
	});
});

describe('a process that is killed', () => {
	it('with the lock keeps others waiting for less than a minute', async () => {
		for (let seed = 1; seed <= 30; seed++) {
			const { all, service, random } = world(seed, 4);
			void all[0].run('of the dead');
			await jest.advanceTimersByTimeAsync(random() * 250);
			all[0].isAlive = false;
			const killedAt = performance.now();
			const waiting = all.slice(1).flatMap((one) => phones(3).map(async (phone) => await one.run(phone)));
			await settle(Promise.all(waiting));
			expect(phonesOf(service).filter((phone) => phone !== 'of the dead')).toEqual(phones(3));
			expect(performance.now() - killedAt).toBeLessThan(60_000);
		}
	});

	it('is replaced by one only, even of those that find it dead at the same moment', async () => {
		let replaced = 0;
		for (let seed = 1; seed <= 100; seed++) {
			const random = randomFrom(seed);
			// All look at the very same moments, until the database takes another time for each.
			const begun = performance.now();
			jest.spyOn(Math, 'random').mockImplementation(() => 0.5 + random() / 1_000);
			const rows = new ProcessedRows();
			const slow = () => (random() < 0.3 ? 900 : 1 + random() * 150);
			const latency = () => (performance.now() - begun < 19_500 ? 2 : slow());
			await settle(new LockRow(rows.helpersOf({ latency: () => 0 })).take());
			const locks = Array.from({ length: 3 }, () => new SharedLock());
			const holdsAtOnce: number[] = [];
			const entering = locks.map(async (lock) => {
				await lock.enter(new LockRow(rows.helpersOf({ latency })), undefined);
				replaced += 1;
				holdsAtOnce.push(locks.filter(({ isHeld }) => isHeld).length);
				await sleep(5_000);
				holdsAtOnce.push(locks.filter(({ isHeld }) => isHeld).length);
				lock.leave();
			});
			await settle(Promise.all(entering));
			expect([seed, ...holdsAtOnce]).toEqual([seed, 1, 1, 1, 1, 1, 1]);
		}
		expect(replaced).toBe(300);
	});

	it('at any moment of much work leaves no duplicate when its executions are run again', async () => {
		for (let seed = 1; seed <= 20; seed++) {
			const { all, service, random } = world(seed * 7, 4);
			const killAt = random() * 4_000;
			const runs = phones(30).flatMap((phone) =>
				[0, 1].map(async () => {
					await sleep(random() * 5_000);
					const one = all[Math.floor(random() * 4)];
					const killed = sleep(killAt + 30_000).then(() => 'killed');
					const result = await Promise.race([
						one.run(phone),
						one === all[0] ? killed : new Promise(() => {}),
					]);
					return result === 'killed' ? await all[1].run(phone) : result;
				}),
			);
			void sleep(killAt).then(() => (all[0].isAlive = false));
			await settle(Promise.all(runs));
			expect(phonesOf(service)).toEqual(phones(30));
		}
	});
});

describe('a process that takes the place of a dead one', () => {
	it('is not taken for dead itself, however long it works', async () => {
		const { all, service } = world(5, 3);
		const [dead, next, third] = all;
		// Long enough for many signs of life.
		const held = (async () => {
			for (let nth = 0; nth < 400; nth++) await dead.run(`early ${nth}`);
		})();
		void held;
		await jest.advanceTimersByTimeAsync(32_000);
		dead.isAlive = false;
		const slow = next.run('one', 70_000);
		await jest.advanceTimersByTimeAsync(30_000);
		const waits = third.run('one');
		await settle(Promise.all([slow, waits]));
		expect(phonesOf(service).filter((phone) => phone === 'one')).toHaveLength(1);
	});
});

describe('a process that stood still for longer than the others wait', () => {
	it('creates nothing afterwards, and does not take the lock away from its new holder', async () => {
		const { all, service } = world(11, 2);
		const [slow, other] = all;
		const work = slow.run('one');
		await jest.advanceTimersByTimeAsync(30);
		slow.stall(60_000);
		// Nothing of it reaches the database meanwhile.
		const { helpers } = { helpers: slow };
		helpers.isAlive = false;
		expect(await settle(other.run('one'))).toBe('created');
		helpers.isAlive = true;
		await expect(settle(work)).rejects.toMatchObject({ failure: { kind: 'notSent' } });
		expect(phonesOf(service)).toEqual(['one']);
	});
});
