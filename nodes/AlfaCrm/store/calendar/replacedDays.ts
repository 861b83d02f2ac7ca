/**
 * Decides which days of a regular lesson are replaced by lessons. A lesson of every status replaces
 * a day: planned, completed or cancelled. AlfaCRM shows in a lesson from which regular lesson it
 * was made, but not for which day (API notes 5.11).
 *
 * - **On the weekday of the regular lesson**, a lesson replaces that day.
 * - **On another weekday**, the lesson was moved. It replaces the nearest day before it on which
 *   the regular lesson takes place. If another lesson replaces that day, it replaces the nearest
 *   day after it. Both days are less than a week away.
 *
 * The day of a moved lesson is a guess, because it may have been put off from the day before or
 * brought forward from the day after. The guess counts as certain, so that something else may be
 * booked at that time, in two cases:
 *
 * - The other day has a lesson of its own in the calendar. A cancelled one does not count, because
 *   the moved lesson may make up for it.
 * - The lesson was put off by at most `MOST_DAYS_PUT_OFF` days, so the other day is farther away.
 *
 * In all other cases the day is only *probably* replaced: nobody comes, and nothing else is booked.
 * One guess never makes another one certain. Otherwise a chain of moved lessons could free a day in
 * a search over many days that is taken in a search over few.
 */

import { daysAfter } from '../../values/formats';
import type { RegularDays } from './regularLessonRow';
import { takesPlaceOn } from './regularLessonRow';

/** A lesson is put off by this many days at most where the guess counts as certain. */
const MOST_DAYS_PUT_OFF = 3;

/** A moved lesson is on another weekday, so it is never a whole week away from a day. */
const MOST_DAYS_APART = 6;

/** How sure it is that a lesson replaces a day. */
type Replacement = 'replaced' | 'probablyReplaced';

/** A lesson of the calendar, and the regular lesson from which it was made. */
export interface LessonFromRegular {
	/** The day of the lesson. */
	date: string;
	regularId: number;
	regularDays: RegularDays;
	isCancelled: boolean;
}

/**
 * Finds the days that lessons replace.
 *
 * @param lessons the lessons of the days of interest, and of a week before and after them
 */
export function findReplacedDays(lessons: readonly LessonFromRegular[]): ReplacedDays {
	const replacedDays = new ReplacedDays();
	const movedLessons: LessonFromRegular[] = [];
	for (const lesson of lessons) {
		const { date, regularId, regularDays, isCancelled } = lesson;
		// A lesson from before the first day belongs to an older timetable, for example on another
		// weekday.
		if (date < regularDays.firstDay) continue;

		if (takesPlaceOn(regularDays, date)) {
			replacedDays.add(regularId, date, 'replaced');
			if (!isCancelled) replacedDays.addOwnLesson(regularId, date);
		} else {
			movedLessons.push(lesson);
		}
	}

	movedLessons.sort((a, b) => (a.date < b.date ? -1 : 1));
	for (const movedLesson of movedLessons) {
		addDayOfMovedLesson(movedLesson, replacedDays);
	}
	return replacedDays;
}

/** The days of regular lessons that lessons of the calendar replace. */
export class ReplacedDays {
	private readonly replacements = new Map<string, Replacement>();
	private readonly daysWithOwnLesson = new Set<string>();

	add(regularId: number, date: string, replacement: Replacement): void {
		this.replacements.set(keyOf(regularId, date), replacement);
	}

	/** Notes that a day has a lesson of its own, which is not cancelled. */
	addOwnLesson(regularId: number, date: string): void {
		this.daysWithOwnLesson.add(keyOf(regularId, date));
	}

	hasOwnLesson(regularId: number, date: string): boolean {
		return this.daysWithOwnLesson.has(keyOf(regularId, date));
	}

	/** Returns how sure it is that a day is replaced; undefined if no lesson replaces it. */
	find(regularId: number | undefined, date: string): Replacement | undefined {
		return regularId === undefined ? undefined : this.replacements.get(keyOf(regularId, date));
	}
}

const keyOf = (regularId: number, date: string): string => `${regularId} ${date}`;

/**
 * Adds the day that a moved lesson replaces. Adds none if other lessons replace both days around
 * it.
 */
function addDayOfMovedLesson(
	{ date, regularId, regularDays }: LessonFromRegular,
	replacedDays: ReplacedDays,
): void {
	const dayBefore = findNearDay(regularDays, date, 'before');
	const dayAfter = findNearDay(regularDays, date, 'after');
	const nearDays = [dayBefore, dayAfter].filter((day) => day !== undefined);
	const chosenDay = nearDays.find((day) => replacedDays.find(regularId, day.date) === undefined);
	if (chosenDay === undefined) return;

	const otherDays = nearDays.filter((day) => day !== chosenDay);
	const isOnlyChoice = otherDays.every((day) => replacedDays.hasOwnLesson(regularId, day.date));
	const wasPutOffBriefly = chosenDay === dayBefore && chosenDay.distance <= MOST_DAYS_PUT_OFF;
	const isCertain = isOnlyChoice || wasPutOffBriefly;
	replacedDays.add(regularId, chosenDay.date, isCertain ? 'replaced' : 'probablyReplaced');
}

/**
 * A day on which a regular lesson takes place, and how many days it is away from a moved lesson.
 */
interface NearDay {
	date: string;
	distance: number;
}

/** Finds the nearest day of a regular lesson before or after a moved lesson. */
function findNearDay(
	regularDays: RegularDays,
	lessonDate: string,
	side: 'before' | 'after',
): NearDay | undefined {
	for (let distance = 1; distance <= MOST_DAYS_APART; distance++) {
		const date = daysAfter(lessonDate, side === 'before' ? -distance : distance);
		if (takesPlaceOn(regularDays, date)) return { date, distance };
	}
	return undefined;
}
