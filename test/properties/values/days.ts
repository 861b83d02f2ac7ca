import { DateTime } from 'luxon';

const DOTTED_DAY = /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?$/;
const DOTTED_DAY_YEAR_FIRST = /^(?<year>\d{4})\.(?<month>\d\d)\.(?<day>\d\d)$/;
const ISO_MOMENT =
	/^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?<offset>Z|[+-]\d\d:?\d\d)?)?$/;
const MIDNIGHT = /^00:00(:00(\.0+)?)?$/;

/**
 * Reads the day that a value names, as yyyy-mm-dd. A day without a time, and a midnight, is the day that is
 * written. Any other moment with an offset is the day that it falls on in the time zone.
 *
 * @returns undefined if the value names no day
 */
export function readDay(value: unknown, zone: string): string | undefined {
	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? undefined : readDayOfText(value.toISOString(), zone);
	}
	if (DateTime.isDateTime(value)) {
		return readDayOfText(value.toISO() ?? '', zone);
	}
	return typeof value === 'string' ? readDayOfText(value.trim(), zone) : undefined;
}

/** Reads a day in a text that has it in one of the spellings of people or programs. */
function readDayOfText(text: string, zone: string): string | undefined {
	const dotted = DOTTED_DAY.exec(text) ?? DOTTED_DAY_YEAR_FIRST.exec(text);
	if (dotted?.groups) {
		const { day, month, year } = dotted.groups;
		return keepIfInCalendar(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
	}

	const moment = ISO_MOMENT.exec(text)?.groups;
	const writtenDay = moment && keepIfInCalendar(moment.day);
	if (moment === undefined || writtenDay === undefined) return undefined;
	if (moment.offset === undefined || MIDNIGHT.test(moment.time)) return writtenDay;
	return DateTime.fromISO(text.replace(' ', 'T'), { zone }).toFormat('yyyy-MM-dd');
}

/** Returns the day, or undefined if the calendar lacks it, as it lacks 30 February. */
function keepIfInCalendar(day: string): string | undefined {
	return DateTime.fromISO(day, { zone: 'utc' }).isValid ? day : undefined;
}
