import { formatDay, formatTime, isoDay } from '../values/formats';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * The kinds of fields that hold a day or a time of day. These two kinds are the shortest, so copy
 * one of them to make a kind for another single value.
 */

/**
 * Tells whether a day is before 1900. If the user types two digits of a year, as in 01.03.26, a
 * browser makes it the year 0026.
 */
const isTooOld = (item: unknown, zone: string): boolean =>
	(formatDay(item, 'iso', zone) ?? '') < '1900';

/**
 * Makes the default of the form: an expression for the day that is `days` after today. Without
 * `days` the form begins empty.
 */
function makeDefaultDay(days?: number): string {
	if (days === undefined) return '';

	const plusDays = days === 0 ? '' : `.plus({ days: ${days} })`;
	return `={{ $today${plusDays}.toISODate() }}`;
}

export const date: FieldKind<OfType<'date'>> = {
	...singleParts,
	...makeComparisonParts((_field, item, zone) => toFormList(formatDay(item, 'iso', zone))),
	expected: () => 'a date from 1900 on, such as 2026-02-28 or 28.02.2026',
	serialize: ({ format }, item, zone) =>
		isTooOld(item, zone) ? undefined : formatDay(item, format, zone),
	// AlfaCRM has no filter for one day, so the day is both the first and the last day of a range.
	makeSearchFilters: (_field, name, item) => [{ [`${name}_from`]: item, [`${name}_to`]: item }],
	// Older versions of n8n also ask for a time. The node ignores it.
	widget: ({ daysAhead }) => ({
		type: 'dateTime',
		typeOptions: { dateOnly: true },
		default: makeDefaultDay(daysAhead),
	}),
	column: () => ({ type: 'dateTime' }),
	simplify: isoDay,
	jsonHint: () => 'date',
};

export const time: FieldKind<OfType<'time'>> = {
	...singleParts,
	...makeComparisonParts((_field, item, zone) => toFormList(formatTime(item, zone))),
	expected: () => 'a time of day such as 17:00',
	serialize: (_field, item, zone) => formatTime(item, zone),
	widget: () => ({ type: 'string', placeholder: 'e.g. 17:00', default: '' }),
	jsonHint: () => 'hh:mm',
};
