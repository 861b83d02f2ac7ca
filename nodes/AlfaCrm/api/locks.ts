import { sleep } from 'n8n-workflow';

import { boundedSet } from './bounded';
import { abortable } from './cancel';
import { makeCancelledError } from './failures';

/**
 * Locks, and the latest writes, of the records that this process deals with. Both hold within one
 * n8n process. Their keys begin with the account (`ApiClient.account()`), because two credentials
 * may belong to one account.
 */

/**
 * The end of each lock's queue. The promise resolves when the last work in the queue has left. A
 * lock without an entry is free.
 */
const queueEnds = new Map<string, Promise<void>>();

/**
 * Holds locks while `work` is under way. Without them, two executions could both read that a record
 * is missing, and both create it. Work that comes first gets a lock first.
 *
 * Work that holds a lock may ask for another one, as long as all work does so in the same order:
 * first the match keys of a record, then one record after the other.
 *
 * @param signal ends the wait at once; work that has begun goes on
 * @param readMsInProgress called when the work has ended; returns for how many milliseconds AlfaCRM
 * may still be carrying out what was sent. The locks are held for that long.
 * @throws ResponseError if the signal aborts before the work has begun
 */
export async function withLock<T>(
	keys: readonly string[],
	signal: AbortSignal | undefined,
	work: () => Promise<T>,
	readMsInProgress: () => number = () => 0,
): Promise<T> {
	if (signal?.aborted) throw makeCancelledError();

	const place = new QueuePlace();
	const leaveQueues = () => place.leave();
	// Joins all queues at once, so that no two pieces of work wait for each other.
	const uniqueKeys = [...new Set(keys)];
	const turns = uniqueKeys.map((key) => joinQueue(key, place.hasLeft));
	try {
		await abortable(Promise.all(turns), signal);
		// The signal may abort in the very moment in which the last lock becomes free.
		if (signal?.aborted) throw makeCancelledError();
	} catch {
		leaveQueues();
		throw makeCancelledError();
	}

	try {
		return await work();
	} finally {
		leaveAfter(readMsInProgress(), leaveQueues);
	}
}

/** The place of one piece of work in the queues of its locks. */
class QueuePlace {
	/** Resolves when the work has left the queues. */
	readonly hasLeft: Promise<void>;
	private resolveHasLeft = () => {};

	constructor() {
		this.hasLeft = new Promise((resolve) => {
			this.resolveHasLeft = resolve;
		});
	}

	/** Leaves the queues, so that the next work in each of them may begin. */
	leave(): void {
		this.resolveHasLeft();
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
 * Joins the queue of a lock, and waits until all work before has left the queue.
 *
 * @param hasLeft resolves when the caller leaves the queue
 */
async function joinQueue(key: string, hasLeft: Promise<void>): Promise<void> {
	const endBefore = queueEnds.get(key);
	const end = Promise.resolve(endBefore).then(async () => await hasLeft);
	queueEnds.set(key, end);

	// When the last work has left, nobody needs the entry.
	void end.then(() => {
		if (queueEnds.get(key) === end) queueEnds.delete(key);
	});
	await endBefore;
}

// ------------------------------------------------------- the latest writes

/** The number of records whose latest write is remembered: more than a long execution writes. */
const MOST_WRITES = 20_000;

/** The version of each record's latest write, by the key of its lock, the oldest first. */
const versionsWritten = new Map<string, number>();

/** Counts the writes of this process. */
let latestVersion = 0;

/** Up to this version, it is no longer known which records were written. */
let forgottenVersion = 0;

/**
 * Returns the version of the latest write. Take it before you read records, to ask
 * `wasWrittenSince` later.
 */
export function currentVersion(): number {
	return latestVersion;
}

/**
 * Notes a write. Call it before and after each write, because the answer may come late or never.
 */
export function recordWrite(keys: readonly string[]): void {
	latestVersion += 1;
	for (const key of keys) {
		const removedVersion = boundedSet(versionsWritten, key, latestVersion, MOST_WRITES);
		forgottenVersion = removedVersion ?? forgottenVersion;
	}
}

/**
 * Tells whether this process may have written one of the records since a version, so that what was
 * read then may be stale.
 */
export function wasWrittenSince(keys: readonly string[], version: number): boolean {
	// A write that is forgotten may have been one of these records.
	if (version < forgottenVersion) return true;

	return keys.some((key) => (versionsWritten.get(key) ?? 0) > version);
}
