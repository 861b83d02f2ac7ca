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
const MAX_LOCKS = 1_000;

/**
 * How many entries a row has while nobody waits: the one that says "locked", and the one that its
 * holder added when it took the lock.
 */
const ENTRIES_IF_NOBODY_WAITS = 2;

/** The locks by workflow and node. n8n's database has one row for each. */
const locks = new Map<string, DatabaseLock>();

/**
 * Returns the lock of a node of a workflow: the same object each time, or a new one the first time.
 *
 * The process keeps `MAX_LOCKS` locks. If there are more, it forgets the lock that was asked for
 * longest ago. If this process still holds the forgotten lock, a new lock of the same node waits
 * for it, as another process would.
 */
export function getDatabaseLock(workflowId: string | undefined, nodeId: string): DatabaseLock {
	const key = JSON.stringify([workflowId, nodeId]);
	const lock = locks.get(key) ?? new DatabaseLock();
	boundedSet(locks, key, lock, MAX_LOCKS);
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
	/** The attempt under way to take the lock at once. Resolves when the attempt has ended. */
	private pendingAttempt?: Promise<void>;
	/** The wait under way for the lock. All work of this process shares it. */
	private pendingWait?: Promise<void>;
	/** Until when this process leaves the lock to others. */
	private backoffUntil = 0;
	/** How many searches have found a record since one found none. */
	private searchesWithoutCreation = 0;

	/**
	 * Acquires the lock without waiting for another process: joins the lease of this process if it
	 * has the lock, or tries once to take the lock.
	 *
	 * @returns the lease, which the work must leave; undefined if another process has the lock, or
	 * the database has not answered within `TRY_MS`
	 */
	async tryAcquire(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		const canJoinLease = this.lease?.isOpen === true;
		if (!canJoinLease) {
			const attempt = this.takeLockAtOnce(data);
			const timeUp = sleepUnref(TRY_MS);
			await waitUnlessAborted(Promise.race([attempt, timeUp]), signal);
		}
		return this.joinLease();
	}

	/**
	 * Waits up to a minute for the lock before a search. A node that hardly ever creates a record
	 * does not wait, because only the creation of a record needs the lock.
	 *
	 * @returns the lease, which the work must leave; undefined if the search goes ahead without the
	 * lock
	 */
	async acquireBeforeSearch(
		data?: ProcessedData,
		signal?: AbortSignal,
	): Promise<Lease | undefined> {
		const lease = await this.tryAcquire(data, signal);
		if (lease !== undefined) return lease;

		const hardlyEverCreates = this.searchesWithoutCreation >= SEARCHES_WITHOUT_CREATION;
		if (hardlyEverCreates) return undefined;

		return await this.acquireWithinMinute(data, signal);
	}

	/**
	 * Waits up to a minute for the lock.
	 *
	 * @returns undefined if the minute is over, or if n8n's database has failed
	 */
	private async acquireWithinMinute(
		data?: ProcessedData,
		signal?: AbortSignal,
	): Promise<Lease | undefined> {
		const minuteIsOver = sleepUnref(WAIT_BEFORE_SEARCH_MS).then(() => false);
		for (;;) {
			// Resolves to true once this process has the lock, and to false if the database fails.
			const lockIsTaken = this.waitForLock(data).then(
				() => true,
				() => false,
			);
			const wasLockTaken = await waitUnlessAborted(
				Promise.race([lockIsTaken, minuteIsOver]),
				signal,
			);

			const lease = this.joinLease();
			if (lease !== undefined) return lease;
			if (!wasLockTaken) return undefined;
			// Other work of this process took the lock and has already given it back. Waits again.
		}
	}

	/** Counts the searches that have found a record since a record had to be created. */
	countSearch({ hasFound }: { hasFound: boolean }): void {
		this.searchesWithoutCreation = hasFound ? this.searchesWithoutCreation + 1 : 0;
	}

	/**
	 * Waits for the lock, for as long as it takes.
	 *
	 * @throws UserError if n8n's database does not answer
	 */
	async acquire(data?: ProcessedData, signal?: AbortSignal): Promise<Lease> {
		for (;;) {
			const lease = this.joinLease();
			if (lease !== undefined) return lease;

			await waitUnlessAborted(this.waitForLock(data), signal);
		}
	}

	/**
	 * Joins the lease of this process, so that the lock is kept until this work leaves the lease.
	 *
	 * @returns undefined if this process has no lease that more work may join
	 */
	private joinLease(): Lease | undefined {
		const { lease } = this;
		if (lease?.isOpen !== true) return undefined;

		lease.join();
		return lease;
	}

	/** Whether this process may take the lock. Right after a handover, other processes come first. */
	private get mayTakeLock(): boolean {
		const hasLockAlready = this.lease?.hasTimeLeft === true;
		const mustLetOthersGoFirst = performance.now() < this.backoffUntil;
		return !hasLockAlready && !mustLetOthersGoFirst;
	}

	/**
	 * Tries once to take the lock. Does nothing if another process has it, or if other work of this
	 * process is already waiting for it. All work that calls this at the same time shares one try.
	 */
	private async takeLockAtOnce(data?: ProcessedData): Promise<void> {
		// A lease of this process that is just ending has to remove its row first.
		await this.lease?.pendingEnd;

		const isOtherWorkWaiting = this.pendingWait !== undefined;
		if (isOtherWorkWaiting || !this.mayTakeLock) return;

		this.pendingAttempt ??= this.insertRowIfMissing(new DatabaseRow(data)).finally(() => {
			this.pendingAttempt = undefined;
		});
		await this.pendingAttempt;
	}

	/**
	 * Takes the lock by inserting its row into n8n's database, if there is no row yet.
	 *
	 * A row with entries shows that another process has the lock. Then nothing may be inserted: it
	 * would add an entry that says "I wait" to that row, and the other process would hand the lock
	 * over although nobody waits.
	 */
	private async insertRowIfMissing(row: DatabaseRow): Promise<void> {
		try {
			const entryCount = await row.countEntries();
			const isLockFree = entryCount === 0;
			if (isLockFree) await this.tryToBeginLease(row, new WaitingProcess(row));
		} catch (error) {
			const canDatabaseKeepNoRow = error instanceof NoRowError;
			if (canDatabaseKeepNoRow) this.beginLocalLease();
			// After any other failure, the work searches without the lock. If it has to create a record,
			// it calls `acquire`, which tries again and reports a failure that lasts.
		}
	}

	/** Waits until this process has the lock. All work of the process shares one wait. */
	private async waitForLock(data?: ProcessedData): Promise<void> {
		this.pendingWait ??= this.lookUntilTaken(new DatabaseRow(data)).finally(() => {
			this.pendingWait = undefined;
		});
		await this.pendingWait;
	}

	/**
	 * Tries to take the lock about twice a second, until this process has it.
	 *
	 * @throws UserError if n8n's database has failed for half a minute (`ANSWER_MS`)
	 */
	private async lookUntilTaken(row: DatabaseRow): Promise<void> {
		const waitingProcess = new WaitingProcess(row);
		let databaseWorkedAt = performance.now();
		for (;;) {
			try {
				if (this.mayTakeLock) await this.tryToBeginLease(row, waitingProcess);
				databaseWorkedAt = performance.now();
			} catch (error) {
				this.handleDatabaseFailure(error, databaseWorkedAt);
			}

			// The lease was begun above, or meanwhile by other work of this process.
			const hasLock = this.lease?.isOpen === true;
			if (hasLock) return;

			// Random pauses keep two processes from trying at the same moments again and again.
			const randomFactor = 0.5 + Math.random();
			await sleepUnref(LOOK_MS * randomFactor);
		}
	}

	/**
	 * Decides how to go on after n8n's database has failed at one try to take the lock. If the
	 * database cannot keep a row at all, begins a lease that holds within this process only. After
	 * any other failure, the next try may succeed.
	 *
	 * @throws UserError if the database has failed for half a minute (`ANSWER_MS`)
	 */
	private handleDatabaseFailure(error: unknown, databaseWorkedAt: number): void {
		const canDatabaseKeepNoRow = error instanceof NoRowError;
		if (canDatabaseKeepNoRow) {
			this.beginLocalLease();
			return;
		}

		const isDatabaseDown = performance.now() - databaseWorkedAt >= ANSWER_MS;
		if (isDatabaseDown) throw makeDatabaseDownError(error);
	}

	/**
	 * Takes the lock and begins a lease, unless another process has the lock. If this process has
	 * waited, begins the lease a second later: AlfaCRM still counts the calls of the former holder.
	 */
	private async tryToBeginLease(row: DatabaseRow, waitingProcess: WaitingProcess): Promise<void> {
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
		this.lease = new Lease(start, (lease) => this.handleEndOfLease(lease));
	}

	/**
	 * Forgets a lease that has ended. If another process waits for the lock, this process leaves the
	 * lock alone for a moment, so that the other process gets it.
	 */
	private handleEndOfLease(lease: Lease): void {
		if (lease.isOtherProcessWaiting) this.backoffUntil = performance.now() + BACKOFF_MS;
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
 * The time for which a process holds the lock. Pieces of work of this process join and leave the
 * lease. It ends when all of them have left and no other work has come for a moment, or another
 * process waits.
 */
export class Lease {
	/** Counts the leases of this process. What was read in an earlier lease may be stale. */
	readonly epoch: number;
	/** Whether another process waits for the lock. */
	isOtherProcessWaiting = false;
	/**
	 * The end of the lease, which removes the row. Undefined until it begins; resolves when the row
	 * is removed.
	 */
	pendingEnd?: Promise<void>;
	private readonly row?: DatabaseRow;
	/** How many pieces of work have joined and not left. */
	private workCount = 0;
	/**
	 * When the lease runs out, unless it is renewed. Until then no other process takes the lock, so
	 * work may write to AlfaCRM.
	 */
	private runsOutAt: number;
	/** The renewal that is under way, or the latest one. */
	private latestRenewal?: Promise<void>;

	/** @param onEnd called once, when the lease has ended */
	constructor(
		{ epoch, row, takenAt }: LeaseStart,
		private readonly onEnd: (lease: Lease) => void,
	) {
		this.epoch = epoch;
		this.row = row;
		if (row === undefined) {
			// The lock holds within this process only, so no other process can take it.
			this.runsOutAt = Infinity;
		} else {
			this.runsOutAt = takenAt + LEASE_MS;
			void this.keepRenewing(row);
		}
		// The lease ends in a moment if no work joins it.
		void this.endIfIdle();
	}

	/**
	 * Whether the lease has not run out, so that work that has joined may still write to AlfaCRM.
	 * Uses `performance.now()`, so the clocks of several machines do not matter.
	 */
	get hasTimeLeft(): boolean {
		return performance.now() < this.runsOutAt;
	}

	/** Whether more work may join. While another process waits, only work that has joined goes on. */
	get isOpen(): boolean {
		return this.hasTimeLeft && !this.isOtherProcessWaiting && !this.hasBegunToEnd;
	}

	/** Whether the lease is ending, or has ended. */
	private get hasBegunToEnd(): boolean {
		return this.pendingEnd !== undefined;
	}

	/** Begins one piece of work. It must call `leave` once. */
	join(): void {
		this.workCount += 1;
	}

	/** Ends one piece of work that has joined. */
	leave(): void {
		this.workCount -= 1;
		void this.endIfIdle();
	}

	/**
	 * Renews the lease every second, until it ends or runs out. After each renewal, it lasts for
	 * another 40 seconds.
	 */
	private async keepRenewing(row: DatabaseRow): Promise<void> {
		while (this.hasTimeLeft && !this.hasBegunToEnd) {
			await sleepUnref(RENEW_MS);
			// The lease may have begun to end during the sleep.
			if (this.hasBegunToEnd) return;

			// A renewal that fails may succeed the next time. If none does, the lease runs out.
			this.latestRenewal = this.renew(row).catch(() => undefined);
			await this.latestRenewal;

			// Hands the lock over to the waiting process, unless work is still under way. Then the last
			// piece of work hands it over.
			if (this.isOtherProcessWaiting) await this.endIfIdle();
		}
	}

	/**
	 * Renews the lease. While another process waits, a heartbeat tells it that this process is alive.
	 * While nobody waits, it is enough to see in the row that nobody waits.
	 */
	private async renew(row: DatabaseRow): Promise<void> {
		if (this.isOtherProcessWaiting) {
			await this.renewByHeartbeat(row);
		} else {
			await this.renewIfNobodyWaits(row);
		}
	}

	/**
	 * Renews the lease if no other process waits for the lock. The number of entries in the lock's
	 * row tells: each waiting process adds an entry to it.
	 */
	private async renewIfNobodyWaits(row: DatabaseRow): Promise<void> {
		const countBeganAt = performance.now();
		const entryCount = await row.countEntries();
		// The lease may have run out during the count. Then the row may belong to another process.
		if (!this.hasTimeLeft) return;

		// Another process took this one for dead and removed the row.
		const isRowGone = entryCount === 0;
		if (isRowGone) {
			this.expireNow();
			return;
		}

		const isNobodyWaiting = entryCount === ENTRIES_IF_NOBODY_WAITS;
		if (isNobodyWaiting) {
			this.runsOutAt = countBeganAt + LEASE_MS;
		} else {
			// The waiting process began to watch for heartbeats before this count, so the count cannot
			// renew the lease. Only a heartbeat can.
			this.isOtherProcessWaiting = true;
		}
	}

	/**
	 * Renews the lease by a heartbeat: adds two entries to the lock's row, which show the waiting
	 * process that this process is alive. A single entry would look like one more waiting process.
	 */
	private async renewByHeartbeat(row: DatabaseRow): Promise<void> {
		const heartbeatBeganAt = performance.now();
		const name = `heartbeat ${Math.random()}`;
		const { hasInsertedRow } = await row.add(`${name} 1`, `${name} 2`);
		// The lease may have run out meanwhile. Then the row may belong to another process.
		if (!this.hasTimeLeft) return;

		// The heartbeat has made a new row, so the row of this lease is gone: another process took this
		// one for dead and removed it.
		if (hasInsertedRow) {
			this.expireNow();
			return;
		}

		this.runsOutAt = heartbeatBeganAt + LEASE_MS;
	}

	/** Lets the lease run out at once: another process took this one for dead and removed the row. */
	private expireNow(): void {
		this.runsOutAt = -Infinity;
	}

	/**
	 * Ends the lease if no work is under way. If more work may join the lease, waits a moment before
	 * (`LINGER_MS`), because the next piece of work of this process often comes at once.
	 */
	private async endIfIdle(): Promise<void> {
		if (this.isOpen) await sleepUnref(LINGER_MS);
		const hasWork = this.workCount > 0;
		if (hasWork) return;

		this.pendingEnd ??= this.end();
		await this.pendingEnd;
	}

	/** Ends the lease: removes the row, so that another process can take the lock. */
	private async end(): Promise<void> {
		// Waits for a renewal under way: its heartbeat would insert the row again after the removal.
		await this.latestRenewal;

		if (this.row !== undefined) await this.removeRow(this.row);
		this.onEnd(this);
	}

	/** Removes the row from n8n's database, unless the row may belong to another process by now. */
	private async removeRow(row: DatabaseRow): Promise<void> {
		// A renewal shows whether another process waits by now. If so, that process gets the lock next.
		// If the renewal fails, the row is removed all the same.
		if (!this.isOtherProcessWaiting) await this.renew(row).catch(() => undefined);

		// Once the lease has run out, another process may have inserted its own row in this place.
		// If the removal fails, waiting processes take this process for dead after a minute.
		if (this.hasTimeLeft) await row.remove().catch(() => undefined);
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
	 * Takes the lock if it is free: the process that inserts the row of the lock into n8n's database
	 * has it. If another process has the lock, adds an entry to its row that says "this process
	 * waits". If that process has added no heartbeat to the row for a minute, it is dead, so this
	 * process removes its row.
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

		// The holder is dead after a minute of silence. The minute begins anew after each heartbeat, and
		// whenever this process has not watched for some seconds, because it may have missed one.
		const isHolderSilent = this.isHolderSilent(entriesBefore, entryCount);
		const hasWatchedWithoutGap = this.isWatching && this.wasLookQuick(addingMs, now);
		const isCertainlySilent = isHolderSilent && hasWatchedWithoutGap;
		if (!isCertainlySilent) this.deadAt = now + DEAD_MS + Math.random() * SPREAD_MS;

		this.isWatching = true;
		this.entryCount = entryCount;
		this.lookedAt = lookBeganAt;

		const isHolderDead = now >= this.deadAt;
		return isHolderDead ? await this.replaceDeadHolder(entryCount) : undefined;
	}

	/**
	 * Tells whether the holder is the same as at the last look, and has added no heartbeat since. A
	 * heartbeat adds two entries. A single new entry comes from another process that waits.
	 *
	 * @param entriesBefore which of the entries just added the row had before
	 */
	private isHolderSilent(entriesBefore: readonly unknown[], entryCount: number): boolean {
		// The row of another holder does not have the entry that this process added at the last look.
		const isSameHolder = entriesBefore.includes(this.waitingEntry);
		if (!isSameHolder) return false;

		const addedCount = entryCount - this.entryCount;
		return addedCount === 0 || addedCount === 1;
	}

	/**
	 * Tells whether a look at the row came within ten seconds of the last one, and took no longer
	 * than five seconds to add its entry. After a slow look, nobody knows what the holder did
	 * meanwhile.
	 */
	private wasLookQuick(addingMs: number, now: number): boolean {
		// n8n writes a row as a whole. So a slow statement may have written the old row of a dead
		// holder over the row of the next holder.
		if (addingMs >= CLAIM_MS) return false;

		const sinceLastLookMs = now - this.lookedAt;
		return sinceLastLookMs < LONGEST_GAP_BETWEEN_LOOKS_MS;
	}

	/**
	 * Removes the row of a dead holder, so that the next look can take the lock. First adds claims to
	 * the row, which are entries that announce its removal, and then waits five seconds. If another
	 * process has claimed the row before, leaves the removal to that process.
	 *
	 * @param entryCount how many entries the row has
	 * @returns when the statement was sent that took the lock, if the row was gone already; otherwise
	 * undefined
	 */
	private async replaceDeadHolder(entryCount: number): Promise<number | undefined> {
		const { row, waitingEntry } = this;
		// Whether the claim succeeds or fails, the next look begins a new watch.
		this.isWatching = false;

		// Another process that claims the same row adds at least one of these two claims as well.
		const sharedClaims = makeSharedClaims(entryCount);
		const ownClaim = `claim ${Math.random()}`;
		const claimedAt = performance.now();
		const { hasInsertedRow, entriesBefore } = await row.add(
			waitingEntry,
			...sharedClaims,
			ownClaim,
		);
		if (hasInsertedRow) return claimedAt;

		// The row of a new holder does not have the entry that says that this process waits.
		const isRowOfDeadHolder = entriesBefore.includes(waitingEntry);
		if (!isRowOfDeadHolder) return undefined;

		const wasOtherProcessFirst = sharedClaims.some((claim) => entriesBefore.includes(claim));
		if (wasOtherProcessFirst) return undefined;

		await sleepUnref(CLAIM_MS);
		return await this.removeClaimedRow(ownClaim, claimedAt);
	}

	/**
	 * Removes a row that this process has claimed, if the claim is still there. Another process that
	 * claimed the row at the same moment may have overwritten the claim, and removes the row itself.
	 *
	 * @returns when the statement was sent that took the lock, if the row was gone already
	 */
	private async removeClaimedRow(claim: string, claimedAt: number): Promise<number | undefined> {
		const lookedAt = performance.now();
		// Adds the claim again, because only `add` tells which entries the row has.
		const { hasInsertedRow, entriesBefore } = await this.row.add(claim);
		if (hasInsertedRow) return lookedAt;

		// A claim that was written late may stand in the row of the next holder.
		const isInTime = performance.now() - claimedAt < 2 * CLAIM_MS;
		const isClaimThere = entriesBefore.includes(claim);
		if (isInTime && isClaimThere) await this.row.remove();
		return undefined;
	}
}

/**
 * Makes the two entries by which other processes recognize a claim on a row. With 5 entries in the
 * row, they are "claimed at 5" and "claimed at 6".
 *
 * Two processes that claim the same row may count one entry more or less, because a third process
 * has added an entry in between. For example, the first process counts 5 and adds the claims 5 and
 * 6. The second one counts 6 and adds the claims 6 and 7. It finds that claim 6 was there before,
 * and gives up.
 */
function makeSharedClaims(entryCount: number): string[] {
	return [`claimed at ${entryCount}`, `claimed at ${entryCount + 1}`];
}
