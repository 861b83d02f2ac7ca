import { UserError } from 'n8n-workflow';

import { boundedSet } from './bounded';
import { waitUnlessAborted, sleepUnref } from './cancel';
import type { ProcessedData } from './databaseRow';
import { ANSWER_MS, DatabaseRow, NoRowError } from './databaseRow';

/**
 * A lock for the work of one node, which only one of all n8n processes holds. Work that may create
 * a record searches AlfaCRM first, and creates the record only if the search found none. The lock
 * keeps two processes from creating the same record.
 *
 * A row of n8n's database is the lock: see `DatabaseRow`.
 *
 * - **Taking.** The process that inserts the row has the lock. It removes the row to hand the lock
 *   over.
 * - **Waiting.** Each waiting process adds an entry to the row, its waiting entry. The holder looks
 *   at the row every second, so it soon sees the entry. From then on the holder takes no new work,
 *   adds heartbeats, and hands the lock over when its work is done.
 * - **Lease.** The holder begins no write to AlfaCRM later than `LEASE_MS` after it last saw that
 *   nobody waited, or last added a heartbeat.
 * - **Dead holder.** A waiting process takes the holder for dead after it has seen its own waiting
 *   entry and no heartbeat for `DEAD_MS` without interruption. It adds a claim, which is an entry
 *   that announces the removal of the row, and removes the row some seconds later. The time between
 *   `LEASE_MS` and `DEAD_MS` is for statements and calls under way. No clocks are compared.
 *
 * All times are milliseconds, and all moments are moments of `performance.now()`.
 */

/**
 * The holder may write to AlfaCRM for this long after it last saw that nobody waited, or added a
 * heartbeat.
 */
const LEASE_MS = 40_000;

/** A holder that has added no heartbeat for this long, although another process waits, is dead. */
const DEAD_MS = 60_000;

/**
 * Each process waits for up to this time in addition to `DEAD_MS`. If two processes claim a row at
 * the same moment, both may have to begin again.
 */
const SPREAD_MS = 5_000;

/**
 * A process looks at its claim again after this time, and removes the row if the claim is still
 * there. The claim is void if that second look took until twice this time.
 */
const CLAIM_MS = 5_000;

/**
 * A waiting process that has not looked at the row for this long may have been suspended, so it
 * cannot tell what the holder did meanwhile. It begins to watch the row anew.
 */
const LONGEST_GAP_BETWEEN_LOOKS_MS = 10_000;

/** The holder renews its lease this often. */
const RENEW_MS = 1_000;

/** A waiting process looks about this often. */
const LOOK_MS = 500;

/** A process that has handed the lock over does not take it again for this long. */
const BACKOFF_MS = 1_000;

/** The holder keeps the lock this long for its next piece of work. */
const LINGER_MS = 50;

/** Work that does not know after this time whether the lock is free goes on without the lock. */
const TRY_MS = 5_000;

/**
 * Work waits this long for the lock, then it searches AlfaCRM without the lock. If that search
 * finds nothing, it has to be repeated with the lock, because another process may have created the
 * record meanwhile. AlfaCRM takes only a few calls a second, so a long wait is better than many
 * repeated searches.
 */
const WAIT_BEFORE_SEARCH_MS = 59_000;

/**
 * A process that has waited for the lock begins its work this long after it has taken the lock.
 * AlfaCRM counts the calls of the last second, whoever has sent them, and the former holder has
 * probably sent as many as it takes. Refused calls would make this process slow for some seconds.
 */
const PAUSE_AFTER_HANDOVER_MS = 1_100;

/**
 * A node whose last ten searches all found a record hardly creates any, so it does not wait before
 * a search.
 */
const SEARCHES_WITHOUT_CREATION = 10;

/** How many locks a process keeps: more than there are nodes at work at the same time. */
const MOST_LOCKS = 1_000;

/** A row for which nobody waits has two entries: the first one and the one of its holder. */
const ENTRIES_IF_NOBODY_WAITS = 2;

/** The locks by workflow and node. n8n's database has one row for each. */
const locks = new Map<string, DatabaseLock>();

/**
 * Returns the lock of a node of a workflow.
 *
 * Beyond `MOST_LOCKS`, the lock that was asked for longest ago is forgotten. If this process still
 * holds the forgotten lock, a new lock of the same node waits for the row of the old one, as
 * another process would.
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
	/** The number of the latest lease of this process. */
	private latestEpoch = 0;
	private lease?: Lease;
	/** The attempt to take the lock at once that is under way. */
	private attempt?: Promise<void>;
	/** The wait for the lock that is under way. All waiting work of this process shares it. */
	private waiting?: Promise<void>;
	/** Until when this process leaves the lock to others. */
	private backoffUntil = 0;
	/** How many searches have found a record since one found none. */
	private searchesWithoutCreation = 0;

	/**
	 * Joins the lease of this process, if it has the lock or can take it at once.
	 *
	 * @returns undefined if another process has the lock, or the database takes too long to say so
	 */
	async tryEnter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		const hasOpenLease = this.lease?.isOpen === true;
		if (!hasOpenLease) {
			const taking = this.takeIfFree(data);
			await waitUnlessAborted(Promise.race([taking, sleepUnref(TRY_MS)]), signal);
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
		if (firstLease !== undefined) return firstLease;

		const hardlyCreates = this.searchesWithoutCreation >= SEARCHES_WITHOUT_CREATION;
		if (hardlyCreates) return undefined;

		const timeUp = sleepUnref(WAIT_BEFORE_SEARCH_MS).then(() => 'timeUp' as const);
		for (;;) {
			const wait = this.waitForLock(data).then(
				() => 'taken' as const,
				() => 'databaseFailed' as const,
			);
			const outcome = await waitUnlessAborted(Promise.race([wait, timeUp]), signal);

			const lease = this.joinLease();
			if (lease !== undefined) return lease;
			// Without the database the search goes ahead too, because it may find a record.
			if (outcome !== 'taken') return undefined;
			// The lock was taken, but other work of this process has ended the lease since: wait again.
		}
	}

	/** Notes whether a search has found a record, or a record had to be created. */
	noteSearch({ hasFound }: { hasFound: boolean }): void {
		this.searchesWithoutCreation = hasFound ? this.searchesWithoutCreation + 1 : 0;
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

			await waitUnlessAborted(this.waitForLock(data), signal);
		}
	}

	/** Joins the lease of this process; undefined if it has none that takes more work. */
	private joinLease(): Lease | undefined {
		const { lease } = this;
		if (lease?.isOpen !== true) return undefined;

		lease.join();
		return lease;
	}

	/** Whether this process may take the lock. Right after a handover, other processes come first. */
	private get mayTake(): boolean {
		const isHolder = this.lease?.isHeld === true;
		return !isHolder && performance.now() >= this.backoffUntil;
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
	 * Only looks for the row first. An attempt to insert it would leave a waiting entry in the row of
	 * another holder, who would then hand the lock over although nobody waits.
	 */
	private async insertRowIfFree(row: DatabaseRow): Promise<void> {
		try {
			const entryCount = await row.countEntries();
			const isFree = entryCount === 0;
			if (isFree) await this.takeWhenFree(row, new WaitingProcess(row));
		} catch (error) {
			if (error instanceof NoRowError) this.beginLocalLease();
			// After any other failure, the work searches without the lock. If it has to create a record,
			// it calls `enter`, which tries again and reports a failure that lasts.
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
	 * @throws UserError if n8n's database has failed for `ANSWER_MS`
	 */
	private async lookUntilTaken(row: DatabaseRow): Promise<void> {
		const waitingProcess = new WaitingProcess(row);
		let workedAt = performance.now();
		for (;;) {
			try {
				if (this.mayTake) await this.takeWhenFree(row, waitingProcess);
				// Nothing has failed, although nothing was asked while other processes come first.
				workedAt = performance.now();
			} catch (error) {
				const isDown = performance.now() - workedAt >= ANSWER_MS;
				if (error instanceof NoRowError) {
					this.beginLocalLease();
				} else if (isDown) {
					throw makeDatabaseDownError(error);
				}
			}
			// `takeIfFree` may have taken the lock meanwhile, too.
			if (this.lease?.isOpen === true) return;

			const randomFactor = 0.5 + Math.random();
			await sleepUnref(LOOK_MS * randomFactor);
		}
	}

	/** Takes the lock and begins a lease, unless another process has the lock. */
	private async takeWhenFree(row: DatabaseRow, waitingProcess: WaitingProcess): Promise<void> {
		const takenAt = await waitingProcess.tryToTake();
		if (takenAt === undefined) return;

		if (waitingProcess.hasWaited) await sleepUnref(PAUSE_AFTER_HANDOVER_MS);
		this.latestEpoch += 1;
		this.beginLease({ epoch: this.latestEpoch, row, takenAt });
	}

	/** Begins a lease that holds within this process only, because n8n cannot keep a row. */
	private beginLocalLease(): void {
		this.beginLease({ epoch: 0, takenAt: performance.now() });
	}

	/** Begins a lease, and keeps it until it ends. */
	private beginLease(start: LeaseStart): void {
		this.lease = new Lease(start, (lease) => this.noteEnd(lease));
	}

	/** Notes that a lease has ended. If other processes wait for the lock, they go first. */
	private noteEnd(lease: Lease): void {
		if (lease.isAwaited) this.backoffUntil = performance.now() + BACKOFF_MS;
		if (this.lease === lease) this.lease = undefined;
	}
}

/** Makes the error for work that could not get the lock, because the database is down. */
function makeDatabaseDownError(cause: unknown): UserError {
	const seconds = ANSWER_MS / 1_000;
	return new UserError(
		`n8n's database did not answer for ${seconds} seconds, so this was not saved: another n8n process may be doing the same. Run it again.`,
		{ cause },
	);
}

// ------------------------------------------------------- the holder

/** The facts with which a lease begins. */
interface LeaseStart {
	/** The number of the lease in this process, from 1; 0 where n8n cannot keep a row. */
	epoch: number;
	/** Left out where n8n cannot keep a row. The lock then holds within this process only. */
	row?: DatabaseRow;
	/** When the statement was sent that took the lock. */
	takenAt: number;
}

/**
 * The time for which a process holds the lock. It ends when the work is done and another process
 * waits, or when no more work has come for a moment. Pieces of work of the same process join and
 * leave it.
 */
export class Lease {
	/** Counts the leases of this process. What was read in an earlier lease may be stale. */
	readonly epoch: number;
	/** Whether another process waits for the lock. */
	isAwaited = false;
	/** The removal of the row, once it has begun. */
	ending?: Promise<void>;
	private readonly row?: DatabaseRow;
	/** How many pieces of work have joined and not left. */
	private workCount = 0;
	/** Until when no other process takes the lock, so that work may write to AlfaCRM. */
	private heldUntil: number;
	/** The renewal that is under way, or the latest one. */
	private renewing?: Promise<void>;

	/** @param onEnd called once, when the lease has ended */
	constructor(
		{ epoch, row, takenAt }: LeaseStart,
		private readonly onEnd: (lease: Lease) => void,
	) {
		this.epoch = epoch;
		this.row = row;
		this.heldUntil = row === undefined ? Infinity : takenAt + LEASE_MS;

		if (row !== undefined) void this.keepRenewing(row);
		void this.endWhenIdle();
	}

	/**
	 * Whether work that has joined may still write to AlfaCRM. Uses `performance.now()`, so the
	 * clocks of several machines do not matter.
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

	/**
	 * Renews the lease every second, until it ends or runs out. A lease that has run out ends when
	 * its last piece of work leaves.
	 */
	private async keepRenewing(row: DatabaseRow): Promise<void> {
		while (this.isHeld && this.ending === undefined) {
			await sleepUnref(RENEW_MS);
			const hasEndedMeanwhile = this.ending !== undefined;
			if (hasEndedMeanwhile) return;

			// A renewal that fails may succeed the next time. If none does, the lease runs out.
			this.renewing = this.renew(row).catch(() => undefined);
			await this.renewing;
			// Hands the lock over to the waiting process, unless work is still under way.
			if (this.isAwaited) await this.endWhenIdle();
		}
	}

	/**
	 * Renews the lease: by a heartbeat while another process waits, otherwise by a look at the row.
	 */
	private async renew(row: DatabaseRow): Promise<void> {
		if (this.isAwaited) {
			await this.renewByHeartbeat(row);
		} else {
			await this.renewByLook(row);
		}
	}

	/**
	 * Counts the entries of the row. A count that shows that nobody waits renews the lease.
	 *
	 * A count that shows the first waiting entry does not renew it: the waiting process measures the
	 * silence of the holder from the moment of that entry, which was before the count.
	 */
	private async renewByLook(row: DatabaseRow): Promise<void> {
		const beganAt = performance.now();
		const entryCount = await row.countEntries();
		// Once the lease has run out, the row may belong to another process.
		if (!this.isHeld) return;

		if (entryCount === 0) {
			this.loseRow();
		} else if (entryCount === ENTRIES_IF_NOBODY_WAITS) {
			this.heldUntil = beganAt + LEASE_MS;
		} else {
			this.isAwaited = true;
		}
	}

	/**
	 * Adds a heartbeat to the row, which renews the lease. A heartbeat consists of two entries, so
	 * that it differs from the waiting entry of another process.
	 */
	private async renewByHeartbeat(row: DatabaseRow): Promise<void> {
		const beganAt = performance.now();
		const name = `heartbeat ${Math.random()}`;
		const { hasInsertedRow } = await row.add(`${name} 1`, `${name} 2`);
		// Once the lease has run out, the row may belong to another process.
		if (!this.isHeld) return;

		// The heartbeat has inserted a new row, so the row of the lease was gone.
		if (hasInsertedRow) {
			this.loseRow();
		} else {
			this.heldUntil = beganAt + LEASE_MS;
		}
	}

	/** Notes that another process took this one for dead and removed the row. */
	private loseRow(): void {
		this.heldUntil = -Infinity;
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
		this.onEnd(this);
	}
}

// ------------------------------------------------------- a waiting process

/**
 * A process that waits for the lock, watches whether the holder is alive, and replaces a dead one.
 */
class WaitingProcess {
	/** The entry by which this process shows that it waits. */
	private readonly waitingEntry = `mark ${Math.random()}`;
	/** Whether the last look was part of a watch, which the next look may continue. */
	private isWatching = false;
	/** How many entries the row had at the last look. */
	private entryCount = 0;
	/** When the last look began. */
	private lookedAt = -Infinity;
	/** From this moment on, the holder is taken for dead, unless the row changes before. */
	private deadAt = Infinity;

	constructor(private readonly row: DatabaseRow) {}

	/** Whether another process had the lock at an earlier look. */
	get hasWaited(): boolean {
		return this.entryCount > 0;
	}

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

		const addingMs = performance.now() - lookBeganAt;
		const entryCount = await this.row.countEntries();
		const now = performance.now();

		const isUnchanged = this.isRowUnchanged(entriesBefore, entryCount);
		const wasQuick = this.wasLookQuick(addingMs, now);
		const continuesWatch = this.isWatching && isUnchanged && wasQuick;
		if (!continuesWatch) this.deadAt = now + DEAD_MS + Math.random() * SPREAD_MS;

		this.isWatching = true;
		this.entryCount = entryCount;
		this.lookedAt = lookBeganAt;

		const isHolderDead = now >= this.deadAt;
		return isHolderDead ? await this.replaceDeadHolder(entryCount) : undefined;
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

	/** Tells whether a look came soon after the last one, and its statement did not take too long. */
	private wasLookQuick(addingMs: number, now: number): boolean {
		// n8n writes a row as a whole. So a slow statement may have written the old row of a dead
		// holder over the row of the next holder.
		if (addingMs >= CLAIM_MS) return false;

		return now - this.lookedAt < LONGEST_GAP_BETWEEN_LOOKS_MS;
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
		// Whether the claim succeeds or fails, the next look begins a new watch.
		this.isWatching = false;

		const sharedClaims = makeSharedClaims(entryCount);
		const ownClaim = `claim ${Math.random()}`;
		const claimedAt = performance.now();
		const claiming = await row.add(waitingEntry, ...sharedClaims, ownClaim);
		if (claiming.hasInsertedRow) return claimedAt;

		const isFirstClaim = !sharedClaims.some((claim) => claiming.entriesBefore.includes(claim));
		const isSameRow = claiming.entriesBefore.includes(waitingEntry);
		if (!isFirstClaim || !isSameRow) return undefined;

		await sleepUnref(CLAIM_MS);
		const lookedAgainAt = performance.now();
		// Adds the claim instead of counting, because only `add` tells which entries the row has.
		const secondLook = await row.add(ownClaim);
		if (secondLook.hasInsertedRow) return lookedAgainAt;

		// A claim that was written late may stand in the row of the next holder.
		const isInTime = performance.now() - claimedAt < 2 * CLAIM_MS;
		const isClaimThere = secondLook.entriesBefore.includes(ownClaim);
		if (isInTime && isClaimThere) await row.remove();
		return undefined;
	}
}

/**
 * Makes the two entries by which a claim on a row is known to other processes, from the number of
 * entries that the row had.
 *
 * Two processes that claim the same row may count one entry more or less, because a third process
 * has added its waiting entry in between. For example, one counts 5 and adds the claims 5 and 6;
 * the other counts 6 and adds the claims 6 and 7. The later process finds claim 6, and gives up.
 */
function makeSharedClaims(entryCount: number): string[] {
	return [`claimed at ${entryCount}`, `claimed at ${entryCount + 1}`];
}
