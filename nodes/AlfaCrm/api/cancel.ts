import { sleep } from 'n8n-workflow';

import { cancelled } from './failures';

/** What is called when a signal aborts, while anything is. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

function callAll(this: AbortSignal): void {
	for (const listener of listeners.get(this) ?? []) listener();
}

/**
 * Calls when a signal aborts, at once if it has. Many calls of an execution wait for the same signal, and Node warns of a
 * leak where more than ten listen to one; so one listens for all.
 *
 * @returns takes that back
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
	if (signal.aborted) listener();
	const all = listeners.get(signal) ?? new Set();
	if (all.size === 0) signal.addEventListener('abort', callAll, { once: true });
	listeners.set(signal, all.add(listener));
	return () => {
		all.delete(listener);
		if (all.size === 0) signal.removeEventListener('abort', callAll);
	};
}

/** Waits, unless the execution is cancelled meanwhile. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
	await abortable(sleep(ms), signal);
}

/**
 * For a wait that something else may end before: n8n's `sleep` cannot be ended, and would keep the process alive until
 * its time is up.
 */
export async function timeout(ms: number): Promise<void> {
	const time = AbortSignal.timeout(Math.ceil(ms));
	await new Promise<void>((resolve) => time.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * What is answered in time.
 *
 * @throws Error when it takes longer; whether it ends later nobody is told
 */
export async function withTimeout<T>(answer: Promise<T>, ms: number): Promise<T> {
	const late = timeout(ms).then(() => {
		throw new Error('No answer in time');
	});
	return await Promise.race([answer, late]);
}

/** Ends a wait with a reason. */
export type GiveUp = (reason: Error) => void;

/**
 * @param onAborted decides when the wait is given up and with which reason, if not at once
 * @throws ResponseError that says so when the signal is aborted
 */
export async function abortable<T>(
	wait: Promise<T>,
	signal: AbortSignal | undefined,
	onAborted: (giveUp: GiveUp) => void = (giveUp) => giveUp(cancelled()),
): Promise<T> {
	if (signal === undefined) return await wait;
	let forget = () => {};
	const aborted = new Promise<never>((_resolve, reject) => {
		forget = onAbort(signal, () => onAborted(reject));
	});
	try {
		return await Promise.race([aborted, wait]);
	} finally {
		forget();
	}
}
