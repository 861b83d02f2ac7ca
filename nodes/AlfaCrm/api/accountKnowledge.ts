import { HOUR_MS, MINUTE_MS } from '../values/time';
import { lruSet } from './bounded';
import { abortable } from './cancel';
import { currentVersion, wasWrittenSince } from './locks';

/**
 * Keeps what this process has learnt about its accounts for some minutes. Each form that a visitor
 * sends is an execution of its own, and would have to learn the same things again. Keys begin with
 * the account (`ApiClient.account()`). Neither records of customers nor failures are kept.
 */

/** For an hour, AlfaCRM is expected to behave as it was seen to. */
const SEEN_MS = HOUR_MS;

/** Lists that people seldom change, such as branches and names, are kept for this long. */
export const LIST_MS = 5 * MINUTE_MS;
const MOST_SEEN = 1_000;
const MOST_READINGS = 300;

/** When each behaviour was seen last, by `performance.now()`, the oldest first. */
const seen = new Map<string, number>();

/** The lists that were read, the oldest first. */
const readings = new Map<string, Reading<unknown>>();
/** The readings under way. */
const underWay = new Map<string, Promise<unknown>>();

/** A value that was read from AlfaCRM. */
export interface Reading<T> {
	value: T;
	/** When the reading began, by `performance.now()`. The value is as old as that. */
	at: number;
	/** `currentVersion` at that moment, to ask whether a write came after it. */
	version: number;
}

/** Notes that AlfaCRM was seen to behave in some way. */
export function noteSeen(key: string): void {
	lruSet(seen, key, performance.now(), MOST_SEEN);
}

export function wasSeen(key: string): boolean {
	return performance.now() - (seen.get(key) ?? -Infinity) < SEEN_MS;
}

interface ReadingOptions<T> {
	/** A value that was read earlier, by `performance.now()`, is too old for the caller. */
	notBefore: number;
	/** The keys of the writes that make the value stale: see `recordWrite`. */
	writes: readonly string[];
	/** Tells whether the value may be kept for others. */
	isKept: (value: T) => boolean;
	/** Ends the wait for a reading of another execution. */
	signal?: AbortSignal;
}

/**
 * Returns the value that is known, or reads it. Executions that need the same value at the same
 * moment wait for the one that reads it. Each waits only once, then reads by itself.
 */
export async function readForAll<T>(
	key: string,
	read: () => Promise<T>,
	{ notBefore, writes, isKept, signal }: ReadingOptions<T>,
): Promise<Reading<T>> {
	const findKnown = () => {
		const reading = readings.get(key) as Reading<T> | undefined;
		const isGood = reading && reading.at >= notBefore && !wasWrittenSince(writes, reading.version);
		return isGood ? reading : undefined;
	};
	const readingOfOther = findKnown() ? undefined : underWay.get(key);
	if (readingOfOther) await abortable(readingOfOther, signal);
	const known = findKnown();
	if (known) return known;

	const at = performance.now();
	const version = currentVersion();
	const value = read();
	// Settles in any case: those who wait look for the result in `readings`.
	const end = value.then(
		() => {},
		() => {},
	);
	underWay.set(key, end);
	try {
		const reading = { value: await value, at, version };
		if (isKept(reading.value)) keepReading(key, reading);
		return reading;
	} finally {
		if (underWay.get(key) === end) underWay.delete(key);
	}
}

/**
 * Keeps a reading, and removes those that are too old for everybody. Otherwise the lists of an
 * account at rest would stay for ever.
 */
function keepReading(key: string, reading: Reading<unknown>): void {
	lruSet(readings, key, reading, MOST_READINGS);
	for (const [otherKey, { at }] of readings) {
		if (performance.now() - at > LIST_MS) readings.delete(otherKey);
	}
}

/**
 * Forgets everything, as in a new process. For tests in which another AlfaCRM appears at the same
 * address.
 */
export function forgetAccounts(): void {
	seen.clear();
	readings.clear();
	underWay.clear();
}
