/*
 * Declares the fields in the form of *Create or Update*, and reads them. The prominent fields, such
 * as the name, have parameters of their own, because every new record needs them. The user adds all
 * other fields from the collection 'Fields'.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import { isBlank, needsValueFromUser, kindOf, toProperty } from '../../../fields/field';
import { collection, showWhen } from '../../../form/assemble';
import { memoize } from '../../../form/memoize';
import { fieldOptions, showInFormMode, readFieldInput } from '../../../run/fieldInput';
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
 * Makes the parameters of the prominent fields. If the user matches by the name, for example, the
 * parameter of the name is hidden: the match value is the name of a new record.
 */
export function prominentFieldsForm(entity: Entity): INodeProperties[] {
	return listProminentFields(entity).flatMap((field) => makeProminentParameter(entity, field));
}

/**
 * Makes the parameter of a prominent field. Makes none if every match key has the field, so that
 * the parameter would always be hidden.
 */
function makeProminentParameter(entity: Entity, field: Field): INodeProperties[] {
	const { label, match } = entity;
	const keysWithoutField = (match?.keys ?? []).filter((key) => !key.fields.includes(field.name));
	if (keysWithoutField.length === 0) return [];

	const isOnlyForNew = match?.onlyForNew?.includes(field.name) === true;
	const note = isOnlyForNew ? ' One that is found keeps its own.' : '';
	const description = `A new ${label.toLowerCase()} needs it.${note}`;
	const property = toProperty({ ...field, description });

	const matchBy = keysWithoutField.map(({ name }) => name);
	return [showInFormMode(entity, showWhen(property, { matchBy }))];
}

/**
 * Reads the fields to save as the user gave them: in the form, as JSON or in the field mapper.
 */
export function readUpsertInput(item: Item, entity: Entity, key: MatchKey): IDataObject {
	const prominentFields = listProminentFields(entity).filter(
		({ name }) => !key.fields.includes(name),
	);
	const input = readFieldInput(item, entity, makeUpsertFields(entity), prominentFields);

	// The user cannot remove a prominent parameter from the form. So an empty parameter means that
	// there is nothing to save, and never that the value in AlfaCRM should be removed.
	const isLeftEmpty = (name: string, value: unknown) =>
		prominentFields.some((field) => field.name === name && isBlank(field, value));
	const filledInput = Object.entries(input).filter(([name, value]) => !isLeftEmpty(name, value));
	return Object.fromEntries(filledInput);
}

/**
 * Lists the prominent fields: the fields that a new record needs and that have no default.
 * Dropdowns and switches always have a value, so they are not among them.
 */
const listProminentFields = memoize(({ fields }: Entity): Field[] => {
	const prominentFields: Field[] = [];
	for (const field of fields) {
		const { isAlwaysFilled, defaultValue } = kindOf(field);
		const hasDefault = isAlwaysFilled || defaultValue(field) !== undefined;
		if (needsValueFromUser(field) && !hasDefault) prominentFields.push(field);
	}
	return prominentFields;
});
