import { withoutInvisible } from './normalizeText';

/** Says nothing, whatever the field: undefined, null, an empty text, an empty list, a picker without a choice. */
export function isEmpty(value: unknown): boolean {
	if (typeof value === 'string') return withoutInvisible(value).trim() === '';
	if (Array.isArray(value)) return value.length === 0;
	return value === undefined || value === null || (isPicker(value) && isEmpty(value.value));
}

/** As an expression is that finds nothing, in a picker too. */
export const isUndefined = (value: unknown): boolean =>
	value === undefined || (isPicker(value) && value.value === undefined);

/** How a record is picked by its ID or its name. */
const MODES: readonly unknown[] = ['list', 'name', 'id', 'url'];

/** Whether a picker holds something else, such as a phone number, whose digits are no ID. */
export const isPickedByKey = (value: unknown): boolean =>
	isPicker(value) && 'mode' in value && !isEmpty(value.mode) && !MODES.includes(value.mode);

/** What a picker holds: its value and how that was given. What the form begins with has no mark of n8n. */
export function isPicker(value: unknown): value is { value: unknown } {
	if (typeof value !== 'object' || value === null || !('value' in value)) return false;
	return '__rl' in value || ('mode' in value && MODES.includes(value.mode));
}

/** A plain object of JSON; no list, no date. */
export function isPlain(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// Expressions run in a realm of their own, whose plain objects have another prototype.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
