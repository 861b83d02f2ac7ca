import { removeInvisible } from './normalizeText';

/**
 * Tells whether a value is empty for any field: undefined, null, an empty text, an empty list, or a
 * picker without a choice.
 */
export function isEmpty(value: unknown): boolean {
	if (typeof value === 'string') return removeInvisible(value).trim() === '';
	if (Array.isArray(value)) return value.length === 0;
	return value === undefined || value === null || (isPicker(value) && isEmpty(value.value));
}

/**
 * Tells whether a value is undefined, as of an expression that finds nothing. A picker may hold
 * such a value.
 */
export const isUndefined = (value: unknown): boolean =>
	value === undefined || (isPicker(value) && value.value === undefined);

/**
 * The modes of n8n's picker (resource locator) that give an ID or a name. The value of a picker is
 * an object such as `{ __rl: true, mode: 'list', value: 501 }`.
 */
const RECORD_MODES: readonly unknown[] = ['list', 'name', 'id', 'url'];

/**
 * Tells whether a picker has another mode: the user chose a match key, such as the phone. Then the
 * digits of its value are no ID.
 */
export const isPickedByKey = (value: unknown): boolean =>
	isPicker(value) && 'mode' in value && !isEmpty(value.mode) && !RECORD_MODES.includes(value.mode);

/**
 * Tells whether a value comes from a picker. n8n marks it with `__rl`, except for the default value
 * of the form.
 */
export function isPicker(value: unknown): value is { value: unknown } {
	if (typeof value !== 'object' || value === null || !('value' in value)) return false;
	return '__rl' in value || ('mode' in value && RECORD_MODES.includes(value.mode));
}

/** Tells whether a value is a plain object, as of JSON: no list, no date. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// Expressions run in a realm of their own, whose `Object.prototype` is another object.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
