import { readDay } from './days';
import { readFlag } from './fieldMeaning';
import type { FieldDescription } from './meaning';

const SCHOOL_ZONE = 'Europe/Moscow';

/** Tells whether a sent or stored value is equal to a reading, however both are written. */
export function isSameValue(
	field: FieldDescription,
	value: unknown,
	reading: unknown,
	{ mayHoldMore }: { mayHoldMore: boolean },
): boolean {
	if (value === undefined) return false;
	const items: unknown[] = Array.isArray(value) ? value : [value];
	if (!Array.isArray(reading)) {
		return isSameItem(field, items.length === 1 ? items[0] : value, reading);
	}

	const hasEveryExpectedItem = reading.every((expected) =>
		items.some((item) => isSameItem(field, item, expected)),
	);
	const hasOnlyExpectedItems = items.every((item) =>
		reading.some((expected) => isSameItem(field, item, expected)),
	);
	return hasEveryExpectedItem && (mayHoldMore || hasOnlyExpectedItems);
}

/** Tells whether one item of a value is equal to one item of a reading, by the type of the field. */
function isSameItem({ type, name }: FieldDescription, item: unknown, expected: unknown): boolean {
	switch (type) {
		case 'flag':
		case 'boolean':
			return readFlag(item) === readFlag(expected);
		case 'date':
			return readDay(item, SCHOOL_ZONE) === expected;
		case 'time':
			return readTime(item) === expected;
	}
	if (name === 'phone' && isSamePhone(item, expected)) return true;
	if (normalizeText(item) === normalizeText(expected)) return true;
	if (type === 'text') return false;

	const day = type === 'custom' ? readDay(item, SCHOOL_ZONE) : undefined;
	return day === undefined ? isSameNumber(item, expected) : day === expected;
}

/** Reads "17:30" from a time or from a moment such as "2026-02-10 17:30:00". */
function readTime(value: unknown): string {
	return String(value).replace(/^.* /, '').slice(0, 5);
}

/** Tells whether two phones have the same last ten digits. The country code may be 7, 8 or missing. */
function isSamePhone(item: unknown, expected: unknown): boolean {
	const lastDigits = (phone: unknown) => String(phone).replace(/\D/g, '').slice(-10);
	return lastDigits(expected).length >= 7 && lastDigits(item) === lastDigits(expected);
}

/** Tells whether two values are equal as numbers. */
function isSameNumber(item: unknown, expected: unknown): boolean {
	const isFilled = normalizeText(item) !== '' && normalizeText(expected) !== '';
	return isFilled && Number(item) === Number(expected);
}

/** Writes a value as a text in which equal letters and spaces are equal characters. */
export function normalizeText(value: unknown): string {
	return String(value).trim().normalize('NFC').replace(/\s+/g, ' ');
}
