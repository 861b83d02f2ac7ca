import { readFailure } from './answer';
import { waitUnlessAborted, sleepUnref } from './cancel';
import { isRateLimited, makeCancelledError } from './failures';
import { Refusals } from './refusals';
import { RoundTrips } from './roundTrips';
import { SECOND_MS } from '../values/time';

/**
 * Keeps this process within AlfaCRM's limit of calls a second: see `RateLimiter`.
 *
 * - in flight: of a call that was sent and has no answer yet
 * - counting: of a call that the limit still counts. With a limit of 5, no call starts while 5
 *   calls count.
 */

/**
 * AlfaCRM's own limit of calls a second, logins included (docs/alfacrm-api.md 7, the API notes).
 */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/**
 * How many calls may be in flight at most. AlfaCRM advises against parallel calls, and at 5 calls a
 * second more of them would not be faster. API notes 7.
 */
const MAX_CALLS_AT_ONCE = 5;

/**
 * A call that has had no answer for this long hangs. It does not hold up other calls any more,
 * as long as fewer than `MAX_CALLS_AT_ONCE` calls are in flight. If the user has chosen 'Calls at
 * Once', it holds them up.
 */
const HANGS_MS = 2_000;

/**
 * A call is assumed to arrive at the host within this time after its start, even if its answer
 * takes longer.
 */
const MAX_LATENESS_MS = 1_000;

/** Added to each lateness, because clocks and timers may be wrong by some milliseconds. */
const MARGIN_MS = 5;

/**
 * Usually a call counts for one second. Every 40th call counts for a second longer, so for a moment
 * fewer calls start. Other processes can send theirs in this gap.
 */
const CALLS_BETWEEN_GAPS = 40;
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

/** Reads 'Requests per Second' from the credential. 0 means no limit. */
export function readRate(value: unknown): number {
	return readAmount(value) ?? DEFAULT_REQUESTS_PER_SECOND;
}

/**
 * Reads 'Calls at Once' from the credential: how many calls may be in flight. 0 means as many as it
 * takes to reach the rate.
 */
export function readCallsAtOnce(value: unknown): number {
	return Math.min(Math.floor(readAmount(value) ?? 0), MAX_CALLS_AT_ONCE);
}

export interface RateOptions {
	/** How many calls may arrive in any second; 0 lifts the limit. */
	perSecond: number;
	/**
	 * How many calls may be in flight. 0, the default, means as many as it takes to reach the rate.
	 */
	atOnce?: number;
	/**
	 * True for a login. A login is part of another call, so it does not count as a call in flight.
	 */
	isLogin?: boolean;
	/** Ends the wait of the call when the execution is cancelled. */
	signal?: AbortSignal;
}

/** The limiters by origin, shared by all nodes and executions of this process. */
const limiters = new Map<string, RateLimiter>();

/** Returns the limiter for an origin. All calls of this process to the origin share one limiter. */
export function getRateLimiter(origin: string): RateLimiter {
	const limiter = limiters.get(origin) ?? new RateLimiter();
	limiters.set(origin, limiter);
	return limiter;
}

/**
 * Starts calls in the order in which they came, and so that in any second no more calls arrive at
 * the host than the limit allows.
 *
 * - **Sliding window.** Each call counts towards the limit for a second. The next call starts as
 *   soon as fewer calls count than the limit allows.
 * - **Slow calls.** The host counts a call when it arrives. This process knows only when the call
 *   started, and a slow call may arrive together with calls that started later. So a call counts
 *   until a second after the latest moment at which it can have arrived.
 * - **Other processes** share the limit. Only a refused call reveals them: see `Refusals`.
 *
 * Times are those of `performance.now()`, which runs evenly even when the clock of the machine is
 * set.
 */
export class RateLimiter {
	/** The calls that wait to start, in the order in which they came. */
	private readonly waiting: Call[] = [];
	/** The calls that have started and may still count, in the order of their start. */
	private started: Call[] = [];
	/** The calls that have started and have no answer yet. */
	private readonly inFlight = new Set<Call>();
	/** How many calls have started since the limiter was made. */
	private startedCount = 0;
	private readonly roundTrips = new RoundTrips();
	private readonly refusals = new Refusals();
	/** The end of the pause that the host has asked for. */
	private requestedPauseUntil = 0;
	/** When `startCalls` runs next by itself; Infinity if no run is planned. */
	private nextStartAt = Infinity;

	/**
	 * Waits until a call may start, then sends it. When it has ended, starts the next calls.
	 *
	 * @throws ResponseError if the signal aborts before the call is sent
	 */
	async sendWhenAllowed<Result>(
		options: RateOptions,
		send: () => Promise<Result>,
	): Promise<Result> {
		const call = await this.waitInLine(options);
		try {
			const sending = sendUnlessAborted(send, options.signal);
			// The outcome decides when the next calls may start, so it is handled before they start. These
			// functions run first, because they are added to the promise before the `await`.
			sending.then(
				() => this.handleAnswer(call),
				(error: unknown) => this.handleFailure(call, error),
			);
			return await sending;
		} finally {
			this.inFlight.delete(call);
			this.startCalls();
		}
	}

	/** How many calls the host has refused because there were too many calls. */
	get refusedCount(): number {
		return this.refusals.count;
	}

	/**
	 * Holds back all calls for some milliseconds, because the host has asked for a pause. A longer
	 * pause that was asked for before stays.
	 */
	pauseFor(ms: number): void {
		this.requestedPauseUntil = Math.max(this.requestedPauseUntil, performance.now() + ms);
	}

	/** For how many more milliseconds the host wants a pause. */
	get requestedPauseMs(): number {
		return Math.max(0, this.requestedPauseUntil - performance.now());
	}

	/**
	 * Computes how many calls must be in flight at the same time to send `perSecond` calls a second.
	 * For example, 5 calls a second that take 400 ms each need 5 * 0.4 = 2 at the same time. A
	 * `perSecond` of 0 lifts the limit, so as many as possible are needed.
	 *
	 * @returns 1 while no answer has shown how long the host takes
	 */
	countParallelCallsNeeded(perSecond: number): number {
		const roundTripMs = this.roundTrips.findShortestRecent();
		if (roundTripMs === undefined) return 1;
		if (perSecond === 0) return MAX_CALLS_AT_ONCE;

		const neededCount = Math.ceil((perSecond * roundTripMs) / SECOND_MS);
		return Math.min(Math.max(1, neededCount), MAX_CALLS_AT_ONCE);
	}

	// ------------------------------------------------------- the line

	/**
	 * Puts a call at the end of the line, and waits until it may start. If the signal aborts, takes
	 * the call out of the line.
	 *
	 * @throws ResponseError if the signal aborts while the call waits
	 */
	private async waitInLine(options: RateOptions): Promise<Call> {
		const call = new Call(options);
		this.waiting.push(call);
		this.startCalls();

		let mayStart = false;
		try {
			await waitUnlessAborted(call.waitIsOver, options.signal);
			mayStart = true;
			return call;
		} finally {
			const isCancelled = !mayStart;
			if (isCancelled) {
				this.forgetCall(call);
				// The next call in line may start in place of this one.
				this.startCalls();
			}
		}
	}

	/** Starts the calls in line that may start now, and plans when to look at the line again. */
	private startCalls(): void {
		while (this.waiting.length > 0) {
			const now = performance.now();
			// Looks again after a second at the latest: by then a call in flight may hang, and a call
			// that hangs does not hold up the next one.
			const secondFromNow = now + SECOND_MS;

			const call = this.chooseNextCall(now);
			if (call === undefined) {
				this.startCallsAt(secondFromNow, now);
				return;
			}

			const startsAt = this.findStartTime(call, now);
			if (startsAt > now) {
				this.startCallsAt(Math.min(startsAt, secondFromNow), now);
				return;
			}

			this.startCall(call, now);
		}
	}

	/**
	 * Plans to run `startCalls` at a moment. Does nothing if an earlier run is already planned: that
	 * run plans the next one.
	 */
	private startCallsAt(moment: number, now: number): void {
		const isEarlierRunPlanned = this.nextStartAt <= moment;
		if (isEarlierRunPlanned) return;

		this.nextStartAt = moment;
		void sleepUnref(moment - now).then(() => {
			this.nextStartAt = Infinity;
			this.startCalls();
		});
	}

	/**
	 * Chooses the call to start next: the first one in line. If too many calls are in flight, only a
	 * login is chosen, because one of the calls in flight may be waiting for the login.
	 *
	 * @returns undefined if no call may start before another one is answered
	 */
	private chooseNextCall(now: number): Call | undefined {
		const firstCall = this.waiting[0];
		if (this.hasRoomInFlight(firstCall, now)) return firstCall;

		return this.waiting.find(({ isLogin }) => isLogin);
	}

	/**
	 * Tells whether the next call may start although other calls are in flight: sent, but not yet
	 * answered. With 'Calls at Once' (`atOnce`) the user chooses how many calls may be in flight. If
	 * that is 0, as many may be in flight as it takes to send `perSecond` calls a second.
	 */
	private hasRoomInFlight(nextCall: Call, now: number): boolean {
		const { isLogin, atOnce, perSecond } = nextCall;
		// A login is part of another call, so it does not count as a call in flight.
		if (isLogin) return true;

		const callsInFlight = [...this.inFlight].filter((call) => !call.isLogin);
		const hasUserChosenCount = atOnce > 0;
		if (hasUserChosenCount) return callsInFlight.length < atOnce;

		if (callsInFlight.length >= MAX_CALLS_AT_ONCE) return false;

		// A call without an answer for two seconds hangs, and does not hold up other calls.
		const callsThatHoldUp = callsInFlight.filter((call) => call.startedAt > now - HANGS_MS);
		return callsThatHoldUp.length < this.countParallelCallsNeeded(perSecond);
	}

	/**
	 * Returns the earliest moment at which a call may start: all pauses are over, and fewer calls
	 * count towards the limit than it allows. Each call counts for about a second after its start.
	 */
	private findStartTime({ perSecond }: Call, now: number): number {
		const pausesEndAt = Math.max(now, this.requestedPauseUntil, this.refusals.pausedUntil);

		const maxCalls = this.findLimit(perSecond, now);
		if (maxCalls === Infinity) return pausesEndAt;

		const countingCalls = this.started.filter(({ countsUntil }) => countsUntil > now);
		const hasRoomNow = countingCalls.length < maxCalls;
		if (hasRoomNow) return pausesEndAt;

		const hasRoomAt = findMomentWithRoom(countingCalls, maxCalls);
		return Math.max(pausesEndAt, hasRoomAt);
	}

	/**
	 * Returns how many calls may count at the same time: as many as the credential allows, or fewer
	 * after AlfaCRM has refused a call.
	 */
	private findLimit(perSecond: number, now: number): number {
		// For example, 2.5 calls a second are 3 calls in a window of 1.2 seconds.
		const maxByCredential = makeWindow(perSecond).maxCalls;
		// This number is for one second. In a longer window, it allows rather too few calls than too
		// many.
		const maxAfterRefusal = this.refusals.countAllowedPerSecond(now);
		return Math.min(maxByCredential, maxAfterRefusal);
	}

	/**
	 * Takes a call out of the line, and ends its wait, so that it is sent. From now on the call counts
	 * towards the limit.
	 */
	private startCall(call: Call, now: number): void {
		const placeInLine = this.waiting.indexOf(call);
		this.waiting.splice(placeInLine, 1);

		this.forgetOldCalls(now);
		this.started.push(call);
		this.inFlight.add(call);
		this.leaveGapAfterEvery40th(call);

		// A call counts from its arrival at the host. When it will arrive is not known yet, so the
		// latest possible moment is assumed.
		const latestArrival = now + MAX_LATENESS_MS;
		call.startedAt = now;
		call.countsUntil = latestArrival + call.countsForMs;
		call.endWait();
	}

	/**
	 * Lets every 40th call count for a second longer than usual, so that this process starts fewer
	 * calls for a moment. Other processes share the limit, and can send their calls in this gap.
	 */
	private leaveGapAfterEvery40th(call: Call): void {
		this.startedCount += 1;
		const isGapDue = this.startedCount % CALLS_BETWEEN_GAPS === 0;
		if (isGapDue) call.countsForMs += GAP_MS;
	}

	/**
	 * Forgets answered calls that stopped counting towards the limit more than a second ago. Calls of
	 * the last second are kept, because `countTakenBefore` needs them if the host refuses a call.
	 */
	private forgetOldCalls(now: number): void {
		const secondAgo = now - SECOND_MS;
		this.started = this.started.filter(
			(call) => this.inFlight.has(call) || call.countsUntil > secondAgo,
		);
	}

	/** Forgets a call that was not sent, so that it does not count. */
	private forgetCall(call: Call): void {
		this.inFlight.delete(call);
		for (const calls of [this.waiting, this.started]) {
			const index = calls.indexOf(call);
			if (index >= 0) calls.splice(index, 1);
		}
	}

	// ------------------------------------------------------- after a call

	/** Learns from the answer to a call: the host has accepted the call, and this is its speed. */
	private handleAnswer(call: Call): void {
		// A login is not measured, because its speed says nothing about the speed of other calls. While
		// no speed is known, only one call may be in flight. So after the first login, the token is
		// stored before a second call starts.
		if (!call.isLogin) this.roundTrips.add(performance.now() - call.startedAt);

		this.refusals.handleAcceptedCall();
		this.setCountsUntil(call);
	}

	/** Learns from the failure of a call when the next calls may start. */
	private handleFailure(call: Call, error: unknown): void {
		const failure = readFailure(error);
		// A call that did not leave n8n does not count towards the limit.
		if (failure.kind === 'notSent') {
			this.forgetCall(call);
			return;
		}

		this.setCountsUntil(call);
		if (isRateLimited(failure)) {
			// There were too many calls. From now on, this process sends fewer.
			call.isRefused = true;
			const acceptedPerSecond = this.countAcceptedBefore(call);
			this.refusals.handleRefusal(acceptedPerSecond);
		} else {
			// The call failed for another reason, so there were not too many calls.
			this.refusals.handleAcceptedCall();
		}
	}

	/**
	 * Counts the calls that AlfaCRM accepted in the second before a refused call started. This number
	 * shows how many calls a second AlfaCRM accepts at present.
	 */
	private countAcceptedBefore(refusedCall: Call): number {
		// `started` is in the order of the starts.
		const earlierCalls = this.started.slice(0, this.started.indexOf(refusedCall));
		const secondBefore = refusedCall.startedAt - SECOND_MS;
		const acceptedCalls = earlierCalls.filter(
			({ isRefused, startedAt }) => !isRefused && startedAt > secondBefore,
		);
		return acceptedCalls.length;
	}

	/**
	 * Sets until when an ended call counts towards the limit: usually for a second (`countsForMs`)
	 * after the latest moment at which it can have arrived at the host.
	 *
	 * For example, the shortest possible round trip is 100 ms, and the call took 300 ms. If it lost
	 * the 200 ms on the way to the host, and not on the way back, it arrived up to 200 ms late.
	 */
	private setCountsUntil(call: Call): void {
		const roundTripMs = performance.now() - call.startedAt;
		const delayMs = Math.max(0, roundTripMs - this.roundTrips.estimateShortestPossible());
		// Clocks and timers may be wrong by some milliseconds.
		const latenessMs = Math.min(delayMs + MARGIN_MS, MAX_LATENESS_MS);
		const latestArrival = call.startedAt + latenessMs;
		call.countsUntil = latestArrival + call.countsForMs;
	}
}

/** Sends a call, unless the execution was cancelled in the moment in which the call could start. */
async function sendUnlessAborted<Result>(
	send: () => Promise<Result>,
	signal?: AbortSignal,
): Promise<Result> {
	if (signal?.aborted) throw makeCancelledError();
	return await send();
}

/** A call: in line, in flight, or ended and still counting towards the limit. */
class Call {
	readonly perSecond: number;
	readonly atOnce: number;
	readonly isLogin: boolean;
	/** For how many milliseconds the call counts after it has arrived. */
	countsForMs: number;
	/** When the call left the line, by `performance.now()`. */
	startedAt = 0;
	/** Until when the call counts towards the limit, by `performance.now()`. */
	countsUntil = 0;
	/** Whether AlfaCRM refused the call because there were too many calls. */
	isRefused = false;
	/** Resolves when the call may start. */
	readonly waitIsOver: Promise<void>;
	private resolveWaitIsOver = () => {};

	constructor(options: RateOptions) {
		this.perSecond = options.perSecond;
		this.atOnce = options.atOnce ?? 0;
		this.isLogin = options.isLogin ?? false;
		this.countsForMs = makeWindow(options.perSecond).ms;
		this.waitIsOver = new Promise((resolve) => {
			this.resolveWaitIsOver = resolve;
		});
	}

	/** Ends the wait in line. */
	endWait(): void {
		this.resolveWaitIsOver();
	}
}

/**
 * Returns the moment from which fewer calls count than the limit allows.
 *
 * For example, 7 calls count and the limit is 5. Another call may start when only 4 calls count:
 * when 3 of the 7 have stopped counting. In the sorted list, the third end has the index 7 - 5.
 */
function findMomentWithRoom(countingCalls: readonly Call[], maxCalls: number): number {
	const endsOfCounting = countingCalls.map(({ countsUntil }) => countsUntil);
	endsOfCounting.sort((a, b) => a - b);
	return endsOfCounting[endsOfCounting.length - maxCalls];
}

interface Window {
	/** How many calls may arrive within the window. */
	maxCalls: number;
	/** The length of the window in milliseconds. */
	ms: number;
}

/**
 * Makes the window for a rate. A whole number of calls must fit, so the window can be longer than a
 * second: 2.5 calls a second are 3 calls in 1.2 seconds.
 */
function makeWindow(perSecond: number): Window {
	if (perSecond === 0) return { maxCalls: Infinity, ms: SECOND_MS };

	const maxCalls = Math.ceil(perSecond);
	return { maxCalls, ms: (maxCalls / perSecond) * SECOND_MS };
}
