import { boundedPush } from './bounded';

/** The shortest possible round trip is estimated from this many of the latest answers. */
const LATEST_ROUND_TRIPS = 200;

/** The present speed of the host is measured by this many of the latest answers. */
const PRESENT_ROUND_TRIPS = 20;

/** From fewer answers nothing is estimated, because the first few calls may all be slow. */
const MIN_ROUND_TRIPS = 6;

/** The likely error of the shortest measured round trip is subtracted from it three times. */
const CAUTION = 3;

/**
 * Measures the round trips of calls to one host: the milliseconds from the start of a call to its
 * answer. Only the latest round trips count, because routes and servers change.
 *
 * The rate limiter derives two things from them: how many calls in flight it takes to reach the
 * rate, and how late a call may have arrived at the host.
 */
export class RoundTrips {
	/** The latest round trips in milliseconds, the oldest first. */
	private readonly latest: number[] = [];

	add(ms: number): void {
		boundedPush(this.latest, ms, LATEST_ROUND_TRIPS);
	}

	/** Returns the shortest of the last 20 round trips; undefined if there are none. */
	findShortestRecent(): number | undefined {
		if (this.latest.length === 0) return undefined;

		return Math.min(...this.latest.slice(-PRESENT_ROUND_TRIPS));
	}

	/**
	 * Estimates how long the fastest possible round trip to this host takes, in milliseconds: a bit
	 * less than the shortest one that was measured. The formulas are rules of thumb.
	 *
	 * For example, 100 round trips were measured. The shortest took 100 ms, and the median is 150 ms.
	 * Then the likely error is about 50 / 10 = 5 ms. It is subtracted three times: 85 ms.
	 *
	 * The estimate is rather too short than too long, so that a call counts too long towards the
	 * limit rather than too short.
	 */
	estimateShortestPossible(): number {
		const { length: count } = this.latest;
		if (count < MIN_ROUND_TRIPS) return 0;

		const sorted = [...this.latest].sort((a, b) => a - b);
		const shortest = sorted[0];
		const median = sorted[Math.floor(count / 2)];

		// If round trips differ much, an even shorter one is likely. A larger number of them helps only
		// a little, because few are fast both on the way to the host and on the way back.
		const errorBySpread = (median - shortest) / Math.sqrt(count);
		// The first few round trips may be equal by chance. Then they do not differ at all, but an even
		// shorter one is possible nevertheless.
		const errorByChance = shortest / count ** 2;
		const likelyError = errorBySpread + errorByChance;
		return Math.max(0, shortest - CAUTION * likelyError);
	}
}
