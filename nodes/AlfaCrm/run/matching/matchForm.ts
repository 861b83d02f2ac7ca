/*
 * Declares and reads the part of the form that says which record is searched for. The user chooses
 * a match key in 'Match By', such as 'Phone' or 'Phone and Name': the fields by which the record is
 * searched for. Each field of the key has a parameter for its match value, such as +7 900 555-00-01.
 *
 * A custom field has no parameter of its own, because AlfaCRM does not list the custom fields of an
 * account. The user types its name into 'Custom Field', and its match value into 'Value'.
 */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { markRequired, toSingleProperty } from '../../fields/field';
import { sortByName } from '../../fields/order';
import { showWhen } from '../../form/assemble';
import { memoize } from '../../form/memoize';
import type { Item } from '../item';
import { idParameter } from '../target';

/**
 * Returns the parameters for the match key and its match values.
 *
 * @param newRecordFields the fields that a new record needs, if the operation can create one. A
 * field of these that only some keys have is always shown, because a new record needs it whatever
 * key the user has chosen
 */
export function matchForm(
	entity: Entity,
	newRecordFields: readonly Field[] = [],
): INodeProperties[] {
	const keys = keysOf(entity);
	const alwaysShownFields = newRecordFields.filter(
		({ name }) => !keys.every(({ fields }) => fields.includes(name)),
	);
	const namesOfAlwaysShown = alwaysShownFields.map(({ name }) => name);
	const fieldNames = new Set(keys.flatMap(({ fields }) => fields));

	const valueParameters: INodeProperties[] = [];
	for (const fieldName of fieldNames) {
		if (namesOfAlwaysShown.includes(fieldName)) continue;

		const keysWithField = keys.filter(({ fields }) => fields.includes(fieldName));
		const parameter = makeValueParameter(entity, fieldName, keysWithField);
		valueParameters.push(...showForKeys(parameter, keysWithField));
	}

	const keysWithCustomField = keys.filter(takesCustomField);
	return [
		matchByParameter(entity),
		...showForKeys(customFieldParameter, keysWithCustomField),
		...valueParameters,
		...showForKeys(customValueParameter, keysWithCustomField),
		...alwaysShownFields.map((field) => makeNewRecordParameter(entity, field)),
	];
}

/**
 * Reads the match key that the user chose in 'Match By'. If the user has named a custom field, it
 * becomes the last field of the key.
 *
 * @throws NodeOperationError if the key needs a custom field and 'Custom Field' does not hold the
 * name of one
 */
export function readMatchKey(item: Item, entity: Entity): MatchKey {
	const keyName = item.choice(matchByParameter(entity));
	const key = keysOf(entity).find(({ name }) => name === keyName);
	if (key === undefined) throw item.error(`'Match By' has no choice "${keyName}"`);
	if (!takesCustomField(key)) return key;

	// The key 'First That Is Found' may go without a custom field: its other fields are enough.
	const isCustomFieldOptional = key.mayHaveCustomField === true;
	const isCustomFieldLeftOut =
		isEmpty(item.readRawValue(customFieldParameter)) &&
		isEmpty(item.readRawValue(customValueParameter));
	if (isCustomFieldOptional && isCustomFieldLeftOut) return key;

	const customFieldName = item.text(customFieldParameter);
	if (isCustom(customFieldName)) return { ...key, fields: [...key.fields, customFieldName] };
	throw item.error(
		`'Custom Field' is no name of a custom field: "${customFieldName}"`,
		"It starts with custom_, as in the output of 'Get'.",
	);
}

/** Reads the value by which the user looks for a record, as the user gave it for a field. */
export function readMatchValue(item: Item, field: Field): unknown {
	return isCustom(field.name)
		? item.readRawValue(customValueParameter)
		: item.readRawFieldValue(field);
}

/** Makes the parameter 'Match By', in which the user chooses how the record is searched for. */
const matchByParameter = memoize((entity: Entity): INodeProperties => {
	const keys = keysOf(entity);
	const firstKeyName = keys.at(0)?.name ?? '';
	return {
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		options: sortByName(keys.map(makeKeyOption)),
		default: firstKeyName,
		...hintAtRequiredValues(keys),
	};
});

/**
 * Tells n8n's AI builder which values are required. The builder shows a model only one of the two
 * parameters that `showForKeys` makes for a field.
 */
function hintAtRequiredValues(keys: readonly MatchKey[]): Pick<INodeProperties, 'builderHint'> {
	const keysNeedingOneField = keys.filter(({ isOneFieldEnough }) => isOneFieldEnough);
	if (keysNeedingOneField.length === 0) return {};

	const names = namesOf(keysNeedingOneField).join(', ');
	return {
		builderHint: { propertyHint: `All fields of the key are required; ${names} need one field` },
	};
}

/** Makes the choice of 'Match By' for a key. */
function makeKeyOption(key: MatchKey): INodePropertyOptions {
	const option = { name: key.label, value: key.name };
	return key.description ? { ...option, description: key.description } : option;
}

/** Holds the name of the custom field. Workflows have stored the name of the parameter. */
const customFieldParameter: INodeProperties = {
	displayName: 'Custom Field',
	name: 'matchField',
	type: 'string',
	default: '',
	placeholder: 'e.g. custom_school',
	description: 'Starts with custom_',
};

/** Holds the match value of the custom field. Workflows have stored the name of the parameter. */
const customValueParameter: INodeProperties = {
	displayName: 'Value',
	name: 'matchValue',
	type: 'string',
	default: '',
};

const keysOf = ({ match }: Entity): readonly MatchKey[] => match?.keys ?? [];

/**
 * Whether the form asks for a custom field. A key without declared fields consists of a custom
 * field alone. For a key with `mayHaveCustomField`, the user can leave the custom field out.
 */
const takesCustomField = ({ fields, mayHaveCustomField }: MatchKey): boolean =>
	fields.length === 0 || mayHaveCustomField === true;

/**
 * Makes the parameter for the match value of a declared field or of the ID. Several keys share the
 * parameter. If the field has no description of its own, the parameter has that of the key that
 * consists of this field alone: "In any format" comes from the key 'Phone'.
 */
function makeValueParameter(
	entity: Entity,
	fieldName: string,
	keysWithField: readonly MatchKey[],
): INodeProperties {
	const field = entity.fields.find(({ name }) => name === fieldName);
	if (field === undefined) return idParameter(entity);

	const keyOfField = keysWithField.find(({ fields }) => fields.length === 1);
	const description = keyOfField?.description;
	return toSingleProperty(description ? { description, ...field } : field);
}

/**
 * Makes the parameter of a field that a new record needs, such as the name. It is always shown, so
 * it has no mark: a record that is found by its phone needs no name.
 */
function makeNewRecordParameter({ label, match }: Entity, field: Field): INodeProperties {
	const isOnlyForNew = match?.onlyForNew?.includes(field.name) === true;
	const note = isOnlyForNew ? ' One that is found keeps its own, unless matched by ID.' : '';
	const description = `A new ${label.toLowerCase()} needs it.${note}`;
	return toSingleProperty({ ...field, description });
}

/**
 * Shows a parameter while one of these keys is chosen. It is required, unless one match value is
 * enough for the key.
 */
function showForKeys(parameter: INodeProperties, keys: readonly MatchKey[]): INodeProperties[] {
	const keysNeedingAllFields = keys.filter(({ isOneFieldEnough }) => !isOneFieldEnough);
	const keysNeedingOneField = keys.filter(({ isOneFieldEnough }) => isOneFieldEnough);

	const shownParameters: INodeProperties[] = [];
	if (keysNeedingAllFields.length > 0) {
		const requiredParameter = markRequired(parameter);
		shownParameters.push(showWhen(requiredParameter, { matchBy: namesOf(keysNeedingAllFields) }));
	}
	if (keysNeedingOneField.length > 0) {
		shownParameters.push(showWhen(parameter, { matchBy: namesOf(keysNeedingOneField) }));
	}
	return shownParameters;
}

const namesOf = (keys: readonly MatchKey[]): string[] => keys.map(({ name }) => name);
