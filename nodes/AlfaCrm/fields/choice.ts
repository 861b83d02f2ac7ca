import type { FieldKind, ValueNames, Widget } from './kind';
import { makeComparisonParts, listParts, singleParts } from './kind';
import { readItems, splitText } from './lists';
import { toOptions } from './order';
import type { Choice, OfType } from '../entities/fieldTypes';

/**
 * The kinds of fields whose possible values are declared, such as 1 (Income) and 5 (Refund). A
 * `choice` holds a single value, `choices` hold several. The user gives the value, as `1` or `'1'`,
 * not the label.
 */

/** Lists choices for a message: "1 (Income), 2 (Refund)". */
const listChoices = (choices: readonly Choice[]): string =>
	choices.map(({ value, label }) => `${value} (${label})`).join(', ');

/** Reads a choice. Returns undefined if the value is not among the choices. */
function readChoice(choices: readonly Choice[], value: unknown): number | string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	return choices.find((choice) => String(choice.value) === String(value).trim())?.value;
}

/**
 * Returns the choices if their values are numbers, so that the output can show their labels. A
 * value that is a text needs no label.
 */
const labelsOfNumbers = ({ choices }: { choices: readonly Choice[] }): ValueNames | undefined =>
	choices.every(({ value }) => typeof value === 'number') ? { choices } : undefined;

/**
 * Tells n8n's AI builder the labels of choices whose values are numbers. A model sees the values
 * only, and would guess that `removed: 2` means all customers. A person sees the labels.
 */
function labelsForBuilder(choices: readonly Choice[]): Pick<Widget, 'builderHint'> {
	if (labelsOfNumbers({ choices }) === undefined) return {};
	return { builderHint: { propertyHint: listLabels(choices) } };
}

/** Lists the values and labels of choices: "1 Income, 2 Refund". */
const listLabels = (choices: readonly Choice[]): string =>
	choices.map(({ value, label }) => `${value} ${label}`).join(', ');

/**
 * Compares values as texts, also values that are not declared. AlfaCRM can hold such a value, for
 * example a type of payments that the school has added.
 */
const comparisonParts = makeComparisonParts((_field: unknown, item) => {
	const isTextOrNumber = typeof item === 'string' || typeof item === 'number';
	return isTextOrNumber ? [String(item).trim()] : [];
});

export const choice: FieldKind<OfType<'choice'>> = {
	...singleParts,
	...comparisonParts,
	hasExactFilter: true,
	valueNames: labelsOfNumbers,
	expected: ({ choices }) => `one of ${listChoices(choices)}`,
	serialize: ({ choices }, item) => readChoice(choices, item),
	widget: ({ choices, default: defaultChoice }) => ({
		type: 'options',
		options: toOptions(choices),
		default: defaultChoice,
		...labelsForBuilder(choices),
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
	jsonHint: ({ choices }) => listLabels(choices),
};

export const choices: FieldKind<OfType<'choices'>> = {
	...listParts,
	...comparisonParts,
	// In place of the numbers, AlfaCRM may show labels.
	holdsIds: true,
	valueNames: labelsOfNumbers,
	splitItems: (_field, value) => readItems(value, splitText),
	expected: ({ choices: offered }) => `some of ${listChoices(offered)}`,
	serialize: ({ choices: offered }, item) => readChoice(offered, item),
	widget: ({ choices: offered }) => ({
		type: 'multiOptions',
		options: toOptions(offered),
		default: [],
		...labelsForBuilder(offered),
	}),
	schema: ({ choices: offered }) => ({
		type: 'array',
		items: { type: offered.every(({ value }) => typeof value === 'number') ? 'integer' : 'string' },
	}),
};
