/**
 * Shows the fields of an action in the form, and reads them. A prominent field has its own
 * parameter: a required field without a default, or one that is declared so. The user adds all
 * other fields from the collection *Additional Fields*.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { isBlank, hasOwnParameter, toParameters, toProperty } from '../fields/field';
import type { Field } from '../entities/fieldTypes';
import { collection } from '../form/assemble';
import type { Item } from './item';
import type { OperationPart } from './operation';
import { emptyFieldError } from './fieldInput';

// ---------------------------------------------------------------- the form

/** Makes the parameters of an action's fields. */
export function fieldsForm(fields: readonly Field[]): OperationPart {
	return {
		prominentFields: fields.filter(hasOwnParameter).flatMap(toParameters),
		fields: fields.every(hasOwnParameter) ? [] : [additionalFields(fields)],
	};
}

const additionalFields = (fields: readonly Field[]): INodeProperties =>
	collection(
		'Additional Fields',
		'additionalFields',
		fields.filter((field) => !hasOwnParameter(field) && !field.withoutParameter).map(toProperty),
	);

/** Makes the *Options* of an action, if it has any. */
export const optionsForm = (options: readonly Field[]): INodeProperties[] =>
	options.length === 0
		? []
		: [collection('Options', 'options', options.map(toProperty), 'Add Option')];

/** Whether the default of a field is today, or a day that is counted from today. */
export const dependsOnToday = (field: Field): boolean =>
	field.fallback === 'today' || (field.type === 'date' && field.daysAhead !== undefined);

// ---------------------------------------------------------------- reading the form

/**
 * Reads the values of an action's fields from the form. `fields` must be all fields of the action:
 * *Additional Fields* refuses a name that is not among them.
 *
 * @throws NodeOperationError if the user has added a `neverEmpty` field and its value is empty
 */
export function readFields(item: Item, fields: readonly Field[]): IDataObject {
	return readValues(item, fields, ({ neverEmpty }) => neverEmpty === true);
}

/**
 * Reads the values of fields that narrow down what an action lists. Refuses each field that the
 * user has added and that is empty: AlfaCRM would ignore it and list more than the user wants.
 */
export function readFilterFields(item: Item, fields: readonly Field[]): IDataObject {
	return readValues(item, fields, () => true);
}

function readValues(
	item: Item,
	fields: readonly Field[],
	mayNotBeEmpty: (field: Field) => boolean,
): IDataObject {
	const additional = fields.every(hasOwnParameter)
		? undefined
		: item.collection(additionalFields(fields));
	const wasAdded = ({ name }: Field) => additional?.has(name) === true;
	const readValue = (field: Field): unknown => {
		if (hasOwnParameter(field)) return item.inputOfField(field);
		return wasAdded(field) ? additional?.input(toProperty(field)) : undefined;
	};

	const input = Object.fromEntries(
		fields.map((field) => [field.name, readValue(field)]),
	) as IDataObject;
	for (const field of fields) {
		const isEmptied = wasAdded(field) && isBlank(field, input[field.name]);
		if (isEmptied && mayNotBeEmpty(field)) throw emptyFieldError(item, field);
	}
	return input;
}
