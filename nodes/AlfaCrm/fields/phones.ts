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

/** Not a word, but the places of an input mask: +7 (XXX) XXX-XX-XX. */
const MASK = /[xх]/giu;

/** A number without letters that cannot be one: a bare country code, an input mask nobody filled, an extension. */
const saysNothing = (item: unknown): boolean =>
	isEmpty(item) ||
	((typeof item === 'string' || typeof item === 'number') &&
		!/\p{L}/u.test(String(item).replace(MASK, '')) &&
		!hasNumber(String(item)) &&
		!isBroken(item));

/** Not a phone number that was left empty, but a calculation that went wrong, or a sheet that rounded it. */
const isBroken = (item: unknown): boolean =>
	typeof item === 'number'
		? !Number.isInteger(item) || Math.abs(item) >= 1e15
		: typeof item === 'string' && hasRounded(item);

/** How WhatsApp's services name a person: by the number with its country. */
const WHATSAPP = /^\+?(\d+)(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/i;

function read(item: unknown): string | undefined {
	if (isBroken(item) || (typeof item !== 'number' && typeof item !== 'string')) return undefined;
	return removeEmptyFraction(String(item).trim()).replace(WHATSAPP, '+$1');
}

const split = (text: string): string[] =>
	splitNumbers(text).map((phone) => phone.replace(/^[,;/\\|\s]+|[,;/\\|\s]+$/g, ''));

const items = (value: unknown): unknown[] =>
	itemsOf(value, split)
		.filter((item) => !saysNothing(item))
		.map((item) => read(item) ?? item);

/** What is no number is at least a word. */
function sameText(one: unknown, other: unknown): boolean {
	const [text] = normalizedText(one);
	return text !== undefined && normalizedText(other).includes(text);
}

export const phones: FieldKind<OfType<'phones'>> = {
	...several,
	items: (_field, value) => items(value),
	isBlank: (_field, value) => items(value).length === 0,
	noun: 'phone number',
	expected: () => 'a phone number or a list of phone numbers',
	serialize: (_field, item) => read(item),
	normalize: (_field, item) => normalizePhone(item),
	isSame: (_field, one, other) => samePhone(one, other) || sameText(one, other),
	isStored: (field, held, wanted) => samePhone(held, wanted) || isStoredText(field, held, wanted),
	searchForms: (_field, name, item) => phoneForms(item).map((form) => ({ [name]: form })),
	finds: (held, asked) => digitsIn(held).includes(digitsIn(asked)),
	canonicalize: (item) => formatPhone(item) as Wire,
	widget: textsWidget,
};

/** Of a whole number the last digits are enough, whatever stands before them. */
const LAST = 8;
const WHOLE = 10;
const FEWEST = 3;

const isWhole = (text: string): boolean => text.replace(/\D/g, '').length >= WHOLE && hasNumber(text);

export const digitsIn = (value: unknown): string => String(value).normalize('NFKC').replace(/\D/g, '');

/** 8 900 … and 7 900 … at the beginning of a number stand for +7 900 …. */
const nationalPart = (digits: string): string => digits.replace(/^[78](?=\d{3,}$)/, '');

/**
 * The digits to ask with for a phone number or for a part of one.
 *
 * @returns undefined where there are none
 */
function phoneDigits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = String(value).normalize('NFKC');
	const digits = digitsIn(text);
	if (isWhole(text)) return (normalizePhone(text)[0] ?? digits).slice(-LAST);
	return digits === '' || /\p{L}/u.test(text) ? undefined : digits;
}

/** Whether a number that a row holds is the one that is looked for, or has the digits of a part of one. */
export function holdsPhone(held: unknown, wanted: unknown): boolean {
	const text = String(wanted).normalize('NFKC');
	const [has, digits] = [digitsIn(held), digitsIn(text)];
	// What shows its country is the beginning of a number, and no part of any other.
	if (/^\D*\+/.test(text)) {
		const beginnings = hasNumber(text) ? normalizePhone(text) : [digits];
		return normalizePhone(held).some((number) => beginnings.some((begun) => number.startsWith(begun)));
	}
	if (has.includes(digits)) return true;
	return isWhole(text) ? samePhone(held, text) : has.startsWith(`7${nationalPart(digits)}`);
}

/** The first digits of a number within the country, as AlfaCRM writes them. */
function asBegun(digits: string): string {
	const [, city, ...others] = /^(\d{1,3})(\d{0,3})(\d{0,2})(\d{0,2})$/.exec(digits) ?? [];
	if (city === undefined) return digits;
	return `(${city}${city.length === 3 ? ')' : ''}${others.filter((part) => part !== '').join('-')}`;
}

/** The last digits of a number, as AlfaCRM writes them. */
const asEnded = (digits: string): string =>
	digits.length > 7 ? digits : digits.replace(/(\d\d)(\d\d)$/, '-$1-$2').replace(/^-/, '');

/** AlfaCRM may look at the digits, or at the number as it was written there. API notes 5.3. */
export function partForms(text: string): string[] {
	const digits = phoneDigits(text) ?? text;
	if (isWhole(text)) return [digits, ...ends(digits)];
	const first = nationalPart(digits);
	return [...new Set([first, asBegun(first), asEnded(digits), text])];
}

/** A bare country code, or a number that is not all there, is held by everybody. */
export const isTooShort = (text: string): boolean =>
	!/\p{L}/u.test(text) && (digitsIn(text).length < FEWEST || (isHidden(text) && !hasNumber(text)));

/** Two numbers, or parts of two. */
const areSeveral = (text: string): boolean =>
	splitNumbers(text).length > 1 || /\d\s*[,;\r\n]\s*[+(]?\d/.test(text);

/** What a list of people is searched with: a number in any spelling, or some digits of it. */
export const phonePart: FieldKind<OfType<'phonePart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => oneForm(phoneDigits(item))),
	finds: holdsPhone,
	isBlank: (_field, value) =>
		(typeof value === 'string' || typeof value === 'number') && isTooShort(String(value)),
	expected: () => `one phone number, or at least ${FEWEST} digits of it`,
	serialize: (_field, item) =>
		phoneDigits(item) === undefined || areSeveral(String(item)) ? undefined : String(item).trim(),
	// AlfaCRM may look at the digits, or at the number as it is written. API notes 5.3.
	filterForms: (_field, name, value) => partForms(String(value)).map((form) => ({ [name]: form })),
};
