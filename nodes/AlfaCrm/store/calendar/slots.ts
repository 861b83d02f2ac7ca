/**
 * Finds slots: times at which a teacher is free for a lesson. They are the working hours minus the
 * lessons of the teacher, of the room and of the attendees (the customers and groups for whom the
 * lesson is). AlfaCRM itself checks only the room, not the teacher. See docs/alfacrm-api.md 5.11,
 * 5.13 and 5.15.
 *
 * This file reads nothing from AlfaCRM. Days are texts, `yyyy-mm-dd`; times are texts, `hh:mm`;
 * durations are in minutes.
 */

import type { IDataObject } from 'n8n-workflow';

import { dayOf } from '../../entities/lesson';
import { clockOfMinutes, daysAfter, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';
import type { Calendar, LessonRows, OccurrenceRow } from './calendar';
import { roomIdOf, showsTeachers, subjectIdOf, teacherIdsOf } from './lessonRow';
import { timesOf } from './regularLessonRow';
import type { TimeSpan } from './timeSpan';
import { areOverlapping, readBusySpan } from './timeSpan';
import { findWorkingHours } from './workingHours';

/** The working hours and lessons that decide when teachers, rooms and attendees are free. */
export interface Timetable {
	/** The working hours of all teachers, as AlfaCRM lists them. */
	workingHours: readonly IDataObject[];
	/** The lessons of the teachers, the room and the attendees. */
	calendar: Calendar;
}

/** The lesson for which a slot is searched: its teacher, its length and the possible days. */
export interface SlotRequest {
	teacherId: number;
	/** The day on which the teacher leaves the school. On that day and later there are no slots. */
	teacherLeavesOn?: string;
	/** The room, which also has to be free. */
	roomId?: number;
	/**
	 * The branch whose working hours count. Working hours that name no branch always count. Without
	 * `branchId`, the working hours of all branches count.
	 */
	branchId?: number;
	/**
	 * Whether an attendee takes part in a lesson, or in a regular lesson on a day. Attendees also
	 * have to be free. Missing if the lesson has no attendees yet.
	 */
	involvesAttendees?: (lesson: IDataObject, day: string) => boolean;
	firstDay: string;
	lastDay: string;
	duration: number;
	/** Minutes from the start of one slot to the start of the next. */
	step: number;
	/** The earliest start, `yyyy-mm-dd hh:mm`. */
	notBefore?: string;
	/** The time zone of the school. */
	zone: string;
}

/** A free time for a lesson. It may end at 24:00. */
export interface Slot {
	date: string;
	start: string;
	end: string;
}

/**
 * The reason why a lesson cannot take place at a time: an overlapping lesson, or a time outside the
 * teacher's working hours.
 */
export type Obstacle = OccurrenceRow | 'outsideWorkingHours';

/**
 * Finds all slots for a lesson, the earliest first. Possible starts are the beginning of the
 * working hours and every step after it. For working hours from 10:00 and from 14:30, with a step
 * of 60 minutes, these are 10:00, 11:00, … and 14:30, 15:30, …
 */
export function findFreeSlots(timetable: Timetable, request: SlotRequest): Slot[] {
	const teacherDays = new TeacherDays(timetable, request);
	const slots: Slot[] = [];
	for (let date = request.firstDay; date <= request.lastDay; date = daysAfter(date, 1)) {
		slots.push(...findSlotsOn(date, teacherDays, request));
	}
	return slots;
}

/** Finds the slots of one day. */
function findSlotsOn(date: string, teacherDays: TeacherDays, request: SlotRequest): Slot[] {
	const workingHours = teacherDays.workingHoursOn(date);
	if (workingHours.length === 0) return [];

	const busyTimes = teacherDays.busyTimesOn(date);
	const slots: Slot[] = [];
	for (const hours of workingHours) {
		for (const span of listSpansWithin(hours, request)) {
			const slot = { date, start: clockOfMinutes(span.begin), end: clockOfMinutes(span.end) };
			const isTooEarly = request.notBefore !== undefined && startOf(slot) < request.notBefore;
			if (isTooEarly || isTaken(span, busyTimes)) continue;

			slots.push(slot);
		}
	}
	return slots;
}

/**
 * Lists the times at which a lesson fits into working hours, one for each step.
 */
function listSpansWithin(hours: TimeSpan, { duration, step }: SlotRequest): TimeSpan[] {
	const spans: TimeSpan[] = [];
	for (let begin = hours.begin; begin + duration <= hours.end; begin += step) {
		spans.push({ begin, end: begin + duration });
	}
	return spans;
}

function isTaken(span: TimeSpan, busyTimes: readonly BusyTime[]): boolean {
	return busyTimes.some((busyTime) => areOverlapping(busyTime.span, span));
}

/** Returns the day and the time at which a slot starts, as a text that sorts by time. */
export const startOf = ({ date, start }: Pick<Slot, 'date' | 'start'>): string =>
	`${date} ${start}`;

/**
 * Finds the reason why a lesson cannot start at a time of `request.firstDay`. Returns undefined if
 * the lesson can start then.
 *
 * @param request `lastDay`, `step` and `notBefore` are not used
 * @param startTime `hh:mm`
 * @param checksWorkingHours whether the lesson has to be within the working hours; if false, any
 * time of the day is allowed
 */
export function findObstacle(
	timetable: Timetable,
	request: SlotRequest,
	startTime: string,
	{ checksWorkingHours }: { checksWorkingHours: boolean },
): Obstacle | undefined {
	const date = request.firstDay;
	const teacherDays = new TeacherDays(timetable, request);
	const begin = minutesOfClock(startTime);
	const lessonSpan = { begin, end: begin + request.duration };

	const busyTimes = teacherDays.busyTimesOn(date);
	const conflict = busyTimes.find(({ span }) => areOverlapping(span, lessonSpan));
	if (conflict !== undefined) return conflict.occurrence;

	const allowedHours = checksWorkingHours
		? teacherDays.workingHoursOn(date)
		: teacherDays.wholeDayOf(date);
	const isWithinHours = allowedHours.some((hours) => isWithin(lessonSpan, hours));
	return isWithinHours ? undefined : 'outsideWorkingHours';
}

function isWithin(span: TimeSpan, hours: TimeSpan): boolean {
	return hours.begin <= span.begin && span.end <= hours.end;
}

/**
 * Finds the IDs of the teachers who have lessons of a subject up to a day. AlfaCRM has no list of
 * the subjects of a teacher.
 *
 * @param rows lessons after `lastDay`, which callers read for a `Calendar`, are ignored
 * @param lastDay `yyyy-mm-dd`
 */
export function teachersOfSubject(
	rows: LessonRows,
	subjectId: number,
	{ lastDay, zone }: { lastDay: string; zone: string },
): Set<number> {
	const lessonsUntilLastDay = rows.lessons.filter((lesson) =>
		canBeOnOrBefore(lastDay, lesson, zone),
	);
	const lessons = [...lessonsUntilLastDay, ...rows.regularLessons];
	const subjectLessons = lessons.filter((lesson) => subjectIdOf(lesson) === subjectId);
	return new Set(subjectLessons.flatMap(teacherIdsOf));
}

/** Whether a lesson is on a day or before that day. Also true for a lesson that shows no day. */
function canBeOnOrBefore(lastDay: string, lesson: IDataObject, zone: string): boolean {
	const day = dayOf(lesson, zone);
	return day === undefined || day <= lastDay;
}

/** A lesson or regular lesson that keeps the teacher, the room or an attendee busy. */
interface BusyTime {
	occurrence: OccurrenceRow;
	span: TimeSpan;
}

/**
 * The days of a teacher: when the teacher works, and when the teacher, the room or an attendee is
 * busy.
 */
class TeacherDays {
	constructor(
		private readonly timetable: Timetable,
		private readonly request: SlotRequest,
	) {}

	/** Returns the working hours of a day, in order. */
	workingHoursOn(date: string): TimeSpan[] {
		if (this.hasTeacherLeft(date)) return [];
		return findWorkingHours(this.timetable.workingHours, this.request, date, this.request.zone);
	}

	/** Returns the day from midnight to midnight. Empty if the teacher has left the school. */
	wholeDayOf(date: string): TimeSpan[] {
		return this.hasTeacherLeft(date) ? [] : [{ begin: 0, end: MINUTES_OF_A_DAY }];
	}

	/**
	 * Returns the lessons of a day that keep the teacher, the room or an attendee busy. A lesson that
	 * ends after midnight belongs only to the day on which it starts.
	 */
	busyTimesOn(date: string): BusyTime[] {
		const occurrences = this.timetable.calendar.occurrencesOn(date);
		const conflicts = occurrences.filter(({ lesson }) => this.isInTheWay(lesson, date));
		return conflicts.map((occurrence) => ({ occurrence, span: this.spanOf(occurrence) }));
	}

	private spanOf({ lesson, isRegular }: OccurrenceRow): TimeSpan {
		const times = isRegular ? timesOf(lesson) : lesson;
		return readBusySpan(times, this.request.zone);
	}

	/**
	 * Whether a lesson keeps the teacher, the room or an attendee busy. If a lesson does not show its
	 * teachers, any teacher counts as busy.
	 */
	private isInTheWay(lesson: IDataObject, date: string): boolean {
		const { teacherId, roomId, involvesAttendees } = this.request;
		if (!showsTeachers(lesson) || teacherIdsOf(lesson).includes(teacherId)) return true;
		if (roomId !== undefined && roomIdOf(lesson) === roomId) return true;
		return involvesAttendees?.(lesson, date) === true;
	}

	private hasTeacherLeft(date: string): boolean {
		const { teacherLeavesOn } = this.request;
		return teacherLeavesOn !== undefined && date >= teacherLeavesOn;
	}
}
