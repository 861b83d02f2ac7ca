import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import { hasNumber, readingsOf, samePhone } from './phoneNumber';
import type { OfType } from './types';

/** Of a whole number the last digits are enough, whatever stands before them. */
const LAST = 8;
const WHOLE = 10;
const FEWEST = 3;

const isWhole = (text: string): boolean => text.replace(/\D/g, '').length >= WHOLE && hasNumber(text);

const digitsIn = (value: unknown): string => String(value).normalize('NFKC').replace(/\D/g, '');

/** 8 900 … and 7 900 … at the beginning of a number stand for +7 900 …. */
const nationalPart = (digits: string): string | undefined =>
	/^[78]\d{3,}$/.test(digits) ? digits.slice(1) : undefined;

/**
 * The digits to ask with for a phone number or for a part of one.
 *
 * @returns undefined where there are none
 */
function phoneDigits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = String(value).normalize('NFKC');
	const digits = digitsIn(text);
	if (isWhole(text)) return (readingsOf(text)[0] ?? digits).slice(-LAST);
	return digits === '' || /\p{L}/u.test(text) ? undefined : digits;
}

/** Whether a number that a row holds is the one that is looked for, or has the digits of a part of one. */
export function holdsPhone(held: unknown, wanted: unknown): boolean {
	const [has, digits] = [digitsIn(held), digitsIn(wanted)];
	if (has.includes(digits)) return true;
	if (isWhole(String(wanted).normalize('NFKC'))) return samePhone(held, wanted);
	const national = nationalPart(digits);
	return national !== undefined && has.startsWith(`7${national}`);
}

/** AlfaCRM may look at the digits, or at the number as it was written there. API notes 5.3. */
function formsOf(text: string): string[] {
	const digits = phoneDigits(text) ?? text;
	if (!isWhole(text)) return [...new Set([digits, text, nationalPart(digits) ?? digits])];
	const [, tens, ones] = /(\d\d)(\d\d)$/.exec(digits) ?? [];
	return [digits, `${tens}-${ones}`, `${tens} ${ones}`];
}

/** A bare country code, or an input mask that nobody filled, is held by everybody. */
function isUnfilled(text: string): boolean {
	const digits = text.replace(/\D/g, '');
	return !/\p{L}/u.test(text) && (digits.length < FEWEST || (/_/.test(text) && !hasNumber(text)));
}

/** What a list of people is searched with: a number in any spelling, or some digits of it. */
export const phonePart: FieldKind<OfType<'phonePart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => oneForm(phoneDigits(item))),
	saysNothing: (_field, value) =>
		(typeof value === 'string' || typeof value === 'number') && isUnfilled(String(value)),
	expected: () => 'a phone number or some digits of it',
	read: (_field, item) => (phoneDigits(item) === undefined ? undefined : String(item).trim()),
	// AlfaCRM may look at the digits, or at the number as it is written. API notes 5.3.
	filterForms: (_field, name, value) => formsOf(String(value)).map((form) => ({ [name]: form })),
	widget: () => ({ type: 'string', default: '' }),
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'string' }),
	inJson: () => '',
};
