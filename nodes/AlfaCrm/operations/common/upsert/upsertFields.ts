/*
 * Declares the fields in the form of *Create or Update*, and reads them. The prominent fields, such
 * as the name, have parameters of their own, because every new record needs them. The user adds all
 * other fields from the collection 'Fields'.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { ApiValue, Field } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import { isBlank, kindOf, needsValueFromUser } from '../../../fields/field';
import { collection } from '../../../form/assemble';
import { memoize } from '../../../form/memoize';
import { fieldOptions, readFieldInput } from '../../../run/fieldInput';
import type { Item } from '../../../run/item';

/** Makes the collection 'Fields', with all fields that are not prominent. */
export const makeUpsertFields = memoize((entity: Entity): INodeProperties => {
	const prominentFields = listProminentFields(entity);
	const otherFields = entity.fields.filter((field) => !prominentFields.includes(field));
	return {
		...collection('Fields', 'fieldsToSet', fieldOptions(otherFields, entity)),
		description: `What else to save of the ${entity.label.toLowerCase()}`,
	};
});

/**
 * Reads the fields to save as the user gave them: in the form, as JSON or in the field mapper. The
 * prominent fields come first, as in the form.
 */
export function readUpsertInput(item: Item, entity: Entity, key: MatchKey): IDataObject {
	const otherInput = { ...readFieldInput(item, entity, makeUpsertFields(entity)) };
	const prominentInput: IDataObject = {};
	for (const field of listProminentFields(entity)) {
		const { name } = field;
		if (key.fields.includes(name)) continue;

		// JSON and the field mapper may have the field, too. Then their value counts.
		const hasOtherValue = !isBlank(field, otherInput[name]);
		const value = hasOtherValue ? otherInput[name] : (item.readRawFieldValue(field) as ApiValue);
		delete otherInput[name];
		// The user cannot remove a prominent parameter from the form. So an empty value means that there
		// is nothing to save, and never that the value in AlfaCRM should be removed.
		if (!isBlank(field, value)) prominentInput[name] = value;
	}
	return { ...prominentInput, ...otherInput };
}

/**
 * Lists the prominent fields: the fields that a new record needs and that have no default.
 * Dropdowns and switches always have a value, so they are not among them.
 */
export const listProminentFields = memoize(({ fields }: Entity): Field[] => {
	const prominentFields: Field[] = [];
	for (const field of fields) {
		const { isAlwaysFilled, defaultValue } = kindOf(field);
		const hasDefault = isAlwaysFilled || defaultValue(field) !== undefined;
		if (needsValueFromUser(field) && !hasDefault) prominentFields.push(field);
	}
	return prominentFields;
});
