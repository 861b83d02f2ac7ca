import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';
import { weekdayOf } from './regularLessonRow';
import type { TimeSpan } from './timeSpan';
import { mergeSpans, readMinutes } from './timeSpan';

/** Reads when teachers work, from AlfaCRM's list of working hours. API notes 5.15. */

interface HoursOwner {
	teacherId: number;
	/** The branch whose working hours count. Without it, those of all branches count. */
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
			({ teacher_id, branch_id }) => appliesTo(teacher_id, teacherId) && appliesTo(branch_id, branchId),
		)
		.map((hours) => readSpan(hours, zone))
		.filter(({ begin, end }) => begin < end);
	return mergeSpans(spans);
}

/**
 * Whether working hours count for a teacher or a branch. Hours that show no ID count for all;
 * without an `id`, all count.
 */
const appliesTo = (shownId: unknown, id: number | undefined): boolean =>
	id === undefined || (readId(shownId) ?? id) === id;

/**
 * Reads the weekday; 0 is Sunday, which is 1 in working hours. Regular lessons have other numbers.
 */
const weekdayOfRow = ({ weekday }: IDataObject): number => Number(weekday) - 1;

/**
 * Reads the time. The span is empty if it cannot be read, since nobody knows then whether the
 * teacher works.
 */
function readSpan({ time_from, time_to }: IDataObject, zone: string): TimeSpan {
	return { begin: readMinutes(time_from, zone) ?? MINUTES_OF_A_DAY, end: readEnd(time_to, zone) };
}

/** Reads the end. AlfaCRM shows 17:00 as 16:59, and midnight as 00:00 or 24:00. */
function readEnd(value: unknown, zone: string): number {
	if (String(value).startsWith('24:00')) return MINUTES_OF_A_DAY;
	const minutes = readMinutes(value, zone) ?? -1;
	if (minutes === 0) return MINUTES_OF_A_DAY;
	return minutes % 60 === 59 ? minutes + 1 : minutes;
}
