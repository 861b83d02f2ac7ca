import { normalizeText, sharedParts } from './normalizeText';
import type { FieldKind, Widget } from './kind';
import { comparedBy, oneForm, several, single } from './kind';
import { itemsOf, parts } from './lists';
import { hasExtraWords, normalizeName, replaceCommas } from './personName';
import { isRounded } from './unreadable';
import type { FieldBasics, OfType, ShownType, Wire } from '../entities/fieldTypes';

/**
 * Tells whether people would write a number like this. A number with an exponent comes from a
 * calculation that went wrong.
 */
export const isWritable = (number: number): boolean => /^-?\d{1,16}(\.\d+)?$/.test(String(number));

/** Reads a value as a text. Returns undefined if it cannot be written as one. */
export function readText(value: unknown): string | undefined {
	if (typeof value === 'string') return isRounded(value) ? undefined : value.trim();
	if (typeof value === 'boolean') return String(value);

	return typeof value === 'number' && isWritable(value) ? String(value) : undefined;
}

export function normalizedText(value: unknown): string[] {
	const text = readText(value);
	return oneForm(text === undefined ? undefined : normalizeText(text));
}

/** Returns how many characters AlfaCRM takes at most, if that is known. */
export const longestOf = (field: ShownType): number | undefined =>
	field.type === 'text' || field.type === 'longText' ? field.longest : undefined;

/** Counts characters as people do: an emoji is one. */
export const lengthOf = (text: string): number => [...text].length;

/** Cuts a text to a length. The last character then is an ellipsis. */
export function shortened(text: string, longest = Infinity): string {
	if (lengthOf(text) <= longest) return text;

	const beginning = [...text].slice(0, longest - 1).join('');
	return `${beginning.trimEnd()}…`;
}

/**
 * Returns a text as a person sees it: the composition of letters, the kind of line breaks and
 * blanks around it are invisible.
 */
export const asRead = (text: string): string =>
	text.normalize('NFC').replace(/\r\n?/g, '\n').trim();

/**
 * Tells whether AlfaCRM already holds a text. Capital letters and blanks make a difference, because
 * a user may want to correct them.
 */
export function isStoredText(_field: unknown, storedValue: unknown, value: unknown): boolean {
	const storedText = readText(storedValue);
	const text = readText(value);
	if (storedText === undefined || text === undefined) return false;

	return asRead(storedText) === asRead(text);
}

/**
 * Makes the filters that together find a text in any spelling. They may find other texts as well.
 */
export const textForms = (name: string, item: Wire): Array<Record<string, Wire>> =>
	typeof item === 'string'
		? sharedParts(item).map((part) => ({ [name]: part }))
		: [{ [name]: item }];

const basis = {
	...single,
	...comparedBy((_field: unknown, item) => normalizedText(item)),
	isStored: isStoredText,
	clearedValue: '',
	searchForms: (_field: unknown, name: string, item: Wire) => textForms(name, item),
	expected: () => 'a text',
	serialize: (_field: unknown, item: unknown) => readText(item),
};

const asText = (value: unknown): string => readText(value) ?? '';

export const text: FieldKind<OfType<'text'>> = {
	...basis,
	...comparedBy(({ isPersonName }: OfType<'text'>, item) =>
		isPersonName ? oneForm(normalizeName(asText(item))) : normalizedText(item),
	),
	isStored: isStoredText,
	explainSimilarity({ isPersonName }, storedValue, matchValue) {
		const isSimilar = isPersonName && hasExtraWords(asText(storedValue), asText(matchValue));
		return isSimilar ? 'one of the two has more words' : undefined;
	},
	searchForms: ({ isPersonName }, name, item) =>
		textForms(name, isPersonName ? replaceCommas(String(item)) : item),
};

export const longText: FieldKind<OfType<'longText'>> = {
	...basis,
	widget: () => ({ type: 'string', typeOptions: { rows: 3 }, default: '' }),
};

/**
 * Shows one input below the other. The first is there from the beginning; an empty one counts as no
 * value.
 */
export const textsWidget = ({ label }: FieldBasics): Widget => ({
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${label}` },
	default: [''],
});

export const severalTexts = {
	...several,
	...comparedBy((_field: unknown, item) => normalizedText(item)),
	isStored: isStoredText,
	searchForms: basis.searchForms,
	expected: () => 'a text or a list of texts',
	serialize: (_field: unknown, item: unknown) =>
		typeof item === 'boolean' ? undefined : readText(item),
	widget: textsWidget,
};

export const texts: FieldKind<OfType<'texts'>> = {
	...severalTexts,
	items: ({ split }, value) => itemsOf(value, split === false ? (wholeText) => [wholeText] : parts),
};
