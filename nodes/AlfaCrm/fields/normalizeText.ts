/**
 * Normalizes texts for comparing, and finds the parts of a text by which AlfaCRM is searched.
 * People write the same text in several spellings: with е or ё, in capital letters, with more
 * blanks.
 */

/** Accepts invisible characters, such as a soft hyphen or the marks of a writing direction. */
const INVISIBLE = /\p{Cf}/gu;

/**
 * Normalizes a text for comparing: `Анна  Артёмова` and `анна артемова` become equal. These make no
 * difference: capital letters, further blanks, ё in place of е, invisible characters, and how
 * Unicode composes a letter (é can be one character, or e and an accent).
 */
export function normalizeText(text: string): string {
	return (
		removeInvisible(text)
			.normalize('NFC')
			.toLowerCase()
			// Lower case can take a letter apart again, into the letter and its accent.
			.normalize('NFC')
			.replace(/\s+/g, ' ')
			.trim()
			.replace(/ё/g, 'е')
	);
}

/**
 * Normalizes an ID of another program, such as cus_aBc1. Unlike in `normalizeText`, capital letters
 * make a difference.
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

/**
 * Only so many characters of a text are searched for a fragment, because one fragment is enough.
 */
const LONGEST_TEXT = 200;
/** A fragment of four characters is rare, so a search for it finds few other texts. */
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
 * - Letters that can be written in several ways (`VARYING_LETTER`), blanks and invisible characters
 *   split the text into parts. The fragment is the longest part: `Александр Артёмов` → `ксандр`.
 * - If that part is too short to be rare, a part can contain one е or ё. Each spelling of the
 *   longest such part is a fragment: `Лёва` → `Лева`, and `Лёва` with ё as one character and as
 *   two.
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

	// The part has at most one е or ё, so each line changes that letter or nothing.
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
 * Accepts the beginning of a word, and the place after each е and ё. From there, the group reads on
 * until the second е or ё. The parts overlap, because the group is in a lookahead.
 */
const PARTS_WITH_ONE_YO = /(?<=^|[её])(?=([^её]*[её]?[^её]*))/giu;

/** Finds the parts of a word with at most one е or ё: `ёлке` has `ёлк` and `лке`. */
const findPartsWithOneYo = (word: string): string[] =>
	Array.from(word.matchAll(PARTS_WITH_ONE_YO), ([, part]) => part);

const findLongest = (texts: readonly string[]): string =>
	texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
