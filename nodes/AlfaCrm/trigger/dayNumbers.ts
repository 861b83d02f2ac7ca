/**
 * Counts days from 1 January 1970, which is day 0, so that days can be compared and subtracted.
 * 10 February 2026 is day 20494.
 */

import { DateTime } from 'luxon';

import { formatDay } from '../values/formats';
import { DAY_MS } from '../values/time';

/** Writes the day of a moment, by the calendar of a time zone: `yyyy-mm-dd`. */
export const dayTextAt = (milliseconds: number, zone: string): string =>
	DateTime.fromMillis(milliseconds, { zone }).toFormat('yyyy-MM-dd');

/** Returns the number of the day of a moment, by the calendar of a time zone. */
export const dayNumberAt = (milliseconds: number, zone: string): number =>
	Date.parse(dayTextAt(milliseconds, zone)) / DAY_MS;

/**
 * Reads the number of a day that AlfaCRM shows. A time of day behind it is ignored.
 *
 * @returns undefined if the value is no day
 */
export function readDayNumber(value: unknown): number | undefined {
	const withoutTime = typeof value === 'string' ? value.slice(0, 10) : value;
	const day = formatDay(withoutTime, 'iso', 'utc');
	return day === undefined ? undefined : Math.round(Date.parse(day) / DAY_MS);
}

/** Writes the day with a number as `yyyy-mm-dd`. */
export const writeDay = (dayNumber: number): string =>
	new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);

/** Returns the year of the day with a number. */
export const yearOfDay = (dayNumber: number): number =>
	new Date(dayNumber * DAY_MS).getUTCFullYear();
