import { sleep } from 'n8n-workflow';

import { abortable, timeout } from './cancel';
import { Concurrency, MOST_AT_ONCE } from './concurrency';
import { deferred } from './deferred';
import { cancelled } from './errors';
import { append } from './latest';
import { Queue } from './queue';

/** The limit that AlfaCRM's integrators report, in calls a second. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/** What the credential holds: 0 for no limit; the usual one where it cannot be read. */
export function readRate(value: unknown): number {
	const rate = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN);
	if (!Number.isFinite(rate) || rate < 0) return DEFAULT_REQUESTS_PER_SECOND;
	return rate === 0 ? 0 : Math.max(1, Math.floor(rate));
}

/** What the credential holds: how many calls may be under way at the same moment; 0 for as many as the rate needs. */
export function readCallsAtOnce(value: unknown): number {
	const count = Math.floor(Number(value ?? 0));
	return count > 0 ? Math.min(count, MOST_AT_ONCE) : 0;
}

const WINDOW_MS = 1_000;
/** Covers that a timer may end a little early. */
const MARGIN_MS = 5;
/** The shortest round trip is trusted once so many were seen, since the first ones are slow. */
const ENOUGH_ANSWERS = 10;
/** Only the latest ones count, for ways and servers change. */
const LATEST_ROUND_TRIPS = 200;
/** From a request's start until it has reached the server in any case. */
const MAX_TRANSIT_MS = 1_000;

/** Taken as the time that a request which is not followed needs to be answered. */
const RESERVED_MS = 300;

interface Start {
	readonly at: number;
	/** When the answer came; unknown while the request is under way. */
	endedAt?: number;
	answered?: boolean;
	readonly ended: Promise<void>;
	end: () => void;
}

export interface RateOptions {
	/** How many requests may start in any second; 0 lifts the limit. */
	perSecond: number;
	/**
	 * What is called, as in "customer/create", and how many calls may be under way at the same moment, 0 for as many as the
	 * rate needs; left out for a part of another call.
	 */
	call?: { action: string; atOnce: number };
	signal?: AbortSignal;
}

/** One limiter for each origin, shared by all nodes and executions of this process. */
const limiters = new Map<string, RateLimiter>();

export function rateLimiterOf(origin: string): RateLimiter {
	let limiter = limiters.get(origin);
	if (limiter === undefined) limiters.set(origin, (limiter = new RateLimiter()));
	return limiter;
}

/**
 * Lets requests to one host start in the order they came, at most so many in any second **as the server sees it**.
 *
 * Spacing the starts alone is not enough: a request that is slow on its way (connection set-up, a busy process) arrives
 * closer to the next ones than it started. So a place is taken until one second after the request can have arrived at
 * the latest, which is its answer's time less the shortest round trip lately seen on this host.
 *
 * Times are those of `performance.now()`: the clock of the machine may be set, and a wait would last as long as it was
 * set back.
 */
export class RateLimiter {
	/** How many calls are under way at the same moment is another matter than how many start in a second. */
	readonly concurrency = new Concurrency();
	private readonly starts: Start[] = [];
	private readonly queue = new Queue();
	/** Milliseconds of the latest answered requests. */
	private readonly roundTrips: number[] = [];
	private pausedUntil = 0;

	async run<T>({ perSecond, call, signal }: RateOptions, send: () => Promise<T>): Promise<T> {
		const leave = call && (await this.concurrency.enter(call.atOnce, perSecond, signal));
		try {
			const start = await this.enter(perSecond, signal);
			try {
				const answer = await send();
				const ms = performance.now() - start.at;
				append(this.roundTrips, ms, LATEST_ROUND_TRIPS);
				if (call) this.concurrency.answered(ms, call.action);
				start.answered = true;
				return answer;
			} finally {
				start.end();
			}
		} finally {
			leave?.();
		}
	}

	/** Takes a place for a request that somebody else sends right afterwards, and whose end is not seen here. */
	async reserve(perSecond: number): Promise<void> {
		const start = await this.enter(perSecond);
		start.endedAt = start.at + RESERVED_MS;
	}

	/** Holds back all requests to the host, after it answered that there were too many. */
	pauseFor(ms: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, performance.now() + ms);
		this.concurrency.decrease();
	}

	private async enter(perSecond: number, signal?: AbortSignal): Promise<Start> {
		const serve = async () => {
			await this.waitForRoom(perSecond, signal);
			if (signal?.aborted) throw cancelled();
			return this.begin();
		};
		return await this.queue.join(serve, (start) => start.end(), signal);
	}

	private async waitForRoom(perSecond: number, signal?: AbortSignal): Promise<void> {
		for (;;) {
			const now = performance.now();
			const oldest = perSecond > 0 ? this.starts.at(-perSecond) : undefined;
			const full = oldest === undefined ? 0 : this.freeAt(oldest) - now;
			const wait = Math.max(this.pausedUntil - now, full);
			if (wait <= 0) return;
			const isUnderWay = oldest !== undefined && oldest.endedAt === undefined;
			const change = isUnderWay ? Promise.race([oldest.ended, timeout(wait)]) : sleep(wait);
			await abortable(change, signal);
		}
	}

	private freeAt({ at, endedAt, answered }: Start): number {
		const known = answered && this.roundTrips.length >= ENOUGH_ANSWERS;
		const wayBack = known ? Math.min(...this.roundTrips) : 0;
		const onItsWay = endedAt === undefined ? MAX_TRANSIT_MS : endedAt - at - wayBack;
		return at + Math.min(Math.max(onItsWay, 0), MAX_TRANSIT_MS) + WINDOW_MS + MARGIN_MS;
	}

	private begin(): Start {
		const { promise: ended, resolve: settle } = deferred();
		const start: Start = {
			at: performance.now(),
			ended,
			end: () => {
				start.endedAt = performance.now();
				settle();
			},
		};
		while (this.starts.length > 0 && this.freeAt(this.starts[0]) <= start.at) this.starts.shift();
		this.starts.push(start);
		return start;
	}
}
