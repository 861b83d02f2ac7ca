import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../../values/formats';

/**
 * Reads how long a membership, a group or a regular lesson lasts: from `b_date` to `e_date`, both
 * days included. A missing day leaves that side open. API notes 5.7 and 5.13.
 *
 * Days are texts such as `2026-03-09`, so they compare as texts.
 */

const BEFORE_ALL_DAYS = '0000-00-00';
const AFTER_ALL_DAYS = '9999-99-99';

export const firstDay = ({ b_date }: IDataObject, zone: string): string =>
	formatDay(b_date, 'iso', zone) ?? BEFORE_ALL_DAYS;

export const lastDay = ({ e_date }: IDataObject, zone: string): string =>
	formatDay(e_date, 'iso', zone) ?? AFTER_ALL_DAYS;

export const isOnDay = (row: IDataObject, day: string, zone: string): boolean =>
	firstDay(row, zone) <= day && lastDay(row, zone) >= day;

/** Whether something lasts on at least one day of a range. */
export const overlapsDays = (
	row: IDataObject,
	rangeStart: string,
	rangeEnd: string,
	zone: string,
): boolean => firstDay(row, zone) <= rangeEnd && lastDay(row, zone) >= rangeStart;
