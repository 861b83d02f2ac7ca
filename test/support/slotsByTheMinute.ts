import { LESSON_STATUS } from './codes';
import { clockOfMinute, countDays, dayPlus, listDays, weekdayOf } from './days';

/** A row of AlfaCRM. Days may be written "2026-03-07" or "07.03.2026". */
export type Row = Readonly<Record<string, unknown>>;

export interface TimetableRows {
	workingHours: readonly Row[];
	lessons: readonly Row[];
	regularLessons: readonly Row[];
}

/** A request for free slots of a teacher. */
export interface SlotRequest {
	teacher: number;
	room?: number;
	/** The branch whose working hours count. Without a branch, those of all branches count. */
	branch?: number;
	/** The first requested day, such as "2026-03-07". */
	firstDay: string;
	lastDay: string;
	/** The length of a slot, in minutes. */
	duration: number;
	/** The distance between the beginnings of two slots, in minutes. */
	step: number;
	/** The moment before which no slot begins. */
	now?: number;
	zone: string;
}

const MINUTES_OF_DAY = 24 * 60;

/**
 * Finds the free slots of a teacher by looking at each minute. A slot begins at the beginning of working
 * hours or a multiple of `step` minutes later, and not before now. In each of its minutes the teacher works,
 * and neither the teacher nor the room is busy.
 *
 * @returns slots such as "2026-03-07 10:00-11:00", in their order
 */
export function findSlotsByTheMinute(rows: TimetableRows, request: SlotRequest): string[] {
	const { firstDay, lastDay, duration, step, now, zone } = request;
	const busyTimes = [...listLessonTimes(rows, request), ...listRegularLessonTimes(rows, request)];
	// Every beginning is later than an empty text.
	const earliestBeginning = now === undefined ? '' : readClock(now, zone);

	return listDays(firstDay, lastDay).flatMap((day) => {
		const workingMinutes = findWorkingMinutes(day, rows, request);
		const busyMinutes = findBusyMinutes(day, busyTimes);
		const isFree = (minute: number) => workingMinutes.has(minute) && !busyMinutes.has(minute);

		return listStarts(workingMinutes, step)
			.filter((start) => listMinutes(start, start + duration).every(isFree))
			.filter((start) => `${day} ${clockOfMinute(start)}` >= earliestBeginning)
			.map((start) => `${day} ${clockOfMinute(start)}-${clockOfMinute(start + duration)}`);
	});
}

/**
 * Reads the time that the clock of a zone shows at a moment, such as "2026-03-07 10:00". It uses the time
 * zones of JavaScript itself, and not those of the node.
 */
export function readClock(moment: number, timeZone: string): string {
	const format = new Intl.DateTimeFormat('sv-SE', {
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
		timeZone,
	});
	return format.format(moment);
}

// ---------------------------------------------------------------- working hours

/** Finds the minutes of a day in which the teacher works, counted from midnight. */
function findWorkingMinutes(day: string, { workingHours }: TimetableRows, request: SlotRequest): Set<number> {
	const hoursOfDay = workingHours
		// Working hours count weekdays from 1 for Sunday.
		.filter(({ weekday }) => weekday === (weekdayOf(day) % 7) + 1)
		.filter(({ teacher_id }) => teacher_id === request.teacher)
		.filter(({ branch_id }) => isBranchRequested(branch_id, request));
	const minutes = hoursOfDay.flatMap(({ time_from, time_to }) =>
		listMinutes(readMinute(time_from), readEndOfHours(time_to)),
	);
	return new Set(minutes);
}

/** Tells whether the working hours of a branch count. */
function isBranchRequested(branch: unknown, request: SlotRequest): boolean {
	return request.branch === undefined || branch === null || branch === request.branch;
}

/**
 * Reads the end of working hours. AlfaCRM writes midnight as 00:00, and full hours also by their last minute,
 * such as 12:59.
 */
function readEndOfHours(time: unknown): number {
	const minute = readMinute(time);
	if (minute === 0) return MINUTES_OF_DAY;
	return minute % 60 === 59 ? minute + 1 : minute;
}

/**
 * Lists the minutes at which a slot may begin: every `step` minutes from the beginning of each unbroken
 * working time. With working hours from 10:00 to 12:00 and a step of 45, these are 10:00, 10:45 and 11:30.
 */
function listStarts(workingMinutes: ReadonlySet<number>, step: number): number[] {
	const starts: number[] = [];
	let beginning = 0;
	for (const minute of listMinutes(0, MINUTES_OF_DAY)) {
		if (!workingMinutes.has(minute)) continue;

		if (!workingMinutes.has(minute - 1)) {
			beginning = minute;
		}
		if ((minute - beginning) % step === 0) {
			starts.push(minute);
		}
	}
	return starts;
}

// ---------------------------------------------------------------- busy times

/** A time at which the teacher or the room is busy, such as from "17:00" to "18:00". */
interface BusyTime {
	day: string;
	from: string;
	to: string;
}

/** Lists the times that lessons of the calendar take from the teacher or the room. */
function listLessonTimes({ lessons }: TimetableRows, request: SlotRequest): BusyTime[] {
	return lessons
		.filter((lesson) => lesson.status !== LESSON_STATUS.cancelled && needsTeacherOrRoom(lesson, request))
		.map(({ date, time_from, time_to }) => ({
			day: String(date),
			from: readTime(time_from),
			to: readTime(time_to),
		}));
}

/**
 * Lists the times that regular lessons take from the teacher or the room. On a day on which a lesson of the
 * calendar replaces the regular one, the regular one takes no time.
 */
function listRegularLessonTimes(
	{ lessons, regularLessons }: TimetableRows,
	request: SlotRequest,
): BusyTime[] {
	return regularLessons
		.filter((regularLesson) => needsTeacherOrRoom(regularLesson, request))
		.flatMap((regularLesson) => {
			const freedDays = findFreedDays(regularLesson, lessons);
			return listDays(request.firstDay, request.lastDay)
				.filter((day) => isRegularDay(regularLesson, day) && !freedDays.has(day))
				.map((day) => ({
					day,
					from: readTime(regularLesson.time_from_v),
					to: readTime(regularLesson.time_to_v),
				}));
		});
}

/** Tells whether a lesson needs the teacher or the room. A lesson without a list of teachers may need any teacher. */
function needsTeacherOrRoom({ teacher_ids, room_id }: Row, { teacher, room }: SlotRequest): boolean {
	const needsTeacher = teacher_ids === null || (teacher_ids as unknown[]).map(Number).includes(teacher);
	const needsRoom = room !== undefined && Number(room_id) === room;
	return needsTeacher || needsRoom;
}

/**
 * Finds the minutes of a day that are busy. A lesson that goes on after midnight takes the rest of its day.
 */
function findBusyMinutes(day: string, busyTimes: readonly BusyTime[]): Set<number> {
	const minutes = busyTimes
		.filter((busyTime) => busyTime.day === day)
		.flatMap(({ from, to }) => listMinutes(readMinute(from), to <= from ? MINUTES_OF_DAY : readMinute(to)));
	return new Set(minutes);
}

// ---------------------------------------------------------------- regular lessons

/** Tells whether a regular lesson takes place on a day by its rule. Its weekday is 0 or 7 for Sunday. */
function isRegularDay(regularLesson: Row, day: string): boolean {
	const isWeekday = Number(regularLesson.day) % 7 === weekdayOf(day) % 7;
	return isWeekday && readDay(regularLesson.b_date) <= day && day <= readDay(regularLesson.e_date);
}

/**
 * Finds the days of a regular lesson that are free for others, because a lesson of the calendar replaces the
 * regular one. Take a regular lesson on Mondays. A lesson of it on a Monday replaces this Monday. A lesson of
 * it on a Wednesday was moved, so it replaces the Monday before or after. This Monday is free only if it is
 * certain which of the two it is.
 */
function findFreedDays(regularLesson: Row, lessons: readonly Row[]): Set<string> {
	const calendarLessons = lessons
		.filter(({ regular_id }) => regular_id !== null && Number(regular_id) === Number(regularLesson.id))
		.filter(({ date }) => readDay(regularLesson.b_date) <= String(date));
	const uncancelledLessons = calendarLessons.filter(({ status }) => status !== LESSON_STATUS.cancelled);
	const daysWithLesson = new Set(uncancelledLessons.map(({ date }) => String(date)));
	const lessonDays = calendarLessons.map(({ date }) => String(date)).sort();
	const movedDays = lessonDays.filter((day) => !isRegularDay(regularLesson, day));

	const freedDays = new Set(lessonDays.filter((day) => isRegularDay(regularLesson, day)));
	const replacedDays = new Set(freedDays);
	for (const movedDay of movedDays) {
		const nearbyDays = listRegularDaysNearby(regularLesson, movedDay);
		const replacedDay = nearbyDays.find((day) => !replacedDays.has(day));
		if (replacedDay === undefined) continue;

		replacedDays.add(replacedDay);
		const otherDays = nearbyDays.filter((day) => day !== replacedDay);
		const isOnlyDayWithoutLesson = otherDays.every((day) => daysWithLesson.has(day));
		if (isOnlyDayWithoutLesson || isShortlyBefore(replacedDay, movedDay)) {
			freedDays.add(replacedDay);
		}
	}
	return freedDays;
}

/** Lists the regular days that a moved lesson may replace: the last one before it, and the next one after it. */
function listRegularDaysNearby(regularLesson: Row, movedDay: string): string[] {
	const days = listDays(dayPlus(movedDay, -6), dayPlus(movedDay, 6));
	return days.filter((day) => isRegularDay(regularLesson, day));
}

/**
 * Tells whether a regular day is at most three days before a moved lesson. Then the lesson certainly replaces
 * this day.
 */
function isShortlyBefore(regularDay: string, movedDay: string): boolean {
	return regularDay < movedDay && countDays(regularDay, movedDay) <= 3;
}

// ---------------------------------------------------------------- days and times of rows

/** Reads a day that is written "2026-03-07" or "07.03.2026". */
function readDay(value: unknown): string {
	const text = String(value);
	const [, day, month, year] = /^(\d\d)\.(\d\d)\.(\d{4})/.exec(text) ?? [];
	return year === undefined ? text.slice(0, 10) : `${year}-${month}-${day}`;
}

/** Reads the time of "2026-03-07 17:00:00" or "17:00". */
function readTime(value: unknown): string {
	return /\d\d:\d\d/.exec(String(value))?.[0] ?? '00:00';
}

/** Reads a time as minutes after midnight. */
function readMinute(value: unknown): number {
	const [hours, minutes] = readTime(value).split(':').map(Number);
	return hours * 60 + minutes;
}

/** Lists the minutes from the first one up to the end, without the end itself: 5, 6 for 5 and 7. */
function listMinutes(first: number, end: number): number[] {
	return Array.from({ length: Math.max(end - first, 0) }, (_, index) => first + index);
}
