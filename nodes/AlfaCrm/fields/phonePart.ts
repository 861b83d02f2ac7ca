import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import { hasNumber, readingsOf } from './phoneNumber';
import type { OfType } from './types';

/** Of a whole number AlfaCRM finds the last digits in whatever way it is written. API notes 5.3. */
const LAST = 8;
const WHOLE = 10;

/**
 * The digits of a phone number, or of a part of one.
 *
 * @returns undefined where there are none
 */
export function phoneDigits(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = String(value).normalize('NFKC');
	const digits = text.replace(/\D/g, '');
	if (digits === '' || /\p{L}/u.test(text)) return undefined;
	return digits.length >= WHOLE && hasNumber(text) ? (readingsOf(text)[0] ?? digits).slice(-LAST) : digits;
}

/** What a list of people is searched with: a number in any spelling, or some digits of it. */
export const phonePart: FieldKind<OfType<'phonePart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => oneForm(phoneDigits(item))),
	saysNothing: (_field, value) => typeof value === 'string' && !/[\p{L}\d]/u.test(value),
	expected: () => 'a phone number or some digits of it',
	read: (_field, item) => phoneDigits(item),
	widget: () => ({ type: 'string', default: '' }),
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'string' }),
	inJson: () => '',
};
