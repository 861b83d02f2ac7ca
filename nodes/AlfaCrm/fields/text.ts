import { normalizeText, findSearchFragments } from './normalizeText';
import type { FieldKind, Widget } from './kind';
import { makeComparisonParts, toFormList, listParts, singleParts } from './kind';
import { readItems, splitText } from './lists';
import { hasExtraWords, normalizeName, replaceCommas } from './personName';
import { isRounded } from './unreadable';
import type { FieldBasics, OfType, ShownType, ApiValue } from '../entities/fieldTypes';

/**
 * The kinds of fields that hold texts: a short text, a long text, or a list of texts. Two texts
 * match in any spelling (`normalizeText.ts`). Two names of people also match if their words have
 * another order (`personName.ts`).
 */

/** Accepts a number as people write it: -5.5. Rejects 1e21, NaN and more than sixteen digits. */
const NUMBER_WITHOUT_EXPONENT = /^-?\d{1,16}(\.\d+)?$/;

/**
 * Tells whether people would write a number like this. A number with an exponent comes from a
 * calculation that went wrong.
 */
export const isWritable = (number: number): boolean => NUMBER_WITHOUT_EXPONENT.test(String(number));

/**
 * Reads a value as a text: 5 becomes "5", and true becomes "true". Returns undefined if people
 * would not write the value as a text: a list, an object, or a number that was rounded, such as
 * `7,90056E+10`.
 */
export function readText(value: unknown): string | undefined {
	if (typeof value === 'string') return isRounded(value) ? undefined : value.trim();
	if (typeof value === 'boolean') return String(value);

	return typeof value === 'number' && isWritable(value) ? String(value) : undefined;
}

/**
 * Makes the normal form of a text: a list with one form, or an empty list if the value is no text.
 */
export function makeTextForms(value: unknown): string[] {
	const text = readText(value);
	return toFormList(text === undefined ? undefined : normalizeText(text));
}

/** Returns how many characters AlfaCRM takes at most. Undefined if that is not known. */
export const readMaxLength = (field: ShownType): number | undefined =>
	field.type === 'text' || field.type === 'longText' ? field.longest : undefined;

/**
 * Counts the characters of a text. Most emojis count as one, although JavaScript stores them as
 * two.
 */
export const countCharacters = (text: string): number => [...text].length;

/** Cuts a text to at most `longest` characters. A text that was cut ends in an ellipsis. */
export function shorten(text: string, longest = Infinity): string {
	if (countCharacters(text) <= longest) return text;

	const beginning = [...text].slice(0, longest - 1).join('');
	return `${beginning.trimEnd()}…`;
}

/**
 * Removes differences between texts that no reader can see: how Unicode composes a letter, the kind
 * of line breaks, and blanks around the text.
 */
export const normalizeAppearance = (text: string): string =>
	text.normalize('NFC').replace(/\r\n?/g, '\n').trim();

/**
 * Tells whether AlfaCRM already holds a text. Capital letters and blanks make a difference, because
 * a user may want to correct them.
 */
export function isStoredText(_field: unknown, storedValue: unknown, value: unknown): boolean {
	const storedText = readText(storedValue);
	const text = readText(value);
	if (storedText === undefined || text === undefined) return false;

	return normalizeAppearance(storedText) === normalizeAppearance(text);
}

/**
 * Makes the bodies of calls that find a text in any spelling. The calls may find other texts as
 * well.
 *
 * @param name the name of the filter
 */
export function makeTextFilters(name: string, item: ApiValue): Array<Record<string, ApiValue>> {
	if (typeof item !== 'string') return [{ [name]: item }];

	return findSearchFragments(item).map((fragment) => ({ [name]: fragment }));
}

/** The parts that the kinds of a single text share. */
const textParts = {
	...singleParts,
	...makeComparisonParts((_field: unknown, item) => makeTextForms(item)),
	isStored: isStoredText,
	clearedValue: '',
	makeSearchFilters: (_field: unknown, name: string, item: ApiValue) => makeTextFilters(name, item),
	expected: () => 'a text',
	serialize: (_field: unknown, item: unknown) => readText(item),
} satisfies Partial<FieldKind<unknown>>;

const readTextOrEmpty = (value: unknown): string => readText(value) ?? '';

/** A short text. */
export const text: FieldKind<OfType<'text'>> = {
	...textParts,
	...makeComparisonParts(({ isPersonName }: OfType<'text'>, item) =>
		isPersonName ? toFormList(normalizeName(readTextOrEmpty(item))) : makeTextForms(item),
	),
	isStored: isStoredText,
	explainSimilarity({ isPersonName }, storedValue, matchValue) {
		const isSimilar =
			isPersonName && hasExtraWords(readTextOrEmpty(storedValue), readTextOrEmpty(matchValue));
		return isSimilar ? 'one of the two has more words' : undefined;
	},
	makeSearchFilters: ({ isPersonName }, name, item) =>
		makeTextFilters(name, isPersonName ? replaceCommas(String(item)) : item),
};

/** A text that may have several lines. */
export const longText: FieldKind<OfType<'longText'>> = {
	...textParts,
	widget: () => ({ type: 'string', typeOptions: { rows: 3 }, default: '' }),
};

/**
 * Makes a parameter with one input for each text, to which the user can add inputs. The form begins
 * with one input. An empty input counts as no value.
 */
export const makeTextListWidget = ({ label }: FieldBasics): Widget => ({
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${label}` },
	default: [''],
});

/**
 * The parts that kinds of a list of texts share. In a list, true and false are not taken as texts.
 */
export const textListParts = {
	...listParts,
	...makeComparisonParts((_field: unknown, item) => makeTextForms(item)),
	isStored: isStoredText,
	makeSearchFilters: textParts.makeSearchFilters,
	expected: () => 'a text or a list of texts',
	serialize: (_field: unknown, item: unknown) =>
		typeof item === 'boolean' ? undefined : readText(item),
	widget: makeTextListWidget,
} satisfies Partial<FieldKind<unknown>>;

/** A list of texts. */
export const texts: FieldKind<OfType<'texts'>> = {
	...textListParts,
	splitItems({ split }, value) {
		const keepWhole = (wholeText: string) => [wholeText];
		return readItems(value, split === false ? keepWhole : splitText);
	},
};
