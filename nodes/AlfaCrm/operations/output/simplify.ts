import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { itemsIn } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import type { ParameterReader } from '../run/parameters';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, STRING } from './recordSchema';

const simplify: INodeProperties = {
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
	return isSimple ? simplifier(entity) : (row) => row;
}

/** Lists of plain values become one text, which reads back as the same list. */
export function simplifier({ simple, fields }: Entity): (row: IDataObject) => IDataObject {
	if (simple === undefined) return (row) => row;
	const shown = simple.map((name) => [name, fields.find((field) => field.name === name)] as const);
	return (row) => Object.fromEntries(shown.map(([name, field]) => [name, flat(row[name], field)]));
}

/** With commas, unless the values would be told apart otherwise then: a word beside a phone number belongs to it. */
function flat(value: IDataObject[string], field?: Field): IDataObject[string] {
	if (value === undefined) return null;
	if (!Array.isArray(value) || value.some((item) => typeof item === 'object')) return value;
	const text = value.join(', ');
	// One text alone reads as itself, and most lists have no more.
	if (value.length === 0 || (value.length === 1 && typeof value[0] === 'string')) return text;
	return field === undefined || readsAs(field, text, value) ? text : JSON.stringify(value);
}

function readsAs(field: Field, text: string, list: unknown[]): boolean {
	const [one, other] = [itemsIn(field, text), itemsIn(field, list)].map((items) => items.map(String));
	return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** A record as it is read, if nothing else is asked for: lists of plain values are one text. */
export function simplifiedSchema(entity: Entity): ObjectSchema {
	const schema = recordSchema(entity);
	if (entity.simple === undefined) return schema;
	const simple = entity.simple.map((name) => {
		const one = schema.properties[name] ?? STRING;
		return [name, one.items && one.items.type !== 'object' ? STRING : one];
	});
	return objectOf(Object.fromEntries(simple));
}
