import { hasRounded, isUnfilled } from '../../fields/unreadable';

/**
 * Finds faults of external IDs. An ID that many payments share is worse than none: the second payment would be mistaken for
 * the first and not be saved, so its money would be lost without a word.
 *
 * A prefix that lost its number ("inv-2026-") and a generated ID ("xRtbQmWe-kL_") may both end in a dash and lack digits.
 * People make prefixes of words, abbreviations and numbers. A generator mixes capital and small letters that are no word.
 */

/** A template that nobody filled: `{{id}}`, `${id}`, `<id>`, `%id%`. A mail's Message-ID, `<CAH+ab12@mail.gmail.com>`, is none. */
const PLACEHOLDER = /\{\{|\}\}|\$\{|<\s*[\p{L}_][^<>@]*>|%[\p{L}_]+%/u;

/** An error that Excel and Google Sheets show in place of a value, in English and in Russian: `#N/A`, `#ССЫЛКА!`. */
const SHEET_ERROR =
	/#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|Н\/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ\/0!|ЧИСЛО!|ПУСТО!|ОШИБКА!)/iu;

/** The word that an expression leaves where it finds nothing: `inv-undefined-3`, `null.2026-02`. */
const LOST_VALUE = /(?<![\p{L}\p{N}])(?:undefined|null|nan)(?![\p{L}\p{N}])/iu;

/** Any number character except 0. */
const DIGIT_OTHER_THAN_ZERO = /(?!0)\p{N}/u;

/** Nothing but a year or month behind a separator: `-2026`, `/2026-02`. Another number, as in `-500`, may be the ID itself. */
const LOST_BEGINNING = /^[\p{Pd}\u2212_/.:]20\d\d(?:[-_/.](?:0?[1-9]|1[0-2]))?$/u;

/** A separator that no number follows: `inv-2026-`, `order_2026_`, `№`. */
const FINAL_SEPARATOR = /[\p{Pd}\u2212:№_#/]$/u;

/** A zero in place of the number, behind words and a year or month: `inv-2026-0`, `2026-02-0`. `order-17-0` keeps its number. */
const LOST_NUMBER = /^(?:\p{L}+[-_/])*20\d\d(?:[-_/](?:0?[1-9]|1[0-2]))?[-_/]0+$/u;

/** Returns what is wrong with an external ID, as the end of the sentence "It must ...". */
export function findIdFault(id: string): string | undefined {
	if (/[[\]]/.test(id)) return "contain no square brackets, since the payment's note stores it inside them";
	if (PLACEHOLDER.test(id)) return 'hold no expression that was not filled';
	if (SHEET_ERROR.test(id)) return 'hold no error of a sheet';
	// A generated ID may lack digits and end in a dash, so the other checks do not fit it.
	if (isGenerated(id) && !LOST_VALUE.test(id)) return undefined;

	// An expression such as "inv-{{ $json.id }}" that finds nothing leaves "inv-" or "inv-0". All payments would share that ID.
	if (!DIGIT_OTHER_THAN_ZERO.test(id)) return 'hold a digit other than 0';
	// A spreadsheet shows long numbers as 7,90056E+10, so different numbers become the same text.
	if (hasRounded(id)) return 'hold no number that a sheet has rounded';
	if (LOST_VALUE.test(id)) return 'hold a number in place of "undefined", "null" or "NaN"';
	if (LOST_NUMBER.test(id)) return 'hold a number in place of the 0 at its end';
	if (LOST_BEGINNING.test(id)) return 'not begin with a separator';
	if (FINAL_SEPARATOR.test(id)) return 'not end with a separator';
	if (isUnfilled(id)) return 'hold a number in place of "___"';
	if (/\p{Pd}{2}/u.test(id)) return 'have its number between the dashes';
	return undefined;
}

/** Base64 or base64url. Shorter texts cannot be told from prefixes. */
const ENCODED = /^[A-Za-z0-9+/_-]{10,}={0,2}$/;

/** The signs between the words and numbers of an ID. They are characters of base64 and base64url as well. */
const SEPARATORS = /[-_/]+/;

/** Tells whether a program has generated an ID, so that neither a dash at its end nor a lack of digits is a fault. */
function isGenerated(id: string): boolean {
	if (!ENCODED.test(id)) return false;

	// A generator mixes digits, capital and small letters. `constructor` and `Instructor-` are no work of one.
	const hasDigit = /\d/.test(id);
	if (!hasDigit && hasOneCase(id.slice(1))) return false;

	const parts = id.replace(/=+$/, '').split(SEPARATORS);
	const endsWithSeparator = parts.at(-1) === '';
	if (endsWithSeparator) return !isEndOfPrefix(parts.at(-2) ?? '', id);
	// Prefixes never hold the plus of base64.
	return id.includes('+') || !parts.every(isReadable);
}

/** A last part of so few characters may stand at the end of a generated ID by chance: "N9EbFTUd22v88MK2JF1I-h_". */
const LONGEST_CHANCE_PART = 2;
/** Letters and digits alternate this often in generated IDs. Prefixes such as "b24deal-" have fewer borders between them. */
const FEWEST_BORDERS = 4;
const BORDER = /(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;

/**
 * Tells whether the last part before a separator ends a prefix that has lost its number: it is a word, an abbreviation or a
 * year, whatever stands before it, as in "mrchnt-2026-".
 */
function isEndOfPrefix(lastPart: string, id: string): boolean {
	const borderCount = id.match(BORDER)?.length ?? 0;
	const isChance = lastPart.length <= LONGEST_CHANCE_PART && borderCount >= FEWEST_BORDERS;
	return isReadable(lastPart) && !isChance;
}

/** The most letters of an abbreviation that cannot be pronounced, such as `psb` or `RNCB`, alone or beside a word. */
const LONGEST_ABBREVIATION = 4;
/** The most letters of a hump that is no word, such as `be` and `Tg` in bePaid and TgBot. */
const LONGEST_SHORT_HUMP = 2;
const SHORTEST_WORD = 3;

/** Tells whether a part of an ID is what people write: a number, a word, an abbreviation, or letters beside a number. */
function isReadable(part: string): boolean {
	const [, letters] = /^\d*([A-Za-z]*)\d*$/.exec(part) ?? [];
	if (letters === undefined) return false;

	if (!hasOneCase(letters)) return isCamelCase(letters);
	return letters.length <= LONGEST_ABBREVIATION || isWord(letters);
}

const hasOneCase = (text: string): boolean => text === text.toLowerCase() || text === text.toUpperCase();

/** Tells whether letters are words without blanks, and at most one abbreviation or short hump: invoiceNumber, AlfaCRM, VKPay, eKassa. */
function isCamelCase(letters: string): boolean {
	const humps = letters.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
	const words = humps.filter((hump) => /[a-z]/.test(hump) && isWord(hump));
	const [otherHump = '', ...furtherHumps] = humps.filter((hump) => !words.includes(hump));

	const isAbbreviation = otherHump === otherHump.toUpperCase();
	const isShort = otherHump.length <= (isAbbreviation ? LONGEST_ABBREVIATION : LONGEST_SHORT_HUMP);
	const isHalfWords = words.join('').length >= letters.length / 2;
	return isShort && isHalfWords && furtherHumps.length === 0;
}

/** Letters that stand for one consonant in English words and in Russian words in Latin letters: `shch` is щ. */
const DIGRAPHS = /shch|sch|sh|ch|zh|kh|ts|ck|th|ph/g;

/** Rows of letters that no word holds, after each digraph has become a single consonant. */
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

const LEAST_SHARE_OF_VOWELS = 0.25;

/** Tells whether letters can be pronounced. */
function isWord(letters: string): boolean {
	// A digraph counts as one consonant, so any consonant may stand for it.
	const sounds = letters.toLowerCase().replace(DIGRAPHS, 'k');
	const vowels = sounds.replace(/[^aeiouy]/g, '');
	const hasEnoughVowels = vowels.length / sounds.length >= LEAST_SHARE_OF_VOWELS;

	const isPronounceable = !UNPRONOUNCEABLE.some((row) => row.test(sounds));
	return letters.length >= SHORTEST_WORD && hasEnoughVowels && isPronounceable;
}
