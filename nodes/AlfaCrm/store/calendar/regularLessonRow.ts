/** Reads the fields that only regular lessons have. API notes 5.13. */

import type { IDataObject } from 'n8n-workflow';

import { readId, readInteger } from '../../values/formats';
import { firstDayOf, lastDayOf } from './periods';
import type { LessonTimes } from './timeSpan';

/**
 * The weekday and the period of a regular lesson. It takes place on these days, except on days that
 * a lesson replaces: see `replacedDays.ts`.
 */
export interface RegularDays {
	/** 0 is Sunday; undefined if AlfaCRM shows no weekday. */
	weekday?: number;
	/** Both days are included, `yyyy-mm-dd`: see `periods.ts`. */
	firstDay: string;
	lastDay: string;
}

/**
 * Reads the days of a regular lesson. AlfaCRM numbers its weekdays from 1, Monday, to 6, Saturday;
 * Sunday may be 7 or 0.
 */
export function readRegularDays(regularLesson: IDataObject, zone: string): RegularDays {
	const weekday = readInteger(regularLesson.day);
	return {
		weekday: weekday === undefined ? undefined : weekday % 7,
		firstDay: firstDayOf(regularLesson, zone),
		lastDay: lastDayOf(regularLesson, zone),
	};
}

/** Whether the rule of a regular lesson includes a date. A lesson may still replace that day. */
export const takesPlaceOn = (days: RegularDays, date: string): boolean =>
	days.weekday === weekdayOf(date) && days.firstDay <= date && date <= days.lastDay;

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
 * Reads the owner of a regular lesson. Both lists are empty for the row of a lesson, which has no
 * owner.
 */
export function ownerOf({ related_class, related_id }: IDataObject): Owner {
	const id = readId(related_id);
	if (id === undefined) return { customerIds: [], groupIds: [] };
	return related_class === 'Customer'
		? { customerIds: [id], groupIds: [] }
		: { customerIds: [], groupIds: [id] };
}

/** Returns the times of a regular lesson under the names that they have in a lesson. */
export const timesOf = ({ time_from_v, time_to_v }: IDataObject): LessonTimes => ({
	time_from: time_from_v,
	time_to: time_to_v,
});
