import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isPlainObject } from './blank';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * Writes a value as JSON with sorted keys, so that equal objects give equal texts: `{ b: 1, a: 2 }`
 * and `{ a: 2, b: 1 }` both give `{"a":2,"b":1}`.
 *
 * @param listOrder 'unordered' if the order of list items makes no difference. Then each item is
 * written as a text, and the texts are sorted. The result is fit only for comparing.
 */
export function canonicalJson(
	value: unknown,
	listOrder: 'ordered' | 'unordered' = 'ordered',
): string {
	const sortValue = (innerValue: unknown): unknown => {
		if (isPlainObject(innerValue)) return sortKeys(innerValue);

		const isListToSort = listOrder === 'unordered' && Array.isArray(innerValue);
		return isListToSort
			? innerValue.map((item) => canonicalJson(item, listOrder)).sort()
			: innerValue;
	};

	// JSON.stringify passes `value`, and each value inside it, through the second argument.
	return JSON.stringify(value, (_key, innerValue: unknown) => sortValue(innerValue));
}

/** Returns an object with the same values whose keys are in alphabetical order. */
function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
	const entries = Object.entries(object);
	entries.sort(([key], [otherKey]) => (key < otherKey ? -1 : 1));
	return Object.fromEntries(entries);
}

/** Reads an object, also from JSON. Returns undefined for any other value. */
function readObject(value: unknown): Record<string, unknown> | undefined {
	const parsedValue = typeof value === 'string' ? parseJson(value) : value;
	return isPlainObject(parsedValue) ? parsedValue : undefined;
}

/**
 * Writes an object as JSON with sorted keys, so that equal objects give equal texts. Returns
 * undefined if the value is not an object, or cannot be written as JSON.
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

/**
 * The kind of a field that holds an object with any keys, such as the old and new values of an
 * entry in AlfaCRM's log. Objects are compared as JSON with sorted keys.
 */
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
