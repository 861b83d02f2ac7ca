import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import { isBlank, isNeeded, kindOf, toProperty } from '../../../fields/field';
import { collection, showWhen } from '../../../form/assemble';
import { oncePer } from '../../../form/oncePer';
import { fieldOptions, inFormMode, readFieldInput } from '../../../run/fieldInput';
import type { Item } from '../../../run/item';

/** Returns the collection 'Fields', with the fields that are not prominent. */
export const upsertFields = oncePer((entity: Entity): INodeProperties => {
	const prominentFields = prominentFieldsOf(entity);
	const otherFields = entity.fields.filter((field) => !prominentFields.includes(field));
	return {
		...collection('Fields', 'fieldsToSet', fieldOptions(otherFields, entity)),
		description: `What else to save of the ${entity.label.toLowerCase()}`,
	};
});

/**
 * Returns the parameters of the prominent fields. The parameter of a field is hidden while a match
 * key with this field is chosen, because the match value is the value of the field then.
 */
export function prominentFieldsForm(entity: Entity): INodeProperties[] {
	const { label, match } = entity;
	return prominentFieldsOf(entity).flatMap((field) => {
		const otherKeys = (match?.keys ?? []).filter((key) => !key.fields.includes(field.name));
		if (otherKeys.length === 0) return [];

		const isOnlyForNew = match?.onlyForNew?.includes(field.name) === true;
		const note = isOnlyForNew ? ' One that is found keeps its own.' : '';
		const description = `A new ${label.toLowerCase()} needs it.${note}`;
		const property = toProperty({ ...field, description });
		return [inFormMode(entity, showWhen(property, { matchBy: otherKeys.map(({ name }) => name) }))];
	});
}

/** Reads the fields to save as the user gave them, whichever input mode was used. */
export function readUpsertInput(item: Item, entity: Entity, key: MatchKey): IDataObject {
	const prominentFields = prominentFieldsOf(entity).filter(
		({ name }) => !key.fields.includes(name),
	);
	const input = readFieldInput(item, entity, upsertFields(entity), prominentFields);

	// The user cannot remove a prominent parameter from the form. So an empty one means that there is
	// nothing to save; it never means that the value in AlfaCRM should be removed.
	const isLeftEmpty = (name: string) =>
		prominentFields.some((field) => field.name === name && isBlank(field, input[name]));
	return Object.fromEntries(Object.entries(input).filter(([name]) => !isLeftEmpty(name)));
}

/**
 * Returns the prominent fields: those that a new record needs and that have no default. They have
 * parameters outside the collection 'Fields'.
 */
const prominentFieldsOf = oncePer(({ fields }: Entity): Field[] =>
	fields.filter((field) => {
		const { isAlwaysFilled, defaultValue } = kindOf(field);
		return isNeeded(field) && !isAlwaysFilled && defaultValue(field) === undefined;
	}),
);
