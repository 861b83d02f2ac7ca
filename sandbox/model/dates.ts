import { DateTime } from 'luxon';

const forms = {
	dotted: /^(\d{2})\.(\d{2})\.(\d{4})$/,
	iso: /^(\d{4})-(\d{2})-(\d{2})$/,
	points: /^(\d{4})\.(\d{2})\.(\d{2})$/,
};
const isoTime = /^(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}$/;
const clock = /^([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?$/;

/**
 * How a date is written: `dd.mm.yyyy`, `yyyy-mm-dd`, `yyyy.mm.dd`, the first or the second where the sources do
 * not say, or any of the three.
 */
export type DateStyle = keyof typeof forms | 'either' | 'any';

const formsOf: Record<DateStyle, ReadonlyArray<keyof typeof forms>> = {
	dotted: ['dotted'],
	iso: ['iso'],
	points: ['points'],
	either: ['dotted', 'iso'],
	any: ['dotted', 'iso', 'points'],
};
export const dateStyles = Object.keys(formsOf) as DateStyle[];

/** Dates are compared and handled as `yyyy-mm-dd`; undefined when the text is not a date of that style. */
export function readDate(text: string, style: DateStyle): string | undefined {
	if (!formsOf[style].some((form) => forms[form].test(text))) return undefined;
	const day = text.replace(forms.dotted, '$3-$2-$1').replace(forms.points, '$1-$2-$3');
	return DateTime.fromISO(day).isValid ? day : undefined;
}

export const looksIso = (text: string): boolean => /^\d{4}-\d{2}-\d{2}/.test(text);

export const toDotted = (day: string): string => day.replace(forms.iso, '$3.$2.$1');

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

/** `hh:mm` of `hh:mm` or `hh:mm:ss`. */
export const readClock = (text: string): string | undefined =>
	clock.test(text) ? text.slice(0, 5) : undefined;

/** The `hh:mm` of a stored moment. */
export const clockOf = (moment: string): string => moment.slice(11, 16);

export const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** `hh:mm` so many minutes later; undefined when that is the next day. */
export function laterClock(from: string, minutes: number): string | undefined {
	const total = Number(from.slice(0, 2)) * 60 + Number(from.slice(3, 5)) + minutes;
	if (total >= 24 * 60) return undefined;
	return `${twoDigits(Math.floor(total / 60))}:${twoDigits(total % 60)}`;
}

/** Full years between two days, both `yyyy-mm-dd`. */
export function yearsBetween(from: string, to: string): number {
	const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
	return to.slice(5) < from.slice(5) ? years - 1 : years;
}
