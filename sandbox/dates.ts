import { DateTime } from 'luxon';
import type { Settings } from './settings';

const dotted = /^(\d{2})\.(\d{2})\.(\d{4})$/;
const iso = /^(\d{4})-(\d{2})-(\d{2})$/;
const isoTime = /^(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}$/;

/** How a date is written: `dd.mm.yyyy`, `yyyy-mm-dd`, or either where the sources do not say. */
export type DateStyle = 'dotted' | 'iso' | 'either';

/** Dates are compared and handled as `yyyy-mm-dd`; undefined when the text is not a date of that style. */
export function readDate(text: string, style: DateStyle): string | undefined {
	const day = style === 'iso' ? text : text.replace(dotted, '$3-$2-$1');
	const allowed = style === 'dotted' ? dotted.test(text) : iso.test(day);
	return allowed && DateTime.fromISO(day).isValid ? day : undefined;
}

export const looksIso = (text: string): boolean => /^\d{4}-\d{2}-\d{2}/.test(text);

export const toDotted = (day: string): string => day.replace(iso, '$3.$2.$1');

/** The day of any stored date or time, as `yyyy-mm-dd`. */
export function dayOf(stored: string): string {
	if (stored[2] !== '.') return stored.slice(0, 10);
	return `${stored.slice(6, 10)}-${stored.slice(3, 5)}-${stored.slice(0, 2)}`;
}

/** A date, with or without a time, as the `yyyy-mm-dd hh:mm:ss` in which moments are stored. */
export function readMoment(text: string): string | undefined {
	if (isoTime.test(text)) return DateTime.fromSQL(text).isValid ? text : undefined;
	const day = readDate(text, 'either');
	return day && `${day} 00:00:00`;
}

/** The account's local time now, `yyyy-mm-dd hh:mm:ss`. */
export function localNow(settings: Settings): string {
	if (settings.now !== null) return settings.now;
	return DateTime.now().setZone(settings.timeZone).toFormat('yyyy-MM-dd HH:mm:ss');
}

export const localToday = (settings: Settings): string => localNow(settings).slice(0, 10);

/** Full years between two days, both `yyyy-mm-dd`. */
export function yearsBetween(from: string, to: string): number {
	const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
	return to.slice(5) < from.slice(5) ? years - 1 : years;
}
