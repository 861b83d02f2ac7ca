/**
 * Turns records that were read into output items. Names are put beside IDs. Records of an entity
 * with many fields are simplified as well, unless the user switches *Simplify* off.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Shown } from '../entities/fieldTypes';
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
	// Whether other parameters are shown may depend on this one, so the editor must know its value;
	// an expression would not have one yet. Also, n8n lets an AI model fill any parameter that takes
	// an expression, and a model must not choose how much of a record it receives.
	noDataExpression: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** Turns rows into output items. */
type RowsToOutput = (rows: readonly LocatedRecord[], source: NameSource) => Promise<IDataObject[]>;

/** Declares *Simplify* for an entity with many fields. */
export function simplifyForm({ simple }: Entity): INodeProperties[] {
	return simple ? [simplify] : [];
}

/**
 * Reads *Simplify*, and makes the function that turns records into output items. With *Simplify*
 * off, records come out as AlfaCRM sends them. Call it before the first request, so that a value
 * which cannot be read is refused before anything is sent.
 */
export function makeRowsToOutput(parameters: ParameterReader, entity: Entity): RowsToOutput {
	const fields = namedFieldsOf(entity);
	if (entity.simple === undefined) return makeConverter(fields, keepWholeRow);
	if (!parameters.flag(simplify)) return async (rows) => rows.map(({ row }) => row);

	const simplifyRow = makeSimplifier(entity, fields);
	return makeConverter(fields, (row, { branch }, origin) => simplifyRow(row, origin, branch));
}

/**
 * Makes the function that turns rows into output items with names, for rows that are not records of
 * an entity.
 */
export function makeRowsToNamedOutput(fields: readonly Shown[]): RowsToOutput {
	return makeConverter(findNamedFields(fields), keepWholeRow);
}

/** Describes the output of `makeRowsToOutput` with *Simplify* on. */
export function outputSchema(entity: Entity): ObjectSchema {
	if (entity.simple) return simplifiedSchema(entity, namedFieldsOf(entity));
	return addNamesToSchema(recordSchema(entity), shownFields(entity));
}

/** Adds the names to the schema of a row, each right behind the field that it names. */
export function addNamesToSchema(
	{ properties }: ObjectSchema,
	fields: readonly Shown[],
): ObjectSchema {
	const namedFieldByName = new Map(findNamedFields(fields).map((named) => [named.field.name, named]));
	const withNamesBeside: Record<string, JsonSchema> = {};
	for (const [name, schema] of Object.entries(properties)) {
		withNamesBeside[name] = schema;
		const named = namedFieldByName.get(name);
		if (named === undefined || named.nameKey in properties) continue;
		withNamesBeside[named.nameKey] = isList(named.field)
			? { type: 'array', items: STRING }
			: STRING;
	}
	return objectOf(withNamesBeside);
}

/** Finds the fields of an entity that get a name in the output. */
function namedFieldsOf(entity: Entity): NamedField[] {
	const { simple } = entity;
	const fields = shownFields(entity).filter(({ name }) => simple?.includes(name) ?? true);
	return findNamedFields(fields);
}

/** Turns a row that has names into an output item. */
type NamedRowToOutput = (row: IDataObject, record: LocatedRecord, origin: string) => IDataObject;

const keepWholeRow: NamedRowToOutput = (row) => row;

/** Makes the function that puts names beside IDs and then turns each row into an output item. */
function makeConverter(fields: readonly NamedField[], showRow: NamedRowToOutput): RowsToOutput {
	return async (records, source) => {
		const items: IDataObject[] = [];
		// Rows are shown one after the other: the first one reads the lists of names, and the others
		// reuse them.
		for (const record of records) {
			const row = await withNames(record, fields, source);
			items.push(showRow(row, record, source.origin));
		}
		return items;
	};
}
