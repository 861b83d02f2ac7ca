import { abortable, sleepUnref } from './cancel';
import { cancelled, failureOf, isTooMany } from './failures';
import { boundedPush } from './bounded';
import { SECOND_MS } from '../values/time';

/** AlfaCRM's own limit, in calls a second over all methods, logins included. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/**
 * At most so many calls are in flight at once. AlfaCRM advises against parallel calls, and at 5
 * calls a second more of them would not be faster. API notes 7.
 */
const MOST_CALLS_AT_ONCE = 5;

/**
 * A call that has been in flight for longer no longer counts as in flight, unless the user chose
 * 'Calls at Once'.
 */
const HANGS_MS = 2_000;

/**
 * The shortest possible round trip is estimated from the latest 200 answers, because routes and
 * servers change.
 */
const LATEST_ROUND_TRIPS = 200;

/** The present speed of the host is that of the latest 20 answers. */
const ROUND_TRIPS_NOW = 20;

/**
 * The estimate of the shortest possible round trip stays below the measured ones by three times
 * their likely error.
 */
const ROUND_TRIP_CAUTION = 3;

/** A request reaches the server within this time, however long its answer takes. */
const MAX_LATENESS_MS = 1_000;

/** Covers clocks and timers that count whole milliseconds. */
const MARGIN_MS = 5;

/** After a refusal, a process pauses for half of this time to all of it. */
const PAUSE_MS = 1_000;

/** The pause grows by a tenth with each further refusal in a row, up to 20 of them. */
const LONGER_EACH_TIME = 0.1;
const MOST_IN_A_ROW = 20;

/**
 * After a refusal, one more call a second is tried first after 8 seconds, and then one more every 3
 * seconds.
 */
const FIRST_TRY_MS = 8_000;
const NEXT_TRY_MS = 3_000;

/**
 * A process that uses the whole rate leaves every 40th place empty for a second, so that other
 * processes get a chance.
 */
const GAP_EVERY = 40;
const GAP_MS = 1_000;

/**
 * Reads a number from the credential. Returns undefined for anything that is no number, and for
 * numbers below 0.
 */
export function readAmount(value: unknown): number | undefined {
	const amount = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN);
	return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

/** Reads *Requests per Second* of the credential. 0 means no limit. */
export function readRate(value: unknown): number {
	return readAmount(value) ?? DEFAULT_REQUESTS_PER_SECOND;
}

/**
 * Reads *Calls at Once* of the credential: how many calls may be in flight. 0 means as many as the
 * rate needs.
 */
export function readCallsAtOnce(value: unknown): number {
	return Math.min(Math.floor(readAmount(value) ?? 0), MOST_CALLS_AT_ONCE);
}

export interface RateOptions {
	/** How many calls may arrive in any second; 0 lifts the limit. */
	perSecond: number;
	/**
	 * How many calls may be in flight, 0 for as many as the rate needs. Left out for a login, which
	 * is part of another call.
	 */
	atOnce?: number;
	signal?: AbortSignal;
}

/** Times are those of `performance.now()`. */
interface Call extends RateOptions {
	/** Milliseconds for which the call holds a place of the sliding window after it has arrived. */
	windowMs: number;
	begin: () => void;
	startedAt: number;
	/** When its place becomes free. */
	heldUntil: number;
	isRefused: boolean;
}

/** The limiters by origin, shared by all nodes and executions of this process. */
const limiters = new Map<string, RateLimiter>();

export function rateLimiterOf(origin: string): RateLimiter {
	const limiter = limiters.get(origin) ?? new RateLimiter();
	limiters.set(origin, limiter);
	return limiter;
}

/**
 * Starts calls in the order in which they came, so that no more of them than the limit arrive at
 * the host in any second.
 *
 * - **Sliding window.** Each call holds one of the window's places (5 at 5 calls a second) for a
 *   second, and a call starts when a place is free.
 * - **Slow calls.** A slow call arrives closer to the next ones than it started. So it holds its
 *   place until a second after the latest moment at which it can have arrived.
 * - **Other processes** share the limit, and nobody tells this process about them. A refused call
 *   shows them. From then on this process makes as many calls a second as AlfaCRM took just before,
 *   and tries one more after some seconds.
 *
 * Times are those of `performance.now()`, which runs evenly even when the clock of the machine is
 * set.
 */
export class RateLimiter {
	/** How many calls the host has refused as too many. */
	refusedCount = 0;
	private readonly waiting: Call[] = [];
	private started: Call[] = [];
	private readonly inFlight = new Set<Call>();
	private startedCount = 0;
	/** Milliseconds that the latest answers took. Logins are left out. */
	private readonly roundTrips: number[] = [];
	/** Until when the host has asked to be left alone. */
	private askedUntil = 0;
	/** Until when this process pauses after a refusal. */
	private pausedUntil = 0;
	private refusedInARow = 0;
	/**
	 * How many calls a second AlfaCRM took before the latest refusal, and when one more is tried
	 * first.
	 */
	private rateLeft = { perSecond: Infinity, firstTryAt: 0 };
	private wakesAt = Infinity;

	/**
	 * Waits for a place, then sends a call.
	 *
	 * @throws ResponseError if the signal aborts before the call is sent
	 */
	async run<T>(options: RateOptions, send: () => Promise<T>): Promise<T> {
		const call = await this.enter(options);
		try {
			// The execution may be cancelled in the very moment in which the call may begin.
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

	/** Holds back all calls for so many milliseconds, because the host has asked for that. */
	pauseFor(ms: number): void {
		this.askedUntil = Math.max(this.askedUntil, performance.now() + ms);
	}

	/** For how many milliseconds the host still wants to be left alone. */
	get askedMs(): number {
		return Math.max(0, this.askedUntil - performance.now());
	}

	/**
	 * Returns how many calls in flight it takes to reach the rate at the present speed of the host; 1
	 * until that is known.
	 */
	callsAtOnce(perSecond: number): number {
		if (this.roundTrips.length === 0) return 1;

		const fastest = Math.min(...this.roundTrips.slice(-ROUND_TRIPS_NOW));
		const needed =
			perSecond === 0 ? MOST_CALLS_AT_ONCE : Math.ceil((perSecond * fastest) / SECOND_MS);
		return Math.min(Math.max(1, needed), MOST_CALLS_AT_ONCE);
	}

	/** Waits in line until a call may begin. */
	private async enter(options: RateOptions): Promise<Call> {
		const { signal, perSecond } = options;
		const call: Call = {
			...options,
			windowMs: windowOf(perSecond).windowMs,
			begin: () => {},
			startedAt: 0,
			heldUntil: 0,
			isRefused: false,
		};
		const begun = new Promise<void>((resolve) => {
			call.begin = resolve;
		});
		this.waiting.push(call);
		this.advance();

		let hasEntered = false;
		try {
			await abortable(begun, signal);
			hasEntered = true;
			return call;
		} finally {
			if (!hasEntered) {
				this.forget(call);
				this.advance();
			}
		}
	}

	private end(call: Call): void {
		this.inFlight.delete(call);
		this.advance();
	}

	/** Removes a call that was not sent, so that it holds no place. */
	private forget(call: Call): void {
		this.inFlight.delete(call);
		for (const calls of [this.waiting, this.started]) {
			const index = calls.indexOf(call);
			if (index >= 0) calls.splice(index, 1);
		}
	}

	/** Begins the calls that may start now, and wakes up again for the next one. */
	private advance(): void {
		while (this.waiting.length > 0) {
			const now = performance.now();
			const call = this.chooseNext(now);
			const mayStartAt = call === undefined ? Infinity : this.freeAt(call, now);
			if (call === undefined || mayStartAt > now) {
				// Looks again after a second at the latest, because calls that hang stop counting with
				// time.
				this.wakeAt(Math.min(mayStartAt, now + SECOND_MS), now);
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

	/**
	 * Chooses the first call in line. While too many calls are in flight, only a login may begin,
	 * because one of the calls in flight may be waiting for it.
	 */
	private chooseNext(now: number): Call | undefined {
		const [first] = this.waiting;
		return this.isCrowded(first, now) ? this.waiting.find(isLogin) : first;
	}

	/** Tells whether too many calls are in flight for another one. */
	private isCrowded(call: Call, now: number): boolean {
		if (isLogin(call)) return false;

		const { atOnce, perSecond } = call;
		const inFlight = [...this.inFlight].filter((other) => !isLogin(other));
		if (inFlight.length >= (atOnce || MOST_CALLS_AT_ONCE)) return true;

		const notHanging = inFlight.filter(({ startedAt }) => startedAt > now - HANGS_MS);
		return atOnce === 0 && notHanging.length >= this.callsAtOnce(perSecond);
	}

	/** Returns the moment from which on a place of the window is free and no pause is left. */
	private freeAt({ perSecond }: Call, now: number): number {
		const places = Math.min(windowOf(perSecond).places, this.placesLeft(now));
		if (places === Infinity) return Math.max(now, this.askedUntil, this.pausedUntil);

		const ends = this.started.map(({ heldUntil }) => heldUntil).filter((end) => end > now);
		const freeAt = ends.length < places ? now : ends.sort((a, b) => a - b)[ends.length - places];
		return Math.max(freeAt, this.askedUntil, this.pausedUntil);
	}

	/**
	 * Returns how many calls a second this process may make, since AlfaCRM has refused some: one more
	 * every few seconds.
	 */
	private placesLeft(now: number): number {
		const { perSecond, firstTryAt } = this.rateLeft;
		const tries = 1 + Math.floor((now - firstTryAt) / NEXT_TRY_MS);
		return perSecond + Math.max(0, tries);
	}

	private begin(call: Call, now: number): void {
		this.waiting.splice(this.waiting.indexOf(call), 1);
		// A refusal looks back one second, so calls are kept for a second after their place has become
		// free.
		this.started = this.started.filter(
			(other) => this.inFlight.has(other) || other.heldUntil > now - SECOND_MS,
		);
		this.started.push(call);
		this.startedCount += 1;
		if (this.startedCount % GAP_EVERY === 0) call.windowMs += GAP_MS;
		call.startedAt = now;
		call.heldUntil = now + MAX_LATENESS_MS + call.windowMs;
		this.inFlight.add(call);
		call.begin();
	}

	private answered(call: Call): void {
		// A login tells nothing about the speed of calls. And until its token is stored, only one call
		// may follow it.
		if (!isLogin(call)) {
			boundedPush(this.roundTrips, performance.now() - call.startedAt, LATEST_ROUND_TRIPS);
		}
		this.taken(call);
	}

	private failed(call: Call, error: unknown): void {
		const failure = failureOf(error);
		if (failure.kind === 'notSent') this.forget(call);
		else if (isTooMany(failure)) this.refused(call);
		else this.taken(call);
	}

	/** Notes that AlfaCRM took a call, whatever it answered. */
	private taken(call: Call): void {
		this.refusedInARow = 0;
		this.arrived(call);
	}

	/**
	 * Notes that AlfaCRM refused a call as too many: lowers the rate to what it took in the second
	 * before, and pauses.
	 */
	private refused(call: Call): void {
		const now = performance.now();
		this.arrived(call);
		this.refusedCount += 1;
		call.isRefused = true;

		const takenBefore = this.started
			.slice(0, this.started.indexOf(call))
			.filter(({ startedAt, isRefused }) => !isRefused && startedAt > call.startedAt - SECOND_MS);
		this.rateLeft = {
			perSecond: Math.max(1, takenBefore.length),
			// Processes that were refused together try again at different moments.
			firstTryAt: now + FIRST_TRY_MS * (0.75 + Math.random() / 2),
		};

		const growth = 1 + Math.min(this.refusedInARow, MOST_IN_A_ROW) * LONGER_EACH_TIME;
		const pauseMs = (PAUSE_MS / 2) * (1 + Math.random()) * growth;
		this.pausedUntil = now + pauseMs;
		this.refusedInARow += 1;
	}

	/**
	 * Sets until when a call holds its place: a window after the latest moment at which it can have
	 * arrived.
	 */
	private arrived(call: Call): void {
		const lateness =
			performance.now() - call.startedAt - shortestRoundTrip(this.roundTrips) + MARGIN_MS;
		const boundedLateness = Math.min(Math.max(lateness, MARGIN_MS), MAX_LATENESS_MS);
		call.heldUntil = call.startedAt + boundedLateness + call.windowMs;
	}
}

/** A login is part of another call, so it does not count as a call in flight. */
const isLogin = ({ atOnce }: RateOptions): boolean => atOnce === undefined;

/**
 * Estimates the shortest round trip that the host allows, in milliseconds. The shortest measured
 * one is longer than that: the fewer answers there are and the more they differ, the more is
 * subtracted. The first few calls may all be slow, so they tell nothing.
 */
function shortestRoundTrip(roundTrips: readonly number[]): number {
	const { length } = roundTrips;
	if (length <= MOST_CALLS_AT_ONCE) return 0;

	const sorted = [...roundTrips].sort((a, b) => a - b);
	const [shortest] = sorted;
	const median = sorted[Math.floor(length / 2)];
	// The way there and the way back are seldom both short. So with n answers, the error shrinks only
	// like the square root of n.
	const errorBySpread = (median - shortest) / Math.sqrt(length);
	// A few answers may take the same time by chance.
	const errorByChance = shortest / length ** 2;
	return Math.max(0, shortest - ROUND_TRIP_CAUTION * (errorBySpread + errorByChance));
}

/**
 * Returns the sliding window of a rate: at least a second, in which a whole number of calls fits.
 * 2.5 calls a second are 3 in 1.2 s.
 */
function windowOf(perSecond: number): { places: number; windowMs: number } {
	if (perSecond === 0) return { places: Infinity, windowMs: SECOND_MS };

	const places = Math.ceil(perSecond);
	return { places, windowMs: (places / perSecond) * SECOND_MS };
}
