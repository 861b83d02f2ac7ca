import { sleep } from 'n8n-workflow';

import { readFailure } from './answer';
import { waitUnlessAborted } from './cancel';
import type { ApiFailure } from './failures';
import { isRateLimited, isTimeout, ResponseError, TOO_MANY_REQUESTS } from './failures';
import { describeNetworkTrouble } from './networkTroubles';
import type { RateLimiter, RateOptions } from './rateLimiter';
import { readAmount } from './rateLimiter';

/**
 * Decides whether a call that failed is sent again, and when. Three facts decide:
 *
 * - **Too many calls.** AlfaCRM does not carry out a call that it refuses because there were too
 *   many calls, so each such call is sent again, writes included.
 * - **Lost answers.** AlfaCRM may have carried out a call whose answer was lost. A read is sent
 *   again, because it changes nothing. A write is not.
 * - **Lasting failures.** Where the next attempt would fail in the same way, nothing is sent again.
 */

/** Delays in milliseconds before each retry of a read whose answer was lost. API notes 7. */
const LOST_ANSWER_DELAYS_MS = [1_000, 2_000];

/** Delays after a timeout: one retry only, because each attempt takes 30 seconds. */
const TIMEOUT_DELAYS_MS = [1_000];

/**
 * Delays after a web page or another answer that is not AlfaCRM's. A school saw one in the middle
 * of a list, and a retry 5 to 10 seconds later got through. API notes 7.
 */
const INTERMEDIARY_DELAYS_MS = [5_000, 5_000];

/** HTTP statuses of a server that cannot answer at the moment. */
export const UNAVAILABLE_STATUSES = [502, 503, 504];

/**
 * A call waits at most this long while there are too many calls, unless the credential says
 * otherwise.
 */
export const DEFAULT_RATE_LIMIT_WAIT_MS = 300_000;

/** A call waits at most this long where it cannot be cancelled, or where a user watches. */
export const SHORT_RATE_LIMIT_WAIT_MS = 15_000;

/**
 * Reads *Wait on Too Many Requests* of the credential, in seconds. 0 means no wait.
 *
 * @returns milliseconds
 */
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
	 * For how many milliseconds after its first attempt a call is sent again while AlfaCRM gets too
	 * many calls.
	 */
	rateLimitWaitMs: number;
}

/**
 * Sends a call as the rate limiter allows. Sends it again where that does no harm: if AlfaCRM
 * refused it because there were too many calls, or if it is a read whose answer was lost.
 *
 * @throws what `send` threw last; ResponseError if AlfaCRM wants a longer pause than the call may
 * wait, or if the signal aborts
 */
export async function withRetries<Result>(
	limiter: RateLimiter,
	options: RetryOptions,
	send: () => Promise<Result>,
): Promise<Result> {
	const attempts = new Attempts();
	// The limiter calls this when the call may start. Only now the time of the call begins.
	const sendAttempt = async () => {
		attempts.startTimer();
		return await send();
	};

	for (;;) {
		assertTimeLeft(limiter, options, attempts);
		// `allSettled` gives a failure as a value: n8n's linter refuses to rethrow a caught one.
		const [outcome] = await Promise.allSettled([limiter.sendWhenAllowed(options, sendAttempt)]);
		if (outcome.status === 'fulfilled') return outcome.value;

		const failure = readFailure(outcome.reason);
		const delayMs = chooseRetryDelay(failure, options, attempts);
		const mayBeSentAgain = delayMs !== undefined;
		if (!mayBeSentAgain) throw outcome.reason;

		if (isRateLimited(failure)) {
			// AlfaCRM wants fewer calls, so all of them wait, not only this one.
			limiter.pauseFor(delayMs);
		} else {
			attempts.lostCount += 1;
			await waitUnlessAborted(sleep(delayMs), options.signal);
		}
	}
}

/** The attempts to send one call. */
class Attempts {
	/** How many answers were lost. A refusal because of too many calls does not count. */
	lostCount = 0;
	/** When the first attempt began, by `performance.now()`. */
	private firstStartAt?: number;

	/** Starts the time of the call. Only the first attempt starts it. */
	startTimer(): void {
		this.firstStartAt ??= performance.now();
	}

	/** Milliseconds since the first attempt began; 0 before. */
	get elapsedMs(): number {
		return this.firstStartAt === undefined ? 0 : performance.now() - this.firstStartAt;
	}
}

/**
 * Fails a call at once if AlfaCRM has asked for a pause that is longer than the call may wait.
 * Otherwise the call would wait in vain.
 *
 * @throws ResponseError that reports too many requests
 */
function assertTimeLeft(limiter: RateLimiter, options: RetryOptions, attempts: Attempts): void {
	const pauseMs = limiter.requestedPauseMs;
	if (pauseMs === 0) return;

	const elapsedAfterPauseMs = attempts.elapsedMs + pauseMs;
	const isTimeLeft = elapsedAfterPauseMs < options.rateLimitWaitMs;
	if (isTimeLeft) return;

	throw new ResponseError({
		kind: 'status',
		status: TOO_MANY_REQUESTS,
		retryAfterMs: pauseMs,
	});
}

/**
 * Chooses after how many milliseconds a call that failed is sent again.
 *
 * @returns undefined if the call must not be sent again
 */
function chooseRetryDelay(
	failure: ApiFailure,
	options: RetryOptions,
	attempts: Attempts,
): number | undefined {
	const { elapsedMs, lostCount } = attempts;

	// AlfaCRM gets too many calls and has not carried out this one. So even a write is sent again, as
	// long as the call may wait.
	if (isRateLimited(failure)) {
		const { retryAfterMs = 0 } = failure;
		const isTimeLeft = elapsedMs + retryAfterMs < options.rateLimitWaitMs;
		return isTimeLeft ? retryAfterMs : undefined;
	}

	// AlfaCRM may have carried out the call. A write that is sent again could be carried out twice.
	const isWrite = !options.isIdempotent;
	if (isWrite) return undefined;

	// The first retry takes the first delay, the second retry the second one. Then no retry is left.
	const delaysMs = chooseRetryDelays(failure, options);
	return delaysMs[lostCount];
}

/**
 * Chooses the delays before each retry of a read that failed: `[1000, 2000]` allows two retries, an
 * empty list none.
 */
function chooseRetryDelays(failure: ApiFailure, options: RetryOptions): readonly number[] {
	if (failure.kind === 'intermediary') {
		// If a web page answers a login, the hostname is usually wrong. A user who tests the credential
		// should learn that at once.
		return options.isLogin ? [] : INTERMEDIARY_DELAYS_MS;
	}

	// The next attempt would fail in the same way.
	if (!mayPassSoon(failure)) return [];

	if (isTimeout(failure)) return TIMEOUT_DELAYS_MS;

	return LOST_ANSWER_DELAYS_MS;
}

/**
 * Tells whether the same call may succeed in a moment, because the network or the server failed in
 * a way that passes.
 */
function mayPassSoon(failure: ApiFailure): boolean {
	const { kind, code, status = 0, isFromIntermediary = false } = failure;
	if (kind === 'noAnswer') return !describeNetworkTrouble(code).isLasting;
	if (kind !== 'status') return false;

	if (UNAVAILABLE_STATUSES.includes(status)) return true;
	// Any other server error passes soon if a server in front of AlfaCRM has sent it.
	return isFromIntermediary;
}
