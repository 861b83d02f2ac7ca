import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { isBlank, isProminent, toParameters, toProperty } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import type { FormPart } from '../../form/assemble';
import { collection } from '../../form/assemble';
import type { Item } from '../execution/item';
import { bodyOf } from '../records/body';
import type { ActionSlot } from './kind';

const additionalFields = (fields: readonly Field[]): INodeProperties =>
	collection(
		'Additional Fields',
		'additionalFields',
		fields.filter((field) => !isProminent(field)).map(toProperty),
	);

/** The fields of an action in the form. */
export function fieldsForm(fields: readonly Field[]): FormPart<ActionSlot> {
	return {
		prominentFields: fields.filter(isProminent).flatMap(toParameters),
		additionalFields: fields.every(isProminent) ? [] : [additionalFields(fields)],
	};
}

/** What the form holds for them, as it is sent. */
export function readBody(item: Item, fields: readonly Field[] = [], branch?: number): IDataObject {
	return bodyOf(item, fields, readFields(item, fields), branch);
}

/** The same as it was given; all fields of the action are to be asked for at once. */
export function readFields(item: Item, fields: readonly Field[]): IDataObject {
	const optional = fields.every(isProminent) ? undefined : item.collection(additionalFields(fields));
	const entries = fields.map((field) => {
		if (isProminent(field)) return [field.name, item.inputOf(field)];
		const isThere = optional?.has(field.name) === true;
		const value = isThere ? optional.input({ ...toProperty(field) }) : undefined;
		if (isThere && field.limitsOutput && isBlank(field, value)) throw emptyFilter(item, field);
		return [field.name, value];
	});
	return Object.fromEntries(entries) as IDataObject;
}

function emptyFilter(item: Item, { label }: Field): Error {
	return item.refused(
		`'${label}' is empty`,
		"It says what is returned. Fill it, or remove it from 'Additional Fields'. Nothing was sent to AlfaCRM.",
	);
}
