/**
 * Checks of *Account → Daily Check* that look at lessons. An `Occurrence` is a lesson, or a regular
 * lesson (a rule such as "Mondays at 17:00") on a day that has no lesson in the calendar yet. Such
 * a regular lesson has no `lesson_id`.
 */

import { LESSON_STATUS } from '../../../entities/lesson';
import type { Occurrence } from '../../../store/calendar/occurrences';
import type { TimeSpan } from '../../../store/calendar/timeSpan';
import { readTimeSpan } from '../../../store/calendar/timeSpan';
import { clockOfMinutes } from '../../../values/formats';
import { MINUTES_OF_A_DAY } from '../../../values/time';
import type { Days, Finding, Names } from './finding';
import {
	capitalize,
	nameGroupsOrCustomers,
	describeLesson,
	describeTimes,
	joinNames,
	formatTimeOfDay,
} from './wording';

/**
 * Finds lessons of the checked day that are over, but which nobody has completed or cancelled.
 * Leaves out regular lessons that are not in the calendar yet, because nobody can complete them.
 */
export function findStillPlanned(
	lessons: readonly Occurrence[],
	{ checkedDay, now }: Days,
): Finding[] {
	const lessonsOfDay = lessons.filter(
		(lesson) => lesson.date === checkedDay && isInCalendar(lesson),
	);
	const overdueLessons = lessonsOfDay.filter((lesson) => isPlanned(lesson) && isOver(lesson, now));

	return overdueLessons.map((lesson) => ({
		check: 'stillPlanned',
		...makeLessonFields(lesson),
		describe: (names) =>
			`${describeLesson(lesson, names)} is still planned: nobody has completed or cancelled it.`,
	}));
}

/**
 * Finds completed lessons of the checked day in which nobody is marked as present or absent.
 *
 * @param markedLessonIds the IDs of the lessons in which somebody is marked; null stands for
 * lessons without an ID
 */
export function findUnmarkedLessons(
	lessons: readonly Occurrence[],
	markedLessonIds: ReadonlySet<number | null>,
	{ checkedDay }: Days,
): Finding[] {
	const completedLessons = lessons.filter(
		({ date, status }) => date === checkedDay && status === LESSON_STATUS.completed,
	);
	const unmarkedLessons = completedLessons.filter(
		({ lesson_id }) => !markedLessonIds.has(lesson_id),
	);

	return unmarkedLessons.map((lesson) => ({
		check: 'notMarked',
		...makeLessonFields(lesson),
		describe: (names) =>
			`${describeLesson(lesson, names)} is completed, but nobody is marked as present or absent.`,
	}));
}

/**
 * Finds pairs of planned lessons that need the same teacher or room at the same time, on the
 * checked day, today or tomorrow.
 */
export function findOverlaps(
	lessons: readonly Occurrence[],
	{ checkedDay, today, tomorrow }: Days,
): Finding[] {
	const dates = [...new Set([checkedDay, today, tomorrow])];
	return dates.flatMap((date) => findOverlapsOn(date, lessons));
}

/** Finds the pairs of planned lessons of one day that need the same teacher or room. */
function findOverlapsOn(date: string, lessons: readonly Occurrence[]): Finding[] {
	const plannedLessons = lessons.filter((lesson) => lesson.date === date && isPlanned(lesson));
	const timedLessons = readTimes(plannedLessons).sort(compareBeginnings);

	const findings: Finding[] = [];
	for (const [index, earlier] of timedLessons.entries()) {
		const laterLessons = timedLessons.slice(index + 1);
		const overlappingLessons = laterLessons.filter((later) => later.begin < earlier.end);
		for (const later of overlappingLessons) {
			const conflict = findSharedResources(earlier.lesson, later.lesson);
			if (conflict !== undefined) findings.push(makeOverlapFinding(conflict));
		}
	}
	return findings;
}

/** A lesson, and when it begins and ends, in minutes after midnight. */
interface TimedLesson extends TimeSpan {
	lesson: Occurrence;
}

/**
 * Reads when lessons begin and end. Leaves out a lesson that does not show both times, because
 * nobody can say what it overlaps.
 */
function readTimes(lessons: readonly Occurrence[]): TimedLesson[] {
	const timedLessons: TimedLesson[] = [];
	for (const lesson of lessons) {
		const timeSpan = readTimesOf(lesson);
		if (timeSpan !== undefined) timedLessons.push({ lesson, ...timeSpan });
	}
	return timedLessons;
}

/**
 * Compares lessons by their beginning. Compares lessons that begin together by their IDs, so that
 * a pair of lessons has the same order in each run.
 */
function compareBeginnings(a: TimedLesson, b: TimedLesson): number {
	if (a.begin !== b.begin) return a.begin - b.begin;

	// 0 stands for a lesson without an ID, so that it comes first.
	const idOfA = a.lesson.lesson_id ?? 0;
	const idOfB = b.lesson.lesson_id ?? 0;
	return idOfA - idOfB;
}

/** Two lessons, and the teachers and rooms that both need. */
interface Conflict {
	earlier: Occurrence;
	later: Occurrence;
	teacherIds: readonly number[];
	roomIds: readonly number[];
}

/** Finds the teachers and the room that two lessons share; undefined if they share none. */
function findSharedResources(earlier: Occurrence, later: Occurrence): Conflict | undefined {
	const teacherIds = earlier.teacher_ids.filter((id) => later.teacher_ids.includes(id));
	// A lesson has one room at most, so the list has one ID or none.
	const roomIds = listRoomIds(earlier).filter((id) => id === later.room_id);
	if (teacherIds.length === 0 && roomIds.length === 0) return undefined;
	return { earlier, later, teacherIds, roomIds };
}

/**
 * Makes the finding of two lessons that need the same teacher or room. An output item has one time
 * and one lesson ID, so it shows the later lesson. If the later lesson has no ID, the item shows
 * the ID of the earlier lesson, so that people can open at least this lesson.
 */
function makeOverlapFinding(conflict: Conflict): Finding {
	const { earlier, later, teacherIds, roomIds } = conflict;
	return {
		check: 'overlap',
		...makeLessonFields(later),
		lessonId: later.lesson_id ?? earlier.lesson_id,
		groupIds: [...earlier.group_ids, ...later.group_ids],
		customerIds: [...listIndividualCustomers(earlier), ...listIndividualCustomers(later)],
		teacherIds,
		roomIds,
		describe: (names) => describeConflict(conflict, names),
	};
}

/** Writes which teachers and rooms are booked twice, and for which lessons. */
function describeConflict(conflict: Conflict, names: Names): string {
	const { earlier, later, teacherIds, roomIds } = conflict;
	const teachers = teacherIds.map((id) => names.teacher(id));
	const rooms = roomIds.map((id) => describeRoom(id, names));
	const bookedTwice = [...teachers, ...rooms];
	const verb = bookedTwice.length > 1 ? 'are' : 'is';

	const earlierLesson = `${nameGroupsOrCustomers(earlier, names)} at ${describeTimes(earlier)}`;
	const laterLesson = `${nameGroupsOrCustomers(later, names)} at ${describeTimes(later)}`;
	return capitalize(
		`${joinNames(bookedTwice)} ${verb} booked twice on ${earlier.date}: ${earlierLesson}, and ${laterLesson}.`,
	);
}

/** Writes `room Blue`, or `room 5` for a room whose name is unknown. */
function describeRoom(id: number, names: Names): string {
	const name = names.room(id);
	// `names` already calls a room without a name by its ID: `Room 5`.
	const isNameById = name === `Room ${id}`;
	return isNameById ? `room ${id}` : `room ${name}`;
}

/** Makes the fields of a finding that come from its lesson: the time, and the IDs of records. */
const makeLessonFields = (lesson: Occurrence) => ({
	date: lesson.date,
	time: formatTimeOfDay(lesson.time_from),
	branch: lesson.branch_id,
	lessonId: lesson.lesson_id,
	groupIds: lesson.group_ids,
	customerIds: listIndividualCustomers(lesson),
	teacherIds: lesson.teacher_ids,
});

const listRoomIds = ({ room_id }: Occurrence): number[] => (room_id === null ? [] : [room_id]);

/**
 * Returns the customers of an individual lesson. Returns no customers for a lesson of groups,
 * because a finding names the groups of such a lesson.
 */
const listIndividualCustomers = ({ group_ids, customer_ids }: Occurrence): number[] =>
	group_ids.length > 0 ? [] : customer_ids;

const isInCalendar = ({ lesson_id }: Occurrence): boolean => lesson_id !== null;

const isPlanned = ({ status }: Occurrence): boolean => status === LESSON_STATUS.planned;

/**
 * Whether a lesson has ended. A lesson whose end is unknown counts as over when its day is over:
 * its end is then written `2026-02-09 24:00`, which sorts between that day and the next day.
 *
 * @param now `yyyy-mm-dd hh:mm`
 */
function isOver(lesson: Occurrence, now: string): boolean {
	const timeSpan = readTimesOf(lesson);
	const endMinutes = timeSpan?.end ?? MINUTES_OF_A_DAY;
	const end = `${lesson.date} ${clockOfMinutes(endMinutes)}`;
	return end <= now;
}

/**
 * Reads when a lesson begins and ends, in minutes after midnight; undefined if AlfaCRM does not
 * show both times.
 */
function readTimesOf({ time_from, time_to }: Occurrence): TimeSpan | undefined {
	if (time_to === null) return undefined;
	// The times are in the school's local time and name no zone, so any zone gives the same minutes.
	const anyZone = 'UTC';
	return readTimeSpan({ time_from, time_to }, anyZone);
}
