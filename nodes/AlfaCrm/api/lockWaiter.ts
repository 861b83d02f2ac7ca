import { timeout } from './cancel';
import type { LockRow } from './lockRow';
import { CLAIM_MS, DEAD_MS, SETTLE_MS, SPREAD_MS } from './lockTimes';
import type { Taken } from './lockTurn';

/** How often a process that waits asks for the lock. */
const ASK_MS = 3_000;

/**
 * A process that waits for the lock: it asks the holder for it, and takes its place if it is dead. Then who waits puts in a
 * claim. Of two who do so at the same moment one overwrites the other's, or sees that it was not the first: a claim counts
 * only if it was written within two seconds, nothing else was in the row then, and it is still there after five.
 */
export class LockWaiter {
	/** Of the row, when it was last looked at. */
	private size = 0;
	/** When its holder is taken for dead, unless it changes before. */
	private deadAt = Infinity;
	private askedAt = -Infinity;

	constructor(private readonly row: LockRow) {}

	/** @returns undefined while another process has the lock */
	async look(): Promise<Taken | undefined> {
		const { row } = this;
		const at = performance.now();
		const size = await row.size();
		// A row that is shorter is a new one.
		if (size < this.size) this.askedAt = -Infinity;
		if (size !== this.size) this.noteLife();
		this.size = size;
		if (size === 0) return (await row.take()) ? { row, at } : undefined;
		if (at - this.askedAt >= ASK_MS) {
			this.askedAt = at;
			return (await row.takeOrAskFor()) ? { row, at, isWanted: true } : undefined;
		}
		if (at < this.deadAt) return undefined;
		// Whatever is there after the claim is looked at as if for the first time.
		this.size = 0;
		return await this.replaceDead(size);
	}

	/** What has become of the row is not known: its holder has the whole time again to show that it lives. */
	lookFailed(): void {
		this.noteLife();
	}

	/** The row may have changed as late as now: the answer that tells of it may have been on its way for long. */
	private noteLife(): void {
		this.deadAt = performance.now() + DEAD_MS + Math.random() * SPREAD_MS;
	}

	/** @param size of the row, which did not change for long */
	private async replaceDead(size: number): Promise<Taken | undefined> {
		const { row } = this;
		const claim = `claim ${Math.random()}`;
		const begun = performance.now();
		const first = await row.add(claim);
		// Where the row was gone, this process has made it now.
		if (!first.wasHeld) return { row, at: begun, isWanted: true };
		if (performance.now() - begun > CLAIM_MS || (await row.size()) !== size + 1) return undefined;
		await timeout(SETTLE_MS);
		const at = performance.now();
		const second = await row.add(claim);
		return !second.wasHeld || second.there.includes(claim) ? { row, at, isWanted: true } : undefined;
	}
}
