import { sleep } from 'n8n-workflow';

import { abortable } from './cancel';
import type { ApiFailure } from './failures';
import { failureOf, isTooMany, networkTrouble, ResponseError, timedOut } from './failures';
import type { RateLimiter, RateOptions } from './rateLimiter';
import { readAmount } from './rateLimiter';

/**
 * Delays before a read is sent again whose answer was lost. There is one delay for each retry.
 * API notes 7.
 */
const LOST_DELAYS_MS = [1_000, 2_000];

/** Delays after a timeout: one retry only, because each attempt takes 30 seconds. */
const TIMED_OUT_DELAYS_MS = [1_000];

/**
 * Delays after a web page or another answer that is not AlfaCRM's. A school saw one in the middle
 * of a list, and a retry 5 to 10 seconds later got through. API notes 7.
 */
const FOREIGN_DELAYS_MS = [5_000, 5_000];

/** HTTP statuses of a server that cannot answer at the moment. */
export const UNAVAILABLE = [502, 503, 504];

/**
 * A call waits at most this long while there are too many calls, unless the credential says
 * otherwise.
 */
export const DEFAULT_RATE_LIMIT_WAIT_MS = 300_000;

/** A call waits at most this long where nobody can cancel it, or where a user watches. */
export const SHORT_RATE_LIMIT_WAIT_MS = 15_000;

/** Reads *Wait on Too Many Requests* of the credential, in seconds. 0 means no wait. */
export function readRateLimitWait(value: unknown): number {
	const seconds = readAmount(value);
	return seconds === undefined ? DEFAULT_RATE_LIMIT_WAIT_MS : seconds * 1_000;
}

interface RetryOptions extends RateOptions {
	/**
	 * True for a call that may be sent again after its answer was lost, because it changes nothing.
	 */
	isIdempotent: boolean;
	/**
	 * A login that meets a web page is not sent again: most of the time the hostname is wrong, and a
	 * user waits for the test of the credential.
	 */
	isLogin?: boolean;
	/**
	 * While AlfaCRM refuses a call as too many, it is sent again for so many milliseconds after its
	 * first attempt.
	 */
	rateLimitWaitMs: number;
}

/** The course of a call so far. */
interface RetryProgress {
	/** How many answers were lost. */
	lostCount: number;
	/** Milliseconds since the first attempt. */
	elapsedMs: number;
}

/**
 * Sends a call as the rate limiter allows. Sends it again where that does no harm: a call that was
 * refused as too many, and a read whose answer was lost.
 *
 * @throws what `send` threw last
 */
export async function withRetries<T>(
	limiter: RateLimiter,
	options: RetryOptions,
	send: () => Promise<T>,
): Promise<T> {
	let firstSentAt: number | undefined;
	const elapsedMs = () => (firstSentAt === undefined ? 0 : performance.now() - firstSentAt);
	const sendNow = async () => {
		firstSentAt ??= performance.now();
		return await send();
	};

	for (let lostCount = 0; ; ) {
		assertTimeLeft(limiter, elapsedMs(), options);
		const outcome = await limiter.run(options, sendNow).then(
			(answer) => ({ answer }),
			(error: unknown) => ({ error }),
		);
		if ('answer' in outcome) return outcome.answer;

		const failure = failureOf(outcome.error);
		const delayMs = retryDelay(failure, options, { lostCount, elapsedMs: elapsedMs() });
		if (delayMs === undefined) throw outcome.error;

		if (isTooMany(failure)) {
			// The pause holds back all calls to this AlfaCRM, this one included.
			limiter.pauseFor(delayMs);
		} else {
			lostCount += 1;
			await abortable(sleep(delayMs), options.signal);
		}
	}
}

/** @throws ResponseError if AlfaCRM has asked for a pause that is longer than the call may wait */
function assertTimeLeft(
	limiter: RateLimiter,
	elapsedMs: number,
	{ rateLimitWaitMs }: RetryOptions,
): void {
	const { askedMs } = limiter;
	if (askedMs > 0 && elapsedMs + askedMs >= rateLimitWaitMs) {
		throw new ResponseError({ kind: 'status', status: 429, retryAfterMs: askedMs });
	}
}

/**
 * Returns the milliseconds until a call may be sent again, or undefined if it must not be or has no
 * time left.
 */
function retryDelay(
	failure: ApiFailure,
	options: RetryOptions,
	{ lostCount, elapsedMs }: RetryProgress,
): number | undefined {
	// A call that was refused as too many was not carried out, so even a write may be sent again.
	if (isTooMany(failure)) {
		const { retryAfterMs = 0 } = failure;
		return elapsedMs + retryAfterMs < options.rateLimitWaitMs ? retryAfterMs : undefined;
	}

	// AlfaCRM may have carried out any other failed call.
	if (!options.isIdempotent) return undefined;

	if (failure.kind === 'foreign') {
		return options.isLogin ? undefined : FOREIGN_DELAYS_MS[lostCount];
	}
	if (!mayPassSoon(failure)) return undefined;

	const delays = timedOut(failure) ? TIMED_OUT_DELAYS_MS : LOST_DELAYS_MS;
	return delays[lostCount];
}

/**
 * Tells whether the same call may succeed in a moment: the network or the server failed in a way
 * that passes.
 */
function mayPassSoon({ kind, code, status = 0, isForeign = false }: ApiFailure): boolean {
	if (kind === 'noAnswer') return !networkTrouble(code).isLasting;

	return kind === 'status' && (UNAVAILABLE.includes(status) || isForeign);
}
