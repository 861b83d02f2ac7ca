import { DateTime } from 'luxon';

/*
 * The sandbox compares and computes with days as `yyyy-mm-dd` and moments as `yyyy-mm-dd hh:mm:ss`.
 * Calls and answers may write dates otherwise.
 */

const datePatterns = {
	dotted: /^(\d{2})\.(\d{2})\.(\d{4})$/,
	iso: /^(\d{4})-(\d{2})-(\d{2})$/,
	points: /^(\d{4})\.(\d{2})\.(\d{2})$/,
};
const momentPattern = /^(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}$/;
const clockPattern = /^([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?$/;

type DateForm = keyof typeof datePatterns;

/**
 * The ways in which a date may be written: `dotted` is `dd.mm.yyyy`, `iso` is `yyyy-mm-dd`, `points`
 * is `yyyy.mm.dd`. `either` allows the first two, where the sources on AlfaCRM do not say which one it
 * takes, and `any` allows all three.
 */
export type DateStyle = DateForm | 'either' | 'any';

const formsOfStyle: Record<DateStyle, readonly DateForm[]> = {
	dotted: ['dotted'],
	iso: ['iso'],
	points: ['points'],
	either: ['dotted', 'iso'],
	any: ['dotted', 'iso', 'points'],
};

export const dateStyles = Object.keys(formsOfStyle) as DateStyle[];

/** Reads a date as `yyyy-mm-dd`. Returns undefined if the text is not a date in this style. */
export function readDate(text: string, style: DateStyle): string | undefined {
	const isInStyle = formsOfStyle[style].some((form) => datePatterns[form].test(text));
	if (!isInStyle) return undefined;

	const day = text.replace(datePatterns.dotted, '$3-$2-$1').replace(datePatterns.points, '$1-$2-$3');
	return DateTime.fromISO(day).isValid ? day : undefined;
}

/** Checks whether a text begins like a date in ISO, whether or not there is such a day. */
export function looksIso(text: string): boolean {
	return /^\d{4}-\d{2}-\d{2}/.test(text);
}

export function toDotted(day: string): string {
	return day.replace(datePatterns.iso, '$3.$2.$1');
}

/** Returns the day of a stored date or moment, dotted or in ISO, as `yyyy-mm-dd`. */
export function dayOf(storedDate: string): string {
	const isDotted = storedDate[2] === '.';
	if (!isDotted) return storedDate.slice(0, 10);

	const year = storedDate.slice(6, 10);
	const month = storedDate.slice(3, 5);
	const day = storedDate.slice(0, 2);
	return `${year}-${month}-${day}`;
}

/** Reads a moment, or a date as its first second, as `yyyy-mm-dd hh:mm:ss`. */
export function readMoment(text: string): string | undefined {
	if (momentPattern.test(text)) return DateTime.fromSQL(text).isValid ? text : undefined;
	const day = readDate(text, 'either');
	return day && `${day} 00:00:00`;
}

/** Reads a time of day as `hh:mm`. Seconds are dropped. */
export function readClock(text: string): string | undefined {
	return clockPattern.test(text) ? text.slice(0, 5) : undefined;
}

/** Returns the time of day of a stored moment, `hh:mm`. */
export function clockOf(moment: string): string {
	return moment.slice(11, 16);
}

export function twoDigits(number: number): string {
	return String(number).padStart(2, '0');
}

/** Adds minutes to a time of day, `hh:mm`. Returns undefined if the result is on the next day. */
export function laterClock(clock: string, minutes: number): string | undefined {
	const hourOfClock = Number(clock.slice(0, 2));
	const minuteOfClock = Number(clock.slice(3, 5));
	const totalMinutes = hourOfClock * 60 + minuteOfClock + minutes;
	if (totalMinutes >= 24 * 60) return undefined;

	const hour = Math.floor(totalMinutes / 60);
	const minute = totalMinutes % 60;
	return `${twoDigits(hour)}:${twoDigits(minute)}`;
}

/** Counts the full years between two days, `yyyy-mm-dd`. */
export function yearsBetween(firstDay: string, lastDay: string): number {
	const years = Number(lastDay.slice(0, 4)) - Number(firstDay.slice(0, 4));
	const isBeforeAnniversary = lastDay.slice(5) < firstDay.slice(5);
	return isBeforeAnniversary ? years - 1 : years;
}
