import { HOUR_MS, MINUTE_MS } from '../values/time';
import { lruSet } from './bounded';
import { abortable } from './cancel';
import { currentVersion, wasWrittenSince } from './locks';

/**
 * What this process has learnt of its accounts, so that not each execution learns it anew: a form that is sent is an
 * execution of its own. Keys begin with the account (`ApiClient.account()`). No record is kept here, and no failure.
 */

/** How AlfaCRM was seen to answer is as good as a fact for so long. */
const SEEN_MS = HOUR_MS;
/** How old a list may be at most, which people seldom change. */
export const LIST_MS = 5 * MINUTE_MS;
const MOST_SEEN = 1_000;
const MOST_READINGS = 300;

/** When each was seen, by `performance.now()`, the oldest first. */
const seen = new Map<string, number>();

/** What was read, the oldest first. */
const readings = new Map<string, Reading<unknown>>();
const underWay = new Map<string, Promise<unknown>>();

/** A value, and how long ago it was that of AlfaCRM for sure. */
export interface Reading<T> {
	value: T;
	/** When reading it began, by `performance.now()`. */
	at: number;
	/** `currentVersion` at that moment. */
	version: number;
}

/** Notes that AlfaCRM was seen to do something. */
export function noteSeen(key: string): void {
	lruSet(seen, key, performance.now(), MOST_SEEN);
}

export function wasSeen(key: string): boolean {
	return performance.now() - (seen.get(key) ?? -Infinity) < SEEN_MS;
}

interface ReadingOptions<T> {
	/** When it must not have been read before, by `performance.now()`. */
	notBefore: number;
	/** The keys of the writes by which it is stale: see `recordWrite`. */
	writes: readonly string[];
	/** Whether others may have it, too. */
	isKept: (value: T) => boolean;
	/** Ends the wait for another one that reads it. */
	signal?: AbortSignal;
}

/** What is known, else what `read` gives. Those that need it at the same moment wait for the one that reads, each once. */
export async function readForAll<T>(
	key: string,
	read: () => Promise<T>,
	{ notBefore, writes, isKept, signal }: ReadingOptions<T>,
): Promise<Reading<T>> {
	const known = () => {
		const reading = readings.get(key) as Reading<T> | undefined;
		const isGood = reading && reading.at >= notBefore && !wasWrittenSince(writes, reading.version);
		return isGood ? reading : undefined;
	};
	const other = known() ? undefined : underWay.get(key);
	if (other) await abortable(other, signal);
	const found = known();
	if (found) return found;
	const [at, version] = [performance.now(), currentVersion()];
	const value = read();
	// What became of it shows in what is known then.
	const end = value.then(
		() => {},
		() => {},
	);
	underWay.set(key, end);
	try {
		const reading = { value: await value, at, version };
		if (isKept(reading.value)) keep(key, reading);
		return reading;
	} finally {
		if (underWay.get(key) === end) underWay.delete(key);
	}
}

/** What is too old for everybody goes, so that no list of an account that is at rest is held for ever. */
function keep(key: string, reading: Reading<unknown>): void {
	lruSet(readings, key, reading, MOST_READINGS);
	for (const [one, { at }] of readings) if (performance.now() - at > LIST_MS) readings.delete(one);
}

/** Everything anew, as in a process that has just begun; for tests whose AlfaCRM becomes another one at the same address. */
export function forgetAccounts(): void {
	seen.clear();
	readings.clear();
	underWay.clear();
}
