import { pause } from './cancel';
import type { ApiFailure } from './errors';
import { failureOf, timedOut } from './errors';
import { mayPass, networkCause } from './network';
import type { RateLimiter, RateOptions } from './rateLimiter';

/** How often a request is sent at most. */
export const MAX_ATTEMPTS = 5;
const BACKOFF_MS = [1_000, 2_000, 4_000, 4_000];
/** How often a read is sent at most when its answer is lost; less when each try takes a whole timeout. */
const MAX_ATTEMPTS_WITHOUT_RESPONSE = 3;
const MAX_ATTEMPTS_TIMED_OUT = 2;
const UNAVAILABLE = [502, 503, 504];
/** A server that asks for more patience than this is not waited for. */
export const MAX_RETRY_AFTER_MS = 60_000;

interface RetryOptions extends RateOptions {
	/** True for a request that may be sent again after its answer was lost. */
	isIdempotent: boolean;
}

/** Sends as the rate limiter allows, and again where that does no harm: after 429 always, after a lost answer if idempotent. */
export async function withRetries<T>(
	limiter: RateLimiter,
	options: RetryOptions,
	send: () => Promise<T>,
): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		const outcome = await limiter.run(options, send).then(
			(answer) => ({ answer }),
			(error: unknown) => ({ error }),
		);
		if ('answer' in outcome) return outcome.answer;
		const failure = failureOf(outcome.error);
		const wait = waitBeforeRetry(failure, attempt, options.isIdempotent);
		if (wait === undefined) throw outcome.error;
		if (failure.status === 429) limiter.pauseFor(wait);
		else await pause(wait, options.signal);
	}
}

/** @returns milliseconds, undefined when the request must not be sent again */
function waitBeforeRetry(failure: ApiFailure, attempt: number, isRepeatable: boolean): number | undefined {
	const backoff = BACKOFF_MS[attempt - 1] ?? 0;
	if (failure.status === 429) {
		// A date that has passed is one by another clock.
		const wait = failure.retryAfterMs || Math.ceil(backoff + Math.random() * backoff * 0.25);
		return attempt < MAX_ATTEMPTS && wait <= MAX_RETRY_AFTER_MS ? wait : undefined;
	}
	const lost =
		(failure.kind === 'noAnswer' && mayPass[networkCause(failure.code)]) ||
		(failure.kind === 'status' && UNAVAILABLE.includes(failure.status ?? 0));
	const tries = timedOut(failure) ? MAX_ATTEMPTS_TIMED_OUT : MAX_ATTEMPTS_WITHOUT_RESPONSE;
	return lost && isRepeatable && attempt < tries ? backoff : undefined;
}
