import { RECORD_STATUS } from '../../support/codes';
import { readDay } from './days';
import type { FieldDescription, FieldType, Meaning } from './meaning';
import { EMPTY, EMPTY_OR_REFUSED, allowRefusal, makeMeaning, makeRefusableMeaning, REFUSED } from './meaning';
import {
	findOnlyItem,
	flatten,
	hasExponent,
	isBrokenNumber,
	isEmptyForAnyField,
	isListOfBlanks,
	isMoment,
	isObject,
	isPicker,
	isUnclosedList,
	listItems,
} from './valueShapes';

/**
 * Decides what a value means for a field, by the rules that the README and the docs promise. It is a second
 * opinion, so it shares no code with the node.
 */
export function interpretForField(field: FieldDescription, value: unknown): Meaning {
	const meaning = isEmptyForAnyField(value) ? EMPTY : MEANING_BY_TYPE[field.type](value, field);
	if (meaning.mayBeEmpty && isProtection(field)) return allowRefusal(meaning);
	return interpretArchiveFilter(field, meaning);
}

const MEANING_BY_TYPE: Readonly<Record<FieldType, (value: unknown, field: FieldDescription) => Meaning>> = {
	text: interpretAsShortText,
	longText: interpretAsShortText,
	texts: interpretAsTexts,
	links: interpretAsTexts,
	emails: interpretAsTexts,
	phones: interpretAsTexts,
	// The tests of filters show that several addresses are refused.
	emailPart: (value) => allowRefusal(interpretAsText(value)),
	// Some digits are enough. The tests of filters show which phones they find.
	phonePart: () => ({ mayBeRefused: true, mayBeEmpty: true, mayBeAnything: true }),
	integer: interpretAsInteger,
	number: interpretAsAmount,
	id: interpretAsRecord,
	reference: interpretAsRecord,
	record: interpretAsRecord,
	owner: interpretAsRecord,
	ids: interpretAsRecords,
	records: interpretAsRecords,
	references: interpretAsRecords,
	flag: interpretAsFlag,
	boolean: interpretAsFlag,
	date: interpretAsDate,
	time: interpretAsTime,
	choice: interpretAsChoice,
	choices: interpretAsChoices,
	rows: interpretAsRows,
	custom: interpretAsCustomField,
	slug: interpretAsSlug,
};

/**
 * Tells whether a field protects something. The node may refuse an empty value there, because a faulty
 * expression must not remove the protection.
 */
function isProtection({ name, type }: FieldDescription): boolean {
	const isLessonStatuses = name === 'status' && type === 'choices';
	return isLessonStatuses || ['onlyForNew', 'searchBranches', 'callBranch'].includes(name);
}

/**
 * Adapts the meaning of the filter for archived records. AlfaCRM lists active records by itself, so the node
 * may leave the filter out.
 */
function interpretArchiveFilter({ name }: FieldDescription, meaning: Meaning): Meaning {
	const isArchiveFilter = name === 'removed' || name === 'dead';
	const status = meaning.readings?.[0];
	if (!isArchiveFilter || status === undefined) return meaning;
	if (status === RECORD_STATUS.active) return { ...meaning, mayBeAnything: true };

	// `dead` is a flag in the call: yes for archived records only, no for all.
	return name === 'dead' ? { ...meaning, readings: [status === RECORD_STATUS.archived] } : meaning;
}

// ---------------------------------------------------------------- texts

/** Decides what a value means as a text that may have a greatest length. */
function interpretAsShortText(value: unknown, { longest = Infinity }: FieldDescription): Meaning {
	const meaning = interpretAsText(value);
	const isTooLong = meaning.readings?.some((text) => [...String(text)].length > longest);
	return isTooLong ? REFUSED : meaning;
}

/** Decides what a value means as one text: 12 means "12", and [1, 2] means "1, 2" if the node does not refuse it. */
function interpretAsText(value: unknown): Meaning {
	if (typeof value === 'string') return makeMeaning(value.trim());
	if (isBrokenNumber(value) || hasExponent(value)) return REFUSED;
	if (typeof value === 'number') return makeMeaning(String(value));
	if (typeof value === 'boolean') return makeRefusableMeaning(String(value));
	if (isMoment(value)) return { mayBeRefused: true, mayBeAnything: true };
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	if (!Array.isArray(value)) return REFUSED;

	const items = flatten(value);
	return { mayBeRefused: true, readings: [items.join(', '), items.join(',')] };
}

/** Decides what a value means as a list of texts, such as emails: "a@example.org, b@example.org" means two. */
function interpretAsTexts(value: unknown, field: FieldDescription): Meaning {
	const isPhoneField = field.type === 'phones' || (field.type === 'texts' && field.isPhone === true);
	// Commas belong to an address.
	const items = listItems(value, field.name === 'addr' ? undefined : /[,;\n]/);
	if (value === ',' || value === ', ') return EMPTY;
	if (items.some((item) => isMoment(item) || typeof item === 'boolean')) {
		return { mayBeRefused: true, mayBeAnything: true };
	}
	if (items.some((item) => isObject(item) || isBrokenNumber(item) || hasExponent(item))) return REFUSED;
	if (isPhoneField) return interpretAsPhones(value, items);

	const texts = items.map((item) => String(item).trim());
	return texts.length === 0 ? EMPTY : makeMeaning(texts);
}

/**
 * Decides what a value means as a list of phones. Words such as "мама" are kept. Empty masks such as
 * "+7 (___) ___-__-__" and bare country codes are left out.
 */
function interpretAsPhones(value: unknown, items: readonly unknown[]): Meaning {
	if (items.some((item) => typeof item === 'number' && !Number.isInteger(item))) return REFUSED;

	const phones = items.map((item) => String(item).trim()).filter(mayBePhone);
	if (phones.length === 0) return EMPTY;

	// Commas may stand between the words of one entry, so a text without a number may also be read as a whole.
	const hasNoNumber = phones.every((phone) => countDigits(phone) < DIGITS_OF_SHORTEST_PHONE);
	if (typeof value === 'string' && hasNoNumber) return { readings: [phones, [value.trim()]] };
	return makeMeaning(phones);
}

/** Decides what a phone means as a match value. A text without a phone number finds nobody, so it is refused. */
export function interpretAsPhoneToMatch(field: FieldDescription, value: unknown): Meaning {
	const meaning = interpretForField(field, value);
	const texts = (meaning.readings ?? []).flat().map(String);
	const phones = texts.filter((text) => countDigits(text) >= DIGITS_OF_SHORTEST_PHONE);
	if (meaning.mayBeEmpty || meaning.mayBeAnything || phones.length === 0) return REFUSED;

	const hasLetters = phones.some((phone) => /\p{L}/u.test(phone));
	return hasLetters ? makeRefusableMeaning(phones) : { ...meaning, readings: [phones] };
}

const DIGITS_OF_SHORTEST_PHONE = 5;
const COUNTRY_CODES = ['7', '8', '375', '380', '77'];

/**
 * Tells whether a text is a phone or a word, which the node keeps, and not a mask or country code that a form
 * left behind.
 */
function mayBePhone(text: string): boolean {
	const hasLetters = /\p{L}/u.test(text);
	const isCountryCode = COUNTRY_CODES.includes(text.replace(/\D/g, ''));
	return hasLetters || (countDigits(text) >= DIGITS_OF_SHORTEST_PHONE && !isCountryCode);
}

function countDigits(text: string): number {
	return text.replace(/\D/g, '').length;
}

// ---------------------------------------------------------------- numbers

type Bounds = Pick<FieldDescription, 'min' | 'max' | 'nonZero'>;

/** Decides what a value means as a whole number. */
function interpretAsInteger(value: unknown, bounds: Bounds): Meaning {
	return interpretAsNumber(value, bounds, (item) => {
		const number = readPlainNumber(item);
		return Number.isInteger(number) ? number : undefined;
	});
}

/** Decides what a value means as an amount of money, which has two decimals. */
function interpretAsAmount(value: unknown, bounds: Bounds): Meaning {
	return interpretAsNumber(value, bounds, (item) => {
		const number = readPlainNumber(writeAmountPlainly(item));
		return number === undefined ? undefined : Math.round(number * 100) / 100;
	});
}

/**
 * Decides what a value means as a number within bounds. `readNumber` says which texts are numbers: "1 290,90" is
 * an amount, but no whole number. The node may refuse a list with one number.
 */
function interpretAsNumber(
	value: unknown,
	{ min = -Infinity, max = Infinity, nonZero }: Bounds,
	readNumber: (item: unknown) => number | undefined,
): Meaning {
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;

	const number = readNumber(Array.isArray(value) ? findOnlyItem(value) : value);
	const isOutOfBounds = number !== undefined && (number < min || number > max);
	if (number === undefined || isOutOfBounds || (nonZero && number === 0)) return REFUSED;
	return Array.isArray(value) ? makeRefusableMeaning(number) : makeMeaning(number);
}

const LARGEST_NUMBER = 1e12;

/** Reads a number, or a text of nothing but a number. Returns undefined for anything else. */
function readPlainNumber(value: unknown): number | undefined {
	const isNumberAsText = typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value);
	const number = isNumberAsText ? Number(value) : value;
	if (typeof number !== 'number') return undefined;
	return Math.abs(number) <= LARGEST_NUMBER ? number : undefined;
}

/** Rewrites "1 290,90", as people write an amount, as "1290.90". Other values stay as they are. */
function writeAmountPlainly(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	const isWrittenByPeople = /^\d{1,3}( \d{3})+(,\d{1,2})?$|^\d+,\d{1,2}$/.test(value.trim());
	return isWrittenByPeople ? value.replace(/ /g, '').replace(',', '.') : value;
}

// ---------------------------------------------------------------- records

/** Decides what a value means as a record: an ID, a picker, or the address of a record. */
function interpretAsRecord(value: unknown): Meaning {
	if (isPicker(value)) return interpretAsPicker(value);
	if (value === '[]' || value === ',') return EMPTY_OR_REFUSED;
	if (typeof value === 'string' && readIdInAddress(value) !== undefined) {
		return makeRefusableMeaning(readIdInAddress(value));
	}
	if (isObject(value) && 'value' in value) return allowRefusal(interpretAsRecord(value.value));
	if (isObject(value)) return Object.keys(value).length === 0 ? EMPTY_OR_REFUSED : REFUSED;
	return interpretAsInteger(value, { min: 1 });
}

/** Decides what a picker means: an ID, or the address of a record. */
function interpretAsPicker(picker: { mode: string; value: unknown }): Meaning {
	if (picker.mode !== 'url') return interpretAsRecord(picker.value ?? 'none');
	const id = readIdInAddress(String(picker.value));
	// The node refuses the address of a record of another kind.
	return id === undefined ? REFUSED : makeRefusableMeaning(id);
}

/** Reads the ID in the address of a record in AlfaCRM. */
function readIdInAddress(address: string): number | undefined {
	const id = /[?&]id=(\d+)/.exec(address)?.[1];
	return id === undefined ? undefined : Number(id);
}

/** Decides what a value means as a list of records. */
function interpretAsRecords(value: unknown): Meaning {
	if (isUnclosedList(value)) return REFUSED;
	if (isObject(value)) {
		const { readings = [] } = interpretAsRecord(value);
		return readings.length > 0 ? makeRefusableMeaning(readings) : REFUSED;
	}
	return interpretAsList(value, interpretAsRecord);
}

/**
 * Decides what a value means as a list. `interpretItem` decides it for each item: "1,2" means [1, 2]. If the node
 * refuses an item, it refuses the list.
 */
function interpretAsList(value: unknown, interpretItem: (item: unknown) => Meaning): Meaning {
	const items = listItems(value, /[,;]/);
	if (items.length === 0) return EMPTY;

	const meanings = items.map(interpretItem);
	if (meanings.some(({ readings }) => readings === undefined)) return REFUSED;

	const reading = meanings.map(({ readings }) => readings?.[0]);
	const mayBeRefused = meanings.some((meaning) => meaning.mayBeRefused);
	return mayBeRefused ? makeRefusableMeaning(reading) : makeMeaning(reading);
}

/** Decides what a value means as the rows of a table. None of the hostile values is a good row. */
function interpretAsRows(value: unknown): Meaning {
	if (value === '[]') return EMPTY;
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	const isEmptyTable = isObject(value) && (Object.keys(value).length === 0 || 'values' in value);
	return isEmptyTable ? EMPTY : REFUSED;
}

// ---------------------------------------------------------------- flags, days and times

/** Decides what a value means as yes or no. */
function interpretAsFlag(value: unknown): Meaning {
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	const flag = readFlag(value);
	return flag === undefined ? REFUSED : makeMeaning(flag);
}

/** Reads yes and no as programs write them. Returns undefined for anything else. */
export function readFlag(value: unknown): 0 | 1 | undefined {
	if ([true, 1, 'true', '1'].includes(value as string)) return 1;
	if ([false, 0, 'false', '0'].includes(value as string)) return 0;
	return undefined;
}

/** Decides what a value means as a day. */
function interpretAsDate(value: unknown): Meaning {
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	const day = readDay(value, 'Europe/Moscow');
	return day === undefined ? REFUSED : makeMeaning(day);
}

const CLOCK_TIME = /^\s*(?<hours>[01]?\d|2[0-3]):(?<minutes>[0-5]\d)(?::[0-5]\d)?\s*$/;

/** Decides what a value means as a time of the day: "9:05" means "09:05". The rules do not say what a moment means there. */
function interpretAsTime(value: unknown): Meaning {
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	if (Array.isArray(value)) return REFUSED;
	if (isMoment(value) || /^\d{4}-.*T/.test(String(value))) {
		return { mayBeRefused: true, mayBeAnything: true };
	}
	const time = CLOCK_TIME.exec(String(value))?.groups;
	return time === undefined ? REFUSED : makeMeaning(`${time.hours.padStart(2, '0')}:${time.minutes}`);
}

// ---------------------------------------------------------------- choices

/** Decides what a value means as one of the choices of a field. */
function interpretAsChoice(value: unknown, { choices = [] }: FieldDescription): Meaning {
	const findChoice = (text: unknown) =>
		choices.find((choice) => String(choice.value) === String(text).trim())?.value;

	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	if (typeof value === 'string' || typeof value === 'number') {
		const choice = findChoice(value);
		if (choice === undefined) return REFUSED;
		// The node may refuse a choice with spaces around it.
		return String(choice) === String(value) ? makeMeaning(choice) : makeRefusableMeaning(choice);
	}
	const choice = findChoice(typeof value === 'boolean' ? Number(value) : findOnlyItem(value));
	return choice === undefined ? REFUSED : makeRefusableMeaning(choice);
}

/** Decides what a value means as several choices of a field. */
function interpretAsChoices(value: unknown, field: FieldDescription): Meaning {
	if (isObject(value) || isUnclosedList(value)) return REFUSED;
	return interpretAsList(value, (item) => interpretAsChoice(item, field));
}

// ---------------------------------------------------------------- custom fields and addresses

/**
 * Decides what a value means for a custom field. The node does not know its type, so it takes whatever can be
 * written.
 */
function interpretAsCustomField(value: unknown): Meaning {
	if (isMoment(value)) return interpretAsDate(value);
	if (isListOfBlanks(value)) return EMPTY_OR_REFUSED;
	if (isObject(value) || isBrokenNumber(value) || hasExponent(value)) return REFUSED;
	if (Array.isArray(value)) {
		const items = flatten(value);
		return items.some(isObject) ? REFUSED : makeRefusableMeaning(items);
	}
	return makeMeaning(typeof value === 'string' ? value.trim() : value);
}

/** Decides what a value means as a part of an address of the API, such as "lead-status". */
function interpretAsSlug(value: unknown): Meaning {
	const isSlug = typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value.trim());
	return isSlug ? makeMeaning(value.trim()) : REFUSED;
}
