import { sleep } from 'n8n-workflow';

import { abortable } from './cancel';
import { cancelled } from './errors';

/** Work that has asked for locks, and how many of them others have before it. */
interface Waiter {
	missing: number;
	begin: () => void;
}

/** Who has asked for a lock, in the order they came; the first one holds it. A lock without an entry is free. */
const waiters = new Map<string, Set<Waiter>>();

/**
 * Holds all of the locks while `work` is under way; those who ask for the same ones get them in the order in which they
 * asked. Whoever reads, decides and writes takes the lock of what it is about, for two executions that do so at the same
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
	const names = [...new Set(keys)];
	const leave = await acquire(names, signal);
	try {
		return await work();
	} finally {
		leaveAfter(underWayMs(), leave);
	}
}

export function leaveAfter(ms: number, leave: () => void): void {
	if (ms > 0) void sleep(ms).then(leave);
	else leave();
}

/**
 * Joins all queues at once, so that no two pieces of work wait for each other.
 *
 * @returns to be called to leave them
 */
async function acquire(keys: readonly string[], signal: AbortSignal | undefined): Promise<() => void> {
	const waiter: Waiter = { missing: 0, begin: () => {} };
	for (const key of keys) {
		const queue = waiters.get(key) ?? new Set();
		waiters.set(key, queue);
		if (queue.size > 0) waiter.missing += 1;
		queue.add(waiter);
	}
	const leave = () => keys.forEach((key) => release(key, waiter));
	if (waiter.missing === 0) return leave;
	try {
		await abortable(new Promise<void>((resolve) => (waiter.begin = resolve)), signal);
	} catch {
		leave();
		throw cancelled();
	}
	return leave;
}

function release(key: string, waiter: Waiter): void {
	const queue = waiters.get(key);
	if (queue === undefined) return;
	const [holder] = queue;
	queue.delete(waiter);
	const [next] = queue;
	if (next === undefined) waiters.delete(key);
	if (next === undefined || holder !== waiter) return;
	next.missing -= 1;
	if (next.missing === 0) next.begin();
}
