import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import { isBlank, isNeeded, kindOf, toProperty } from '../../../fields/field';
import { collection, showWhen } from '../../../form/assemble';
import { oncePer } from '../../../form/oncePer';
import { fieldOptions, inFormMode, readFieldInput } from '../../../run/fieldInput';
import type { Item } from '../../../run/item';

/**
 * Makes the collection 'Fields'. It offers all fields but the prominent ones, which have parameters
 * of their own because every new record needs them.
 */
export const makeUpsertFields = oncePer((entity: Entity): INodeProperties => {
	const prominentFields = listProminentFields(entity);
	const otherFields = entity.fields.filter((field) => !prominentFields.includes(field));
	return {
		...collection('Fields', 'fieldsToSet', fieldOptions(otherFields, entity)),
		description: `What else to save of the ${entity.label.toLowerCase()}`,
	};
});

/**
 * Makes the parameters of the prominent fields, such as the name: those that every new record
 * needs. The parameter of a field is hidden while a match key with this field is chosen, because
 * the match value is the value of the field then.
 */
export function prominentFieldsForm(entity: Entity): INodeProperties[] {
	return listProminentFields(entity).flatMap((field) => makeProminentParameter(entity, field));
}

/** Makes the parameter of a prominent field; none if the field is in every match key. */
function makeProminentParameter(entity: Entity, field: Field): INodeProperties[] {
	const { label, match } = entity;
	const otherKeys = (match?.keys ?? []).filter((key) => !key.fields.includes(field.name));
	if (otherKeys.length === 0) return [];

	const isOnlyForNew = match?.onlyForNew?.includes(field.name) === true;
	const note = isOnlyForNew ? ' One that is found keeps its own.' : '';
	const description = `A new ${label.toLowerCase()} needs it.${note}`;
	const property = toProperty({ ...field, description });

	const matchBy = otherKeys.map(({ name }) => name);
	return [inFormMode(entity, showWhen(property, { matchBy }))];
}

/** Reads the fields to save as the user gave them, whichever input mode was used. */
export function readUpsertInput(item: Item, entity: Entity, key: MatchKey): IDataObject {
	const prominentFields = listProminentFields(entity).filter(
		({ name }) => !key.fields.includes(name),
	);
	const input = readFieldInput(item, entity, makeUpsertFields(entity), prominentFields);

	// The user cannot remove a prominent parameter from the form. So an empty one means that there is
	// nothing to save; it never means that the value in AlfaCRM should be removed.
	const isLeftEmpty = (name: string, value: unknown) =>
		prominentFields.some((field) => field.name === name && isBlank(field, value));
	const filledInput = Object.entries(input).filter(([name, value]) => !isLeftEmpty(name, value));
	return Object.fromEntries(filledInput);
}

/**
 * Lists the prominent fields: those that a new record needs and that have no default. A field that
 * is always filled, a dropdown or a switch, is not among them.
 */
const listProminentFields = oncePer(({ fields }: Entity): Field[] => {
	const prominentFields: Field[] = [];
	for (const field of fields) {
		const { isAlwaysFilled: alwaysFilled, defaultValue } = kindOf(field);
		const hasDefault = alwaysFilled || defaultValue(field) !== undefined;
		if (isNeeded(field) && !hasDefault) prominentFields.push(field);
	}
	return prominentFields;
});
