import { readAmount, readInteger } from '../values/formats';
import type { FieldKind } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import type { Bounds, OfType } from '../entities/fieldTypes';

/**
 * The kinds of fields that hold a number: `number` for money, `integer` for whole numbers.
 */

/** No school has a larger number. From 1e21 on, JavaScript writes numbers with an exponent. */
const LARGEST = 1e12;

/** Tells whether a number is within the bounds of its field. */
function isNumberAllowed({ min, max, nonZero }: Bounds, number: number): boolean {
	const isWithinBounds = number >= (min ?? -LARGEST) && number <= (max ?? LARGEST);
	const isForbiddenZero = nonZero === true && number === 0;
	return isWithinBounds && !isForbiddenZero;
}

/** Describes the bounds of a field for a message: " of at least 1 and of at most 5". */
function describeBounds({ min, max, nonZero }: Bounds): string {
	const bounds: string[] = [];
	if (min !== undefined) bounds.push(`of at least ${min}`);
	if (max !== undefined) bounds.push(`of at most ${max}`);
	if (nonZero) bounds.push('other than 0');
	return bounds.length > 0 ? ` ${bounds.join(' and ')}` : '';
}

/** Makes a function that reads a number, and returns undefined beyond the bounds of the field. */
function makeSerializer(
	readAnyNumber: (value: unknown) => number | undefined,
): FieldKind<Bounds>['serialize'] {
	return (field, item) => {
		const number = readAnyNumber(item);
		const isAllowed = number !== undefined && isNumberAllowed(field, number);
		return isAllowed ? number : undefined;
	};
}

/**
 * Returns the default of the form: `number`, or an empty input if the field does not take `number`.
 */
const makeFormDefault = (field: Bounds, number: number): number | '' =>
	isNumberAllowed(field, number) ? number : '';

/** Returns the bounds of a field as n8n's form takes them. */
const makeFormLimits = ({ min, max }: Bounds) => ({
	...(min === undefined ? {} : { minValue: min }),
	...(max === undefined ? {} : { maxValue: max }),
});

/** Reads an amount and rounds it to two decimals: 3872.7000000000003 becomes 3872.7. */
function readMoney(value: unknown): number | undefined {
	const number = readAmount(value);
	if (number === undefined) return undefined;

	// JavaScript computes 1.005 * 100 as 100.49999999999999. With 15 digits it is 100.5 again.
	const exactCents = Number((Math.abs(number) * 100).toPrecision(15));
	const roundedCents = Math.round(exactCents);
	// For -0.001, the sign times 0 cents would be -0.
	return roundedCents === 0 ? 0 : (Math.sign(number) * roundedCents) / 100;
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
 * Money and other numbers with at most two decimals. AlfaCRM returns such a number as a text,
 * `5000.00`, so the schema is that of a text.
 */
export const number: FieldKind<OfType<'number'>> = {
	...numberParts,
	...makeComparisonParts((_field, item) => toFormList(readMoney(item))),
	expected: (field) => `a number${describeBounds(field)}, such as 1290.90 or 1 290,90`,
	serialize: makeSerializer(readMoney),
	widget: (field) => ({
		type: 'number',
		typeOptions: { ...makeFormLimits(field), numberPrecision: 2 },
		default: makeFormDefault(field, 0),
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
		return isNumberAllowed(field, defaultNumber) ? defaultNumber : undefined;
	},
	widget: (field) => ({
		type: 'number',
		typeOptions: { ...makeFormLimits(field), numberPrecision: 0 },
		default: makeFormDefault(field, field.default ?? 0),
	}),
	schema: () => ({ type: 'integer' }),
	jsonHint: () => 'whole number',
};
