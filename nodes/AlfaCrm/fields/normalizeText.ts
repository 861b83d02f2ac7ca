/** Accepts invisible characters, such as a soft hyphen or the marks of a writing direction. */
const INVISIBLE = /\p{Cf}/gu;

/**
 * Normalizes a text for comparing. Capital letters, blanks, ё instead of е, and the way in which
 * Unicode composes a letter make no difference: `Анна  Артёмова` and `анна артемова` are equal.
 */
export function normalizeText(text: string): string {
	return removeInvisible(text)
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
	return removeInvisible(text)
		.normalize('NFC')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/ё/g, 'е')
		.replace(/Ё/g, 'Е');
}

/** Removes the characters of a text that nobody can see. */
export const removeInvisible = (text: string): string => text.replace(INVISIBLE, '');

/** Only the beginning of a long text is looked at, because one rare fragment is enough. */
const LONGEST_TEXT = 200;
/** A fragment of four characters is rare in other texts. */
const RARE_LENGTH = 4;
/**
 * Accepts a letter that can be written in several ways: е, ё, and any letter with an accent. The
 * text must be decomposed (NFD), so that the accent is a character of its own.
 */
const VARYING_LETTER = /[её]\p{M}*|.\p{M}+/iu;

/**
 * Finds fragments of a text to search for, on a server that compares characters literally. Every
 * spelling that `normalizeText` treats as equal contains at least one of the fragments.
 *
 * The spellings differ where е is written ё, and where Unicode composes a letter from one character
 * or from two. So the fragment is the longest part of a word without such letters. If it is too
 * short to be rare, the fragments are the longest part with one е or ё, in both spellings.
 * Invisible characters split a word, because only some spellings have them.
 *
 * - `Александр Артёмов` → `ксандр`
 * - `Лёва` → `Лева`, and `Лёва` with ё as one character and as two
 */
export function findSearchFragments(text: string): string[] {
	const words = text
		.slice(0, LONGEST_TEXT)
		.normalize('NFC')
		.split(/[\s\p{Cf}]+/u);
	const partsThatNeverVary = words.flatMap((word) => word.normalize('NFD').split(VARYING_LETTER));
	const constantPart = findLongest(partsThatNeverVary);
	if (constantPart.length >= RARE_LENGTH) return [constantPart];

	const part = findLongest(words.flatMap(findPartsWithOneYo));
	if (part === '') return [];

	const spellings = [
		part.replace('ё', 'е'),
		part.replace('е', 'ё'),
		part.replace('Ё', 'Е'),
		part.replace('Е', 'Ё'),
	];
	const fragments = spellings.flatMap((spelling) => [spelling, spelling.normalize('NFD')]);
	return [...new Set(fragments)];
}

/**
 * Accepts the beginning of a word and the place behind each е and ё. The group reads the part that
 * begins there and has at most one е or ё.
 */
const PARTS_WITH_ONE_YO = /(?<=^|[её])(?=([^её]*[её]?[^её]*))/giu;

/** Finds the parts of a word with at most one е or ё: `ёлке` has `ёлк` and `лке`. */
const findPartsWithOneYo = (word: string): string[] =>
	Array.from(word.matchAll(PARTS_WITH_ONE_YO), ([, part]) => part);

const findLongest = (texts: readonly string[]): string =>
	texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
