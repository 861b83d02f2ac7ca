import { readFailure } from './answer';
import { waitUnlessAborted, sleepUnref } from './cancel';
import { isRateLimited, makeCancelledError } from './failures';
import { Refusals } from './refusals';
import { RoundTrips } from './roundTrips';
import { SECOND_MS } from '../values/time';

/** AlfaCRM's own limit, in calls a second over all methods, logins included. API notes 7. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/**
 * How many calls may be in flight at most. AlfaCRM advises against parallel calls, and at 5 calls a
 * second more of them would not be faster. API notes 7.
 */
const MOST_CALLS_AT_ONCE = 5;

/**
 * A call that has been in flight for longer hangs: it no longer counts as in flight, unless the
 * user chose 'Calls at Once'.
 */
const HANGS_MS = 2_000;

/**
 * The limiter assumes that a call arrives at the host at most this long after it started, however
 * long its answer takes.
 */
const MAX_LATENESS_MS = 1_000;

/** Covers clocks and timers that count whole milliseconds. */
const MARGIN_MS = 5;

/**
 * A call usually counts towards the limit for one second. Every 40th call counts for two seconds,
 * so that a process that uses the whole rate leaves a gap for the calls of other processes.
 */
const GAP_EVERY = 40;
const GAP_MS = 1_000;

/**
 * Reads a number from the credential. Returns undefined for anything that is no number, and for
 * numbers below 0.
 */
export function readAmount(value: unknown): number | undefined {
	const isBlank = typeof value === 'string' && value.trim() === '';
	if (value === undefined || value === null || isBlank) return undefined;

	const amount = Number(value);
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
	/** How many calls may be in flight; 0, the default, for as many as the rate needs. */
	atOnce?: number;
	/** True for a login. It is part of another call, so it does not count as a call in flight. */
	isLogin?: boolean;
	/** Ends the wait of the call. */
	signal?: AbortSignal;
}

/** The limiters by origin, shared by all nodes and executions of this process. */
const limiters = new Map<string, RateLimiter>();

/** Returns the limiter of an AlfaCRM. All calls of this process to the same origin share it. */
export function getRateLimiter(origin: string): RateLimiter {
	const limiter = limiters.get(origin) ?? new RateLimiter();
	limiters.set(origin, limiter);
	return limiter;
}

/**
 * Starts calls in the order in which they came, so that no more of them than the limit arrive at
 * the host in any second.
 *
 * - **Sliding window.** Each call counts towards the limit for a second. A call starts when fewer
 *   calls count than the limit allows (5 at 5 calls a second).
 * - **Slow calls.** The host counts calls when they arrive, but this process knows only when they
 *   start. A slow call may arrive at the same moment as calls that started later. So a call counts
 *   until a second after the latest moment at which it can have arrived.
 * - **Other processes** share the limit. Only a refused call reveals them: see `Refusals`.
 *
 * Times are those of `performance.now()`, which runs evenly even when the clock of the machine is
 * set.
 */
export class RateLimiter {
	/** The calls in line, the first one first. */
	private readonly waiting: Call[] = [];
	/** The calls that have started of late, the oldest first. */
	private started: Call[] = [];
	/** The calls that have started and whose answer has not come. */
	private readonly inFlight = new Set<Call>();
	/** How many calls have started in all. */
	private startedCount = 0;
	private readonly roundTrips = new RoundTrips();
	private readonly refusals = new Refusals();
	/** Until when the host has asked for a pause. */
	private requestedPauseUntil = 0;
	/** When the line is looked at next; Infinity if that is not planned. */
	private nextLookAt = Infinity;

	/**
	 * Waits until a call may start, then sends it.
	 *
	 * @throws ResponseError if the signal aborts before the call is sent
	 */
	async run<T>(options: RateOptions, send: () => Promise<T>): Promise<T> {
		const call = await this.waitInLine(options);
		try {
			// The execution may have been cancelled in the very moment in which the call could start.
			const isCancelled = options.signal?.aborted === true;
			const sending = isCancelled ? Promise.reject(makeCancelledError()) : send();
			// Notes the outcome before the `finally` below starts other calls, because these functions
			// are added to the promise first.
			sending.then(
				() => this.noteAnswer(call),
				(error: unknown) => this.noteFailure(call, error),
			);
			return await sending;
		} finally {
			this.inFlight.delete(call);
			this.startCalls();
		}
	}

	/** How many calls the host has refused because there were too many. */
	get refusedCount(): number {
		return this.refusals.count;
	}

	/** Holds back all calls for some milliseconds, because the host has asked for that. */
	pauseFor(ms: number): void {
		this.requestedPauseUntil = Math.max(this.requestedPauseUntil, performance.now() + ms);
	}

	/** For how many more milliseconds the host wants a pause. */
	get requestedPauseMs(): number {
		return Math.max(0, this.requestedPauseUntil - performance.now());
	}

	/**
	 * Returns how many calls in flight it takes to reach the rate at the present speed of the host; 1
	 * until that is known.
	 */
	countNeededAtOnce(perSecond: number): number {
		const roundTripMs = this.roundTrips.findShortestRecent();
		if (roundTripMs === undefined) return 1;
		if (perSecond === 0) return MOST_CALLS_AT_ONCE;

		const neededCount = Math.ceil((perSecond * roundTripMs) / SECOND_MS);
		return Math.min(Math.max(1, neededCount), MOST_CALLS_AT_ONCE);
	}

	// ------------------------------------------------------- the line

	/**
	 * Waits in line until a call may start.
	 *
	 * @throws ResponseError if the signal aborts before
	 */
	private async waitInLine(options: RateOptions): Promise<Call> {
		const call = new Call(options);
		this.waiting.push(call);
		this.startCalls();

		let isAborted = true;
		try {
			await waitUnlessAborted(call.mayStart, options.signal);
			isAborted = false;
			return call;
		} finally {
			if (isAborted) {
				this.forget(call);
				// A call behind it may start now.
				this.startCalls();
			}
		}
	}

	/**
	 * Starts the calls in line that may start now. If a call has to wait, plans to look at the line
	 * again when that call may start.
	 */
	private startCalls(): void {
		while (this.waiting.length > 0) {
			const now = performance.now();
			const call = this.chooseNextCall(now);
			const startsAt = call === undefined ? Infinity : this.findStartTime(call, now);
			if (call === undefined || startsAt > now) {
				// Looks again after a second at the latest, because a call that gets no answer for long no
				// longer counts as one in flight.
				const lookAt = Math.min(startsAt, now + SECOND_MS);
				this.planNextLook(lookAt, now);
				return;
			}
			this.start(call, now);
		}
	}

	/** Plans to look at the line at a moment, unless an earlier look is planned. */
	private planNextLook(moment: number, now: number): void {
		if (moment >= this.nextLookAt) return;

		this.nextLookAt = moment;
		void sleepUnref(moment - now).then(() => {
			this.nextLookAt = Infinity;
			this.startCalls();
		});
	}

	/**
	 * Chooses the first call in line. While too many calls are in flight, only a login may start,
	 * because one of the calls in flight may be waiting for it.
	 */
	private chooseNextCall(now: number): Call | undefined {
		const firstCall = this.waiting[0];
		if (this.hasRoomInFlight(firstCall, now)) return firstCall;

		return this.waiting.find(({ isLogin }) => isLogin);
	}

	/** Tells whether a call may start although other calls still wait for their answers. */
	private hasRoomInFlight(nextCall: Call, now: number): boolean {
		const { isLogin, atOnce, perSecond } = nextCall;
		// A login is part of another call, so it does not count as a call in flight.
		if (isLogin) return true;

		const callsInFlight = [...this.inFlight].filter((call) => !call.isLogin);
		const isCountChosenByUser = atOnce > 0;
		if (isCountChosenByUser) return callsInFlight.length < atOnce;

		if (callsInFlight.length >= MOST_CALLS_AT_ONCE) return false;

		// Calls that have had no answer for long do not hold up the next ones.
		const liveCalls = callsInFlight.filter((call) => call.startedAt > now - HANGS_MS);
		return liveCalls.length < this.countNeededAtOnce(perSecond);
	}

	/**
	 * Returns the moment from which on a call may start: no pause is left, and fewer calls count than
	 * the limit allows.
	 */
	private findStartTime({ perSecond }: Call, now: number): number {
		const pausedUntil = Math.max(now, this.requestedPauseUntil, this.refusals.pausedUntil);

		// The credential limits the calls in each window of at least a second. After a refusal, this
		// process allows itself no more calls in the window than the host took in a second.
		const mostByCredential = makeWindow(perSecond).mostCalls;
		const mostAfterRefusal = this.refusals.countAllowedPerSecond(now);
		const mostCalls = Math.min(mostByCredential, mostAfterRefusal);
		if (mostCalls === Infinity) return pausedUntil;

		const countingCalls = this.started.filter(({ countsUntil }) => countsUntil > now);
		if (countingCalls.length < mostCalls) return pausedUntil;

		return Math.max(pausedUntil, findMomentWithRoom(countingCalls, mostCalls));
	}

	/** Takes a call out of the line, lets it start and counts it. */
	private start(call: Call, now: number): void {
		this.waiting.splice(this.waiting.indexOf(call), 1);

		this.forgetOldCalls(now);
		this.started.push(call);
		this.inFlight.add(call);
		this.startedCount += 1;
		const leavesGap = this.startedCount % GAP_EVERY === 0;
		if (leavesGap) call.windowMs += GAP_MS;

		call.startedAt = now;
		// Assumes the latest arrival until the answer shows how long the call took.
		call.countsUntil = now + MAX_LATENESS_MS + call.windowMs;
		call.letStart();
	}

	/**
	 * Forgets calls that ended long ago. A refusal looks back one second, so calls are kept for a
	 * second after they have stopped counting.
	 */
	private forgetOldCalls(now: number): void {
		this.started = this.started.filter(
			(call) => this.inFlight.has(call) || call.countsUntil > now - SECOND_MS,
		);
	}

	/** Removes a call that was not sent, so that it does not count. */
	private forget(call: Call): void {
		this.inFlight.delete(call);
		for (const calls of [this.waiting, this.started]) {
			const index = calls.indexOf(call);
			if (index >= 0) calls.splice(index, 1);
		}
	}

	// ------------------------------------------------------- what came of a call

	/** Notes that the host answered a call, and how long that took. */
	private noteAnswer(call: Call): void {
		// A login tells nothing about the speed of calls. Without a measured speed, only one call may
		// be in flight, so only one call follows the first login before its token is stored.
		if (!call.isLogin) this.roundTrips.add(performance.now() - call.startedAt);

		this.refusals.noteTaken();
		this.setEndOfCounting(call);
	}

	/** Notes that a call failed. What that means for the rate depends on how it failed. */
	private noteFailure(call: Call, error: unknown): void {
		const failure = readFailure(error);
		// The host does not know of the call, so it does not count towards the limit.
		if (failure.kind === 'notSent') {
			this.forget(call);
			return;
		}

		this.setEndOfCounting(call);
		if (isRateLimited(failure)) {
			call.isRefused = true;
			this.refusals.noteRefusal(this.countTakenBefore(call));
		} else {
			// The call did not fail because of too many calls.
			this.refusals.noteTaken();
		}
	}

	/** Counts the calls that AlfaCRM took in the second before a refused call started. */
	private countTakenBefore(refusedCall: Call): number {
		const earlierCalls = this.started.slice(0, this.started.indexOf(refusedCall));
		const takenCalls = earlierCalls.filter(
			({ isRefused, startedAt }) => !isRefused && startedAt > refusedCall.startedAt - SECOND_MS,
		);
		return takenCalls.length;
	}

	/**
	 * Sets until when a call counts, now that it has ended: for one window after the latest moment at
	 * which it can have arrived.
	 *
	 * Lateness is how much later a call arrives than the fastest possible call would. All of the time
	 * by which its round trip was longer may have passed on the way to the host, so
	 * lateness <= round trip - shortest possible round trip.
	 */
	private setEndOfCounting(call: Call): void {
		const roundTripMs = performance.now() - call.startedAt;
		const extraMs = roundTripMs - this.roundTrips.estimateShortestPossible();
		const latenessMs = Math.max(0, extraMs) + MARGIN_MS;
		const boundedLatenessMs = Math.min(latenessMs, MAX_LATENESS_MS);
		call.countsUntil = call.startedAt + boundedLatenessMs + call.windowMs;
	}
}

/** A call: in line, in flight, or ended and still counting towards the limit. */
class Call {
	readonly perSecond: number;
	readonly atOnce: number;
	readonly isLogin: boolean;
	/** For how many milliseconds the call counts after it has arrived. */
	windowMs: number;
	/** When it left the line, by `performance.now()`. */
	startedAt = 0;
	/** Until when it counts towards the limit, by `performance.now()`. */
	countsUntil = 0;
	/** Whether AlfaCRM refused it because there were too many calls. */
	isRefused = false;
	/** Resolves when the call may start. */
	readonly mayStart: Promise<void>;
	private resolveMayStart = () => {};

	constructor(options: RateOptions) {
		this.perSecond = options.perSecond;
		this.atOnce = options.atOnce ?? 0;
		this.isLogin = options.isLogin ?? false;
		this.windowMs = makeWindow(options.perSecond).ms;
		this.mayStart = new Promise((resolve) => {
			this.resolveMayStart = resolve;
		});
	}

	/** Ends the wait in line. */
	letStart(): void {
		this.resolveMayStart();
	}
}

/**
 * Returns the moment at which so few of the counting calls still count that another call may start.
 *
 * For example, 7 calls count and the limit is 5. Another call may start when only 4 calls count, so
 * when 3 of the 7 have stopped counting. The third end has the index 7 - 5.
 */
function findMomentWithRoom(countingCalls: readonly Call[], mostCalls: number): number {
	const ends = countingCalls.map(({ countsUntil }) => countsUntil);
	ends.sort((a, b) => a - b);
	return ends[ends.length - mostCalls];
}

interface Window {
	/** How many calls may arrive within the window. */
	mostCalls: number;
	/** The length of the window in milliseconds. */
	ms: number;
}

/**
 * Makes the sliding window of a rate: at least a second long, so that a whole number of calls fits.
 * 2.5 calls a second are 3 calls in 1.2 seconds.
 */
function makeWindow(perSecond: number): Window {
	if (perSecond === 0) return { mostCalls: Infinity, ms: SECOND_MS };

	const mostCalls = Math.ceil(perSecond);
	return { mostCalls, ms: (mostCalls / perSecond) * SECOND_MS };
}
