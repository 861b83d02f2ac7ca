import { writeDay, yearOfDay } from '../../dayNumbers';
import { DAY_MS } from '../../../values/time';

/**
 * Finds the first birthday on a day or after it. The day of birth itself is no birthday.
 *
 * Days are numbers, see `dayNumbers.ts`.
 */
export function findNextBirthday(firstDay: number, dayOfBirth: number): number {
	const yearOfFirstBirthday = yearOfDay(dayOfBirth) + 1;
	const year = Math.max(yearOfDay(firstDay), yearOfFirstBirthday);

	const birthday = findBirthdayInYear(year, dayOfBirth);
	if (birthday >= firstDay) return birthday;

	return findBirthdayInYear(year + 1, dayOfBirth);
}

/**
 * Finds the birthday in a year. Someone born on 29 February has it on 28 February in a year without
 * a 29th.
 */
function findBirthdayInYear(year: number, dayOfBirth: number): number {
	const [, month, day] = writeDay(dayOfBirth).split('-').map(Number);
	const birthday = Date.UTC(year, month - 1, day) / DAY_MS;

	// JavaScript turns a 29 February that does not exist into 1 March.
	const wasMovedToMarch = writeMonthAndDay(birthday) !== writeMonthAndDay(dayOfBirth);
	return wasMovedToMarch ? birthday - 1 : birthday;
}

/** Writes the month and the day of the month, such as `-02-29`. */
function writeMonthAndDay(dayNumber: number): string {
	return writeDay(dayNumber).slice('yyyy'.length);
}
