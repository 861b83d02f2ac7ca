import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Shown } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { isCustom } from '../fields/custom';
import { isList, itemsIn, kindOf } from '../fields/field';
import type { JsonSchema } from '../fields/kind';
import type { ParameterReader } from '../form/parameters';
import { LINK, linkOf } from './link';
import type { NamedField, NameSource } from './names';
import { namedFields, withNames } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';
import type { LocatedRecord } from '../store/located';

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	// How much of a record comes out is not for a model to choose, nor for an expression on which the form depends.
	noDataExpression: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** How what was read comes out. */
type ShowRows = (rows: readonly LocatedRecord[], source: NameSource) => Promise<IDataObject[]>;

/** Rows with names beside IDs; one after the other, for the first one reads the lists that the others need. */
const named =
	(
		fields: readonly NamedField[],
		show: (row: IDataObject, one: LocatedRecord, origin: string) => IDataObject = (row) => row,
	): ShowRows =>
	async (rows, source) => {
		const items: IDataObject[] = [];
		for (const one of rows) items.push(show(await withNames(one, fields, source), one, source.origin));
		return items;
	};

/** Those that come out beside what they name. */
const namesOf = (entity: Entity): NamedField[] =>
	namedFields(shownFields(entity).filter(({ name }) => entity.simple?.includes(name) ?? true));

/** The switch of what reads records that are wide. */
export const readingForm = ({ simple }: Entity): INodeProperties[] => (simple ? [simplify] : []);

/** Reads the switch before anything is sent. Without Simplify wide rows come as AlfaCRM sends them. */
export function readingOutput(parameters: ParameterReader, entity: Entity): ShowRows {
	const fields = namesOf(entity);
	if (entity.simple === undefined) return named(fields);
	if (!parameters.flag(simplify)) return async (rows) => rows.map(({ row }) => row);
	const show = simplifier(entity, fields);
	return named(fields, (row, { branch }, origin) => show(row, origin, branch));
}

/** The same for rows that are no records of an entity. */
export const namedOutput = (fields: readonly Shown[]): ShowRows => named(namedFields(fields));

/** What comes out if nothing else is asked for. */
export function readingSchema(entity: Entity): ObjectSchema {
	if (entity.simple) return simplifiedSchema(entity, namesOf(entity));
	return withNameSchema(recordSchema(entity), shownFields(entity));
}

/** Adds the names to a schema that has the fields. */
export function withNameSchema({ properties }: ObjectSchema, fields: readonly Shown[]): ObjectSchema {
	const named = new Map(namedFields(fields).map((one) => [one.field.name, one]));
	const entries = Object.entries(properties).flatMap(([name, schema]): Array<[string, JsonSchema]> => {
		const one = named.get(name);
		if (one === undefined || one.as in properties) return [[name, schema]];
		return [
			[name, schema],
			[one.as, isList(one.field) ? { type: 'array', items: STRING } : STRING],
		];
	});
	return objectOf(Object.fromEntries(entries));
}

// ---------------------------------------------------------------- the useful fields of wide records

/** Turns a record that was written into the output: the record itself, or its useful fields and those that were sent. */
export type RecordOutput = (row: IDataObject, sent?: IDataObject) => IDataObject;

/**
 * Makes the function that turns written records into the output of the node: of an entity with many fields, the useful ones
 * and those that the user has given; of any other, the whole record.
 *
 * @param given the names of the fields that the user has given, as AlfaCRM shows them
 */
export function makeRecordOutput(
	{ origin }: ParameterReader,
	entity: Entity,
	given: readonly string[],
): RecordOutput {
	const { simple } = entity;
	if (simple === undefined) return (row) => row;
	const names = shownFields(entity).map(({ name }) => name);
	const set = given.filter((name) => names.includes(name) || isCustom(name));
	const show = simplifier({ ...entity, simple: [...new Set([...simple, ...set])] });
	// An answer need not hold the whole record, and what it leaves out is not known to be empty. API notes 4.
	return (row, sent) => {
		const all = { ...sent, ...row };
		const entries = Object.entries(show(all, origin));
		return Object.fromEntries(entries.filter(([name]) => name === LINK || all[name] !== undefined));
	};
}

/** A name is a text that may hold a comma. */
const NAMES: Shown = { type: 'texts', name: 'names', label: 'Names' };

/** The useful fields, each with its name behind it if it has one. */
const keysOf = ({ simple = [] }: Entity, named: readonly NamedField[]): string[] =>
	simple.flatMap((name) => [name, ...named.filter(({ field }) => field.name === name).map(({ as }) => as)]);

/** The useful fields, each as `flattener` has it. Names stand in the row already. */
export function simplifier(entity: Entity, named: readonly NamedField[] = []) {
	const keys = keysOf(entity, named);
	const flatten = flattener(shownFields(entity), named);
	return (row: IDataObject, origin: string, branch?: number): IDataObject => ({
		...flatten(Object.fromEntries(keys.map((key) => [key, row[key]]))),
		...(entity.pages ? { [LINK]: linkOf(entity, row, origin, branch) } : {}),
	});
}

/** Lists of plain values become one text, which reads back as the same list, and days are ISO. */
export function flattener(fields: readonly Shown[], named: readonly NamedField[]) {
	const fieldOf = new Map(fields.map((field) => [field.name, field]));
	for (const { as } of named) fieldOf.set(as, NAMES);
	return (row: IDataObject): IDataObject =>
		Object.fromEntries(Object.entries(row).map(([key, value]) => [key, flat(value, fieldOf.get(key))]));
}

/** With commas, unless the values would be told apart otherwise then: a word beside a phone number belongs to it. */
function flat(value: IDataObject[string], field?: Shown): IDataObject[string] {
	if (value === undefined) return null;
	if (!Array.isArray(value)) return field === undefined ? value : kindOf(field).simplified(value);
	if (value.some((item) => typeof item === 'object')) return value;
	const [only] = value as unknown[];
	// A number is merged on as one, and a text would not be found.
	if (value.length === 1 && typeof only === 'number') return only;
	const text = value.join(', ');
	// One text alone reads as itself, and most lists have no more.
	if (value.length === 0 || (value.length === 1 && typeof value[0] === 'string')) return text;
	return field === undefined || readsAs(field, text, value) ? text : JSON.stringify(value);
}

function readsAs(field: Shown, text: string, list: unknown[]): boolean {
	const [one, other] = [itemsIn(field, text), itemsIn(field, list)].map((items) => items.map(String));
	return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** One text, or the only number of the list. */
function simplifiedList(schema: JsonSchema): JsonSchema {
	if (schema.items === undefined || schema.items.type === 'object') return schema;
	return schema.items.type === 'integer' ? { type: ['string', 'integer'] } : STRING;
}

/** A record as it comes out if nothing else is asked for: lists of plain values are one text. */
export function simplifiedSchema(entity: Entity, named: readonly NamedField[] = []): ObjectSchema {
	const { properties } = recordSchema(entity);
	if (entity.simple === undefined) return objectOf(properties);
	const simple = keysOf(entity, named).map((key) => [key, simplifiedList(properties[key] ?? STRING)]);
	return objectOf({ ...Object.fromEntries(simple), ...(entity.pages ? { [LINK]: STRING } : {}) });
}

// ---------------------------------------------------------------- what became of a record

type OperationResult = 'created' | 'updated' | 'unchanged' | 'skipped' | 'deleted';

/** The record and what became of it, under names that AlfaCRM, which writes them in small letters, does not use. */
export function report(
	show: RecordOutput,
	row: IDataObject,
	operationResult: OperationResult,
	changedFields: string[],
): IDataObject {
	return { ...withResult(show(row), operationResult), changedFields };
}

/** It stands behind what names the record, for it says what all the rest is worth. */
export function withResult(row: IDataObject, operationResult: OperationResult): IDataObject {
	const { id, ...others } = row;
	const [first, ...rest] = Object.entries(id === undefined ? row : { id, ...others });
	const places = Object.fromEntries([first, ['operationResult', operationResult], ...rest]);
	// That of a step before says less.
	return { ...places, operationResult };
}

export function withResultSchema({ properties }: ObjectSchema): ObjectSchema {
	const { id, ...rest } = properties;
	return objectOf({ id, operationResult: STRING, ...rest });
}

export function reportSchema(entity: Entity): ObjectSchema {
	const { properties } = withResultSchema(simplifiedSchema(entity));
	return objectOf({ ...properties, changedFields: { type: 'array', items: STRING } });
}
