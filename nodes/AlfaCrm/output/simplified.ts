/**
 * Simplifies records of entities with many fields. A simplified record has the useful fields
 * (`simplifiedFields` in the declaration of the entity), names beside them, and a link to its page in
 * AlfaCRM. Lists of plain values become one text. So the record fits into one row of a spreadsheet.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ShownField } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { splitItems, kindOf } from '../fields/field';
import type { JsonSchema } from '../fields/kind';
import { LINK, buildLink } from './link';
import type { NamedField } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';

/**
 * Makes a function that simplifies records of an entity: it keeps the useful fields with the names
 * beside them, writes their values in a simple way, and adds the link to the record's page.
 *
 * @param fieldsWithNames the fields beside which the rows contain names
 */
export function makeSimplifier(
	entity: Entity,
	fieldsWithNames: readonly NamedField[] = [],
): (row: IDataObject, origin: string, branch?: number) => IDataObject {
	const usefulKeys = listUsefulKeys(entity, fieldsWithNames);
	const simplifyValues = makeValueSimplifier(shownFields(entity), fieldsWithNames);
	return (row, origin, branch) => {
		const usefulValues = Object.fromEntries(usefulKeys.map((key) => [key, row[key]]));
		const simplifiedRow = simplifyValues(usefulValues);
		if (!entity.pages) return simplifiedRow;
		return { ...simplifiedRow, [LINK]: buildLink(entity, row, origin, branch) };
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
	if (entity.simplifiedFields === undefined) return objectOf(properties);

	const simplifiedProperties: Record<string, JsonSchema> = {};
	for (const key of listUsefulKeys(entity, fieldsWithNames)) {
		// A name beside a field is not among the properties of the record.
		simplifiedProperties[key] = simplifiedValueSchema(properties[key] ?? STRING);
	}
	if (entity.pages) {
		simplifiedProperties[LINK] = STRING;
	}
	return objectOf(simplifiedProperties);
}

/** Lists the keys of the useful fields, each followed by the key of its name. */
function listUsefulKeys(
	{ simplifiedFields = [] }: Entity,
	fieldsWithNames: readonly NamedField[],
): string[] {
	const keys: string[] = [];
	for (const fieldName of simplifiedFields) {
		keys.push(fieldName);

		const namedField = fieldsWithNames.find(({ field }) => field.name === fieldName);
		if (namedField !== undefined) {
			keys.push(namedField.nameKey);
		}
	}
	return keys;
}

/**
 * Makes a function that simplifies the values of rows: a list of plain values becomes one text, a
 * day is written `yyyy-mm-dd`, and what AlfaCRM does not show is null.
 */
export function makeValueSimplifier(
	fields: readonly ShownField[],
	fieldsWithNames: readonly NamedField[],
): (row: IDataObject) => IDataObject {
	const fieldByKey = new Map(fields.map((field) => [field.name, field]));
	for (const { nameKey } of fieldsWithNames) {
		fieldByKey.set(nameKey, LIST_OF_NAMES);
	}

	return (row) => {
		const entries = Object.entries(row);
		return Object.fromEntries(
			entries.map(([key, value]) => [key, simplifyValue(value, fieldByKey.get(key))]),
		);
	};
}

/**
 * Declares the names beside a field as a list of texts: a list of IDs has several names, and a name
 * may contain a comma. The single name of a single ID is simplified as a text: it stays as it is.
 */
const LIST_OF_NAMES: ShownField = { type: 'texts', name: 'names', label: 'Names' };

/**
 * Simplifies one value of a row: see `makeValueSimplifier`. A list that contains objects stays as
 * it is.
 *
 * @param field undefined for a key that the entity does not declare
 */
function simplifyValue(value: IDataObject[string], field?: ShownField): IDataObject[string] {
	if (value === undefined) return null;
	if (!Array.isArray(value)) {
		return field === undefined ? value : kindOf(field).simplify(value);
	}

	const items: unknown[] = value;
	const hasObjects = items.some((item) => typeof item === 'object');
	return hasObjects ? value : joinItems(items, field);
}

/**
 * Joins the values of a list with commas.
 *
 * A later step may hand the text back to this node, which must then read the same list from the
 * text. A comma in a value prevents that: the phone "+7 900 000-00-22, mother" is one value. In
 * such a case, the list is written as JSON instead. A single text stays as it is, and so do the
 * values of a field that the entity does not declare.
 */
function joinItems(items: readonly unknown[], field?: ShownField): string | number {
	const [firstItem] = items;
	// A later Merge step compares an ID as a number, and would not find it as a text.
	if (items.length === 1 && typeof firstItem === 'number') return firstItem;

	const text = items.join(', ');
	const isSingleText = items.length === 1 && typeof firstItem === 'string';
	const isNothingJoined = items.length === 0 || isSingleText;
	if (isNothingJoined || field === undefined) return text;
	return isReadAs(field, text, items) ? text : JSON.stringify(items);
}

/** Whether a field reads a text back as the same items. */
function isReadAs(field: ShownField, text: string, items: readonly unknown[]): boolean {
	const itemsOfText = splitItems(field, text).map(String);
	const itemsOfList = splitItems(field, items).map(String);
	return (
		itemsOfText.length === itemsOfList.length &&
		itemsOfText.every((item, index) => item === itemsOfList[index])
	);
}

/**
 * Describes a value that `simplifyValue` has simplified: a list of plain values is one text, or the
 * only number of the list.
 */
function simplifiedValueSchema(schema: JsonSchema): JsonSchema {
	const { items } = schema;
	if (items === undefined || items.type === 'object') return schema;
	return items.type === 'integer' ? { type: ['string', 'integer'] } : STRING;
}
