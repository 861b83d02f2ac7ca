import { fold } from './fold';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { OfType } from './types';

/** Numbers that a text can hold as they are; others would be written with an exponent. */
const LARGEST = 1e21;

/** @returns undefined for what is no text and cannot be written as one */
export function readText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim();
	if (typeof value === 'boolean') return String(value);
	const isWritable = typeof value === 'number' && Math.abs(value) < LARGEST;
	return isWritable && !/e/.test(String(value)) ? String(value) : undefined;
}

export function foldedText(value: unknown): string[] {
	const text = readText(value);
	return oneForm(text === undefined ? undefined : fold(text));
}

const basis = {
	...single,
	...comparedBy((_field: unknown, item) => foldedText(item)),
	emptied: '',
	expected: () => 'a text',
	read: (_field: unknown, item: unknown) => readText(item),
	column: () => ({ type: 'string' as const }),
	schema: () => ({ type: 'string' as const }),
	inJson: () => '',
};

export const text: FieldKind<OfType<'text'>> = {
	...basis,
	widget: () => ({ type: 'string', default: '' }),
};

export const longText: FieldKind<OfType<'longText'>> = {
	...basis,
	widget: () => ({ type: 'string', typeOptions: { rows: 3 }, default: '' }),
};
