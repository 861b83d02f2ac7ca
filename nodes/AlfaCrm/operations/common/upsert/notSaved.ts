import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity } from '../../../entities/types';
import { isEmpty } from '../../../fields/blank';
import { isList, isStored, splitItems, kindOf, listOf, areSameItems } from '../../../fields/field';
import { normalizeText } from '../../../fields/normalizeText';
import type { Item } from '../../../run/item';
import { findField } from '../../../run/matching/readSearch';

/**
 * Finds the texts of the form that the saved record does not have, and joins them with commas. For
 * example, an update keeps the name of the record, so another name in the form is not saved. The
 * workflow can save such texts elsewhere, such as in a comment.
 *
 * Values of other types, such as numbers, days and choices, are left out, because people do not
 * type them.
 *
 * @param formValues the values of the form by field name
 */
export function findUnsavedTexts(
	item: Item,
	entity: Entity,
	formValues: IDataObject,
	record: IDataObject,
): string {
	const unsavedTexts: string[] = [];
	for (const [name, typedValue] of Object.entries(formValues)) {
		const field = findField(entity, name);
		if (!isTypedText(field) || isEmpty(typedValue)) continue;
		if (hasTypedValue(item, field, record[name], typedValue)) continue;

		unsavedTexts.push(listOf(typedValue).join(', ').trim());
	}
	return unsavedTexts.join(', ');
}

/** Whether the values of a field are texts that people type. */
function isTypedText(field: Field): boolean {
	const { type, items } = kindOf(field).schema(field);
	return type === 'string' || items?.type === 'string';
}

/**
 * Whether a record has everything that was typed for a field. For the name of a person, the order
 * of the words does not matter.
 */
function hasTypedValue(
	item: Item,
	field: Field,
	storedValue: unknown,
	typedValue: unknown,
): boolean {
	const isPersonName = field.type === 'text' && field.isPersonName === true;
	if (isPersonName && areSameItems(field, storedValue, typedValue)) return true;
	if (!isList(field)) return isStored(field, storedValue, typedValue, item.zone);

	// People also type several values into one text, such as two phones with a comma between them.
	const typedItems = splitItems(field, typedValue);
	return typedItems.every((typedItem) => hasTypedItem(field, listOf(storedValue), typedItem));
}

/**
 * Whether a list of the record has a typed value, such as a phone. If words stand beside the phone,
 * the list must have the words too: +7(900)555-00-01 is the same as "89005550001", but lacks the
 * words of "89005550001 call after six".
 */
function hasTypedItem(field: Field, storedItems: readonly unknown[], typedItem: unknown): boolean {
	const typedText = normalizeText(String(typedItem));
	const hasOptionalWords = kindOf(field).hasOptionalWords(typedText);
	const equalItems = storedItems.filter((storedItem) => areSameItems(field, storedItem, typedItem));
	if (!hasOptionalWords) return equalItems.length > 0;

	return equalItems.some((storedItem) => normalizeText(String(storedItem)).includes(typedText));
}
