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
 * Normalizes an ID of another program for comparing: invisible characters, blanks and ё make no
 * difference. Unlike in `normalizeText`, capital letters do: `cus_aBc` and `cus_abc` are two IDs.
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
 * Only the first 200 characters of a text are searched for a fragment, because one fragment is
 * enough.
 */
const LONGEST_TEXT = 200;
/** A fragment of four characters is rare, so a search for it finds few other texts. */
const RARE_LENGTH = 4;
/** Accepts blanks and invisible characters, which separate the words of a text. */
const BLANKS = /[\s\p{Cf}]+/u;
/**
 * Accepts a letter that can be written in several ways: е, ё, and any letter with an accent, such
 * as é. Rejects к. The text must be decomposed (NFD), so that the accent is a character of its own.
 */
const VARYING_LETTER = /[её]\p{M}*|.\p{M}+/iu;

/**
 * Finds fragments of a text to search for, on a server that compares characters literally. Every
 * spelling that `normalizeText` treats as equal contains at least one of the fragments.
 *
 * - `Александр Артёмов` → `ксандр`, its longest part without a letter that can be written in
 *   several ways, such as е and ё
 * - `Лёва` → `Лева` and `Лёва`, because a search for `ва` alone would find too many other texts
 */
export function findSearchFragments(text: string): string[] {
	const words = text.slice(0, LONGEST_TEXT).normalize('NFC').split(BLANKS);
	const constantParts = words.flatMap((word) => word.normalize('NFD').split(VARYING_LETTER));
	const constantPart = findLongest(constantParts);
	const isRare = constantPart.length >= RARE_LENGTH;
	if (isRare) return [constantPart];

	// A part with at most one е or ё (called "yo") has only few spellings.
	const partsWithOneYo = words.flatMap(findPartsWithOneYo);
	return makeSpellings(findLongest(partsWithOneYo));
}

/**
 * Accepts the beginning of a word, and the place after each е and ё. From there, the group reads on
 * until the second е or ё. The parts overlap, because the group is in a lookahead. In `ёлке`, the
 * groups read `ёлк`, `лке` and an empty text. A word without е and ё is read whole.
 */
const PARTS_WITH_ONE_YO = /(?<=^|[её])(?=([^её]*[её]?[^её]*))/giu;

/** Finds the parts of a word with at most one е or ё: `ёлке` has `ёлк` and `лке`. */
const findPartsWithOneYo = (word: string): string[] =>
	Array.from(word.matchAll(PARTS_WITH_ONE_YO), ([, part]) => part);

/**
 * Makes every spelling of a part of a text that has at most one е or ё: `Лёва` gives `Лева`, and
 * `Лёва` with ё as one character and as two.
 */
function makeSpellings(part: string): string[] {
	if (part === '') return [];

	// As there is only one such letter, each line changes that letter or nothing.
	const spellings = [
		part.replace('ё', 'е'),
		part.replace('е', 'ё'),
		part.replace('Ё', 'Е'),
		part.replace('Е', 'Ё'),
	];
	const allSpellings = spellings.flatMap((spelling) => [spelling, spelling.normalize('NFD')]);
	return [...new Set(allSpellings)];
}

function findLongest(texts: readonly string[]): string {
	let longestText = '';
	for (const text of texts) {
		if (text.length > longestText.length) longestText = text;
	}
	return longestText;
}
