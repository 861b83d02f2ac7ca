import { isEmpty } from './blank';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, listParts, singleParts } from './kind';
import { readItems } from './lists';
import {
	writeLastDigits,
	formatPhone,
	hasNumber,
	hasMaskedDigits,
	normalizePhone,
	makeSearchTexts,
	removeEmptyFraction,
	areSamePhones,
	splitNumbers,
} from './phoneNumber';
import { isStoredText, makeTextForms, makeTextListWidget } from './text';
import { hasRounded } from './unreadable';
import type { OfType, ApiValue } from '../entities/fieldTypes';

/**
 * The kinds of fields that hold phone numbers, and of filters by a phone number or some digits of a
 * number. `phoneNumber.ts` finds the numbers in a text.
 */

/**
 * Accepts the letters of an empty input mask, +7 (XXX) XXX-XX-XX, both the Latin and the Cyrillic.
 */
const MASK_LETTERS = /[xх]/giu;

/**
 * Tells whether an item counts as empty, because it has neither a number nor a word: a bare country
 * code, an empty input mask, an extension.
 */
function hasNoContent(item: unknown): boolean {
	if (isEmpty(item)) return true;
	if (typeof item !== 'string' && typeof item !== 'number') return false;

	const text = String(item);
	const hasWord = /\p{L}/u.test(text.replace(MASK_LETTERS, ''));
	return !hasWord && !hasNumber(text) && !isSpoiltNumber(item);
}

/**
 * Tells whether a calculation or a spreadsheet has spoilt a phone number, as in 7,90056E+10. Such
 * an item is an error, not empty.
 */
function isSpoiltNumber(item: unknown): boolean {
	// A phone number has at most 15 digits.
	if (typeof item === 'number') return !Number.isInteger(item) || Math.abs(item) >= 1e15;

	return typeof item === 'string' && hasRounded(item);
}

/**
 * Accepts the address of a person in WhatsApp: 79001112233@c.us. Rejects that of a group:
 * 120363041234567890@g.us.
 */
const WHATSAPP = /^\+?(\d+)(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/i;

/**
 * Reads the text to save: 9001112233.0 becomes 9001112233, and 79001112233@c.us becomes
 * +79001112233. Returns undefined if the item cannot be a phone number.
 */
function readPhone(item: unknown): string | undefined {
	if (isSpoiltNumber(item) || (typeof item !== 'number' && typeof item !== 'string'))
		return undefined;

	return removeEmptyFraction(String(item).trim()).replace(WHATSAPP, '+$1');
}

/** Accepts the separators at both ends of `/ 8 900 111-22-33,`. Rejects those inside the number. */
const SEPARATORS_AT_ENDS = /^[,;/\\|\s]+|[,;/\\|\s]+$/g;

const splitPhones = (text: string): string[] =>
	splitNumbers(text).map((phone) => phone.replace(SEPARATORS_AT_ENDS, ''));

/**
 * Splits a value into phones. An item that cannot be a phone number is kept unchanged, so that an
 * error can quote it.
 */
function readPhones(value: unknown): unknown[] {
	const items = readItems(value, splitPhones).filter((item) => !hasNoContent(item));
	return items.map((item) => readPhone(item) ?? item);
}

/**
 * Tells whether two values are equal as texts. Values without a number, such as "ask mother", are
 * compared in this way.
 */
function isSameText(value: unknown, otherValue: unknown): boolean {
	const [text] = makeTextForms(value);
	return text !== undefined && makeTextForms(otherValue).includes(text);
}

/** A list of phone numbers. */
export const phones: FieldKind<OfType<'phones'>> = {
	...listParts,
	splitItems: (_field, value) => readPhones(value),
	isBlank: (_field, value) => readPhones(value).length === 0,
	valueNoun: 'phone number',
	expected: () => 'a phone number or a list of phone numbers',
	serialize: (_field, item) => readPhone(item),
	makeNormalForms: (_field, item) => normalizePhone(item),
	isSame: (_field, item, otherItem) =>
		areSamePhones(item, otherItem) || isSameText(item, otherItem),
	isStored: (field, storedItem, item) =>
		areSamePhones(storedItem, item) || isStoredText(field, storedItem, item),
	makeSearchFilters: (_field, name, item) =>
		makeSearchTexts(item).map((form) => ({ [name]: form })),
	filterMayFind: (storedPhone, filterValue) =>
		digitsIn(storedPhone).includes(digitsIn(filterValue)),
	canonicalize: (item) => formatPhone(item) as ApiValue,
	widget: makeTextListWidget,
};

/** The last eight digits of a complete number are enough to search for the number. */
const SEARCHED_DIGITS = 8;
/** A number with at least ten digits is complete. */
const COMPLETE_NUMBER_DIGITS = 10;
/** A search for fewer digits would find everybody. */
const MIN_SEARCHED_DIGITS = 3;

const isCompleteNumber = (text: string): boolean =>
	digitsIn(text).length >= COMPLETE_NUMBER_DIGITS && hasNumber(text);

/** Reads the digits of a value, also those of East Asian keyboards (１). */
export const digitsIn = (value: unknown): string =>
	String(value).normalize('NFKC').replace(/\D/g, '');

/**
 * Removes the 8 or 7 before at least three further digits: 8 900 … and 7 900 … both mean +7 900 ….
 */
const removeCountryCode = (digits: string): string => digits.replace(/^[78](?=\d{3,}$)/, '');

/**
 * Reads the digits by which AlfaCRM is searched for a phone number, or for a part of a number:
 *
 * - `+7 900 111-22-33` → `01112233`, the last eight digits of a complete number
 * - `900-11` → `90011`
 * - `Anna`, `900 Anna` → undefined
 */
function readSearchDigits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;

	// Digits of East Asian keyboards become plain digits.
	const text = String(value).normalize('NFKC');
	const digits = digitsIn(text);
	if (isCompleteNumber(text)) {
		const [internationalDigits = digits] = normalizePhone(text);
		return internationalDigits.slice(-SEARCHED_DIGITS);
	}

	const hasWords = /\p{L}/u.test(text);
	const mayBePartOfNumber = digits !== '' && !hasWords;
	return mayBePartOfNumber ? digits : undefined;
}

/**
 * Tells whether a search finds a stored phone. For example, these find `+7(900)111-22-33`:
 *
 * - a complete number in any spelling: `8 900 111 22 33`
 * - digits from anywhere in the number: `22-33`
 * - its beginning, also with a plus or with 8 in place of 7: `+7 900`, `8 900`
 */
export function isFoundByPhone(storedPhone: unknown, searchedPhone: unknown): boolean {
	const searchedText = String(searchedPhone).normalize('NFKC');
	const beginsWithPlus = /^\D*\+/.test(searchedText);
	if (beginsWithPlus) return isFoundByBeginning(storedPhone, searchedText);

	const storedDigits = digitsIn(storedPhone);
	const searchedDigits = digitsIn(searchedText);
	if (storedDigits.includes(searchedDigits)) return true;
	if (isCompleteNumber(searchedText)) return areSamePhones(storedPhone, searchedText);

	// The user may type the beginning of a number with 8, as 8 900, while it is stored with 7.
	return storedDigits.startsWith(`7${removeCountryCode(searchedDigits)}`);
}

/**
 * Tells whether a stored phone begins with the digits of a text that has a plus: `+7 900` finds
 * +7(900)111-22-33, but not +49 7900 1234.
 */
function isFoundByBeginning(storedPhone: unknown, textWithPlus: string): boolean {
	const beginnings = hasNumber(textWithPlus)
		? normalizePhone(textWithPlus)
		: [digitsIn(textWithPlus)];
	const storedNumbers = normalizePhone(storedPhone);
	return storedNumbers.some((storedNumber) =>
		beginnings.some((beginning) => storedNumber.startsWith(beginning)),
	);
}

/** Writes the first digits of a number as AlfaCRM does: `90011122` becomes `(900)111-22`. */
function formatBeginning(digits: string): string {
	const mayBeBeginning = /^\d{1,10}$/.test(digits);
	if (!mayBeBeginning) return digits;

	const areaCode = digits.slice(0, 3);
	const isWholeCode = areaCode.length === 3;
	if (!isWholeCode) return `(${areaCode}`;

	const groups = [digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)];
	const filledGroups = groups.filter((group) => group !== '');
	return `(${areaCode})${filledGroups.join('-')}`;
}

/** Writes the last digits of a number as AlfaCRM does: `1112233` becomes `111-22-33`. */
function formatEnd(digits: string): string {
	// More than seven digits reach into the area code, which is in brackets.
	const includesAreaCode = digits.length > 7;
	if (includesAreaCode) return digits;

	const withHyphens = digits.replace(/(\d\d)(\d\d)$/, '-$1-$2');
	return withHyphens.replace(/^-/, '');
}

/**
 * Makes the texts by which AlfaCRM is searched for a number, or for a part of a number. AlfaCRM may
 * compare the digits, or the stored text, so there is a search for each usual spelling: `90011` is
 * also searched for as `(900)11` and `9-00-11`. API notes 5.3.
 */
export function makePartSearchTexts(text: string): string[] {
	const digits = readSearchDigits(text) ?? text;
	// A complete number is also found by its last four digits, as people write them: 2233, 22-33.
	if (isCompleteNumber(text)) return [digits, ...writeLastDigits(digits)];

	const nationalDigits = removeCountryCode(digits);
	const asBeginning = formatBeginning(nationalDigits);
	const asEnd = formatEnd(digits);
	const uniqueTexts = new Set([nationalDigits, asBeginning, asEnd, text]);
	return [...uniqueTexts];
}

/**
 * Tells whether a search for a text would find everybody: the text is a bare country code, or a
 * number with masked digits.
 */
export function wouldFindEverybody(text: string): boolean {
	const hasWords = /\p{L}/u.test(text);
	if (hasWords) return false;

	const hasTooFewDigits = digitsIn(text).length < MIN_SEARCHED_DIGITS;
	return hasTooFewDigits || (hasMaskedDigits(text) && !hasNumber(text));
}

/** Accepts a separator between two digits: `900 111, +900 222`. Rejects `900 111-22-33, Anna`. */
const SEPARATED_DIGITS = /\d\s*[,;\r\n]\s*[+(]?\d/;

/** Tells whether a text holds two numbers, or parts of two numbers: `900 111, 900 222`. */
const holdsSeveralNumbers = (text: string): boolean =>
	splitNumbers(text).length > 1 || SEPARATED_DIGITS.test(text);

/** A filter for lists of people: a phone number in any spelling, or some digits of a number. */
export const phonePart: FieldKind<OfType<'phonePart'>> = {
	...singleParts,
	...makeComparisonParts((_field: unknown, item) => toFormList(readSearchDigits(item))),
	filterMayFind: isFoundByPhone,
	isBlank: (_field, value) =>
		(typeof value === 'string' || typeof value === 'number') && wouldFindEverybody(String(value)),
	expected: () => `one phone number, or at least ${MIN_SEARCHED_DIGITS} digits of it`,
	serialize(_field, item) {
		const hasDigits = readSearchDigits(item) !== undefined;
		if (!hasDigits || holdsSeveralNumbers(String(item))) return undefined;

		return String(item).trim();
	},
	makeFilterBodies: (_field, name, value) =>
		makePartSearchTexts(String(value)).map((form) => ({ [name]: form })),
};
