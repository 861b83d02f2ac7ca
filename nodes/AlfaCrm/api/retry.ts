import { pause } from './cancel';
import type { ApiFailure } from './errors';
import { failureOf, isTooMany, ResponseError, timedOut } from './errors';
import { mayPass, networkCause } from './network';
import type { RateLimiter, RateOptions } from './rateLimiter';

/** How often a read is sent at most when its answer is lost; less when each try takes a whole timeout. */
const MAX_ATTEMPTS_WITHOUT_RESPONSE = 3;
const MAX_ATTEMPTS_TIMED_OUT = 2;
const BACKOFF_MS = [1_000, 2_000];
const UNAVAILABLE = [502, 503, 504];

/** How long a call waits at most while there are too many, if the credential does not say. */
export const DEFAULT_RATE_LIMIT_WAIT_MS = 300_000;
/** The same where nobody could cancel it, or where somebody looks on. */
export const SHORT_RATE_LIMIT_WAIT_MS = 15_000;

/** What the credential holds, in seconds: 0 for no wait; the usual one where it cannot be read. */
export function readRateLimitWait(value: unknown): number {
	const seconds = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN);
	return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : DEFAULT_RATE_LIMIT_WAIT_MS;
}

interface RetryOptions extends RateOptions {
	/** True for a request that may be sent again after its answer was lost. */
	isIdempotent: boolean;
	/**
	 * How long it is sent again and again, from the first time on, while the answer is that there are too many; then that is
	 * the answer. It is not sent at all where the host has asked for a longer wait before.
	 */
	rateLimitWaitMs: number;
}

/**
 * Sends as the rate limiter allows, and again where that does no harm: after 429, which says that it was not done, as long as
 * the options say; after a lost answer a few times if idempotent.
 */
export async function withRetries<T>(
	limiter: RateLimiter,
	options: RetryOptions,
	send: () => Promise<T>,
): Promise<T> {
	let begun: number | undefined;
	const isTooLong = (ms: number) => {
		const now = performance.now();
		return now - (begun ?? now) + ms >= options.rateLimitWaitMs;
	};
	const sendNow = async () => {
		begun ??= performance.now();
		return await send();
	};
	for (let lost = 1; ; ) {
		const { askedMs } = limiter;
		if (askedMs > 0 && isTooLong(askedMs))
			throw new ResponseError({ kind: 'status', status: 429, retryAfterMs: askedMs });
		const outcome = await limiter.run(options, sendNow).then(
			(answer) => ({ answer }),
			(error: unknown) => ({ error }),
		);
		if ('answer' in outcome) return outcome.answer;
		const failure = failureOf(outcome.error);
		if (isTooMany(failure)) {
			const { retryAfterMs = 0 } = failure;
			if (isTooLong(retryAfterMs)) throw outcome.error;
			limiter.pauseFor(retryAfterMs);
		} else {
			if (!options.isIdempotent || !mayPassSoon(failure) || lost >= mostTries(failure)) throw outcome.error;
			await pause(BACKOFF_MS[lost++ - 1], options.signal);
		}
	}
}

const mayPassSoon = ({ kind, code, status = 0 }: ApiFailure): boolean =>
	(kind === 'noAnswer' && mayPass[networkCause(code)]) || (kind === 'status' && UNAVAILABLE.includes(status));

const mostTries = (failure: ApiFailure): number =>
	timedOut(failure) ? MAX_ATTEMPTS_TIMED_OUT : MAX_ATTEMPTS_WITHOUT_RESPONSE;
