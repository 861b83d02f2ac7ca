import { normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { itemsOf, parts } from './lists';
import { textForms } from './text';
import { severalTexts } from './texts';
import type { OfType } from '../entities/fieldTypes';

declare module '../entities/fieldTypes' {
	interface FieldTypes {
		/** Addresses of email. */
		emails: Nothing;
	}
}

const BETWEEN = /[\s,;:<>()[\]"]+/;

/** Something before the sign, and a place with letters behind it: "-", "no@" and "@mail.ru" are no addresses. */
function isAddress(text: string): boolean {
	const [local, place, ...more] = text.split('@');
	return more.length === 0 && /[\p{L}\d]/u.test(local) && /\p{L}/u.test(place ?? '');
}

/** The addresses in a text as they are written there, such as that of "Anna <anna@example.org>". */
export const addressWords = (text: string): string[] =>
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
