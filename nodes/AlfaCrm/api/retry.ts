import type { Trouble } from './errors';
import { badCertificate, timedOut, troubleOf } from './errors';
import type { Gate } from './pace';
import { pause } from './pace';

/** How often a request is sent at most. */
export const TRIES = 5;
const WAITS_MS = [1_000, 2_000, 4_000, 4_000];
/** How often a read is sent at most when its answer is lost; less when each try takes a whole timeout. */
const LOST_READ_TRIES = 3;
const TIMED_OUT_TRIES = 2;
const UNAVAILABLE = [502, 503, 504];
/** A server that asks for more patience than this is not waited for. */
const LONGEST_WAIT_MS = 60_000;

export interface Manner {
	perSecond: number;
	/** True for a request that may be sent again after its answer was lost. */
	repeatable: boolean;
	signal?: AbortSignal;
}

/** Sends through the gate, and again where that cannot do harm: after 429 always, after a lost answer if repeatable. */
export async function withRetries<T>(gate: Gate, manner: Manner, send: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		const outcome = await gate.run(manner.perSecond, send, manner.signal).then(
			(answer) => ({ answer }),
			(error: unknown) => ({ error }),
		);
		if ('answer' in outcome) return outcome.answer;
		const trouble = troubleOf(outcome.error);
		const wait = waitBeforeRetry(trouble, attempt, manner.repeatable);
		if (wait === undefined) throw outcome.error;
		if (trouble.status === 429) gate.closeFor(wait);
		else await pause(wait, manner.signal);
	}
}

/** @returns milliseconds, undefined when the request must not be sent again */
function waitBeforeRetry(trouble: Trouble, attempt: number, repeatable: boolean): number | undefined {
	const backoff = WAITS_MS[attempt - 1] ?? 0;
	if (trouble.status === 429) {
		const wait = trouble.retryAfterMs ?? Math.ceil(backoff + Math.random() * backoff * 0.25);
		return attempt < TRIES && wait <= LONGEST_WAIT_MS ? wait : undefined;
	}
	const lost =
		(trouble.kind === 'noAnswer' && trouble.code !== 'ENOTFOUND' && !badCertificate(trouble.code ?? '')) ||
		(trouble.kind === 'status' && UNAVAILABLE.includes(trouble.status ?? 0));
	const tries = timedOut(trouble) ? TIMED_OUT_TRIES : LOST_READ_TRIES;
	return lost && repeatable && attempt < tries ? backoff : undefined;
}
