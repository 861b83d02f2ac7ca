import type { IDataObject } from 'n8n-workflow';

import { readId, readInteger } from '../../values/formats';
import { firstDay, lastDay } from './periods';
import type { LessonTimes } from './timeSpan';

/** Reads the fields that only regular lessons have. API notes 5.13. */

/**
 * The days on which a regular lesson takes place, if no lesson of the calendar replaces it there.
 */
export interface RegularDays {
	/** 0 is Sunday; undefined if AlfaCRM shows no weekday. */
	weekday?: number;
	firstDay: string;
	lastDay: string;
}

/**
 * AlfaCRM numbers the weekdays of regular lessons from Monday, 1, to Sunday, which may be 7 or 0.
 */
export function readRegularDays(regularLesson: IDataObject, zone: string): RegularDays {
	const weekday = readInteger(regularLesson.day);
	return {
		weekday: weekday === undefined ? undefined : weekday % 7,
		firstDay: firstDay(regularLesson, zone),
		lastDay: lastDay(regularLesson, zone),
	};
}

export const takesPlaceOn = (days: RegularDays, date: string): boolean =>
	days.weekday === weekdayOf(date) && days.firstDay <= date && date <= days.lastDay;

/** Returns the weekday of a date; 0 is Sunday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00Z`).getUTCDay();

/**
 * The customer or the group to whom a regular lesson belongs, as lists of which one has an ID and
 * the other is empty.
 */
interface Owner {
	customerIds: number[];
	groupIds: number[];
}

/**
 * Reads the owner of a regular lesson, which has no lists of customers and groups. Both lists are
 * empty for other rows.
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
