import { cancelled } from './failures';

/** The listeners of each signal that anything waits for. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

function callAll(this: AbortSignal): void {
	for (const listener of listeners.get(this) ?? []) listener();
}

/**
 * Calls a listener when a signal aborts, at once if it has. Many calls of an execution wait for the same signal, and Node
 * warns of a leak where more than ten listen to one, so one listens for all.
 *
 * @returns takes the listener away again
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

/**
 * Waits like n8n's `sleep`, which cannot be ended and keeps the process alive until its time is up. This one does not, so
 * it is for a wait that something else may end before.
 *
 * @param ms milliseconds
 */
export async function timeout(ms: number): Promise<void> {
	const time = AbortSignal.timeout(Math.ceil(ms));
	await new Promise<void>((resolve) => time.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * Waits for an answer.
 *
 * @param ms milliseconds
 * @throws Error when it takes longer; what comes of it later nobody is told
 */
export async function withTimeout<T>(answer: Promise<T>, ms: number): Promise<T> {
	const late = timeout(ms).then(() => {
		throw new Error('No answer in time');
	});
	return await Promise.race([answer, late]);
}

/**
 * Waits for something, and no longer when the signal aborts.
 *
 * @param reason asked then for what to throw
 * @throws ResponseError that says that the execution was cancelled, if no other reason is given
 */
export async function abortable<T>(
	wait: Promise<T>,
	signal: AbortSignal | undefined,
	reason: () => Error = cancelled,
): Promise<T> {
	if (signal === undefined) return await wait;
	let forget = () => {};
	const aborted = new Promise<never>((_resolve, reject) => {
		forget = onAbort(signal, () => reject(reason()));
	});
	try {
		return await Promise.race([aborted, wait]);
	} finally {
		forget();
	}
}
