import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../../api/formats';

/** Days as `yyyy-mm-dd`, so that they compare as texts; what has no end goes on. */
const BEFORE_ALL = '0000-00-00';
const AFTER_ALL = '9999-99-99';

/**
 * The first day of what lasts, such as a membership or a regular lesson. Rows may show their days under the names by which
 * some accounts write them. API notes 5.7.
 */
export function firstDay({ b_date, b_date_v }: IDataObject, zone: string): string {
	return formatDay(b_date ?? b_date_v, 'iso', zone) ?? BEFORE_ALL;
}

export function lastDay({ e_date, e_date_v }: IDataObject, zone: string): string {
	return formatDay(e_date ?? e_date_v, 'iso', zone) ?? AFTER_ALL;
}

/** Both ends count. */
export const isOnDay = (row: IDataObject, day: string, zone: string): boolean =>
	firstDay(row, zone) <= day && lastDay(row, zone) >= day;
