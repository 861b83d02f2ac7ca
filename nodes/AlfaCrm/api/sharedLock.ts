import { UserError } from 'n8n-workflow';

import { abortable, timeout } from './cancel';
import { touch } from './latest';
import type { LockRow } from './lockRow';
import { NoRowError } from './lockRow';
import { ANSWER_MS } from './lockTimes';
import type { Taken } from './lockTurn';
import { LockTurn } from './lockTurn';
import { LockWaiter } from './lockWaiter';

/** Whoever has given it up to another process does not take it for so long. */
const COURTESY_MS = 200;
/** How often a process that waits looks. */
const POLL_MS = 100;
/** How long it takes at most to find out whether the lock can be had at once. */
const TRY_MS = 5_000;
/** More nodes than are at work at the same time. */
const MOST_LOCKS = 1_000;

/** By workflow and node, for which n8n's database has a row each. */
const locks = new Map<string, SharedLock>();

/**
 * The one of a node of a workflow. Of very many nodes the one that has not been at work for the longest is forgotten; if it
 * was at work all the same, a second one waits for its row, as another process would.
 */
export function sharedLockOf(workflowId: string, nodeId: string): SharedLock {
	const key = JSON.stringify([workflowId, nodeId]);
	const lock = locks.get(key) ?? new SharedLock();
	touch(locks, key, lock, MOST_LOCKS);
	return lock;
}

/**
 * A lock that one of all n8n processes holds, for all work of its own that is under way: that takes turns by itself
 * (`withLock`), or need not. Without others it is kept as long as there is work; if another process waits, it is given
 * up as soon as what has begun is done.
 */
export class SharedLock {
	/** How often this process has got the lock; what was read in another turn may be stale. */
	turns = 0;
	private turn?: LockTurn;
	private attempt?: Promise<void>;
	private waiting?: Promise<void>;
	private courtesyUntil = 0;

	/** Joins the work of this process if it has the lock or can have it at once. */
	async tryEnter(row: LockRow, signal: AbortSignal | undefined): Promise<boolean> {
		if (this.join()) return true;
		await abortable(Promise.race([this.tryToTake(row), timeout(TRY_MS)]), signal);
		return this.join();
	}

	/** Waits for the lock. */
	async enter(row: LockRow, signal: AbortSignal | undefined): Promise<void> {
		while (!this.join()) {
			this.waiting ??= this.waitForTurn(row).finally(() => (this.waiting = undefined));
			await abortable(this.waiting, signal);
		}
	}

	/** To be called once by whoever has entered. */
	leave(): void {
		this.turn?.leave();
	}

	/** Whether what has entered may still write. */
	get isHeld(): boolean {
		return this.turn?.isHeld === true;
	}

	private join(): boolean {
		return this.turn?.join() === true;
	}

	/** Whether the row is to be looked at: this process does not have it, and has not just given it up. */
	private get mayTake(): boolean {
		return this.turn === undefined && performance.now() >= this.courtesyUntil;
	}

	private async tryToTake(row: LockRow): Promise<void> {
		if (this.turn?.isInUse === false) await this.turn.ending;
		if (!this.mayTake || this.waiting !== undefined) return;
		this.attempt ??= this.takeAtOnce(row).finally(() => (this.attempt = undefined));
		await this.attempt;
	}

	private async takeAtOnce(row: LockRow): Promise<void> {
		try {
			const at = performance.now();
			const isTaken = (await row.size()) === 0 && (await row.take());
			// Where that took long, this process may have waited for it and got it meanwhile.
			if (isTaken && this.turn === undefined) this.begin({ row, at });
		} catch (error) {
			// After any other failure of the database it is tried once more if there is something to create.
			if (error instanceof NoRowError) this.begin({ at: performance.now() });
		}
	}

	private async waitForTurn(row: LockRow): Promise<void> {
		const waiter = new LockWaiter(row);
		let answeredAt = performance.now();
		// Or until somebody else's attempt in this process has succeeded.
		while (this.turn?.isOpen !== true) {
			try {
				const taken = this.mayTake ? await waiter.look() : undefined;
				if (taken !== undefined) return this.begin(taken);
				answeredAt = performance.now();
			} catch (error) {
				if (error instanceof NoRowError) return this.begin({ at: performance.now() });
				if (performance.now() - answeredAt >= ANSWER_MS) throw noDatabase(error);
				waiter.lookFailed();
			}
			await timeout(POLL_MS * (0.5 + Math.random()));
		}
	}

	private begin(taken: Taken): void {
		if (taken.row !== undefined) this.turns += 1;
		const turn = new LockTurn(taken, () => {
			if (turn.isWanted) this.courtesyUntil = performance.now() + COURTESY_MS;
			if (this.turn === turn) this.turn = undefined;
		});
		this.turn = turn;
	}
}

const noDatabase = (cause: unknown): UserError =>
	new UserError(
		`n8n's database did not answer for ${ANSWER_MS / 1_000} seconds, so nothing was saved: another n8n process may be doing the same. Run it again.`,
		{ cause },
	);
