import { DAY_MS, MINUTE_MS } from '../../values/time';

/** How long what AlfaCRM fails to show holds up what comes after it. */
const LONGEST_MS = DAY_MS;
/** The same within a day after another one of its list has been given up, so that several cost a day together. */
const SHORT_MS = 10 * MINUTE_MS;
/** What has not failed for so long fails for the first time. */
const LAPSE_MS = 30 * DAY_MS;
const MOST_KNOWN = 1_000;

/** n8n's time in milliseconds. */
interface Failing {
	first: number;
	last: number;
	isGivenUp: boolean;
}

/**
 * What AlfaCRM fails to show, the oldest first. In this process only, since n8n keeps nothing of polls that fail.
 */
const failing = new Map<string, Failing>();

/** When something of a list had failed for so long that nothing waited for it any more. */
const gaveUpAt = new Map<string, number>();

/**
 * Notes a failure.
 *
 * @param list of an account: what becomes of one of its records says something of the others
 * @returns whether it has failed for so long that nothing waits for it any more
 */
export function failsForLong(list: string, what: string, longestMs = LONGEST_MS): boolean {
	const now = Date.now();
	const key = keyOf(list, what);
	const known = failing.get(key);
	const isNew = known === undefined || Math.abs(now - known.last) >= LAPSE_MS;
	if (isNew) failing.delete(key);
	const before = isNew ? { first: now, isGivenUp: false } : known;
	// n8n's clock may have been put back.
	const first = Math.min(before.first, now);
	const isLong = now - first >= longestMs;
	const isNextDay = Math.abs(now - (gaveUpAt.get(list) ?? -Infinity)) < DAY_MS;
	const isOver = isLong || (isNextDay && now - first >= SHORT_MS);
	failing.set(key, { first, last: now, isGivenUp: before.isGivenUp || isOver });
	const [oldest] = failing.keys();
	if (failing.size > MOST_KNOWN) failing.delete(oldest);
	if (isLong && !before.isGivenUp) gaveUpAt.set(list, now);
	return isOver;
}

export function failsNoMore(list: string, what: string): void {
	failing.delete(keyOf(list, what));
}

const keyOf = (list: string, what: string): string => `${list} ${what}`;
