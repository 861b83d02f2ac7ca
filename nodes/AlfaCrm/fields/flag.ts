import { readFlag } from '../api/formats';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from './types';

/** A form of a website may have saved the value of its checkbox. */
const readShown = (value: unknown): 0 | 1 | undefined => {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	return readFlag(word) ?? (word === 'on' ? 1 : word === 'off' ? 0 : undefined);
};

const basis = {
	...single,
	isExact: true,
	absent: 0,
	...comparedBy((_field: unknown, item) => oneForm(readShown(item))),
	expected: () => 'yes or no',
	widget: () => ({ type: 'boolean' as const, default: true }),
	column: () => ({ type: 'boolean' as const }),
	alwaysFilled: true,
};

export const flag: FieldKind<OfType<'flag'>> = {
	...basis,
	read: (_field, item) => readFlag(item),
	preset: () => 1,
	schema: () => ({ type: 'integer' }),
	inJson: () => '0 or 1',
};

export const boolean: FieldKind<OfType<'boolean'>> = {
	...basis,
	read: (_field, item) => {
		const read = readFlag(item);
		return read === undefined ? undefined : read === 1;
	},
	preset: () => true,
	schema: () => ({ type: 'boolean' }),
	inJson: () => 'true or false',
};
