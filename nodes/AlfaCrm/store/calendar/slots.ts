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
import { doOverlap, readBusySpan } from './timeSpan';
import { findWorkingHours } from './workingHours';

/** The working hours and lessons that decide when teachers, rooms and attendees are free. */
export interface Timetable {
	/** The working hours of all teachers, as AlfaCRM lists them. */
	workingHours: readonly IDataObject[];
	/** The lessons of the teachers, the room and the attendees. */
	calendar: Calendar;
}

/** The lesson for which a slot is searched: it has one teacher. */
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
 * Finds all free slots, the earliest first. The first slot of a day starts with the working hours,
 * and another slot starts after every step.
 */
export function findFreeSlots(timetable: Timetable, request: SlotRequest): Slot[] {
	const teacherDays = new TeacherDays(timetable, request);
	const slots: Slot[] = [];
	for (let date = request.firstDay; date <= request.lastDay; date = daysAfter(date, 1)) {
		slots.push(...findSlotsOn(date, teacherDays, request));
	}
	return slots;
}

function findSlotsOn(date: string, teacherDays: TeacherDays, request: SlotRequest): Slot[] {
	const workingHours = teacherDays.workingHoursOn(date);
	if (workingHours.length === 0) return [];

	const { duration, step, notBefore = '' } = request;
	const busyTimes = teacherDays.busyTimesOn(date);
	const slots: Slot[] = [];
	for (const hours of workingHours) {
		for (let begin = hours.begin; begin + duration <= hours.end; begin += step) {
			const slotSpan = { begin, end: begin + duration };
			const slot = {
				date,
				start: clockOfMinutes(slotSpan.begin),
				end: clockOfMinutes(slotSpan.end),
			};
			const isTaken = busyTimes.some(({ span }) => doOverlap(span, slotSpan));
			if (!isTaken && startOf(slot) >= notBefore) {
				slots.push(slot);
			}
		}
	}
	return slots;
}

/** Returns the day and the time at which a slot starts, as a text that sorts by time. */
export const startOf = ({ date, start }: Pick<Slot, 'date' | 'start'>): string =>
	`${date} ${start}`;

/**
 * Finds out what keeps a lesson from starting at a given time of the first day; undefined if
 * nothing does.
 *
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

	const busyTime = teacherDays.busyTimesOn(date).find(({ span }) => doOverlap(span, lessonSpan));
	if (busyTime !== undefined) return busyTime.occurrence;

	const openHours = checksWorkingHours
		? teacherDays.workingHoursOn(date)
		: teacherDays.wholeDay(date);
	const isWithinHours = openHours.some(
		(hours) => hours.begin <= begin && lessonSpan.end <= hours.end,
	);
	return isWithinHours ? undefined : 'outsideWorkingHours';
}

/**
 * Finds the IDs of the teachers who have lessons of a subject up to a day. AlfaCRM has no list of
 * the subjects of a teacher.
 *
 * @param lastDay `yyyy-mm-dd`; later lessons are read only because of moved lessons
 */
export function teachersOfSubject(
	{ lessons, regularLessons }: LessonRows,
	subjectId: number,
	{ lastDay, zone }: { lastDay: string; zone: string },
): Set<number> {
	const lessonsInTime = lessons.filter((lesson) => (dayOf(lesson, zone) ?? '') <= lastDay);
	const subjectLessons = [...lessonsInTime, ...regularLessons].filter(
		(lesson) => subjectIdOf(lesson) === subjectId,
	);
	return new Set(subjectLessons.flatMap(teacherIdsOf));
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
	wholeDay(date: string): TimeSpan[] {
		return this.hasTeacherLeft(date) ? [] : [{ begin: 0, end: MINUTES_OF_A_DAY }];
	}

	busyTimesOn(date: string): BusyTime[] {
		return this.timetable.calendar
			.occurrencesOn(date)
			.filter(({ lesson }) => this.isInTheWay(lesson, date))
			.map((occurrence) => ({ occurrence, span: this.spanOf(occurrence) }));
	}

	private spanOf({ lesson, isRegular }: OccurrenceRow): TimeSpan {
		return readBusySpan(isRegular ? timesOf(lesson) : lesson, this.request.zone);
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
