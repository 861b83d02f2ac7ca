import { UserError } from 'n8n-workflow';

import { isEmpty, isPicker } from './blank';
import type { FieldBasics } from '../entities/fieldTypes';

/** A value that does not fit its field. The message names the parameter and its value. */
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

/** Makes the error for a value that cannot be read as what its field expects. */
export function unreadable(
	{ label }: Pick<FieldBasics, 'label'>,
	expected: string,
	value: unknown,
) {
	const isRoundedText = typeof value !== 'number' && hasRounded(asText(value));
	const reason = isRoundedText ? ', a number that was rounded: its last digits are lost' : '';
	return new UnreadableValue(
		`'${label}' must be ${expected}, but it is ${quoted(value)}${reason}`,
		label,
	);
}

/** The most characters of a value that a message quotes. */
const LONGEST = 60;

/** Quotes a value for a message. Of a picker, its content is quoted. */
export function quoted(value: unknown): string {
	if (isEmpty(value)) return 'empty';
	const text = asText(isPicker(value) ? value.value : value);
	return `"${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}"`;
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
 * so many numbers look like it.
 */
export const ROUNDED = /\d+(?:[.,]\d+)?E\+\d{1,3}(?!\d)/gi;

/** Tells whether a text holds a rounded number. */
export const hasRounded = (text: string): boolean => text.search(ROUNDED) >= 0;

/**
 * Accept a text whose expression found no value, or an empty input mask. All reject `inv-17`.
 *
 * - the word for no value at the end: `inv-undefined`, `null`
 * - an object that was written as a text: `[object Object]`
 * - an empty mask: `___`
 * - nothing behind a dash or another sign: `inv-`, `№`
 */
const UNFILLED: readonly RegExp[] = [
	/(?:^|[-_:/#№=\s])(?:undefined|null|nan)$/iu,
	/\[object Object\]$/iu,
	/(?<!\w)_{3,}(?!\w)/iu,
	/[\p{Pd}\u2212:№]$/iu,
];

/**
 * Tells whether a text is what an expression without a value leaves. Many records would have it in
 * common.
 */
export const isUnfilled = (text: string): boolean => UNFILLED.some((pattern) => pattern.test(text));

/** Tells whether a text is nothing but a rounded number. */
export const isRounded = (text: string): boolean =>
	hasRounded(text) && text.replace(ROUNDED, '').trim() === '';
