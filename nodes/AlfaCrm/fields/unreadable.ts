import { UserError } from 'n8n-workflow';

import { isEmpty, isPicker } from './blank';
import type { FieldBasics } from '../entities/fieldTypes';

/** The error for a value that does not fit its field. The message quotes the value. */
export class UnreadableValue extends UserError {
	constructor(
		message: string,
		readonly label: string,
	) {
		super(message, {
			description: `Correct it in this node, or the expression that fills '${label}'.`,
		});
	}
}

/**
 * Makes the error for a value that its field cannot read: "'Room' must be the number of a record,
 * but it is "abc"".
 *
 * @param expected describes a readable value: "the number of a record"
 */
export function unreadable(
	{ label }: Pick<FieldBasics, 'label'>,
	expected: string,
	value: unknown,
) {
	// Only a text shows that a spreadsheet has rounded a number: 7,90056E+10.
	const isRoundedText = typeof value !== 'number' && hasRounded(asText(value));
	const reason = isRoundedText ? ', a number that was rounded: its last digits are lost' : '';
	return new UnreadableValue(
		`'${label}' must be ${expected}, but it is ${quoted(value)}${reason}`,
		label,
	);
}

/** The most characters of a value that a message quotes. */
const MAX_QUOTED_LENGTH = 60;

/** Quotes the beginning of a value for a message. For a picker, quotes its content. */
export function quoted(value: unknown): string {
	if (isEmpty(value)) return 'empty';

	const text = asText(isPicker(value) ? value.value : value);
	const isTooLong = text.length > MAX_QUOTED_LENGTH;
	return isTooLong ? `"${text.slice(0, MAX_QUOTED_LENGTH)}…"` : `"${text}"`;
}

/** Writes any value as a text for a message. */
function asText(value: unknown): string {
	try {
		return typeof value === 'object' ? (JSON.stringify(value) ?? 'an object') : String(value);
	} catch {
		return 'an object';
	}
}

/**
 * Accepts a long number that a spreadsheet has rounded, such as 7,90056E+10. Most digits are lost,
 * so many numbers look like it. Rejects 7E10 and 7,9E-10.
 */
export const ROUNDED_NUMBER = /\d+(?:[.,]\d+)?E\+\d{1,3}(?!\d)/gi;

/** Tells whether a text holds a rounded number. */
export const hasRounded = (text: string): boolean => text.search(ROUNDED_NUMBER) >= 0;

/**
 * Accept an empty input mask, and a text into which an n8n expression should have put a value, but
 * found none. All four reject `inv-17`.
 *
 * - a word that JavaScript writes for no value: `inv-undefined`, `null`
 * - an object that was written as a text: `[object Object]`
 * - an empty mask: `___`
 * - nothing after a dash or another sign: `inv-`, `№`
 */
const UNFILLED: readonly RegExp[] = [
	/(?:^|[-_:/#№=\s])(?:undefined|null|nan)$/iu,
	/\[object Object\]$/iu,
	/(?<!\w)_{3,}(?!\w)/iu,
	/[\p{Pd}\u2212:№]$/iu,
];

/**
 * Tells whether a text lacks the value that an n8n expression should have put into it. Such a text
 * identifies no record, because many records could have it.
 */
export const isUnfilled = (text: string): boolean => UNFILLED.some((pattern) => pattern.test(text));

/** Tells whether a text is a rounded number without other words. */
export const isRounded = (text: string): boolean =>
	hasRounded(text) && text.replace(ROUNDED_NUMBER, '').trim() === '';
