import { SECOND_MS } from './time';

/**
 * Openings are moments that all processes know from the clock, at which whoever has places keeps one of them free. At any
 * other moment, whoever has none would hardly find one while the others use all of theirs.
 *
 * Times are those of `performance.now()`.
 */

const EVERY_MS = 5_000;
/** From the middle to each end; covers that the clocks of two machines differ a little, and that calls take different times. */
const HALF_MS = 150;
/** Whoever looks for a place does so later than in the middle, when there has been time for one to get free. */
const AIM_MS = 100;
/** The golden ratio. Calls may come at the same point of every second, so openings do not, and these points are spread evenly. */
const SPREAD = 0.618034;

/** The middle of the nth one, in milliseconds since the epoch. */
const middleOf = (nth: number): number => nth * EVERY_MS + ((nth * SPREAD) % 1) * SECOND_MS;

/** From the clock of this process to the one that all share. */
const toWallClock = (): number => Date.now() - performance.now();

/** When the opening ends that there is at some time, if there is one. */
export function openUntil(time: number): number | undefined {
	const shift = toWallClock();
	const nth = Math.floor((time + shift + HALF_MS) / EVERY_MS);
	return [nth - 1, nth]
		.map((one) => middleOf(one) - shift)
		.filter((middle) => time >= middle - HALF_MS && time < middle + HALF_MS)
		.map((middle) => middle + HALF_MS)
		.at(0);
}

/** When to look for a place, after some time. */
export function nextOpening(after: number): number {
	const shift = toWallClock();
	const nth = Math.floor((after + shift) / EVERY_MS);
	return [nth - 1, nth, nth + 1].map((one) => middleOf(one) + AIM_MS - shift).find((at) => at > after)!;
}
