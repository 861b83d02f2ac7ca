import type { IDataObject } from 'n8n-workflow';

import { dayOf, LESSON_STATUS } from '../../entities/lesson';
import { daysAfter, formatDay, formatTime } from '../../values/formats';
import type { Branch } from '../located';
import type { LessonRows, OccurrenceRow } from './calendar';
import { Calendar } from './calendar';
import {
	branchIdOf,
	groupIdsOf,
	idOf,
	isCancelled,
	lessonTypeIdOf,
	namedCustomerIds,
	regularLessonIdOf,
	roomIdOf,
	statusOf,
	subjectIdOf,
	teacherIdsOf,
} from './lessonRow';
import { ownerOf, timesOf } from './regularLessonRow';

/**
 * A lesson, or a regular lesson on a day for which AlfaCRM has not made a lesson yet. The field
 * names are in the output of *Get Participants* and of reminders, so workflows depend on them.
 */
export interface Occurrence {
	/** Null for a regular lesson without a lesson on this day yet. */
	lesson_id: number | null;
	regular_id: number | null;
	branch_id: number | null;
	/** `yyyy-mm-dd` */
	date: string;
	/** `yyyy-mm-dd hh:mm:ss` by the clock of the school; null if AlfaCRM shows no time. */
	time_from: string | null;
	/** In the format of `time_from`. */
	time_to: string | null;
	/** See `LESSON_STATUS`. */
	status: number;
	lesson_type_id: number | null;
	subject_id: number | null;
	room_id: number | null;
	teacher_ids: number[];
	group_ids: number[];
	/** The customers in the lesson's own list and attendance. Members of its groups come as well. */
	customer_ids: number[];
}

/** A range of days, both included, as `yyyy-mm-dd`, in the time zone of the school. */
export interface DayRange {
	from: string;
	to: string;
	zone: string;
}

/**
 * Finds what takes place on some days in a branch.
 *
 * @param rows the lessons must include all days of `daysToRead`
 */
export function findOccurrences(
	rows: LessonRows,
	{ from, to, zone }: DayRange,
	branch: Branch,
): Occurrence[] {
	const calendar = new Calendar(rows, zone);
	const occurrences: Occurrence[] = [];
	for (let date = from; date <= to; date = daysAfter(date, 1)) {
		const rowsOfDay = calendar
			.occurrencesOn(date)
			.filter(({ isProbablyReplaced }) => !isProbablyReplaced);
		occurrences.push(...rowsOfDay.map((row) => toOccurrence(row, branch, zone)));
	}
	return occurrences;
}

/**
 * Reads a lesson as an occurrence. Returns undefined for a lesson that is cancelled or shows no
 * day.
 */
export function readLessonAsOccurrence(
	lesson: IDataObject,
	zone: string,
	branch: Branch,
): Occurrence | undefined {
	const date = dayOf(lesson, zone);
	if (date === undefined || isCancelled(lesson)) return undefined;
	return fromLesson(lesson, date, branch, zone);
}

function toOccurrence(
	{ lesson, date, isRegular }: OccurrenceRow,
	branch: Branch,
	zone: string,
): Occurrence {
	return isRegular
		? fromRegularLesson(lesson, date, branch, zone)
		: fromLesson(lesson, date, branch, zone);
}

function fromLesson(lesson: IDataObject, date: string, branch: Branch, zone: string): Occurrence {
	return {
		lesson_id: idOf(lesson) ?? null,
		regular_id: regularLessonIdOf(lesson) ?? null,
		...commonFields(lesson, branch),
		date,
		time_from: momentOf(lesson.time_from, date, zone),
		time_to: momentOf(lesson.time_to, date, zone),
		status: statusOf(lesson),
		group_ids: groupIdsOf(lesson),
		customer_ids: namedCustomerIds(lesson),
	};
}

function fromRegularLesson(
	regularLesson: IDataObject,
	date: string,
	branch: Branch,
	zone: string,
): Occurrence {
	const { time_from, time_to } = timesOf(regularLesson);
	const begin = momentOf(time_from, date, zone);
	const end = momentOf(time_to, date, zone);
	// A regular lesson shows times without days, so an end at or before its begin is on the next day.
	const endsNextDay = begin !== null && end !== null && end <= begin;
	const { customerIds, groupIds } = ownerOf(regularLesson);
	return {
		lesson_id: null,
		regular_id: idOf(regularLesson) ?? null,
		...commonFields(regularLesson, branch),
		date,
		time_from: begin,
		time_to: endsNextDay ? momentOf(time_to, daysAfter(date, 1), zone) : end,
		status: LESSON_STATUS.planned,
		group_ids: groupIds,
		customer_ids: customerIds,
	};
}

/** Reads the fields that lessons and regular lessons have in common. */
function commonFields(lesson: IDataObject, branch: Branch) {
	return {
		branch_id: branchIdOf(lesson) ?? branch ?? null,
		lesson_type_id: lessonTypeIdOf(lesson) ?? null,
		subject_id: subjectIdOf(lesson) ?? null,
		room_id: roomIdOf(lesson) ?? null,
		teacher_ids: teacherIdsOf(lesson),
	};
}

/** Reads a time as `yyyy-mm-dd hh:mm:ss`. A value without a day is a time on `date`. */
function momentOf(value: unknown, date: string, zone: string): string | null {
	const time = formatTime(value, zone);
	if (time === undefined) return null;
	const day = formatDay(value, 'iso', zone) ?? date;
	return `${day} ${time}:00`;
}

// ---------------------------------------------------------------- telling occurrences apart

/**
 * Returns a text that identifies an occurrence. It consists of an ID and the start. When AlfaCRM
 * makes a lesson from a regular lesson, the key stays the same. When the occurrence is moved to
 * another time, its key changes.
 */
export function occurrenceKeyOf({ lesson_id, regular_id, date, time_from }: Occurrence): string {
	const lesson = regular_id === null ? `l${String(lesson_id)}` : `r${regular_id}`;
	return `${lesson} ${time_from ?? date}`;
}

/** Returns a text by which occurrences are sorted by time; those at the same time by their key. */
export const timeSortKey = (occurrence: Occurrence): string =>
	`${occurrence.time_from ?? occurrence.date} ${occurrenceKeyOf(occurrence)}`;
