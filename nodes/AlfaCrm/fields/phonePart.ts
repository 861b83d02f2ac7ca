import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import { hasNumber, phoneForms, readingsOf } from './phoneNumber';
import type { OfType } from './types';

/** Of a whole number the last digits are enough, whatever stands before them. */
const LAST = 8;
const WHOLE = 10;

const isWhole = (text: string): boolean => text.replace(/\D/g, '').length >= WHOLE && hasNumber(text);

/**
 * The digits of a phone number, or of a part of one, that a row must hold.
 *
 * @returns undefined where there are none
 */
export function phoneDigits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = String(value).normalize('NFKC');
	const digits = text.replace(/\D/g, '');
	if (digits === '' || /\p{L}/u.test(text)) return undefined;
	return isWhole(text) ? (readingsOf(text)[0] ?? digits).slice(-LAST) : digits;
}

/** What a list of people is searched with: a number in any spelling, or some digits of it. */
export const phonePart: FieldKind<OfType<'phonePart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => oneForm(phoneDigits(item))),
	saysNothing: (_field, value) => typeof value === 'string' && !/[\p{L}\d]/u.test(value),
	expected: () => 'a phone number or some digits of it',
	read: (_field, item) => (phoneDigits(item) === undefined ? undefined : String(item).trim()),
	// AlfaCRM may look at the digits, or at the number as it is written. API notes 5.3.
	filterForms: (_field, name, item) => {
		const forms = isWhole(String(item)) ? phoneForms(item) : [String(phoneDigits(item)), String(item)];
		return [...new Set(forms)].map((form) => ({ [name]: form }));
	},
	widget: () => ({ type: 'string', default: '' }),
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'string' }),
	inJson: () => '',
};
