import { MOST_AT_ONCE } from './concurrency';
import { deferred } from './deferred';
import { boundedPush } from './bounded';
import type { Call } from './share';
import { LATEST_CALLS } from './share';

/** Covers that a timer may end a little early. */
const MARGIN_MS = 5;
/** The shortest round trip is trusted once so many were seen, since those that go out together at first may all be slow. */
const ENOUGH_ANSWERS = MOST_AT_ONCE + 1;
/** Only the latest ones count, for ways and servers change. */
const LATEST_ROUND_TRIPS = 200;
/** From a request's start until it has reached the server in any case. */
const MAX_TRANSIT_MS = 1_000;
/** Places that were in use for so many windows are taken to be so in the next one as well. */
const BUSY_WINDOWS = 4;

export interface Start extends Call {
	/** When the answer came; unknown while the request is under way. */
	endedAt?: number;
	answered?: boolean;
	readonly ended: Promise<void>;
	end: () => void;
}

/** When a call may start, and which earlier ones have the places until then: the first one has to be a window back. */
export interface Room {
	at: number;
	holders: readonly Start[];
}

/**
 * When requests started and when their place is free again.
 *
 * Spacing the starts alone is not enough: a request that is slow on its way (connection set-up, a busy process) arrives
 * closer to the next ones than it started. So a place is taken until one second after the request can have arrived at
 * the latest, which is its answer's time less the shortest round trip lately seen on this host.
 */
export class Starts {
	private readonly latest: Start[] = [];
	/** Milliseconds of the latest answered requests. */
	private readonly roundTrips: number[] = [];

	begin(isProbe: boolean): Start {
		const { promise: ended, resolve: settle } = deferred();
		const start: Start = {
			at: performance.now(),
			isProbe,
			ended,
			end: () => {
				start.endedAt = performance.now();
				settle();
			},
		};
		boundedPush(this.latest, start, LATEST_CALLS);
		return start;
	}

	answered(start: Start, ms: number): void {
		start.answered = true;
		boundedPush(this.roundTrips, ms, LATEST_ROUND_TRIPS);
	}

	/** As if it had not been sent: the service does not count it. */
	drop(start: Start): void {
		const index = this.latest.indexOf(start);
		if (index >= 0) this.latest.splice(index, 1);
	}

	/** When a call may start so that no more than so many are in any window. */
	roomAmong(places: number, windowMs: number): Room {
		if (places === 0) return { at: Infinity, holders: [] };
		const holders = this.latest.slice(-places);
		return { at: holders.length < places ? 0 : this.freeAt(holders[0], windowMs), holders };
	}

	/** Whether nearly all of so many places were in use in each of the latest windows. */
	isBusy(places: number, windowMs: number): boolean {
		const earlier = places > 0 ? this.latest.at(-places * BUSY_WINDOWS) : undefined;
		return earlier !== undefined && earlier.at > performance.now() - (BUSY_WINDOWS + 1) * windowMs;
	}

	private freeAt({ at, endedAt, answered }: Start, windowMs: number): number {
		const known = answered && this.roundTrips.length >= ENOUGH_ANSWERS;
		const wayBack = known ? Math.min(...this.roundTrips) : 0;
		const onItsWay = endedAt === undefined ? MAX_TRANSIT_MS : endedAt - at - wayBack;
		return at + Math.min(Math.max(onItsWay, 0), MAX_TRANSIT_MS) + windowMs + MARGIN_MS;
	}
}
