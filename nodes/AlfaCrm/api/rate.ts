import { MOST_AT_ONCE } from './concurrency';
import { SECOND_MS } from './time';

/** The limit that AlfaCRM's integrators report, in calls a second. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/** A call in ten seconds; a smaller number is a slip. */
const SLOWEST_RATE = 0.1;

/** What the credential holds: 0 for no limit; the usual one where it cannot be read. */
export function readRate(value: unknown): number {
	const rate = typeof value === 'string' && value.trim() === '' ? NaN : Number(value ?? NaN);
	if (!Number.isFinite(rate) || rate < 0) return DEFAULT_REQUESTS_PER_SECOND;
	return rate === 0 ? 0 : Math.max(SLOWEST_RATE, rate);
}

/** What the credential holds: how many calls may be under way at the same moment; 0 for as many as the rate needs. */
export function readCallsAtOnce(value: unknown): number {
	const count = Math.floor(Number(value ?? 0));
	return count > 0 ? Math.min(count, MOST_AT_ONCE) : 0;
}

/** So many calls in so many milliseconds. */
export interface Window {
	places: number;
	ms: number;
}

/** A second at least, and as many whole calls as fit: 2.5 a second are three in 1.2 s. */
export function windowOf(perSecond: number): Window {
	if (perSecond === 0) return { places: Infinity, ms: SECOND_MS };
	const places = Math.ceil(perSecond);
	return { places, ms: (places / perSecond) * SECOND_MS };
}
