/**
 * Finds the free slots of a teacher: the working hours minus the lessons of the teacher, the room
 * and the attendees. AlfaCRM itself refuses a lesson only for a busy room, not for a busy teacher.
 * API notes 5.11, 5.13 and 5.15.
 *
 * Nothing here reads from AlfaCRM. Days are texts, `yyyy-mm-dd`; times are texts, `hh:mm`;
 * durations are in minutes.
 */

import { dayOf } from '../../entities/lesson';
import type { IDataObject } from 'n8n-workflow';

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

/** What a free time is needed for: a lesson of one teacher, on some days. */
export interface SlotRequest {
	teacherId: number;
	/** The day on which the teacher leaves the school. On that day and later there are no slots. */
	teacherLeavesOn?: string;
	/** The room, which has to be free as well. */
	roomId?: number;
	/**
	 * The branch whose working hours count. Working hours that name no branch always count. Without
	 * `branchId`, the working hours of all branches count.
	 */
	branchId?: number;
	/**
	 * Whether an attendee takes part in a lesson, or in a regular lesson on a day. Attendees have to
	 * be free as well. Missing if no attendees are given.
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
 * The reason why a lesson cannot take place at a time: another lesson is at that time, or the
 * teacher does not work then.
 */
export type Obstacle = OccurrenceRow | 'outsideWorkingHours';

/**
 * Finds all free times for a lesson, the earliest first. The first one starts when the working
 * hours begin, and the next ones a step later each. After a break in the working hours this starts
 * anew.
 */
export function findFreeSlots(timetable: Timetable, request: SlotRequest): Slot[] {
	const teacherDays = new TeacherDays(timetable, request);
	const slots: Slot[] = [];
	for (let date = request.firstDay; date <= request.lastDay; date = daysAfter(date, 1)) {
		slots.push(...findSlotsOn(date, teacherDays, request));
	}
	return slots;
}

/** Finds the free times of one day. */
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
 * Lists the times of a lesson that fit into working hours, each a step later than the one before.
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
 * Finds out why a lesson cannot start at a given time of `request.firstDay`. Returns undefined if
 * it can.
 *
 * @param request only the first day counts; `step` and `notBefore` are not used
 * @param startTime `hh:mm`
 * @param checksWorkingHours whether the lesson has to be within the working hours; otherwise it may
 * be at any time of the day
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
 * @param rows may also have lessons after `lastDay`, which a `Calendar` needs; they do not count
 * @param lastDay `yyyy-mm-dd`
 */
export function teachersOfSubject(
	rows: LessonRows,
	subjectId: number,
	{ lastDay, zone }: { lastDay: string; zone: string },
): Set<number> {
	const lessonsInTime = rows.lessons.filter((lesson) => canBeOnOrBefore(lastDay, lesson, zone));
	const lessons = [...lessonsInTime, ...rows.regularLessons];
	const subjectLessons = lessons.filter((lesson) => subjectIdOf(lesson) === subjectId);
	return new Set(subjectLessons.flatMap(teacherIdsOf));
}

/** Whether a lesson may be on a day or before it. True for a lesson that shows no day. */
function canBeOnOrBefore(lastDay: string, lesson: IDataObject, zone: string): boolean {
	const day = dayOf(lesson, zone);
	return day === undefined || day <= lastDay;
}

/** The time that a lesson or regular lesson takes from the teacher, the room or an attendee. */
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

	/** Returns the day from midnight to midnight; nothing once the teacher has left. */
	wholeDayOf(date: string): TimeSpan[] {
		return this.hasTeacherLeft(date) ? [] : [{ begin: 0, end: MINUTES_OF_A_DAY }];
	}

	/**
	 * Returns the lessons of a day that need the teacher, the room or an attendee, and their times. A
	 * lesson counts on the day on which it starts.
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
	 * Whether a lesson takes up the teacher, the room or an attendee. A lesson that shows no teachers
	 * may be the teacher's.
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
