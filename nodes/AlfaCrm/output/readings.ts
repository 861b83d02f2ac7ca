import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Shown } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { isList } from '../fields/field';
import type { JsonSchema } from '../fields/kind';
import type { ParameterReader } from '../form/parameters';
import type { LocatedRecord } from '../store/located';
import type { NamedField, NameSource } from './names';
import { namedFields, withNames } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';
import { makeSimplifier, simplifiedSchema } from './simplified';

/**
 * Turns records that were read into output items. Names are put beside IDs. Records of an entity
 * with many fields are simplified as well, unless the user switches *Simplify* off.
 */

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	// Parts of the form depend on it, which an expression cannot control. And a model must not
	// choose how much of a record it receives.
	noDataExpression: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** Turns rows into output items. */
type ShowRows = (rows: readonly LocatedRecord[], source: NameSource) => Promise<IDataObject[]>;

/** Declares *Simplify* for an entity with many fields. */
export function readingForm({ simple }: Entity): INodeProperties[] {
	return simple ? [simplify] : [];
}

/**
 * Reads *Simplify*, and returns the function that turns records into output items. Call it before
 * anything is sent. With *Simplify* off, records come out as AlfaCRM sends them.
 */
export function readingOutput(parameters: ParameterReader, entity: Entity): ShowRows {
	const fields = namedFieldsOf(entity);
	if (entity.simple === undefined) return makeNamedOutput(fields, keepRow);
	if (!parameters.flag(simplify)) return async (rows) => rows.map(({ row }) => row);

	const simplifyRow = makeSimplifier(entity, fields);
	return makeNamedOutput(fields, (row, { branch }, origin) => simplifyRow(row, origin, branch));
}

/**
 * Returns the function that turns rows into output items, for rows that are not records of an
 * entity.
 */
export function namedOutput(fields: readonly Shown[]): ShowRows {
	return makeNamedOutput(namedFields(fields), keepRow);
}

/** Describes the output of `readingOutput` with *Simplify* on. */
export function readingSchema(entity: Entity): ObjectSchema {
	if (entity.simple) return simplifiedSchema(entity, namedFieldsOf(entity));
	return withNameSchema(recordSchema(entity), shownFields(entity));
}

/** Adds the names to the schema of a row, each behind the field that it names. */
export function withNameSchema(
	{ properties }: ObjectSchema,
	fields: readonly Shown[],
): ObjectSchema {
	const namedFieldByName = new Map(namedFields(fields).map((named) => [named.field.name, named]));
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
	return namedFields(fields);
}

/** Turns a row that has names into an output item. */
type ShowNamedRow = (row: IDataObject, record: LocatedRecord, origin: string) => IDataObject;

const keepRow: ShowNamedRow = (row) => row;

function makeNamedOutput(fields: readonly NamedField[], showRow: ShowNamedRow): ShowRows {
	return async (records, source) => {
		const items: IDataObject[] = [];
		// One after the other: the first row reads the lists of names that the others need.
		for (const record of records) {
			const row = await withNames(record, fields, source);
			items.push(showRow(row, record, source.origin));
		}
		return items;
	};
}
