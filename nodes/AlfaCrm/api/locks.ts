import { sleep } from 'n8n-workflow';

import { boundedSet } from './bounded';
import { waitUnlessAborted } from './cancel';
import { makeCancelledError } from './failures';

/**
 * Keeps the work of one n8n process on the same record in order, in two ways: locks make one piece
 * of work wait for another, and a list of the latest writes tells whether a record that was read
 * may have changed since.
 *
 * A key names a lock or a record. It begins with the account (`ApiClient.account()`), because two
 * credentials may belong to one account.
 */

/**
 * The end of each lock's queue: a promise that resolves when the last work in the queue has left. A
 * lock without an entry is free.
 */
const queueEnds = new Map<string, Promise<void>>();

/**
 * Waits for the locks with some keys, and holds them while `work` is under way. Without locks, two
 * executions could both read that a record is missing, and both create it. Work that comes first
 * gets a lock first: each lock has a queue.
 *
 * Work that holds a lock may ask for another one, as long as all work does so in the same order:
 * first the locks of the values by which it searches for a record, such as a phone; then the locks
 * of records, one after the other.
 *
 * @param signal ends the wait at once; work that has begun goes on
 * @param getExtraHoldMs called when the work has ended; returns for how many milliseconds AlfaCRM
 * may still be carrying out a call of this work. The locks are held for that long.
 * @throws ResponseError if the signal aborts before the work has begun
 */
export async function withLock<T>(
	keys: readonly string[],
	signal: AbortSignal | undefined,
	work: () => Promise<T>,
	getExtraHoldMs: () => number = () => 0,
): Promise<T> {
	if (signal?.aborted) throw makeCancelledError();

	const place = new QueuePlace();
	// All queues are joined before the first wait, so that no two pieces of work wait for each other.
	const uniqueKeys = new Set(keys);
	const turns: Array<Promise<void>> = [];
	for (const key of uniqueKeys) {
		turns.push(joinQueue(key, place));
	}

	try {
		await waitUnlessAborted(Promise.all(turns), signal);
		// The signal may abort in the very moment in which the last lock becomes free.
		if (signal?.aborted) throw makeCancelledError();
	} catch {
		place.leave();
		throw makeCancelledError();
	}

	try {
		return await work();
	} finally {
		leaveAfter(getExtraHoldMs(), () => place.leave());
	}
}

/** The place of one piece of work in the queues of its locks. */
class QueuePlace {
	/** Resolves when the work has left the queues. */
	readonly departure: Promise<void>;
	/** Leaves the queues, so that the next work in each of them may begin. */
	leave = () => {};

	constructor() {
		this.departure = new Promise((resolve) => {
			this.leave = resolve;
		});
	}
}

/** Calls `leave` after a number of milliseconds, or at once for 0. */
export function leaveAfter(ms: number, leave: () => void): void {
	if (ms > 0) {
		void sleep(ms).then(leave);
	} else {
		leave();
	}
}

/**
 * Joins the queue of a lock at once, then waits until all earlier work has left the queue.
 *
 * @param place the place of the caller, who leaves the queue when the work is done
 */
async function joinQueue(key: string, place: QueuePlace): Promise<void> {
	const earlierWork = queueEnds.get(key) ?? Promise.resolve();
	const queueEnd = earlierWork.then(async () => await place.departure);
	queueEnds.set(key, queueEnd);
	void queueEnd.then(() => forgetQueue(key, queueEnd));

	await earlierWork;
}

/** Forgets a queue whose last work has left, unless other work has joined it since. */
function forgetQueue(key: string, queueEnd: Promise<void>): void {
	const isStillEnd = queueEnds.get(key) === queueEnd;
	if (isStillEnd) queueEnds.delete(key);
}

// ------------------------------------------------------- the latest writes

/** The number of records whose latest write is remembered: more than a long execution writes. */
const MOST_WRITES = 20_000;

/** The version of each record's latest write, by the key of its lock, the oldest first. */
const versionsWritten = new Map<string, number>();

/** Counts the writes of this process. */
let latestVersion = 0;

/** The writes up to this version may have been forgotten. */
let forgottenVersion = 0;

/**
 * Returns the version of the latest write of this process. Take it before you read records, to ask
 * `wasWrittenSince` later.
 */
export function currentVersion(): number {
	return latestVersion;
}

/**
 * Notes a write to some records. Call it before and after each write, because the answer may come
 * late or never.
 */
export function recordWrite(keys: readonly string[]): void {
	latestVersion += 1;
	for (const key of keys) {
		const removedVersion = boundedSet(versionsWritten, key, latestVersion, MOST_WRITES);
		if (removedVersion !== undefined) forgottenVersion = removedVersion;
	}
}

/**
 * Tells whether this process may have written one of the records since a version, so that what was
 * read then may be stale.
 */
export function wasWrittenSince(keys: readonly string[], version: number): boolean {
	// A forgotten write may have changed one of these records.
	if (version < forgottenVersion) return true;

	for (const key of keys) {
		const versionWritten = versionsWritten.get(key) ?? 0;
		if (versionWritten > version) return true;
	}
	return false;
}
