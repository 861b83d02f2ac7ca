import type { IDataObject } from 'n8n-workflow';

import type { Shown } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { itemsIn, kindOf } from '../fields/field';
import type { JsonSchema } from '../fields/kind';
import { LINK, linkOf } from './link';
import type { NamedField } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';

/**
 * Simplifies records of entities with many fields: the useful fields are kept (`simple` in the
 * declaration of the entity), with names beside them and a link to the page, and a list of plain
 * values becomes one text. So a record fits into a row of a sheet.
 */

/**
 * Makes a function that simplifies records of an entity.
 *
 * @param fieldsWithNames the fields whose names stand beside them in the rows
 */
export function makeSimplifier(
	entity: Entity,
	fieldsWithNames: readonly NamedField[] = [],
): (row: IDataObject, origin: string, branch?: number) => IDataObject {
	const usefulKeys = usefulKeysOf(entity, fieldsWithNames);
	const flatten = makeFlattener(shownFields(entity), fieldsWithNames);
	return (row, origin, branch) => {
		const usefulValues = Object.fromEntries(usefulKeys.map((key) => [key, row[key]]));
		const simplified = flatten(usefulValues);
		return entity.pages
			? { ...simplified, [LINK]: linkOf(entity, row, origin, branch) }
			: simplified;
	};
}

/**
 * Describes a record that `makeSimplifier` has simplified; or the whole record of an entity with
 * few fields.
 */
export function simplifiedSchema(
	entity: Entity,
	fieldsWithNames: readonly NamedField[] = [],
): ObjectSchema {
	const { properties } = recordSchema(entity);
	if (entity.simple === undefined) return objectOf(properties);

	const simplified: Record<string, JsonSchema> = {};
	for (const key of usefulKeysOf(entity, fieldsWithNames)) {
		simplified[key] = flattenedSchema(properties[key] ?? STRING);
	}
	return objectOf(entity.pages ? { ...simplified, [LINK]: STRING } : simplified);
}

/** Lists the keys of the useful fields, each with the key of its name behind it. */
function usefulKeysOf({ simple = [] }: Entity, fieldsWithNames: readonly NamedField[]): string[] {
	return simple.flatMap((fieldName) => {
		const namedField = fieldsWithNames.find(({ field }) => field.name === fieldName);
		return namedField === undefined ? [fieldName] : [fieldName, namedField.nameKey];
	});
}

/**
 * Makes a function that flattens the values of rows: a list of plain values becomes one text, a day
 * is written `yyyy-mm-dd`, and what AlfaCRM does not show is null.
 */
export function makeFlattener(
	fields: readonly Shown[],
	fieldsWithNames: readonly NamedField[],
): (row: IDataObject) => IDataObject {
	const fieldByKey = new Map(fields.map((field) => [field.name, field]));
	for (const { nameKey } of fieldsWithNames) fieldByKey.set(nameKey, LIST_OF_NAMES);
	return (row) => {
		const entries = Object.entries(row);
		return Object.fromEntries(
			entries.map(([key, value]) => [key, flattenValue(value, fieldByKey.get(key))]),
		);
	};
}

/**
 * Stands for the names beside a field, of which there may be several. A name may contain a comma.
 */
const LIST_OF_NAMES: Shown = { type: 'texts', name: 'names', label: 'Names' };

function flattenValue(value: IDataObject[string], field?: Shown): IDataObject[string] {
	if (value === undefined) return null;
	if (!Array.isArray(value)) {
		return field === undefined ? value : kindOf(field).simplified(value);
	}
	const items: unknown[] = value;
	const hasObjects = items.some((item) => typeof item === 'object');
	return hasObjects ? value : flattenList(items, field);
}

/**
 * Joins the values of a list with commas. The node must read the text back as the same list, so it
 * is JSON if the values contain what would separate them otherwise: "+7 900 000-00-22, mother" is
 * one phone number with a word to it.
 */
function flattenList(items: readonly unknown[], field?: Shown): string | number {
	const [firstItem] = items;
	// A later Merge step compares an ID as a number, and would not find it as a text.
	if (items.length === 1 && typeof firstItem === 'number') return firstItem;

	const text = items.join(', ');
	// Most lists hold at most one text, which needs no further check.
	const isPlainText = items.length === 0 || (items.length === 1 && typeof firstItem === 'string');
	if (isPlainText || field === undefined) return text;
	return isReadAs(field, text, items) ? text : JSON.stringify(items);
}

/** Whether a field reads a text as the items of a list. */
function isReadAs(field: Shown, text: string, items: readonly unknown[]): boolean {
	const itemsOfText = itemsIn(field, text).map(String);
	const itemsOfList = itemsIn(field, items).map(String);
	return (
		itemsOfText.length === itemsOfList.length &&
		itemsOfText.every((item, index) => item === itemsOfList[index])
	);
}

/**
 * Describes a flattened value: a list of plain values is one text, or the only number of the list.
 */
function flattenedSchema(schema: JsonSchema): JsonSchema {
	const { items } = schema;
	if (items === undefined || items.type === 'object') return schema;
	return items.type === 'integer' ? { type: ['string', 'integer'] } : STRING;
}
