import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../../../values/formats';
import type { AccountReading } from './readAccount';
import { rowsIn } from './readAccount';

/** Returns the rows that were read of a list; none if it was not read. */
export const rowsAt = ({ lists }: AccountReading, path: string): IDataObject[] =>
	rowsIn(lists.find(({ entity }) => entity.path === path));

/**
 * Writes a day or time so that it compares as text. AlfaCRM shows some as `2026-02-09 17:00:00`, which stay as they are,
 * and some as `09.02.2026`.
 */
export const toSortableTime = (value: unknown): string =>
	/^\d{4}-/.test(String(value)) ? String(value) : (formatDay(value, 'iso', 'utc') ?? '');

/** Whether values differ, so that their order says something. */
export const areSeveral = (values: readonly string[]): boolean => new Set(values).size > 1;
