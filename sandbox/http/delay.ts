import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for some milliseconds. An aborted signal ends the waiting at once. */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, undefined, { signal }).catch(() => undefined);
}
