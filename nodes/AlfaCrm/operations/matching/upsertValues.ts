import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import type { Wire } from '../../entities/fieldTypes';
import { canonical, forNew, isBlank, isList, kindOf, listOf, sameItem, union } from '../../fields/field';
import { bodyOf } from '../records/body';
import type { Target } from '../records/target';
import type { Item } from '../execution/item';
import { keyField } from './keys';
import type { Rules } from './upsertRules';

/** What the user gave for a record, and how it is saved. */
export interface UpsertInput {
	item: Item;
	entity: Entity;
	target: Target;
	/** The values by field, as they are sent. */
	input: IDataObject;
	rules: Rules;
}

/** A new record holds what it is looked for by, and what was given. */
export function newRecord(request: UpsertInput, wanted: IDataObject): IDataObject {
	const { item, entity, target, input, rules } = request;
	const all = { ...input, ...keyValues(request, wanted) };
	const values = { ...defaultsOf(entity), ...withoutBlanks(entity, all) };
	const fields = entity.fields.map(forNew);
	return canonicalIn(entity, bodyOf(item, fields, values, target.branch, rules.shortens));
}

/**
 * The values of the key among the fields. A record that was found takes another value that was given for the field, and
 * no other spelling of what it was found by; a new one must be found by the key the next time, and only takes the
 * other's spelling. A list is never replaced by its key: it keeps what it has, unless other values were given for it,
 * which the key's then joins.
 */
export function keyValues(
	{ item, entity, input, rules }: UpsertInput,
	wanted: IDataObject,
	row?: IDataObject,
): IDataObject {
	const values: IDataObject = {};
	for (const [name, value] of Object.entries(wanted)) {
		if (name === 'id') continue;
		const field = keyField(entity, name);
		const more = isBlank(field, input[name]) ? [] : listOf(item.read(field, input[name]));
		const spelledAs = (one: unknown) => more.find((other) => sameItem(field, one, other)) ?? one;
		if (isList(field)) {
			const kept = row !== undefined && !rules.addToLists && more.length === 0 ? listOf(row[name]) : [];
			values[name] = union(field, kept, [...listOf(value).map(spelledAs), ...more]) as Wire;
		} else if (row === undefined) {
			values[name] = spelledAs(value) as Wire;
		} else if (more.length === 0) {
			values[name] = row[name];
		}
	}
	return values;
}

/** Each value in the spelling that is saved. */
export function canonicalIn(entity: Entity, body: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(body).map(([name, value]) => [name, canonical(keyField(entity, name), value)]),
	);
}

/** Empty values are nothing that a new record could hold. */
function withoutBlanks(entity: Entity, input: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(input).filter(([name, value]) => !isBlank(keyField(entity, name), value)),
	);
}

/** What the form of Create begins with. */
function defaultsOf({ fields }: Entity): IDataObject {
	const required = fields.filter((field) => field.required);
	return Object.fromEntries(required.map((field) => [field.name, kindOf(field).defaultValue(field)]));
}
