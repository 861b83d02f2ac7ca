/**
 * Decides on which days a regular lesson does not take place, because a lesson replaces it.
 *
 * A regular lesson is a rule such as "Mondays at 17:00". Each Monday is one of its *regular days*.
 * AlfaCRM makes lessons from the rule, and users then move or cancel some of these lessons. A
 * lesson replaces a regular day whether it is planned, completed or cancelled. AlfaCRM shows from
 * which regular lesson a lesson was made, but not for which day (docs/alfacrm-api.md 5.11). So the
 * day is found by the weekday:
 *
 * - **A lesson on a regular day** replaces that day.
 * - **A lesson on another weekday is a moved lesson.** A lesson on Wednesday replaces the Monday
 *   before it. If another lesson already replaces that Monday, it replaces the Monday after it.
 *
 * The day of a moved lesson is a guess. Somebody may have put the lesson off from Monday to
 * Wednesday, or brought it forward from the next Monday. The guess counts as certain in three
 * cases:
 *
 * - The regular lesson takes place on only one of the two Mondays, because it begins or ends in
 *   that week.
 * - The other Monday has a lesson of its own: a lesson on that day, which is not cancelled. (The
 *   moved lesson may make up for a cancelled one.)
 * - The lesson was put off by at most `MOST_DAYS_PUT_OFF` days. The Monday after it is farther
 *   away.
 *
 * A certainly replaced day is free, so another lesson can be booked at that time. In all other
 * cases the day is *probably* replaced: no customer is expected, but nothing else is booked.
 *
 * A guess never makes another guess certain: a day that a moved lesson replaces does not count as a
 * day with a lesson of its own. If it counted, the result for a day would depend on how many other
 * days are read, because moved lessons can form a chain over many weeks.
 */

import { daysAfter } from '../../values/formats';
import type { RegularDays } from './regularLessonRow';
import { takesPlaceOn } from './regularLessonRow';

/** If a lesson was put off by at most this many days, it is certain which day it replaces. */
const MOST_DAYS_PUT_OFF = 3;

/** The nearest regular days before and after a moved lesson are less than a week away. */
const MOST_DAYS_APART = 6;

/** Whether a lesson certainly or only probably replaces a day. */
type DayStatus = 'replaced' | 'probablyReplaced';

/** A lesson, and the regular lesson from which AlfaCRM has made it. */
export interface LessonFromRegular {
	/** The day of the lesson. */
	date: string;
	regularId: number;
	regularDays: RegularDays;
	isCancelled: boolean;
}

/**
 * Finds the days of regular lessons that are replaced by lessons.
 *
 * @param lessons the lessons of the days of interest, and of one week before and after these days
 */
export function findReplacedDays(lessons: readonly LessonFromRegular[]): ReplacedDays {
	const replacedDays = new ReplacedDays();
	const movedLessons: LessonFromRegular[] = [];
	for (const lesson of lessons) {
		const { date, regularId, regularDays } = lesson;
		// A lesson before the first day belongs to an older timetable, so it replaces no day. A lesson
		// after the last day counts, because it may have been put off from the last day.
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

	// The earliest moved lesson is the first to get a day.
	movedLessons.sort((a, b) => a.date.localeCompare(b.date));
	for (const movedLesson of movedLessons) {
		addDayOfMovedLesson(movedLesson, replacedDays);
	}
	return replacedDays;
}

/** The days of regular lessons that are replaced by lessons. */
export class ReplacedDays {
	private readonly statuses = new Map<string, DayStatus>();
	private readonly daysWithOwnLesson = new Set<string>();

	addReplacedDay(regularId: number, date: string, status: DayStatus): void {
		this.statuses.set(keyOf(regularId, date), status);
	}

	/** Notes that an uncancelled lesson takes place on a regular day itself. */
	addOwnLesson(regularId: number, date: string): void {
		this.daysWithOwnLesson.add(keyOf(regularId, date));
	}

	hasOwnLesson(regularId: number, date: string): boolean {
		return this.daysWithOwnLesson.has(keyOf(regularId, date));
	}

	/** Returns undefined for a day that no lesson replaces. */
	findDayStatus(regularId: number | undefined, date: string): DayStatus | undefined {
		if (regularId === undefined) return undefined;
		return this.statuses.get(keyOf(regularId, date));
	}
}

const keyOf = (regularId: number, date: string): string => `${regularId} ${date}`;

/**
 * Adds the regular day that a moved lesson replaces: the nearest one before the lesson or, if
 * another lesson replaces that day, the nearest one after it. If both are replaced, adds nothing.
 */
function addDayOfMovedLesson(lesson: LessonFromRegular, replacedDays: ReplacedDays): void {
	const { date, regularId, regularDays } = lesson;
	const dayBefore = findNearDay(regularDays, date, 'before');
	const dayAfter = findNearDay(regularDays, date, 'after');
	const nearDays = [dayBefore, dayAfter].filter((day) => day !== undefined);

	const isNotReplaced = (day: NearDay) =>
		replacedDays.findDayStatus(regularId, day.date) === undefined;
	const chosenDay = nearDays.find(isNotReplaced);
	if (chosenDay === undefined) return;

	const otherDays = nearDays.filter((day) => day !== chosenDay);
	// True also if the regular lesson does not take place on another near day.
	const isOnlyChoice = otherDays.every((day) => replacedDays.hasOwnLesson(regularId, day.date));
	const wasPutOffBriefly = chosenDay === dayBefore && chosenDay.distance <= MOST_DAYS_PUT_OFF;
	const isCertain = isOnlyChoice || wasPutOffBriefly;
	replacedDays.addReplacedDay(
		regularId,
		chosenDay.date,
		isCertain ? 'replaced' : 'probablyReplaced',
	);
}

/** A regular day, and how many days lie between that day and a moved lesson. */
interface NearDay {
	date: string;
	distance: number;
}

/** Finds the nearest regular day before or after a moved lesson. */
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
