import { DateTime } from 'luxon';

import { formatDay } from '../values/formats';
import { DAY_MS } from '../values/time';

/** Days since 1970, which count as numbers do. Undefined for what is no day; a time of day is left out. */
export function dayIn(value: unknown): number | undefined {
	const text = formatDay(typeof value === 'string' ? value.slice(0, 10) : value, 'iso', 'utc');
	return text === undefined ? undefined : Math.round(Date.parse(text) / DAY_MS);
}

/** The day that it is in a time zone. */
export const dayAt = (now: number, zone: string): number =>
	dayIn(DateTime.fromMillis(now, { zone }).toFormat('yyyy-MM-dd')) as number;

/** `yyyy-mm-dd` */
export const textOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** The birthday in a year; whoever was born on 29 February has it on the 28th where there is no 29th. */
function birthdayIn(year: number, born: number): number {
	const [, month, day] = textOf(born).split('-');
	const isMissing = month === '02' && day === '29' && !isLeap(year);
	return Date.UTC(year, Number(month) - 1, isMissing ? 28 : Number(day)) / DAY_MS;
}

/** The first birthday on a day or after it, not the day of birth itself. */
export function birthdayFrom(day: number, born: number): number {
	const yearOf = (one: number) => new Date(one * DAY_MS).getUTCFullYear();
	const first = Math.max(yearOf(day), yearOf(born) + 1);
	const own = birthdayIn(first, born);
	return own >= day ? own : birthdayIn(first + 1, born);
}

/** How many years somebody turns on a birthday. */
export const yearsAt = (birthday: number, born: number): number =>
	Number(textOf(birthday).slice(0, 4)) - Number(textOf(born).slice(0, 4));
