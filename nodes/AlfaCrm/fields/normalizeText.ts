/** Accepts invisible characters, such as a soft hyphen or the marks of a writing direction. */
const INVISIBLE = /\p{Cf}/gu;

/**
 * Normalizes a text for comparing. Capital letters, blanks, ё instead of е, and the way in which
 * Unicode composes a letter make no difference: `Анна  Артёмова` and `анна артемова` are equal.
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

/**
 * Normalizes a text that identifies a record, in which capital and small letters make a difference:
 * cus_aBc1.
 */
export function normalizeIdentifier(text: string): string {
	return withoutInvisible(text)
		.normalize('NFC')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/ё/g, 'е')
		.replace(/Ё/g, 'Е');
}

export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '');

const LONGEST_TEXT = 200;
/** A part of four characters is rare in other texts. */
const RARE_LENGTH = 4;
/**
 * Accepts a letter that can be written in several ways: е, ё, and any letter with a mark of its
 * own. For decomposed texts.
 */
const VARYING_LETTER = /[её]\p{M}*|.\p{M}+/iu;

/**
 * Returns search fragments for a server that compares characters literally. Every spelling that
 * `normalizeText` treats as equal contains at least one of them: е may be written ё, and Unicode
 * may compose a letter from one character or from two.
 *
 * The fragment is the longest part of a word without such letters. If that is too short to be rare,
 * it is the longest part with one е or ё, in both spellings. Invisible characters split a word.
 *
 * - `Александр Артёмов` → `ксандр`
 */
export function sharedParts(text: string): string[] {
	const words = text
		.slice(0, LONGEST_TEXT)
		.normalize('NFC')
		.split(/[\s\p{Cf}]+/u);
	const constantPart = longestOf(
		words.flatMap((word) => word.normalize('NFD').split(VARYING_LETTER)),
	);
	if (constantPart.length >= RARE_LENGTH) return [constantPart];

	const part = longestOf(words.flatMap(partsWithOneYo));
	if (part === '') return [];

	const spellings = ['её', 'ЕЁ'].flatMap(([e, yo]) => [part.replace(yo, e), part.replace(e, yo)]);
	return [...new Set(spellings.flatMap((spelling) => [spelling, spelling.normalize('NFD')]))];
}

/** Returns the parts of a word with at most one е or ё: `ёлке` has `ёлк` and `лке`. */
const partsWithOneYo = (word: string): string[] =>
	[...word.matchAll(/(?<=^|[её])(?=([^её]*[её]?[^её]*))/giu)].map(([, part]) => part);

const longestOf = (texts: readonly string[]): string =>
	texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
