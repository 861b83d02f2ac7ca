import { normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { comparedBy, single } from './kind';
import { itemsOf, parts } from './lists';
import { normalizedText, readText, severalTexts, textForms } from './text';
import type { OfType } from '../entities/fieldTypes';

const BETWEEN = /[\s,;:<>()[\]"/\\|]+/;

/** Something before the sign, and a place with letters behind it: "-", "no@" and "@mail.ru" are no addresses. */
function isAddress(text: string): boolean {
	const [local, place, ...more] = text.split('@');
	return more.length === 0 && /[\p{L}\d]/u.test(local) && /\p{L}/u.test(place ?? '');
}

/** The addresses in a text as they are written there, such as that of "Anna <anna@example.org>". */
const addressWords = (text: string): string[] =>
	text
		.split(BETWEEN)
		.filter(isAddress)
		.map((word) => word.replace(/\.+$/, ''));

/** The same without capitals, each once. */
function addressesIn(value: unknown): string[] {
	if (typeof value !== 'string') return [];
	return [...new Set(addressWords(normalizeText(value)))];
}

/** Addresses that only blanks or strokes separate are several too. */
const split = (text: string): string[] =>
	parts(text).flatMap((part) => {
		const words = part.split(/[\s/\\|]+/).filter((word) => word !== '');
		return words.length > 1 && words.every(isAddress) ? words : [part];
	});

export const emails: FieldKind<OfType<'emails'>> = {
	...severalTexts,
	noun: 'email address',
	items: (_field, value) => itemsOf(value, split),
	normalize: (_field, item) => addressesIn(item),
	searchForms: (_field, name, item) => addressesIn(item).flatMap((address) => textForms(name, address)),
};

/** No row holds two addresses in one. */
function onePart(item: unknown): string | undefined {
	const written = readText(item);
	const [address, ...others] = addressWords(written ?? '');
	return others.length > 0 ? undefined : (address ?? written);
}

const WHOLE = /^[^@]+@[^@]+\.\p{L}{2,}$/u;

/** Whether a row holds the address that is looked for, which another one may end with, or else has the part of one. */
function holdsEmail(held: unknown, wanted: unknown): boolean {
	const text = normalizeText(String(wanted));
	return WHOLE.test(text) ? addressesIn(held).includes(text) : normalizeText(String(held)).includes(text);
}

/** What a list of people is searched with: one address, also behind a name, or a part of one. */
export const emailPart: FieldKind<OfType<'emailPart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => normalizedText(onePart(item))),
	finds: holdsEmail,
	expected: () => 'one email address, or a part of one',
	serialize: (_field, item) => onePart(item),
};
