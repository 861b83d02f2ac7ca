import type { Row } from '../../model/json';

/*
 * The seed computes with times in ms, as if the account's local time were UTC. Nothing converts them
 * to another time zone.
 */

export const hour = 60 * 60_000;
export const day = 24 * hour;

/** The day on which a school lives that names no other. It is a Tuesday. */
const defaultDay = '2026-02-10';

/** The time at which the invented school lives. Past records lie before it, planned ones after it. */
export interface BaseTime {
	/** A full hour. Noon, if only the day is known. */
	baseTime: number;
	/** The first hour of the Monday of that week. */
	baseMonday: number;
}

export function baseTimeOf(today = defaultDay): BaseTime {
	const midnight = Date.parse(`${today.slice(0, 10)}T00:00:00Z`);
	const hourOfDay = Number(today.slice(11, 13) || 12);
	const daysSinceMonday = (new Date(midnight).getUTCDay() + 6) % 7;
	return {
		baseTime: midnight + hourOfDay * hour,
		baseMonday: midnight - daysSinceMonday * day,
	};
}

/** Returns the time at which a row was created, in ms. */
export function creationTimeOf({ created_at }: Row): number {
	return Date.parse(`${String(created_at).replace(' ', 'T')}Z`);
}

/** Writes a time as AlfaCRM stores moments, such as "2026-02-10 12:00:00". */
export function toMoment(time: number): string {
	return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

export function toDay(time: number): string {
	return toMoment(time).slice(0, 10);
}
