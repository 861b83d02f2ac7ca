import { normalizeText, sharedParts } from './normalizeText';
import type { FieldKind, Widget } from './kind';
import { comparedBy, oneForm, several, single } from './kind';
import { itemsOf, parts } from './lists';
import { hasExtraWords, normalizeName, replaceCommas } from './personName';
import { isRounded } from './unreadable';
import type { FieldBasics, OfType, ShownType, Wire } from '../entities/fieldTypes';

/** Whether a number is one that people write; others, with an exponent, come from a calculation that went wrong. */
export const isWritable = (number: number): boolean => /^-?\d{1,16}(\.\d+)?$/.test(String(number));

/** @returns undefined for what is no text and cannot be written as one */
export function readText(value: unknown): string | undefined {
	if (typeof value === 'string') return isRounded(value) ? undefined : value.trim();
	if (typeof value === 'boolean') return String(value);
	return typeof value === 'number' && isWritable(value) ? String(value) : undefined;
}

export function normalizedText(value: unknown): string[] {
	const text = readText(value);
	return oneForm(text === undefined ? undefined : normalizeText(text));
}

/** How many characters AlfaCRM takes at most, if that is known. */
export const longestOf = (field: ShownType): number | undefined =>
	field.type === 'text' || field.type === 'longText' ? field.longest : undefined;

/** Characters as people count them: an emoji is one. */
export const lengthOf = (text: string): number => [...text].length;

/** As much of a text as fits, with a mark where it was cut. */
export function shortened(text: string, longest = Infinity): string {
	if (lengthOf(text) <= longest) return text;
	const kept = [...text].slice(0, longest - 1).join('');
	return `${kept.trimEnd()}…`;
}

/** A text as a person reads it: how Unicode composes it, the kind of its line breaks and blanks around it are not seen. */
export const asRead = (text: string): string => text.normalize('NFC').replace(/\r\n?/g, '\n').trim();

/** For texts, whose capitals and blanks somebody may want to correct. */
export function isStoredText(_field: unknown, held: unknown, wanted: unknown): boolean {
	const [one, other] = [readText(held), readText(wanted)];
	return one !== undefined && other !== undefined && asRead(one) === asRead(other);
}

/** Filters that find a text in any spelling, among others. */
export const textForms = (name: string, item: Wire): Array<Record<string, Wire>> =>
	typeof item === 'string' ? sharedParts(item).map((part) => ({ [name]: part })) : [{ [name]: item }];

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
	explainSimilarity: ({ isPersonName }, held, wanted) =>
		isPersonName && hasExtraWords(asText(held), asText(wanted)) ? 'one of the two has more words' : undefined,
	searchForms: ({ isPersonName }, name, item) =>
		textForms(name, isPersonName ? replaceCommas(String(item)) : item),
};

export const longText: FieldKind<OfType<'longText'>> = {
	...basis,
	widget: () => ({ type: 'string', typeOptions: { rows: 3 }, default: '' }),
};

/** One field below the other, the first of them there at once. One that stays empty says nothing. */
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
	serialize: (_field: unknown, item: unknown) => (typeof item === 'boolean' ? undefined : readText(item)),
	widget: textsWidget,
};

export const texts: FieldKind<OfType<'texts'>> = {
	...severalTexts,
	items: ({ split }, value) => itemsOf(value, split === false ? (one) => [one] : parts),
};
