import { removeInvisible } from './normalizeText';

/**
 * Tells which values count as empty, and recognizes the values of n8n's pickers. A *picker*
 * (resource locator) is the input in which users choose a record from a list, or type a name, an ID
 * or an address. Its value is an object such as `{ __rl: true, mode: 'list', value: 501 }`.
 */

/**
 * Tells whether a value is empty for any field: undefined, null, an empty text, an empty list, or a
 * picker without a choice.
 */
export function isEmpty(value: unknown): boolean {
	if (typeof value === 'string') return removeInvisible(value).trim() === '';
	if (Array.isArray(value)) return value.length === 0;
	if (isPicker(value)) return isEmpty(value.value);
	return value === undefined || value === null;
}

/**
 * Tells whether a value, or the content of a picker, is undefined. An expression gives undefined if
 * it finds nothing.
 */
export const isUndefined = (value: unknown): boolean =>
	value === undefined || (isPicker(value) && value.value === undefined);

/** The modes of a picker in which its value is the record itself: an ID, a name or an address. */
const RECORD_MODES: readonly unknown[] = ['list', 'name', 'id', 'url'];

/**
 * Tells whether a picker holds a match key, such as the phone of a customer, by which the record is
 * searched for, and not the ID, name or address of the record. The digits of a match key are not an
 * ID. The mode of such a picker is the name of the match key, such as `phone`.
 */
export const isPickedByMatchKey = (value: unknown): boolean =>
	isPicker(value) && 'mode' in value && !isEmpty(value.mode) && !RECORD_MODES.includes(value.mode);

/**
 * Tells whether a value comes from a picker. n8n marks such a value with `__rl`. The default value
 * that a node declares lacks the mark, and is recognized by its mode.
 */
export function isPicker(value: unknown): value is { value: unknown } {
	if (typeof value !== 'object' || value === null || !('value' in value)) return false;
	return '__rl' in value || ('mode' in value && RECORD_MODES.includes(value.mode));
}

/** Tells whether a value is a plain object, as JSON has it: not a list, not a date. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// Expressions run in a realm of their own, whose `Object.prototype` is another object.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
