import type { Row } from '../../model/json';

/** Times are reckoned as ms of a UTC clock that shows the account's local time. */
export const hour = 60 * 60_000;
export const day = 24 * hour;
/** A Tuesday. */
const usual = '2026-02-10';

/** The invented school's "today": what has happened lies before it, what is planned after it. */
export interface BaseTime {
	/** The full hour; noon of a day of which no more is known. */
	baseTime: number;
	/** The Monday of that week. */
	baseMonday: number;
}

export function baseTimeOf(today = usual): BaseTime {
	const midnight = Date.parse(`${today.slice(0, 10)}T00:00:00Z`);
	const now = Number(today.slice(11, 13) || 12);
	const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
	return { baseTime: midnight + now * hour, baseMonday: midnight - weekday * day };
}

/** When a row was made, as `BaseTime` reckons. */
export const createdIn = ({ created_at }: Row): number =>
	Date.parse(`${String(created_at).replace(' ', 'T')}Z`);

export const toMoment = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
export const toDay = (time: number): string => toMoment(time).slice(0, 10);
