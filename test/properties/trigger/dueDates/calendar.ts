/*
 * Days as the rule of the trigger counts them. Nothing is shared with the node, which computes them in another way.
 */

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** The histories begin in a winter in which 29 February is near. */
export const BEGINNING = Date.UTC(2027, 11, 1, 12);

export const ZONES = ['Asia/Vladivostok', 'America/New_York', 'Europe/Moscow', 'Pacific/Kiritimati', 'UTC'];

const calendars = new Map(ZONES.map((zone) => [zone, makeCalendar(zone)]));

/** Makes a format that writes a moment as a day of a time zone, such as "2028-02-29". */
function makeCalendar(timeZone: string): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat('en-CA', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
	});
}

/** Counts the days from 1970 to the day of a moment, by the calendar of a time zone. */
export function countDays(moment: number, zone: string): number {
	return parseDay(calendars.get(zone)?.format(moment) ?? '');
}

/**
 * Reads a day as the number of days since 1970. Cards show days as "2028-02-29", "29.02.2028" or "2028-02-29
 * 18:30:00".
 */
export function parseDay(text: string): number {
	const day = text.slice(0, 10);
	const isoDay = day.includes('.') ? day.split('.').reverse().join('-') : day;
	return Date.parse(isoDay) / DAY;
}

/** Writes the day of a moment, such as "2028-02-29". */
export function writeDay(moment: number): string {
	return new Date(moment).toISOString().slice(0, 10);
}

/** Finds the year of a day, such as "2028". */
export function findYear(day: number): string {
	return writeDay(day * DAY).slice(0, 4);
}

const FIRST_DAY_OF_HISTORIES = Math.floor(BEGINNING / DAY) - 100;
const DAYS_OF_HISTORIES = Array.from({ length: 1_100 }, (_, index) => FIRST_DAY_OF_HISTORIES + index);
const knownBirthdays = new Map<number, number[]>();

/** Lists the birthdays of a person in the years of the histories, found by walking from day to day. */
export function listBirthdays(dayOfBirth: number): number[] {
	const birthdays =
		knownBirthdays.get(dayOfBirth) ?? DAYS_OF_HISTORIES.filter((day) => isBirthday(day, dayOfBirth));
	knownBirthdays.set(dayOfBirth, birthdays);
	return birthdays;
}

/**
 * Tells whether a day is a birthday. In years without 29 February, people born on it have their birthday on
 * the 28th.
 */
function isBirthday(day: number, dayOfBirth: number): boolean {
	if (findYear(day) <= findYear(dayOfBirth)) return false;

	const monthAndDay = findMonthAndDay(day);
	const monthAndDayOfBirth = findMonthAndDay(dayOfBirth);
	const isLastOfFebruary = monthAndDay === '02-28' && findMonthAndDay(day + 1) === '03-01';
	return monthAndDay === monthAndDayOfBirth || (monthAndDayOfBirth === '02-29' && isLastOfFebruary);
}

/** Finds the month and the day of the month of a day, such as "02-29". */
function findMonthAndDay(day: number): string {
	return writeDay(day * DAY).slice(5);
}
