import { LESSON_STATUS } from '../../../entities/lesson';
import type { Occurrence } from '../../../store/calendar/occurrences';
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
 * Finds lessons of the checked day that are over, but which nobody has completed or cancelled. If
 * the checked day is today, `lessons` may also hold regular lessons that are not in the calendar
 * yet. Nobody can complete those, so they are left out.
 */
export function findStillPlanned(
	lessons: readonly Occurrence[],
	{ checkedDay, now }: Days,
): Finding[] {
	return lessons
		.filter((lesson) => lesson.date === checkedDay && isInCalendar(lesson))
		.filter((lesson) => isPlanned(lesson) && isOver(lesson, now))
		.map((lesson) => ({
			check: 'stillPlanned',
			...listLessonDetails(lesson),
			describe: (names) =>
				`${describeLesson(lesson, names)} is still planned: nobody has completed or cancelled it.`,
		}));
}

/**
 * Finds completed lessons of the checked day in which nobody is marked as present or absent.
 *
 * @param markedLessonIds see `SchoolRecords`
 */
export function findUnmarkedLessons(
	lessons: readonly Occurrence[],
	markedLessonIds: ReadonlySet<number | null>,
	{ checkedDay }: Days,
): Finding[] {
	return lessons
		.filter(({ date, status }) => date === checkedDay && status === LESSON_STATUS.completed)
		.filter(({ lesson_id }) => !markedLessonIds.has(lesson_id))
		.map((lesson) => ({
			check: 'notMarked',
			...listLessonDetails(lesson),
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

function findOverlapsOn(date: string, lessons: readonly Occurrence[]): Finding[] {
	const timedLessons = lessons
		.filter((lesson) => lesson.date === date && isPlanned(lesson))
		.flatMap(withTimeSpan)
		.sort((a, b) => a.begin - b.begin || tieBreakerOf(a.lesson) - tieBreakerOf(b.lesson));

	return timedLessons.flatMap((earlier, index) =>
		timedLessons
			.slice(index + 1)
			.filter((later) => later.begin < earlier.end)
			.flatMap((later) => reportOverlap(earlier.lesson, later.lesson) ?? []),
	);
}

/**
 * Returns a lesson with the minutes of the day when it begins and ends. Returns nothing for a
 * lesson without both times, because it is unknown what that overlaps.
 */
function withTimeSpan(lesson: Occurrence) {
	const span = readTimesOf(lesson);
	return span === undefined ? [] : [{ lesson, ...span }];
}

/** Sorts lessons that begin together, so that a pair has the same order in each run. */
const tieBreakerOf = ({ lesson_id }: Occurrence): number => lesson_id ?? 0;

/**
 * Reports what two lessons need at the same time; undefined if they share neither a teacher nor a
 * room.
 */
function reportOverlap(earlier: Occurrence, later: Occurrence): Finding | undefined {
	const teacherIds = earlier.teacher_ids.filter((id) => later.teacher_ids.includes(id));
	const roomIds = listRoomIds(earlier).filter((id) => id === later.room_id);
	if (teacherIds.length === 0 && roomIds.length === 0) return undefined;

	const describe = (names: Names) => {
		const bookedTwice = [
			...teacherIds.map((id) => names.teacher(id)),
			...roomIds.map((id) => `room ${names.room(id)}`),
		];
		const verb = bookedTwice.length > 1 ? 'are' : 'is';
		const earlierLesson = `${nameGroupsOrCustomers(earlier, names)} at ${describeTimes(earlier)}`;
		const laterLesson = `${nameGroupsOrCustomers(later, names)} at ${describeTimes(later)}`;
		return capitalize(
			`${joinNames(bookedTwice)} ${verb} booked twice on ${earlier.date}: ${earlierLesson}, and ${laterLesson}.`,
		);
	};
	return {
		check: 'overlap',
		...listLessonDetails(later),
		// A regular lesson that is not in the calendar yet has no ID. If the later lesson is one, the
		// item has the ID of the earlier lesson, but the day and time of the later one.
		lessonId: later.lesson_id ?? earlier.lesson_id,
		groupIds: [...earlier.group_ids, ...later.group_ids],
		customerIds: [...listIndividualCustomers(earlier), ...listIndividualCustomers(later)],
		teacherIds,
		roomIds,
		describe,
	};
}

/** Returns the part of a finding that describes its lesson: the time and the records. */
const listLessonDetails = (lesson: Occurrence) => ({
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
 * Returns the customers of an individual lesson. For a lesson of a group, the group stands for
 * them.
 */
const listIndividualCustomers = ({ group_ids, customer_ids }: Occurrence): number[] =>
	group_ids.length > 0 ? [] : customer_ids;

const isInCalendar = ({ lesson_id }: Occurrence): boolean => lesson_id !== null;

const isPlanned = ({ status }: Occurrence): boolean => status === LESSON_STATUS.planned;

/**
 * Whether a lesson has ended. A lesson without an end is over when its day is: `24:00` sorts after
 * every time of the day, and before the next day.
 *
 * @param now `yyyy-mm-dd hh:mm`
 */
function isOver(lesson: Occurrence, now: string): boolean {
	const { end } = readTimesOf(lesson) ?? { end: MINUTES_OF_A_DAY };
	return `${lesson.date} ${clockOfMinutes(end)}` <= now;
}

/**
 * Reads when a lesson begins and ends, in minutes after midnight; undefined if AlfaCRM does not
 * show both times. The times of an occurrence are by the clock of the school and name no zone, so
 * any zone gives the same minutes.
 */
const readTimesOf = ({ time_from, time_to }: Occurrence) =>
	time_to === null ? undefined : readTimeSpan({ time_from, time_to }, 'UTC');
