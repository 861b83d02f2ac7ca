/**
 * Shows the fields of an action in the form, and reads their values. A *prominent field* has its
 * own parameter: it is required and has no default, or it is declared `prominent`. The user adds
 * all other fields from the collection *Additional Fields*.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { isBlank, hasOwnParameter, toParameter, toProperty } from '../fields/field';
import type { Field, ApiValue } from '../entities/fieldTypes';
import { collection } from '../form/assemble';
import type { Item } from './item';
import type { OperationPart } from './operation';
import { emptyFieldError } from './fieldInput';

// ---------------------------------------------------------------- the form

/**
 * Makes the parameters of an action's fields: one for each prominent field, and the collection
 * *Additional Fields* for all other fields.
 */
export function fieldsForm(fields: readonly Field[]): OperationPart {
	const prominentFields = fields.filter(hasOwnParameter);
	return {
		prominentFields: prominentFields.map(toParameter),
		fields: hasAdditionalFields(fields) ? [makeAdditionalFields(fields)] : [],
	};
}

/** Whether a field of the action has no parameter of its own. */
const hasAdditionalFields = (fields: readonly Field[]): boolean => !fields.every(hasOwnParameter);

/**
 * Makes the collection *Additional Fields* from all fields of an action. Prominent fields are left
 * out, and fields that are declared `withoutParameter`, which the form does not show at all.
 */
function makeAdditionalFields(fields: readonly Field[]): INodeProperties {
	const addableFields = fields.filter(
		(field) => !hasOwnParameter(field) && !field.withoutParameter,
	);
	return collection('Additional Fields', 'additionalFields', addableFields.map(toProperty));
}

/** Makes the collection *Options* of an action, if the action has any options. */
export function optionsForm(options: readonly Field[]): INodeProperties[] {
	if (options.length === 0) return [];
	return [collection('Options', 'options', options.map(toProperty), 'Add Option')];
}

/**
 * Whether the default of a field is today, or a day that is counted from today. An operation with
 * such a field depends on the time zone of the workflow, so its form names the zone.
 */
export const dependsOnToday = (field: Field): boolean =>
	field.fallback === 'today' || (field.type === 'date' && field.daysAhead !== undefined);

// ---------------------------------------------------------------- reading the form

/**
 * Reads the values of an action's fields from the form. `fields` must be all fields of the action:
 * *Additional Fields* refuses a name that is not among them.
 *
 * @throws NodeOperationError if the user has added a field whose value is empty, and the action
 * would do something else without the field (`neverEmpty`)
 */
export function readFields(item: Item, fields: readonly Field[]): IDataObject {
	const { input, emptiedFields } = readValues(item, fields);
	const refusedField = emptiedFields.find(({ neverEmpty }) => neverEmpty);
	if (refusedField) throw emptyFieldError(item, refusedField);
	return input;
}

/**
 * Reads the values of fields that narrow down what an action lists.
 *
 * @throws NodeOperationError if the user has added a field and its value is empty. AlfaCRM would
 * ignore the field and list more than the user wants.
 */
export function readFilterFields(item: Item, fields: readonly Field[]): IDataObject {
	const { input, emptiedFields } = readValues(item, fields);
	if (emptiedFields.length > 0) throw emptyFieldError(item, emptiedFields[0]);
	return input;
}

interface ActionInput {
	/** The values of all fields by name; undefined for a field that the user has not added. */
	input: IDataObject;
	/** The fields that the user has added to *Additional Fields* and whose values are empty. */
	emptiedFields: Field[];
}

/** Reads the values of an action's fields, and finds the added fields whose values are empty. */
function readValues(item: Item, fields: readonly Field[]): ActionInput {
	const additionalFields = hasAdditionalFields(fields)
		? item.collection(makeAdditionalFields(fields))
		: undefined;

	const input: IDataObject = {};
	const emptiedFields: Field[] = [];
	for (const field of fields) {
		const { name } = field;
		// `IDataObject` does not take `unknown`. The values are checked when the body is made.
		if (hasOwnParameter(field)) {
			input[name] = item.readRawFieldValue(field) as ApiValue;
		} else if (additionalFields?.has(name)) {
			input[name] = additionalFields.readRawValue(toProperty(field)) as ApiValue;
			if (isBlank(field, input[name])) emptiedFields.push(field);
		} else {
			input[name] = undefined;
		}
	}
	return { input, emptiedFields };
}
