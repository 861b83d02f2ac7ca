import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { isBlank, isProminent, toParameters, toProperty } from '../fields/field';
import type { Field } from '../entities/fieldTypes';
import { collection } from '../form/assemble';
import type { Item } from './item';
import type { OperationPart } from './operation';
import { lostError } from './fieldInput';

const additionalFields = (fields: readonly Field[]): INodeProperties =>
	collection(
		'Additional Fields',
		'additionalFields',
		fields.filter((field) => !isProminent(field) && !field.withoutParameter).map(toProperty),
	);

/** The fields of an action in the form. */
export function fieldsForm(fields: readonly Field[]): OperationPart {
	return {
		prominentFields: fields.filter(isProminent).flatMap(toParameters),
		fields: fields.every(isProminent) ? [] : [additionalFields(fields)],
	};
}

/** Whether a field that is left as it is stands for today, or for a day that is counted from today. */
export const dependsOnToday = (field: Field): boolean =>
	field.fallback === 'today' || (field.type === 'date' && field.daysAhead !== undefined);

/** The options of an action, if it has any. */
export const optionsForm = (options: readonly Field[]): INodeProperties[] =>
	options.length === 0 ? [] : [collection('Options', 'options', options.map(toProperty), 'Add Option')];

/**
 * What the form holds for them; all fields of the action are to be asked for at once.
 *
 * @param mustSay which of those that were added may not be empty
 */
export function readFields(
	item: Item,
	fields: readonly Field[],
	mustSay = ({ neverEmpty }: Field) => neverEmpty === true,
): IDataObject {
	const added = fields.every(isProminent) ? undefined : item.collection(additionalFields(fields));
	const entries = fields.map((field) => {
		if (isProminent(field)) return [field.name, item.inputOf(field)];
		return [field.name, added?.has(field.name) ? added.input({ ...toProperty(field) }) : undefined];
	});
	const input = Object.fromEntries(entries) as IDataObject;
	for (const field of fields)
		if (added?.has(field.name) && isBlank(field, input[field.name]) && mustSay(field))
			throw lostError(item, field);
	return input;
}

/** The same where they say what is returned: one that was added and is empty is refused, for more would come without it. */
export const readFilters: typeof readFields = (item, fields) => readFields(item, fields, () => true);
