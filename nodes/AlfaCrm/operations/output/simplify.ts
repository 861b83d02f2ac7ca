import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { itemsIn } from '../../fields/field';
import type { JsonSchema } from '../../fields/kind';
import type { Shown } from '../../entities/fieldTypes';
import type { ParameterReader } from '../execution/parameters';
import { LINK, linkOf } from './link';
import type { NamedField } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, STRING } from './recordSchema';

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The switch, for entities whose records are wide. */
export const simplifyForm = ({ simple }: Entity): INodeProperties[] => (simple ? [simplify] : []);

/** How rows come out: the few useful fields of wide records, or as they are. Read before anything is sent. */
export function simplified(parameters: ParameterReader, entity: Entity): (row: IDataObject) => IDataObject {
	const isSimple = entity.simple !== undefined && parameters.flag(simplify);
	const show = simplifier(entity);
	return isSimple ? (row) => show(row, parameters.origin) : (row) => row;
}

/** A name is a text that may hold a comma. */
const NAMES: Shown = { type: 'texts', name: 'names', label: 'Names' };

/** The useful fields, each with its name behind it if it has one. */
const keysOf = ({ simple = [] }: Entity, named: readonly NamedField[]): string[] =>
	simple.flatMap((name) => [name, ...named.filter(({ field }) => field.name === name).map(({ as }) => as)]);

/** Lists of plain values become one text, which reads back as the same list. Names stand in the row already. */
export function simplifier(entity: Entity, named: readonly NamedField[] = []) {
	const keys = keysOf(entity, named);
	const fieldOf = new Map<string, Shown>(entity.fields.map((field) => [field.name, field]));
	for (const { as } of named) fieldOf.set(as, NAMES);
	return (row: IDataObject, origin: string, branch?: number): IDataObject => ({
		...Object.fromEntries(keys.map((key) => [key, flat(row[key], fieldOf.get(key))])),
		...(entity.pages ? { [LINK]: linkOf(entity, row, origin, branch) } : {}),
	});
}

/** With commas, unless the values would be told apart otherwise then: a word beside a phone number belongs to it. */
function flat(value: IDataObject[string], field?: Shown): IDataObject[string] {
	if (value === undefined) return null;
	if (!Array.isArray(value) || value.some((item) => typeof item === 'object')) return value;
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
