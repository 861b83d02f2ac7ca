import { formatDay, readFlag } from '../values/formats';
import { isEmpty } from './blank';
import { normalizeIdentifier, normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { oneForm, single } from './kind';
import { isUnfilled } from './unreadable';
import { asRead, isWritable, readText, textForms } from './text';
import type { Field, OfType, Wire } from '../entities/fieldTypes';

const NAME = /^custom_\w+$/;

/** Whether a name can be that of a custom field. */
export const isCustom = (name: string): boolean => NAME.test(name);

/** A custom field, of which AlfaCRM tells no more than its name. API notes 9. */
export const customField = (name: string): Field => ({ type: 'custom', name, label: name });

const A_DAY = /^(\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})$/;

/** What sheets and people write where there is none, as many times as there are people. */
const NOBODYS = /^(?:нет|no|none|n\/?a|б\/?н|#[^1-9]*|0+)$/i;

/** A day in a text is no moment. */
const ANY_ZONE = 'UTC';

/** A text, a number, a flag, a day, or a list of those. */
function read(value: unknown, zone: string): Wire | undefined {
	if (Array.isArray(value)) {
		const items = value.filter((item) => !isEmpty(item)).map((item) => readOne(item, zone));
		return items.includes(undefined) ? undefined : (items as Wire);
	}
	return readOne(value, zone);
}

function readOne(value: unknown, zone: string): string | number | undefined {
	if (typeof value === 'boolean') return readFlag(value);
	// Adding 0 turns -0 into 0.
	if (typeof value === 'number') return isWritable(value) ? value + 0 : undefined;
	return typeof value === 'string' ? readText(value) : formatDay(value, 'dotted', zone);
}

/** The type is not declared: days are told by their form, and a flag is 0 or 1. */
function formOf(value: unknown, zone: string, textOf = normalizeText): string | undefined {
	if (typeof value === 'boolean') return String(readFlag(value));
	if (typeof value === 'string' && A_DAY.test(value.trim()))
		return formatDay(value, 'iso', zone) ?? textOf(value);
	const text = readText(value);
	return text === undefined ? formatDay(value, 'iso', zone) : textOf(text);
}

function formsOf(value: unknown, zone: string, textOf = normalizeText): Array<string | undefined> {
	const items = Array.isArray(value) ? value.filter((item) => !isEmpty(item)) : [value];
	return items.map((item) => formOf(item, zone, textOf));
}

/** A day may be written in either way. */
function spellings(name: string, item: Wire): Array<Record<string, Wire>> {
	if (typeof item !== 'string' || !A_DAY.test(item)) return textForms(name, item);
	const days = (['iso', 'dotted'] as const).map((format) => formatDay(item, format, ANY_ZONE));
	return days.includes(undefined) ? textForms(name, item) : days.map((day) => ({ [name]: day }));
}

const agree =
	(textOf: (text: string) => string) =>
	(_field: unknown, one: unknown, other: unknown, zone: string): boolean => {
		const [left, right] = [formsOf(one, zone, textOf), formsOf(other, zone, textOf)];
		if ([...left, ...right].includes(undefined)) return false;
		return left.every((form) => right.includes(form)) && right.every((form) => left.includes(form));
	};

/** Whether two values of a key, or two lists of them, have a value in common. */
function shareForm(held: unknown, wanted: unknown, textOf: (text: string) => string): boolean {
	const forms = formsOf(wanted, ANY_ZONE, textOf);
	return formsOf(held, ANY_ZONE, textOf).some((form) => form !== undefined && forms.includes(form));
}

export const custom: FieldKind<OfType<'custom'>> = {
	...single,
	isBlank: (_field, value) => Array.isArray(value) && value.every(isEmpty),
	expected: () => 'a text, a number, yes or no, a date, or a list of those',
	serialize: (_field, item, zone) => read(item, zone),
	normalize: (_field, item, zone) =>
		formsOf(item, zone)
			.flatMap(oneForm)
			.filter((form) => !isUnfilled(form) && !NOBODYS.test(form)),
	isSame: agree(normalizeIdentifier),
	isSameKey: (_field, held, wanted) => shareForm(held, wanted, normalizeIdentifier),
	explainSimilarity: (_field, held, wanted) =>
		shareForm(held, wanted, normalizeText) && !shareForm(held, wanted, normalizeIdentifier)
			? 'they differ in capital letters only'
			: undefined,
	isStored: agree(asRead),
	searchForms: (_field, name, item) => spellings(name, item),
	clearedValue: '',
};
