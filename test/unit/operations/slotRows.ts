import type { IDataObject } from 'n8n-workflow';

import { Calendar } from '../../../nodes/AlfaCrm/store/calendar/calendar';
import type { SlotRequest } from '../../../nodes/AlfaCrm/store/calendar/slots';
import { findFreeSlots } from '../../../nodes/AlfaCrm/store/calendar/slots';
import { LESSON_STATUS, REGULAR_LESSON_DAY, WORKING_HOUR_WEEKDAY } from '../../support/codes';

/** The teacher of all rows. */
const NOVIKOVA = 1001;
const HALL = 2001;
export const REGULAR_LESSON = 55;

/** A row as a test gives it: the hours apart from the day, not as AlfaCRM lists them. */
interface RowValues extends IDataObject {
	from?: string;
	to?: string;
}

/** Rows as AlfaCRM lists them. */
interface SlotRows {
	workingHours?: IDataObject[];
	lessons?: IDataObject[];
	regularLessons?: IDataObject[];
}

/** Makes a row of working hours: Novikova works on Mondays from 10:00 to 14:00. AlfaCRM shows the last minute, 13:59. */
export function workingHoursRow(values: IDataObject = {}): IDataObject {
	return {
		weekday: WORKING_HOUR_WEEKDAY.monday,
		time_from: '10:00',
		time_to: '13:59',
		teacher_id: NOVIKOVA,
		...values,
	};
}

/** Makes the row of a lesson of Novikova on Monday, from 11:00 to 12:00 unless the test gives other hours. */
export function lessonRow({ from = '11:00', to = '12:00', ...values }: RowValues = {}): IDataObject {
	return {
		id: 1,
		date: '2026-02-09',
		time_from: `2026-02-09 ${from}:00`,
		time_to: `2026-02-09 ${to}:00`,
		status: LESSON_STATUS.planned,
		teacher_ids: [NOVIKOVA],
		room_id: HALL,
		regular_id: null,
		...values,
	};
}

/** Makes the row of a regular lesson of Novikova on Mondays, from 12:00 to 13:00 unless the test gives other hours. */
export function regularLessonRow({ from = '12:00', to = '13:00', ...values }: RowValues = {}): IDataObject {
	return {
		id: REGULAR_LESSON,
		day: REGULAR_LESSON_DAY.monday,
		time_from_v: from,
		time_to_v: to,
		b_date: '2025-09-01',
		e_date: '2026-05-31',
		teacher_ids: [NOVIKOVA],
		room_id: HALL,
		...values,
	};
}

/**
 * Finds the free hours of Novikova from Monday to Sunday, as texts such as "2026-02-09 10:00-11:00". She works on Monday
 * from 10:00 to 14:00 unless the rows say otherwise.
 */
export function findFreeHours(
	{ workingHours = [workingHoursRow()], lessons = [], regularLessons = [] }: SlotRows,
	requestValues: Partial<SlotRequest> = {},
): string[] {
	const zone = 'Europe/Moscow';
	const calendar = new Calendar({ lessons, regularLessons }, zone);
	const slots = findFreeSlots(
		{ workingHours, calendar },
		{
			teacherId: NOVIKOVA,
			firstDay: '2026-02-09',
			lastDay: '2026-02-15',
			duration: 60,
			step: 60,
			zone,
			...requestValues,
		},
	);
	return slots.map(({ date, start, end }) => `${date} ${start}-${end}`);
}
