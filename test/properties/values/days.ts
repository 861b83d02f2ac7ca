import { DateTime } from 'luxon';

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?$/;
const POINTS = /^(\d{4})\.(\d\d)\.(\d\d)$/;

/**
 * The day that a value names, as yyyy-mm-dd: exactly midnight where it is written is the day as it is written, any
 * other moment is the day that it is in the zone.
 *
 * @returns undefined for what names no day
 */
export function dayOf(value: unknown, zone: string): string | undefined {
	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? undefined : dayOf(value.toISOString(), zone);
	}
	if (DateTime.isDateTime(value)) return dayOf(value.toISO(), zone);
	if (typeof value !== 'string') return undefined;
	const [, day, month, year] = DOTTED.exec(value.trim()) ?? [];
	if (day !== undefined) return valid(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
	const pointed = POINTS.exec(value.trim());
	if (pointed) return valid(pointed.slice(1).join('-'));
	const [, written, clock, offset] = ISO.exec(value.trim()) ?? [];
	if (written === undefined || valid(written) === undefined) return undefined;
	if (offset === undefined || /^00:00(:00(\.0+)?)?$/.test(clock)) return written;
	return DateTime.fromISO(value.trim().replace(' ', 'T'), { zone }).toFormat('yyyy-MM-dd');
}

function valid(day: string): string | undefined {
	return DateTime.fromISO(day, { zone: 'utc' }).isValid ? day : undefined;
}
