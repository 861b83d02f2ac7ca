/**
 * Reads the fields that only regular lessons have. A regular lesson is a rule such as "Mondays at
 * 17:00", from which AlfaCRM makes lessons. See docs/alfacrm-api.md 5.13.
 */

import type { IDataObject } from 'n8n-workflow';

import { readId, readInteger } from '../../values/formats';
import { firstDayOf, lastDayOf } from './periods';
import type { LessonTimes } from './timeSpan';

/**
 * The days of a regular lesson: one weekday, from the first to the last day. On some of these days
 * a lesson takes place instead: see `replacedDays.ts`.
 */
export interface RegularDays {
	/** 0 is Sunday; undefined if AlfaCRM shows no weekday. */
	weekday?: number;
	/** `yyyy-mm-dd`; if AlfaCRM shows no first day, a text that sorts before every day. */
	firstDay: string;
	/** `yyyy-mm-dd`; if AlfaCRM shows no last day, a text that sorts after every day. */
	lastDay: string;
}

/**
 * Reads the weekday and the period of a regular lesson. AlfaCRM numbers the weekdays from 1,
 * Monday, to 6, Saturday; Sunday may be 7 or 0.
 */
export function readRegularDays(regularLesson: IDataObject, zone: string): RegularDays {
	const alfaCrmWeekday = readInteger(regularLesson.day);
	return {
		// The remainder turns AlfaCRM's 7 into 0.
		weekday: alfaCrmWeekday === undefined ? undefined : alfaCrmWeekday % 7,
		firstDay: firstDayOf(regularLesson, zone),
		lastDay: lastDayOf(regularLesson, zone),
	};
}

/**
 * Whether a date is a day of a regular lesson. Whether a lesson replaces the regular lesson on that
 * day is not checked here.
 */
export function takesPlaceOn(days: RegularDays, date: string): boolean {
	const isInPeriod = days.firstDay <= date && date <= days.lastDay;
	return isInPeriod && days.weekday === weekdayOf(date);
}

/** Returns the weekday of a date; 0 is Sunday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00Z`).getUTCDay();

/**
 * The owner of a regular lesson: the customer or the group for whom it takes place. One list has
 * the ID of the owner, and the other list is empty.
 */
interface Owner {
	customerIds: number[];
	groupIds: number[];
}

/**
 * Reads the owner of a regular lesson. For the row of a lesson, which has no owner, both lists are
 * empty.
 */
export function ownerOf({ related_class, related_id }: IDataObject): Owner {
	const id = readId(related_id);
	if (id === undefined) return { customerIds: [], groupIds: [] };

	if (related_class === 'Customer') return { customerIds: [id], groupIds: [] };
	// The only other class is `Group`.
	return { customerIds: [], groupIds: [id] };
}

/** Returns the times of a regular lesson under the names that they have in a lesson. */
export function timesOf({ time_from_v, time_to_v }: IDataObject): LessonTimes {
	return { time_from: time_from_v, time_to: time_to_v };
}
