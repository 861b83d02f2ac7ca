import { UserError } from 'n8n-workflow';

import { boundedSet } from './bounded';
import { abortable, sleepUnref } from './cancel';
import type { ProcessedData } from './databaseRow';
import { ANSWER_MS, DatabaseRow, NoRowError } from './databaseRow';

/**
 * A lock for the work of one node, which only one of all n8n processes holds. A row of n8n's
 * database is the lock: see `DatabaseRow`.
 *
 * - **Taking.** The process that inserts the row has the lock. It removes the row to hand the lock
 *   over.
 * - **Waiting.** Each waiting process adds an entry to the row, its waiting entry. The holder looks
 *   at the row every second, so it soon sees the entry. From then on the holder takes no new work,
 *   adds heartbeats, and hands the lock over when its work is done.
 * - **Lease.** The holder begins no write later than `LEASE_MS` after it last saw that nobody
 *   waited, or last added a heartbeat.
 * - **Dead holder.** A waiting process that has seen its own waiting entry for `DEAD_MS` in a row
 *   without a heartbeat takes the holder for dead. It adds a claim, which is an entry that
 *   announces the removal of the row, and removes the row some seconds later. The time between
 *   `LEASE_MS` and `DEAD_MS` is for statements and calls under way. No clocks are compared.
 *
 * All times are milliseconds, and all moments are those of `performance.now()`.
 */

/**
 * The holder may write for this long after it last saw that nobody waited, or added a heartbeat.
 */
const LEASE_MS = 40_000;

/** A holder that has added no heartbeat for this long, although it was waited for, is dead. */
const DEAD_MS = 60_000;

/**
 * Each process waits up to this much longer, because two that claim a row at the same moment may
 * both have to begin again.
 */
const SPREAD_MS = 5_000;

/**
 * A claim is looked at again after this time. It counts only if that look came within twice this
 * time.
 */
const CLAIM_MS = 5_000;

/**
 * A process that has not looked at a row for this long may have stood still, so it watches the row
 * anew.
 */
const BREAK_MS = 10_000;

/** The holder renews its lease this often. */
const RENEW_MS = 1_000;

/** A waiting process looks about this often. */
const LOOK_MS = 500;

/** A process that has handed the lock over does not take it again for this long. */
const BACKOFF_MS = 1_000;

/** The lock is kept this long for the next piece of work. */
const LINGER_MS = 50;

/** An item that does not know after this time whether it can have the lock searches without it. */
const TRY_MS = 5_000;

/**
 * An item waits this long before it searches without the lock. If there is something to create,
 * such a search has to be repeated with the lock, and AlfaCRM takes only a few calls a second.
 */
const WAIT_BEFORE_SEARCH_MS = 29_000;

/**
 * A node whose last ten searches all found a record hardly creates any, so it does not wait before
 * a search.
 */
const FOUND_IN_A_ROW = 10;

/** How many locks a process keeps: more than there are nodes at work at the same time. */
const MOST_LOCKS = 1_000;

/** A row for which nobody waits has two entries: the first one and the one of its holder. */
const ENTRIES_IF_NOBODY_WAITS = 2;

/** The locks by workflow and node. n8n's database has one row for each. */
const locks = new Map<string, DatabaseLock>();

/**
 * Returns the lock of a node of a workflow. Beyond `MOST_LOCKS`, the lock that was used longest ago
 * is forgotten. If it is still in use, the new lock waits for its row, as another process would.
 */
export function getDatabaseLock(workflowId: string | undefined, nodeId: string): DatabaseLock {
	const key = JSON.stringify([workflowId, nodeId]);
	const lock = locks.get(key) ?? new DatabaseLock();
	boundedSet(locks, key, lock, MOST_LOCKS);
	return lock;
}

// ------------------------------------------------------- the lock

/**
 * The lock of one node, in one process. While this process holds the lock, it has a lease, which
 * several pieces of its work join and leave.
 */
export class DatabaseLock {
	/** Counts the leases of this process. */
	private epoch = 0;
	private lease?: Lease;
	/** The attempt to take the lock at once that is under way. */
	private attempt?: Promise<void>;
	/** The wait for the lock that is under way. All waiting work of this process shares it. */
	private waiting?: Promise<void>;
	/** Until when this process leaves the lock to others. */
	private backoffUntil = 0;
	/** How many searches in a row have found a record. */
	private foundInARow = 0;

	/**
	 * Joins the lease of this process, if it has the lock or can have it at once.
	 *
	 * @returns undefined if another process has the lock, or the database takes too long to say so
	 */
	async tryEnter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		if (this.lease?.isOpen !== true) {
			await abortable(Promise.race([this.takeIfFree(data), sleepUnref(TRY_MS)]), signal);
		}
		return this.joinLease();
	}

	/**
	 * Waits for the lock before a search, but not for long, and not at all where the node hardly ever
	 * creates a record.
	 *
	 * @returns undefined if the search must do without the lock
	 */
	async enterBeforeSearch(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		const firstLease = await this.tryEnter(data, signal);
		if (firstLease !== undefined || this.foundInARow >= FOUND_IN_A_ROW) return firstLease;

		const timeIsUp = sleepUnref(WAIT_BEFORE_SEARCH_MS).then(() => true);
		for (;;) {
			// If the database fails, the search comes first, because it may find a record.
			const hasFailed = this.waitForLock(data).then(
				() => false,
				() => true,
			);
			const isWaitOver = await abortable(Promise.race([hasFailed, timeIsUp]), signal);

			// A lease that other work of this process has ended since cannot be joined: wait again.
			const lease = this.joinLease();
			if (lease !== undefined || isWaitOver) return lease;
		}
	}

	/** Notes whether a search has found a record, or a record had to be created. */
	noteSearch({ hasFound }: { hasFound: boolean }): void {
		this.foundInARow = hasFound ? this.foundInARow + 1 : 0;
	}

	/**
	 * Waits for the lock, for as long as it takes.
	 *
	 * @throws UserError if n8n's database does not answer
	 */
	async enter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease> {
		for (;;) {
			const lease = this.joinLease();
			if (lease !== undefined) return lease;

			await abortable(this.waitForLock(data), signal);
		}
	}

	/** Joins the lease of this process; undefined if it has none that takes more work. */
	private joinLease(): Lease | undefined {
		const { lease } = this;
		if (lease?.isOpen !== true) return undefined;

		lease.join();
		return lease;
	}

	/** Whether this process may ask for the row. Right after a handover, others come first. */
	private get mayTake(): boolean {
		return this.lease?.isHeld !== true && performance.now() >= this.backoffUntil;
	}

	/** Takes the lock, unless another process has it or work of this process waits for it already. */
	private async takeIfFree(data?: ProcessedData): Promise<void> {
		await this.lease?.ending;
		if (!this.mayTake || this.waiting !== undefined) return;

		this.attempt ??= this.insertRowIfFree(new DatabaseRow(data)).finally(() => {
			this.attempt = undefined;
		});
		await this.attempt;
	}

	/**
	 * Takes the lock by inserting its row into n8n's database, if there is no row yet.
	 *
	 * Looks for the row first. An attempt to insert one would ask a process that has the lock to give
	 * it up, because it would show there as a process that waits.
	 */
	private async insertRowIfFree(row: DatabaseRow): Promise<void> {
		try {
			const entryCount = await row.countEntries();
			if (entryCount > 0) return;

			const waiter = new Waiter(row);
			const takenAt = await waiter.tryToTake();
			if (takenAt !== undefined) this.beginLease(row, takenAt);
		} catch (error) {
			// Where n8n cannot keep a row, the lock holds within this process only. After any other
			// failure of the database, the lock is tried again if there is something to create.
			if (error instanceof NoRowError) this.beginLeaseInProcess();
		}
	}

	/** Waits until this process has the lock. All work of the process shares one wait. */
	private async waitForLock(data?: ProcessedData): Promise<void> {
		this.waiting ??= this.lookUntilTaken(new DatabaseRow(data)).finally(() => {
			this.waiting = undefined;
		});
		await this.waiting;
	}

	/**
	 * Looks at the row again and again, until this process has the lock.
	 *
	 * @throws UserError if n8n's database has not answered for `ANSWER_MS`
	 */
	private async lookUntilTaken(row: DatabaseRow): Promise<void> {
		const waiter = new Waiter(row);
		let answeredAt = performance.now();
		for (;;) {
			try {
				const takenAt = this.mayTake ? await waiter.tryToTake() : undefined;
				if (takenAt !== undefined) this.beginLease(row, takenAt);
				answeredAt = performance.now();
			} catch (error) {
				if (error instanceof NoRowError) {
					// n8n cannot keep a row, so the lock holds within this process only.
					this.beginLeaseInProcess();
				} else if (performance.now() - answeredAt >= ANSWER_MS) {
					throw makeDatabaseDownError(error);
				}
			}
			// An attempt to take the lock at once may have succeeded meanwhile, too.
			if (this.lease?.isOpen === true) return;

			await sleepUnref(LOOK_MS * (0.5 + Math.random()));
		}
	}

	/**
	 * Begins a lease, after this process has inserted the row.
	 *
	 * @param takenAt when the statement was sent that inserted it
	 */
	private beginLease(row: DatabaseRow, takenAt: number): void {
		this.epoch += 1;
		this.keepLease(this.epoch, row, takenAt);
	}

	/** Begins a lease that holds within this process only, where n8n cannot keep a row. */
	private beginLeaseInProcess(): void {
		this.keepLease(0, undefined, performance.now());
	}

	/**
	 * Keeps a lease, which is the time for which this process has the lock, until it ends. If other
	 * processes wait for the lock then, this one lets them go first.
	 */
	private keepLease(epoch: number, row: DatabaseRow | undefined, takenAt: number): void {
		const lease = new Lease(epoch, row, takenAt, ({ isAwaited }) => {
			if (isAwaited) this.backoffUntil = performance.now() + BACKOFF_MS;
			if (this.lease === lease) this.lease = undefined;
		});
		this.lease = lease;
	}
}

/** Makes the error for work that could not get the lock, because the database is down. */
function makeDatabaseDownError(cause: unknown): UserError {
	return new UserError(
		`n8n's database did not answer for ${ANSWER_MS / 1_000} seconds, so this was not saved: another n8n process may be doing the same. Run it again.`,
		{ cause },
	);
}

// ------------------------------------------------------- the holder

/**
 * The time for which a process holds the lock. It ends when the work is done and another process
 * waits, or when no more work has come for a moment. Pieces of work of the same process join and
 * leave it.
 */
export class Lease {
	/** How many pieces of work have joined and not left. */
	private workCount = 0;
	/** Whether another process waits for the lock. */
	private isAwaited = false;
	/** Until when no other process takes the lock, so that work may write. */
	private heldUntil: number;
	/** The look at the row that is under way. */
	private renewing?: Promise<void>;
	/** The removal of the row, once it has begun. */
	ending?: Promise<void>;

	/**
	 * @param epoch counts the leases of this process; what was read in an earlier one may be stale. 0
	 * where n8n cannot keep a row.
	 * @param row undefined where n8n cannot keep one; the lock then holds within this process only
	 * @param takenAt when the statement was sent that took the lock
	 * @param onEnd called once; told whether another process waits
	 */
	constructor(
		readonly epoch: number,
		private readonly row: DatabaseRow | undefined,
		takenAt: number,
		private readonly onEnd: (end: { isAwaited: boolean }) => void,
	) {
		this.heldUntil = row === undefined ? Infinity : takenAt + LEASE_MS;
		if (row !== undefined) void this.keepRenewing(row);
		void this.endWhenIdle();
	}

	/**
	 * Whether work that has joined may still write. Uses `performance.now()`, so the clocks of
	 * several machines do not matter.
	 */
	get isHeld(): boolean {
		return performance.now() < this.heldUntil;
	}

	/** Whether more work may join. */
	get isOpen(): boolean {
		return this.isHeld && !this.isAwaited && this.ending === undefined;
	}

	/** Begins one piece of work. It must call `leave` once. */
	join(): void {
		this.workCount += 1;
	}

	/** Ends one piece of work that has joined. */
	leave(): void {
		this.workCount -= 1;
		void this.endWhenIdle();
	}

	/** Renews the lease every second, as long as it is held. */
	private async keepRenewing(row: DatabaseRow): Promise<void> {
		while (this.isHeld && this.ending === undefined) {
			await sleepUnref(RENEW_MS);
			if (this.ending === undefined) {
				// A renewal that fails may succeed the next time. If none does, the lease runs out.
				this.renewing = this.renew(row).catch(() => undefined);
				await this.renewing;
			}
			if (this.isAwaited) await this.endWhenIdle();
		}
	}

	/**
	 * Renews the lease. While nobody waits, it is enough to see that. While another process waits,
	 * the lease is renewed by a heartbeat.
	 *
	 * Seeing the first waiting entry renews nothing, because that process counts the time from its
	 * entry on and does not know when it was seen.
	 */
	private async renew(row: DatabaseRow): Promise<void> {
		const beganAt = performance.now();
		const addsHeartbeat = this.isAwaited;
		const entryCount = addsHeartbeat ? await this.addHeartbeat(row) : await row.countEntries();
		// Once the lease has run out, the row may belong to another process.
		if (!this.isHeld) return;

		if (entryCount === 0) {
			// Another process took this one for dead and removed the row.
			this.heldUntil = -Infinity;
		} else if (addsHeartbeat || entryCount === ENTRIES_IF_NOBODY_WAITS) {
			this.heldUntil = beganAt + LEASE_MS;
		} else {
			this.isAwaited = true;
		}
	}

	/**
	 * Adds a heartbeat. It consists of two entries, so that it differs from the waiting entry of
	 * another process.
	 *
	 * @returns 0 if the row was gone
	 */
	private async addHeartbeat(row: DatabaseRow): Promise<number> {
		const name = `heartbeat ${Math.random()}`;
		const { entriesBefore } = await row.add(`${name} 1`, `${name} 2`);
		return entriesBefore.length;
	}

	/** Ends the lease, unless work has joined it or joins it within a moment. */
	private async endWhenIdle(): Promise<void> {
		if (this.isOpen) await sleepUnref(LINGER_MS);
		if (this.workCount > 0) return;

		this.ending ??= this.end();
		await this.ending;
	}

	/** Removes the row, so that another process can take the lock. */
	private async end(): Promise<void> {
		const { row } = this;
		// A heartbeat after the removal would make a row that nobody holds.
		await this.renewing;
		// Learns of a process that has begun to wait within the last second, which gets the lock next.
		if (row !== undefined && !this.isAwaited) await this.renew(row).catch(() => undefined);
		// A late removal would remove the row of another process, because all use the same row.
		if (row !== undefined && this.isHeld) await row.remove().catch(() => undefined);
		this.onEnd({ isAwaited: this.isAwaited });
	}
}

// ------------------------------------------------------- a waiting process

/** A process that waits for the lock, and replaces a dead holder. */
class Waiter {
	/** The entry by which this process shows that it waits. */
	private readonly waitingEntry = `mark ${Math.random()}`;
	/** How many entries the row had at the last look. */
	private entryCount = 0;
	/** When the last look began. */
	private lookedAt = -Infinity;
	/** From this moment on, the holder is taken for dead, unless the row changes before. */
	private deadAt = Infinity;

	constructor(private readonly row: DatabaseRow) {}

	/**
	 * Takes the lock if it is free, by adding the waiting entry. Otherwise watches whether the holder
	 * is alive, and removes the row of a dead one.
	 *
	 * @returns when the statement was sent that took the lock; undefined while another process has it
	 */
	async tryToTake(): Promise<number | undefined> {
		const lookBeganAt = performance.now();
		const { hasInsertedRow, entriesBefore } = await this.row.add(this.waitingEntry);
		if (hasInsertedRow) return lookBeganAt;

		// A statement that took very long may have written the row of the dead holder over the row of
		// the next holder.
		const wasQuick = performance.now() - lookBeganAt < CLAIM_MS;
		const entryCount = await this.row.countEntries();
		const now = performance.now();
		const hasWatchedWithoutBreak = now - this.lookedAt < BREAK_MS;

		const isUnchanged = this.isRowUnchanged(entriesBefore, entryCount);
		// Any other look begins the watch anew.
		const keepsWatching = wasQuick && hasWatchedWithoutBreak && isUnchanged;
		if (!keepsWatching) this.deadAt = now + DEAD_MS + Math.random() * SPREAD_MS;
		this.entryCount = entryCount;
		this.lookedAt = lookBeganAt;

		return now < this.deadAt ? undefined : await this.replaceDeadHolder(entryCount);
	}

	/**
	 * Tells whether the last look has seen the same row, and the holder has added no heartbeat since.
	 * One entry more is the waiting entry of another process; a heartbeat adds two.
	 */
	private isRowUnchanged(entriesBefore: readonly unknown[], entryCount: number): boolean {
		const isSameRow = entriesBefore.includes(this.waitingEntry);
		const addedCount = entryCount - this.entryCount;
		return isSameRow && (addedCount === 0 || addedCount === 1);
	}

	/**
	 * Claims the row of a dead holder, and removes it some seconds later. If two processes claim it
	 * at the same moment, one of them either sees that it is not the first, or overwrites the claim
	 * of the other.
	 *
	 * @returns when the statement was sent that took the lock, if the row was gone; otherwise
	 * undefined, and the next look may take the lock
	 */
	private async replaceDeadHolder(entryCount: number): Promise<number | undefined> {
		const { row, waitingEntry } = this;
		// The row is watched anew, whatever becomes of the claim.
		this.entryCount = 0;

		// All processes that claim the row in its present state add the same two entries, whether or
		// not they see one waiting entry more.
		const sharedClaims = [`claimed at ${entryCount}`, `claimed at ${entryCount + 1}`];
		const ownClaim = `claim ${Math.random()}`;
		const claimedAt = performance.now();
		const claiming = await row.add(waitingEntry, ...sharedClaims, ownClaim);
		if (claiming.hasInsertedRow) return claimedAt;

		const isFirstClaim = !sharedClaims.some((claim) => claiming.entriesBefore.includes(claim));
		const isSameRow = claiming.entriesBefore.includes(waitingEntry);
		if (!isFirstClaim || !isSameRow) return undefined;

		await sleepUnref(CLAIM_MS);
		const lookedAgainAt = performance.now();
		const secondLook = await row.add(ownClaim);
		if (secondLook.hasInsertedRow) return lookedAgainAt;

		// A claim that was written late may stand in the row of the next holder.
		const isInTime = performance.now() - claimedAt < 2 * CLAIM_MS;
		const isClaimThere = secondLook.entriesBefore.includes(ownClaim);
		if (isInTime && isClaimThere) await row.remove();
		return undefined;
	}
}
