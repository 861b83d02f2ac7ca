import { DateTime } from 'luxon';

/** How AlfaCRM wants a date on the wire; each field and filter has its own. */
export type DateFormat = 'dotted' | 'iso';

const PATTERNS: Record<DateFormat, string> = { dotted: 'dd.MM.yyyy', iso: 'yyyy-MM-dd' };

/**
 * Writes a day as AlfaCRM wants it, seen in `zone`.
 *
 * @param value ISO 8601 (also with a blank for the T), AlfaCRM's `dd.mm.yyyy[ hh:mm[:ss]]`, a Luxon DateTime or a Date
 * @returns undefined when it cannot be read as a date
 */
export function formatDay(value: unknown, format: DateFormat, zone: string): string | undefined {
	const date = readDate(value, zone);
	return date?.isValid ? date.toFormat(PATTERNS[format]) : undefined;
}

function readDate(value: unknown, zone: string): DateTime | undefined {
	if (value instanceof Date) return DateTime.fromJSDate(value, { zone });
	if (hasToIso(value)) {
		// Another copy of Luxon may have made it, so only its text is trusted.
		return DateTime.fromISO(String(value.toISO()), { zone });
	}
	if (typeof value !== 'string') return undefined;

	const text = value.trim();
	const dotted = /^(\d{1,2}\.\d{1,2}\.\d{4})(?:[ T](?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$/.exec(text);
	if (dotted) return DateTime.fromFormat(dotted[1], 'd.M.yyyy', { zone });
	if (/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$/.test(text)) {
		return DateTime.fromISO(text.replace(' ', 'T'), { zone });
	}
	return undefined;
}

function hasToIso(value: unknown): value is { toISO: () => unknown } {
	return typeof (value as { toISO?: unknown } | null)?.toISO === 'function';
}

/** @returns undefined when the value is no whole number above zero */
export function readId(value: unknown): number | undefined {
	const number = readInteger(value);
	return number !== undefined && number > 0 ? number : undefined;
}

export function readInteger(value: unknown): number | undefined {
	const number = readNumber(value);
	return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

/** Numbers come from expressions as texts; a decimal comma is not guessed at. */
export function readNumber(value: unknown): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value !== 'string' || !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)) return undefined;
	const number = Number(value);
	return Number.isFinite(number) ? number : undefined;
}

/** AlfaCRM's flags are 0 and 1. */
export function readFlag(value: unknown): 0 | 1 | undefined {
	if ([true, 1, '1', 'true'].includes(value as string)) return 1;
	if ([false, 0, '0', 'false'].includes(value as string)) return 0;
	return undefined;
}
