import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { itemsIn } from '../fields/field';
import type { Field } from '../fields/types';
import { simplify } from '../properties/shared';
import type { Item } from './item';

/** How rows come out: the few useful fields of wide records, or as they are. Read before anything is sent. */
export function simplified(item: Item, entity: Entity): (row: IDataObject) => IDataObject {
	const isSimple = entity.simple !== undefined && item.flag(simplify);
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
