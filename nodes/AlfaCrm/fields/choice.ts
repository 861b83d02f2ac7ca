import type { FieldKind, ValueNames } from './kind';
import { makeComparisonParts, listParts, singleParts } from './kind';
import { readItems, splitText } from './lists';
import { toOptions } from './order';
import type { Choice, OfType } from '../entities/fieldTypes';

/**
 * The kinds for one of several declared values, and for some of them. A choice may be written as
 * its value, `1` or `'1'`.
 */

/** Lists choices for a message: "1 (Income), 2 (Refund)". */
const listChoices = (choices: readonly Choice[]): string =>
	choices.map(({ value, label }) => `${value} (${label})`).join(', ');

/** Reads a choice. Returns undefined if the value is not among the choices. */
function readChoice(choices: readonly Choice[], value: unknown): number | string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	return choices.find((choice) => String(choice.value) === String(value).trim())?.value;
}

/** Numbers need names, which are the labels of the choices. Texts say what they mean. */
const namesOfNumbers = ({ choices }: { choices: readonly Choice[] }): ValueNames | undefined =>
	choices.every(({ value }) => typeof value === 'number') ? { choices } : undefined;

/**
 * Compares choices as texts. AlfaCRM may hold a value that is not among the declared choices, such
 * as a type of payments that the school has added.
 */
const comparisonParts = makeComparisonParts((_field: unknown, item) => {
	const isTextOrNumber = typeof item === 'string' || typeof item === 'number';
	return isTextOrNumber ? [String(item).trim()] : [];
});

export const choice: FieldKind<OfType<'choice'>> = {
	...singleParts,
	...comparisonParts,
	hasExactFilter: true,
	valueNames: namesOfNumbers,
	expected: ({ choices }) => `one of ${listChoices(choices)}`,
	serialize: ({ choices }, item) => readChoice(choices, item),
	widget: ({ choices, default: defaultChoice }) => ({
		type: 'options',
		options: toOptions(choices),
		default: defaultChoice,
	}),
	isAlwaysFilled: true,
	defaultValue: ({ default: defaultChoice }) => defaultChoice,
	// A required choice begins with the default, as in the form.
	column: ({ choices, default: defaultChoice }, required) => ({
		type: 'options',
		options: choices.map(({ label, value }) => ({ name: label, value })),
		...(required ? { defaultValue: defaultChoice } : {}),
	}),
	schema: ({ default: defaultChoice }) => ({
		type: typeof defaultChoice === 'number' ? 'integer' : 'string',
	}),
	jsonHint: ({ choices }) => choices.map(({ value, label }) => `${value} ${label}`).join(', '),
};

export const choices: FieldKind<OfType<'choices'>> = {
	...listParts,
	...comparisonParts,
	holdsIds: true,
	valueNames: namesOfNumbers,
	splitItems: (_field, value) => readItems(value, splitText),
	expected: ({ choices: offered }) => `some of ${listChoices(offered)}`,
	serialize: ({ choices: offered }, item) => readChoice(offered, item),
	widget: ({ choices: offered }) => ({
		type: 'multiOptions',
		options: toOptions(offered),
		default: [],
	}),
	schema: ({ choices: offered }) => ({
		type: 'array',
		items: { type: offered.every(({ value }) => typeof value === 'number') ? 'integer' : 'string' },
	}),
};
