import { sleep } from 'n8n-workflow';

import { abortable } from './cancel';
import type { ApiFailure } from './failures';
import { failureOf, isTooMany, networkTrouble, ResponseError, timedOut } from './failures';
import type { RateLimiter, RateOptions } from './rateLimiter';
import { readAmount } from './rateLimiter';

/** How long after each lost answer a read is sent again; only once where each attempt takes a whole timeout. API notes 7. */
const LOST_DELAYS_MS = [1_000, 2_000];
const TIMED_OUT_DELAYS_MS = [1_000];
/** A school saw a web page in the middle of a list, and a try 5 to 10 seconds later got through. API notes 7. */
const FOREIGN_DELAYS_MS = [5_000, 5_000];
/** Statuses of a server that does not get an answer ready just now. */
export const UNAVAILABLE = [502, 503, 504];

/** How long a call waits at most while there are too many, if the credential does not say. */
export const DEFAULT_RATE_LIMIT_WAIT_MS = 300_000;
/** How long it waits where nobody could cancel it, or where somebody looks on. */
export const SHORT_RATE_LIMIT_WAIT_MS = 15_000;

/** Reads *Wait on Too Many Requests* of the credential, in seconds: 0 for no wait. */
export function readRateLimitWait(value: unknown): number {
	const seconds = readAmount(value);
	return seconds === undefined ? DEFAULT_RATE_LIMIT_WAIT_MS : seconds * 1_000;
}

interface RetryOptions extends RateOptions {
	/** True for a call that may be sent again after its answer was lost. */
	isIdempotent: boolean;
	/** A login that meets a web page is not sent again: the hostname is wrong most of the time, and somebody waits for the test. */
	isLogin?: boolean;
	/** How long a call is sent again, from its first attempt on, while it is refused as too many. */
	rateLimitWaitMs: number;
}

/** @returns milliseconds until a call may be sent again; undefined where it must not be, or has no time left */
function retryDelay(
	failure: ApiFailure,
	{ isIdempotent, isLogin, rateLimitWaitMs }: RetryOptions,
	{ lost, waitedMs }: { lost: number; waitedMs: number },
): number | undefined {
	if (isTooMany(failure)) {
		// It was not carried out, so that even a write may be sent again.
		const { retryAfterMs = 0 } = failure;
		return waitedMs + retryAfterMs < rateLimitWaitMs ? retryAfterMs : undefined;
	}
	if (!isIdempotent) return undefined;
	if (failure.kind === 'foreign') return isLogin ? undefined : FOREIGN_DELAYS_MS[lost];
	if (!mayPassSoon(failure)) return undefined;
	return (timedOut(failure) ? TIMED_OUT_DELAYS_MS : LOST_DELAYS_MS)[lost];
}

const mayPassSoon = ({ kind, code, status = 0, isForeign = false }: ApiFailure): boolean =>
	(kind === 'noAnswer' && !networkTrouble(code).isLasting) ||
	(kind === 'status' && (UNAVAILABLE.includes(status) || isForeign));

/**
 * Sends a call as the rate limiter allows, and again where that does no harm: one that was refused as too many, and a read
 * whose answer was lost.
 *
 * @throws what `send` threw last
 */
export async function withRetries<T>(
	limiter: RateLimiter,
	options: RetryOptions,
	send: () => Promise<T>,
): Promise<T> {
	let firstSentAt: number | undefined;
	const waitedMs = () => (firstSentAt === undefined ? 0 : performance.now() - firstSentAt);
	const sendNow = async () => {
		firstSentAt ??= performance.now();
		return await send();
	};
	for (let lost = 0; ; ) {
		const { askedMs } = limiter;
		if (askedMs > 0 && waitedMs() + askedMs >= options.rateLimitWaitMs)
			throw new ResponseError({ kind: 'status', status: 429, retryAfterMs: askedMs });
		const outcome = await limiter.run(options, sendNow).then(
			(answer) => ({ answer }),
			(error: unknown) => ({ error }),
		);
		if ('answer' in outcome) return outcome.answer;
		const failure = failureOf(outcome.error);
		const delay = retryDelay(failure, options, { lost, waitedMs: waitedMs() });
		if (delay === undefined) throw outcome.error;
		if (isTooMany(failure)) {
			limiter.pauseFor(delay);
		} else {
			lost += 1;
			await abortable(sleep(delay), options.signal);
		}
	}
}
