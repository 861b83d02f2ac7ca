import type { INodeProperties, ResourceMapperField } from 'n8n-workflow';

import { isEmpty } from './blank';
import { choice, choices } from './choice';
import { custom } from './custom';
import { date, time } from './date';
import { emailPart, emails } from './emails';
import { boolean, flag } from './flag';
import { id, ids } from './id';
import type { Address, FieldKind, JsonSchema, Widget } from './kind';
import { links } from './links';
import { integer, number } from './number';
import { object } from './object';
import { phonePart, phones } from './phones';
import { owner, record, records, reference, references } from './reference';
import { rows } from './rows';
import { readMaxLength, longText, text, texts } from './text';
import type {
	Field,
	FieldBasics,
	OfType,
	Shown,
	ShownType,
	TypeName,
	Wire,
} from '../entities/fieldTypes';
import { quoted, unreadable } from './unreadable';

/**
 * The kind of each type of field. A type without a kind, or a kind without a part, does not
 * compile.
 */
export const fieldKinds: { [K in TypeName]: FieldKind<OfType<K>> } = {
	text,
	longText,
	texts,
	links,
	emails,
	emailPart,
	phones,
	phonePart,
	custom,
	number,
	integer,
	flag,
	boolean,
	date,
	time,
	choice,
	choices,
	id,
	ids,
	reference,
	references,
	record,
	records,
	owner,
	rows: rows({
		isBlank,
		findWebAddresses,
		serialize,
		sameValue,
		isStored,
		toProperty,
		objectSchema,
	}),
	object,
};

/**
 * Returns the kind of a field. The cast is needed because TypeScript does not see that the table
 * pairs each type with its kind.
 */
export const kindOf = <F extends ShownType>({ type }: F): FieldKind<F> =>
	fieldKinds[type] as unknown as FieldKind<F>;

/** The time zone where no value is a moment, so that any zone will do. */
const ANY_ZONE = 'UTC';

/** Tells whether a field holds several values, which AlfaCRM replaces as a whole. */
export const isList = (field: ShownType): boolean => kindOf(field).isList;

/**
 * Tells whether a value counts as empty for a field: null, "", [], and what its kind adds to these.
 */
export function isBlank(field: ShownType, value: unknown): boolean {
	if (isEmpty(value)) return true;

	const kind = kindOf(field);
	const hasNoItem = kind.isList && kind.splitItems(field, value).length === 0;
	return hasNoItem || kind.isBlank(field, value);
}

/**
 * Turns a value into what is sent to AlfaCRM. An empty list becomes []. An empty value of another
 * field is unreadable, so callers ask `isBlank` first.
 *
 * @throws UnreadableValue that names the field
 */
export function serialize(field: Shown, value: unknown, zone: string): Wire {
	const kind = kindOf(field);
	if (kind.isList && isBlank(field, value)) return [];
	const wires = isBlank(field, value)
		? [undefined]
		: kind.splitItems(field, value).map((item) => kind.serialize(field, item, zone));
	if (wires.includes(undefined))
		throw unreadable({ label: labelInForm(field) }, kind.expected(field), value);
	return kind.isList ? (wires as Wire) : wires[0];
}

/** Returns the web addresses in a value that were given in place of IDs. */
export function findWebAddresses(
	field: Pick<FieldBasics, 'label'> & ShownType,
	value: unknown,
): Address[] {
	const kind = kindOf(field);
	return isEmpty(value)
		? []
		: kind.splitItems(field, value).flatMap((item) => kind.findWebAddresses(field, item));
}

/**
 * Tells whether two values of a field mean the same, however they are written. Empty values are all
 * the same.
 */
export function sameValue(
	field: ShownType,
	value: unknown,
	otherValue: unknown,
	zone: string,
): boolean {
	return areEqual('isSame', field, value, otherValue, zone);
}

/** Tells whether AlfaCRM already holds a value, so that there is nothing to save. */
export function isStored(
	field: ShownType,
	storedValue: unknown,
	value: unknown,
	zone: string,
): boolean {
	return areEqual('isStored', field, storedValue, value, zone);
}

/**
 * Compares two values by a relation of their kind. Two lists are equal if each item of one has an
 * equal item in the other, in any order.
 */
function areEqual(
	relation: 'isSame' | 'isStored',
	field: ShownType,
	value: unknown,
	otherValue: unknown,
	zone: string,
): boolean {
	const isValueBlank = isBlank(field, value);
	const isOtherBlank = isBlank(field, otherValue);
	if (isValueBlank || isOtherBlank) return isValueBlank && isOtherBlank;

	const kind = kindOf(field);
	const includes = (items: unknown[], item: unknown) =>
		items.some((candidate) => kind[relation](field, item, candidate, zone));
	const areListsEqual = (left: unknown[], right: unknown[]) =>
		left.every((item) => includes(right, item)) && right.every((item) => includes(left, item));

	const items = kind.splitItems(field, value);
	const otherItems = kind.splitItems(field, otherValue);
	if (areListsEqual(items, otherItems)) return true;

	return kind.isList && areListsEqual(splitAgain(field, items), splitAgain(field, otherItems));
}

/**
 * Joins the items of a list into one text, as *Simplify* does, and splits it again. A list that
 * came through *Simplify* may have been split at other places.
 */
function splitAgain(field: ShownType, items: unknown[]): unknown[] {
	const areTexts = items.every((item) => typeof item === 'string');
	return areTexts ? kindOf(field).splitItems(field, items.join(', ')) : items;
}

/** Tells whether two single values mean the same. For a list, they are items. */
export function sameItem(field: ShownType, item: unknown, otherItem: unknown): boolean {
	if (isEmpty(item) || isEmpty(otherItem)) return isEmpty(item) && isEmpty(otherItem);

	return kindOf(field).isSame(field, item, otherItem, ANY_ZONE);
}

/**
 * Adds values to a list. The present values stay first, as they are written, and no value is added
 * that is there already.
 */
export function addItems(field: ShownType, present: unknown, added: unknown): Wire[] {
	const values = listOf(present);
	const splitItems = (value: unknown) => kindOf(field).splitItems(field, value);
	const knownItems = values.flatMap(splitItems);

	for (const item of listOf(added).flatMap(splitItems)) {
		if (knownItems.some((knownItem) => sameItem(field, knownItem, item))) continue;

		values.push(item);
		knownItems.push(item);
	}
	return values as Wire[];
}

/** Returns the values that were given, however the list is written. */
export const splitItems = (field: ShownType, value: unknown): unknown[] =>
	kindOf(field).splitItems(field, value);

/** Returns the values that AlfaCRM holds, one by one. */
export function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return [...(value as unknown[])];
	return isEmpty(value) ? [] : [value];
}

/** Writes a value as AlfaCRM itself does, so that AlfaCRM's own search finds it. */
export function canonicalize(field: ShownType, value: Wire): Wire {
	const kind = kindOf(field);
	if (!kind.isList) return kind.canonicalize(value);

	return listOf(value).map((item) => kind.canonicalize(item as Wire)) as Wire;
}

/** Returns the value to send for a field that the user empties on purpose. */
export const clearedValue = (field: ShownType): Wire => kindOf(field).clearedValue;

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/**
 * Returns the normal forms of a value: two values match if they have one in common. A value that
 * strangers may share has none, such as a dash, the word "no" for an email, or a phone number with
 * too few digits.
 */
export function normalForms(field: ShownType, value: unknown): string[] {
	if (isEmpty(value)) return [];

	const forms = kindOf(field).makeNormalForms(field, value, ANY_ZONE);
	return forms.filter((form) => LETTER_OR_DIGIT.test(form));
}

function makeDescription(field: Shown): string | undefined {
	const { description } = field;
	const longest = readMaxLength(field);
	if (longest === undefined) return description;
	const most = `At most ${longest} characters`;
	return description ? `${description.replace(/\.$/, '')}. ${most}.` : most;
}

function makeProperty(field: Shown, displayName: string, widget: Widget): INodeProperties {
	const { name, placeholder } = field;
	const description = makeDescription(field);
	return {
		displayName,
		name,
		...(description ? { description } : {}),
		...widget,
		...(placeholder ? { placeholder } : {}),
	};
}

/** Makes the parameter of a field or filter in the form. */
export function toProperty(field: Shown): INodeProperties {
	const kind = kindOf(field);
	return makeProperty(field, kind.formLabel(field.label), kind.widget(field));
}

/** Tells whether a new record needs a value of this field from the user. */
export const isNeeded = ({ required, fallback }: Field): boolean =>
	required === true && fallback === undefined;

/** Tells whether a field has a parameter of its own in the form. The others are in a collection. */
export const hasOwnParameter = (field: Field): boolean =>
	isNeeded(field) || field.prominent === true;

/**
 * Makes the parameters of a field outside a collection, where n8n demands required ones. There are
 * several if another parameter decides which of them is shown.
 */
export function toParameters(field: Field): INodeProperties[] {
	const kind = kindOf(field);
	const isDemanded = field.required === true && !kind.isAlwaysFilled;
	const demanded = isDemanded ? { required: true } : {};
	const variants = kind.variants(field);
	const standing = kind.standaloneWidget(field);
	const property = standing ? makeProperty(field, field.label, standing) : toProperty(field);
	if (variants.length === 0) return [{ ...property, ...demanded }];

	return variants.map(({ label, widget, show }) => ({
		...toProperty(field),
		displayName: label,
		...widget,
		...demanded,
		displayOptions: { show },
	}));
}

/** Makes a parameter that takes one value, even if the field holds several texts. */
export function toSingleProperty(field: Shown): INodeProperties {
	const { typeOptions, ...property } = toProperty(field);
	if (!typeOptions?.multipleValues || property.type !== 'string') return toProperty(field);

	return { ...property, default: '' };
}

/** Returns the label that the form shows for a field. */
export function labelInForm(field: Shown): string {
	const kind = kindOf(field);
	const hasOtherParameter =
		kind.standaloneWidget(field) !== undefined || kind.variants(field).length > 0;
	const usesFieldLabel = hasOwnParameter(field as Field) && hasOtherParameter;
	return usesFieldLabel ? field.label : kind.formLabel(field.label);
}

/**
 * Makes the message for a value that counts as empty although something was given, such as an empty
 * input mask.
 */
export const describeUnusable = (field: Shown, value: unknown): string =>
	`'${labelInForm(field)}' holds no usable ${kindOf(field).noun}: ${quoted(value)}`;

/** Makes the column of a field in the field mapper. */
export function toColumn(field: Field, required: boolean): ResourceMapperField {
	const kind = kindOf(field);
	return {
		id: field.name,
		displayName: kind.columnLabel(field.label),
		required,
		display: true,
		defaultMatch: false,
		canBeUsedToMatch: false,
		...kind.column(field, required),
	};
}

/** Makes the schema of an object with these fields, as AlfaCRM returns it. */
export function objectSchema(
	fields: ReadonlyArray<Pick<FieldBasics, 'name'> & ShownType>,
): JsonSchema {
	return {
		type: 'object',
		properties: Object.fromEntries(
			fields.map((field) => [field.name, kindOf(field).schema(field)]),
		),
	};
}

/**
 * Names a field and what it takes, for users who write JSON. An AI agent sees nothing else about
 * the field.
 */
export function jsonHint(field: Shown): string {
	const hint = kindOf(field).jsonHint(field);
	return hint ? `${field.name} (${hint})` : field.name;
}
