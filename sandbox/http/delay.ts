import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after `ms`, or at once when the signal is aborted. */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, undefined, { signal }).catch(() => undefined);
}
