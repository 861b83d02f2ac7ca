import type { Occurrence } from '../../../store/calendar/occurrences';
import { formatTime } from '../../../values/formats';
import type { Names } from './finding';

/** A sentence names at most this many records, and says how many more there are. */
const MAX_NAMES = 3;

/** Joins names to one text: `A`, `A and B`, `A, B and C`, `A, B, C and 2 more`. */
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
 * Names the groups that have a lesson, or else its customers, or else the lesson by its ID. A
 * regular lesson that is not in the calendar yet has no ID, so it is a lesson of nobody.
 */
export function nameGroupsOrCustomers(lesson: Occurrence, names: Names): string {
	const { group_ids, customer_ids, lesson_id } = lesson;
	if (group_ids.length > 0) return joinNames(group_ids.map((id) => names.group(id)));
	if (customer_ids.length > 0) return joinNames(customer_ids.map((id) => names.customer(id)));
	return lesson_id === null ? 'nobody' : `lesson ${lesson_id}`;
}

/**
 * Returns `17:00` of `2026-02-09 17:00:00`. The moment is by the clock of the school already, so
 * the time is not converted.
 */
export const formatTimeOfDay = (moment: string | null): string | undefined =>
	formatTime(moment, 'UTC');

/** Writes `10:00–11:00`; a time that AlfaCRM does not show is left out. */
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
