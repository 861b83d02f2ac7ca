import { sleep } from 'n8n-workflow';

import type { RateOptions } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { makeAnswerError } from '../../support/nodeErrors';
import { settle } from './clock';

type Send = () => Promise<unknown>;

/** The options of a call: AlfaCRM takes 5 calls a second, and 100 calls in flight are more than any test makes. */
const USUAL_OPTIONS: RateOptions = { perSecond: 5, atOnce: 100 };

/** The options of a login at 5 calls a second. */
export const LOGIN: RateOptions = { perSecond: 5, isLogin: true };

/** Answers a call at once. */
export async function answerAtOnce(): Promise<void> {
	await Promise.resolve();
}

/** Refuses a call because there were too many calls. */
export async function refuseCall(): Promise<never> {
	return await Promise.reject(makeAnswerError(429));
}

/** Never answers a call. */
export async function neverAnswer(): Promise<never> {
	return await new Promise<never>(() => {});
}

/** Makes a host that answers a call after some milliseconds. */
export function answerAfter(ms: number): Send {
	return async () => await sleep(ms);
}

/** Moves the clock on. */
export async function passMilliseconds(ms: number): Promise<void> {
	await jest.advanceTimersByTimeAsync(ms);
}

/** A call, and when it was sent or rejected: in milliseconds after the limiter has got it. */
interface WatchedCall {
	sentAt?: number;
	rejectedAt?: number;
	message?: string;
}

interface WatchedCallOptions extends Partial<RateOptions> {
	/** Answers the call as the host; by default at once. */
	send?: Send;
}

/** Gives a call to a limiter, and notes when the limiter sends or rejects it. Does not wait for the call. */
export function watchCall(
	limiter: RateLimiter,
	{ send = answerAtOnce, ...options }: WatchedCallOptions = {},
): WatchedCall {
	const startedAt = performance.now();
	const call: WatchedCall = {};
	const sendWatched = async () => {
		call.sentAt = performance.now() - startedAt;
		await send();
	};
	limiter.sendWhenAllowed({ ...USUAL_OPTIONS, ...options }, sendWatched).catch((error: Error) => {
		call.rejectedAt = performance.now() - startedAt;
		call.message = error.message;
	});
	return call;
}

/** A rate limiter whose calls the test watches. */
export class WatchedLimiter extends RateLimiter {
	/** Gives a call to the limiter. Does not wait for the call. */
	makeCall(options?: WatchedCallOptions): WatchedCall {
		return watchCall(this, options);
	}

	/** Gives several calls to the limiter at the same moment. */
	makeCalls(count: number, options?: WatchedCallOptions): WatchedCall[] {
		return Array.from({ length: count }, () => this.makeCall(options));
	}

	/** Makes calls without a limit one after the other. Each of them is answered after the given time. */
	async measureRoundTrips(...roundTripsMs: number[]): Promise<void> {
		for (const ms of roundTripsMs) {
			await settle(this.sendWhenAllowed({ perSecond: 0, atOnce: 1 }, answerAfter(ms)));
		}
	}

	/** Makes several calls, one after the other, that are all refused. Returns when each of them was sent. */
	async makeRefusedCalls(count: number, options: RateOptions): Promise<number[]> {
		const sendTimes: number[] = [];
		const sendAndRefuse = async () => {
			sendTimes.push(performance.now());
			await refuseCall();
		};
		for (let number = 0; number < count; number++) {
			await settle(this.sendWhenAllowed(options, sendAndRefuse).catch(() => {}));
		}
		return sendTimes;
	}
}

/** Lists when the calls were sent. Leaves out calls that still wait. */
export function readSendTimes(calls: readonly WatchedCall[]): number[] {
	return calls.flatMap(({ sentAt }) => (sentAt === undefined ? [] : [sentAt]));
}

/** Counts the calls that were sent in the n-th second, from 0. */
export function countSentInSecond(calls: readonly WatchedCall[], second: number): number {
	return readSendTimes(calls).filter((time) => Math.floor(time / 1_000) === second).length;
}

/** Counts the moments in the busiest period of a length. */
export function countMostWithin(periodMs: number, moments: readonly number[]): number {
	const counts = moments.map(
		(start) => moments.filter((moment) => moment >= start && moment < start + periodMs).length,
	);
	return Math.max(...counts);
}
