import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { DAY_MS } from './time';

/** How AlfaCRM wants a date on the wire; each field and filter has its own. 1 March is 01.03.2026, 2026-03-01, 2026.03.01. */
export type DateFormat = 'dotted' | 'iso' | 'isoDotted';

/** What becomes of a day `yyyy-mm-dd`. */
const WRITTEN: Record<DateFormat, (day: string) => string> = {
	dotted: (day) => day.split('-').reverse().join('.'),
	iso: (day) => day,
	isoDotted: (day) => day.replaceAll('-', '.'),
};

/** The last day of what has no end, such as a customer who is not archived: AlfaCRM never takes it for past. API notes 3. */
export const OPEN_END = '2030-12-31';

/**
 * Writes a day as AlfaCRM wants it. What is exactly midnight where it was written is the day that was written, as
 * calendars and sheets mean it; any other moment is the day that it belongs to in `zone`.
 *
 * @param value ISO 8601 (also with a blank for the T), AlfaCRM's `dd.mm.yyyy[ hh:mm[:ss]]` or `yyyy.mm.dd`, a Luxon DateTime or a Date
 * @returns undefined when it cannot be read as a date
 */
export function formatDay(value: unknown, format: DateFormat, zone: string): string | undefined {
	const day = readDay(value, zone);
	return day === undefined ? undefined : WRITTEN[format](day);
}

/** A day that stands alone as `yyyy-mm-dd`; anything else, such as a moment, as it is. */
export const isoDay = <T>(value: T): T | string =>
	typeof value === 'string' && !value.includes(':') ? (formatDay(value, 'iso', 'UTC') ?? value) : value;

/** A day as a list shows it, "1 Mar", with the year unless that is this one; undefined for what is no day. */
export function shortDay(value: unknown, zone: string): string | undefined {
	const day = readDay(value, zone);
	if (day === undefined) return undefined;
	const date = DateTime.fromISO(day, { zone: 'utc' });
	const isThisYear = date.year === DateTime.fromMillis(Date.now(), { zone }).year;
	return date.toFormat(isThisYear ? 'd LLL' : 'd LLL yyyy', { locale: 'en' });
}

/**
 * A day as people type it in short, "10.02" or "10.02.26", as `yyyy-mm-dd`; without a year it is the one that is nearest to
 * today, before it or after it.
 */
export function nearestDay(typed: string, zone: string): string | undefined {
	const { day, month, year } = SHORT.exec(typed.trim())?.groups ?? {};
	if (day === undefined) return undefined;
	const now = DateTime.fromMillis(Date.now(), { zone });
	const years = year === undefined ? [-1, 0, 1].map((by) => now.year + by) : [2000 + Number(year)];
	const distance = (date: DateTime) => Math.abs(date.toMillis() - now.toMillis());
	const [nearest] = years
		.map((one) => DateTime.fromObject({ year: one, month: Number(month), day: Number(day) }, { zone }))
		.filter(({ isValid }) => isValid)
		.sort((one, other) => distance(one) - distance(other));
	return nearest?.toISODate() ?? undefined;
}

/** The day that it is now in `zone`. */
export function today(format: DateFormat, zone: string): string {
	return WRITTEN[format](DateTime.fromMillis(Date.now(), { zone }).toFormat('yyyy-MM-dd'));
}

/** What the clock on the wall shows now in `zone`: `yyyy-mm-dd hh:mm`. */
export function wallClock(zone: string): string {
	return DateTime.fromMillis(Date.now(), { zone }).toFormat('yyyy-MM-dd HH:mm');
}

/** The day so many days after another one, both as `yyyy-mm-dd`; '' where there is none. */
export function daysAfter(day: string, days: number): string {
	const at = Date.parse(day) + days * DAY_MS;
	return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10);
}

/** A day `yyyy-mm-dd` as AlfaCRM's filters want it: `dd.mm.yyyy`. API notes 10. */
export const dotted = (day: string): string | undefined => formatDay(day, 'dotted', 'UTC');

/**
 * A time of day, `hh:mm`: that of a moment in `zone`.
 *
 * @param value `hh:mm[:ss]`, also behind a day as AlfaCRM shows it, or what `formatDay` takes
 * @returns undefined when it cannot be read as a time
 */
export function formatTime(value: unknown, zone: string): string | undefined {
	const text = written(value);
	const [, hours, minutes] = /^(\d|[01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(text) ?? [];
	if (hours !== undefined) return `${hours.padStart(2, '0')}:${minutes}`;
	const moment = ISO.exec(text)?.groups;
	if (moment?.time === undefined) return undefined;
	const date = DateTime.fromISO(text.replace(' ', 'T'), { zone });
	// Without an offset it is the clock of the wall, also in the hour that summer time leaves out.
	return date.isValid ? (moment.offset ? date.toFormat('HH:mm') : moment.time.slice(0, 5)) : undefined;
}

/**
 * A moment that AlfaCRM shows as the clock on the wall in `zone`, in milliseconds.
 *
 * @returns undefined when it cannot be read
 */
export function readMoment(value: unknown, zone: string): number | undefined {
	const text = written(value);
	const date = DateTime.fromISO(text.replace(' ', 'T'), { zone });
	return date.isValid ? date.toMillis() : undefined;
}

/**
 * Reads each moment, in milliseconds, that a time on the wall in `zone` may mean: two in the hour that the autumn change of clocks
 * shows twice, none if the time cannot be read.
 */
export function readPossibleMoments(value: unknown, zone: string): number[] {
	const text = written(value);
	// A time with an offset of its own keeps it, so it means one moment.
	const date = DateTime.fromISO(text.replace(' ', 'T'), { zone, setZone: true });
	return date.isValid ? date.getPossibleOffsets().map((possible) => possible.toMillis()) : [];
}

/** @param clock `hh:mm` */
export function minutesOfClock(clock: string): number {
	const [hours, minutes] = clock.split(':').map(Number);
	return hours * 60 + minutes;
}

/** So many minutes after midnight as `hh:mm`. */
export const clockOfMinutes = (minutes: number): string =>
	[Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');

const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:[.,]\\d+)?)?';
const ISO = new RegExp(
	`^(?<day>\\d{4}-\\d\\d-\\d\\d)(?:[T ](?<time>${CLOCK})(?<offset>(?:Z|[+-]\\d\\d(?::?\\d\\d)?)(?:\\[[^\\]]+\\])?)?)?$`,
);
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$/;
const SHORT = /^(?<day>\d{1,2})\.(?<month>\d{1,2})(?:\.(?<year>\d\d)?)?$/;
const ISO_DOTTED = /^\d{4}\.\d\d\.\d\d$/;
const MIDNIGHT = /^00:00(?::00(?:[.,]0+)?)?$/;

/** `yyyy-mm-dd`; a moment is on a day of `zone`. */
function readDay(value: unknown, zone: string): string | undefined {
	const text = written(value);
	const [, day, month, year] = DOTTED.exec(text) ?? [];
	if (day !== undefined) return realDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
	if (ISO_DOTTED.test(text)) return realDay(text.replaceAll('.', '-'));
	const parts = ISO.exec(text)?.groups;
	if (parts === undefined) return undefined;
	const { time = '00:00', offset } = parts;
	if (offset === undefined || MIDNIGHT.test(time)) return realDay(parts.day);
	return DateTime.fromISO(text.replace(' ', 'T'), { zone }).toISODate() ?? undefined;
}

/** The day itself, unless no calendar has it, such as 2026-02-30. */
const realDay = (day: string): string | undefined => (daysAfter(day, 0) === day ? day : undefined);

/** Another copy of Luxon may have made a DateTime, so only its text is trusted. */
function written(value: unknown): string {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
	if (hasToIso(value)) return String(value.toISO());
	return typeof value === 'string' ? value.trim() : '';
}

function hasToIso(value: unknown): value is { toISO: () => unknown } {
	return typeof (value as { toISO?: unknown } | null)?.toISO === 'function';
}

/** @returns undefined when the value is no whole number above zero */
export function readId(value: unknown): number | undefined {
	const number = readInteger(value);
	return number !== undefined && number > 0 ? number : undefined;
}

/** Those of the values that are IDs. */
export function readIds(values: readonly unknown[]): number[] {
	return values.map(readId).filter((id) => id !== undefined);
}

/** The IDs of rows, without those that cannot be read. */
export function idsOf(rows: readonly IDataObject[]): number[] {
	return readIds(rows.map(({ id }) => id));
}

export function readInteger(value: unknown): number | undefined {
	const number = readNumber(value);
	return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

/** A number as AlfaCRM and expressions write it. An ID has no blanks: "501 502" are two. */
export function readNumber(value: unknown): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value !== 'string' || !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)) return undefined;
	const number = Number(value);
	return Number.isFinite(number) ? number : undefined;
}

/** Blanks between thousands, a comma before one or two decimals, and roubles behind them. */
const AMOUNT = /^([+-]?)(\d+|\d{1,3}(?:[^\S\r\n]\d{3})+)(?:\.(\d+)|,(\d{1,2}))?\s*(?:₽|р(?:уб)?\.?)?$/i;

/** A point that may stand before thousands, as price lists have it: 5.000, or 12.905 ₽. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2}\.\d{3}\D*$/;

/** The same as people write it, such as 3 872,70. What may be thousands or decimals, such as 1,290 or 1.290, is not guessed at. */
export function readAmount(value: unknown): number | undefined {
	if (typeof value !== 'string') return readNumber(value);
	const [, sign, whole, point, comma = point ?? '0'] = AMOUNT.exec(value.trim()) ?? [];
	return whole === undefined || AMBIGUOUS.test(value.trim())
		? undefined
		: readNumber(`${sign}${whole.replace(/\s/g, '')}.${comma}`);
}

/** @returns undefined when the text is no JSON */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** AlfaCRM's flags are 0 and 1. */
export function readFlag(value: unknown): 0 | 1 | undefined {
	const flag = typeof value === 'string' ? value.trim().toLowerCase() : value;
	// A sheet writes TRUE.
	if (flag === true || flag === 1 || flag === '1' || flag === 'true') return 1;
	if (flag === false || flag === 0 || flag === '0' || flag === 'false') return 0;
	return undefined;
}
