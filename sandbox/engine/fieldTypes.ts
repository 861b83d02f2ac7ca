import { clockOf, looksIso, readClock, readDate, readMoment, toDotted, type DateStyle } from '../model/dates';
import type { Field, FieldKind } from '../model/entity';
import { isList, toFlag, toInt, toNumber, type Json } from '../model/json';

/** Stands for a value that a field does not accept, and says why. */
export class InvalidValue {
	constructor(
		readonly message: string,
		/** The value is an ISO date, but the field takes dotted dates only. */
		readonly isIsoDate = false,
	) {}
}

interface ReadOptions {
	/** The date format to expect in place of the field's own. */
	style?: DateStyle;
	/** An update may send a time of day as the moment that answers show. */
	isUpdate?: boolean;
}

/** Reads a value that is not blank. Returns undefined if the value has the wrong type or form. */
type ScalarReader = (value: Json, field: Field, options: ReadOptions) => Json | InvalidValue | undefined;

/** Checks the values of one kind of field and turns them into the form in which they are stored. */
interface FieldType {
	/** The field holds a list, so its empty value is an empty list. */
	isList: boolean;
	/** Returns the value as it is stored, or why it is not accepted. A blank value empties the field. */
	read: (value: Json, field: Field, options: ReadOptions) => Json | InvalidValue;
}

export const fieldTypes: Record<FieldKind, FieldType> = {
	int: makeScalarType(toInt),
	ints: makeListType(toInt),
	flag: makeScalarType(toFlag),
	choice: makeScalarType(readChoice),
	string: makeScalarType(readText),
	scalar: makeScalarType(readTextOrNumber),
	strings: makeListType(toText, { skipsBlanks: true }),
	phones: makeListType(toPhone, { skipsBlanks: true }),
	money: makeScalarType(readMoney),
	date: makeScalarType(readDay),
	moment: makeScalarType(readStoredMoment),
	clock: makeScalarType(readTime),
	raw: makeScalarType((value) => value),
};

export function isBlank(value: Json | undefined): boolean {
	if (value === undefined || value === null) return true;
	if (typeof value === 'string') return value.trim() === '';
	return isList(value) && value.length === 0;
}

export function invalidMessage(label: string): string {
	return `Неверный формат значения «${label}».`;
}

export function requiredMessage(label: string): string {
	return `Необходимо заполнить «${label}».`;
}

/** Makes the type of a field with a single value. A blank value is stored as null. */
function makeScalarType(readValue: ScalarReader): FieldType {
	return {
		isList: false,
		read: (value, field, options) => {
			if (isBlank(value)) return null;
			return readValue(value, field, options) ?? new InvalidValue(invalidMessage(field.label));
		},
	};
}

/**
 * Makes the type of a field with a list of values. A call may send a single value in place of a list.
 *
 * @param readItem returns undefined for an item that it cannot read
 */
function makeListType(
	readItem: (item: Json) => Json | undefined,
	{ skipsBlanks } = { skipsBlanks: false },
): FieldType {
	return {
		isList: true,
		read: (value, field) => {
			if (isBlank(value)) return [];

			const sentItems = isList(value) ? value : [value];
			const storedItems: Json[] = [];
			for (const sentItem of sentItems) {
				if (skipsBlanks && isBlank(sentItem)) continue;
				const storedItem = readItem(sentItem);
				if (storedItem === undefined) return new InvalidValue(invalidMessage(field.label));
				storedItems.push(storedItem);
			}
			return storedItems;
		},
	};
}

function readChoice(value: Json, { values = [] }: Field): Json | undefined {
	const choice = toInt(value) ?? value;
	const isText = typeof choice === 'string';
	const isNumber = typeof choice === 'number';
	return (isText || isNumber) && values.includes(choice) ? choice : undefined;
}

function readText(value: Json, { max, label }: Field): Json | InvalidValue | undefined {
	const text = toText(value);
	if (text === undefined || max === undefined) return text;

	const characterCount = [...text].length;
	if (characterCount <= max) return text;
	return new InvalidValue(`Значение «${label}» должно содержать максимум ${max} символов.`);
}

function readTextOrNumber(value: Json): Json | undefined {
	return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Reads an amount as AlfaCRM stores it, with two decimals: "575.00". */
function readMoney(value: Json): Json | undefined {
	return toNumber(value)?.toFixed(2);
}

/** Reads a date in the style of the field and returns it in the form in which the field is stored. */
function readDay(value: Json, field: Field, options: ReadOptions): Json | InvalidValue | undefined {
	if (typeof value !== 'string') return undefined;

	const style = options.style ?? field.style ?? 'dotted';
	const day = readDate(value, style);
	if (day === undefined) {
		const isIsoDate = style === 'dotted' && looksIso(value);
		return new InvalidValue(invalidMessage(field.label), isIsoDate);
	}
	return field.stored === 'iso' ? day : toDotted(day);
}

function readStoredMoment(value: Json): Json | undefined {
	return typeof value === 'string' ? readMoment(value) : undefined;
}

/** Reads a time of day. An update may send the whole moment, as answers show it. */
function readTime(value: Json, _field: Field, { isUpdate }: ReadOptions): Json | undefined {
	if (typeof value !== 'string') return undefined;

	const moment = isUpdate ? readMoment(value) : undefined;
	return moment === undefined ? readClock(value) : clockOf(moment);
}

function toText(value: Json): string | undefined {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function toPhone(value: Json): string | undefined {
	const text = toText(value);
	return text === undefined ? undefined : formatPhone(text);
}

/** Formats a phone with the 11 digits of a Russian number as +7(XXX)XXX-XX-XX, and keeps any other as it is. */
function formatPhone(phone: string): string {
	const digits = phone.replace(/\D/g, '');
	const parts = /^[78](\d{3})(\d{3})(\d\d)(\d\d)$/.exec(digits);
	if (!parts) return phone.trim();

	const [, areaCode, firstPart, secondPart, thirdPart] = parts;
	return `+7(${areaCode})${firstPart}-${secondPart}-${thirdPart}`;
}
