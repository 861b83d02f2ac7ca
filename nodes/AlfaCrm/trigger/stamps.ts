import type { IDataObject } from 'n8n-workflow';

import { HOUR_MS } from '../values/time';

/**
 * The clocks of an account, of its branches and of n8n are at most this many hours apart, whatever
 * their time zones.
 */
export const ZONES_HOURS = 26;

/** Accepts 2026-03-01, 2026-03-01 14:05 and 2026-03-01T14:05:00. */
const STAMP = /^[1-9]\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/;

/**
 * Reads the time of a row as `yyyy-mm-dd hh:mm:ss`, which sorts as text. Compare it only with times
 * of the same account, because its time zone is not known.
 *
 * @returns an empty text if the row has no readable time
 */
export function stampOf(row: IDataObject, field: string): string {
	const text = String(row[field] ?? '');
	return STAMP.test(text) ? text.replace('T', ' ') : '';
}

/**
 * Returns the newest stamp, without those so far in the future that no time zone explains them; an
 * empty text if there is none.
 */
export function newestOf(stamps: readonly string[], now: number): string {
	const latestPossible = hoursAfter(dayAt(now), 24 + ZONES_HOURS);
	return stamps.reduce(
		(newest, stamp) => (stamp > newest && stamp <= latestPossible ? stamp : newest),
		'',
	);
}

/**
 * Returns the stamp so many hours later. A stamp that is no time, such as 2026-13-01, is returned
 * unchanged.
 *
 * @param stamp not empty
 */
export function hoursAfter(stamp: string, hours: number): string {
	const hasTime = stamp.length > 10;
	const timestamp = Date.parse(`${stamp.replace(' ', 'T')}${hasTime ? 'Z' : ''}`);
	return Number.isNaN(timestamp) ? stamp : timeAt(timestamp + hours * HOUR_MS);
}

/** Returns the stamp a second later. */
export const justAfter = (stamp: string): string =>
	stamp === '' ? '' : hoursAfter(stamp, 1 / 3_600);

export const dayOf = (stamp: string): string => stamp.slice(0, 10);

/** Writes milliseconds since 1970 as `yyyy-mm-dd hh:mm:ss` in UTC. */
export const timeAt = (now: number): string =>
	new Date(now).toISOString().slice(0, 19).replace('T', ' ');

/**
 * Writes milliseconds since 1970 as a day `yyyy-mm-dd` in UTC. Use it only where a day more or less
 * does not matter.
 */
export const dayAt = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** Returns the earlier of two times or days. An empty text is earlier than all. */
export const earliest = (time: string, otherTime: string): string =>
	time < otherTime ? time : otherTime;

/** Returns the later of two times or days. */
export const latest = (time: string, otherTime: string): string =>
	time > otherTime ? time : otherTime;
