/** Reads when teachers work, from AlfaCRM's list of working hours. API notes 5.15. */

import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';
import { weekdayOf } from './regularLessonRow';
import type { TimeSpan } from './timeSpan';
import { mergeSpans, readMinutes } from './timeSpan';

interface HoursOwner {
	teacherId: number;
	/**
	 * The branch whose working hours count. If it is missing, the working hours of all branches
	 * count.
	 */
	branchId?: number;
}

/**
 * Finds the working hours of a teacher on a day, in order. Hours that touch or overlap are joined.
 */
export function findWorkingHours(
	rows: readonly IDataObject[],
	{ teacherId, branchId }: HoursOwner,
	date: string,
	zone: string,
): TimeSpan[] {
	const spans = rows
		.filter((hours) => weekdayOfRow(hours) === weekdayOf(date))
		.filter(
			({ teacher_id, branch_id }) =>
				appliesTo(teacher_id, teacherId) && appliesTo(branch_id, branchId),
		)
		.map((hours) => readSpan(hours, zone))
		.filter(({ begin, end }) => begin < end);
	return mergeSpans(spans);
}

/**
 * Whether working hours apply to a teacher or a branch. Hours without a readable ID apply to all
 * teachers or branches. Without an `id` to compare, all hours apply.
 */
const appliesTo = (shownId: unknown, id: number | undefined): boolean =>
	id === undefined || (readId(shownId) ?? id) === id;

/**
 * Reads the weekday of working hours; the result 0 is Sunday. AlfaCRM numbers them from 1, Sunday,
 * to 7, Saturday. It numbers the weekdays of regular lessons from Monday.
 */
const weekdayOfRow = ({ weekday }: IDataObject): number => Number(weekday) - 1;

/**
 * Reads the time span. It is empty (the begin is not before the end) if a time cannot be read,
 * because the hours of the teacher are not known then.
 */
function readSpan({ time_from, time_to }: IDataObject, zone: string): TimeSpan {
	return { begin: readMinutes(time_from, zone) ?? MINUTES_OF_A_DAY, end: readEnd(time_to, zone) };
}

/**
 * Reads the end, in minutes after midnight; -1 if it cannot be read. AlfaCRM may show 17:00 as
 * 16:59, and midnight as 00:00 or 24:00.
 */
function readEnd(value: unknown, zone: string): number {
	if (String(value).startsWith('24:00')) return MINUTES_OF_A_DAY;
	const minutes = readMinutes(value, zone) ?? -1;
	if (minutes === 0) return MINUTES_OF_A_DAY;
	return minutes % 60 === 59 ? minutes + 1 : minutes;
}
