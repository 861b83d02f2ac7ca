import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isPlain } from './blank';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * JSON in which the order of keys does not matter, for it tells nothing.
 *
 * @param lists whether the order in which something was listed does not matter either
 */
export function canonicalJson(value: unknown, lists: 'ordered' | 'unordered' = 'ordered'): string {
	return JSON.stringify(value, (_key, inner: unknown) => {
		if (lists === 'unordered' && Array.isArray(inner))
			return inner.map((one) => canonicalJson(one, lists)).sort();
		if (!isPlain(inner)) return inner;
		return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

const objectIn = (value: unknown): Record<string, unknown> | undefined => {
	const object = typeof value === 'string' ? parseJson(value) : value;
	return isPlain(object) ? object : undefined;
};

function written(value: unknown): string | undefined {
	try {
		return canonicalJson(objectIn(value));
	} catch {
		return undefined;
	}
}

export const object: FieldKind<OfType<'object'>> = {
	...single,
	...comparedBy((_field, item) => oneForm(written(item))),
	isBlank: (_field, value) => written(value) === '{}',
	expected: () => 'an object',
	serialize: (_field, item) => parseJson(written(item) ?? '') as IDataObject | undefined,
	widget: () => ({ type: 'json', default: '{}' }),
	column: () => ({ type: 'object' }),
	schema: () => ({ type: 'object' }),
	jsonHint: () => 'object',
};
