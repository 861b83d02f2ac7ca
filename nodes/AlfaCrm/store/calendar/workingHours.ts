/**
 * Finds the times at which teachers work, from the rows of AlfaCRM's list of working hours. Each
 * row has a weekday, a start and an end. See docs/alfacrm-api.md 5.15.
 */

import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';
import { weekdayOf } from './regularLessonRow';
import type { TimeSpan } from './timeSpan';
import { mergeSpans, readMinutes } from './timeSpan';

/** The teacher and the branch whose working hours are searched. */
interface HoursFilter {
	teacherId: number;
	/**
	 * If missing, the working hours of all branches count.
	 */
	branchId?: number;
}

/**
 * Finds the working hours of a teacher on a day, in order. Hours that touch or overlap are joined.
 *
 * @param rows the working hours of all teachers, as AlfaCRM lists them
 */
export function findWorkingHours(
	rows: readonly IDataObject[],
	filter: HoursFilter,
	date: string,
	zone: string,
): TimeSpan[] {
	const weekday = weekdayOf(date);
	const spans: TimeSpan[] = [];
	for (const row of rows) {
		const isOnDay = readWeekday(row) === weekday;
		if (!isOnDay || !matchesFilter(filter, row)) continue;

		const span = readSpan(row, zone);
		if (span !== undefined) {
			spans.push(span);
		}
	}
	return mergeSpans(spans);
}

/**
 * Whether working hours belong to a teacher and a branch. Hours that name no teacher belong to all
 * teachers, and hours that name no branch to all branches.
 */
function matchesFilter({ teacherId, branchId }: HoursFilter, row: IDataObject): boolean {
	const shownTeacher = readId(row.teacher_id);
	if (shownTeacher !== undefined && shownTeacher !== teacherId) return false;

	const shownBranch = readId(row.branch_id);
	return branchId === undefined || shownBranch === undefined || shownBranch === branchId;
}

/**
 * Reads the weekday of working hours; 0 is Sunday. In this list AlfaCRM numbers the weekdays from
 * 1, Sunday, to 7, Saturday. (In regular lessons 1 is Monday.)
 */
const readWeekday = ({ weekday }: IDataObject): number => Number(weekday) - 1;

/**
 * Reads the start and the end of working hours. Returns undefined if one of them cannot be read, or
 * if the end is not after the start, because then it is not known when the teacher works.
 */
function readSpan({ time_from, time_to }: IDataObject, zone: string): TimeSpan | undefined {
	const begin = readMinutes(time_from, zone);
	const end = readEndOfHours(time_to, zone);
	if (begin === undefined || end === undefined || end <= begin) return undefined;
	return { begin, end };
}

/**
 * Reads the end of working hours, in minutes after midnight. Returns undefined if the time cannot
 * be read. An end of 16:59 means 17:00, and both 00:00 and 24:00 mean midnight.
 */
function readEndOfHours(value: unknown, zone: string): number | undefined {
	if (String(value).startsWith('24:00')) return MINUTES_OF_A_DAY;

	const minutes = readMinutes(value, zone);
	if (minutes === undefined) return undefined;
	if (minutes === 0) return MINUTES_OF_A_DAY;

	const isLastMinuteOfHour = minutes % 60 === 59;
	return isLastMinuteOfHour ? minutes + 1 : minutes;
}
