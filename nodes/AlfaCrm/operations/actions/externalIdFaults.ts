import { hasRounded, isUnfilled } from '../../fields/unreadable';

/**
 * Finds faults of external IDs. An ID that many payments would share is worse than none: the second
 * payment would be mistaken for the first and not be saved, and nobody would notice.
 *
 * A prefix that lost its number (`inv-2026-`) and a generated ID (`xRtbQmWe-kL_`) may both end in a
 * dash. A prefix without a number (`inv-`) and a generated ID may both lack digits. The words of a
 * prefix can be pronounced. A generated ID is a mix of capital and small letters that is no word.
 */

// ---------------------------------------------------------------- patterns of faults

/** The note keeps the ID in square brackets, `[ID inv-1]`. */
const SQUARE_BRACKET = /[[\]]/;

/** A template that was not filled: `{{id}}`, `${id}`, `<id>`, `%id%`. */
const PLACEHOLDER = /\{\{|\}\}|\$\{|<\s*[\p{L}_][^<>]*>|%[\p{L}_]+%/u;

/**
 * What Excel and Google Sheets show in place of a value, in English and in Russian: `#N/A`, `#Н/Д`.
 */
const SHEET_ERROR =
	/#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|Н\/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ\/0!|ЧИСЛО!|ПУСТО!|ОШИБКА!)/iu;

/** What an expression leaves in a text if it finds nothing: `inv-undefined-3`, `NaN/2026`. */
const LOST_VALUE = /(?:^|[-_:/#№=\s])(?:undefined|null|nan)(?=$|[-_:/#№=\s])/i;

/** Any number character except 0. */
const NON_ZERO_DIGIT = /(?!0)\p{N}/u;

/** A separator after which the number is missing: `inv-2026-`, `order_2026_`, `Счёт 2026/02 №`. */
const FINAL_SEPARATOR = /[\p{Pd}\u2212:№_#/]$/u;

/** Two dashes between which the number is missing: `inv--2026`. */
const DOUBLE_DASH = /\p{Pd}{2}/u;

// ---------------------------------------------------------------- patterns of generated IDs

/**
 * At least ten characters of base64 or base64url: `xRtbQmWe-kL_`. A shorter ID cannot be told from a
 * prefix.
 */
const BASE64 = /^[A-Za-z0-9+/_-]{10,}={0,2}$/;

/** What separates the words and numbers of an ID: `-`, `_` and `/`. */
const SEPARATORS = /[-_/]+/;

/** Letters of at most this length may be an abbreviation, which is no word: `qr`, `sbp`. */
const LONGEST_ABBREVIATION = 3;

/** A word has at least this many letters. */
const SHORTEST_WORD = 3;

/** At least this share of the sounds of a word are vowels. */
const SMALLEST_SHARE_OF_VOWELS = 0.25;

const ALL_CONSONANTS = /[^aeiouy]/g;

/** Letters that together stand for one consonant: `ck` of `ticket`, `zh` of `strizhka`. */
const DIGRAPHS = /shch|sch|sh|ch|zh|kh|ts|ck|th|ph/g;

/**
 * Letter sequences that hardly any word has. They are looked for in lower case, after each digraph
 * was replaced with `k`.
 */
const UNPRONOUNCEABLE = {
	/** `brtk` */
	fourConsonants: /[^aeiouy]{4}/,
	/** `aeio` */
	fourVowels: /[aeiouy]{4}/,
	/** `aaa` */
	oneLetterThreeTimes: /(.)\1\1/,
	/** `qk` */
	qWithoutU: /q(?!u)/,
	/** `jb`, but not `ja` or `xp` */
	rareAfterJOrX: /[jx](?![aeiouypt]|$)/,
	/** `zb`, but not `zn` */
	rareAfterZ: /z(?![aeiouyhlrnmdvk]|$)/,
	/** `vb`, but not `vr` */
	rareAfterV: /v(?![aeiouylrnksztd]|$)/,
	/** `wb`, but not `wh` */
	rareAfterW: /w(?![aeiouyhrnls]|$)/,
};

/** Letters with or without digits around them: `2026`, `inv`, `INV7`, `3inv`. */
const LETTERS_AND_DIGITS = /^\d*([A-Za-z]*)\d*$/;

/** All small or all capital letters: `inv`, `INV`. */
const ONE_CASE = /^(?:[a-z]*|[A-Z]*)$/;

/**
 * Words that are written without spaces: `invoiceNumber`, `Invoice`. The group leaves out a last
 * part that is too short for a word: `Id` of `OrderId`, `CRM` of `AlfaCRM`.
 */
const CAMEL_CASE = /^([A-Z]?[a-z]+(?:[A-Z][a-z]+)*?)(?:[A-Z][a-z]|[A-Z]{2,3})?$/;

/** A word in camel case: `invoice` and `Number` of `invoiceNumber`. */
const CAMEL_CASE_WORD = /[A-Z]?[a-z]+/g;

// ---------------------------------------------------------------- faults

/**
 * Returns what is wrong with an external ID, as the rest of the sentence "It must ...", or
 * undefined if nothing is: "not end with a separator" for `inv-2026-`.
 */
export function findIdFault(id: string): string | undefined {
	if (SQUARE_BRACKET.test(id)) return 'contain no square brackets, since the note keeps the ID inside them';
	if (PLACEHOLDER.test(id)) return 'hold no expression that was not filled';
	if (SHEET_ERROR.test(id)) return 'hold no error of a sheet';

	// A generated ID needs no further checks.
	if (isGenerated(id) && !LOST_VALUE.test(id)) return undefined;

	// If `inv-{{ $json.id }}` finds nothing, it leaves `inv-` or `inv-0`, which all payments would
	// share.
	if (!NON_ZERO_DIGIT.test(id)) return 'hold a digit other than 0';
	// A spreadsheet shows long numbers as 7,90056E+10, so different numbers become the same text.
	if (hasRounded(id)) return 'hold no number that a sheet has rounded';
	if (LOST_VALUE.test(id)) return 'hold a number in place of "undefined", "null" or "NaN"';
	if (FINAL_SEPARATOR.test(id)) return 'not end with a separator';
	if (isUnfilled(id)) return 'hold a number in place of "___"';
	if (DOUBLE_DASH.test(id)) return 'have its number between the dashes';
	return undefined;
}

/**
 * Whether a program has generated an ID. Then neither a dash at its end nor a lack of digits is a
 * fault.
 */
function isGenerated(id: string): boolean {
	if (!BASE64.test(id)) return false;
	// People do not write a plus in a prefix, but base64 has it.
	if (id.includes('+')) return true;

	const parts = id.replace(/=+$/, '').split(SEPARATORS);
	return !parts.every(isWrittenByPeople);
}

/**
 * Whether a part of an ID is a number, a word or an abbreviation, with or without digits around it.
 */
function isWrittenByPeople(part: string): boolean {
	const [, letters] = LETTERS_AND_DIGITS.exec(part) ?? [];
	if (letters === undefined) return false;
	if (!ONE_CASE.test(letters)) return isCamelCase(letters);
	return letters.length <= LONGEST_ABBREVIATION || isWord(letters);
}

/** Whether letters are words in camel case, such as `invoiceNumber`, `OrderId` and `AlfaCRM`. */
function isCamelCase(letters: string): boolean {
	const [, joinedWords] = CAMEL_CASE.exec(letters) ?? [];
	if (joinedWords === undefined) return false;

	const words = joinedWords.match(CAMEL_CASE_WORD) ?? [];
	return words.every(isWord);
}

/** Whether letters can be pronounced. */
function isWord(letters: string): boolean {
	if (letters.length < SHORTEST_WORD) return false;

	// Each digraph counts as one consonant, for which k stands.
	const sounds = letters.toLowerCase().replace(DIGRAPHS, 'k');
	const vowelCount = sounds.replace(ALL_CONSONANTS, '').length;
	if (vowelCount / sounds.length < SMALLEST_SHARE_OF_VOWELS) return false;

	return Object.values(UNPRONOUNCEABLE).every((pattern) => !pattern.test(sounds));
}
