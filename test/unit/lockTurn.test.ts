import { sleep } from 'n8n-workflow';

import type { LockRow } from '../../nodes/AlfaCrm/api/lockRow';
import { LockTurn } from '../../nodes/AlfaCrm/api/lockTurn';

beforeEach(() => {
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
});

/** A row in a database that takes a connection anew for some statements: those sent later may be carried out first. */
class Row {
	isThere = true;
	/** Milliseconds until an entry is added. */
	addMs = 0;

	async add(): Promise<{ wasHeld: boolean; there: string[] }> {
		await sleep(this.addMs);
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

/** A turn of which the work ends while a beat is on its way. */
async function endedDuringABeat(addMs: number) {
	const row = new Row();
	const onEnd = jest.fn();
	const turn = new LockTurn({ row: row as unknown as LockRow, at: performance.now() }, onEnd);
	turn.join();
	await jest.advanceTimersByTimeAsync(3_900);
	row.addMs = addMs;
	// The first beat is sent after four seconds.
	await jest.advanceTimersByTimeAsync(200);
	turn.leave();
	return { row, onEnd };
}

it('a beat that takes longer than the end of the work leaves no row behind', async () => {
	const { row, onEnd } = await endedDuringABeat(400);
	await jest.advanceTimersByTimeAsync(2_000);
	expect(onEnd).toHaveBeenCalledTimes(1);
	expect(row.isThere).toBe(false);
});

it('a beat that never comes back does not keep the lock', async () => {
	const { onEnd } = await endedDuringABeat(1e9);
	await jest.advanceTimersByTimeAsync(15_000);
	expect(onEnd).toHaveBeenCalledTimes(1);
});

it('a beat that finds the row gone leaves none behind', async () => {
	const row = new Row();
	const turn = new LockTurn({ row: row as unknown as LockRow, at: performance.now() }, jest.fn());
	turn.join();
	await row.remove();
	await jest.advanceTimersByTimeAsync(5_000);
	expect(turn.isHeld).toBe(false);
	turn.leave();
	await jest.advanceTimersByTimeAsync(1_000);
	expect(row.isThere).toBe(false);
});
