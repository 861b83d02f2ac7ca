import { readFlag } from '../values/formats';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { OfType } from '../entities/fieldTypes';

/**
 * The kinds of yes or no. AlfaCRM takes most of them as 1 or 0 (`flag`), and some as true or false
 * (`boolean`).
 */

/**
 * Reads a stored flag: 1, 0, true or false, also as a text. A form of a website may have saved the
 * value of a checkbox, "on" or "off".
 */
function readStoredFlag(value: unknown): 0 | 1 | undefined {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (word === 'on') return 1;
	if (word === 'off') return 0;

	return readFlag(word);
}

/** The parts that both kinds of yes or no share. */
const flagParts = {
	...singleParts,
	hasExactFilter: true,
	// A row that does not show a flag counts as no.
	valueIfMissing: 0,
	...makeComparisonParts((_field: unknown, item) => toFormList(readStoredFlag(item))),
	expected: () => 'true or false',
	widget: () => ({ type: 'boolean' as const, default: true }),
	column: () => ({ type: 'boolean' as const }),
	isAlwaysFilled: true,
} satisfies Partial<FieldKind<unknown>>;

/** Yes or no, sent as 1 or 0. */
export const flag: FieldKind<OfType<'flag'>> = {
	...flagParts,
	serialize: (_field, item) => readFlag(item),
	defaultValue: () => 1,
	schema: () => ({ type: 'integer' }),
	jsonHint: () => '0 or 1',
};

/** Yes or no, sent as true or false. */
export const boolean: FieldKind<OfType<'boolean'>> = {
	...flagParts,
	serialize: (_field, item) => {
		const flagValue = readFlag(item);
		return flagValue === undefined ? undefined : flagValue === 1;
	},
	defaultValue: () => true,
	schema: () => ({ type: 'boolean' }),
	jsonHint: () => 'true or false',
};
