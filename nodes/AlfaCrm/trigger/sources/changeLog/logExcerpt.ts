import type { IDataObject } from 'n8n-workflow';

import { readEntryTime } from './logEntries';

/*
 * A poll reads an excerpt of the change log of each branch: all entries from one time until another.
 * Times are texts `yyyy-mm-dd hh:mm:ss`, which sort by time.
 */

/** The time at or after `from` and before `until`. */
export interface TimeSpan {
	from: string;
	/** `FOREVER` if the span goes up to the newest entry. */
	until: string;
}

/** All entries that the change log of a branch has in a span of time. */
export interface LogExcerpt extends TimeSpan {
	/** The entries as AlfaCRM lists them, the newest first. All of them are in the span. */
	rows: IDataObject[];
	/**
	 * How many entries the log has before `until`, those before `from` included; undefined if AlfaCRM
	 * does not count them.
	 */
	count?: number;
}

/**
 * How many entries a log has before a time. Workflows store these names, so they must not change.
 */
export interface EntriesBefore {
	time: string;
	count: number;
}

/** Sorts after every time, because a time begins with a year such as 2026. */
export const FOREVER = '9';

/**
 * Counts the entries that a log has before a time, even though only a part of the log (the excerpt)
 * was read. For example, the log has 500 entries before the end of the excerpt (`excerpt.count`).
 * If 20 of them are not before the time, 480 are.
 *
 * @param time in the span of the excerpt, or its end
 * @returns undefined if AlfaCRM does not count entries
 */
export function countEntriesBefore(excerpt: LogExcerpt, time: string): EntriesBefore | undefined {
	if (excerpt.count === undefined) return undefined;

	const rowsFromTimeOn = excerpt.rows.filter((row) => readEntryTime(row) >= time);
	return { time, count: excerpt.count - rowsFromTimeOn.length };
}

/**
 * Whether an entry may have got into a log late, below newer ones. For example, the last poll has
 * counted 500 entries before 12:00. If there are 501 now, one of them is new, and a reading that
 * ends at 12:00 misses it. If AlfaCRM no longer counts entries, nobody knows, so the answer is yes.
 *
 * @param excerpt the entries that were read
 * @param previousCount the time, and how many entries before it the last poll has counted
 */
export function mayHaveMissedLateEntry(excerpt: LogExcerpt, previousCount: EntriesBefore): boolean {
	const presentCount = countEntriesBefore(excerpt, previousCount.time);
	return presentCount?.count !== previousCount.count;
}
