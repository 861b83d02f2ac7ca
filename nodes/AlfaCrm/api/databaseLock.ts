import type { IExecuteFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { lruSet } from './bounded';
import { abortable, sleepUnref, withTimeout } from './cancel';

/**
 * A lock for the work of one node, which only one of all n8n processes holds. It uses the row of
 * n8n's database in which n8n keeps what a node has processed.
 *
 * - **Taking.** n8n inserts the row under a primary key, so only one of several processes succeeds.
 *   An existing row is read and written as a whole: if two processes add entries at the same
 *   moment, one entry gets lost, and a late write restores an old state.
 * - **Waiting.** Each waiting process adds a mark to the row. The holder sees it within a second.
 *   From then on the holder adds heartbeats, and hands the lock over when its work is done.
 * - **Lease.** The holder begins no write later than `LEASE_MS` after it last saw that nobody
 *   waited, or last added a heartbeat.
 * - **Dead holder.** A waiting process that has seen its own mark for `DEAD_MS` in a row without a
 *   heartbeat removes the row. The time between `LEASE_MS` and `DEAD_MS` is for statements and
 *   calls under way. No clocks are compared.
 */
const LEASE_MS = 40_000;
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

/**
 * A statement without an answer counts as failed after this time. A database that has not answered
 * for this long counts as down.
 */
const ANSWER_MS = 30_000;

/** A process keeps so many locks, more than there are nodes at work at the same time. */
const MOST_LOCKS = 1_000;

/** The functions by which n8n lets a node remember, in an execution, what it has processed. */
export type ProcessedData = Pick<
	IExecuteFunctions['helpers'],
	'checkProcessedAndRecord' | 'clearAllProcessedItems' | 'getProcessedDataCount'
>;

const OPTIONS = { mode: 'entries' } as const;
/**
 * The first entry of each row. A process that adds it and does not find it there has inserted the
 * row.
 */
const LOCKED = 'locked';
/** A row for which nobody waits has two entries: `LOCKED` and the mark of its holder. */
const NOBODY_WAITS = 2;

/**
 * n8n cannot keep a row: the workflow is not in its database, or n8n is too old, or the user keeps
 * something else in the row.
 */
class NoRowError extends UserError {}

function hasNoRow(error: unknown): boolean {
	const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
	return (
		code === 'ERR_ASSERTION' ||
		name === 'DeduplicationError' ||
		/foreign key/i.test(String(message))
	);
}

/** The row of n8n's database that is the lock. */
class Row {
	constructor(private readonly data: ProcessedData | undefined) {}

	/** Counts the entries. 0 means that the lock is free. */
	async size(): Promise<number> {
		return await this.ask(async (data) => await data.getProcessedDataCount('node', OPTIONS));
	}

	/**
	 * Adds entries, `LOCKED` among them.
	 *
	 * @returns the entries that were there already. If `LOCKED` is not among them, this process has
	 * inserted the row.
	 */
	async add(...entries: string[]): Promise<unknown[]> {
		const all = [LOCKED, ...entries];
		const add = async (data: ProcessedData) =>
			await data.checkProcessedAndRecord(all, 'node', OPTIONS);
		return (await this.ask(add)).processed;
	}

	async remove(): Promise<void> {
		await this.ask(async (data) => await data.clearAllProcessedItems('node', OPTIONS));
	}

	/**
	 * Runs a statement. If no answer comes, the statement may still be carried out later.
	 *
	 * @throws NoRowError if n8n cannot keep a row
	 */
	private async ask<T>(statement: (data: ProcessedData) => Promise<T>): Promise<T> {
		if (this.data === undefined) throw new NoRowError('No processed data');

		return await withTimeout(statement(this.data), ANSWER_MS).catch((error: unknown) => {
			throw hasNoRow(error) ? new NoRowError('No row', { cause: error }) : error;
		});
	}
}

/**
 * The time for which a process holds the lock. It ends when the work is done and another process
 * waits, or when no more work has come for a moment. Pieces of work of the same process join and
 * leave it.
 */
export class Lease {
	/** How many pieces of work have joined. */
	private users = 0;
	/** Whether another process waits. */
	private isWanted = false;
	/** Until when no other process takes the lock. */
	private until: number;
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
		private readonly row: Row | undefined,
		takenAt: number,
		private readonly onEnd: (isWanted: boolean) => void,
	) {
		this.until = row === undefined ? Infinity : takenAt + LEASE_MS;
		if (row !== undefined) void this.watch(row);
		void this.endWhenIdle();
	}

	/**
	 * Whether work that has joined may still write. Uses `performance.now()`, so the clocks of
	 * several machines do not matter.
	 */
	get isHeld(): boolean {
		return performance.now() < this.until;
	}

	/** Whether more work may join. */
	get isOpen(): boolean {
		return this.isHeld && !this.isWanted && this.ending === undefined;
	}

	join(): void {
		this.users += 1;
	}

	/** Ends one piece of work. Each piece that has joined calls it once. */
	leave(): void {
		this.users -= 1;
		void this.endWhenIdle();
	}

	/** Renews the lease every second, as long as it is held. */
	private async watch(row: Row): Promise<void> {
		while (this.isHeld && this.ending === undefined) {
			await sleepUnref(RENEW_MS);
			if (this.ending === undefined) {
				// A renewal that fails may succeed the next time. If none does, the lease runs out.
				this.renewing = this.renew(row).catch(() => undefined);
				await this.renewing;
			}
			if (this.isWanted) await this.endWhenIdle();
		}
	}

	/**
	 * Renews the lease, by seeing that nobody waits or by adding a heartbeat. Waiting processes count
	 * the time from their marks on, so a look that finds the first mark renews nothing.
	 */
	private async renew(row: Row): Promise<void> {
		const begun = performance.now();
		const addsHeartbeat = this.isWanted;
		const entryCount = addsHeartbeat ? await this.addHeartbeat(row) : await row.size();
		// Once the lease has run out, the row may be that of another process.
		if (!this.isHeld) return;

		if (entryCount === 0) {
			// Another process took this one for dead and removed the row.
			this.until = -Infinity;
		} else if (addsHeartbeat || entryCount === NOBODY_WAITS) {
			this.until = begun + LEASE_MS;
		} else {
			this.isWanted = true;
		}
	}

	/**
	 * Adds a heartbeat. It consists of two entries, so that it differs from the mark of another
	 * waiting process.
	 *
	 * @returns how many of its entries, `LOCKED` included, were there already; 0 if the row was gone
	 */
	private async addHeartbeat(row: Row): Promise<number> {
		const name = `heartbeat ${Math.random()}`;
		const entriesBefore = await row.add(`${name} 1`, `${name} 2`);
		return entriesBefore.length;
	}

	private async endWhenIdle(): Promise<void> {
		if (this.isOpen) await sleepUnref(LINGER_MS);
		if (this.users > 0) return;

		this.ending ??= this.end();
		await this.ending;
	}

	/** Removes the row, so that another process can take the lock. */
	private async end(): Promise<void> {
		// A heartbeat after the removal would make a row that nobody holds.
		await this.renewing;
		// Learns of a process that has begun to wait within the last second, which gets the lock next.
		if (this.row !== undefined && !this.isWanted) await this.renew(this.row).catch(() => undefined);
		// A late removal would remove the row of another process, because all use the same row.
		if (this.isHeld) await this.row?.remove().catch(() => undefined);
		this.onEnd(this.isWanted);
	}
}

/** A process that waits for the lock, and replaces a dead holder. */
class Waiter {
	private readonly mark = `mark ${Math.random()}`;
	/** How many entries the row had at the last look. */
	private size = 0;
	private lookedAt = -Infinity;
	/** From this moment on, the holder is taken for dead, unless the row changes before. */
	private deadAt = Infinity;

	constructor(private readonly row: Row) {}

	/**
	 * Tries to take the lock, and watches whether the holder is alive.
	 *
	 * @returns when the statement was sent that took the lock; undefined while another process has it
	 */
	async look(): Promise<number | undefined> {
		const { row, mark, size: sizeBefore, lookedAt } = this;
		const begun = performance.now();
		const entriesBefore = await row.add(mark);
		if (!entriesBefore.includes(LOCKED)) return begun;

		// A mark that took very long may have restored the row of the dead holder over that of its
		// successor.
		const isQuick = performance.now() - begun < CLAIM_MS;
		const size = await row.size();
		const now = performance.now();
		// One entry more is the mark of another waiting process; a heartbeat adds two.
		const isSameRow =
			entriesBefore.includes(mark) && (size === sizeBefore || size === sizeBefore + 1);
		const isUnchanged = isSameRow && isQuick && now - lookedAt < BREAK_MS;
		if (!isUnchanged) this.deadAt = now + DEAD_MS + Math.random() * SPREAD_MS;
		this.size = size;
		this.lookedAt = begun;

		return now < this.deadAt ? undefined : await this.replaceDeadHolder(size);
	}

	/**
	 * Claims the row of a dead holder and removes it. If two processes claim it at the same moment,
	 * one of them either sees that it is not the first, or overwrites the claim of the other.
	 *
	 * @returns when the statement was sent that took the lock; undefined as long as there is a row
	 */
	private async replaceDeadHolder(size: number): Promise<number | undefined> {
		const { row, mark } = this;
		// The row is watched anew, whatever becomes of the claim.
		this.size = 0;

		// All processes that claim the row in its present state add the same two entries, whether or
		// not they see one mark more.
		const sharedClaims = [`claimed at ${size}`, `claimed at ${size + 1}`];
		const ownClaim = `claim ${Math.random()}`;
		const begun = performance.now();
		const entriesBefore = await row.add(mark, ...sharedClaims, ownClaim);
		if (!entriesBefore.includes(LOCKED)) return begun;

		const isFirst = !sharedClaims.some((entry) => entriesBefore.includes(entry));
		if (!isFirst || !entriesBefore.includes(mark)) return undefined;

		await sleepUnref(CLAIM_MS);
		const lookedAgainAt = performance.now();
		const entriesThen = await row.add(ownClaim);
		if (!entriesThen.includes(LOCKED)) return lookedAgainAt;

		// A claim that was written late may stand in the row of the next holder.
		const isInTime = performance.now() - begun < 2 * CLAIM_MS;
		if (isInTime && entriesThen.includes(ownClaim)) await row.remove();
		return undefined;
	}
}

/** The lock of one node, in one process. */
export class DatabaseLock {
	private epoch = 0;
	private lease?: Lease;
	/** An attempt to take the lock at once that is under way. */
	private attempt?: Promise<void>;
	/** The wait of all work of this process that waits for the lock. */
	private waiting?: Promise<void>;
	private backoffUntil = 0;
	/** How many searches in a row have found a record. */
	private foundInARow = 0;

	/** Joins the lease of this process, if it has the lock or can have it at once. */
	async tryEnter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		if (this.lease?.isOpen !== true) {
			await abortable(Promise.race([this.tryToTake(data), sleepUnref(TRY_MS)]), signal);
		}
		return this.join();
	}

	/**
	 * Waits for the lock before a search, but not for long, and not at all where the node hardly ever
	 * creates a record.
	 *
	 * @returns undefined if the search must do without the lock
	 */
	async enterBeforeSearch(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		const lease = await this.tryEnter(data, signal);
		if (lease !== undefined || this.foundInARow >= FOUND_IN_A_ROW) return lease;

		const timeIsUp = sleepUnref(WAIT_BEFORE_SEARCH_MS).then(() => true);
		for (;;) {
			// If the database fails, the search comes first, because it may find a record.
			const hasFailed = this.waitOnce(data).then(
				() => false,
				() => true,
			);
			const endsWait = await abortable(Promise.race([hasFailed, timeIsUp]), signal);
			if (endsWait) return this.join();

			const lateLease = this.join();
			if (lateLease !== undefined) return lateLease;
		}
	}

	/** Notes whether a search has found a record, or a record had to be created. */
	noteSearch({ hasFound }: { hasFound: boolean }): void {
		this.foundInARow = hasFound ? this.foundInARow + 1 : 0;
	}

	/** Waits for the lock, for as long as it takes. */
	async enter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease> {
		for (;;) {
			const lease = this.join();
			if (lease !== undefined) return lease;

			await abortable(this.waitOnce(data), signal);
		}
	}

	/** Waits until this process has the lock. All work of the process shares one wait. */
	private async waitOnce(data?: ProcessedData): Promise<void> {
		this.waiting ??= this.wait(new Row(data)).finally(() => (this.waiting = undefined));
		await this.waiting;
	}

	private join(): Lease | undefined {
		const { lease } = this;
		if (lease?.isOpen !== true) return undefined;

		lease.join();
		return lease;
	}

	private get mayTake(): boolean {
		return this.lease?.isHeld !== true && performance.now() >= this.backoffUntil;
	}

	private async tryToTake(data?: ProcessedData): Promise<void> {
		await this.lease?.ending;
		if (!this.mayTake || this.waiting !== undefined) return;

		this.attempt ??= this.takeAtOnce(new Row(data)).finally(() => (this.attempt = undefined));
		await this.attempt;
	}

	private async takeAtOnce(row: Row): Promise<void> {
		try {
			if ((await row.size()) === 0) this.begin(await new Waiter(row).look(), row);
		} catch (error) {
			// After any other failure of the database, the lock is tried again if there is something to
			// create.
			if (error instanceof NoRowError) this.begin(performance.now());
		}
	}

	private async wait(row: Row): Promise<void> {
		const waiter = new Waiter(row);
		let answeredAt = performance.now();
		for (;;) {
			try {
				if (this.mayTake) this.begin(await waiter.look(), row);
				answeredAt = performance.now();
			} catch (error) {
				if (error instanceof NoRowError) this.begin(performance.now());
				else if (performance.now() - answeredAt >= ANSWER_MS) throw noDatabase(error);
			}
			// Another attempt of this process may have succeeded, too.
			if (this.lease?.isOpen === true) return;

			await sleepUnref(LOOK_MS * (0.5 + Math.random()));
		}
	}

	/**
	 * Begins a lease.
	 *
	 * @param takenAt when the lock was taken; undefined if another process has it
	 */
	private begin(takenAt: number | undefined, row?: Row): void {
		if (takenAt === undefined) return;

		if (row !== undefined) this.epoch += 1;
		const epoch = row === undefined ? 0 : this.epoch;
		const lease = new Lease(epoch, row, takenAt, (isWanted) => {
			if (isWanted) this.backoffUntil = performance.now() + BACKOFF_MS;
			if (this.lease === lease) this.lease = undefined;
		});
		this.lease = lease;
	}
}

/** The locks by workflow and node. n8n's database has one row for each. */
const locks = new Map<string, DatabaseLock>();

/**
 * Returns the lock of a node of a workflow. Beyond `MOST_LOCKS`, the lock that was used longest ago
 * is forgotten. If it is still in use, the new lock waits for its row, as another process would.
 */
export function databaseLockOf(workflowId: string | undefined, nodeId: string): DatabaseLock {
	const key = JSON.stringify([workflowId, nodeId]);
	const lock = locks.get(key) ?? new DatabaseLock();
	lruSet(locks, key, lock, MOST_LOCKS);
	return lock;
}

const noDatabase = (cause: unknown): UserError =>
	new UserError(
		`n8n's database did not answer for ${ANSWER_MS / 1_000} seconds, so this was not saved: another n8n process may be doing the same. Run it again.`,
		{ cause },
	);
