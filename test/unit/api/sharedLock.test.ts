import { sleep } from 'n8n-workflow';

import { LockRow } from '../../../nodes/AlfaCrm/api/lockRow';
import {
	BEAT_MS,
	CLAIM_MS,
	DEAD_MS,
	FRESH_MS,
	OWN_MS,
	SETTLE_MS,
	SPREAD_MS,
} from '../../../nodes/AlfaCrm/api/lockTimes';
import { LockTurn } from '../../../nodes/AlfaCrm/api/lockTurn';
import { SharedLock, sharedLockOf } from '../../../nodes/AlfaCrm/api/sharedLock';
import type { Item } from '../../../nodes/AlfaCrm/operations/run/item';
import { findOrCreate } from '../../../nodes/AlfaCrm/operations/run/findOrCreate';
import { ProcessedRows } from '../../support/processedData';
import { randomFrom } from '../../support/random';
import { settle, stopTime } from './clock';
import { phones, phonesOf, world } from './processes';

// Processes at work and processes that are killed, at any moments, are in test/properties/api/sharedLock.test.ts.

let random: () => number;
beforeEach(() => (random = randomFrom(7)));
stopTime({ random: () => random() });

const later = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

describe('the lock of a node in the database', () => {
	it('is one for each node of a workflow', () => {
		const lock = sharedLockOf('workflow', 'node');
		expect(sharedLockOf('workflow', 'node')).toBe(lock);
		expect(sharedLockOf('workflow', 'other node')).not.toBe(lock);
		expect(sharedLockOf('other workflow', 'node')).not.toBe(lock);
	});

	it('is kept for the nodes that were at work last, however many there ever were', () => {
		const [first, kept] = ['first', 'kept'].map((node) => sharedLockOf('workflow', node));
		for (let nth = 0; nth < 999; nth++) {
			sharedLockOf('workflow', `${nth}`);
			sharedLockOf('workflow', 'kept');
		}
		expect(sharedLockOf('workflow', 'kept')).toBe(kept);
		expect(sharedLockOf('workflow', 'first')).not.toBe(first);
	});

	it('nobody is taken for dead who may still remove its row or write', () => {
		const inOrder = [BEAT_MS, OWN_MS, FRESH_MS, DEAD_MS];
		// A beat may be late by as much as lies between two of them.
		inOrder.slice(1).forEach((ms, index) => expect(ms - inOrder[index]).toBeGreaterThanOrEqual(4_000));
	});

	it('a claim is looked at when it must have been written', () => {
		expect(SETTLE_MS - CLAIM_MS).toBeGreaterThanOrEqual(3_000);
	});

	it('nobody waits for a dead holder for longer than a minute, even if the first claims are in vain', () => {
		expect(DEAD_MS + SPREAD_MS + 2 * (CLAIM_MS + SETTLE_MS)).toBeLessThan(60_000);
	});
});

describe('a process that is alone', () => {
	it('holds the lock as long as there is work, without a call to AlfaCRM more and hardly a statement', async () => {
		const { all, service, rows } = world(1, random);
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

	/** A row of which n8n says this whatever it is asked. */
	const failing = (message: string) => {
		const fails = async () => await Promise.reject(new Error(message));
		return new LockRow({
			checkProcessedAndRecord: fails,
			getProcessedDataCount: fails,
			clearAllProcessedItems: fails,
		});
	};

	it('does not wait where n8n cannot keep a row', async () => {
		const lock = new SharedLock();
		const row = failing('SQLITE_CONSTRAINT: FOREIGN KEY constraint failed');
		expect(await settle(lock.tryEnter(row, undefined))).toBe(true);
		expect(lock.isHeld).toBe(true);
		lock.leave();
	});

	it('does wait, and fails if it cannot, where the database does not answer', async () => {
		const lock = new SharedLock();
		const row = failing('timeout exceeded when trying to connect');
		expect(await settle(lock.tryEnter(row, undefined))).toBe(false);
		const entering = settle(lock.enter(row, undefined));
		await expect(entering).rejects.toThrow("n8n's database did not answer for 30 seconds");
	});
});

describe('a process that takes the place of another one', () => {
	it('is not taken for dead itself, however long it works', async () => {
		const { all, service } = world(3, random);
		const [dead, next, third] = all;
		// Long enough for many signs of life.
		void (async () => {
			for (let nth = 0; nth < 400; nth++) await dead.run(`early ${nth}`);
		})();
		await later(32_000);
		dead.isAlive = false;
		const slow = next.run('one', 70_000);
		await later(30_000);
		const waits = third.run('one');
		await settle(Promise.all([slow, waits]));
		expect(phonesOf(service).filter((phone) => phone === 'one')).toHaveLength(1);
	});

	it('stops one that stood still for longer than the others wait, which creates nothing afterwards', async () => {
		const { all, service } = world(2, random);
		const [slow, other] = all;
		const work = slow.run('one');
		await later(30);
		slow.stall(60_000);
		// Nothing of it reaches the database meanwhile.
		slow.isAlive = false;
		expect(await settle(other.run('one'))).toBe('created');
		slow.isAlive = true;
		await expect(settle(work)).rejects.toMatchObject({ failure: { kind: 'notSent' } });
		expect(phonesOf(service)).toEqual(['one']);
	});
});

/** A database that answers until it hangs. */
function database(state = { hangs: false }) {
	const rows = new ProcessedRows();
	return { state, row: new LockRow(rows.helpersOf({ latency: () => 4, isAlive: () => !state.hangs })) };
}

/** One item that creates who is not there; nobody is there. */
async function runItem(lock: SharedLock, row: LockRow, signal?: AbortSignal) {
	const item = {
		run: { shared: { lock, row }, noteTurn: () => {}, client: { signal } },
		guarded: async (_assertMaySend: () => void, work: () => Promise<unknown>) => await work(),
		underWayMs: 0,
	};
	const [find, create] = [jest.fn(async () => await Promise.resolve(undefined)), jest.fn()];
	const begun = performance.now();
	const failure = await settle(
		findOrCreate(item as unknown as Item, find, create).then(
			() => undefined,
			(error: Error) => error.message,
		),
	);
	return { finds: find.mock.calls.length, creates: create.mock.calls.length, failure, begun };
}

describe('a database that never answers', () => {
	it('does not keep an item from looking, and fails it after half a minute where there is something to create', async () => {
		const { row } = database({ hangs: true });
		const { finds, creates, failure, begun } = await runItem(new SharedLock(), row);
		expect({ finds, creates }).toEqual({ finds: 1, creates: 0 });
		expect(failure).toContain("n8n's database did not answer for 30 seconds, so nothing was saved");
		expect(performance.now() - begun).toBeLessThan(40_000);
	});

	it.each([
		['it looks whether the lock is free', 2_000],
		['it waits for the lock', 20_000],
	])('does not hold up whoever is cancelled while %s', async (_what, ms) => {
		const { row } = database({ hangs: true });
		const cancel = new AbortController();
		void sleep(ms).then(() => cancel.abort());
		const { creates, failure, begun } = await runItem(new SharedLock(), row, cancel.signal);
		expect({ creates, failure }).toEqual({ creates: 0, failure: 'The execution was cancelled' });
		expect(performance.now() - begun).toBeLessThan(ms + 200);
	});

	it('from the middle of a turn on, keeps the next item as long and no longer', async () => {
		const { row, state } = database();
		const lock = new SharedLock();
		expect(await settle(lock.tryEnter(row, undefined))).toBe(true);
		state.hangs = true;
		lock.leave();
		await later(100);
		const { creates, failure, begun } = await runItem(lock, row);
		expect({ creates, failure }).toEqual({ creates: 0, failure: expect.stringContaining('30 seconds') });
		expect(performance.now() - begun).toBeLessThan(70_000);
	});

	it('for some seconds does not put a former attempt in the place of the lock that was got meanwhile', async () => {
		const lock = new SharedLock();
		const slow = new LockRow({
			getProcessedDataCount: async () => await Promise.resolve(0),
			checkProcessedAndRecord: async (items) => {
				await sleep(10_000);
				return { new: items, processed: [] };
			},
			clearAllProcessedItems: async () => await Promise.resolve(undefined),
		});
		expect(await settle(lock.tryEnter(slow, undefined))).toBe(false);
		const { row } = database();
		await settle(lock.enter(row, undefined));
		await later(6_000);
		lock.leave();
		await later(1_000);
		expect(await settle(row.size())).toBe(0);
	});
});

describe('those who wait for a holder that may be dead', () => {
	it('count the time from the answer that showed the last change, however long that was on its way', async () => {
		const rows = new ProcessedRows();
		const holder = new LockRow(rows.helpersOf({ latency: () => 0 }));
		await settle(holder.take());
		let ms = 4;
		const lock = new SharedLock();
		void lock.enter(new LockRow(rows.helpersOf({ latency: () => ms })), undefined);
		await later(1_000);
		// What it asks by now is answered, and the next one takes long.
		ms = 20_000;
		await later(9_000);
		const beat = holder.add('beat');
		await later(15_000);
		await beat;
		const beatAt = performance.now();
		ms = 4;
		await later(18_000);
		expect(lock.isHeld).toBe(false);
		await later(20_000);
		expect(lock.isHeld).toBe(true);
		expect(performance.now() - beatAt).toBeGreaterThan(20_000);
	});
});

describe('a beat of the holder', () => {
	/** A row in a database that takes a connection anew for some statements: those sent later may be carried out first. */
	class Row {
		isThere = true;
		/** Milliseconds until an entry is added. */
		addMs = 0;
		addFails = false;

		async add(): Promise<{ wasHeld: boolean; there: string[] }> {
			await sleep(this.addMs);
			if (this.addFails) throw new Error('no connection');
			const wasHeld = this.isThere;
			this.isThere = true;
			return { wasHeld, there: [] };
		}

		async size(): Promise<number> {
			return await Promise.resolve(this.isThere ? 1 : 0);
		}

		async remove(): Promise<void> {
			this.isThere = false;
			return await Promise.resolve();
		}
	}

	/** A turn that has work. */
	function begun() {
		const row = new Row();
		const onEnd = jest.fn();
		const turn = new LockTurn({ row: row as unknown as LockRow, at: performance.now() }, onEnd);
		turn.join();
		return { row, onEnd, turn };
	}

	/** One of which the work ends while a beat is on its way. */
	async function endedDuringABeat(addMs: number) {
		const { row, onEnd, turn } = begun();
		await later(3_900);
		row.addMs = addMs;
		// The first beat is sent after four seconds.
		await later(200);
		turn.leave();
		return { row, onEnd };
	}

	it('that takes longer than the end of the work leaves no row behind', async () => {
		const { row, onEnd } = await endedDuringABeat(400);
		await later(2_000);
		expect([onEnd.mock.calls.length, row.isThere]).toEqual([1, false]);
	});

	it('that never comes back does not keep the lock', async () => {
		const { onEnd } = await endedDuringABeat(1e9);
		await later(15_000);
		expect(onEnd).toHaveBeenCalledTimes(1);
	});

	it('that finds the row gone leaves none behind, and ends the turn', async () => {
		const { row, turn } = begun();
		await row.remove();
		await later(5_000);
		expect(turn.isHeld).toBe(false);
		turn.leave();
		await later(1_000);
		expect(row.isThere).toBe(false);
	});

	it.each([
		[7_500, false],
		[8_500, true],
		[11_500, true],
	])(
		'that was the last one %i ms ago lets the row be removed only while nobody can have taken its place by then: left is %j',
		async (silentMs, isLeft) => {
			const { row, turn } = begun();
			row.addFails = true;
			await later(silentMs);
			turn.leave();
			await later(2_000);
			expect(row.isThere).toBe(isLeft);
		},
	);
});
