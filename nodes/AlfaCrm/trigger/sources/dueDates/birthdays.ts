import { writeDay, yearOfDay } from '../../dayNumbers';
import { DAY_MS } from '../../../values/time';

/**
 * Finds the first birthday on a day or after it. The day of birth itself is no birthday.
 *
 * Days are numbers, see `dayNumbers.ts`.
 */
export function findNextBirthday(firstDay: number, dayOfBirth: number): number {
	const year = Math.max(yearOfDay(firstDay), yearOfDay(dayOfBirth) + 1);
	const birthday = findBirthdayInYear(year, dayOfBirth);
	return birthday >= firstDay ? birthday : findBirthdayInYear(year + 1, dayOfBirth);
}

/** Finds the birthday in a year. Someone born on 29 February has it on the 28th in other years. */
function findBirthdayInYear(year: number, dayOfBirth: number): number {
	const [, month, day] = writeDay(dayOfBirth).split('-').map(Number);
	const birthday = Date.UTC(year, month - 1, day) / DAY_MS;

	// JavaScript turns a 29 February that does not exist into 1 March.
	const monthAndDay = (dayNumber: number) => writeDay(dayNumber).slice(4);
	const isOnSameDate = monthAndDay(birthday) === monthAndDay(dayOfBirth);
	return isOnSameDate ? birthday : birthday - 1;
}
