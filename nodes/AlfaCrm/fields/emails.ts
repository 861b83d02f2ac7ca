import { normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { makeComparisonParts, singleParts } from './kind';
import { readItems, splitText } from './lists';
import { makeTextForms, readText, textListParts, makeTextFilters } from './text';
import type { OfType } from '../entities/fieldTypes';

/**
 * Reads and compares email addresses.
 *
 * Mail programs and n8n's mail triggers give a sender with a name, as
 * `"Petrova, Anna" <anna@example.org>`. AlfaCRM and its mailings need the address, so the address
 * alone is saved and compared.
 */

/** The signs between an address and other words: `<anna@x.org>`, `mailto:anna@x.org`. */
const ADDRESS_DELIMITERS = /[\s,;:<>()[\]"/\\|]+/;

/** The signs between two addresses without other words: `anna@x.org / oleg@x.org`. */
const SPACES_OR_SLASHES = /[\s/\\|]+/;

/** The full stops after an address at the end of a sentence: `anna@example.org.` */
const FINAL_DOTS = /\.+$/;

/**
 * A name in quotes before an address in angle brackets: `"Petrova, Anna" ` of
 * `"Petrova, Anna" <anna@example.org>`. It may hold commas, an address, and escaped quotes (`\"`).
 */
const QUOTED_SENDER_NAME = /"(?:[^"\\]|\\.)*"\s*(?=<[^<>\s]+@[^<>\s]+>)/g;

/**
 * A text of one or more senders, each a name and an address in angle brackets. Matches
 * `Anna <anna@x.org>` and `Anna <anna@x.org> Oleg <oleg@x.org>.`, but not
 * `Anna <anna@x.org> (mother)`, where a word follows the last address.
 */
const SENDERS = /^(?:[^<>]*<[^<>\s]+@[^<>\s]+>)+[\s.]*$/;

/** An address in angle brackets: `<anna@x.org>` or `<mailto:anna@x.org>`. */
const ADDRESS_IN_BRACKETS = /<(?:mailto:)?([^<>\s]+)>/gi;

/** A complete address, `anna@x.org`; not a part such as `anna@` or `@x.org`. */
const WHOLE_ADDRESS = /^[^@]+@[^@]+\.\p{L}{2,}$/u;

/** A field that holds several addresses. */
export const emails: FieldKind<OfType<'emails'>> = {
	...textListParts,
	valueNoun: 'email address',
	splitItems: (_field, value) => readItems(value, splitEmails),
	makeNormalForms: (_field, item) => findAddresses(item),
	isSame: isSameEmail,
	makeSearchFilters: (_field, name, item) =>
		findAddresses(item).flatMap((address) => makeTextFilters(name, address)),
};

/**
 * A filter for lists of people: one address, with or without a name before it, or a part of an
 * address.
 */
export const emailPart: FieldKind<OfType<'emailPart'>> = {
	...singleParts,
	...makeComparisonParts((_field: unknown, item) => makeTextForms(readSingleAddress(item))),
	filterMayFind: matchesEmailFilter,
	expected: () => 'one email address, or a part of one',
	serialize: (_field, item) => readSingleAddress(item),
};

/**
 * Whether two values hold the same addresses. If the first value has no address, the two values are
 * compared as texts.
 */
function isSameEmail(field: unknown, value: unknown, otherValue: unknown, zone: string): boolean {
	const addresses = findAddresses(value);
	if (addresses.length === 0) return textListParts.isSame(field, value, otherValue, zone);

	const otherAddresses = findAddresses(otherValue);
	// No address appears twice in a list, so lists of the same length hold the same addresses.
	return (
		addresses.length === otherAddresses.length &&
		addresses.every((address) => otherAddresses.includes(address))
	);
}

/**
 * Whether a row with this email belongs to the result of a filter. A whole address must be equal:
 * `anna@x.org` must not find `joanna@x.org`. A part of an address can be anywhere in the email.
 */
function matchesEmailFilter(rowValue: unknown, filterValue: unknown): boolean {
	const filterText = normalizeText(String(filterValue));
	if (WHOLE_ADDRESS.test(filterText)) return findAddresses(rowValue).includes(filterText);
	return normalizeText(String(rowValue)).includes(filterText);
}

/**
 * Reads the single address in a value, in the spelling of the user. Returns the whole text if the
 * value has no address, and undefined if it has several, because the filter takes only one address.
 */
function readSingleAddress(item: unknown): string | undefined {
	const text = readText(item);
	const pieces = splitEmails(text ?? '');
	const addresses = new Set(pieces.flatMap(extractAddresses));
	if (addresses.size > 1) return undefined;

	const [address] = addresses;
	return address ?? text;
}

/** Finds the addresses in a value for a comparison: in lower case, each address once. */
function findAddresses(value: unknown): string[] {
	if (typeof value !== 'string') return [];
	const addresses = splitEmails(value).flatMap((piece) => extractAddresses(normalizeText(piece)));
	return [...new Set(addresses)];
}

/**
 * Splits a text that lists email addresses. An address beside other words stays with its words:
 * `anna@x.org (mother)`.
 */
function splitEmails(text: string): string[] {
	// A name in quotes is not needed, and may hold commas. `splitText` splits at commas, semicolons
	// and line breaks. Without quotes, a name with a comma is split too, so its parts are joined
	// again.
	const textWithoutQuotedNames = text.replace(QUOTED_SENDER_NAME, '');
	const pieces = joinSenderNames(splitText(textWithoutQuotedNames));
	return pieces.flatMap((piece) => {
		const hasOnlySenders = SENDERS.test(piece);
		return hasOnlySenders ? readAddressesInBrackets(piece) : splitPlainAddresses(piece);
	});
}

/** Reads the addresses in angle brackets: `anna@x.org` of `Anna <anna@x.org>`. */
function readAddressesInBrackets(text: string): string[] {
	return Array.from(text.matchAll(ADDRESS_IN_BRACKETS), ([, address]) => address);
}

/**
 * Joins the pieces of a sender whose name holds a comma: `Petrova` and `Anna <anna@example.org>`
 * become `Petrova Anna <anna@example.org>`.
 */
function joinSenderNames(pieces: readonly string[]): string[] {
	const joined: string[] = [];
	// The pieces since the last address, which may be parts of the name before the next address.
	let possibleNameParts: string[] = [];
	for (const piece of pieces) {
		const endsWithAddressInBrackets = SENDERS.test(piece);
		if (endsWithAddressInBrackets) {
			joined.push([...possibleNameParts, piece].join(' '));
			possibleNameParts = [];
		} else if (piece.includes('@')) {
			// Before an address without brackets, the pieces are no name and stay as they are.
			joined.push(...possibleNameParts, piece);
			possibleNameParts = [];
		} else {
			possibleNameParts.push(piece);
		}
	}
	return [...joined, ...possibleNameParts];
}

/**
 * Splits addresses that only spaces or slashes separate, and removes brackets and quotes around a
 * lone address. Returns any other piece unchanged, such as an address beside other words.
 */
function splitPlainAddresses(piece: string): string[] {
	const words = piece.split(SPACES_OR_SLASHES).filter((word) => word !== '');
	const areSeveralAddresses = words.length > 1 && words.every(isAddress);
	if (areSeveralAddresses) return words;

	const addresses = extractAddresses(piece);
	const isLoneAddress = words.length === 1 && addresses.length === 1;
	return isLoneAddress ? addresses : [piece];
}

/**
 * Extracts the addresses of a text as they are written there: `Anna@x.org` of `Anna <Anna@x.org>`.
 */
function extractAddresses(text: string): string[] {
	const words = text.split(ADDRESS_DELIMITERS).filter(isAddress);
	return words.map((word) => word.replace(FINAL_DOTS, ''));
}

/**
 * Whether a text has one @, a letter or digit before it, and a letter after it. `-`, `no@` and
 * `@mail.ru` are not addresses.
 */
function isAddress(text: string): boolean {
	const [local, domain = '', ...partsAfterSecondAt] = text.split('@');
	const hasOneAt = partsAfterSecondAt.length === 0;
	return hasOneAt && /[\p{L}\d]/u.test(local) && /\p{L}/u.test(domain);
}
