import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity } from '../../../entities/types';
import { isEmpty } from '../../../fields/blank';
import { isList, isStored, splitItems, kindOf, listOf, sameItem } from '../../../fields/field';
import { normalizeText } from '../../../fields/normalizeText';
import type { Item } from '../../../run/item';
import { findField } from '../../../run/matching/readSearch';

/**
 * Finds the typed texts that the saved record does not have, for example because an update leaves
 * the name alone, and joins them. A workflow can save them elsewhere, such as in a comment.
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
		if (hasTypedValue(item, field, record[name], typedValue)) continue;

		unsavedTexts.push(listOf(typedValue).join(', ').trim());
	}
	return unsavedTexts.join(', ');
}

/** Whether a field takes texts or a list of texts, which people type. */
function isTypedText(field: Field): boolean {
	const { type, items } = kindOf(field).schema(field);
	return type === 'string' || items?.type === 'string';
}

/**
 * Whether a record has everything that was typed for a field. The words of a person's name may be
 * in another order.
 */
function hasTypedValue(
	item: Item,
	field: Field,
	storedValue: unknown,
	typedValue: unknown,
): boolean {
	const isPersonName = field.type === 'text' && field.isPersonName === true;
	if (isPersonName && sameItem(field, storedValue, typedValue)) return true;
	if (!isList(field)) return isStored(field, storedValue, typedValue, item.zone);

	// A typed text may hold several values, such as two phones with a comma between them.
	const typedItems = splitItems(field, typedValue);
	return typedItems.every((typedItem) => hasTypedItem(field, listOf(storedValue), typedItem));
}

/**
 * Whether a list of the record has a typed value, such as a phone, together with any words beside
 * it. A list with +7(900)555-00-01 has "89005550001", but not "89005550001 call after six".
 */
function hasTypedItem(field: Field, storedItems: readonly unknown[], typedItem: unknown): boolean {
	const typedText = normalizeText(String(typedItem));
	const mayHaveWordsBeside = kindOf(field).mayHaveWords(typedText);
	const equalItems = storedItems.filter((storedItem) => sameItem(field, storedItem, typedItem));
	if (!mayHaveWordsBeside) return equalItems.length > 0;

	return equalItems.some((storedItem) => normalizeText(String(storedItem)).includes(typedText));
}
