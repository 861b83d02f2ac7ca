import type { IDataObject } from 'n8n-workflow';

import { HOUR_MS } from '../values/time';

/** How far apart the clocks of an account, of its branches and of n8n may be, whatever their zones. */
export const ZONES_HOURS = 26;

const STAMP = /^[1-9]\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/;

/**
 * The time of a row as `yyyy-mm-dd hh:mm:ss`, which sorts as text. Only ever compared with other times of the same
 * account: its zone is not known.
 *
 * @returns '' when there is none that can be read
 */
export function stampOf(row: IDataObject, field: string): string {
	const text = String(row[field] ?? '');
	return STAMP.test(text) ? text.replace('T', ' ') : '';
}

/** The newest of the times that clocks and zones can explain; '' if there is none. */
export function newestOf(stamps: readonly string[], now: number): string {
	const most = hoursAfter(dayAt(now), 24 + ZONES_HOURS);
	return stamps.reduce((newest, stamp) => (stamp > newest && stamp <= most ? stamp : newest), '');
}

/** @param stamp not empty; one that is no time, such as 2026-13-01, stays as it is */
export function hoursAfter(stamp: string, hours: number): string {
	const at = Date.parse(`${stamp.replace(' ', 'T')}${stamp.length > 10 ? 'Z' : ''}`);
	return Number.isNaN(at) ? stamp : timeAt(at + hours * HOUR_MS);
}

/** A second later. */
export const justAfter = (stamp: string): string => (stamp === '' ? '' : hoursAfter(stamp, 1 / 3_600));

export const dayOf = (stamp: string): string => stamp.slice(0, 10);

/** In UTC. */
export const timeAt = (now: number): string => new Date(now).toISOString().slice(0, 19).replace('T', ' ');

/** `yyyy-mm-dd` in UTC, which is near enough for what is asked with days to spare. */
export const dayAt = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** The earlier of two times or days; '' is before all. */
export const earliest = (one: string, other: string): string => (one < other ? one : other);

/** The later of two times or days. */
export const latest = (one: string, other: string): string => (one > other ? one : other);
