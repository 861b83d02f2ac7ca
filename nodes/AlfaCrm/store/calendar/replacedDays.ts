/**
 * Decides which days of a regular lesson are replaced by lessons: on such a day, the lesson takes
 * place (or is cancelled) in place of the regular lesson. A lesson of every status replaces a day:
 * planned, completed or cancelled. AlfaCRM shows in a lesson from which regular lesson it was made,
 * but not for which day (API notes 5.11).
 *
 * - **A lesson on the weekday of the regular lesson** replaces that day.
 * - **A lesson on another weekday** was moved. It replaces the nearest regular day before it. If
 *   another lesson already replaces that day, it replaces the nearest regular day after it. Both
 *   days are less than a week away.
 *
 * Which day a moved lesson replaces is a guess: the lesson may have been put off from the day
 * before it, or brought forward from the day after it. The guess counts as certain in three cases,
 * so that something else may be booked at the time of the replaced day:
 *
 * - Only one of the two days is a day of the regular lesson, because it begins or ends that week.
 * - The day that is not chosen has a lesson of its own in the calendar. A cancelled lesson does not
 *   count here, because the moved lesson may make up for it.
 * - The moved lesson is at most `MOST_DAYS_PUT_OFF` days after the chosen day. The day after it is
 *   farther away then.
 *
 * In all other cases the day is only *probably* replaced: nobody is expected to come, and nothing
 * else is booked.
 *
 * A guess never makes another guess certain: a day that a moved lesson replaces does not count as a
 * day with a lesson of its own. Otherwise the same day could be free in a search over many days,
 * which sees a whole chain of moved lessons, and taken in a search over a few.
 */

import { daysAfter } from '../../values/formats';
import type { RegularDays } from './regularLessonRow';
import { takesPlaceOn } from './regularLessonRow';

/** A lesson that comes at most so many days after a regular day certainly replaces that day. */
const MOST_DAYS_PUT_OFF = 3;

/** A moved lesson is on another weekday, so it is never a whole week away from a regular day. */
const MOST_DAYS_APART = 6;

/** Whether it is certain or only probable that a lesson replaces a day. */
type DayStatus = 'replaced' | 'probablyReplaced';

/** A lesson of the calendar, and the regular lesson from which it was made. */
export interface LessonFromRegular {
	/** The day of the lesson. */
	date: string;
	regularId: number;
	regularDays: RegularDays;
	isCancelled: boolean;
}

/**
 * Finds the days of regular lessons on which a lesson takes place in their place.
 *
 * @param lessons the lessons of the days of interest, and of a week before and after them
 */
export function findReplacedDays(lessons: readonly LessonFromRegular[]): ReplacedDays {
	const replacedDays = new ReplacedDays();
	const movedLessons: LessonFromRegular[] = [];
	for (const lesson of lessons) {
		const { date, regularId, regularDays } = lesson;
		// A lesson from before the first day belongs to an older timetable, for example on another
		// weekday. A lesson after the last day may have been put off from it.
		if (date < regularDays.firstDay) continue;

		if (!takesPlaceOn(regularDays, date)) {
			movedLessons.push(lesson);
			continue;
		}

		replacedDays.addReplacedDay(regularId, date, 'replaced');
		if (!lesson.isCancelled) {
			replacedDays.addOwnLesson(regularId, date);
		}
	}

	// Of several moved lessons, the earliest takes the earliest day.
	movedLessons.sort((a, b) => a.date.localeCompare(b.date));
	for (const movedLesson of movedLessons) {
		addDayOfMovedLesson(movedLesson, replacedDays);
	}
	return replacedDays;
}

/** The days of regular lessons on which a lesson takes place in their place. */
export class ReplacedDays {
	private readonly statuses = new Map<string, DayStatus>();
	private readonly daysWithOwnLesson = new Set<string>();

	addReplacedDay(regularId: number, date: string, status: DayStatus): void {
		this.statuses.set(keyOf(regularId, date), status);
	}

	/** Notes that a day has a lesson of its own, which is not cancelled. */
	addOwnLesson(regularId: number, date: string): void {
		this.daysWithOwnLesson.add(keyOf(regularId, date));
	}

	hasOwnLesson(regularId: number, date: string): boolean {
		return this.daysWithOwnLesson.has(keyOf(regularId, date));
	}

	/** Returns undefined for a day that no lesson replaces. */
	findReplacement(regularId: number | undefined, date: string): DayStatus | undefined {
		if (regularId === undefined) return undefined;
		return this.statuses.get(keyOf(regularId, date));
	}
}

const keyOf = (regularId: number, date: string): string => `${regularId} ${date}`;

/**
 * Adds the day of a regular lesson that a moved lesson replaces: the nearest day before it or, if
 * another lesson replaces that day, the nearest day after it. Adds nothing if other lessons replace
 * both.
 */
function addDayOfMovedLesson(lesson: LessonFromRegular, replacedDays: ReplacedDays): void {
	const { date, regularId, regularDays } = lesson;
	const dayBefore = findNearDay(regularDays, date, 'before');
	const dayAfter = findNearDay(regularDays, date, 'after');
	const nearDays = [dayBefore, dayAfter].filter((day) => day !== undefined);

	const isFree = (day: NearDay) => replacedDays.findReplacement(regularId, day.date) === undefined;
	const chosenDay = nearDays.find(isFree);
	if (chosenDay === undefined) return;

	const otherDays = nearDays.filter((day) => day !== chosenDay);
	const isOnlyChoice = otherDays.every((day) => replacedDays.hasOwnLesson(regularId, day.date));
	const wasPutOffBriefly = chosenDay === dayBefore && chosenDay.distance <= MOST_DAYS_PUT_OFF;
	const isCertain = isOnlyChoice || wasPutOffBriefly;
	replacedDays.addReplacedDay(
		regularId,
		chosenDay.date,
		isCertain ? 'replaced' : 'probablyReplaced',
	);
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
	const direction = side === 'before' ? -1 : 1;
	for (let distance = 1; distance <= MOST_DAYS_APART; distance++) {
		const date = daysAfter(lessonDate, direction * distance);
		if (takesPlaceOn(regularDays, date)) return { date, distance };
	}
	return undefined;
}
