import type { IDataObject } from 'n8n-workflow';

import {
	clockOfMinutes,
	daysAfter,
	formatTime,
	minutesOfClock,
	readId,
	readInteger,
} from '../../values/formats';
import { dayOf } from '../../entities/lesson';
import { MINUTES_OF_A_DAY } from '../../values/time';
import { isOnDay } from './periods';
import { isCancelled, regularLessonIdOf, roomIdOf, teacherIdsOf } from './lessonRow';

/**
 * Works out when a teacher could give a lesson: within the working hours, minus the lessons of the teacher, the room and the
 * attendees. AlfaCRM lists all these, but refuses only a room that is taken, never a teacher who is busy. API notes 5.11,
 * 5.13 and 5.15.
 *
 * Nothing here reads from AlfaCRM. Days are `yyyy-mm-dd`, times `hh:mm`, durations minutes.
 */

type Rows = readonly IDataObject[];

/** The lists of AlfaCRM that tell when teachers, rooms and attendees are free. */
export interface Timetable {
	workingHours: Rows;
	/** Lessons of every status: a cancelled lesson shows that its regular lesson does not take place that day. */
	lessons: Rows;
	regularLessons: Rows;
}

/** A lesson for which a slot is sought, with one teacher. */
export interface SlotRequest {
	teacherId: number;
	/** The day on which the teacher leaves the school; there are no slots from that day on. */
	teacherLeavesOn?: string;
	/** The room, which has to be free as well. */
	roomId?: number;
	/** The branch whose working hours count, together with those that name no branch. All count if it is missing. */
	branchId?: number;
	/** Whether an attendee takes part in a lesson or regular lesson on a day. Attendees have to be free as well. */
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

/** A part of a day, in minutes after midnight. */
type TimeSpan = readonly [start: number, end: number];

/** A lesson or regular lesson, and the time that it takes up. */
interface BusyTime {
	lesson: IDataObject;
	isRegular: boolean;
	span: TimeSpan;
}

/** Why a lesson cannot take place at a time: another lesson, or a teacher who does not work then. */
export type Obstacle = Pick<BusyTime, 'lesson' | 'isRegular'> | 'outsideWorkingHours';

/** Finds all free slots, the earliest first. They start when the working hours start, and then at every step. */
export function findFreeSlots(timetable: Timetable, request: SlotRequest): Slot[] {
	const calendar = new TeacherCalendar(timetable, request);
	const slots: Slot[] = [];
	for (let date = request.firstDay; date <= request.lastDay; date = daysAfter(date, 1)) {
		slots.push(...freeSlotsOn(date, calendar, request));
	}
	return slots;
}

function freeSlotsOn(date: string, calendar: TeacherCalendar, request: SlotRequest): Slot[] {
	const workingHours = calendar.workingHoursOn(date);
	if (workingHours.length === 0) return [];

	const { duration, step, notBefore = '' } = request;
	const busyTimes = calendar.busyTimesOn(date);
	const slots: Slot[] = [];
	for (const [opens, closes] of workingHours) {
		for (let start = opens; start + duration <= closes; start += step) {
			const end = start + duration;
			const slot = { date, start: clockOfMinutes(start), end: clockOfMinutes(end) };
			const isTaken = busyTimes.some(({ span }) => overlap(span, [start, end]));
			if (!isTaken && startOf(slot) >= notBefore) slots.push(slot);
		}
	}
	return slots;
}

/** The day and the time at which a slot starts, as a text that sorts by time. */
export const startOf = ({ date, start }: Pick<Slot, 'date' | 'start'>): string => `${date} ${start}`;

/**
 * Finds out what keeps a lesson from starting at a given time of the first day; undefined if nothing does.
 *
 * @param checksWorkingHours whether the lesson has to be within the working hours; otherwise the teacher may come any time
 */
export function findObstacle(
	timetable: Timetable,
	request: SlotRequest,
	startTime: string,
	{ checksWorkingHours }: { checksWorkingHours: boolean },
): Obstacle | undefined {
	const date = request.firstDay;
	const calendar = new TeacherCalendar(timetable, request);
	const start = minutesOfClock(startTime);
	const end = start + request.duration;

	const busyTime = calendar.busyTimesOn(date).find(({ span }) => overlap(span, [start, end]));
	if (busyTime !== undefined) return busyTime;

	const openHours = checksWorkingHours ? calendar.workingHoursOn(date) : calendar.wholeDay(date);
	const isWithinHours = openHours.some(([opens, closes]) => opens <= start && end <= closes);
	return isWithinHours ? undefined : 'outsideWorkingHours';
}

/** Finds the teachers of a subject by their lessons: AlfaCRM has no other list of who teaches what. */
export function teachersOfSubject({ lessons, regularLessons }: Timetable, subjectId: number): Set<number> {
	const subjectLessons = [...lessons, ...regularLessons].filter(
		(lesson) => readId(lesson.subject_id) === subjectId,
	);
	return new Set(subjectLessons.flatMap(teacherIdsOf));
}

/** Whether a regular lesson takes place on a day. AlfaCRM numbers its weekdays from Monday, 1, to Sunday, 7 or 0. */
export function takesPlace(regularLesson: IDataObject, date: string, zone: string): boolean {
	const weekday = readInteger(regularLesson.day);
	return weekday !== undefined && weekday % 7 === weekdayOf(date) && isOnDay(regularLesson, date, zone);
}

/** The days of a teacher: when the teacher works, and when the teacher, the room or an attendee is busy. */
class TeacherCalendar {
	private readonly lessonsByDay: ReadonlyMap<string | undefined, Rows>;

	constructor(
		private readonly timetable: Timetable,
		private readonly request: SlotRequest,
	) {
		this.lessonsByDay = groupByDay(timetable.lessons, request.zone);
	}

	/** Returns the working hours of a day, in order; hours that touch or overlap come as one span. */
	workingHoursOn(date: string): TimeSpan[] {
		if (this.hasTeacherLeft(date)) return [];
		const { teacherId, branchId, zone } = this.request;
		const spans = this.timetable.workingHours
			.filter((hours) => weekdayOfHours(hours) === weekdayOf(date))
			.filter((hours) => mayBelongTo(hours.teacher_id, teacherId) && mayBelongTo(hours.branch_id, branchId))
			.map((hours) => spanOfHours(hours, zone))
			.filter(([start, end]) => start < end);
		return mergeSpans(spans);
	}

	/** Returns the day from midnight to midnight; nothing once the teacher has left. */
	wholeDay(date: string): TimeSpan[] {
		return this.hasTeacherLeft(date) ? [] : [[0, MINUTES_OF_A_DAY]];
	}

	/** Returns the lessons of a day, and the regular lessons for which AlfaCRM has created no lesson yet. */
	busyTimesOn(date: string): BusyTime[] {
		const { zone } = this.request;
		const lessons = this.lessonsByDay.get(date) ?? [];
		// A lesson takes the place of its regular lesson on that day, even if it is cancelled.
		const replacedIds = new Set(lessons.map(regularLessonIdOf));
		const regularLessons = this.timetable.regularLessons.filter(
			(regular) => takesPlace(regular, date, zone) && !replacedIds.has(readId(regular.id)),
		);
		return [
			...lessons
				.filter((lesson) => !isCancelled(lesson) && this.isInTheWay(lesson, date))
				.map((lesson) => ({
					lesson,
					isRegular: false,
					span: spanOfLesson(lesson.time_from, lesson.time_to, zone),
				})),
			...regularLessons
				.filter((lesson) => this.isInTheWay(lesson, date))
				.map((lesson) => ({
					lesson,
					isRegular: true,
					span: spanOfLesson(lesson.time_from_v, lesson.time_to_v, zone),
				})),
		];
	}

	/** Whether a lesson takes up the teacher, the room or an attendee. A lesson that shows no teachers may be the teacher's. */
	private isInTheWay(lesson: IDataObject, date: string): boolean {
		const { teacherId, roomId, involvesAttendees } = this.request;
		const showsTeachers = lesson.teacher_ids !== undefined && lesson.teacher_ids !== null;
		if (!showsTeachers || teacherIdsOf(lesson).includes(teacherId)) return true;
		if (roomId !== undefined && roomIdOf(lesson) === roomId) return true;
		return involvesAttendees?.(lesson, date) === true;
	}

	private hasTeacherLeft(date: string): boolean {
		const { teacherLeavesOn } = this.request;
		return teacherLeavesOn !== undefined && date >= teacherLeavesOn;
	}
}

function groupByDay(lessons: Rows, zone: string): Map<string | undefined, IDataObject[]> {
	const byDay = new Map<string | undefined, IDataObject[]>();
	for (const lesson of lessons) {
		const day = dayOf(lesson, zone);
		const sameDay = byDay.get(day);
		if (sameDay === undefined) {
			byDay.set(day, [lesson]);
		} else {
			sameDay.push(lesson);
		}
	}
	return byDay;
}

/** Whether working hours count for a teacher or branch: those that show no ID count for all. Without an `id` all hours count. */
const mayBelongTo = (shownId: unknown, id: number | undefined): boolean =>
	id === undefined || (readId(shownId) ?? id) === id;

/** 0 is Sunday. */
const weekdayOf = (date: string): number => new Date(`${date}T00:00Z`).getUTCDay();

/** 0 is Sunday, which is 1 in AlfaCRM's working hours. */
const weekdayOfHours = (hours: IDataObject): number => Number(hours.weekday) - 1;

// ---------------------------------------------------------------- time spans

const overlap = (a: TimeSpan, b: TimeSpan): boolean => a[0] < b[1] && b[0] < a[1];

/** Sorts spans, and joins those that touch or overlap. */
function mergeSpans(spans: readonly TimeSpan[]): TimeSpan[] {
	const merged: Array<[start: number, end: number]> = [];
	for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
		const previous = merged.at(-1);
		if (previous !== undefined && start <= previous[1]) {
			previous[1] = Math.max(previous[1], end);
		} else {
			merged.push([start, end]);
		}
	}
	return merged;
}

/** Reads the time of a lesson. A missing start counts as midnight; a missing end, or one before the start, as the end of the day. */
function spanOfLesson(from: unknown, to: unknown, zone: string): TimeSpan {
	const start = minutesOf(from, zone) ?? 0;
	const end = minutesOf(to, zone) ?? MINUTES_OF_A_DAY;
	return [start, end > start ? end : MINUTES_OF_A_DAY];
}

/** Reads working hours. The span is empty if they cannot be read, since nobody knows then whether the teacher works. */
function spanOfHours({ time_from, time_to }: IDataObject, zone: string): TimeSpan {
	return [minutesOf(time_from, zone) ?? MINUTES_OF_A_DAY, endOfHours(time_to, zone)];
}

/** Reads the end of working hours. AlfaCRM shows 17:00 as 16:59, and midnight as 00:00 or 24:00. */
function endOfHours(value: unknown, zone: string): number {
	if (String(value).startsWith('24:00')) return MINUTES_OF_A_DAY;
	const minutes = minutesOf(value, zone) ?? -1;
	if (minutes === 0) return MINUTES_OF_A_DAY;
	return minutes % 60 === 59 ? minutes + 1 : minutes;
}

function minutesOf(value: unknown, zone: string): number | undefined {
	const time = formatTime(value, zone);
	return time === undefined ? undefined : minutesOfClock(time);
}
