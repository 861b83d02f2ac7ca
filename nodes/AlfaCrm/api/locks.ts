import { sleep } from 'n8n-workflow';

import { lruSet } from './bounded';
import { abortable } from './cancel';
import { cancelled } from './failures';

/** The end of each queue: settled when the one who asked last for the lock has left it. A lock without an entry is free. */
const tails = new Map<string, Promise<void>>();

/**
 * Holds all of the locks while `work` is under way; those who ask for the same ones get them in the order in which they
 * asked. Work that reads, decides and writes takes the lock of what it is about, for two executions that do so at the same
 * moment would both decide on what they read before. Keys begin with the account (`ApiClient.account()`), since two
 * credentials may be of one account. Holds within one n8n process.
 *
 * Work that holds a lock may ask for another one only if all do so in the same order: first what a record is looked for
 * by, then one record after the other.
 *
 * @param signal ends the wait at once; work that has begun goes on
 * @param underWayMs asked when the work has ended: how long what it has sent may still be under way, for which the
 * locks are held on
 */
export async function withLock<T>(
	keys: readonly string[],
	signal: AbortSignal | undefined,
	work: () => Promise<T>,
	underWayMs: () => number = () => 0,
): Promise<T> {
	if (signal?.aborted) throw cancelled();
	let leave = () => {};
	const left = new Promise<void>((resolve) => (leave = resolve));
	// All queues are joined at once, so that no two pieces of work wait for each other.
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

/** Calls `leave` in so many milliseconds, for which what was sent may still be under way; at once if it is not. */
export function leaveAfter(ms: number, leave: () => void): void {
	if (ms > 0) void sleep(ms).then(leave);
	else leave();
}

/** @returns settled when all who asked before have left */
async function joinQueue(key: string, left: Promise<void>): Promise<void> {
	const before = tails.get(key);
	const tail = Promise.resolve(before).then(async () => await left);
	tails.set(key, tail);
	void tail.then(() => tails.get(key) === tail && tails.delete(key));
	await before;
}

/** Records whose latest write is known: more than a long execution writes. */
const MOST_WRITES = 20_000;

/** The number of the latest write of each record, by the key of its lock, the oldest first. */
const writes = new Map<string, number>();
let latest = 0;
/** The version up to which it is no longer known which records were written. */
let forgotten = 0;

/** The number of writes so far, which is taken before records are read, to compare with later. */
export function currentVersion(): number {
	return latest;
}

/** Notes a write. Called before and after each one, for its answer may come late or never. */
export function recordWrite(keys: readonly string[]): void {
	latest += 1;
	for (const key of keys) forgotten = lruSet(writes, key, latest, MOST_WRITES) ?? forgotten;
}

/** Whether anybody in this process may have written one of the records since; what was read then may be stale. */
export function wasWrittenSince(keys: readonly string[], since: number): boolean {
	return since < forgotten || keys.some((key) => (writes.get(key) ?? 0) > since);
}
