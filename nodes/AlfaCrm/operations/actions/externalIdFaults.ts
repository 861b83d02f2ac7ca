import { hasRounded, isUnfilled } from '../../fields/unreadable';

/**
 * Finds faults of external IDs. An ID that many payments would share is worse than none: the second payment would pass for the
 * first, and its money would be lost without a word.
 *
 * A prefix that lost its number ("inv-2026-") and a generated ID ("xRtbQmWe-kL_") may both end in a dash and lack digits. People
 * make prefixes of words and numbers; a generator makes a mix of capital and small letters that is no word.
 */

/** The alphabets of base64 and base64url. Shorter texts cannot be told from prefixes. */
const ENCODED = /^[A-Za-z0-9+/_-]{10,}={0,2}$/;
/** Words and numbers of an ID stand between these signs. Prefixes never hold the plus of base64. */
const SEPARATORS = /[-_/]+/;
/** Letters that stand for one consonant in Russian words in Latin letters and in English ones. */
const DIGRAPHS = /shch|sch|sh|ch|zh|kh|ts|ck|th|ph/g;
/** Rows of letters that no word holds. */
const UNPRONOUNCEABLE =
	/[^aeiouy]{4}|[aeiouy]{4}|(.)\1\1|q(?!u)|[jx](?![aeiouypt]|$)|z(?![aeiouyhlrnmdvk]|$)|v(?![aeiouylrnksztd]|$)|w(?![aeiouyhrnls]|$)/;
const LONGEST_ABBREVIATION = 3;

/** Returns what is wrong with an external ID, as the rest of the sentence "It must ...". */
export function findIdFault(id: string): string | undefined {
	if (/[[\]]/.test(id)) return 'be without brackets, in which the note keeps it';
	if (PLACEHOLDER.test(id)) return 'hold no expression that was not filled';
	if (SHEET_ERROR.test(id)) return 'hold no error of a sheet';
	if (isGenerated(id) && !LOST_VALUE.test(id)) return undefined;
	// An expression such as "inv-{{ $json.id }}" that finds nothing leaves "inv-" or "inv-0". All payments would share that ID.
	if (!/[^\P{N}0]/u.test(id)) return 'hold a digit other than 0';
	// A spreadsheet shows long numbers as 7,90056E+10, so different numbers become the same text.
	if (hasRounded(id)) return 'hold no number that a sheet has rounded';
	if (LOST_VALUE.test(id)) return 'hold a number in place of "undefined", "null" or "NaN"';
	if (isUnfilled(id) || /[_#/]$/.test(id)) return 'not end before its number';
	if (/\p{Pd}{2}/u.test(id)) return 'have its number between the dashes';
	return undefined;
}

/** A template that nobody filled: {{id}}, ${id}, <id>, %id%. */
const PLACEHOLDER = /\{\{|\}\}|\$\{|<\s*[\p{L}_][^<>]*>|%[\p{L}_]+%/u;
/** What Excel and Google Sheets show in place of a value, in English and in Russian. */
const SHEET_ERROR =
	/#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|Н\/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ\/0!|ЧИСЛО!|ПУСТО!|ОШИБКА!)/iu;
/** What an expression leaves in the middle of a text where it finds nothing. */
const LOST_VALUE = /(?:^|[-_:/#№=\s])(?:undefined|null|nan)(?=$|[-_:/#№=\s])/i;

/** Whether a program has generated an ID, so that neither a dash at its end nor a lack of digits is a fault. */
function isGenerated(id: string): boolean {
	if (!ENCODED.test(id)) return false;
	if (id.includes('+')) return true;
	const parts = id.replace(/=+$/, '').split(SEPARATORS);
	return !parts.every(isReadable);
}

/** Whether a part of an ID is what people write: a number, a word, or both. */
function isReadable(part: string): boolean {
	const [, letters] = /^\d*([A-Za-z]*)\d*$/.exec(part) ?? [];
	if (letters === undefined) return false;
	if (/^(?:[a-z]*|[A-Z]*)$/.test(letters)) return letters.length <= LONGEST_ABBREVIATION || isWord(letters);
	return isCamelCase(letters);
}

/** Whether letters are words without blanks, such as invoiceNumber, OrderId and AlfaCRM. */
function isCamelCase(letters: string): boolean {
	const [, words] = /^([A-Z]?[a-z]+(?:[A-Z][a-z]+)*?)(?:[A-Z][a-z]|[A-Z]{2,3})?$/.exec(letters) ?? [];
	if (words === undefined) return false;
	const humps = words.match(/[A-Z]?[a-z]+/g) ?? [];
	return humps.every(isWord);
}

/** Whether letters can be pronounced. */
function isWord(letters: string): boolean {
	const sounds = letters.toLowerCase().replace(DIGRAPHS, 'k');
	const vowelCount = sounds.replace(/[^aeiouy]/g, '').length;
	const hasEnoughVowels = vowelCount / sounds.length >= 0.25;
	return letters.length >= LONGEST_ABBREVIATION && hasEnoughVowels && !UNPRONOUNCEABLE.test(sounds);
}
