import { formatDay, formatTime, isoDay } from '../values/formats';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * The kinds for a day and for a time of day. They are the shortest kinds, so copy one of them to
 * make a kind for another single value.
 */

/** Tells whether a day is before 1900. A browser makes the year 0026 of two typed digits. */
const isTooOld = (item: unknown, zone: string): boolean =>
	(formatDay(item, 'iso', zone) ?? '') < '1900';

/**
 * Makes the default of the form: an expression for the day that lies some days ahead, or nothing.
 */
function makeDefaultDay(days?: number): string {
	if (days === undefined) return '';
	const later = days === 0 ? '' : `.plus({ days: ${days} })`;
	return `={{ $today${later}.toISODate() }}`;
}

export const date: FieldKind<OfType<'date'>> = {
	...singleParts,
	...makeComparisonParts((_field, item, zone) => toFormList(formatDay(item, 'iso', zone))),
	expected: () => 'a date from 1900 on, such as 2026-02-28 or 28.02.2026',
	serialize: ({ format }, item, zone) =>
		isTooOld(item, zone) ? undefined : formatDay(item, format, zone),
	// No index has a filter for one day, so the filters for the first and the last day are used.
	makeSearchFilters: (_field, name, item) => [{ [`${name}_from`]: item, [`${name}_to`]: item }],
	// Older versions of n8n ask for a time as well, which is ignored.
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
