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

/** What a picker holds: its value and how that was given. What the form begins with has no mark of n8n. */
export function isPicker(value: unknown): value is { value: unknown } {
	if (typeof value !== 'object' || value === null || !('value' in value)) return false;
	return '__rl' in value || ('mode' in value && ['list', 'name', 'id', 'url'].includes(value.mode as string));
}

/** A plain object of JSON; no list, no date. */
export function isPlain(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// Expressions run in a realm of their own, whose plain objects have another prototype.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
