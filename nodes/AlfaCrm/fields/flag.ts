import { readFlag } from '../values/formats';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * Reads a stored flag. A website's form may have saved the value of its checkbox, "on" or "off".
 */
function readStoredFlag(value: unknown): 0 | 1 | undefined {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (word === 'on') return 1;
	if (word === 'off') return 0;

	return readFlag(word);
}

const basis = {
	...single,
	isExact: true,
	valueIfMissing: 0,
	...comparedBy((_field: unknown, item) => oneForm(readStoredFlag(item))),
	expected: () => 'true or false',
	widget: () => ({ type: 'boolean' as const, default: true }),
	column: () => ({ type: 'boolean' as const }),
	alwaysFilled: true,
};

export const flag: FieldKind<OfType<'flag'>> = {
	...basis,
	serialize: (_field, item) => readFlag(item),
	defaultValue: () => 1,
	schema: () => ({ type: 'integer' }),
	jsonHint: () => '0 or 1',
};

export const boolean: FieldKind<OfType<'boolean'>> = {
	...basis,
	serialize: (_field, item) => {
		const flagValue = readFlag(item);
		return flagValue === undefined ? undefined : flagValue === 1;
	},
	defaultValue: () => true,
	schema: () => ({ type: 'boolean' }),
	jsonHint: () => 'true or false',
};
