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
 * executions could both read that a record is missing, and both create it.
 *
 * Work that holds a lock may ask for another one, as long as all work does so in the same order:
 * first the locks of the values by which it searches for a record, such as a phone; then the locks
 * of records, one after the other.
 *
 * @param signal ends the wait at once; work that has begun goes on
 * @param getExtraHoldMs called when the work has ended; returns for how many more milliseconds the
 * locks are held, because AlfaCRM may still be carrying out a call whose answer did not come
 * @throws ResponseError if the signal aborts before the work has begun
 */
export async function withLock<Result>(
	keys: readonly string[],
	signal: AbortSignal | undefined,
	work: () => Promise<Result>,
	getExtraHoldMs: () => number = () => 0,
): Promise<Result> {
	if (signal?.aborted) throw makeCancelledError();

	const place = new QueuePlace();
	try {
		await waitUnlessAborted(joinQueues(keys, place), signal);
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
	readonly hasLeft: Promise<void>;
	/** Leaves the queues, so that the next work in each of them may begin. */
	leave = () => {};

	constructor() {
		this.hasLeft = new Promise((resolve) => {
			this.leave = resolve;
		});
	}
}

/** Calls `leave`, which lets go of a lock, after a number of milliseconds; at once for 0. */
export function leaveAfter(ms: number, leave: () => void): void {
	if (ms > 0) {
		void sleep(ms).then(leave);
	} else {
		leave();
	}
}

/**
 * Joins the queues of several locks, then waits until all earlier work has left them. Joins all
 * queues before it waits in any, so that no two pieces of work wait for each other.
 */
async function joinQueues(keys: readonly string[], place: QueuePlace): Promise<void> {
	const uniqueKeys = new Set(keys);
	const turns: Array<Promise<void>> = [];
	for (const key of uniqueKeys) {
		const turn = joinQueue(key, place);
		turns.push(turn);
	}
	await Promise.all(turns);
}

/**
 * Joins the queue of a lock at once, then waits until all earlier work has left the queue. The lock
 * then belongs to the caller, until the caller calls `place.leave()`.
 *
 * The queue is a chain of promises. Each piece of work adds a promise to the end, which resolves
 * when all work before it and the work itself have left.
 */
async function joinQueue(key: string, place: QueuePlace): Promise<void> {
	// Without a queue, the lock is free.
	const earlierWorkHasLeft = queueEnds.get(key) ?? Promise.resolve();
	const queueEnd = earlierWorkHasLeft.then(async () => await place.hasLeft);
	queueEnds.set(key, queueEnd);
	void queueEnd.then(() => forgetQueue(key, queueEnd));

	await earlierWorkHasLeft;
}

/**
 * Forgets the queue of a lock after its last work has left, unless other work has joined since.
 *
 * @param queueEnd the promise of the last work, which resolved when it left
 */
function forgetQueue(key: string, queueEnd: Promise<void>): void {
	const hasNobodyJoined = queueEnds.get(key) === queueEnd;
	if (hasNobodyJoined) queueEnds.delete(key);
}

// ------------------------------------------------------- the latest writes

/** The number of records whose latest write is remembered: more than a long execution writes. */
const MAX_WRITES = 20_000;

/** The version of each record's latest write, by the key of its lock, the oldest first. */
const versionsWritten = new Map<string, number>();

/** The version of the latest write: how many writes this process has made. */
let latestVersion = 0;

/** The version of the latest write that has been forgotten; 0 if none has. */
let forgottenVersion = 0;

/**
 * Returns the version of the latest write of this process. Take it before you read records, to ask
 * `wasWrittenSince` later.
 */
export function currentVersion(): number {
	return latestVersion;
}

/**
 * Notes a write to some records, for `wasWrittenSince`. Call this before and after each write,
 * because the answer to the write may come late or never.
 */
export function recordWrite(keys: readonly string[]): void {
	latestVersion += 1;
	for (const key of keys) {
		// Beyond `MAX_WRITES` records, the oldest write is forgotten.
		const removedVersion = boundedSet(versionsWritten, key, latestVersion, MAX_WRITES);
		if (removedVersion !== undefined) forgottenVersion = removedVersion;
	}
}

/**
 * Tells whether this process may have written one of some records since they were read. Then the
 * values that were read may be stale.
 *
 * @param versionRead the `currentVersion` at the moment of reading: the number of writes until then
 */
export function wasWrittenSince(keys: readonly string[], versionRead: number): boolean {
	// A write after the reading has been forgotten. It may have changed one of these records.
	const isLaterWriteForgotten = forgottenVersion > versionRead;
	if (isLaterWriteForgotten) return true;

	for (const key of keys) {
		const versionWritten = versionsWritten.get(key) ?? 0;
		if (versionWritten > versionRead) return true;
	}
	return false;
}
