/** Reads the fields that only regular lessons have. API notes 5.13. */

import type { IDataObject } from 'n8n-workflow';

import { readId, readInteger } from '../../values/formats';
import { firstDayOf, lastDayOf } from './periods';
import type { LessonTimes } from './timeSpan';

/**
 * When a regular lesson takes place: on one weekday, from the first to the last day. Lessons may
 * replace some of these days: see `replacedDays.ts`.
 */
export interface RegularDays {
	/** 0 is Sunday; undefined if AlfaCRM shows no weekday. */
	weekday?: number;
	/** Both days are included, `yyyy-mm-dd`: see `periods.ts`. */
	firstDay: string;
	lastDay: string;
}

/**
 * Reads the weekday and the period of a regular lesson. AlfaCRM numbers the weekdays from 1,
 * Monday, to 6, Saturday; Sunday may be 7 or 0.
 */
export function readRegularDays(regularLesson: IDataObject, zone: string): RegularDays {
	const alfaCrmWeekday = readInteger(regularLesson.day);
	return {
		weekday: alfaCrmWeekday === undefined ? undefined : alfaCrmWeekday % 7,
		firstDay: firstDayOf(regularLesson, zone),
		lastDay: lastDayOf(regularLesson, zone),
	};
}

/**
 * Whether a date has the weekday of a regular lesson and lies in its period. A lesson may still
 * replace that day.
 */
export function takesPlaceOn(days: RegularDays, date: string): boolean {
	const isInPeriod = days.firstDay <= date && date <= days.lastDay;
	return isInPeriod && days.weekday === weekdayOf(date);
}

/** Returns the weekday of a date; 0 is Sunday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00Z`).getUTCDay();

/**
 * The owner of a regular lesson, a customer or a group. One of the lists has its ID, and the other
 * list is empty.
 */
interface Owner {
	customerIds: number[];
	groupIds: number[];
}

/**
 * Reads for whom a regular lesson is: for one customer or for one group. Both lists are empty for
 * the row of a lesson, which lists its customers and groups instead.
 */
export function ownerOf({ related_class, related_id }: IDataObject): Owner {
	const id = readId(related_id);
	if (id === undefined) return { customerIds: [], groupIds: [] };

	// The class is `Customer` or `Group`.
	if (related_class === 'Customer') return { customerIds: [id], groupIds: [] };
	return { customerIds: [], groupIds: [id] };
}

/** Returns the times of a regular lesson under the names that they have in a lesson. */
export function timesOf({ time_from_v, time_to_v }: IDataObject): LessonTimes {
	return { time_from: time_from_v, time_to: time_to_v };
}
