import { sleep } from 'n8n-workflow';

import { LockRow } from '../../nodes/AlfaCrm/api/lockRow';
import { LockTurn } from '../../nodes/AlfaCrm/api/lockTurn';
import { SharedLock } from '../../nodes/AlfaCrm/api/sharedLock';
import type { Item } from '../../nodes/AlfaCrm/operations/run/item';
import { findOrCreate } from '../../nodes/AlfaCrm/operations/run/findOrCreate';
import { settle, stopTime } from './fakeTime';
import { ProcessedRows } from '../support/processedData';
import { randomFrom } from '../support/random';

stopTime();

/** A database that answers until it hangs. */
function database({ hangs = false } = {}) {
	const rows = new ProcessedRows();
	const state = { hangs };
	const latency = () => 4;
	return { rows, state, row: new LockRow(rows.helpersOf({ latency, isAlive: () => !state.hangs })) };
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
		await jest.advanceTimersByTimeAsync(100);
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
		await jest.advanceTimersByTimeAsync(6_000);
		lock.leave();
		await jest.advanceTimersByTimeAsync(1_000);
		expect(await settle(row.size())).toBe(0);
	});
});

describe('a holder whose beats have not reached the database for a while', () => {
	/** Whether the row is still there after a turn whose beats fail from then on, and that ended so long after the last one. */
	async function isLeft(silentMs: number): Promise<boolean> {
		const { rows } = database();
		let fails = false;
		const helpers = rows.helpersOf({ latency: () => 4 });
		const row = new LockRow({
			...helpers,
			checkProcessedAndRecord: async (...all) =>
				fails
					? await Promise.reject(new Error('no connection'))
					: await helpers.checkProcessedAndRecord(...all),
		});
		await settle(row.take());
		fails = true;
		const turn = new LockTurn({ row, at: performance.now() }, jest.fn());
		turn.join();
		await jest.advanceTimersByTimeAsync(silentMs);
		turn.leave();
		await jest.advanceTimersByTimeAsync(2_000);
		return (await settle(row.size())) > 0;
	}

	it('removes its row only while nobody can have taken its place by the time that the database does so', async () => {
		expect(await isLeft(7_500)).toBe(false);
		expect(await isLeft(8_500)).toBe(true);
		expect(await isLeft(11_500)).toBe(true);
	});
});

describe('those who wait for a dead holder', () => {
	it.each([4, 8])('%i of them, that look all the time, do not hold each other up', async (count) => {
		for (let seed = 1; seed <= 12; seed++) {
			const random = randomFrom(seed);
			jest.spyOn(Math, 'random').mockImplementation(() => random());
			const rows = new ProcessedRows();
			await settle(new LockRow(rows.helpersOf({ latency: () => 0 })).take());
			const begun = performance.now();
			const latency = () => 5 + random() * 300;
			const first = Promise.race(
				Array.from({ length: count }, async () => {
					const lock = new SharedLock();
					await lock.enter(new LockRow(rows.helpersOf({ latency })), undefined);
					return lock;
				}),
			);
			const lock = await settle(first);
			expect(performance.now() - begun).toBeLessThan(60_000);
			lock.leave();
			jest.clearAllTimers();
		}
	});

	it('count the time from the answer that showed the last change, however long that was on its way', async () => {
		const rows = new ProcessedRows();
		const holder = new LockRow(rows.helpersOf({ latency: () => 0 }));
		await settle(holder.take());
		let ms = 4;
		const lock = new SharedLock();
		void lock.enter(new LockRow(rows.helpersOf({ latency: () => ms })), undefined);
		await jest.advanceTimersByTimeAsync(1_000);
		// What it asks by now is answered, and the next one takes long.
		ms = 20_000;
		await jest.advanceTimersByTimeAsync(9_000);
		const beat = holder.add('beat');
		await jest.advanceTimersByTimeAsync(15_000);
		await beat;
		const beatAt = performance.now();
		ms = 4;
		await jest.advanceTimersByTimeAsync(18_000);
		expect(lock.isHeld).toBe(false);
		await jest.advanceTimersByTimeAsync(20_000);
		expect(lock.isHeld).toBe(true);
		expect(performance.now() - beatAt).toBeGreaterThan(20_000);
	});
});
