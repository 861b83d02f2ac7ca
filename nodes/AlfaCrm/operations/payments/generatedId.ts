/**
 * Recognises external IDs that a program has generated, such as "xRtbQmWe-kL_".
 *
 * Such an ID resembles a prefix without its number, such as "inv-2026-": both can end in a dash and
 * lack digits. Their letters are different. People make prefixes of words, abbreviations and
 * numbers. A generator mixes capital and small letters that form no word.
 */

/** Whether a program has generated an ID. */
export function isGenerated(id: string): boolean {
	if (!BASE64.test(id)) return false;

	// Without digits, a generated ID has letters of both cases. The first letter does not count:
	// people write `Instructor-`.
	const hasDigit = /\d/.test(id);
	const lettersAfterFirst = id.slice(1);
	if (!hasDigit && hasOneCase(lettersAfterFirst)) return false;

	const idWithoutPadding = id.replace(/=+$/, '');
	const parts = idWithoutPadding.split(SEPARATORS);
	const endsWithSeparator = parts.at(-1) === '';
	if (endsWithSeparator) {
		const lastPart = parts.at(-2) ?? '';
		return !isEndOfPrefix(lastPart, id);
	}

	// The plus sign is a character of base64 that people do not write in IDs.
	return id.includes('+') || !parts.every(isReadable);
}

/**
 * Matches texts of at least ten characters of base64 or base64url. A shorter generated ID cannot be
 * told from a prefix.
 */
const BASE64 = /^[A-Za-z0-9+/_-]{10,}={0,2}$/;

/**
 * Matches the separators between the words and numbers of an ID. Base64 has the same characters.
 */
const SEPARATORS = /[-_/]+/;

/**
 * The length of the longest last part of a generated ID that is readable by accident, such as "h"
 * in "N9EbFTUd22v88MK2JF1I-h_".
 */
const LONGEST_ACCIDENTAL_PART = 2;

/** Matches each place where a letter stands next to a digit. */
const LETTER_NEXT_TO_DIGIT = /(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;

/**
 * How often a letter stands next to a digit in a generated ID, at least. Prefixes such as
 * "b24deal-" have fewer such places.
 */
const MIN_CHANGES_IN_GENERATED_ID = 4;

/**
 * Whether an ID that ends in a separator is a prefix without its number. It is a prefix if its last
 * part is readable: a word, an abbreviation or a number, as in "mrchnt-2026-". But a very short
 * last part can be readable by accident, so it proves nothing in an ID that mixes letters and
 * digits as a generator does.
 */
function isEndOfPrefix(lastPart: string, id: string): boolean {
	const changeCount = id.match(LETTER_NEXT_TO_DIGIT)?.length ?? 0;
	const isMixed = changeCount >= MIN_CHANGES_IN_GENERATED_ID;
	const isVeryShort = lastPart.length <= LONGEST_ACCIDENTAL_PART;
	if (isMixed && isVeryShort) return false;

	return isReadable(lastPart);
}

// ---------------------------------------------------------------- words and abbreviations

/** The length of the longest abbreviation, such as `psb` or `RNCB`. */
const LONGEST_ABBREVIATION = 4;

/** Matches letters with an optional number before and after them, or a number alone. */
const LETTERS_AND_NUMBERS = /^\d*(?<letters>[A-Za-z]*)\d*$/;

/**
 * Whether people would write a part of an ID: a number, a word, an abbreviation, or letters next to
 * a number, such as `b24`.
 */
function isReadable(part: string): boolean {
	const letters = LETTERS_AND_NUMBERS.exec(part)?.groups?.letters;
	if (letters === undefined) return false;
	if (!hasOneCase(letters)) return isCamelCase(letters);

	return letters.length <= LONGEST_ABBREVIATION || isWord(letters);
}

/** Whether the letters of a text are all small, or all capital. */
const hasOneCase = (text: string): boolean =>
	text === text.toLowerCase() || text === text.toUpperCase();

/**
 * Matches the humps of a text in camelCase: `invoice` and `Number` in invoiceNumber, `VK` and `Pay`
 * in VKPay.
 */
const HUMP = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;

/** The length of the longest hump that is neither a word nor an abbreviation: `Tg` in TgBot. */
const LONGEST_SYLLABLE = 2;

/**
 * Whether letters are words in camelCase, as in invoiceNumber. One hump at most may be no word: an
 * abbreviation, as in AlfaCRM and VKPay, or a syllable, as in TgBot and eKassa.
 */
function isCamelCase(letters: string): boolean {
	const humps = letters.match(HUMP) ?? [];
	const isWordHump = (hump: string) => /[a-z]/.test(hump) && isWord(hump);
	const words = humps.filter((hump) => isWordHump(hump));
	const otherHumps = humps.filter((hump) => !isWordHump(hump));
	if (otherHumps.length > 1) return false;

	const [otherHump = ''] = otherHumps;
	const isAbbreviation = otherHump === otherHump.toUpperCase();
	const longestOtherHump = isAbbreviation ? LONGEST_ABBREVIATION : LONGEST_SYLLABLE;
	const isOtherHumpShort = otherHump.length <= longestOtherHump;

	// Random letters can form a short word by accident, but words seldom make up half of them.
	const wordLetterCount = words.join('').length;
	const wordsMakeUpHalf = wordLetterCount >= letters.length / 2;
	return isOtherHumpShort && wordsMakeUpHalf;
}

/**
 * Matches letters that together stand for one consonant, in English words and in Russian words that
 * are written with Latin letters: `shch` is щ.
 */
const DIGRAPHS = /shch|sch|sh|ch|zh|kh|ts|ck|th|ph/g;

/** Sequences of letters that no word has. Each digraph counts as one consonant: see `isWord`. */
const UNPRONOUNCEABLE = [
	// Four consonants: "rtbm".
	/[^aeiouy]{4}/,
	// Four vowels: "eoia".
	/[aeiouy]{4}/,
	// The same letter three times: "ooo".
	/(.)\1\1/,
	// q without u: "qk".
	/q(?!u)/,
	// j or x before a consonant, apart from "next" and "export": "jk".
	/[jx](?![aeiouypt]|$)/,
	// z, v or w before a consonant that never follows this letter in words: "zb", "vm", "wk".
	/z(?![aeiouyhlrnmdvk]|$)/,
	/v(?![aeiouylrnksztd]|$)/,
	/w(?![aeiouyhrnls]|$)/,
];

/** The smallest share of vowels among the sounds of a word. */
const MIN_SHARE_OF_VOWELS = 0.25;

/** The length of the shortest word. */
const SHORTEST_WORD = 3;

/** Whether letters can be pronounced as a word. */
function isWord(letters: string): boolean {
	if (letters.length < SHORTEST_WORD) return false;

	// "k" stands for any consonant here.
	const sounds = letters.toLowerCase().replace(DIGRAPHS, 'k');
	const vowels = sounds.replace(/[^aeiouy]/g, '');
	const hasEnoughVowels = vowels.length / sounds.length >= MIN_SHARE_OF_VOWELS;

	const isPronounceable = !UNPRONOUNCEABLE.some((sequence) => sequence.test(sounds));
	return hasEnoughVowels && isPronounceable;
}
