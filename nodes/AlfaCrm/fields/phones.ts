import { isEmpty } from './blank';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, several, single } from './kind';
import { itemsOf } from './lists';
import {
	ends,
	formatPhone,
	hasNumber,
	isHidden,
	normalizePhone,
	phoneForms,
	removeEmptyFraction,
	samePhone,
	splitNumbers,
} from './phoneNumber';
import { isStoredText, normalizedText, textsWidget } from './text';
import { hasRounded } from './unreadable';
import type { OfType, Wire } from '../entities/fieldTypes';

/** Accepts the places of an input mask, which are no words: +7 (XXX) XXX-XX-XX. */
const MASK = /[xх]/giu;

/**
 * Tells whether an item counts as empty: a bare country code, an empty input mask, an extension.
 */
function saysNothing(item: unknown): boolean {
	if (isEmpty(item)) return true;
	if (typeof item !== 'string' && typeof item !== 'number') return false;

	const text = String(item);
	const hasWord = /\p{L}/u.test(text.replace(MASK, ''));
	return !hasWord && !hasNumber(text) && !isBroken(item);
}

/**
 * Tells whether an item was a phone number once: a calculation or a spreadsheet has changed it.
 * Such an item is an error, not empty.
 */
function isBroken(item: unknown): boolean {
	if (typeof item === 'number') return !Number.isInteger(item) || Math.abs(item) >= 1e15;

	return typeof item === 'string' && hasRounded(item);
}

/** Accepts the way in which WhatsApp's services name a person: 79001112233@c.us. */
const WHATSAPP = /^\+?(\d+)(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/i;

/** Returns the text to save, or undefined if the item is no phone number. */
function readPhone(item: unknown): string | undefined {
	if (isBroken(item) || (typeof item !== 'number' && typeof item !== 'string')) return undefined;

	return removeEmptyFraction(String(item).trim()).replace(WHATSAPP, '+$1');
}

const splitPhones = (text: string): string[] =>
	splitNumbers(text).map((phone) => phone.replace(/^[,;/\\|\s]+|[,;/\\|\s]+$/g, ''));

const items = (value: unknown): unknown[] =>
	itemsOf(value, splitPhones)
		.filter((item) => !saysNothing(item))
		.map((item) => readPhone(item) ?? item);

/** Compares values as texts, for those that hold no number, such as "ask the mother". */
function sameText(value: unknown, otherValue: unknown): boolean {
	const [text] = normalizedText(value);
	return text !== undefined && normalizedText(otherValue).includes(text);
}

export const phones: FieldKind<OfType<'phones'>> = {
	...several,
	items: (_field, value) => items(value),
	isBlank: (_field, value) => items(value).length === 0,
	noun: 'phone number',
	expected: () => 'a phone number or a list of phone numbers',
	serialize: (_field, item) => readPhone(item),
	normalize: (_field, item) => normalizePhone(item),
	isSame: (_field, one, other) => samePhone(one, other) || sameText(one, other),
	isStored: (field, held, wanted) => samePhone(held, wanted) || isStoredText(field, held, wanted),
	searchForms: (_field, name, item) => phoneForms(item).map((form) => ({ [name]: form })),
	finds: (held, asked) => digitsIn(held).includes(digitsIn(asked)),
	canonicalize: (item) => formatPhone(item) as Wire,
	widget: textsWidget,
};

/** The last eight digits of a whole number are enough to search for it. */
const SEARCHED_DIGITS = 8;
/** A number with at least ten digits is whole. */
const WHOLE_DIGITS = 10;
/** Fewer than three digits find everybody. */
const FEWEST_DIGITS = 3;

const isWholeNumber = (text: string): boolean =>
	digitsIn(text).length >= WHOLE_DIGITS && hasNumber(text);

export const digitsIn = (value: unknown): string =>
	String(value).normalize('NFKC').replace(/\D/g, '');

/** Removes the 8 or 7 at the beginning of a number: 8 900 … and 7 900 … mean +7 900 …. */
const nationalPart = (digits: string): string => digits.replace(/^[78](?=\d{3,}$)/, '');

/**
 * Returns the digits to search with for a phone number or a part of one.
 *
 * @returns undefined if there are none, or if the value is a text with words
 */
function phoneDigits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = String(value).normalize('NFKC');
	const digits = digitsIn(text);
	if (isWholeNumber(text)) return (normalizePhone(text)[0] ?? digits).slice(-SEARCHED_DIGITS);

	return digits === '' || /\p{L}/u.test(text) ? undefined : digits;
}

/**
 * Tells whether the phone of a row is the one that is searched for, or has the digits that are
 * searched for.
 */
export function holdsPhone(storedPhone: unknown, searched: unknown): boolean {
	const text = String(searched).normalize('NFKC');
	const storedDigits = digitsIn(storedPhone);
	const digits = digitsIn(text);

	// Digits behind a plus are the beginning of a number, not a part of it.
	if (/^\D*\+/.test(text)) {
		const beginnings = hasNumber(text) ? normalizePhone(text) : [digits];
		return normalizePhone(storedPhone).some((number) =>
			beginnings.some((beginning) => number.startsWith(beginning)),
		);
	}

	if (storedDigits.includes(digits)) return true;
	if (isWholeNumber(text)) return samePhone(storedPhone, text);
	return storedDigits.startsWith(`7${nationalPart(digits)}`);
}

/** Writes the first digits of a number as AlfaCRM does: `(900)111-22`. */
function formatBeginning(digits: string): string {
	const [, city, ...others] = /^(\d{1,3})(\d{0,3})(\d{0,2})(\d{0,2})$/.exec(digits) ?? [];
	if (city === undefined) return digits;
	return `(${city}${city.length === 3 ? ')' : ''}${others.filter((part) => part !== '').join('-')}`;
}

/** Writes the last digits of a number as AlfaCRM does: `111-22-33`. */
const formatEnd = (digits: string): string =>
	digits.length > 7 ? digits : digits.replace(/(\d\d)(\d\d)$/, '-$1-$2').replace(/^-/, '');

/**
 * Returns the texts by which AlfaCRM is searched for a part of a number. AlfaCRM may compare the
 * digits, or the number as it is written there. API notes 5.3.
 */
export function partForms(text: string): string[] {
	const digits = phoneDigits(text) ?? text;
	if (isWholeNumber(text)) return [digits, ...ends(digits)];

	const nationalDigits = nationalPart(digits);
	return [...new Set([nationalDigits, formatBeginning(nationalDigits), formatEnd(digits), text])];
}

/**
 * Tells whether a text would find everybody: a bare country code, or a number with hidden digits.
 */
export const isTooShort = (text: string): boolean =>
	!/\p{L}/u.test(text) &&
	(digitsIn(text).length < FEWEST_DIGITS || (isHidden(text) && !hasNumber(text)));

/** Tells whether a text holds two numbers, or parts of two. */
const areSeveral = (text: string): boolean =>
	splitNumbers(text).length > 1 || /\d\s*[,;\r\n]\s*[+(]?\d/.test(text);

/** A filter for lists of people: a phone number in any spelling, or some digits of it. */
export const phonePart: FieldKind<OfType<'phonePart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => oneForm(phoneDigits(item))),
	finds: holdsPhone,
	isBlank: (_field, value) =>
		(typeof value === 'string' || typeof value === 'number') && isTooShort(String(value)),
	expected: () => `one phone number, or at least ${FEWEST_DIGITS} digits of it`,
	serialize: (_field, item) =>
		phoneDigits(item) === undefined || areSeveral(String(item)) ? undefined : String(item).trim(),
	// AlfaCRM may look at the digits, or at the number as it is written. API notes 5.3.
	filterForms: (_field, name, value) => partForms(String(value)).map((form) => ({ [name]: form })),
};
