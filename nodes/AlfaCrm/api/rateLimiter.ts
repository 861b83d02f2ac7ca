import { abortable, sleepUnref } from './cancel';
import { cancelled, failureOf, isTooMany } from './failures';
import { boundedPush } from './bounded';
import { SECOND_MS } from '../values/time';

/** AlfaCRM's own limit, in calls a second over all methods, logins included. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/** Calls in flight at most: AlfaCRM advises against calls side by side, and at 5 a second more would bring nothing. API notes 7. */
const MOST_CALLS_AT_ONCE = 5;
/** A call that hangs for longer holds up no other one, where the user gave no number. */
const HANGS_MS = 2_000;

/** Round trips that tell how quick the host can be, and how quick it is now: the latest, since ways and servers change. */
const LATEST_ROUND_TRIPS = 200;
const ROUND_TRIPS_NOW = 20;
/** By how many times what its spread makes likely the shortest possible round trip may be below the measured ones. */
const ROUND_TRIP_CAUTION = 3;
/** A request has reached the server after this time, however long its answer takes. */
const MAX_LATENESS_MS = 1_000;
/** Covers clocks and timers that count whole milliseconds. */
const MARGIN_MS = 5;

/** A process whose calls are refused pauses from half of this to all of it, and a little longer each time in a row. */
const PAUSE_MS = 1_000;
const LONGER_EACH_TIME = 0.1;
const MOST_IN_A_ROW = 20;
/** One more call a second is tried so long after the latest refusal, and then one more each time. */
const FIRST_TRY_MS = 8_000;
const NEXT_TRY_MS = 3_000;
/** A process that uses the whole rate leaves one place in so many empty for a second, where another process gets in. */
const GAP_EVERY = 40;
const GAP_MS = 1_000;

/** Reads a number of the credential; undefined for what is none, or less than 0. */
export function readAmount(value: unknown): number | undefined {
	const amount = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN);
	return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

/** Reads *Requests per Second* of the credential: 0 for no limit. */
export function readRate(value: unknown): number {
	return readAmount(value) ?? DEFAULT_REQUESTS_PER_SECOND;
}

/** Reads *Calls at Once* of the credential: how many may be in flight, 0 for as many as the rate needs. */
export function readCallsAtOnce(value: unknown): number {
	return Math.min(Math.floor(readAmount(value) ?? 0), MOST_CALLS_AT_ONCE);
}

export interface RateOptions {
	/** How many calls may arrive in any second; 0 lifts the limit. */
	perSecond: number;
	/** How many calls may be in flight, 0 for as many as the rate needs; left out for a part of another call. */
	atOnce?: number;
	signal?: AbortSignal;
}

interface Call extends RateOptions {
	/** Milliseconds for which it holds a place of the sliding window after it has arrived. */
	windowMs: number;
	begin: () => void;
	startedAt: number;
	heldUntil: number;
	isRefused: boolean;
}

/** The limiters by origin, shared by all nodes and executions of this process. */
const limiters = new Map<string, RateLimiter>();

export function rateLimiterOf(origin: string): RateLimiter {
	let limiter = limiters.get(origin);
	if (limiter === undefined) limiters.set(origin, (limiter = new RateLimiter()));
	return limiter;
}

/**
 * Starts calls in the order they came, so that no more of them than the limit reach the host in any second.
 *
 * A call that is slow on its way arrives closer to the next ones than it started. So it holds a place of the sliding
 * window until a second after it can have arrived at the latest.
 *
 * Other processes share the limit without being known. A refused call tells of them: from then on this process makes as
 * many calls a second as were taken just before, and tries one more after some seconds.
 *
 * Times are those of `performance.now()`, which goes on evenly when the clock of the machine is set.
 */
export class RateLimiter {
	/** How many calls the host has refused as too many. */
	refusedCount = 0;
	private readonly waiting: Call[] = [];
	private started: Call[] = [];
	private readonly inFlight = new Set<Call>();
	private startedCount = 0;
	/** Milliseconds of the latest answered calls, logins left out. */
	private readonly roundTrips: number[] = [];
	private askedUntil = 0;
	private pausedUntil = 0;
	private refusedInARow = 0;
	/** How many calls a second were taken before the latest refusal, and when the first one more is tried. */
	private left = { perSecond: Infinity, tryAt: 0 };
	private wakesAt = Infinity;

	async run<T>(options: RateOptions, send: () => Promise<T>): Promise<T> {
		const call = await this.enter(options);
		try {
			// It may be cancelled at the very moment at which it begins.
			const sent = options.signal?.aborted ? Promise.reject(cancelled()) : send();
			sent.then(
				() => this.answered(call),
				(error: unknown) => this.failed(call, error),
			);
			return await sent;
		} finally {
			this.end(call);
		}
	}

	/** Holds back all calls, as the host asked. */
	pauseFor(ms: number): void {
		this.askedUntil = Math.max(this.askedUntil, performance.now() + ms);
	}

	/** Milliseconds for which the host still asks to be left alone. */
	get askedMs(): number {
		return Math.max(0, this.askedUntil - performance.now());
	}

	/** How many calls in flight reach the rate at this distance; one until that is known. */
	callsAtOnce(perSecond: number): number {
		if (this.roundTrips.length === 0) return 1;
		const fastest = Math.min(...this.roundTrips.slice(-ROUND_TRIPS_NOW));
		const needed = perSecond === 0 ? MOST_CALLS_AT_ONCE : Math.ceil((perSecond * fastest) / SECOND_MS);
		return Math.min(Math.max(1, needed), MOST_CALLS_AT_ONCE);
	}

	private async enter(options: RateOptions): Promise<Call> {
		const { signal, perSecond } = options;
		const { windowMs } = windowOf(perSecond);
		const fresh = { startedAt: 0, heldUntil: 0, isRefused: false };
		const call: Call = { ...options, ...fresh, windowMs, begin: () => {} };
		const begun = new Promise<void>((resolve) => (call.begin = resolve));
		this.waiting.push(call);
		this.advance();
		let isIn = false;
		try {
			await abortable(begun, signal);
			isIn = true;
			return call;
		} finally {
			if (!isIn) {
				this.forget(call);
				this.advance();
			}
		}
	}

	private end(call: Call): void {
		this.inFlight.delete(call);
		this.advance();
	}

	private forget(call: Call): void {
		this.inFlight.delete(call);
		for (const calls of [this.waiting, this.started]) {
			const index = calls.indexOf(call);
			if (index >= 0) calls.splice(index, 1);
		}
	}

	/** Begins the calls that may start now, and wakes up for the next one. */
	private advance(): void {
		while (this.waiting.length > 0) {
			const now = performance.now();
			const call = this.next(now);
			const at = call === undefined ? Infinity : this.freeAt(call, now);
			if (call === undefined || at > now) {
				// In a second at the latest, since time alone may change what may start.
				this.wakeAt(Math.min(at, now + SECOND_MS), now);
				return;
			}
			this.begin(call, now);
		}
	}

	private wakeAt(at: number, now: number): void {
		if (at >= this.wakesAt) return;
		this.wakesAt = at;
		void sleepUnref(at - now).then(() => {
			this.wakesAt = Infinity;
			this.advance();
		});
	}

	/** The first in line; while too many are in flight, a login goes first, for which one of those may be waiting. */
	private next(now: number): Call | undefined {
		const [first] = this.waiting;
		return this.isCrowded(first, now) ? this.waiting.find(({ atOnce }) => atOnce === undefined) : first;
	}

	private isCrowded({ atOnce, perSecond }: Call, now: number): boolean {
		if (atOnce === undefined) return false;
		const inFlight = [...this.inFlight].filter((call) => call.atOnce !== undefined);
		if (inFlight.length >= (atOnce || MOST_CALLS_AT_ONCE)) return true;
		const prompt = inFlight.filter(({ startedAt }) => startedAt > now - HANGS_MS);
		return atOnce === 0 && prompt.length >= this.callsAtOnce(perSecond);
	}

	/** The moment at which fewer calls hold a place than there are places. */
	private freeAt({ perSecond }: Call, now: number): number {
		const places = Math.min(windowOf(perSecond).places, this.placesLeft(now));
		if (places === Infinity) return Math.max(now, this.askedUntil, this.pausedUntil);
		const held = this.started.map(({ heldUntil }) => heldUntil).filter((until) => until > now);
		const free = held.length < places ? now : held.sort((a, b) => a - b)[held.length - places];
		return Math.max(free, this.askedUntil, this.pausedUntil);
	}

	private placesLeft(now: number): number {
		const { perSecond, tryAt } = this.left;
		return perSecond + Math.max(0, 1 + Math.floor((now - tryAt) / NEXT_TRY_MS));
	}

	private begin(call: Call, now: number): void {
		this.waiting.splice(this.waiting.indexOf(call), 1);
		// Of those that hold no place any more, a second is looked back on when one is refused.
		this.started = this.started.filter((one) => this.inFlight.has(one) || one.heldUntil > now - SECOND_MS);
		this.started.push(call);
		this.startedCount += 1;
		if (this.startedCount % GAP_EVERY === 0) call.windowMs += GAP_MS;
		call.startedAt = now;
		call.heldUntil = now + MAX_LATENESS_MS + call.windowMs;
		this.inFlight.add(call);
		call.begin();
	}

	private answered(call: Call): void {
		// The answer to a login tells nothing about calls, and more of them than one must not follow before it is stored.
		if (call.atOnce !== undefined)
			boundedPush(this.roundTrips, performance.now() - call.startedAt, LATEST_ROUND_TRIPS);
		this.taken(call);
	}

	private failed(call: Call, error: unknown): void {
		const failure = failureOf(error);
		if (failure.kind === 'notSent') this.forget(call);
		else if (isTooMany(failure)) this.refused(call);
		else this.taken(call);
	}

	private taken(call: Call): void {
		this.refusedInARow = 0;
		this.arrived(call);
	}

	private refused(call: Call): void {
		const now = performance.now();
		this.arrived(call);
		this.refusedCount += 1;
		call.isRefused = true;
		const takenBefore = this.started
			.slice(0, this.started.indexOf(call))
			.filter(({ startedAt, isRefused }) => !isRefused && startedAt > call.startedAt - SECOND_MS);
		const tryAt = now + FIRST_TRY_MS * (0.75 + Math.random() / 2);
		this.left = { perSecond: Math.max(1, takenBefore.length), tryAt };
		const times = 1 + Math.min(this.refusedInARow, MOST_IN_A_ROW) * LONGER_EACH_TIME;
		this.pausedUntil = now + (PAUSE_MS / 2) * (1 + Math.random()) * times;
		this.refusedInARow += 1;
	}

	/** Keeps the place of a call until its window is over, from the latest moment at which it can have arrived. */
	private arrived(call: Call): void {
		const lateness = performance.now() - call.startedAt - shortestRoundTrip(this.roundTrips) + MARGIN_MS;
		const boundedLateness = Math.min(Math.max(lateness, MARGIN_MS), MAX_LATENESS_MS);
		call.heldUntil = call.startedAt + boundedLateness + call.windowMs;
	}
}

/**
 * Estimates the shortest round trip that the host allows, in milliseconds. The shortest measured one is longer than
 * that, by more the fewer answers there are and the more they differ. The first calls may all be slow, so they tell
 * nothing.
 */
function shortestRoundTrip(roundTrips: readonly number[]): number {
	const { length } = roundTrips;
	if (length <= MOST_CALLS_AT_ONCE) return 0;
	const sorted = [...roundTrips].sort((a, b) => a - b);
	const [shortest] = sorted;
	const median = sorted[Math.floor(length / 2)];
	// The way there and the way back are seldom both short, so the shortest of n answers comes near the shortest possible one only
	// as fast as the square root of n grows.
	const unseen = (median - shortest) / Math.sqrt(length);
	// A few answers may be alike by chance.
	const unseenByChance = shortest / length ** 2;
	return Math.max(0, shortest - ROUND_TRIP_CAUTION * (unseen + unseenByChance));
}

/** The sliding window of a rate: a second at least, and as many whole calls as fit. 2.5 a second are three in 1.2 s. */
function windowOf(perSecond: number): { places: number; windowMs: number } {
	if (perSecond === 0) return { places: Infinity, windowMs: SECOND_MS };
	const places = Math.ceil(perSecond);
	return { places, windowMs: (places / perSecond) * SECOND_MS };
}
