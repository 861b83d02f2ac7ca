import { isEmpty } from './blank';
import type { FieldKind } from './kind';
import { several } from './kind';
import { itemsOf } from './lists';
import { hasNumber, splitNumbers, phoneForms, normalizePhone, samePhone, formatPhone } from './phoneNumber';
import { holdsPhone } from './phonePart';
import { hasRounded } from './rounded';
import { normalizedText, isStoredText } from './text';
import { textsWidget } from './texts';
import type { OfType, Wire } from '../entities/fieldTypes';

declare module '../entities/fieldTypes' {
	interface FieldTypes {
		/** Phone numbers, which are the same in any spelling. */
		phones: Nothing;
	}
}

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
	return String(item).trim().replace(WHATSAPP, '+$1');
}

/** The separators of a list, kept with what follows them. */
const PIECE = /[^,;\r\n]+[,;\r\n]*|[,;\r\n]+/g;

/** The numbers in one text. A word or an extension behind a comma belongs to the number beside it. */
function split(text: string): string[] {
	const phones: string[] = [];
	let current = '';
	let isComplete = false;
	for (const piece of text.match(PIECE) ?? []) {
		const isNumber = hasNumber(piece);
		if (isComplete && isNumber) {
			phones.push(current);
			current = '';
		}
		current += piece;
		isComplete ||= isNumber;
	}
	return [...phones, current]
		.flatMap(splitNumbers)
		.map((phone) => phone.replace(/^[,;/\\|\s]+|[,;/\\|\s]+$/g, ''));
}

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
	canonicalize: (item) => formatPhone(item) as Wire,
	isNear: holdsPhone,
	widget: textsWidget,
	// As of other texts.
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'array', items: { type: 'string' } }),
	jsonHint: () => 'list',
};
