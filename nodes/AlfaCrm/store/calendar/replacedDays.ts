import type { IDataObject } from 'n8n-workflow';

import { dayOf } from '../../entities/lesson';
import { daysAfter } from '../../values/formats';
import { idOf, regularLessonIdOf } from './lessonRow';
import { firstDay } from './periods';
import { takesPlaceOn } from './regularLessonRow';

/**
 * Decides which days of a regular lesson are replaced by a lesson of the calendar, whether that lesson is planned, completed
 * or cancelled. AlfaCRM shows in a lesson from which regular lesson it was made, but not for which day (API notes 5.11).
 *
 * - **On the weekday of the regular lesson**, a lesson replaces that day.
 * - **On another weekday**, it was moved. It replaces the day before it on which the regular lesson takes place, or the day
 *   after it if the day before has been replaced. Both are less than a week away.
 *
 * The day of a moved lesson is a guess: it may have been put off from the day before, or brought forward from the day after.
 * The guess is good enough to book another lesson at that hour in two cases: only one day is left to choose, or the lesson was
 * moved by at most `MOST_DAYS_MOVED` days, so that the other day is farther away. Otherwise the day is only *probably*
 * replaced.
 */

/** Half a week: of two days that are a week apart, one is at most so far from any day between them. */
const MOST_DAYS_MOVED = 3;

/** The day of a moved lesson is less than a week away. */
const MOST_DAYS_APART = 6;

export type Replacement = 'replaced' | 'probablyReplaced';

/** Finds the replaced days of all regular lessons, by the lessons of the same days and of a week before and after them. */
export function findReplacedDays(
	lessons: readonly IDataObject[],
	regularLessons: readonly IDataObject[],
	zone: string,
): ReplacedDays {
	const replacedDays = new ReplacedDays();
	const movedLessons: LessonOfRegular[] = [];
	for (const lesson of readLessonsOfRegulars(lessons, regularLessons, zone)) {
		if (takesPlaceOn(lesson.regularLesson, lesson.date, zone)) {
			replacedDays.add(lesson.regularId, lesson.date, 'replaced');
		} else {
			movedLessons.push(lesson);
		}
	}

	movedLessons.sort((a, b) => (a.date < b.date ? -1 : 1));
	for (const movedLesson of movedLessons) {
		addDayOfMovedLesson(movedLesson, replacedDays, zone);
	}
	return replacedDays;
}

/** The days of regular lessons that lessons of the calendar replace. */
export class ReplacedDays {
	private readonly replacements = new Map<string, Replacement>();

	add(regularId: number, date: string, replacement: Replacement): void {
		this.replacements.set(keyOf(regularId, date), replacement);
	}

	/** Finds out whether a day is replaced; undefined if the regular lesson takes place on it. */
	find(regularId: number | undefined, date: string): Replacement | undefined {
		return regularId === undefined ? undefined : this.replacements.get(keyOf(regularId, date));
	}
}

const keyOf = (regularId: number, date: string): string => `${regularId} ${date}`;

/** A lesson that was made from a regular lesson. */
interface LessonOfRegular {
	date: string;
	regularId: number;
	regularLesson: IDataObject;
}

function readLessonsOfRegulars(
	lessons: readonly IDataObject[],
	regularLessons: readonly IDataObject[],
	zone: string,
): LessonOfRegular[] {
	const regularLessonsById = new Map(regularLessons.map((row) => [idOf(row), row]));
	const lessonsOfRegulars: LessonOfRegular[] = [];
	for (const lesson of lessons) {
		const regularId = regularLessonIdOf(lesson);
		const regularLesson = regularLessonsById.get(regularId);
		const date = dayOf(lesson, zone);
		if (regularId === undefined || regularLesson === undefined || date === undefined) continue;

		// A lesson from before the first day belongs to an older timetable, such as another weekday until then.
		if (date < firstDay(regularLesson, zone)) continue;

		lessonsOfRegulars.push({ date, regularId, regularLesson });
	}
	return lessonsOfRegulars;
}

/** Adds the day that a moved lesson replaces, unless the days around it have been replaced by other lessons. */
function addDayOfMovedLesson(
	{ date, regularId, regularLesson }: LessonOfRegular,
	replacedDays: ReplacedDays,
	zone: string,
): void {
	const nearDays = [
		findNearDay(regularLesson, date, 'before', zone),
		findNearDay(regularLesson, date, 'after', zone),
	].filter((day) => day !== undefined);
	const chosenDay = nearDays.find((day) => replacedDays.find(regularId, day.date) === undefined);
	if (chosenDay === undefined) return;

	const isOnlyChoice = nearDays
		.filter((day) => day !== chosenDay)
		.every((day) => replacedDays.find(regularId, day.date) === 'replaced');
	const isCertain = isOnlyChoice || chosenDay.distance <= MOST_DAYS_MOVED;
	replacedDays.add(regularId, chosenDay.date, isCertain ? 'replaced' : 'probablyReplaced');
}

/** A day on which a regular lesson takes place, and how many days it is away from a moved lesson. */
interface NearDay {
	date: string;
	distance: number;
}

function findNearDay(
	regularLesson: IDataObject,
	date: string,
	side: 'before' | 'after',
	zone: string,
): NearDay | undefined {
	for (let distance = 1; distance <= MOST_DAYS_APART; distance++) {
		const day = daysAfter(date, side === 'before' ? -distance : distance);
		if (takesPlaceOn(regularLesson, day, zone)) return { date: day, distance };
	}
	return undefined;
}
