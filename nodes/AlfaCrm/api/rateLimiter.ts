import { sleep } from 'n8n-workflow';

import { abortable, timeout } from './cancel';
import { Concurrency } from './concurrency';
import { cancelled, failureOf, isTooMany } from './errors';
import { openingEnd } from './openings';
import { Queue } from './queue';
import type { Window } from './rate';
import { windowOf } from './rate';
import { Share } from './share';
import type { Room, Start } from './starts';
import { Starts } from './starts';

/** Whoever is asked to wait waits up to so much longer, since others were asked as well; the most that this may add. */
const JITTER = 0.25;
const MAX_JITTER_MS = 5_000;
/** Taken as the time that a request which is not followed needs to be answered. */
const RESERVED_MS = 300;

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
 * Lets requests to one host start in the order they came, at most so many in any second **as the server sees it**
 * (see `Starts`).
 *
 * Times are those of `performance.now()`: the clock of the machine may be set, and a wait would last as long as it was
 * set back.
 */
export class RateLimiter {
	/** How many calls are under way at the same moment is another matter than how many start in a second. */
	readonly concurrency = new Concurrency();
	private readonly starts = new Starts();
	private readonly queue = new Queue();
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
		this.starts.answered(start, ms);
		if (action !== undefined) this.concurrency.answered(ms, action);
		this.share.taken(start, performance.now());
	}

	private failed(start: Start, perSecond: number, error: unknown): void {
		const now = performance.now();
		const failure = failureOf(error);
		// Then there is nothing to learn from it.
		if (failure.kind === 'notSent') return;
		if (isTooMany(failure)) {
			this.share.refused(start, now, windowOf(perSecond).places);
			if (!this.share.countsRefused(now)) this.starts.drop(start);
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
		const room = this.roomInOwnPlaces(own, window, now);
		if (own === window.places) return { ...room, isProbe: false };
		const beyond = this.starts.roomAmong(own + 1, window.ms);
		const probeAt = this.share.nextProbe(Math.max(beyond.at, this.pausedUntil), window.ms);
		// Whoever has a place by now need not try.
		return room.at <= Math.max(probeAt, now)
			? { ...room, isProbe: false }
			: { ...beyond, at: probeAt, isProbe: true };
	}

	/** When a call may start in one of so many places, one of which is left to others at an opening if all are in use. */
	private roomInOwnPlaces(own: number, window: Window, now: number): Room {
		const room = this.starts.roomAmong(own, window.ms);
		if (!this.starts.isBusy(own, window.ms)) return room;
		const open = openingEnd(Math.max(room.at, this.pausedUntil, now));
		if (open === undefined) return room;
		const fewer = this.starts.roomAmong(own - 1, window.ms);
		return { ...room, at: Math.max(room.at, Math.min(fewer.at, open)) };
	}

	private begin(isProbe: boolean): Start {
		const start = this.starts.begin(isProbe);
		if (isProbe) this.share.waitToProbe(start.at);
		return start;
	}
}
