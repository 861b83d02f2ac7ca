import { formatDay, formatTime, isoDay } from '../values/formats';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from '../entities/fieldTypes';

/** Of a year of which two digits were typed a browser makes 0026. */
const isTooOld = (item: unknown, zone: string): boolean => (formatDay(item, 'iso', zone) ?? '') < '1900';

function dayAhead(days?: number): string {
	if (days === undefined) return '';
	const later = days === 0 ? '' : `.plus({ days: ${days} })`;
	return `={{ $today${later}.toISODate() }}`;
}

export const date: FieldKind<OfType<'date'>> = {
	...single,
	...comparedBy((_field, item, zone) => oneForm(formatDay(item, 'iso', zone))),
	expected: () => 'a date from 1900 on, such as 2026-02-28 or 28.02.2026',
	serialize: ({ format }, item, zone) => (isTooOld(item, zone) ? undefined : formatDay(item, format, zone)),
	// No index has a filter for one day.
	searchForms: (_field, name, item) => [{ [`${name}_from`]: item, [`${name}_to`]: item }],
	// Older n8n asks for a time as well, which says nothing here.
	widget: ({ daysAhead }) => ({
		type: 'dateTime',
		typeOptions: { dateOnly: true },
		default: dayAhead(daysAhead),
	}),
	column: () => ({ type: 'dateTime' }),
	simplified: isoDay,
	jsonHint: () => 'date',
};

export const time: FieldKind<OfType<'time'>> = {
	...single,
	...comparedBy((_field, item, zone) => oneForm(formatTime(item, zone))),
	expected: () => 'a time of day such as 17:00',
	serialize: (_field, item, zone) => formatTime(item, zone),
	widget: () => ({ type: 'string', placeholder: 'e.g. 17:00', default: '' }),
	jsonHint: () => 'hh:mm',
};
