import type { INodeProperties } from 'n8n-workflow';

import { onlyReads } from '../../support/actionKinds';
import { listChoices } from '../../support/form';
import { findCustomField } from './goodRecords';
import type { FieldDescription } from './meaning';
import type { Situation } from './situation';
import { describeField, searchesByKey } from './situation';
import type { FieldPlace } from './valuePlace';

type Path = ReadonlyArray<string | number>;

/**
 * Finds which field a parameter fills, and what the field is for. A field that no entity declares is an
 * option of the node.
 */
export function findFieldRole(situation: Situation, parameter: INodeProperties, path: Path): FieldPlace {
	const declaredField = describeField(situation, parameter.name);
	if (declaredField && path[0] !== 'options') {
		return findRoleOfDeclaredField(situation, parameter, path, declaredField);
	}
	return findCustomKeyRole(situation, parameter) ?? findOptionRole(parameter);
}

// ---------------------------------------------------------------- fields of the entity

/** Finds what a field of the entity is for: a match value, a filter, or a value of the record. */
function findRoleOfDeclaredField(
	situation: Situation,
	parameter: INodeProperties,
	path: Path,
	field: FieldDescription,
): FieldPlace {
	const { operation, action } = situation;
	const isNested = path.length > 1;

	if (isBesideKey(situation, parameter.name)) return { role: 'optional', field };

	const isMatchValue = searchesByKey(situation) && !isNested && parameter.name !== 'branchId';
	if (isMatchValue) {
		// Only a text that is saved has a greatest length. Find and Get Overview save nothing.
		const savesField = operation === 'upsert';
		return { role: 'key', field: savesField ? field : { ...field, longest: undefined } };
	}

	if (path[0] === 'filters') return { role: 'filter', field };
	// The optional fields of an action that reads decide what it returns.
	if (isNested) return { role: action && onlyReads(action.kind) ? 'filter' : 'optional', field };
	// The choices at the top of a list have a default, but a user may take all of a multiple choice away.
	if (operation === 'getAll') return { role: field.type === 'choices' ? 'openOption' : 'required', field };
	return { role: isDemanded(parameter, field) ? 'required' : 'optional', field };
}

/** Tells whether Create or Update asks for a value next to the match key, because a new record needs it. */
function isBesideKey({ operation, entity, variant }: Situation, name: string): boolean {
	const key = entity?.match?.keys.find((matchKey) => variant.split(' ').includes(matchKey.name));
	return operation === 'upsert' && key !== undefined && !key.fields.includes(name);
}

/** Tells whether the form demands a value for a field of its own. */
function isDemanded(parameter: INodeProperties, { requiredUnless }: FieldDescription): boolean {
	return parameter.required === true || hasDefault(parameter) || requiredUnless !== undefined;
}

/** Tells whether a parameter has a default that is more than an empty text, list, row or object. */
function hasDefault(parameter: INodeProperties): boolean {
	return !/^(""|\[(?:"")?\]|\{.*\})$/.test(JSON.stringify(parameter.default));
}

// ---------------------------------------------------------------- options of the node

/** Finds the field of a match by custom field: the name of this custom field, or its value. */
function findCustomKeyRole(
	{ resource }: Situation,
	{ name, displayName }: INodeProperties,
): FieldPlace | undefined {
	const customField = findCustomField(resource);
	if (name === 'matchField') {
		const choices = [{ value: customField }];
		return { role: 'key', field: { type: 'choice', name, label: readLabel(displayName), choices } };
	}
	if (name === 'matchValue') {
		return { role: 'key', field: { type: 'custom', name: customField, label: 'Value|custom_' } };
	}
	return undefined;
}

/** Finds what an option of the node takes, by the type of its parameter. */
function findOptionRole(parameter: INodeProperties): FieldPlace {
	const { name, displayName, options, typeOptions = {} } = parameter;
	const label = readLabel(displayName);
	const choices = listChoices(parameter) as FieldDescription['choices'];
	const { minValue: min, maxValue: max } = typeOptions;

	switch (parameter.type) {
		case 'boolean':
			return { role: 'option', field: { type: 'flag', name, label } };
		case 'number':
			return { role: 'option', field: { type: 'integer', name, label, min, max } };
		case 'options':
			return { role: 'option', field: { type: 'choice', name, label, choices } };
		case 'multiOptions':
			// Without fixed options, the list offers records of the account.
			return options
				? { role: 'openOption', field: { type: 'choices', name, label, choices } }
				: { role: 'openOption', field: { type: 'references', name, label } };
		case 'dateTime':
			return { role: 'option', field: { type: 'date', name, label } };
		case 'json':
			return { role: 'object', field: { type: 'text', name, label } };
	}
	switch (name) {
		case 'callBranch':
		case 'groupToTry':
			return { role: 'openOption', field: { type: 'id', name, label } };
		case 'branchToCheck':
			return { role: 'required', field: { type: 'id', name, label } };
		default:
			return { role: 'required', field: { type: 'slug', name, label } };
	}
}

/** Reads the label of a parameter as error messages show it. */
function readLabel(displayName: string): string {
	return displayName.replace(/ Names? or IDs?$/, '');
}
