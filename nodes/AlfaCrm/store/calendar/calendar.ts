import type { IDataObject } from 'n8n-workflow';

import { dayOf } from '../../entities/lesson';
import { daysAfter } from '../../values/formats';
import { idOf, isCancelled, regularLessonIdOf } from './lessonRow';
import type { RegularDays } from './regularLessonRow';
import { readRegularDays, takesPlaceOn } from './regularLessonRow';
import type { LessonFromRegular, ReplacedDays } from './replacedDays';
import { findReplacedDays } from './replacedDays';

/**
 * The lessons and regular lessons of one or several branches, as AlfaCRM lists them. A regular
 * lesson is a rule such as "Mondays at 17:00", from which AlfaCRM makes lessons.
 */
export interface LessonRows {
	/**
	 * Lessons of every status: a cancelled lesson shows that its regular lesson does not take place
	 * that day.
	 */
	lessons: readonly IDataObject[];
	regularLessons: readonly IDataObject[];
}

/** A lesson, or a regular lesson on one of its days. */
export interface OccurrenceRow {
	/** The day, `yyyy-mm-dd`. */
	date: string;
	/** The row of the lesson or the regular lesson, as AlfaCRM lists it. */
	lesson: IDataObject;
	/** Whether `lesson` is the row of a regular lesson. */
	isRegular: boolean;
	/**
	 * True for a regular lesson that a moved lesson probably replaces on this day: see
	 * `replacedDays.ts`. The time counts as busy, so no other lesson is booked then. But no customer
	 * is expected, so nobody is reminded of the lesson.
	 */
	isProbablyReplaced: boolean;
}

/**
 * The number of days before and after a day whose lessons decide what takes place on that day. A
 * moved lesson, which replaces a regular lesson of the day, is less than a week away.
 */
const DAYS_AROUND = 7;

/**
 * Returns the first and last day whose lessons a `Calendar` needs, to decide what takes place on
 * the given days.
 */
export function daysToRead(
	firstDay: string,
	lastDay: string,
): { firstDay: string; lastDay: string } {
	return { firstDay: daysAfter(firstDay, -DAYS_AROUND), lastDay: daysAfter(lastDay, DAYS_AROUND) };
}

/**
 * Decides what takes place on a day. Everything that depends on lessons uses this class, so that
 * the results agree: free slots, bookings, participants, reminders and *Daily Check*.
 *
 * A lesson takes place unless it is cancelled. A regular lesson takes place on its weekday, unless
 * a lesson that AlfaCRM has made from it replaces that day. Days are texts, `yyyy-mm-dd`, so `<`
 * compares them by time.
 */
export class Calendar {
	private readonly lessonsByDay: ReadonlyMap<string, readonly IDataObject[]>;
	private readonly regularLessons: readonly RegularLesson[];
	private readonly replacedDays: ReplacedDays;

	/** @param rows must have the lessons of all days that `daysToRead` returns */
	constructor(rows: LessonRows, zone: string) {
		this.lessonsByDay = groupByDay(rows.lessons, zone);
		this.regularLessons = rows.regularLessons.map((row) => readRegularLesson(row, zone));
		const lessonsFromRegular = findLessonsFromRegular(this.lessonsByDay, this.regularLessons);
		this.replacedDays = findReplacedDays(lessonsFromRegular);
	}

	/**
	 * Returns the lessons and regular lessons that take place on a day. Includes regular lessons that
	 * are probably replaced that day.
	 */
	occurrencesOn(date: string): OccurrenceRow[] {
		return [...this.lessonsOn(date), ...this.regularLessonsOn(date)];
	}

	/** Returns the lessons of a day, without the cancelled ones. */
	private lessonsOn(date: string): OccurrenceRow[] {
		const lessons = this.lessonsByDay.get(date) ?? [];
		const uncancelledLessons = lessons.filter((lesson) => !isCancelled(lesson));
		return uncancelledLessons.map((lesson) => ({
			date,
			lesson,
			isRegular: false,
			isProbablyReplaced: false,
		}));
	}

	/** Returns the regular lessons of a day, without those that a lesson certainly replaces. */
	private regularLessonsOn(date: string): OccurrenceRow[] {
		const occurrences: OccurrenceRow[] = [];
		for (const { id, row, days } of this.regularLessons) {
			if (!takesPlaceOn(days, date)) continue;

			const status = this.replacedDays.findDayStatus(id, date);
			if (status === 'replaced') continue;

			const isProbablyReplaced = status === 'probablyReplaced';
			occurrences.push({ date, lesson: row, isRegular: true, isProbablyReplaced });
		}
		return occurrences;
	}
}

interface RegularLesson {
	id?: number;
	row: IDataObject;
	days: RegularDays;
}

function readRegularLesson(row: IDataObject, zone: string): RegularLesson {
	return { id: idOf(row), row, days: readRegularDays(row, zone) };
}

/** Groups lessons by their day. Leaves out lessons that show no day. */
function groupByDay(lessons: readonly IDataObject[], zone: string): Map<string, IDataObject[]> {
	const lessonsByDay = new Map<string, IDataObject[]>();
	for (const lesson of lessons) {
		const day = dayOf(lesson, zone);
		if (day === undefined) continue;

		const lessonsOfDay = lessonsByDay.get(day) ?? [];
		lessonsOfDay.push(lesson);
		lessonsByDay.set(day, lessonsOfDay);
	}
	return lessonsByDay;
}

/** Finds the lessons that AlfaCRM has made from one of these regular lessons. */
function findLessonsFromRegular(
	lessonsByDay: ReadonlyMap<string, readonly IDataObject[]>,
	regularLessons: readonly RegularLesson[],
): LessonFromRegular[] {
	const daysByRegularId = new Map<number, RegularDays>();
	for (const { id, days } of regularLessons) {
		if (id !== undefined) {
			daysByRegularId.set(id, days);
		}
	}

	const lessonsFromRegular: LessonFromRegular[] = [];
	for (const [date, lessons] of lessonsByDay) {
		for (const lesson of lessons) {
			const regularId = regularLessonIdOf(lesson);
			if (regularId === undefined) continue;

			const regularDays = daysByRegularId.get(regularId);
			if (regularDays === undefined) continue;

			lessonsFromRegular.push({
				date,
				regularId,
				regularDays,
				isCancelled: isCancelled(lesson),
			});
		}
	}
	return lessonsFromRegular;
}
