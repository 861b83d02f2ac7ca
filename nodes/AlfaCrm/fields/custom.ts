import { formatDay, readFlag } from '../values/formats';
import { isEmpty } from './blank';
import { normalizeIdentifier, normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { formOrNone, singleParts } from './kind';
import { isUnfilled } from './unreadable';
import { normalizeAppearance, isWritable, readText, makeTextFilters } from './text';
import type { Field, OfType, Wire } from '../entities/fieldTypes';

const NAME = /^custom_\w+$/;

/** Tells whether a name can be that of a custom field. */
export const isCustom = (name: string): boolean => NAME.test(name);

/**
 * Makes the description of a custom field. AlfaCRM tells only its name, not its type. API notes 9.
 */
export const customField = (name: string): Field => ({ type: 'custom', name, label: name });

/** Accepts a day in a text: 2026-02-28, 28.2.2026. */
const A_DAY = /^(\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})$/;

/**
 * Accepts what spreadsheets and people write in place of a missing value: "нет", n/a, 0. Many
 * records have it in common.
 */
const MISSING = /^(?:нет|no|none|n\/?a|б\/?н|#[^1-9]*|0+)$/i;

/** A day has no time zone. */
const ANY_ZONE = 'UTC';

/** Reads a text, a number, a flag, a day, or a list of those. */
function readValue(value: unknown, zone: string): Wire | undefined {
	if (Array.isArray(value)) {
		const items = value.filter((item) => !isEmpty(item)).map((item) => readItem(item, zone));
		return items.includes(undefined) ? undefined : (items as Wire);
	}
	return readItem(value, zone);
}

function readItem(value: unknown, zone: string): string | number | undefined {
	if (typeof value === 'boolean') return readFlag(value);
	// Adding 0 turns -0 into 0.
	if (typeof value === 'number') return isWritable(value) ? value + 0 : undefined;
	return typeof value === 'string' ? readText(value) : formatDay(value, 'dotted', zone);
}

/**
 * Returns the form by which a value is compared. The type is not known: a text that looks like a
 * day is a day, and a flag is 0 or 1.
 */
function makeForm(value: unknown, zone: string, textOf = normalizeText): string | undefined {
	if (typeof value === 'boolean') return String(readFlag(value));
	if (typeof value === 'string' && A_DAY.test(value.trim())) {
		return formatDay(value, 'iso', zone) ?? textOf(value);
	}

	const text = readText(value);
	return text === undefined ? formatDay(value, 'iso', zone) : textOf(text);
}

function makeForms(
	value: unknown,
	zone: string,
	textOf = normalizeText,
): Array<string | undefined> {
	const items = Array.isArray(value) ? value.filter((item) => !isEmpty(item)) : [value];
	return items.map((item) => makeForm(item, zone, textOf));
}

/**
 * Returns filters for each way in which a value may be stored: a day may be written in two formats.
 */
function makeFilters(name: string, item: Wire): Array<Record<string, Wire>> {
	if (typeof item !== 'string' || !A_DAY.test(item)) return makeTextFilters(name, item);
	const days = (['iso', 'dotted'] as const).map((format) => formatDay(item, format, ANY_ZONE));
	return days.includes(undefined)
		? makeTextFilters(name, item)
		: days.map((day) => ({ [name]: day }));
}

/**
 * Makes a function that tells whether two values, or two lists of values, are equal.
 *
 * @param textOf the form by which texts are compared
 */
const makeComparison =
	(textOf: (text: string) => string) =>
	(_field: unknown, value: unknown, otherValue: unknown, zone: string): boolean => {
		const forms = makeForms(value, zone, textOf);
		const otherForms = makeForms(otherValue, zone, textOf);
		if ([...forms, ...otherForms].includes(undefined)) return false;

		return (
			forms.every((form) => otherForms.includes(form)) &&
			otherForms.every((form) => forms.includes(form))
		);
	};

/** Tells whether two values, or two lists of values, have a value in common. */
function shareForm(
	storedValue: unknown,
	matchValue: unknown,
	textOf: (text: string) => string,
): boolean {
	const forms = makeForms(matchValue, ANY_ZONE, textOf);
	return makeForms(storedValue, ANY_ZONE, textOf).some(
		(form) => form !== undefined && forms.includes(form),
	);
}

export const custom: FieldKind<OfType<'custom'>> = {
	...singleParts,
	isBlank: (_field, value) => Array.isArray(value) && value.every(isEmpty),
	expected: () => 'a text, a number, yes or no, a date, or a list of those',
	serialize: (_field, item, zone) => readValue(item, zone),
	makeNormalForms: (_field, item, zone) =>
		makeForms(item, zone)
			.flatMap(formOrNone)
			.filter((form) => !isUnfilled(form) && !MISSING.test(form)),
	isSame: makeComparison(normalizeIdentifier),
	isSameKey: (_field, storedValue, matchValue) =>
		shareForm(storedValue, matchValue, normalizeIdentifier),
	explainSimilarity(_field, storedValue, matchValue) {
		const isEqualIfLowercase = shareForm(storedValue, matchValue, normalizeText);
		const isEqual = shareForm(storedValue, matchValue, normalizeIdentifier);
		return isEqualIfLowercase && !isEqual ? 'they differ in capital letters only' : undefined;
	},
	isStored: makeComparison(normalizeAppearance),
	makeSearchFilters: (_field, name, item) => makeFilters(name, item),
	clearedValue: '',
};
