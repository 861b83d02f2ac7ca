import { readAmount, readInteger } from '../values/formats';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, single } from './kind';
import type { Bounds, OfType } from '../entities/fieldTypes';

/** Nothing in a school is larger, and from 1e21 on numbers are written with an exponent. */
const LARGEST = 1e12;

function fits({ min, max, nonZero }: Bounds, number: number): boolean {
	const isWithin = number >= (min ?? -LARGEST) && number <= (max ?? LARGEST);
	return isWithin && !(nonZero && number === 0);
}

function within({ min, max, nonZero }: Bounds): string {
	const bounds = [
		...(min === undefined ? [] : [`of at least ${min}`]),
		...(max === undefined ? [] : [`of at most ${max}`]),
		...(nonZero ? ['other than 0'] : []),
	];
	return bounds.length > 0 ? ` ${bounds.join(' and ')}` : '';
}

function reader(read: (value: unknown) => number | undefined): FieldKind<Bounds>['serialize'] {
	return (field, item) => {
		const number = read(item);
		return number !== undefined && fits(field, number) ? number : undefined;
	};
}

/** Where a zero means nothing, the form must not begin with one. */
const formDefault = (field: Bounds, wanted: number): number | '' => (fits(field, wanted) ? wanted : '');

const limits = ({ min, max }: Bounds) => ({
	...(min === undefined ? {} : { minValue: min }),
	...(max === undefined ? {} : { maxValue: max }),
});

/** 1290.9 * 3 is 3872.7000000000003; what follows the cents is noise. */
function readCents(value: unknown): number | undefined {
	const number = readAmount(value);
	if (number === undefined) return undefined;
	const cents = Math.round(Number((Math.abs(number) * 100).toPrecision(15)));
	return cents === 0 ? 0 : (Math.sign(number) * cents) / 100;
}

const readWhole = (value: unknown): number | undefined => {
	const number = readInteger(value);
	return number === 0 ? 0 : number;
};

const basis = { ...single, column: () => ({ type: 'number' as const }), jsonHint: () => 'number' };

/** Money comes as a text. */
export const number: FieldKind<OfType<'number'>> = {
	...basis,
	...comparedBy((_field, item) => oneForm(readCents(item))),
	expected: (field) => `a number${within(field)}, such as 1290.90 or 1 290,90`,
	serialize: reader(readCents),
	widget: (field) => ({
		type: 'number',
		typeOptions: { ...limits(field), numberPrecision: 2 },
		default: formDefault(field, 0),
	}),
};

export const integer: FieldKind<OfType<'integer'>> = {
	...basis,
	...comparedBy((_field, item) => oneForm(readWhole(item))),
	expected: (field) => `a whole number${within(field)}`,
	serialize: reader(readWhole),
	defaultValue: (field) => (fits(field, field.default ?? 0) ? (field.default ?? 0) : undefined),
	widget: (field) => ({
		type: 'number',
		typeOptions: { ...limits(field), numberPrecision: 0 },
		default: formDefault(field, field.default ?? 0),
	}),
	schema: () => ({ type: 'integer' }),
	jsonHint: () => 'whole number',
};
