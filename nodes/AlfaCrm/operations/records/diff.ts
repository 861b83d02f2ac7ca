import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { Entity } from '../../entities/types';
import { customField } from '../../fields/custom';
import { holdsIds, isList, isStored, listOf, union } from '../../fields/field';
import type { Field, Wire } from '../../entities/fieldTypes';
import type { Item } from '../execution/item';

/** The part of `values` that would change the record. What AlfaCRM does not show of it counts as empty. */
export function differences(
	item: Item,
	entity: Pick<Entity, 'fields'>,
	record: IDataObject,
	values: IDataObject,
	addToLists: boolean,
): IDataObject {
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(values)) {
		const field = entity.fields.find((one) => one.name === name) ?? customField(name);
		const wanted = addToLists && isList(field) ? added(item, field, record[name], value) : value;
		// What a list keeps is among what is wanted of it.
		if (isList(field)) assertKnownForm(item, field, wanted);
		if (!isStored(field, record[name], wanted, item.zone)) body[name] = wanted;
	}
	return body;
}

/**
 * The values that a record has, and the given ones. Nothing is added to a list that is emptied.
 *
 * @throws NodeOperationError when AlfaCRM shows names where it takes IDs, which could not be sent back
 */
export function added(item: Item, field: Field, held: unknown, input: Wire): Wire {
	const more = listOf(input);
	if (more.length === 0) return input;
	const present = listOf(held);
	const refused = (message: string) => refusedToAdd(item, field, message);
	if (held === undefined)
		throw refused(`Nothing can be added to '${field.label}', because AlfaCRM does not show what is in it`);
	assertKnownForm(item, field, present as Wire);
	if (holdsIds(field) && present.some((one) => readId(one) === undefined))
		throw refused(`Nothing can be added to '${field.label}', because AlfaCRM shows no IDs in it`);
	return union(field, present, more) as Wire;
}

/** A map with a phone in it, say, which could only be sent back as a word. */
function assertKnownForm(item: Item, field: Field, held: Wire): void {
	if (!listOf(held).some((one) => typeof one === 'object' && one !== null)) return;
	throw refusedToAdd(
		item,
		field,
		`Nothing can be added to '${field.label}', because AlfaCRM shows it in an unknown format`,
	);
}

const refusedToAdd = (item: Item, { label }: Field, message: string): Error =>
	item.refused(
		message,
		`Leave '${label}' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values. ${item.savedNote()}`,
	);
