import { SECOND_MS } from './time';

/**
 * Openings are moments that all processes know from the clock, at which whoever uses all its places leaves one of them free.
 * At any other moment, whoever has none would hardly find one while the others use all of theirs.
 *
 * Times are those of `performance.now()`.
 */

const EVERY_MS = 5_000;
/** From the middle to each end; covers that the clocks of two machines differ a little, and that calls take different times. */
const HALF_WIDTH_MS = 150;
/** Whoever looks for a place does so later than in the middle, when there has been time for one to get free. */
const AIM_MS = 100;
/** Its fractional part. Calls may come at the same point of every second, so openings do not; like this their points spread evenly. */
const GOLDEN_RATIO = 0.618034;

/** The middle of the nth one, in milliseconds since the epoch. */
const middleOf = (nth: number): number => nth * EVERY_MS + ((nth * GOLDEN_RATIO) % 1) * SECOND_MS;

/** Milliseconds from `performance.now()` to the clock that all share; `timeOrigin` does not follow when that is set. */
const wallClockOffset = (): number => Date.now() - performance.now();

/** The end of the opening at some time, if there is one. */
export function openingEnd(time: number): number | undefined {
	const shift = wallClockOffset();
	const middle = middleOf(Math.floor((time + shift + HALF_WIDTH_MS) / EVERY_MS)) - shift;
	return time >= middle - HALF_WIDTH_MS && time < middle + HALF_WIDTH_MS ? middle + HALF_WIDTH_MS : undefined;
}

/** When to look for a place next, later than some time. */
export function nextOpening(after: number): number {
	const shift = wallClockOffset();
	const nth = Math.floor((after + shift) / EVERY_MS);
	const aim = (n: number) => middleOf(n) + AIM_MS - shift;
	return aim(nth) > after ? aim(nth) : aim(nth + 1);
}
