import { clockOf, looksIso, readClock, readDate, readMoment, toDotted, type DateStyle } from '../model/dates';
import type { Field, FieldKind } from '../model/entity';
import { isList, toFlag, toInt, toNumber, type Json } from '../model/json';

/** A value that is not accepted. */
export class InvalidValue {
	constructor(
		readonly message: string,
		/** The value is an ISO date where a dotted one is wanted. */
		readonly isIsoDate = false,
	) {}
}

interface ReadOptions {
	/** Date format wanted instead of the field's own. */
	style?: DateStyle;
	/** Times of day may come back as the moments that answers show. */
	isUpdate?: boolean;
}

interface FieldType {
	/** Holds a list, so that it is empty as one. */
	isList: boolean;
	/** The value as it is stored, or why it is not accepted. Blank values are emptied fields. */
	read: (value: Json, field: Field, options: ReadOptions) => Json | InvalidValue;
}

export const isBlank = (value: Json | undefined): boolean =>
	value === undefined ||
	value === null ||
	(typeof value === 'string' && value.trim() === '') ||
	(isList(value) && value.length === 0);

export const invalidMessage = (label: string): string => `Неверный формат значения «${label}».`;
export const requiredMessage = (label: string): string => `Необходимо заполнить «${label}».`;

/** @param read undefined for a value that cannot be read */
const scalar = (
	read: (value: Json, field: Field, options: ReadOptions) => Json | InvalidValue | undefined,
): FieldType => ({
	isList: false,
	read: (value, field, options) => {
		if (isBlank(value)) return null;
		return read(value, field, options) ?? new InvalidValue(invalidMessage(field.label));
	},
});

/** One value in place of a list will do. */
const list = (read: (item: Json) => Json | undefined, items = (all: readonly Json[]) => all): FieldType => ({
	isList: true,
	read: (value, field) => {
		if (isBlank(value)) return [];
		const values: Json[] = [];
		for (const item of items(isList(value) ? value : [value])) {
			const known = read(item);
			if (known === undefined) return new InvalidValue(invalidMessage(field.label));
			values.push(known);
		}
		return values;
	},
});

const withoutBlanks = (items: readonly Json[]): readonly Json[] => items.filter((item) => !isBlank(item));

const textOnly =
	(read: (text: string) => Json | undefined) =>
	(value: Json): Json | undefined =>
		typeof value === 'string' ? read(value) : undefined;

const toText = (value: Json): string | undefined =>
	typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** Phones with the 11 digits of a Russian number are stored in one form, others as they came. */
function formatPhone(phone: string): string {
	const digits = phone.replace(/\D/g, '');
	const parts = /^[78](\d{3})(\d{3})(\d\d)(\d\d)$/.exec(digits);
	return parts ? `+7(${parts[1]})${parts[2]}-${parts[3]}-${parts[4]}` : phone.trim();
}

function toPhone(value: Json): string | undefined {
	const text = toText(value);
	return text === undefined ? undefined : formatPhone(text);
}

function readChoice(value: Json, { values = [] }: Field): Json | undefined {
	const choice = toInt(value) ?? (typeof value === 'string' ? value : undefined);
	return choice !== undefined && values.includes(choice) ? choice : undefined;
}

function readText(value: Json, { max, label }: Field): Json | InvalidValue | undefined {
	const text = toText(value);
	if (text === undefined || max === undefined || [...text].length <= max) return text;
	return new InvalidValue(`Значение «${label}» должно содержать максимум ${max} символов.`);
}

function readDay(value: Json, field: Field, options: ReadOptions): Json | InvalidValue | undefined {
	if (typeof value !== 'string') return undefined;
	const style = options.style ?? field.style ?? 'dotted';
	const day = readDate(value, style);
	if (day !== undefined) return field.stored === 'iso' ? day : toDotted(day);
	return new InvalidValue(invalidMessage(field.label), style === 'dotted' && looksIso(value));
}

function readTime(value: Json, _field: Field, { isUpdate }: ReadOptions): Json | undefined {
	if (typeof value !== 'string') return undefined;
	const moment = isUpdate ? readMoment(value) : undefined;
	return moment === undefined ? readClock(value) : clockOf(moment);
}

export const fieldTypes: Record<FieldKind, FieldType> = {
	int: scalar(toInt),
	ints: list(toInt),
	flag: scalar(toFlag),
	choice: scalar(readChoice),
	string: scalar(readText),
	scalar: scalar((value) => (typeof value === 'string' || typeof value === 'number' ? value : undefined)),
	strings: list(toText, withoutBlanks),
	phones: list(toPhone, withoutBlanks),
	money: scalar((value) => toNumber(value)?.toFixed(2)),
	date: scalar(readDay),
	moment: scalar(textOnly(readMoment)),
	clock: scalar(readTime),
	raw: scalar((value) => value),
};
