/**
 * Turns records that were read from AlfaCRM into output items. Names are put beside IDs:
 * `room_name` beside `room_id`. Records of an entity with many fields are simplified as well. If
 * the user switches *Simplify* off, they are returned as AlfaCRM sends them, without names.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { ShownField } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { isList } from '../fields/field';
import type { JsonSchema } from '../fields/kind';
import type { ParameterReader } from '../form/parameters';
import type { LocatedRecord } from '../store/located';
import type { NamedField, NameSource } from './names';
import { findNamedFields, withNames } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';
import { makeSimplifier, simplifiedSchema } from './simplified';

/** The parameter *Simplify*. */
export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	// An expression is not allowed here, for two reasons. The editor must know the value, because it
	// may decide which other parameters are shown. And n8n lets an AI model fill any parameter that
	// takes an expression, but a model must not choose how much of a record it receives.
	noDataExpression: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** A function that turns records into output items. */
type RowsToOutput = (
	records: readonly LocatedRecord[],
	source: NameSource,
) => Promise<IDataObject[]>;

/** Declares *Simplify* for an entity with many fields. */
export function makeSimplifyParameters({ simplifiedFields }: Entity): INodeProperties[] {
	return simplifiedFields ? [simplify] : [];
}

/**
 * Reads *Simplify*, and makes the function that turns records into output items. Call
 * `makeRowsToOutput` before the first request, so that an unreadable value of *Simplify* is refused
 * before anything is sent.
 */
export function makeRowsToOutput(parameters: ParameterReader, entity: Entity): RowsToOutput {
	const namedFields = findNamedOutputFields(entity);
	if (entity.simplifiedFields === undefined) return makeConverter(namedFields, keepWholeRow);
	if (!parameters.flag(simplify)) return async (records) => records.map(({ row }) => row);

	const simplifyRow = makeSimplifier(entity, namedFields);
	return makeConverter(namedFields, (row, record, origin) =>
		simplifyRow(row, origin, record.branch),
	);
}

/**
 * Makes the function that turns rows into output items with names, for rows that are not records of
 * an entity.
 */
export function makeRowsToNamedOutput(fields: readonly ShownField[]): RowsToOutput {
	return makeConverter(findNamedFields(fields), keepWholeRow);
}

/** Describes the output of `makeRowsToOutput` with *Simplify* on. */
export function outputSchema(entity: Entity): ObjectSchema {
	if (entity.simplifiedFields) return simplifiedSchema(entity, findNamedOutputFields(entity));
	return addNamesToSchema(recordSchema(entity), shownFields(entity));
}

/**
 * Adds the names that stand beside IDs and codes, such as `room_name` beside `room_id`, to the
 * schema of a row. Each name comes directly after the field that it names.
 */
export function addNamesToSchema(
	{ properties }: ObjectSchema,
	fields: readonly ShownField[],
): ObjectSchema {
	const namedFields = findNamedFields(fields);
	const namedFieldByName = new Map(
		namedFields.map((namedField) => [namedField.field.name, namedField]),
	);
	const propertiesWithNames: Record<string, JsonSchema> = {};
	for (const [name, schema] of Object.entries(properties)) {
		propertiesWithNames[name] = schema;

		const namedField = namedFieldByName.get(name);
		if (namedField === undefined || namedField.nameKey in properties) continue;

		propertiesWithNames[namedField.nameKey] = nameSchemaOf(namedField.field);
	}
	return objectOf(propertiesWithNames);
}

/** Describes the name beside a field: one text, or an array of texts if the field is a list. */
function nameSchemaOf(field: ShownField): JsonSchema {
	return isList(field) ? { type: 'array', items: STRING } : STRING;
}

/**
 * Finds the fields of an entity that get a name in the output. A simplified record keeps only its
 * useful fields, so only these get names: no list of names is read in vain.
 */
function findNamedOutputFields(entity: Entity): NamedField[] {
	const fields = shownFields(entity);
	const { simplifiedFields } = entity;
	if (simplifiedFields === undefined) return findNamedFields(fields);

	const usefulFields = fields.filter(({ name }) => simplifiedFields.includes(name));
	return findNamedFields(usefulFields);
}

/**
 * A function that turns a row with names into an output item.
 *
 * `record` is the record without names, with the branch that the link to its page needs.
 */
type NamedRowToOutput = (row: IDataObject, record: LocatedRecord, origin: string) => IDataObject;

const keepWholeRow: NamedRowToOutput = (row) => row;

/** Makes the function that puts names beside IDs and then turns each row into an output item. */
function makeConverter(fields: readonly NamedField[], toItem: NamedRowToOutput): RowsToOutput {
	return async (records, source) => {
		const items: IDataObject[] = [];
		// One after the other: the first row reads the lists of names, and the others reuse them.
		for (const record of records) {
			const rowWithNames = await withNames(record, fields, source);
			items.push(toItem(rowWithNames, record, source.origin));
		}
		return items;
	};
}
