import { boundedPush } from './bounded';

/** The shortest possible round trip is estimated from the latest 200 answers. */
const LATEST_ROUND_TRIPS = 200;

/** The present speed of the host is measured by the latest 20 answers. */
const PRESENT_ROUND_TRIPS = 20;

/** Fewer answers than this tell nothing, because the first few calls may all be slow. */
const FEWEST_ROUND_TRIPS = 6;

/** The estimate stays below the shortest measured round trip by its likely error, three times. */
const CAUTION = 3;

/**
 * Measures the round trips of calls: the milliseconds from the start of a call to its answer. Only
 * the latest ones count, because routes and servers change.
 */
export class RoundTrips {
	/** Milliseconds, the oldest first. */
	private readonly latest: number[] = [];

	add(ms: number): void {
		boundedPush(this.latest, ms, LATEST_ROUND_TRIPS);
	}

	/** Returns the shortest of the last few round trips; undefined before the first answer. */
	findShortestRecent(): number | undefined {
		if (this.latest.length === 0) return undefined;

		return Math.min(...this.latest.slice(-PRESENT_ROUND_TRIPS));
	}

	/**
	 * Estimates the shortest round trip that the host allows, in milliseconds.
	 *
	 * The shortest measured round trip is longer than that. The fewer answers there are and the more
	 * they differ, the larger this error may be. So the likely error is subtracted.
	 */
	estimateShortestPossible(): number {
		const { length } = this.latest;
		if (length < FEWEST_ROUND_TRIPS) return 0;

		const sorted = [...this.latest].sort((a, b) => a - b);
		const shortest = sorted[0];
		const median = sorted[Math.floor(length / 2)];

		// The way there and the way back are seldom both short. So with more answers, the error shrinks
		// only like the square root of their number.
		const errorBySpread = (median - shortest) / Math.sqrt(length);
		// A few answers may take the same time by chance.
		const errorByChance = shortest / length ** 2;
		return Math.max(0, shortest - CAUTION * (errorBySpread + errorByChance));
	}
}
