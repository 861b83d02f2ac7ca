import { clockOf, looksIso, readClock, readDate, readMoment, toDotted, type DateStyle } from '../model/dates';
import type { Field } from '../model/entity';
import { isList, toFlag, toInt, toNumber, type Json } from '../model/json';

/** The message about a value that was refused. */
export class Refusal {
	constructor(
		readonly message: string,
		/** The value is an ISO date where a dotted one is wanted. */
		readonly isIsoDate = false,
	) {}
}

export const isBlank = (value: Json | undefined): boolean =>
	value === undefined ||
	value === null ||
	(typeof value === 'string' && value.trim() === '') ||
	(isList(value) && value.length === 0);

export const wrongValue = (label: string): string => `Неверный формат значения «${label}».`;
export const missing = (label: string): string => `Необходимо заполнить «${label}».`;
const wrongFormat = (label: string): Refusal => new Refusal(wrongValue(label));

/** Phones with the 11 digits of a Russian number are stored in one form, others as they came. */
export function formatPhone(phone: string): string {
	const digits = phone.replace(/\D/g, '');
	const parts = /^[78](\d{3})(\d{3})(\d\d)(\d\d)$/.exec(digits);
	return parts ? `+7(${parts[1]})${parts[2]}-${parts[3]}-${parts[4]}` : phone.trim();
}

/**
 * The value as it is stored, or why it is not accepted. Blank values are emptied fields.
 * @param style date format wanted instead of the field's own
 * @param isUpdate times of day may come back as the moments that answers show
 */
export function readValue(field: Field, value: Json, style?: DateStyle, isUpdate = false): Json | Refusal {
	if (field.kind === 'clock' && isUpdate && typeof value === 'string') {
		const moment = readMoment(value);
		if (moment !== undefined) return clockOf(moment);
	}
	const asList = isList(value) ? value : [value];
	switch (field.kind) {
		case 'ints':
			if (isBlank(value)) return [];
			return each(field, asList, toInt);
		case 'strings':
			return each(
				field,
				asList.filter((item) => !isBlank(item)),
				toText,
			);
		case 'phones':
			return each(
				field,
				asList.filter((item) => !isBlank(item)),
				(item) => {
					const text = toText(item);
					return text === undefined ? undefined : formatPhone(text);
				},
			);
		default:
			return isBlank(value) ? null : readScalar(field, value, style);
	}
}

function each(field: Field, items: readonly Json[], read: (item: Json) => Json | undefined): Json | Refusal {
	const values: Json[] = [];
	for (const item of items) {
		const value = read(item);
		if (value === undefined) return wrongFormat(field.label);
		values.push(value);
	}
	return values;
}

function readScalar(field: Field, value: Json, style: DateStyle | undefined): Json | Refusal {
	switch (field.kind) {
		case 'int':
			return toInt(value) ?? wrongFormat(field.label);
		case 'flag':
			return toFlag(value) ?? wrongFormat(field.label);
		case 'choice': {
			const choice = toInt(value) ?? (typeof value === 'string' ? value : undefined);
			const isKnown = choice !== undefined && (field.values ?? []).includes(choice);
			return isKnown ? choice : wrongFormat(field.label);
		}
		case 'money':
			return toNumber(value)?.toFixed(2) ?? wrongFormat(field.label);
		case 'scalar':
			return typeof value === 'string' || typeof value === 'number' ? value : wrongFormat(field.label);
		case 'moment':
			return (typeof value === 'string' ? readMoment(value) : undefined) ?? wrongFormat(field.label);
		case 'clock':
			return (typeof value === 'string' ? readClock(value) : undefined) ?? wrongFormat(field.label);
		case 'date':
			return readDay(field, value, style);
		case 'raw':
			return value;
		default:
			return readText(field, value);
	}
}

function readDay(field: Field, value: Json, asked: DateStyle | undefined): Json | Refusal {
	if (typeof value !== 'string') return wrongFormat(field.label);
	const style = asked ?? field.style ?? 'dotted';
	const day = readDate(value, style);
	if (day !== undefined) return field.stored === 'iso' ? day : toDotted(day);
	const refusal = wrongFormat(field.label);
	return style === 'dotted' && looksIso(value) ? new Refusal(refusal.message, true) : refusal;
}

function toText(value: Json): string | undefined {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function readText(field: Field, value: Json): Json | Refusal {
	const text = toText(value);
	if (text === undefined) return wrongFormat(field.label);
	if (field.max !== undefined && [...text].length > field.max) {
		return new Refusal(`Значение «${field.label}» должно содержать максимум ${field.max} символов.`);
	}
	return text;
}
