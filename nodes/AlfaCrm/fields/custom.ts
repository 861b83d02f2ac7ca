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
 * AlfaCRM shows the name of a custom field, but not its type (docs/alfacrm-api.md 9). So the look
 * of each value decides how it is read: as a text, a number, a flag, a day, or a list of such
 * values.
 */

/** Accepts the name of a custom field: custom_city. Rejects custom_. */
const NAME = /^custom_\w+$/;

/** Tells whether a name can be that of a custom field. */
export const isCustom = (name: string): boolean => NAME.test(name);

/** Makes the declaration of a custom field. Its name is its label. */
export const customField = (name: string): Field => ({ type: 'custom', name, label: name });

/**
 * Accepts a text that looks like a day: 2026-02-28, 28.2.2026. Rejects 28.2 and 2026-02-28 17:00.
 */
const LOOKS_LIKE_DAY = /^(\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})$/;

/**
 * Accepts what spreadsheets and people write in place of a missing value: "нет", n/a, #N/A, 0.
 * These identify no record, because many records have them. Rejects "#17" and "10".
 */
const WORD_FOR_MISSING_VALUE = /^(?:нет|no|none|n\/?a|б\/?н|#[^1-9]*|0+)$/i;

/** Any zone will do where days are compared, because no time zone changes a day without a time. */
const ANY_ZONE = 'UTC';

/** Reads a value, or each value of a list. Returns undefined if one of them cannot be read. */
function readValue(value: unknown, zone: string): ApiValue | undefined {
	if (!Array.isArray(value)) return readItem(value, zone);

	const filledItems = value.filter((item) => !isEmpty(item));
	const apiValues = filledItems.map((item) => readItem(item, zone));
	const hasUnreadableItem = apiValues.includes(undefined);
	// The cast is needed because TypeScript does not see that no item is undefined.
	return hasUnreadableItem ? undefined : (apiValues as ApiValue);
}

/** Reads a text, a number, a flag (as 1 or 0) or a day (as `dd.mm.yyyy`). */
function readItem(value: unknown, zone: string): string | number | undefined {
	if (typeof value === 'boolean') return readFlag(value);
	if (typeof value === 'string') return readText(value);
	// Adding 0 turns -0 into 0.
	if (typeof value === 'number') return isWritable(value) ? value + 0 : undefined;

	// Anything else may be a day: a Date, or a DateTime of n8n.
	return formatDay(value, 'dotted', zone);
}

/** Tells whether two values of a custom field are equal: see `FieldKind`. */
type IsSame = FieldKind<OfType<'custom'>>['isSame'];

/** Removes the differences between texts that a comparison ignores, such as capital letters. */
type NormalizeText = (text: string) => string;

/**
 * Makes the text by which a single value is compared:
 *
 * - a day as `yyyy-mm-dd`: 28.2.2026 becomes `2026-02-28`
 * - a flag as `1` or `0`
 * - any other value as a normalized text
 *
 * Returns undefined if the value cannot be read.
 */
function makeComparableText(
	value: unknown,
	zone: string,
	normalize: NormalizeText,
): string | undefined {
	if (typeof value === 'boolean') return String(readFlag(value));

	const looksLikeDay = typeof value === 'string' && LOOKS_LIKE_DAY.test(value.trim());
	// 31.02.2026 looks like a day, but there is no such day, so it is compared as a text.
	if (looksLikeDay) return formatDay(value, 'iso', zone) ?? normalize(value);

	const text = readText(value);
	if (text !== undefined) return normalize(text);

	// A value that is not a text may be a Date, or a DateTime of n8n.
	return formatDay(value, 'iso', zone);
}

/** Makes the texts by which a value is compared: one, or one for each value of a list. */
function makeComparableTexts(
	value: unknown,
	zone: string,
	normalize: NormalizeText,
): Array<string | undefined> {
	const items = Array.isArray(value) ? value.filter((item) => !isEmpty(item)) : [value];
	return items.map((item) => makeComparableText(item, zone, normalize));
}

/**
 * Makes the bodies of calls that find a value in every spelling in which AlfaCRM may have stored
 * it. AlfaCRM may have stored a day in two formats, 2026-02-28 and 28.02.2026, so a day needs two
 * calls.
 */
function makeFilters(name: string, item: ApiValue): Array<Record<string, ApiValue>> {
	const looksLikeDay = typeof item === 'string' && LOOKS_LIKE_DAY.test(item);
	if (!looksLikeDay) return makeTextFilters(name, item);

	const isoDay = formatDay(item, 'iso', ANY_ZONE);
	const dottedDay = formatDay(item, 'dotted', ANY_ZONE);
	// 31.02.2026 looks like a day, but there is no such day, so it is searched for as a text.
	if (isoDay === undefined || dottedDay === undefined) return makeTextFilters(name, item);

	return [{ [name]: isoDay }, { [name]: dottedDay }];
}

/**
 * Makes a function that tells whether two values, or two lists of values, are equal. Lists may be
 * in any order. A value that cannot be read equals nothing.
 */
function makeComparison(normalize: NormalizeText): IsSame {
	return (_field, value, otherValue, zone) => {
		const texts = makeComparableTexts(value, zone, normalize);
		const otherTexts = makeComparableTexts(otherValue, zone, normalize);
		const hasUnreadableValue = [...texts, ...otherTexts].includes(undefined);
		if (hasUnreadableValue) return false;

		return haveEqualItems(texts, otherTexts, (text, otherText) => text === otherText);
	};
}

/** Tells whether two values, or two lists of values, have a value in common. */
function haveCommonValue(
	storedValue: unknown,
	matchValue: unknown,
	normalize: NormalizeText,
): boolean {
	const storedTexts = makeComparableTexts(storedValue, ANY_ZONE, normalize);
	const matchTexts = makeComparableTexts(matchValue, ANY_ZONE, normalize);
	return storedTexts.some((text) => text !== undefined && matchTexts.includes(text));
}

export const custom: FieldKind<OfType<'custom'>> = {
	...singleParts,
	isBlank: (_field, value) => Array.isArray(value) && value.every(isEmpty),
	expected: () => 'a text, a number, yes or no, a date, or a list of those',
	serialize: (_field, item, zone) => readValue(item, zone),
	makeNormalForms(_field, item, zone) {
		const texts = makeComparableTexts(item, zone, normalizeText);
		const readableTexts = texts.filter((text) => text !== undefined);
		return readableTexts.filter((text) => !isUnfilled(text) && !WORD_FOR_MISSING_VALUE.test(text));
	},
	// Custom fields hold IDs of other programs, in which capital letters make a difference. Normal
	// forms ignore capital letters, so that `explainSimilarity` can point them out.
	isSame: makeComparison(normalizeIdentifier),
	identifiesSameRecord: (_field, storedValue, matchValue) =>
		haveCommonValue(storedValue, matchValue, normalizeIdentifier),
	explainSimilarity(_field, storedValue, matchValue) {
		const isEqualInLowerCase = haveCommonValue(storedValue, matchValue, normalizeText);
		const isEqual = haveCommonValue(storedValue, matchValue, normalizeIdentifier);
		return isEqualInLowerCase && !isEqual ? 'they differ in capital letters only' : undefined;
	},
	isStored: makeComparison(normalizeAppearance),
	makeSearchFilters: (_field, name, item) => makeFilters(name, item),
	clearedValue: '',
};
