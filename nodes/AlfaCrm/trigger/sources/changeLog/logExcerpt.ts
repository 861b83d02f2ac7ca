import type { IDataObject } from 'n8n-workflow';

import type { LogEntry } from './logEntries';
import { readEntryTime, makeEntries } from './logEntries';

/**
 * An excerpt is a part of the change log of one branch, as a poll has read it: all entries from one
 * time until another. Times are texts `yyyy-mm-dd hh:mm:ss`, which sort by time.
 */

/** The entries at or after `from` and before `until`. */
export interface TimeSpan {
	from: string;
	/** `FOREVER` if the span goes up to the newest entry. */
	until: string;
}

export interface LogExcerpt extends TimeSpan {
	/** The newest first. */
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
export interface OlderEntries {
	time: string;
	count: number;
}

/** Sorts after every time, because a time begins with a year such as 2026. */
export const FOREVER = '9';

/**
 * Counts the entries of the log before a time.
 *
 * @param time within the excerpt
 * @returns undefined if AlfaCRM does not count entries
 */
export function countOlderEntries(
	{ rows, count }: LogExcerpt,
	time: string,
): OlderEntries | undefined {
	if (count === undefined) return undefined;

	const newerRows = rows.filter((row) => readEntryTime(row) >= time);
	return { time, count: count - newerRows.length };
}

/**
 * Whether an entry may have got into the log late, below entries that an earlier poll has seen.
 * Then the log has more entries before the time of those than it had in that poll. Where AlfaCRM no
 * longer counts entries, nobody can tell, so the answer is yes.
 *
 * @param older what the earlier poll counted
 */
export const mayHaveLateEntry = (excerpt: LogExcerpt, older: OlderEntries): boolean =>
	countOlderEntries(excerpt, older.time)?.count !== older.count;

/** Lists the entries of an excerpt, the newest first. */
export const listEntries = ({ rows, from, until }: LogExcerpt): LogEntry[] =>
	makeEntries(rows).filter(({ time }) => time >= from && time < until);
