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

/**
 * A name of a sender in quotation marks. It may hold commas, and an address of its own.
 *
 * Mail programs and n8n's mail triggers give a sender as `"Petrova, Anna" <anna@example.org>`. AlfaCRM and its mailings need
 * the address, so the address alone is saved and compared.
 */
const QUOTED_SENDER = /"(?:[^"\\]|\\.)*"\s*(?=<[^<>\s]+@[^<>\s]+>)/g;
/** One or more senders, each a name and an address in angle brackets, without words behind them. */
const SENDERS = /^(?:[^<>]*<[^<>\s]+@[^<>\s]+>)+[\s.]*$/;
const ADDRESS_IN_BRACKETS = /<(?:mailto:)?([^<>\s]+)>/gi;

/** Reads the email addresses that a text lists, one by one. An address beside other words stays with its words. */
function splitEmails(text: string): string[] {
	const pieces = joinSenderNames(parts(text.replace(QUOTED_SENDER, '')));
	return pieces.flatMap((piece) => {
		if (SENDERS.test(piece)) return Array.from(piece.matchAll(ADDRESS_IN_BRACKETS), ([, address]) => address);
		return splitPlainAddresses(piece);
	});
}

/** Joins the pieces of a sender's name that holds a comma: "Petrova", "Anna <anna@example.org>". */
function joinSenderNames(pieces: readonly string[]): string[] {
	const joined: string[] = [];
	let nameParts: string[] = [];
	for (const piece of pieces) {
		if (SENDERS.test(piece)) {
			joined.push([...nameParts, piece].join(' '));
			nameParts = [];
		} else if (piece.includes('@')) {
			joined.push(...nameParts, piece);
			nameParts = [];
		} else {
			nameParts.push(piece);
		}
	}
	return [...joined, ...nameParts];
}

/** Splits addresses that only blanks or strokes separate, and removes the signs around an address that stands alone. */
function splitPlainAddresses(piece: string): string[] {
	const words = piece.split(/[\s/\\|]+/).filter((word) => word !== '');
	if (words.length > 1 && words.every(isAddress)) return words;

	const [address, ...otherAddresses] = addressWords(piece);
	const isAlone = otherAddresses.length === 0 && words.length === 1;
	return isAlone && address !== undefined ? [address] : [piece];
}

/** Finds the addresses in a text, in small letters and each once. */
function addressesIn(value: unknown): string[] {
	if (typeof value !== 'string') return [];
	return [...new Set(splitEmails(value).flatMap((piece) => addressWords(normalizeText(piece))))];
}

/** Whether two values hold the same addresses, or, without any address, the same words. */
function isSameEmail(field: unknown, one: unknown, other: unknown, zone: string): boolean {
	const addresses = addressesIn(one);
	const otherAddresses = addressesIn(other);
	if (addresses.length === 0) return severalTexts.isSame(field, one, other, zone);
	return (
		addresses.length === otherAddresses.length &&
		addresses.every((address) => otherAddresses.includes(address))
	);
}

export const emails: FieldKind<OfType<'emails'>> = {
	...severalTexts,
	noun: 'email address',
	items: (_field, value) => itemsOf(value, splitEmails),
	normalize: (_field, item) => addressesIn(item),
	isSame: isSameEmail,
	searchForms: (_field, name, item) => addressesIn(item).flatMap((address) => textForms(name, address)),
};

/** No row holds two addresses in one. */
function onePart(item: unknown): string | undefined {
	const written = readText(item);
	const pieces = splitEmails(written ?? '');
	const [address, ...others] = new Set(pieces.flatMap(addressWords));
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
