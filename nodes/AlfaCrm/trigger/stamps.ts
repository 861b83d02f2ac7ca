/**
 * Reads and compares stamps: times as AlfaCRM shows them, `yyyy-mm-dd hh:mm:ss` or `yyyy-mm-dd`.
 * Stamps stay texts, because texts of this form sort by time. They are times of the school's clock,
 * whose time zone AlfaCRM does not tell, so they can be compared with each other, but with n8n's
 * clock only roughly. An empty text means that there is no time; it sorts before all times.
 */

import type { IDataObject } from 'n8n-workflow';

import { HOUR_MS } from '../values/time';

/**
 * The clocks of an account, of its branches and of n8n are at most this many hours apart: time
 * zones go from UTC-12 to UTC+14.
 */
export const MAX_HOURS_BETWEEN_CLOCKS = 26;

/** Accepts 2026-03-01, 2026-03-01 14:05 and 2026-03-01T14:05:00; rejects 0000-00-00 and zones. */
const STAMP = /^[1-9]\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/;

/** Reads the stamp in a field of a row; an empty text if the field holds none. */
export function readStamp(row: IDataObject, field: string): string {
	const text = String(row[field] ?? '');
	return STAMP.test(text) ? text.replace('T', ' ') : '';
}

/**
 * Finds the newest stamp in a list. A stamp is a time as AlfaCRM shows it, `2026-03-10 23:30:00`.
 * Leaves out stamps that lie too far in the future for any time zone, such as the year 2062: after
 * such a mistake in one record, all later records would look old.
 *
 * @param now n8n's time in milliseconds
 * @returns an empty text if there is no such stamp
 */
export function findNewestStamp(stamps: readonly string[], now: number): string {
	// Counts from the end of today, which is a few hours too generous. Only stamps that are years off
	// must be left out.
	const hoursAfterMidnight = 24 + MAX_HOURS_BETWEEN_CLOCKS;
	const latestPossible = addHours(writeUtcDay(now), hoursAfterMidnight);

	let newestStamp = '';
	for (const stamp of stamps) {
		const isPossible = stamp <= latestPossible;
		if (isPossible && stamp > newestStamp) newestStamp = stamp;
	}
	return newestStamp;
}

/**
 * Returns the stamp a number of hours later: 2026-03-10 23:30:00 and one hour give
 * 2026-03-11 00:30:00. A stamp that is no time, such as 2026-13-01, is returned unchanged.
 *
 * @param stamp not empty
 * @param hours may be negative
 */
export function addHours(stamp: string, hours: number): string {
	// Calculates in UTC, where every day has 24 hours. `Date.parse` reads a time with a Z as UTC, and
	// a day without a time, too.
	const hasTime = stamp.length > 'yyyy-mm-dd'.length;
	const utcText = hasTime ? `${stamp.replace(' ', 'T')}Z` : stamp;
	const timestamp = Date.parse(utcText);
	if (Number.isNaN(timestamp)) return stamp;

	return writeUtcTime(timestamp + hours * HOUR_MS);
}

/** Returns the stamp a second later; an empty text for an empty one. */
export const addOneSecond = (stamp: string): string =>
	stamp === '' ? '' : addHours(stamp, 1 / 3_600);

/** Returns the day of a stamp: `yyyy-mm-dd`. */
export const dayOf = (stamp: string): string => stamp.slice(0, 10);

/** Writes milliseconds since 1970 as `yyyy-mm-dd hh:mm:ss` in UTC. */
export const writeUtcTime = (timestamp: number): string =>
	new Date(timestamp).toISOString().slice(0, 19).replace('T', ' ');

/**
 * Writes milliseconds since 1970 as a day `yyyy-mm-dd` in UTC. The school may have another day at
 * that moment, so use it only where a day more or less does not matter.
 */
export const writeUtcDay = (timestamp: number): string =>
	new Date(timestamp).toISOString().slice(0, 10);

/** Returns the earlier of two times or days. An empty text is earlier than all. */
export const earliest = (time: string, otherTime: string): string =>
	time < otherTime ? time : otherTime;

/** Returns the later of two times or days. */
export const latest = (time: string, otherTime: string): string =>
	time > otherTime ? time : otherTime;
