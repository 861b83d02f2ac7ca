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
	/**
	 * The customers whom the lesson itself names: in its list of customers, or in its attendance
	 * (present or absent). Members of its groups also take part, but are not in this list.
	 */
	customer_ids: number[];
}

/** The days from `from` to `to`, both included and written `yyyy-mm-dd`. */
export interface DayRange {
	from: string;
	to: string;
	/** The time zone of the school. */
	zone: string;
}

/**
 * Finds what takes place on some days in a branch: its lessons, and its regular lessons on days
 * that have no lesson yet. Leaves out regular lessons that a moved lesson probably replaces.
 *
 * @param rows must have the lessons of all days that `daysToRead` returns for `days`
 */
export function findOccurrences(rows: LessonRows, days: DayRange, branch: Branch): Occurrence[] {
	const { from, to, zone } = days;
	const calendar = new Calendar(rows, zone);
	const occurrences: Occurrence[] = [];
	for (let date = from; date <= to; date = daysAfter(date, 1)) {
		for (const row of calendar.occurrencesOn(date)) {
			if (!row.isProbablyReplaced) {
				occurrences.push(readRow(row, branch, zone));
			}
		}
	}
	return occurrences;
}

/** Reads the row of a lesson or regular lesson as an occurrence. */
function readRow(
	{ lesson, date, isRegular }: OccurrenceRow,
	branch: Branch,
	zone: string,
): Occurrence {
	if (isRegular) return readRegularOccurrence(lesson, date, branch, zone);
	return readLessonOccurrence(lesson, date, branch, zone);
}

/**
 * Reads the row of a lesson as an occurrence. Returns undefined for a lesson that is cancelled or
 * shows no day.
 */
export function readLessonAsOccurrence(
	lesson: IDataObject,
	zone: string,
	branch: Branch,
): Occurrence | undefined {
	const date = dayOf(lesson, zone);
	if (date === undefined || isCancelled(lesson)) return undefined;
	return readLessonOccurrence(lesson, date, branch, zone);
}

/** Reads the row of a lesson that takes place on `date`. */
function readLessonOccurrence(
	lesson: IDataObject,
	date: string,
	branch: Branch,
	zone: string,
): Occurrence {
	return {
		lesson_id: idOf(lesson) ?? null,
		regular_id: regularLessonIdOf(lesson) ?? null,
		...readCommonFields(lesson, branch),
		date,
		time_from: formatMoment(lesson.time_from, date, zone),
		time_to: formatMoment(lesson.time_to, date, zone),
		status: statusOf(lesson),
		group_ids: groupIdsOf(lesson),
		customer_ids: namedCustomerIds(lesson),
	};
}

/** Reads the row of a regular lesson that takes place on `date`. */
function readRegularOccurrence(
	regularLesson: IDataObject,
	date: string,
	branch: Branch,
	zone: string,
): Occurrence {
	const times = timesOf(regularLesson);
	const start = formatMoment(times.time_from, date, zone);
	const endOnSameDay = formatMoment(times.time_to, date, zone);
	// A regular lesson shows times without days, so an end at or before its start is on the next day.
	const endsNextDay = start !== null && endOnSameDay !== null && endOnSameDay <= start;
	const end = endsNextDay ? formatMoment(times.time_to, daysAfter(date, 1), zone) : endOnSameDay;

	const owner = ownerOf(regularLesson);
	return {
		lesson_id: null,
		regular_id: idOf(regularLesson) ?? null,
		...readCommonFields(regularLesson, branch),
		date,
		time_from: start,
		time_to: end,
		status: LESSON_STATUS.planned,
		group_ids: owner.groupIds,
		customer_ids: owner.customerIds,
	};
}

/** Reads the fields that have the same names in lessons and regular lessons. */
function readCommonFields(lesson: IDataObject, branch: Branch) {
	return {
		branch_id: branchIdOf(lesson) ?? branch ?? null,
		lesson_type_id: lessonTypeIdOf(lesson) ?? null,
		subject_id: subjectIdOf(lesson) ?? null,
		room_id: roomIdOf(lesson) ?? null,
		teacher_ids: teacherIdsOf(lesson),
	};
}

/**
 * Writes a value as `yyyy-mm-dd hh:mm:ss`. A value such as "17:00" gets `date` as its day. Returns
 * null if the value has no time.
 */
function formatMoment(value: unknown, date: string, zone: string): string | null {
	const time = formatTime(value, zone);
	if (time === undefined) return null;

	const day = formatDay(value, 'iso', zone) ?? date;
	return `${day} ${time}:00`;
}

// ---------------------------------------------------------------- telling occurrences apart

/**
 * Returns a key that identifies an occurrence, such as "r71 2026-03-10 17:00:00": the ID of the
 * regular lesson (r) or, without a regular lesson, of the lesson (l), and the start.
 *
 * The key stays the same when AlfaCRM makes a lesson from the regular lesson. It changes when the
 * lesson is moved to another time.
 */
export function occurrenceKeyOf(occurrence: Occurrence): string {
	const { lesson_id, regular_id } = occurrence;
	const idWithLetter = regular_id === null ? `l${String(lesson_id)}` : `r${regular_id}`;
	const start = occurrence.time_from ?? occurrence.date;
	return `${idWithLetter} ${start}`;
}

/**
 * Returns a text for sorting occurrences: first by their start, then by their key.
 */
export function timeSortKey(occurrence: Occurrence): string {
	const start = occurrence.time_from ?? occurrence.date;
	return `${start} ${occurrenceKeyOf(occurrence)}`;
}
