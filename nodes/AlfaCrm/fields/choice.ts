import type { FieldKind, Words } from './kind';
import { comparedBy, oneForm, several, single } from './kind';
import { itemsOf, parts } from './lists';
import { toOptions } from './order';
import type { Choice, OfType } from '../entities/fieldTypes';

/** Lists choices for a message: "1 (Income), 2 (Refund)". */
const listChoices = (choices: readonly Choice[]): string =>
	choices.map(({ value, label }) => `${value} (${label})`).join(', ');

function readChoice(choices: readonly Choice[], value: unknown): number | string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	return choices.find((choice) => String(choice.value) === String(value).trim())?.value;
}

/** Numbers need a name. Texts say what they mean. */
const wordsOf = ({ choices }: { choices: readonly Choice[] }): Words | undefined =>
	choices.every(({ value }) => typeof value === 'number') ? { choices } : undefined;

/**
 * Values are compared as texts, because AlfaCRM may hold a value that is not among the known
 * choices.
 */
const compared = comparedBy((_field: unknown, item) =>
	oneForm(typeof item === 'string' || typeof item === 'number' ? String(item).trim() : undefined),
);

export const choice: FieldKind<OfType<'choice'>> = {
	...single,
	...compared,
	isExact: true,
	words: wordsOf,
	expected: ({ choices }) => `one of ${listChoices(choices)}`,
	serialize: ({ choices }, item) => readChoice(choices, item),
	widget: ({ choices, default: first }) => ({
		type: 'options',
		options: toOptions(choices),
		default: first,
	}),
	alwaysFilled: true,
	defaultValue: ({ default: first }) => first,
	// A required choice begins with the default, as in the form.
	column: ({ choices, default: first }, required) => ({
		type: 'options',
		options: choices.map(({ label, value }) => ({ name: label, value })),
		...(required ? { defaultValue: first } : {}),
	}),
	schema: ({ default: first }) => ({ type: typeof first === 'number' ? 'integer' : 'string' }),
	jsonHint: ({ choices }) => choices.map(({ value, label }) => `${value} ${label}`).join(', '),
};

export const choices: FieldKind<OfType<'choices'>> = {
	...several,
	...compared,
	holdsIds: true,
	words: wordsOf,
	items: (_field, value) => itemsOf(value, parts),
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
