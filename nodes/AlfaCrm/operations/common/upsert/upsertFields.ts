import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import { isBlank, isNeeded, kindOf, toProperty } from '../../../fields/field';
import { collection, showWhen } from '../../../form/assemble';
import { oncePer } from '../../../form/oncePer';
import { fieldOptions, inFormMode, readFieldInput } from '../../../run/fieldInput';
import type { Item } from '../../../run/item';

/** The collection of the fields that have no parameter of their own. */
export const upsertFields = oncePer((entity: Entity): INodeProperties => {
	const prominentFields = prominentFieldsOf(entity);
	const otherFields = entity.fields.filter((field) => !prominentFields.includes(field));
	return {
		...collection('Fields', 'fieldsToSet', fieldOptions(otherFields, entity)),
		description: `What else to save of the ${entity.label.toLowerCase()}`,
	};
});

/**
 * Returns the parameters of the prominent fields. Each is shown unless the record is matched by
 * that very field.
 */
export function prominentFieldsForm(entity: Entity): INodeProperties[] {
	const { label, match } = entity;
	return prominentFieldsOf(entity).flatMap((field) => {
		const otherKeys = (match?.keys ?? []).filter((key) => !key.fields.includes(field.name));
		if (otherKeys.length === 0) return [];

		const isLeftAlone = match?.onlyForNew?.includes(field.name) === true;
		const note = isLeftAlone ? ' One that is found keeps its own.' : '';
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

	// A prominent parameter always stands in the form. If it is empty, there is nothing to save, not
	// a value to remove.
	const isLeftEmpty = (name: string) =>
		prominentFields.some((field) => field.name === name && isBlank(field, input[name]));
	return Object.fromEntries(Object.entries(input).filter(([name]) => !isLeftEmpty(name)));
}

/**
 * The fields that a new record needs and that have no default. They stand in the form with
 * parameters of their own.
 */
const prominentFieldsOf = oncePer(({ fields }: Entity): Field[] =>
	fields.filter((field) => {
		const { alwaysFilled, defaultValue } = kindOf(field);
		return isNeeded(field) && !alwaysFilled && defaultValue(field) === undefined;
	}),
);
