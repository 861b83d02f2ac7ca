import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity } from '../../../entities/types';
import { isEmpty } from '../../../fields/blank';
import { isList, isStored, itemsIn, kindOf, listOf, sameItem } from '../../../fields/field';
import { normalizeText } from '../../../fields/normalizeText';
import type { Item } from '../../../run/item';
import { findField } from '../../../run/matching/keys';

/**
 * Joins the texts that a person typed and that the record does not hold, for instance because an
 * update leaves its name alone. A workflow can save them elsewhere, such as in a comment.
 */
export function findUnsavedTexts(
	item: Item,
	entity: Entity,
	typedValues: IDataObject,
	record: IDataObject,
): string {
	const unsavedTexts: string[] = [];
	for (const [name, typedValue] of Object.entries(typedValues)) {
		const field = findField(entity, name);
		if (!isTypedText(field) || isEmpty(typedValue)) continue;
		if (isHeld(item, field, record[name], typedValue)) continue;
		unsavedTexts.push(listOf(typedValue).join(', ').trim());
	}
	return unsavedTexts.join(', ');
}

/** Whether people type the values of a field, rather than choose them. */
function isTypedText(field: Field): boolean {
	const { type, items } = kindOf(field).schema(field);
	return [type, items?.type].includes('string');
}

/**
 * Whether a record holds all that a person typed for a field. The words of a person's name may be
 * in another order.
 */
function isHeld(item: Item, field: Field, storedValue: unknown, typedValue: unknown): boolean {
	const isPersonName = field.type === 'text' && field.isPersonName === true;
	if (isPersonName && sameItem(field, storedValue, typedValue)) return true;

	if (!isList(field)) return isStored(field, storedValue, typedValue, item.zone);
	return itemsIn(field, typedValue).every((typedItem) => isItemHeld(field, storedValue, typedItem));
}

/**
 * Whether a list holds an item together with the words beside it: a number alone does not hold
 * "call after six".
 */
function isItemHeld(field: Field, storedList: unknown, typedItem: unknown): boolean {
	const typedText = normalizeText(String(typedItem));
	const mayHaveWords = kindOf(field).mayHaveWords(typedText);
	return listOf(storedList).some((storedItem) => {
		if (!sameItem(field, storedItem, typedItem)) return false;
		return !mayHaveWords || normalizeText(String(storedItem)).includes(typedText);
	});
}
