import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isPlainObject } from './blank';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * Writes a value as JSON in which keys are sorted, so that equal objects give equal texts.
 *
 * @param lists 'unordered' if the order of list items makes no difference either
 */
export function canonicalJson(value: unknown, lists: 'ordered' | 'unordered' = 'ordered'): string {
	return JSON.stringify(value, (_key, inner: unknown) => {
		if (lists === 'unordered' && Array.isArray(inner))
			return inner.map((item) => canonicalJson(item, lists)).sort();
		if (!isPlainObject(inner)) return inner;
		return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

/** Reads an object, or JSON of one. Returns undefined for anything else. */
const readObject = (value: unknown): Record<string, unknown> | undefined => {
	const object = typeof value === 'string' ? parseJson(value) : value;
	return isPlainObject(object) ? object : undefined;
};

/**
 * Writes an object as a text by which it is compared. Returns undefined if the value is no object,
 * or one that cannot be written as JSON.
 */
function makeComparableText(value: unknown): string | undefined {
	try {
		return canonicalJson(readObject(value));
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
	serialize: (_field, item) => parseJson(makeComparableText(item) ?? '') as IDataObject | undefined,
	widget: () => ({ type: 'json', default: '{}' }),
	column: () => ({ type: 'object' }),
	schema: () => ({ type: 'object' }),
	jsonHint: () => 'object',
};
