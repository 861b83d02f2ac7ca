import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isPlain } from './blank';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
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
		if (!isPlain(inner)) return inner;
		return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

const objectIn = (value: unknown): Record<string, unknown> | undefined => {
	const object = typeof value === 'string' ? parseJson(value) : value;
	return isPlain(object) ? object : undefined;
};

/** Returns the text by which an object is compared; undefined if the value is no object. */
function textOf(value: unknown): string | undefined {
	try {
		return canonicalJson(objectIn(value));
	} catch {
		return undefined;
	}
}

export const object: FieldKind<OfType<'object'>> = {
	...single,
	...comparedBy((_field, item) => oneForm(textOf(item))),
	isBlank: (_field, value) => textOf(value) === '{}',
	expected: () => 'an object',
	serialize: (_field, item) => parseJson(textOf(item) ?? '') as IDataObject | undefined,
	widget: () => ({ type: 'json', default: '{}' }),
	column: () => ({ type: 'object' }),
	schema: () => ({ type: 'object' }),
	jsonHint: () => 'object',
};
