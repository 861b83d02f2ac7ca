import { readAmount, readInteger } from '../values/formats';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { Bounds, OfType } from '../entities/fieldTypes';

/** No number of a school is larger. From 1e21 on, JavaScript writes numbers with an exponent. */
const LARGEST = 1e12;

/** Tells whether a number is within the bounds of its field. */
function fits({ min, max, nonZero }: Bounds, number: number): boolean {
	const isWithin = number >= (min ?? -LARGEST) && number <= (max ?? LARGEST);
	return isWithin && !(nonZero && number === 0);
}

/** Describes the bounds of a field for a message: " of at least 1 and of at most 5". */
function describeBounds({ min, max, nonZero }: Bounds): string {
	const bounds: string[] = [];
	if (min !== undefined) bounds.push(`of at least ${min}`);
	if (max !== undefined) bounds.push(`of at most ${max}`);
	if (nonZero) bounds.push('other than 0');
	return bounds.length > 0 ? ` ${bounds.join(' and ')}` : '';
}

/** Makes the `serialize` of a kind: reads a number and refuses one beyond the bounds. */
function makeSerializer(
	read: (value: unknown) => number | undefined,
): FieldKind<Bounds>['serialize'] {
	return (field, item) => {
		const number = read(item);
		return number !== undefined && fits(field, number) ? number : undefined;
	};
}

/** Returns the number with which the form begins. It begins empty if the field does not take it. */
const formDefault = (field: Bounds, number: number): number | '' =>
	fits(field, number) ? number : '';

/** Returns the bounds of a field as n8n's form takes them. */
const makeFormLimits = ({ min, max }: Bounds) => ({
	...(min === undefined ? {} : { minValue: min }),
	...(max === undefined ? {} : { maxValue: max }),
});

/** Reads an amount and rounds it to cents: 1290.9 * 3 is 3872.7000000000003 in JavaScript. */
function readCents(value: unknown): number | undefined {
	const number = readAmount(value);
	if (number === undefined) return undefined;

	const cents = Math.round(Number((Math.abs(number) * 100).toPrecision(15)));
	return cents === 0 ? 0 : (Math.sign(number) * cents) / 100;
}

/** Reads a whole number. Turns -0 into 0. */
function readWholeNumber(value: unknown): number | undefined {
	const number = readInteger(value);
	return number === 0 ? 0 : number;
}

/** The parts that both kinds of numbers share. */
const numberParts = {
	...singleParts,
	column: () => ({ type: 'number' as const }),
	jsonHint: () => 'number',
};

/**
 * Money and other numbers with at most two decimals. AlfaCRM returns them as texts such as
 * `5000.00`, so the schema stays that of a text.
 */
export const number: FieldKind<OfType<'number'>> = {
	...numberParts,
	...makeComparisonParts((_field, item) => toFormList(readCents(item))),
	expected: (field) => `a number${describeBounds(field)}, such as 1290.90 or 1 290,90`,
	serialize: makeSerializer(readCents),
	widget: (field) => ({
		type: 'number',
		typeOptions: { ...makeFormLimits(field), numberPrecision: 2 },
		default: formDefault(field, 0),
	}),
};

/** A whole number. */
export const integer: FieldKind<OfType<'integer'>> = {
	...numberParts,
	...makeComparisonParts((_field, item) => toFormList(readWholeNumber(item))),
	expected: (field) => `a whole number${describeBounds(field)}`,
	serialize: makeSerializer(readWholeNumber),
	defaultValue(field) {
		const defaultNumber = field.default ?? 0;
		return fits(field, defaultNumber) ? defaultNumber : undefined;
	},
	widget: (field) => ({
		type: 'number',
		typeOptions: { ...makeFormLimits(field), numberPrecision: 0 },
		default: formDefault(field, field.default ?? 0),
	}),
	schema: () => ({ type: 'integer' }),
	jsonHint: () => 'whole number',
};
