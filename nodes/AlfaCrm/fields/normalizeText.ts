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

export const withoutInvisible = (text: string): string => text.replace(UNSEEN, '');

/** What a letter of a text may be in another that comparing takes for the same, capitals aside. */
function formsOf(letter: string): string[] {
	if (!/[её]/i.test(letter)) return composed([letter]);
	return composed(letter === letter.toLowerCase() ? ['е', 'ё'] : ['Е', 'Ё']);
}

/** In one character, or as a letter and its mark. */
const composed = (letters: string[]): string[] => [
	...new Set(letters.flatMap((letter) => [letter, letter.normalize('NFD')])),
];

/** More forms than that cost more requests than a longer part saves rows. */
const MOST_FORMS = 6;
/** From here on a part is seldom in other texts. */
const TELLING = 4;
const LONGEST_TEXT = 200;

interface Part {
	letters: string[];
	forms: number;
}

const worth = ({ letters: { length }, forms }: Part): number =>
	2 * Math.min(length, TELLING) + length / 2 - forms;

/** The parts of a word that have few forms. */
function partsOf(word: string): Part[] {
	const letters = Array.from(word);
	const counts = letters.map((letter) => formsOf(letter).length);
	return letters.flatMap((_letter, from) => {
		const parts: Part[] = [];
		let forms = 1;
		for (let to = from; to < letters.length && forms * counts[to] <= MOST_FORMS; to += 1) {
			forms *= counts[to];
			parts.push({ letters: letters.slice(from, to + 1), forms });
		}
		return parts;
	});
}

/**
 * Parts of which every text that comparing takes for the same holds one, for a server that looks for the very
 * characters: е may be ё, Unicode may compose letters otherwise, and blanks may be more. Only what nobody sees inside of a
 * word can hide it.
 */
export function sharedParts(text: string): string[] {
	const words = text
		.slice(0, LONGEST_TEXT)
		.normalize('NFC')
		.split(/[\s\p{Cf}]+/u);
	const [best] = words.flatMap(partsOf).sort((a, b) => worth(b) - worth(a));
	if (best === undefined) return [];
	const all = best.letters.reduce<string[]>(
		(begun, letter) => begun.flatMap((start) => formsOf(letter).map((form) => start + form)),
		[''],
	);
	// Who holds the longer one holds the shorter.
	return all.filter((one) => !all.some((other) => other !== one && one.includes(other)));
}
