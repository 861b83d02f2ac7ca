import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isPlainObject } from './blank';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * The kind of an object with any keys, such as the old values in an entry of AlfaCRM's log. Objects
 * are compared as JSON with sorted keys.
 */

/**
 * Writes a value as a text for comparing: JSON with sorted keys, so that equal objects give equal
 * texts.
 *
 * @param listOrder 'unordered' if the order of list items makes no difference. Each item then
 * becomes a text, so the result is fit only for comparing.
 */
export function canonicalJson(
	value: unknown,
	listOrder: 'ordered' | 'unordered' = 'ordered',
): string {
	return JSON.stringify(value, (_key, inner: unknown) => {
		if (listOrder === 'unordered' && Array.isArray(inner)) {
			return inner.map((item) => canonicalJson(item, listOrder)).sort();
		}
		if (!isPlainObject(inner)) return inner;
		return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

/** Reads an object, also from JSON. Returns undefined for any other value. */
const readObject = (value: unknown): Record<string, unknown> | undefined => {
	const object = typeof value === 'string' ? parseJson(value) : value;
	return isPlainObject(object) ? object : undefined;
};

/**
 * Writes an object as a text for comparing. Returns undefined if the value is not an object, or
 * cannot be written as JSON.
 */
function makeComparableText(value: unknown): string | undefined {
	const object = readObject(value);
	if (object === undefined) return undefined;

	try {
		return canonicalJson(object);
	} catch {
		return undefined;
	}
}

/** An object with any keys, such as the old and new values of an entry in AlfaCRM's log. */
export const object: FieldKind<OfType<'object'>> = {
	...singleParts,
	...makeComparisonParts((_field, item) => toFormList(makeComparableText(item))),
	isBlank: (_field, value) => makeComparableText(value) === '{}',
	expected: () => 'an object',
	// The way through JSON turns dates into texts, and refuses what JSON cannot hold.
	serialize: (_field, item) => parseJson(makeComparableText(item) ?? '') as IDataObject | undefined,
	widget: () => ({ type: 'json', default: '{}' }),
	column: () => ({ type: 'object' }),
	schema: () => ({ type: 'object' }),
	jsonHint: () => 'object',
};
