import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity } from '../../../entities/types';
import { isEmpty } from '../../../fields/blank';
import { isList, isStored, splitItems, kindOf, listOf, sameItem } from '../../../fields/field';
import { normalizeText } from '../../../fields/normalizeText';
import type { Item } from '../../../run/item';
import { findField } from '../../../run/matching/readSearch';

/**
 * Joins the given texts that the saved record does not hold, for example because an update leaves
 * the name alone. A workflow can save them elsewhere, such as in a comment.
 *
 * @param typedValues the values of the form by field name. Numbers, days and choices among them are
 * left out, because people choose those and do not type them.
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
		if (holdsTypedValue(item, field, record[name], typedValue)) continue;
		unsavedTexts.push(listOf(typedValue).join(', ').trim());
	}
	return unsavedTexts.join(', ');
}

/** Whether the values of a field are texts, or lists of texts, by its schema. */
function isTypedText(field: Field): boolean {
	const { type, items } = kindOf(field).schema(field);
	return [type, items?.type].includes('string');
}

/**
 * Whether a field of the record holds everything that was typed for it. The words of a person's
 * name may be in another order.
 */
function holdsTypedValue(
	item: Item,
	field: Field,
	storedValue: unknown,
	typedValue: unknown,
): boolean {
	const isPersonName = field.type === 'text' && field.isPersonName === true;
	if (isPersonName && sameItem(field, storedValue, typedValue)) return true;

	if (!isList(field)) return isStored(field, storedValue, typedValue, item.zone);
	return splitItems(field, typedValue).every((typedItem) =>
		holdsTypedItem(field, storedValue, typedItem),
	);
}

/**
 * Whether a list holds a typed item, with any words that were typed beside it. A list with
 * +7(900)555-00-01 holds "89005550001", but it does not hold "89005550001 call after six".
 */
function holdsTypedItem(field: Field, storedList: unknown, typedItem: unknown): boolean {
	const typedText = normalizeText(String(typedItem));
	const mayHaveWords = kindOf(field).mayHaveWords(typedText);
	return listOf(storedList).some((storedItem) => {
		if (!sameItem(field, storedItem, typedItem)) return false;
		return !mayHaveWords || normalizeText(String(storedItem)).includes(typedText);
	});
}
