import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import { hoursAfter, latest, newestOf, stampOf, timeAt, ZONES_HOURS } from '../stamps';

/** The newest record of the account at some time, by its ID and by when it was created. */
export interface Mark {
	id: number;
	/** As AlfaCRM writes it; '' when not known. */
	stamp: string;
	/** n8n's time, milliseconds. */
	at: number;
}

export const rowId = (row: IDataObject): number => readId(row.id) ?? 0;
export const createdAt = (row: IDataObject): string => stampOf(row, 'created_at');

/** Whether it was created later or, where IDs tell that, has a higher one; the stamp may be unknown. */
export function isAfter(
	row: IDataObject,
	{ id, stamp }: Omit<Mark, 'at'>,
	now: number,
	isOrdered = true,
): boolean {
	const time = stamp === '' ? '' : newestOf([createdAt(row)], now);
	return time > stamp || (rowId(row) > id && (isOrdered || time === '' || time === stamp));
}

/** Whether it was created a day ago or less, by n8n's clock: the account's is not far behind, then. */
export function isRecent(row: IDataObject, now: number): boolean {
	const [from, to] = [-ZONES_HOURS, ZONES_HOURS].map((hours) => hoursAfter(timeAt(now), hours));
	return from <= createdAt(row) && createdAt(row) <= to;
}

/** IDs are in order as long as none is lower than that of a record which is older by more than zones explain. */
export function areOrdered(rows: readonly IDataObject[], now: number): boolean {
	const stamps = [...rows].sort((a, b) => rowId(a) - rowId(b)).map((row) => newestOf([createdAt(row)], now));
	let newest = '';
	return stamps.every((stamp) => {
		if (stamp > newest) newest = stamp;
		return stamp === '' || hoursAfter(stamp, ZONES_HOURS) >= newest;
	});
}

export function markOf(rows: readonly IDataObject[], before: Mark, now: number): Mark {
	const id = rows.reduce((most, row) => Math.max(most, rowId(row)), before.id);
	const newest = newestOf(rows.map(createdAt), now);
	// When n8n's clock is far behind, what seems to be the newest time makes younger records that are there look new.
	const isAhead = rows.some((row) => rowId(row) === id && createdAt(row) > newest);
	// n8n's clock may have been put back.
	return { id, stamp: isAhead ? '' : latest(newest, before.stamp), at: now };
}
