import { sleep } from 'n8n-workflow';

import { cancelled } from './errors';

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

/** @throws ResponseError that says so as soon as the signal is aborted */
export async function abortable<T>(wait: Promise<T>, signal?: AbortSignal): Promise<T> {
	if (signal === undefined) return await wait;
	let onAbort = () => {};
	const aborted = new Promise<never>((_resolve, reject) => {
		onAbort = () => reject(cancelled());
		if (signal.aborted) onAbort();
		else signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return await Promise.race([aborted, wait]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

/** Gives everybody what they came for in the order they came; who leaves holds up nobody. */
export class Queue {
	private last: Promise<unknown> = Promise.resolve();

	/**
	 * @param serve called when it is one's turn; the next one waits until it is done
	 * @param release called with what somebody was served who had just left
	 */
	async join<T>(serve: () => Promise<T>, release: (served: T) => void, signal?: AbortSignal): Promise<T> {
		const turn = this.last.then(serve);
		this.last = turn.catch(() => undefined);
		const served = abortable(turn, signal);
		served.catch(() => void turn.then(release, () => {}));
		return await served;
	}
}
