/** Characters that nobody sees, such as a soft hyphen or the marks of a writing direction. */
const UNSEEN = /\p{Cf}/gu;

/**
 * A text for comparing: capital or small letters, blanks, the dots of a Russian letter and how Unicode composes it make
 * no difference.
 */
export function normalizeText(text: string): string {
	return withoutInvisible(text)
		.normalize('NFC')
		.toLowerCase()
		.normalize('NFC')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/ё/g, 'е');
}

/** Normalizes a text that identifies a record, in which capital and small letters make a difference: cus_aBc1. */
export function normalizeIdentifier(text: string): string {
	return withoutInvisible(text)
		.normalize('NFC')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/ё/g, 'е')
		.replace(/Ё/g, 'Е');
}

export const withoutInvisible = (text: string): string => text.replace(UNSEEN, '');

const LONGEST_TEXT = 200;
/** From here on a part is seldom in other texts. */
const TELLING = 4;
/** In decomposed texts. */
const VARYING = /[её]\p{M}*|.\p{M}+/iu;

/**
 * Parts of which every text that comparing takes for the same holds one, for a server that looks for the very
 * characters: е may be ё, and Unicode may compose a letter in one character or in two. Of the words that is the longest part
 * without such letters or, where it is too short, with one that may be е or ё. What nobody sees inside of a word hides it.
 */
export function sharedParts(text: string): string[] {
	const words = text
		.slice(0, LONGEST_TEXT)
		.normalize('NFC')
		.split(/[\s\p{Cf}]+/u);
	const constant = longestOf(words.flatMap((word) => word.normalize('NFD').split(VARYING)));
	if (constant.length >= TELLING) return [constant];
	const part = longestOf(
		words.flatMap((word) =>
			[...word.matchAll(/(?<=^|[её])(?=([^её]*[её]?[^её]*))/giu)].map(([, one]) => one),
		),
	);
	if (part === '') return [];
	const spellings = ['её', 'ЕЁ'].flatMap(([e, yo]) => [part.replace(yo, e), part.replace(e, yo)]);
	return [...new Set(spellings.flatMap((one) => [one, one.normalize('NFD')]))];
}

const longestOf = (texts: readonly string[]): string =>
	texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
