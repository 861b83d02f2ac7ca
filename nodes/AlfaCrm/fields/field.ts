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
import { longestOf, longText, text, texts } from './text';
import type { Field, FieldBasics, OfType, Shown, ShownType, TypeName, Wire } from '../entities/fieldTypes';
import { quoted, unreadable } from './unreadable';

/** What each type of field is. A type without a kind, or a kind without a part, does not compile. */
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
	rows: rows({ isBlank, addressesIn, serialize, sameValue, isStored, toProperty, objectSchema }),
	object,
};

/** The kind of a field. TypeScript does not see that the table pairs each type with its kind, where the type is known at run time only. */
export const kindOf = <F extends ShownType>({ type }: F): FieldKind<F> =>
	fieldKinds[type] as unknown as FieldKind<F>;

/** Where nothing depends on the day that a moment belongs to. */
const ANY_ZONE = 'UTC';

/** Holds several values, which AlfaCRM replaces as a whole. */
export const isList = (field: ShownType): boolean => kindOf(field).isList;

/** Whether a value says nothing for this field: null, "", [], and whatever the field adds to these. */
export function isBlank(field: ShownType, value: unknown): boolean {
	if (isEmpty(value)) return true;
	const kind = kindOf(field);
	return (kind.isList && kind.items(field, value).length === 0) || kind.isBlank(field, value);
}

/**
 * A value as AlfaCRM takes it. An empty list is []; an empty value of other fields is unreadable, so callers ask
 * `isBlank` first.
 *
 * @throws UnreadableValue that names the field
 */
export function serialize(field: Shown, value: unknown, zone: string): Wire {
	const kind = kindOf(field);
	if (kind.isList && isBlank(field, value)) return [];
	const wires = isBlank(field, value)
		? [undefined]
		: kind.items(field, value).map((item) => kind.serialize(field, item, zone));
	if (wires.includes(undefined)) throw unreadable({ label: labelInForm(field) }, kind.expected(field), value);
	return kind.isList ? (wires as Wire) : wires[0];
}

/** The addresses that stand in a value in place of numbers of records. */
export function addressesIn(field: Pick<FieldBasics, 'label'> & ShownType, value: unknown): Address[] {
	const kind = kindOf(field);
	return isEmpty(value) ? [] : kind.items(field, value).flatMap((item) => kind.addresses(field, item));
}

/** Whether two values of a field mean the same, however both are written. Empty is empty in any form. */
export function sameValue(field: ShownType, one: unknown, other: unknown, zone: string): boolean {
	return relates('isSame', field, one, other, zone);
}

/** Whether a field holds already what is to be saved. */
export function isStored(field: ShownType, held: unknown, wanted: unknown, zone: string): boolean {
	return relates('isStored', field, held, wanted, zone);
}

function relates(
	relation: 'isSame' | 'isStored',
	field: ShownType,
	one: unknown,
	other: unknown,
	zone: string,
): boolean {
	if (isBlank(field, one) || isBlank(field, other)) return isBlank(field, one) && isBlank(field, other);
	const kind = kindOf(field);
	const within = (item: unknown, items: unknown[]) =>
		items.some((each) => kind[relation](field, item, each, zone));
	const agree = (left: unknown[], right: unknown[]) =>
		left.every((item) => within(item, right)) && right.every((item) => within(item, left));
	const [left, right] = [kind.items(field, one), kind.items(field, other)];
	return agree(left, right) || (kind.isList && agree(rejoined(field, left), rejoined(field, right)));
}

/** The values of a list that went through the one text in which Simplify puts them. */
const rejoined = (field: ShownType, items: unknown[]): unknown[] =>
	items.every((item) => typeof item === 'string') ? kindOf(field).items(field, items.join(', ')) : items;

/** The same for one value of each, of a list too. */
export function sameItem(field: ShownType, one: unknown, other: unknown): boolean {
	if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
	return kindOf(field).isSame(field, one, other, ANY_ZONE);
}

/** What is there stays first and as it is written there. */
export function union(field: ShownType, present: unknown, added: unknown): Wire[] {
	const all = listOf(present);
	const one = (value: unknown) => kindOf(field).items(field, value);
	const known = all.flatMap(one);
	for (const item of listOf(added).flatMap(one)) {
		if (known.some((each) => sameItem(field, each, item))) continue;
		all.push(item);
		known.push(item);
	}
	return all as Wire[];
}

/** The values that are given, however the list is written. */
export const itemsIn = (field: ShownType, value: unknown): unknown[] => kindOf(field).items(field, value);

/** The values that are held, one by one. */
export function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return [...(value as unknown[])];
	return isEmpty(value) ? [] : [value];
}

/** A value as AlfaCRM itself writes it, so that its own lists find it. */
export function canonical(field: ShownType, value: Wire): Wire {
	const { isList: hasItems, canonicalize: write } = kindOf(field);
	return hasItems ? (listOf(value).map((item) => write(item as Wire)) as Wire) : write(value);
}

/** What takes the place of a value that somebody empties on purpose. */
export const clearedValue = (field: ShownType): Wire => kindOf(field).clearedValue;

const TELLING = /[\p{L}\p{N}]/u;

/**
 * The forms under which one value can be looked up: two values that share one match. None for what two strangers may
 * well have in common, such as a dash, the word "no" for an email, or a phone number without enough digits.
 */
export const normalForms = (field: ShownType, value: unknown): string[] =>
	isEmpty(value)
		? []
		: kindOf(field)
				.normalize(field, value, ANY_ZONE)
				.filter((reading) => TELLING.test(reading));

function describe(field: Shown): string | undefined {
	const { description } = field;
	const longest = longestOf(field);
	if (longest === undefined) return description;
	const most = `At most ${longest} characters`;
	return description ? `${description.replace(/\.$/, '')}. ${most}.` : most;
}

function propertyOf(field: Shown, displayName: string, widget: Widget): INodeProperties {
	const { name, placeholder } = field;
	const description = describe(field);
	return {
		displayName,
		name,
		...(description ? { description } : {}),
		...widget,
		...(placeholder ? { placeholder } : {}),
	};
}

/** One field or filter as a parameter of the form. */
export function toProperty(field: Shown): INodeProperties {
	const kind = kindOf(field);
	return propertyOf(field, kind.formLabel(field.label), kind.widget(field));
}

/** A new record needs it, and nothing stands in for it. */
export const isNeeded = ({ required, fallback }: Field): boolean =>
	required === true && fallback === undefined;

/** Has a parameter of its own in the form; the others are in a collection. */
export const isProminent = (field: Field): boolean => isNeeded(field) || field.prominent === true;

/**
 * The same on its own, where what is required must be filled; choices and switches always hold a value. More than one
 * where another parameter decides which is shown.
 */
export function toParameters(field: Field): INodeProperties[] {
	const demanded = field.required && !kindOf(field).alwaysFilled ? { required: true } : {};
	const kind = kindOf(field);
	const variants = kind.variants(field);
	const standing = kind.standing(field);
	const property = standing ? propertyOf(field, field.label, standing) : toProperty(field);
	if (variants.length === 0) return [{ ...property, ...demanded }];
	return variants.map(({ label, widget, show }) => ({
		...toProperty(field),
		displayName: label,
		...widget,
		...demanded,
		displayOptions: { show },
	}));
}

/** The same for one value, also where the field holds several texts. */
export function toSingleProperty(field: Shown): INodeProperties {
	const { typeOptions, ...property } = toProperty(field);
	if (!typeOptions?.multipleValues || property.type !== 'string') return toProperty(field);
	return { ...property, default: '' };
}

/** What the form calls a field. */
export function labelInForm(field: Shown): string {
	const kind = kindOf(field);
	const isOwn = isProminent(field as Field) && (kind.standing(field) || kind.variants(field).length > 0);
	return isOwn ? field.label : kind.formLabel(field.label);
}

/** What is to be said of a value that is not empty and says nothing, such as an input mask nobody filled. */
export const unusable = (field: Shown, value: unknown): string =>
	`'${labelInForm(field)}' holds no usable ${kindOf(field).noun}: ${quoted(value)}`;

/** A column of the field mapper. */
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

/** Fields as AlfaCRM returns them. */
export function objectSchema(fields: ReadonlyArray<Pick<FieldBasics, 'name'> & ShownType>): JsonSchema {
	return {
		type: 'object',
		properties: Object.fromEntries(fields.map((field) => [field.name, kindOf(field).schema(field)])),
	};
}

/** A field and what it takes, for whoever writes the JSON; an AI agent sees nothing else of it. */
export function jsonHint(field: Shown): string {
	const kind = kindOf(field).jsonHint(field);
	return kind ? `${field.name} (${kind})` : field.name;
}
