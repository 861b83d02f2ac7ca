/**
 * Writes parts of the messages of *Account → Daily Check*. An `Occurrence` is a lesson, or a
 * regular lesson (a rule such as "Mondays at 17:00") on a day that has no lesson in the calendar
 * yet.
 */

import type { Occurrence } from '../../../store/calendar/occurrences';
import { formatTime } from '../../../values/formats';
import type { Names } from './finding';

/** The most records that a sentence names. It then says how many more there are. */
const MAX_NAMES = 3;

/** Joins names into one text: `A`, `A and B`, `A, B and C`, `A, B, C and 2 more`. */
export function joinNames(names: readonly string[]): string {
	const unnamedCount = names.length - MAX_NAMES;
	if (unnamedCount > 0) {
		const firstNames = names.slice(0, MAX_NAMES);
		return `${firstNames.join(', ')} and ${unnamedCount} more`;
	}

	if (names.length < 2) return names.join('');
	const lastName = names[names.length - 1];
	const otherNames = names.slice(0, -1);
	return `${otherNames.join(', ')} and ${lastName}`;
}

/** Writes the first letter of a text as a capital. */
export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Names the groups of a lesson. For a lesson without groups, names its customers. For a lesson
 * without customers as well, returns its ID: `lesson 12`. A regular lesson has no lesson ID, so the
 * text is then `nobody`.
 */
export function nameGroupsOrCustomers(lesson: Occurrence, names: Names): string {
	const { group_ids, customer_ids, lesson_id } = lesson;
	if (group_ids.length > 0) return joinNames(group_ids.map((id) => names.group(id)));
	if (customer_ids.length > 0) return joinNames(customer_ids.map((id) => names.customer(id)));
	return lesson_id === null ? 'nobody' : `lesson ${lesson_id}`;
}

/**
 * Returns the time of a moment: `17:00` for `2026-02-09 17:00:00`. The moment is in the school's
 * local time and names no zone, so `formatTime` gives the same time in any zone.
 */
export function formatTimeOfDay(moment: string | null): string | undefined {
	const anyZone = 'UTC';
	return formatTime(moment, anyZone);
}

/** Writes when a lesson begins and ends: `10:00–11:00`. Leaves out a time that is unknown. */
export function describeTimes({ time_from, time_to }: Occurrence): string {
	const times = [formatTimeOfDay(time_from), formatTimeOfDay(time_to)];
	return times.filter((time) => time !== undefined).join('–');
}

/** Writes `The lesson of Robotics on 2026-02-09 at 17:00–18:00 with Lev Petrov`. */
export function describeLesson(lesson: Occurrence, names: Names): string {
	const attendees = nameGroupsOrCustomers(lesson, names);
	const times = describeTimes(lesson);
	const teachers = lesson.teacher_ids.map((id) => names.teacher(id));

	const atTimes = times === '' ? '' : ` at ${times}`;
	const withTeachers = teachers.length === 0 ? '' : ` with ${joinNames(teachers)}`;
	return `The lesson of ${attendees} on ${lesson.date}${atTimes}${withTeachers}`;
}
