import { formatDay, readFlag } from '../values/formats';
import { isEmpty } from './blank';
import { normalizeIdentifier, normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { singleParts } from './kind';
import { haveEqualItems } from './lists';
import { isUnfilled } from './unreadable';
import { normalizeAppearance, isWritable, readText, makeTextFilters } from './text';
import type { Field, OfType, ApiValue } from '../entities/fieldTypes';

/**
 * The kind of a custom field: a field that a school has added to customers, lessons or payments.
 * AlfaCRM tells only its name, not its type (API notes 9). So each value is judged by what it looks
 * like: a text, a number, a flag, a day, or a list of them.
 */

const NAME = /^custom_\w+$/;

/** Tells whether a name can be that of a custom field. */
export const isCustom = (name: string): boolean => NAME.test(name);

/** Makes the declaration of a custom field. Its name is its label. */
export const customField = (name: string): Field => ({ type: 'custom', name, label: name });

/** Accepts a text that is a day: 2026-02-28, 28.2.2026. */
const DAY = /^(\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})$/;

/**
 * Accepts what spreadsheets and people write in place of a missing value: "нет", n/a, 0. Many
 * records have it in common.
 */
const MISSING = /^(?:нет|no|none|n\/?a|б\/?н|#[^1-9]*|0+)$/i;

/** The time zone where only days are compared, which are the same in any zone. */
const ANY_ZONE = 'UTC';

/** Reads a value or a list of values. Returns undefined if one of them cannot be read. */
function readValue(value: unknown, zone: string): ApiValue | undefined {
	if (!Array.isArray(value)) return readItem(value, zone);

	const filledItems = value.filter((item) => !isEmpty(item));
	const items = filledItems.map((item) => readItem(item, zone));
	return items.includes(undefined) ? undefined : (items as ApiValue);
}

/** Reads a text, a number, a flag (as 1 or 0) or a day (as `dd.mm.yyyy`). */
function readItem(value: unknown, zone: string): string | number | undefined {
	if (typeof value === 'boolean') return readFlag(value);
	// Adding 0 turns -0 into 0.
	if (typeof value === 'number') return isWritable(value) ? value + 0 : undefined;
	// Anything else may be a day: a Date, or a DateTime of n8n.
	return typeof value === 'string' ? readText(value) : formatDay(value, 'dotted', zone);
}

/**
 * Normalizes a text for a comparison. Each of the three comparisons of custom fields has its own.
 */
type NormalizeText = (text: string) => string;

/**
 * Makes the text by which a value is compared: a day as `yyyy-mm-dd`, a flag as 0 or 1, anything
 * else as a text. Returns undefined if the value cannot be read.
 */
function makeComparableText(
	value: unknown,
	zone: string,
	normalize: NormalizeText,
): string | undefined {
	if (typeof value === 'boolean') return String(readFlag(value));
	if (typeof value === 'string' && DAY.test(value.trim())) {
		// A text such as 31.02.2026 looks like a day and is none, so it is compared as a text.
		return formatDay(value, 'iso', zone) ?? normalize(value);
	}

	const text = readText(value);
	return text === undefined ? formatDay(value, 'iso', zone) : normalize(text);
}

/** Makes the forms of a value, or of each value of a list. */
function makeComparableTexts(
	value: unknown,
	zone: string,
	normalize: NormalizeText,
): Array<string | undefined> {
	const items = Array.isArray(value) ? value.filter((item) => !isEmpty(item)) : [value];
	return items.map((item) => makeComparableText(item, zone, normalize));
}

/**
 * Makes the bodies with which the index finds a value in every spelling in which it may be stored.
 * A day may be stored in two formats.
 */
function makeFilters(name: string, item: ApiValue): Array<Record<string, ApiValue>> {
	const isLikeDay = typeof item === 'string' && DAY.test(item);
	if (!isLikeDay) return makeTextFilters(name, item);

	const days = [formatDay(item, 'iso', ANY_ZONE), formatDay(item, 'dotted', ANY_ZONE)];
	return days.includes(undefined)
		? makeTextFilters(name, item)
		: days.map((day) => ({ [name]: day }));
}

/**
 * Makes a function that tells whether two values, or two lists of values, are equal. Lists may be
 * in any order. A value that cannot be read equals nothing.
 */
const makeComparison =
	(normalize: NormalizeText): FieldKind<OfType<'custom'>>['isSame'] =>
	(_field, value, otherValue, zone) => {
		const forms = makeComparableTexts(value, zone, normalize);
		const otherForms = makeComparableTexts(otherValue, zone, normalize);
		if ([...forms, ...otherForms].includes(undefined)) return false;

		return haveEqualItems(forms, otherForms, (form, otherForm) => form === otherForm);
	};

/** Tells whether two values, or two lists of values, have a value in common. */
function haveCommonValue(
	storedValue: unknown,
	matchValue: unknown,
	normalize: NormalizeText,
): boolean {
	const storedForms = makeComparableTexts(storedValue, ANY_ZONE, normalize);
	const matchForms = makeComparableTexts(matchValue, ANY_ZONE, normalize);
	return storedForms.some((form) => form !== undefined && matchForms.includes(form));
}

export const custom: FieldKind<OfType<'custom'>> = {
	...singleParts,
	isBlank: (_field, value) => Array.isArray(value) && value.every(isEmpty),
	expected: () => 'a text, a number, yes or no, a date, or a list of those',
	serialize: (_field, item, zone) => readValue(item, zone),
	makeNormalForms(_field, item, zone) {
		const forms = makeComparableTexts(item, zone, normalizeText).filter(
			(form) => form !== undefined,
		);
		return forms.filter((form) => !isUnfilled(form) && !MISSING.test(form));
	},
	// Custom fields hold IDs of other programs, in which capital letters make a difference.
	isSame: makeComparison(normalizeIdentifier),
	identifiesSameRecord: (_field, storedValue, matchValue) =>
		haveCommonValue(storedValue, matchValue, normalizeIdentifier),
	explainSimilarity(_field, storedValue, matchValue) {
		const isEqualIfLowercase = haveCommonValue(storedValue, matchValue, normalizeText);
		const isEqual = haveCommonValue(storedValue, matchValue, normalizeIdentifier);
		return isEqualIfLowercase && !isEqual ? 'they differ in capital letters only' : undefined;
	},
	isStored: makeComparison(normalizeAppearance),
	makeSearchFilters: (_field, name, item) => makeFilters(name, item),
	clearedValue: '',
};
