import { readFlag } from '../api/formats';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from './types';

const basis = {
	...single,
	...comparedBy((_field: unknown, item) => oneForm(readFlag(item))),
	expected: () => 'yes or no',
	widget: () => ({ type: 'boolean' as const, default: true }),
	column: () => ({ type: 'boolean' as const }),
	alwaysFilled: true,
};

export const flag: FieldKind<OfType<'flag'>> = {
	...basis,
	isExact: true,
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
