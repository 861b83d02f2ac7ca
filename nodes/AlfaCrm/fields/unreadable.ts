import { UserError } from 'n8n-workflow';

import { isEmpty, isPicker } from './blank';
import type { FieldBasics } from '../entities/fieldTypes';

/** A value that does not fit its field. The message names the parameter and what is in it. */
export class UnreadableValue extends UserError {
	constructor(
		message: string,
		readonly label: string,
	) {
		super(message, { description: `Correct it in this node, or the expression that fills '${label}'.` });
	}
}

export function unreadable({ label }: Pick<FieldBasics, 'label'>, expected: string, value: unknown) {
	const lost =
		typeof value !== 'number' && hasRounded(asText(value))
			? ', a number that was rounded: its last digits are lost'
			: '';
	return new UnreadableValue(`'${label}' must be ${expected}, but it is ${quoted(value)}${lost}`, label);
}

const LONGEST = 60;

/** A value for a message; of a picker, what is in it. */
export function quoted(value: unknown): string {
	if (isEmpty(value)) return 'empty';
	const text = asText(isPicker(value) ? value.value : value);
	return `"${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}"`;
}

function asText(value: unknown): string {
	try {
		return typeof value === 'object' ? (JSON.stringify(value) ?? 'an object') : String(value);
	} catch {
		return 'an object';
	}
}

/** What a sheet makes of a long number, such as 7,90056E+10: most of its digits are gone, and many numbers look like it. */
export const ROUNDED = /\d+(?:[.,]\d+)?E\+\d{1,3}(?!\d)/gi;

/** Whether a number in a text was rounded, so that nobody can know which one it was. */
export const hasRounded = (text: string): boolean => text.search(ROUNDED) >= 0;

/** Whether a text is what is left of "inv-{{ $json.id }}" where nothing was found, or an empty mask: that of many, and of nobody. */
export const isUnfilled = (text: string): boolean =>
	/(?:^|[-_:/#№=\s])(?:undefined|null|nan)$|\[object Object\]$|(?<!\w)_{3,}(?!\w)|[\p{Pd}\u2212:№]$/iu.test(
		text,
	);

/** Whether a text is nothing but such a number. */
export const isRounded = (text: string): boolean =>
	hasRounded(text) && text.replace(ROUNDED, '').trim() === '';
