import { sleep } from 'n8n-workflow';

import { lruSet } from './bounded';
import { abortable } from './cancel';
import { cancelled } from './failures';

/**
 * The end of each lock's queue. The promise settles when the last in the queue has left. A lock
 * without an entry is free.
 */
const tails = new Map<string, Promise<void>>();

/**
 * Holds locks while `work` is under way. Work that reads, decides and writes locks what it is
 * about. Without the lock, two executions could both decide by what they read before either had
 * written. Whoever asks first gets a lock first.
 *
 * The locks hold within one n8n process. Keys begin with the account (`ApiClient.account()`),
 * because two credentials may belong to one account.
 *
 * Work that holds a lock may ask for another one, as long as all work does so in the same order:
 * first the match keys of a record, then one record after the other.
 *
 * @param signal ends the wait at once; work that has begun goes on
 * @param underWayMs called when the work has ended; returns for how many milliseconds AlfaCRM may
 * still be at work on what was sent. The locks are held until then.
 */
export async function withLock<T>(
	keys: readonly string[],
	signal: AbortSignal | undefined,
	work: () => Promise<T>,
	underWayMs: () => number = () => 0,
): Promise<T> {
	if (signal?.aborted) throw cancelled();

	let leave = () => {};
	const left = new Promise<void>((resolve) => {
		leave = resolve;
	});
	// Joins all queues at once, so that no two pieces of work wait for each other.
	const ends = [...new Set(keys)].map((key) => joinQueue(key, left));
	try {
		await abortable(Promise.all(ends), signal);
		if (signal?.aborted) throw cancelled();
	} catch {
		leave();
		throw cancelled();
	}

	try {
		return await work();
	} finally {
		leaveAfter(underWayMs(), leave);
	}
}

/** Calls `leave` after so many milliseconds, or at once for 0. */
export function leaveAfter(ms: number, leave: () => void): void {
	if (ms > 0) void sleep(ms).then(leave);
	else leave();
}

/**
 * Waits until everybody who asked for a lock before has left it. `left` settles when the caller
 * leaves it.
 */
async function joinQueue(key: string, left: Promise<void>): Promise<void> {
	const before = tails.get(key);
	const tail = Promise.resolve(before).then(async () => await left);
	tails.set(key, tail);
	void tail.then(() => tails.get(key) === tail && tails.delete(key));
	await before;
}

/** The latest writes of so many records are known, more than a long execution makes. */
const MOST_WRITES = 20_000;

/** The version of each record's latest write, by the key of its lock, the oldest first. */
const writes = new Map<string, number>();
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
		forgottenVersion = lruSet(writes, key, latestVersion, MOST_WRITES) ?? forgottenVersion;
	}
}

/**
 * Tells whether this process may have written one of the records since a version, so that what was
 * read then may be stale.
 */
export function wasWrittenSince(keys: readonly string[], version: number): boolean {
	return version < forgottenVersion || keys.some((key) => (writes.get(key) ?? 0) > version);
}
