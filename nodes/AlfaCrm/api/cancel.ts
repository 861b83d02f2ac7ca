import { makeCancelledError, ResponseError } from './failures';

/**
 * The listeners of each signal. Many calls of an execution listen to the same signal, and Node
 * warns of a memory leak if a signal has more than ten listeners. So Node gets one listener for a
 * signal, `callListeners`, which calls the listeners in this map.
 */
const listenersBySignal = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls all listeners of a signal. This function handles the abort event of the signal, so its
 * `this` is the signal.
 */
function callListeners(this: AbortSignal): void {
	for (const listener of listenersBySignal.get(this) ?? []) {
		listener();
	}
}

/**
 * Calls a listener when a signal aborts, or at once if it has already aborted. A signal may have
 * any number of listeners: Node warns if it sees more than ten, so it sees only `callListeners`,
 * which calls all of them.
 *
 * @returns a function that removes the listener
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
	if (signal.aborted) {
		listener();
		// A signal aborts only once, so there is nothing to listen to any more.
		return () => {};
	}

	const listeners = listenersBySignal.get(signal) ?? new Set();
	const isFirstListener = listeners.size === 0;
	if (isFirstListener) signal.addEventListener('abort', callListeners, { once: true });
	listeners.add(listener);
	listenersBySignal.set(signal, listeners);

	return () => {
		listeners.delete(listener);
		const wasLastListener = listeners.size === 0;
		if (wasLastListener) signal.removeEventListener('abort', callListeners);
	};
}

/**
 * Sleeps without keeping the process alive: Node can exit before the time is up. With n8n's own
 * `sleep`, the process would exit only after the sleep.
 *
 * @param ms milliseconds
 */
export async function sleepUnref(ms: number): Promise<void> {
	// A timer with `unref()` would do as well, but n8n forbids `setTimeout` in community nodes.
	const signal = AbortSignal.timeout(Math.ceil(ms));
	await new Promise<void>((resolve) => {
		signal.addEventListener('abort', () => resolve(), { once: true });
	});
}

/**
 * Waits for an answer, but not longer than some milliseconds.
 *
 * @throws Error if the answer takes longer. The result or error that comes later is ignored.
 */
export async function withTimeout<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
	const timeLimit = sleepUnref(ms).then(() => {
		throw new Error('No answer in time');
	});
	return await Promise.race([answer, timeLimit]);
}

/**
 * Waits for a promise, and stops waiting when the signal aborts.
 *
 * @param makeError makes the error to throw on abort; by default it says that the execution was
 * cancelled
 * @throws the error of `makeError` if the signal aborts first
 */
export async function waitUnlessAborted<Result>(
	promise: Promise<Result>,
	signal: AbortSignal | undefined,
	makeError: () => Error = makeCancelledError,
): Promise<Result> {
	if (signal === undefined) return await promise;

	let removeListener = () => {};
	// This promise rejects when the signal aborts, and never resolves.
	const aborted = new Promise<never>((_resolve, reject) => {
		removeListener = onAbort(signal, () => reject(makeError()));
	});
	try {
		// If both have settled already, the first one in the list counts: the abort.
		return await Promise.race([aborted, promise]);
	} finally {
		removeListener();
	}
}

/**
 * Limits the time of one call, from the moment when it is sent until its whole answer has come.
 *
 * n8n's own timeout limits only the silence between two pieces of an answer. An answer that comes
 * byte by byte could take for ever.
 */
export class CallClock {
	/** Its signal ends the call. */
	private readonly controller = new AbortController();
	private readonly removeExecutionListener: () => void;
	private removeTimeListener?: () => void;
	private hasTimedOut = false;

	/**
	 * @param ms milliseconds that the call may take
	 * @param executionSignal ends the call when the execution is cancelled
	 */
	constructor(
		private readonly ms: number,
		executionSignal?: AbortSignal,
	) {
		const endCall = () => this.controller.abort();
		this.removeExecutionListener =
			executionSignal === undefined ? () => {} : onAbort(executionSignal, endCall);
	}

	/**
	 * Starts the clock. Call this right before the call is sent: n8n may log in first, and the login
	 * has a clock of its own.
	 *
	 * @returns the signal that ends the call
	 */
	start(): AbortSignal {
		this.removeTimeListener ??= onAbort(AbortSignal.timeout(this.ms), () => {
			this.hasTimedOut = true;
			this.controller.abort();
		});
		return this.controller.signal;
	}

	/** Stops the clock. Neither the time nor a cancelled execution ends the call any more. */
	stop(): void {
		this.removeTimeListener?.();
		this.removeExecutionListener();
	}

	/**
	 * Waits for the answer of the call.
	 *
	 * @param isInProgress called when the execution is cancelled; tells whether AlfaCRM is already at
	 * work on the call
	 * @throws ResponseError if the time is up or the execution is cancelled
	 */
	async wait<Answer>(answer: Promise<Answer>, isInProgress: () => boolean): Promise<Answer> {
		// The signal of the clock aborts in two cases: the time is up, or the execution is cancelled.
		const makeError = () => {
			if (this.hasTimedOut) return new ResponseError({ kind: 'noAnswer', code: 'ETIMEDOUT' });
			return makeCancelledError(isInProgress());
		};
		return await waitUnlessAborted(answer, this.controller.signal, makeError);
	}
}
