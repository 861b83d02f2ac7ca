import { readFlag } from '../values/formats';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from '../entities/fieldTypes';

/** A form of a website may have saved the value of its checkbox. */
const readShown = (value: unknown): 0 | 1 | undefined => {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	return readFlag(word) ?? (word === 'on' ? 1 : word === 'off' ? 0 : undefined);
};

const basis = {
	...single,
	isExact: true,
	valueIfMissing: 0,
	...comparedBy((_field: unknown, item) => oneForm(readShown(item))),
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
		const read = readFlag(item);
		return read === undefined ? undefined : read === 1;
	},
	defaultValue: () => true,
	schema: () => ({ type: 'boolean' }),
	jsonHint: () => 'true or false',
};
