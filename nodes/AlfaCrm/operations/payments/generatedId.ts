/**
 * Recognises external IDs that a program has generated, such as "xRtbQmWe-kL_". Such an ID may look
 * like a prefix that has lost its number ("inv-2026-"): both may end in a dash and lack digits.
 * They are told apart by their letters. People make prefixes of words, abbreviations and numbers. A
 * generator mixes capital and small letters that form no word.
 */

/**
 * Tells whether a program has generated an ID, such as "xRtbQmWe-kL_". Then neither a dash at its
 * end nor a lack of digits is a fault.
 */
export function isGenerated(id: string): boolean {
	if (!ENCODED.test(id)) return false;

	// A generator mixes digits, capital and small letters. People write `constructor` and
	// `Instructor-`: in words, only the first letter may be of another case.
	const hasDigit = /\d/.test(id);
	if (!hasDigit && hasOneCase(id.slice(1))) return false;

	const idWithoutPadding = id.replace(/=+$/, '');
	const parts = idWithoutPadding.split(SEPARATORS);
	const endsWithSeparator = parts.at(-1) === '';
	if (endsWithSeparator) {
		const lastPart = parts.at(-2) ?? '';
		return !isEndOfPrefix(lastPart, id);
	}

	// The characters of base64 include the plus sign, which people do not write in IDs.
	return id.includes('+') || !parts.every(isReadable);
}

/** Matches base64 and base64url. Shorter texts cannot be told from prefixes. */
const ENCODED = /^[A-Za-z0-9+/_-]{10,}={0,2}$/;

/**
 * Matches the signs between the words and numbers of an ID. They are characters of base64 and
 * base64url as well.
 */
const SEPARATORS = /[-_/]+/;

/**
 * The length of the longest last part that may be readable by accident, such as "h" in the
 * generated ID "N9EbFTUd22v88MK2JF1I-h_".
 */
const LONGEST_ACCIDENTAL_PART = 2;

/**
 * The least number of borders between a letter and a digit in a generated ID. Prefixes such as
 * "b24deal-" have fewer borders.
 */
const FEWEST_BORDERS = 4;

/** Matches each place where a letter stands beside a digit. */
const BORDER = /(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;

/**
 * Tells whether an ID that ends in a separator is a prefix that has lost its number. It is one if
 * its last part is a word, an abbreviation or a year, as in "mrchnt-2026-". A very short last part
 * may be readable by accident: it does not count if the whole ID mixes letters and digits as a
 * generator does.
 */
function isEndOfPrefix(lastPart: string, id: string): boolean {
	const borderCount = id.match(BORDER)?.length ?? 0;
	const isMixed = borderCount >= FEWEST_BORDERS;
	const isVeryShort = lastPart.length <= LONGEST_ACCIDENTAL_PART;
	if (isMixed && isVeryShort) return false;

	return isReadable(lastPart);
}

// ---------------------------------------------------------------- words and abbreviations

/**
 * The length of the longest abbreviation that cannot be pronounced, such as `psb` or `RNCB`, alone
 * or beside a word.
 */
const LONGEST_ABBREVIATION = 4;

/**
 * Tells whether a part of an ID is what people write: a number, a word, an abbreviation, or letters
 * beside a number.
 */
function isReadable(part: string): boolean {
	const [, letters] = /^\d*([A-Za-z]*)\d*$/.exec(part) ?? [];
	if (letters === undefined) return false;
	if (!hasOneCase(letters)) return isCamelCase(letters);

	return letters.length <= LONGEST_ABBREVIATION || isWord(letters);
}

/** Whether the letters of a text are all small, or all capital. */
const hasOneCase = (text: string): boolean =>
	text === text.toLowerCase() || text === text.toUpperCase();

/**
 * In camelCase, each part that begins with a capital letter is called a hump: `invoice` and
 * `Number` in invoiceNumber. This is the length of the longest hump that may be no word, such as
 * `be` and `Tg` in bePaid and TgBot.
 */
const LONGEST_SHORT_HUMP = 2;

/**
 * Tells whether letters are words in camelCase, with at most one abbreviation or short hump among
 * them: invoiceNumber, AlfaCRM, VKPay, eKassa.
 */
function isCamelCase(letters: string): boolean {
	const humps = letters.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
	const words = humps.filter((hump) => /[a-z]/.test(hump) && isWord(hump));
	const otherHumps = humps.filter((hump) => !words.includes(hump));
	if (otherHumps.length > 1) return false;

	const [otherHump = ''] = otherHumps;
	const isAbbreviation = otherHump === otherHump.toUpperCase();
	const longestOtherHump = isAbbreviation ? LONGEST_ABBREVIATION : LONGEST_SHORT_HUMP;
	const isOtherHumpShort = otherHump.length <= longestOtherHump;

	// Random letters also form a short word here and there.
	const wordLetterCount = words.join('').length;
	const wordsMakeUpHalf = wordLetterCount >= letters.length / 2;
	return isOtherHumpShort && wordsMakeUpHalf;
}

/**
 * Letters that together write one consonant, in English words and in Russian words in Latin
 * letters: `shch` is щ.
 */
const DIGRAPHS = /shch|sch|sh|ch|zh|kh|ts|ck|th|ph/g;

/** Sequences of letters that no word has, after each digraph has become a single consonant. */
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
	// z, v or w before a consonant that does not follow it in words: "zb", "vm", "wk".
	/z(?![aeiouyhlrnmdvk]|$)/,
	/v(?![aeiouylrnksztd]|$)/,
	/w(?![aeiouyhrnls]|$)/,
];

/** The least share of vowels among the sounds of a word. */
const LEAST_SHARE_OF_VOWELS = 0.25;
/** The least number of letters in a word. */
const SHORTEST_WORD = 3;

/** Tells whether letters can be pronounced as a word. */
function isWord(letters: string): boolean {
	if (letters.length < SHORTEST_WORD) return false;

	// A digraph such as "sh" counts as one consonant, so any consonant may stand for it.
	const sounds = letters.toLowerCase().replace(DIGRAPHS, 'k');
	const vowels = sounds.replace(/[^aeiouy]/g, '');
	const hasEnoughVowels = vowels.length / sounds.length >= LEAST_SHARE_OF_VOWELS;

	const isPronounceable = !UNPRONOUNCEABLE.some((sequence) => sequence.test(sounds));
	return hasEnoughVowels && isPronounceable;
}
