import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../../values/formats';

/** Days as `yyyy-mm-dd`, so that they compare as texts; what has no end goes on. */
const BEFORE_ALL = '0000-00-00';
const AFTER_ALL = '9999-99-99';

/** The first day of what lasts, such as a membership or a regular lesson. API notes 5.7 and 5.13. */
export const firstDay = ({ b_date }: IDataObject, zone: string): string =>
	formatDay(b_date, 'iso', zone) ?? BEFORE_ALL;

export const lastDay = ({ e_date }: IDataObject, zone: string): string =>
	formatDay(e_date, 'iso', zone) ?? AFTER_ALL;

/** Both ends count. */
export const isOnDay = (row: IDataObject, day: string, zone: string): boolean =>
	firstDay(row, zone) <= day && lastDay(row, zone) >= day;

/** Whether something lasts on at least one day from the first to the last one. */
export const overlapsDays = (row: IDataObject, from: string, to: string, zone: string): boolean =>
	firstDay(row, zone) <= to && lastDay(row, zone) >= from;
