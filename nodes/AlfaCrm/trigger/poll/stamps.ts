import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

/** A row may claim to be from the future; one that is further ahead than any clock or zone can be does not count. */
const LEAD_HOURS = 24;

/**
 * The time of a row as `yyyy-mm-dd hh:mm:ss`, which sorts as text. Only ever compared with other times of the same
 * account: its zone is not known.
 *
 * @returns '' when there is none
 */
export function stampOf(row: IDataObject, field: string): string {
	const text = String(row[field] ?? '').replace('T', ' ');
	return /^[1-9]\d{3}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/.test(text) ? text : '';
}

/** @param stamp not empty */
export function hoursBefore(stamp: string, hours: number): string {
	return DateTime.fromSQL(stamp, { zone: 'utc' }).minus({ hours }).toFormat('yyyy-MM-dd HH:mm:ss');
}

export function dayOf(stamp: string): string {
	return stamp.slice(0, 10);
}

/** @param stamp not empty */
export function dayAfter(stamp: string): string {
	return dayOf(hoursBefore(dayOf(stamp), -24));
}

/** @returns `yyyy-mm-dd`, in UTC, which is near enough for a search */
export function daysAgo(days: number): string {
	return DateTime.utc().minus({ days }).toFormat('yyyy-MM-dd');
}

/** True for a time that no clock and no zone can explain. */
export function isFarAhead(stamp: string): boolean {
	return stamp > DateTime.utc().plus({ hours: LEAD_HOURS }).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** As AlfaCRM's filters want it. */
export function dotted(day: string): string {
	return day.split('-').reverse().join('.');
}
