/**
 * Counts days from 1 January 1970, which is day 0, so that days can be compared and subtracted.
 * 10 February 2026 is day 20494.
 */

import { DateTime } from 'luxon';

import { formatDay } from '../values/formats';
import { DAY_MS } from '../values/time';

/** How many characters a day has, in each of AlfaCRM's two forms. */
const DAY_LENGTH = 'yyyy-mm-dd'.length;

/** Writes the day of a moment, by the calendar of a time zone: `yyyy-mm-dd`. */
export function dayTextAt(milliseconds: number, zone: string): string {
	return DateTime.fromMillis(milliseconds, { zone }).toFormat('yyyy-MM-dd');
}

/** Returns the number of the day of a moment, by the calendar of a time zone. */
export function dayNumberAt(milliseconds: number, zone: string): number {
	const day = dayTextAt(milliseconds, zone);
	return Date.parse(day) / DAY_MS;
}

/**
 * Reads a day that AlfaCRM shows, such as "10.02.2026", as a day number. Ignores a time of day that
 * follows the day.
 *
 * @returns undefined if the value is no day
 */
export function readDayNumber(value: unknown): number | undefined {
	const valueWithoutTime = typeof value === 'string' ? value.slice(0, DAY_LENGTH) : value;
	const day = formatDay(valueWithoutTime, 'iso', 'utc');
	if (day === undefined) return undefined;

	return Math.round(Date.parse(day) / DAY_MS);
}

/** Writes the day with a number as `yyyy-mm-dd`. */
export function writeDay(dayNumber: number): string {
	const midnight = new Date(dayNumber * DAY_MS);
	return midnight.toISOString().slice(0, DAY_LENGTH);
}

/** Returns the year of the day with a number. */
export function yearOfDay(dayNumber: number): number {
	const midnight = new Date(dayNumber * DAY_MS);
	return midnight.getUTCFullYear();
}
