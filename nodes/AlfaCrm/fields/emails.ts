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

/**
 * Accepts the signs between an address and other words: those of `<anna@x.org>`, and the colon of
 * `mailto:anna@x.org`. Rejects a dot.
 */
const ADDRESS_DELIMITERS = /[\s,;:<>()[\]"/\\|]+/;

/**
 * Accepts the signs between two addresses without other words: ` / ` in `anna@x.org / oleg@x.org`.
 */
const SPACES_OR_SLASHES = /[\s/\\|]+/;

/** Accepts the full stops after an address at the end of a sentence: `anna@example.org.` */
const FINAL_DOTS = /\.+$/;

/**
 * Accepts a name in quotes before an address in angle brackets: `"Petrova, Anna" ` of
 * `"Petrova, Anna" <anna@example.org>`. It may hold commas, an address, and escaped quotes (`\"`).
 * Rejects the quotes of `"anna@example.org"`.
 */
const QUOTED_SENDER_NAME = /"(?:[^"\\]|\\.)*"\s*(?=<[^<>\s]+@[^<>\s]+>)/g;

/**
 * Accepts a text of one or more senders, each a name and an address in angle brackets:
 * `Anna <anna@x.org>` and `Anna <anna@x.org> Oleg <oleg@x.org>.` Rejects
 * `Anna <anna@x.org> (mother)`, where a word follows the last address.
 */
const SENDERS = /^(?:[^<>]*<[^<>\s]+@[^<>\s]+>)+[\s.]*$/;

/** Accepts an address in angle brackets: `<anna@x.org>` or `<mailto:anna@x.org>`. */
const ADDRESS_IN_BRACKETS = /<(?:mailto:)?([^<>\s]+)>/gi;

/** Accepts a complete address: `anna@x.org`. Rejects a part, such as `anna@` or `@x.org`. */
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
 * Tells whether two values hold the same addresses, in any order: `Anna <anna@x.org>` and
 * `ANNA@x.org` do. If the first value has no address, the two values are compared as texts.
 */
function isSameEmail(field: unknown, value: unknown, otherValue: unknown, zone: string): boolean {
	const addresses = findAddresses(value);
	if (addresses.length === 0) return textListParts.isSame(field, value, otherValue, zone);

	const otherAddresses = findAddresses(otherValue);
	const haveSameCount = addresses.length === otherAddresses.length;
	return haveSameCount && addresses.every((address) => otherAddresses.includes(address));
}

/**
 * Tells whether a row with this email belongs to the result of a filter. A whole address must be
 * equal: `anna@x.org` must not find `joanna@x.org`. A part of an address can be anywhere in the
 * email.
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

	const pieces = splitEmails(value);
	const addresses = pieces.flatMap((piece) => extractAddresses(normalizeText(piece)));
	return [...new Set(addresses)];
}

/**
 * Splits a text that lists email addresses: `anna@x.org, Oleg <oleg@x.org>` gives `anna@x.org` and
 * `oleg@x.org`. An address beside other words stays with its words: `anna@x.org (mother)`.
 */
function splitEmails(text: string): string[] {
	// A name in quotes is not needed, and may hold commas: "Petrova, Anna" <anna@x.org>.
	const textWithoutQuotedNames = text.replace(QUOTED_SENDER_NAME, '');
	const pieces = splitText(textWithoutQuotedNames);
	// A name without quotes was split at its comma: Petrova, Anna <anna@x.org>.
	const piecesWithWholeNames = joinSenderNames(pieces);
	return piecesWithWholeNames.flatMap((piece) => {
		const hasOnlySenders = SENDERS.test(piece);
		return hasOnlySenders ? readAddressesInBrackets(piece) : splitPlainAddresses(piece);
	});
}

/** Reads the addresses in angle brackets: `anna@x.org` of `Anna <anna@x.org>`. */
function readAddressesInBrackets(text: string): string[] {
	return Array.from(text.matchAll(ADDRESS_IN_BRACKETS), ([, address]) => address);
}

/**
 * Joins the pieces of a sender whose name holds a comma: `Petrova` and `Anna <anna@x.org>` become
 * `Petrova Anna <anna@x.org>`. Other pieces stay as they are.
 */
function joinSenderNames(pieces: readonly string[]): string[] {
	const joinedPieces: string[] = [];
	// Pieces without an address may be the first parts of the name before the next address.
	let possibleNameParts: string[] = [];
	for (const piece of pieces) {
		const hasAddress = piece.includes('@');
		if (!hasAddress) {
			possibleNameParts.push(piece);
			continue;
		}

		const isEndOfSender = SENDERS.test(piece);
		if (isEndOfSender) {
			joinedPieces.push([...possibleNameParts, piece].join(' '));
		} else {
			joinedPieces.push(...possibleNameParts, piece);
		}
		possibleNameParts = [];
	}
	return [...joinedPieces, ...possibleNameParts];
}

/**
 * Splits a piece of a text that lists email addresses:
 *
 * - `anna@x.org / oleg@x.org` → two addresses
 * - `"anna@x.org"` → the address without the quotes
 * - `anna@x.org (mother)` → the piece unchanged, because an address stays with its words
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
 * Tells whether a text has one @, a letter or digit before it, and a letter after it. `-`, `no@`
 * and `@mail.ru` are not addresses.
 */
function isAddress(text: string): boolean {
	const [local, domain = '', ...partsAfterSecondAt] = text.split('@');
	const hasOneAt = partsAfterSecondAt.length === 0;
	return hasOneAt && /[\p{L}\d]/u.test(local) && /\p{L}/u.test(domain);
}
