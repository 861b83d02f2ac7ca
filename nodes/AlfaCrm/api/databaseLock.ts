import type { IExecuteFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { lruSet } from './bounded';
import { abortable, sleepUnref, withTimeout } from './cancel';

/**
 * A lock that one of all n8n processes holds, for the work of one node: the row of n8n's database in which it keeps what
 * the node has processed. n8n inserts the row under a primary key, so one of several processes succeeds; otherwise it
 * reads the row and writes it whole, so of entries that two processes add at the same moment one gets lost, and a write
 * that comes late brings back what was there before.
 *
 * Waiting processes add a mark each, which the holder sees within a second. From then on it adds heartbeats, and hands the
 * lock over when its work is done. It begins no write later than `LEASE_MS` after it last saw nobody waiting or added a
 * heartbeat. A waiting process that has seen its own mark in a row without a heartbeat for `DEAD_MS` takes the holder for
 * dead and removes the row; the time between the two is for statements and calls under way. No clocks are compared.
 */
const LEASE_MS = 40_000;
const DEAD_MS = 60_000;
/** Each process waits for up to so much longer, for two that claim a row at the same moment may both have to begin again. */
const SPREAD_MS = 5_000;
/** A claim is looked at again after this time, and counts only if no more than as much again went by. */
const CLAIM_MS = 5_000;
/** A process that has not looked at a row for so long may have stood still, and watches it anew. */
const BREAK_MS = 10_000;

/** How often the holder renews its lease. */
const RENEW_MS = 1_000;
/** How often a waiting process looks. */
const LOOK_MS = 500;
/** A process that has handed the lock over leaves it to the others for so long. */
const BACKOFF_MS = 1_000;
/** How long the lock is kept for the next piece of work. */
const LINGER_MS = 50;
/** An item looks without the lock when it does not know after this time whether it can have it. */
const TRY_MS = 5_000;
/**
 * An item waits for so long before it searches without the lock. A search without it has to be done again with it if there
 * is something to create, and AlfaCRM takes only a few calls a second.
 */
const WAIT_BEFORE_SEARCH_MS = 29_000;
/** A node that has found so many records in a row hardly creates any, so it does not wait before it searches. */
const FOUND_IN_A_ROW = 10;
/** A statement without an answer counts as failed after this time, and a database that has answered nothing as not there. */
const ANSWER_MS = 30_000;
/** Locks that a process keeps: more than there are nodes at work at the same time. */
const MOST_LOCKS = 1_000;

/** What n8n offers a node in an execution to remember what it has processed. */
export type ProcessedData = Pick<
	IExecuteFunctions['helpers'],
	'checkProcessedAndRecord' | 'clearAllProcessedItems' | 'getProcessedDataCount'
>;

const OPTIONS = { mode: 'entries' } as const;
/** The first entry of each row. A process that adds it and finds it there has not inserted the row, otherwise it has. */
const LOCKED = 'locked';
/** How many entries a row has for which nobody waits: that one, and the mark of its holder. */
const NOBODY_WAITS = 2;

/** n8n cannot keep a row: the workflow is not in its database, it keeps nothing of the kind, or the user keeps something else there. */
class NoRowError extends UserError {}

function hasNoRow(error: unknown): boolean {
	const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
	return code === 'ERR_ASSERTION' || name === 'DeduplicationError' || /foreign key/i.test(String(message));
}

class Row {
	constructor(private readonly data: ProcessedData | undefined) {}

	/** @returns how many entries it has; 0 if the lock is free */
	async size(): Promise<number> {
		return await this.ask(async (data) => await data.getProcessedDataCount('node', OPTIONS));
	}

	/** @returns which of the entries were in it already; without `LOCKED` this process has inserted it now */
	async add(...entries: string[]): Promise<unknown[]> {
		const all = [LOCKED, ...entries];
		const add = async (data: ProcessedData) => await data.checkProcessedAndRecord(all, 'node', OPTIONS);
		return (await this.ask(add)).processed;
	}

	async remove(): Promise<void> {
		await this.ask(async (data) => await data.clearAllProcessedItems('node', OPTIONS));
	}

	/** @throws NoRowError where n8n keeps none; whether a statement without an answer is carried out later nobody knows */
	private async ask<T>(statement: (data: ProcessedData) => Promise<T>): Promise<T> {
		if (this.data === undefined) throw new NoRowError('No processed data');
		return await withTimeout(statement(this.data), ANSWER_MS).catch((error: unknown) => {
			throw hasNoRow(error) ? new NoRowError('No row', { cause: error }) : error;
		});
	}
}

/** The time for which a process holds the lock: until its work is done and another process waits, or no work has come for a moment. */
export class Lease {
	private users = 0;
	private isWanted = false;
	/** The moment until which no other process takes the lock. */
	private until: number;
	private renewing?: Promise<void>;
	/** The removal of the row, once it has begun. */
	ending?: Promise<void>;

	/**
	 * @param epoch how often this process had the lock, 0 where n8n cannot keep a row; what was read in another one may be stale
	 * @param at when that was sent which took it
	 * @param onEnd called once, with whether another process waits
	 */
	constructor(
		readonly epoch: number,
		private readonly row: Row | undefined,
		at: number,
		private readonly onEnd: (isWanted: boolean) => void,
	) {
		this.until = row === undefined ? Infinity : at + LEASE_MS;
		if (row !== undefined) void this.watch(row);
		void this.endWhenIdle();
	}

	/** Whether work in it may still write. By `performance.now()`, so that nothing depends on the clocks of several machines. */
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

	/** Called once by work that has joined. */
	leave(): void {
		this.users -= 1;
		void this.endWhenIdle();
	}

	private async watch(row: Row): Promise<void> {
		while (this.isHeld && this.ending === undefined) {
			await sleepUnref(RENEW_MS);
			// What fails now may succeed the next time; if it never does, the lease runs out.
			if (this.ending === undefined) await (this.renewing = this.renew(row).catch(() => undefined));
			if (this.isWanted) await this.endWhenIdle();
		}
	}

	/**
	 * Renews the lease: by seeing that nobody waits, or else by a heartbeat, of two entries, to be told from the mark of one
	 * more that waits. Those that wait count from their marks on, so a look that finds the first of them renews nothing.
	 */
	private async renew(row: Row): Promise<void> {
		const at = performance.now();
		const isHeartbeat = this.isWanted;
		const heartbeat = [1, 2].map((nth) => `heartbeat ${Math.random()} ${nth}`);
		const there = isHeartbeat ? (await row.add(...heartbeat)).length : await row.size();
		// Once the lease has run out, it may be the row of another process.
		if (!this.isHeld) return;
		if (there === 0) this.until = -Infinity;
		else if (isHeartbeat || there === NOBODY_WAITS) this.until = at + LEASE_MS;
		else this.isWanted = true;
	}

	private async endWhenIdle(): Promise<void> {
		if (this.isOpen) await sleepUnref(LINGER_MS);
		if (this.users === 0) await (this.ending ??= this.end());
	}

	private async end(): Promise<void> {
		// A heartbeat that comes after the removal would make a row with nobody behind it.
		await this.renewing;
		// A process that has begun to wait within the last second is to have it next.
		if (this.row !== undefined && !this.isWanted) await this.renew(this.row).catch(() => undefined);
		// A removal that comes late would hit the row of another process, for all have the same name.
		if (this.isHeld) await this.row?.remove().catch(() => undefined);
		this.onEnd(this.isWanted);
	}
}

/** A process that waits for the lock, and takes the place of a holder that is dead. */
class Waiter {
	private readonly mark = `mark ${Math.random()}`;
	/** How many entries the row had at the last look. */
	private size = 0;
	private lookedAt = -Infinity;
	/** The moment from which on the holder is taken for dead, unless the row changes before. */
	private deadAt = Infinity;

	constructor(private readonly row: Row) {}

	/** @returns when that was sent which took the lock; undefined while another process has it */
	async look(): Promise<number | undefined> {
		const { row, mark, size: known, lookedAt } = this;
		const at = performance.now();
		const there = await row.add(mark);
		if (!there.includes(LOCKED)) return at;
		// A mark that took as long as a claim may have brought back the row of the dead holder over that of its successor.
		const isQuick = performance.now() - at < CLAIM_MS;
		const size = await row.size();
		const now = performance.now();
		// One entry more is the mark of another one that waits.
		const isSame = there.includes(mark) && (size === known || size === known + 1);
		const isUnchanged = isSame && isQuick && now - lookedAt < BREAK_MS;
		if (!isUnchanged) this.deadAt = now + DEAD_MS + Math.random() * SPREAD_MS;
		this.size = size;
		this.lookedAt = at;
		return now < this.deadAt ? undefined : await this.replaceDead(size);
	}

	/**
	 * Claims the row of a dead holder and removes it. Of two that claim it at the same moment, one sees that it was not the
	 * first, or overwrites the claim of the other.
	 *
	 * @returns when that was sent which took the lock; undefined while there is a row, or was one just now
	 */
	private async replaceDead(size: number): Promise<number | undefined> {
		const { row, mark } = this;
		// The row is watched anew, whatever comes of the claim.
		this.size = 0;
		// Equal for all that claim the row as it is, with or without one mark more. A claim that came to nothing changes its size.
		const claimed = [size, size + 1].map((entries) => `claimed at ${entries}`);
		const claim = `claim ${Math.random()}`;
		const begun = performance.now();
		const there = await row.add(mark, ...claimed, claim);
		if (!there.includes(LOCKED)) return begun;
		const isFirst = !claimed.some((entry) => there.includes(entry));
		if (!isFirst || !there.includes(mark)) return undefined;
		await sleepUnref(CLAIM_MS);
		const at = performance.now();
		const still = await row.add(claim);
		if (!still.includes(LOCKED)) return at;
		// A claim that was written later may have come after another one was looked at, into the row of the next holder.
		const isInTime = performance.now() - begun < 2 * CLAIM_MS;
		if (isInTime && still.includes(claim)) await row.remove();
		return undefined;
	}
}

/** The lock of one node, in one process. */
export class DatabaseLock {
	private epoch = 0;
	private lease?: Lease;
	private attempt?: Promise<void>;
	private waiting?: Promise<void>;
	private backoffUntil = 0;
	/** How many records were found since the node has last created one. */
	private foundInARow = 0;

	/** Joins the work of this process if it has the lock or can have it at once. */
	async tryEnter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		if (this.lease?.isOpen !== true)
			await abortable(Promise.race([this.tryToTake(data), sleepUnref(TRY_MS)]), signal);
		return this.join();
	}

	/**
	 * Waits for the lock before a search, but not for long, and not at all where the node hardly creates anything.
	 *
	 * @returns undefined if the search is to be done without the lock
	 */
	async enterBeforeSearch(data?: ProcessedData, signal?: AbortSignal): Promise<Lease | undefined> {
		const lease = await this.tryEnter(data, signal);
		if (lease !== undefined || this.foundInARow >= FOUND_IN_A_ROW) return lease;

		const timeIsUp = sleepUnref(WAIT_BEFORE_SEARCH_MS).then(() => true);
		for (;;) {
			// Where the database fails, the search comes first, because it may find a record.
			const isEnough = this.waitOnce(data).then(
				() => false,
				() => true,
			);
			if (await abortable(Promise.race([isEnough, timeIsUp]), signal)) return this.join();
			const lateLease = this.join();
			if (lateLease !== undefined) return lateLease;
		}
	}

	/** Notes whether a search has found a record, or there was one to create. */
	noteSearch({ hasFound }: { hasFound: boolean }): void {
		this.foundInARow = hasFound ? this.foundInARow + 1 : 0;
	}

	/** Waits for the lock. */
	async enter(data?: ProcessedData, signal?: AbortSignal): Promise<Lease> {
		for (;;) {
			const lease = this.join();
			if (lease !== undefined) return lease;
			await abortable(this.waitOnce(data), signal);
		}
	}

	/** Waits until this process has the lock. Everybody in the process who waits does so together. */
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
			// After any other failure of the database it is tried once more if there is something to create.
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
			// Or somebody else's attempt in this process has succeeded.
			if (this.lease?.isOpen === true) return;
			await sleepUnref(LOOK_MS * (0.5 + Math.random()));
		}
	}

	/** @param at when the lock was taken; undefined if another process has it */
	private begin(at: number | undefined, row?: Row): void {
		if (at === undefined) return;
		if (row !== undefined) this.epoch += 1;
		const lease = new Lease(row === undefined ? 0 : this.epoch, row, at, (isWanted) => {
			if (isWanted) this.backoffUntil = performance.now() + BACKOFF_MS;
			if (this.lease === lease) this.lease = undefined;
		});
		this.lease = lease;
	}
}

/** The locks by workflow and node, for which n8n's database has a row each. */
const locks = new Map<string, DatabaseLock>();

/**
 * The lock of a node of a workflow. Of very many nodes the one that has not been at work for the longest is forgotten; if
 * it was at work all the same, a second one waits for its row, as another process would.
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
