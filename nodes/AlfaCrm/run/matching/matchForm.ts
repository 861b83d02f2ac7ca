import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { toSingleProperty } from '../../fields/field';
import { sortByName } from '../../fields/order';
import { showWhen } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import type { Item } from '../item';
import { idParameter } from '../target';

/*
 * Declares and reads the part of the form that says which record is looked for: the match key in 'Match By', and a parameter
 * for each of its match values. A custom field has no parameter of its own, because AlfaCRM does not list an account's custom fields. The
 * user writes its name into 'Custom Field' and its match value into 'Value'.
 */

/** Returns the parameters for the match key and its match values. */
export function matchForm(entity: Entity): INodeProperties[] {
	const keys = keysOf(entity);
	const keysWithCustomField = keys.filter(takesCustomField);
	const fieldNames = new Set(keys.flatMap(({ fields }) => fields));
	const valueParameters = [...fieldNames].flatMap((fieldName) => {
		const keysWithField = keys.filter(({ fields }) => fields.includes(fieldName));
		return showForKeys(makeValueParameter(entity, fieldName, keysWithField), keysWithField);
	});

	return [
		matchByParameter(entity),
		...showForKeys(customFieldParameter, keysWithCustomField),
		...valueParameters,
		...showForKeys(customValueParameter, keysWithCustomField),
	];
}

/**
 * Reads the match key that the user chose in 'Match By'. If the user has named a custom field, it
 * becomes the last field of the key.
 *
 * @throws NodeOperationError if 'Custom Field' is needed and does not name one
 */
export function readMatchKey(item: Item, entity: Entity): MatchKey {
	const keyName = item.choice(matchByParameter(entity));
	const key = keysOf(entity).find(({ name }) => name === keyName);
	if (key === undefined) throw item.error(`'Match By' has no choice "${keyName}"`);
	if (!takesCustomField(key)) return key;

	const isCustomFieldOptional = key.mayHaveCustomField === true;
	const isCustomFieldLeftOut =
		isEmpty(item.input(customFieldParameter)) && isEmpty(item.input(customValueParameter));
	if (isCustomFieldOptional && isCustomFieldLeftOut) return key;

	const customFieldName = item.text(customFieldParameter);
	if (isCustom(customFieldName)) return { ...key, fields: [...key.fields, customFieldName] };
	throw item.error(
		`'Custom Field' is no name of a custom field: "${customFieldName}"`,
		"It starts with custom_, as in the output of 'Get'.",
	);
}

/** Reads the match value of a field as the user gave it. */
export function readMatchValue(item: Item, field: Field): unknown {
	return isCustom(field.name) ? item.input(customValueParameter) : item.inputOf(field);
}

const matchByParameter = oncePer((entity: Entity): INodeProperties => {
	const keys = keysOf(entity);
	const firstKeyName = keys.at(0)?.name ?? '';
	return {
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		options: sortByName(keys.map(toOption)),
		default: firstKeyName,
	};
});

function toOption({ name, label, description }: MatchKey): INodePropertyOptions {
	return { name: label, value: name, ...(description ? { description } : {}) };
}

const customFieldParameter: INodeProperties = {
	displayName: 'Custom Field',
	name: 'matchField',
	type: 'string',
	default: '',
	placeholder: 'e.g. custom_school',
	description: 'Starts with custom_',
};

/** Holds the match value of the custom field. */
const customValueParameter: INodeProperties = {
	displayName: 'Value',
	name: 'matchValue',
	type: 'string',
	default: '',
};

const keysOf = ({ match }: Entity): readonly MatchKey[] => match?.keys ?? [];

/**
 * Whether the user must or may name a custom field for a key. A key without fields consists of a
 * custom field alone.
 */
const takesCustomField = ({ fields, mayHaveCustomField }: MatchKey): boolean =>
	fields.length === 0 || mayHaveCustomField === true;

/**
 * Makes the parameter for the match value of a declared field or of the ID. The description is that
 * of the key that has no other field, such as "In any format" of the key 'Phone'.
 */
function makeValueParameter(
	entity: Entity,
	fieldName: string,
	keysWithField: readonly MatchKey[],
): INodeProperties {
	const field = entity.fields.find(({ name }) => name === fieldName);
	if (field === undefined) return idParameter(entity);

	const description = keysWithField.find(({ fields }) => fields.length === 1)?.description;
	return toSingleProperty({ ...(description ? { description } : {}), ...field });
}

/**
 * Shows a parameter while one of these keys is chosen. It is required unless the key may lack some
 * of its values.
 */
function showForKeys(parameter: INodeProperties, keys: readonly MatchKey[]): INodeProperties[] {
	const keysThatNeedIt = keys.filter(({ isOneEnough }) => !isOneEnough);
	const keysThatMayLackIt = keys.filter(({ isOneEnough }) => isOneEnough);

	const shown: INodeProperties[] = [];
	if (keysThatNeedIt.length > 0) {
		shown.push(showWhen({ ...parameter, required: true }, { matchBy: namesOf(keysThatNeedIt) }));
	}
	if (keysThatMayLackIt.length > 0) {
		shown.push(showWhen(parameter, { matchBy: namesOf(keysThatMayLackIt) }));
	}
	return shown;
}

const namesOf = (keys: readonly MatchKey[]): string[] => keys.map(({ name }) => name);
