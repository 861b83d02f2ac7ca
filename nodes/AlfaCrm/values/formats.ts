import type { DateTimeOptions } from 'luxon';
import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { DAY_MS } from './time';

/**
 * Reads and writes days, times, numbers and flags, in the formats of AlfaCRM, n8n and people. A
 * function that reads returns undefined if it cannot read the value.
 */

/**
 * The formats in which AlfaCRM takes days: 01.03.2026, 2026-03-01 and 2026.03.01. Each field and
 * filter has its own.
 */
export type DateFormat = 'dotted' | 'iso' | 'isoDotted';

/** Writes a day `yyyy-mm-dd` in each format. */
const FORMATTERS: Record<DateFormat, (day: string) => string> = {
	dotted: (day) => day.split('-').reverse().join('.'),
	iso: (day) => day,
	isoDotted: (day) => day.replaceAll('-', '.'),
};

/**
 * The day that AlfaCRM stores as the last day of a record that has no end, such as a customer who
 * is not archived. It means "no end" and never counts as a past day (docs/alfacrm-api.md 3).
 */
export const OPEN_END = '2030-12-31';

/**
 * Writes the day of a date in one of AlfaCRM's formats, such as "01.03.2026". If the value has a
 * time with an offset from UTC, the day is the one in `zone` at that moment.
 *
 * A midnight is an exception, and gives the day as written: calendars and spreadsheets write a
 * whole day as its midnight in some time zone.
 *
 * @param value ISO 8601 (also with a blank for the T), AlfaCRM's `dd.mm.yyyy[ hh:mm[:ss]]` or
 * `yyyy.mm.dd`, a Luxon DateTime or a Date
 * @returns undefined if the value is no date
 */
export function formatDay(value: unknown, format: DateFormat, zone: string): string | undefined {
	const day = readDay(value, zone);
	return day === undefined ? undefined : FORMATTERS[format](day);
}

/** Writes a day as `yyyy-mm-dd`. Returns any other value, such as a day with a time, unchanged. */
export function isoDay<Value>(value: Value): Value | string {
	const mayBeDay = typeof value === 'string' && !value.includes(':');
	if (!mayBeDay) return value;

	return formatDay(value, 'iso', 'UTC') ?? value;
}

/**
 * Writes a day as dropdowns show it: "1 Mar" for a day of this year, "1 Mar 2025" for any other
 * day. Returns undefined if the value is no day.
 */
export function shortDay(value: unknown, zone: string): string | undefined {
	const day = readDay(value, zone);
	if (day === undefined) return undefined;

	const date = DateTime.fromISO(day, { zone: 'utc' });
	const isThisYear = date.year === DateTime.fromMillis(Date.now(), { zone }).year;
	return date.toFormat(isThisYear ? 'd LLL' : 'd LLL yyyy', { locale: 'en' });
}

/**
 * Reads a short day, such as "10.02" or "10.02.26". If the year is missing, returns the nearest
 * such day, in the past or in the future: on 5 January 2026, "31.12" is 2025-12-31.
 *
 * @returns `yyyy-mm-dd`; undefined if the text is no such day
 */
export function nearestDay(typed: string, zone: string): string | undefined {
	const parts = SHORT_DAY.exec(typed.trim())?.groups;
	if (parts === undefined) return undefined;

	const now = DateTime.fromMillis(Date.now(), { zone });
	const nearYears = [now.year - 1, now.year, now.year + 1];
	const isYearMissing = parts.year === undefined;
	const possibleYears = isYearMissing ? nearYears : [2000 + Number(parts.year)];

	const month = Number(parts.month);
	const day = Number(parts.day);
	const possibleDays = possibleYears.map((year) =>
		DateTime.fromObject({ year, month, day }, { zone }),
	);
	// 29 February exists in some of the years only.
	const existingDays = possibleDays.filter(({ isValid }) => isValid);
	return findNearest(existingDays, now)?.toISODate() ?? undefined;
}

/** Finds the date that is nearest to now, in the past or in the future. */
function findNearest(dates: readonly DateTime[], now: DateTime): DateTime | undefined {
	const distanceFromNow = (date: DateTime) => Math.abs(date.toMillis() - now.toMillis());
	const nearestFirst = [...dates].sort((a, b) => distanceFromNow(a) - distanceFromNow(b));
	return nearestFirst.at(0);
}

/** Returns today's day in `zone`, in one of AlfaCRM's formats. */
export function today(format: DateFormat, zone: string): string {
	const isoToday = DateTime.fromMillis(Date.now(), { zone }).toFormat('yyyy-MM-dd');
	return FORMATTERS[format](isoToday);
}

/**
 * Returns the current day and time in `zone`, as a clock on the wall there shows it:
 * `yyyy-mm-dd hh:mm`.
 */
export function wallClock(zone: string): string {
	return DateTime.fromMillis(Date.now(), { zone }).toFormat('yyyy-MM-dd HH:mm');
}

/**
 * Returns the day that is `days` after `day`, both as `yyyy-mm-dd`. Returns an empty text if `day`
 * is no date.
 */
export function daysAfter(day: string, days: number): string {
	const timestamp = Date.parse(day) + days * DAY_MS;
	if (Number.isNaN(timestamp)) return '';

	return new Date(timestamp).toISOString().slice(0, 10);
}

/**
 * Writes a day `yyyy-mm-dd` as `dd.mm.yyyy`, as most of AlfaCRM's filters take it. API notes 10.
 */
export const dotted = (day: string): string | undefined => formatDay(day, 'dotted', 'UTC');

/**
 * Writes the time of day of a value as `hh:mm`. A value with an offset from UTC becomes the local
 * time in `zone`: "2026-03-01T14:05:00Z" is 17:05 in Moscow.
 *
 * @param value `hh:mm[:ss]`, alone or after a day as AlfaCRM shows it, or any value that
 * `formatDay` takes
 * @returns undefined if the value has no time
 */
export function formatTime(value: unknown, zone: string): string | undefined {
	const text = toDateText(value);
	const timeAlone = TIME_ALONE.exec(text)?.groups;
	if (timeAlone !== undefined) return `${timeAlone.hours.padStart(2, '0')}:${timeAlone.minutes}`;

	const isoParts = ISO.exec(text)?.groups;
	if (isoParts?.time === undefined) return undefined;

	const { time, offset } = isoParts;
	const date = readIso(text, { zone });
	if (!date.isValid) return undefined;

	// A local time is taken as written. Luxon would change a time in the hour that the clocks skip in
	// spring.
	const isLocalTime = offset === undefined;
	return isLocalTime ? time.slice(0, 5) : date.toFormat('HH:mm');
}

/** Reads ISO 8601, in which AlfaCRM and people write a blank for the T: 2026-03-01 14:05. */
const readIso = (text: string, options: DateTimeOptions): DateTime =>
	DateTime.fromISO(text.replace(' ', 'T'), options);

/**
 * Reads a local time in `zone`, as AlfaCRM shows it.
 *
 * @returns milliseconds since 1970; undefined if the value is no time
 */
export function readMoment(value: unknown, zone: string): number | undefined {
	const date = readIso(toDateText(value), { zone });
	return date.isValid ? date.toMillis() : undefined;
}

/**
 * Reads the moments that a local time in `zone` can mean, in milliseconds since 1970. Most times
 * mean one moment. In autumn, clocks are set back and show one hour twice, so a time in this hour
 * means two moments. The list is empty if the time cannot be read.
 */
export function readPossibleMoments(value: unknown, zone: string): number[] {
	// With `setZone`, a time that has its own offset from UTC keeps it, and so means only one moment.
	const date = readIso(toDateText(value), { zone, setZone: true });
	if (!date.isValid) return [];

	const possibleDates = date.getPossibleOffsets();
	return possibleDates.map((possibleDate) => possibleDate.toMillis());
}

/** Returns the minutes from midnight to a time `hh:mm`. */
export function minutesOfClock(clock: string): number {
	const [hours, minutes] = clock.split(':').map(Number);
	return hours * 60 + minutes;
}

/** Writes minutes after midnight as `hh:mm`: 545 is `09:05`. */
export function clockOfMinutes(minutes: number): string {
	const hours = Math.floor(minutes / 60);
	return `${writeTwoDigits(hours)}:${writeTwoDigits(minutes % 60)}`;
}

const writeTwoDigits = (number: number): string => String(number).padStart(2, '0');

/**
 * Reads the hours and minutes of a time that stands alone: 9:05, 14:05, 14:05:00. Rejects 24:00.
 */
const TIME_ALONE = /^(?<hours>\d|[01]\d|2[0-3]):(?<minutes>[0-5]\d)(?::[0-5]\d)?$/;
/** Reads a time with or without seconds: 14:05, 14:05:00, 14:05:00.000. Rejects 9:05. */
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:[.,]\\d+)?)?';
/**
 * Reads an offset from UTC, perhaps with the name of the zone: Z, +03:00, +03:00[Europe/Moscow].
 * Rejects the name alone.
 */
const OFFSET = '(?:Z|[+-]\\d\\d(?::?\\d\\d)?)(?:\\[[^\\]]+\\])?';
/**
 * Reads a day with or without a time and an offset: 2026-03-01, 2026-03-01 14:05,
 * 2026-03-01T14:05:00+03:00[Europe/Moscow]. Rejects 2026-3-1.
 */
const ISO = new RegExp(
	`^(?<day>\\d{4}-\\d\\d-\\d\\d)(?:[T ](?<time>${CLOCK})(?<offset>${OFFSET})?)?$`,
);
/** Reads the day of 1.3.2026 and 01.03.2026 14:05. Rejects 01.03.26. */
const DOTTED =
	/^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})(?:[ T](?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$/;
/** Reads a day as people type it in short: 10.02, 10.02. and 10.02.26. Rejects 10.02.2026. */
const SHORT_DAY = /^(?<day>\d{1,2})\.(?<month>\d{1,2})(?:\.(?<year>\d\d)?)?$/;
/** Reads 2026.03.01. Rejects 2026.3.1. */
const ISO_DOTTED = /^\d{4}\.\d\d\.\d\d$/;
/** Accepts 00:00, 00:00:00 and 00:00:00.000. Rejects 00:00:01. */
const MIDNIGHT = /^00:00(?::00(?:[.,]0+)?)?$/;

/**
 * Reads a day in any of the formats that `formatDay` takes, and returns it as `yyyy-mm-dd`. Returns
 * undefined if the value is no day, or if there is no such day: 30 February.
 */
function readDay(value: unknown, zone: string): string | undefined {
	const text = toDateText(value);
	const dottedParts = DOTTED.exec(text)?.groups;
	if (dottedParts !== undefined) {
		const { day, month, year } = dottedParts;
		return checkDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
	}
	if (ISO_DOTTED.test(text)) return checkDay(text.replaceAll('.', '-'));

	const isoParts = ISO.exec(text)?.groups;
	if (isoParts === undefined) return undefined;

	// A time without an offset is local, so its day is the one that is written. Calendars write a
	// whole day as a midnight with any offset.
	const { day, time = '00:00', offset } = isoParts;
	const isDayAsWritten = offset === undefined || MIDNIGHT.test(time);
	if (isDayAsWritten) return checkDay(day);

	return readIso(text, { zone }).toISODate() ?? undefined;
}

/** Returns a day `yyyy-mm-dd` unchanged. Returns undefined if there is no such day: 2026-02-30. */
function checkDay(day: string): string | undefined {
	// JavaScript reads 2026-02-30 as 2026-03-02, and 2026-13-01 as no day.
	const existingDay = daysAfter(day, 0);
	return existingDay === day ? day : undefined;
}

/**
 * Writes a Date or a Luxon DateTime as a text. Returns a text without the blanks around it, and an
 * empty text for any other value. n8n may use another copy of Luxon, so a DateTime is recognized by
 * its method `toISO`.
 */
function toDateText(value: unknown): string {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
	if (hasToIso(value)) return String(value.toISO());
	return typeof value === 'string' ? value.trim() : '';
}

function hasToIso(value: unknown): value is { toISO: () => unknown } {
	return typeof (value as { toISO?: unknown } | null)?.toISO === 'function';
}

/** Reads an ID. Returns undefined if the value is no whole number above zero. */
export function readId(value: unknown): number | undefined {
	const number = readInteger(value);
	return number !== undefined && number > 0 ? number : undefined;
}

/** Reads IDs, and leaves out values that are not IDs. */
export function readIds(values: readonly unknown[]): number[] {
	return values.map(readId).filter((id) => id !== undefined);
}

/** Returns the IDs of rows, without those that cannot be read. */
export function idsOf(rows: readonly IDataObject[]): number[] {
	return readIds(rows.map(({ id }) => id));
}

/** Reads a whole number. */
export function readInteger(value: unknown): number | undefined {
	const number = readNumber(value);
	return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

/** Accepts a number in a text: "5", " -5.50". Rejects "501 502", which are two IDs, and "1e3". */
const NUMBER_IN_TEXT = /^\s*[+-]?\d+(\.\d+)?\s*$/;

/**
 * Reads a number as AlfaCRM and n8n's expressions write it: 5, "5", "-5.50". Returns undefined for
 * any other value.
 */
export function readNumber(value: unknown): number | undefined {
	const isNumberInText = typeof value === 'string' && NUMBER_IN_TEXT.test(value);
	const number = isNumberInText ? Number(value) : value;

	// A text with hundreds of digits becomes Infinity.
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * Reads the sign, the whole part and the decimals of an amount as people write it: 3 872,70 ₽,
 * 1290.90, 500 руб. A blank may separate thousands, but a line break may not. Rejects 1,290, which
 * may mean thousands.
 */
const AMOUNT =
	/^(?<sign>[+-]?)(?<whole>\d+|\d{1,3}(?:[^\S\r\n]\d{3})+)(?<decimals>\.\d+|,\d{1,2})?\s*(?:₽|р(?:уб)?\.?)?$/i;

/**
 * Accepts an amount whose point may separate thousands, as in price lists: 5.000, 12.905 ₽. Rejects
 * 0.905 and 12.90.
 */
const AMOUNT_WITH_UNCLEAR_POINT = /^[+-]?[1-9]\d{0,2}\.\d{3}\D*$/;

/**
 * Reads an amount of money as people write it: "3 872,70 ₽" is 3872.7. Returns undefined for 1,290
 * and 1.290, because the comma or point may separate thousands or decimals.
 */
export function readAmount(value: unknown): number | undefined {
	if (typeof value !== 'string') return readNumber(value);

	const text = value.trim();
	const parts = AMOUNT.exec(text)?.groups;
	if (parts === undefined || AMOUNT_WITH_UNCLEAR_POINT.test(text)) return undefined;

	const { sign, whole, decimals = '' } = parts;
	const wholeWithoutBlanks = whole.replace(/\s/g, '');
	const decimalsWithPoint = decimals.replace(',', '.');
	return readNumber(`${sign}${wholeWithoutBlanks}${decimalsWithPoint}`);
}

/** Reads JSON. Returns undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * Reads a flag. AlfaCRM writes it as 0 or 1, other programs write true and false, also as texts.
 * Returns undefined for any other value.
 */
export function readFlag(value: unknown): 0 | 1 | undefined {
	// Spreadsheets write TRUE.
	const flag = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (flag === true || flag === 1 || flag === '1' || flag === 'true') return 1;
	if (flag === false || flag === 0 || flag === '0' || flag === 'false') return 0;
	return undefined;
}
