import { sleep } from 'n8n-workflow';

import { abortable, timeout } from './cancel';
import { Concurrency, MOST_AT_ONCE } from './concurrency';
import { deferred } from './deferred';
import { cancelled, failureOf, isTooMany } from './errors';
import { append } from './latest';
import { openUntil } from './openings';
import { Queue } from './queue';
import type { Call } from './share';
import { LATEST_CALLS, Share } from './share';
import { SECOND_MS } from './time';

/** The limit that AlfaCRM's integrators report, in calls a second. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/** A call in ten seconds; a smaller number is a slip. */
const SLOWEST_RATE = 0.1;

/** What the credential holds: 0 for no limit; the usual one where it cannot be read. */
export function readRate(value: unknown): number {
	const rate = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN);
	if (!Number.isFinite(rate) || rate < 0) return DEFAULT_REQUESTS_PER_SECOND;
	return rate === 0 ? 0 : Math.max(SLOWEST_RATE, rate);
}

/** What the credential holds: how many calls may be under way at the same moment; 0 for as many as the rate needs. */
export function readCallsAtOnce(value: unknown): number {
	const count = Math.floor(Number(value ?? 0));
	return count > 0 ? Math.min(count, MOST_AT_ONCE) : 0;
}

/** Whoever is asked to wait waits up to so much longer, since others were asked as well; the most that this may add. */
const JITTER = 0.25;
const MAX_JITTER_MS = 5_000;
/** Covers that a timer may end a little early. */
const MARGIN_MS = 5;
/** The shortest round trip is trusted once so many were seen, since those that go out together at first may all be slow. */
const ENOUGH_ANSWERS = MOST_AT_ONCE + 1;
/** Only the latest ones count, for ways and servers change. */
const LATEST_ROUND_TRIPS = 200;
/** From a request's start until it has reached the server in any case. */
const MAX_TRANSIT_MS = 1_000;

/** Whoever has used its places for so long may have others wait for one. */
const BUSY_SECONDS = 4;

/** Taken as the time that a request which is not followed needs to be answered. */
const RESERVED_MS = 300;

interface Start extends Call {
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

/** So many calls in so many milliseconds. */
interface Window {
	places: number;
	ms: number;
}

/** A second at least, and as many whole calls as fit: 2.5 a second are three in 1.2 s. */
function windowOf(perSecond: number): Window {
	if (perSecond === 0) return { places: Infinity, ms: SECOND_MS };
	const places = Math.ceil(perSecond);
	return { places, ms: (places / perSecond) * SECOND_MS };
}

/** When a call may start, and which earlier ones have the places until then: the first one has to be a window back. */
interface Room {
	at: number;
	holders: readonly Start[];
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
	private readonly share = new Share();
	private askedUntil = 0;
	private pausedUntil = 0;

	async run<T>({ perSecond, call, signal }: RateOptions, send: () => Promise<T>): Promise<T> {
		const leave = call && (await this.concurrency.enter(call.atOnce, perSecond, signal));
		try {
			const start = await this.enter(perSecond, signal);
			try {
				const sent = send();
				sent.then(
					() => this.answered(start, call?.action),
					(error: unknown) => this.failed(start, perSecond, error),
				);
				return await sent;
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

	/** Holds back all requests to the host, which asked for that; a little longer, since it may have asked others as well. */
	pauseFor(ms: number): void {
		const until = performance.now() + ms;
		this.askedUntil = Math.max(this.askedUntil, until);
		this.pausedUntil = Math.max(
			this.pausedUntil,
			until + Math.random() * Math.min(ms * JITTER, MAX_JITTER_MS),
		);
	}

	/** Milliseconds for which the host has still asked to be left alone. */
	get askedMs(): number {
		return Math.max(0, this.askedUntil - performance.now());
	}

	private answered(start: Start, action: string | undefined): void {
		const ms = performance.now() - start.at;
		append(this.roundTrips, ms, LATEST_ROUND_TRIPS);
		if (action !== undefined) this.concurrency.answered(ms, action);
		start.answered = true;
		this.share.taken(start, performance.now());
	}

	private failed(start: Start, perSecond: number, error: unknown): void {
		const now = performance.now();
		const failure = failureOf(error);
		// Then there is nothing to learn from it.
		if (failure.kind === 'notSent') return;
		if (isTooMany(failure)) {
			this.share.refused(start, now, windowOf(perSecond).places);
			if (!this.share.countsRefused(now)) this.free(start);
			this.concurrency.decrease();
		} else {
			// The host did not find the calls too many, whatever else became of this one.
			this.share.taken(start, now);
		}
	}

	private async enter(perSecond: number, signal?: AbortSignal): Promise<Start> {
		const serve = async () => {
			const isProbe = await this.waitForRoom(windowOf(perSecond), signal);
			if (signal?.aborted) throw cancelled();
			return this.begin(isProbe);
		};
		return await this.queue.join(serve, (start) => start.end(), signal);
	}

	/** @returns whether the call that begins now is a probe */
	private async waitForRoom(window: Window, signal?: AbortSignal): Promise<boolean> {
		for (;;) {
			const now = performance.now();
			const { at, holders, isProbe } = this.nextStart(window, now);
			const wait = Math.ceil(Math.max(this.pausedUntil, at) - now);
			if (wait <= 0) return isProbe;
			// Once it is answered, the first one may turn out to be a window back sooner, and any of them to have no place.
			const underWay = holders.filter(({ endedAt }) => endedAt === undefined);
			const ends = underWay.map(({ ended }) => ended);
			await abortable(ends.length > 0 ? Promise.race([...ends, timeout(wait)]) : sleep(wait), signal);
		}
	}

	private nextStart(window: Window, now: number): Room & { isProbe: boolean } {
		const own = Math.min(window.places, this.share.places(now));
		const room = this.roomBesides(own, window, now);
		if (own === window.places) return { ...room, isProbe: false };
		const beyond = this.roomAmong(own + 1, window);
		const probeAt = Math.max(beyond.at, this.share.probeAt);
		// Whoever has a place by now need not try.
		return room.at <= Math.max(probeAt, now)
			? { ...room, isProbe: false }
			: { ...beyond, at: probeAt, isProbe: true };
	}

	/** When a call may start in one of so many places, one of which is left to others at an opening if all are in use. */
	private roomBesides(own: number, window: Window, now: number): Room {
		const room = this.roomAmong(own, window);
		const open = this.isBusy(own, now) && openUntil(Math.max(room.at, this.pausedUntil, now));
		if (!open) return room;
		const fewer = this.roomAmong(own - 1, window);
		return { ...room, at: Math.max(room.at, Math.min(fewer.at, open)) };
	}

	/** Whether nearly all of so many places have been in use for some seconds. */
	private isBusy(places: number, now: number): boolean {
		const earlier = places > 0 ? this.starts.at(-places * BUSY_SECONDS) : undefined;
		return earlier !== undefined && earlier.at > now - (BUSY_SECONDS + 1) * SECOND_MS;
	}

	/** When a call may start so that no more than so many are in any window. */
	private roomAmong(places: number, { ms }: Window): Room {
		if (places === 0) return { at: Infinity, holders: [] };
		const holders = this.starts.slice(-places);
		return { at: holders.length < places ? 0 : this.freeAt(holders[0], ms), holders };
	}

	private freeAt({ at, endedAt, answered }: Start, windowMs: number): number {
		const known = answered && this.roundTrips.length >= ENOUGH_ANSWERS;
		const wayBack = known ? Math.min(...this.roundTrips) : 0;
		const onItsWay = endedAt === undefined ? MAX_TRANSIT_MS : endedAt - at - wayBack;
		return at + Math.min(Math.max(onItsWay, 0), MAX_TRANSIT_MS) + windowMs + MARGIN_MS;
	}

	private free(start: Start): void {
		const index = this.starts.indexOf(start);
		if (index >= 0) this.starts.splice(index, 1);
	}

	private begin(isProbe: boolean): Start {
		const { promise: ended, resolve: settle } = deferred();
		const at = performance.now();
		const start: Start = {
			at,
			isProbe,
			tellsOfRefused: !isProbe && this.share.mayTellOfRefused(at),
			ended,
			end: () => {
				start.endedAt = performance.now();
				settle();
			},
		};
		if (isProbe) this.share.probing(at);
		append(this.starts, start, LATEST_CALLS);
		return start;
	}
}
