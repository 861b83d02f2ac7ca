/**
 * Reads the first and the last day of a membership, a group or a regular lesson: `b_date` and
 * `e_date`. Both days are included. A row without a first day covers all earlier days; a row
 * without a last day covers all later days. See docs/alfacrm-api.md 5.7 and 5.13.
 *
 * Days are texts, `yyyy-mm-dd`, so `<` compares them by time.
 */

import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../../values/formats';

// As texts, these two sort before and after every day.
const BEFORE_ALL_DAYS = '0000-00-00';
const AFTER_ALL_DAYS = '9999-99-99';

export const firstDayOf = ({ b_date }: IDataObject, zone: string): string =>
	formatDay(b_date, 'iso', zone) ?? BEFORE_ALL_DAYS;

export const lastDayOf = ({ e_date }: IDataObject, zone: string): string =>
	formatDay(e_date, 'iso', zone) ?? AFTER_ALL_DAYS;

/** Whether the period of a membership, a group or a regular lesson includes a day. */
export const includesDay = (row: IDataObject, day: string, zone: string): boolean =>
	firstDayOf(row, zone) <= day && lastDayOf(row, zone) >= day;

/**
 * Whether the period of a membership, a group or a regular lesson includes at least one day from
 * `rangeStart` to `rangeEnd`.
 */
export const overlapsDays = (
	row: IDataObject,
	rangeStart: string,
	rangeEnd: string,
	zone: string,
): boolean => firstDayOf(row, zone) <= rangeEnd && lastDayOf(row, zone) >= rangeStart;
