import { writeDay, yearOfDay } from '../../dayNumbers';
import { DAY_MS } from '../../../values/time';

/**
 * Finds the first birthday on a day or after it. The day of birth itself is no birthday.
 *
 * Days are numbers: 10 February 2026 is day 20494 (`dayNumbers.ts`).
 */
export function findNextBirthday(firstDay: number, dayOfBirth: number): number {
	const yearOfFirstBirthday = yearOfDay(dayOfBirth) + 1;
	const year = Math.max(yearOfDay(firstDay), yearOfFirstBirthday);

	const birthday = findBirthdayInYear(year, dayOfBirth);
	const isOver = birthday < firstDay;
	return isOver ? findBirthdayInYear(year + 1, dayOfBirth) : birthday;
}

/**
 * Finds the day of a birthday in a year. A birthday on 29 February is on 28 February in a year that
 * has no 29 February.
 */
function findBirthdayInYear(year: number, dayOfBirth: number): number {
	const [, month, day] = writeDay(dayOfBirth).split('-').map(Number);
	const birthday = Date.UTC(year, month - 1, day) / DAY_MS;

	// JavaScript turns a 29 February that does not exist into 1 March, one day later.
	const wasMovedToMarch = writeMonthAndDay(birthday) !== writeMonthAndDay(dayOfBirth);
	return wasMovedToMarch ? birthday - 1 : birthday;
}

/** Writes the month and the day of the month, such as `-02-29`. */
function writeMonthAndDay(dayNumber: number): string {
	return writeDay(dayNumber).slice('yyyy'.length);
}
