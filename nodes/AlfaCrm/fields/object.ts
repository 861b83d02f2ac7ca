import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isPlain } from './blank';
import { canonicalJson } from './canonicalJson';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from '../entities/fieldTypes';

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
