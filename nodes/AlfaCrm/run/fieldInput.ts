/**
 * Shows and reads the fields of a record that is created or changed. A user can give them in three
 * ways:
 *
 * - **Form**: a parameter for each field. An entity without custom fields has this way only,
 *   because its form can show every field.
 * - **JSON**: one object with all fields. AI agents use this way.
 * - **Field Mapper**: n8n's table that matches fields with values of the input item.
 *
 * `readFieldInput` returns the values in the same form for all three: keyed by AlfaCRM's names of
 * the fields.
 */

import type { IDataObject, INodeProperties, ResourceMapperValue } from 'n8n-workflow';
import { FROM_AI_AUTO_GENERATED_MARKER } from 'n8n-workflow';

import { columnsMethod } from '../entities/methodNames';
import type { Entity } from '../entities/types';
import { isEmpty, isPicker } from '../fields/blank';
import { isCustom } from '../fields/custom';
import { isBlank, jsonHint, toParameter, toProperty } from '../fields/field';
import type { Field, ApiValue } from '../entities/fieldTypes';
import { quoted } from '../fields/unreadable';
import { USED_AS_TOOL, showWhen } from '../form/assemble';
import type { OperationPart } from './operation';
import { isBuiltLink, LINK } from '../output/link';
import { isAddedName } from '../output/names';
import { shownFields } from '../output/recordSchema';
import type { Item } from './item';
import type { Parameter } from '../form/parameters';

type InputMode = 'form' | 'json' | 'map';

/**
 * Whether the forms that create or change a record have the option *Simplify*: only if *Simplify*
 * leaves out fields of the entity.
 */
export const offersSimplify = ({ simplifiedFields }: Entity): boolean =>
	simplifiedFields !== undefined;

/**
 * Whether the user can choose between the three ways: only for an entity with custom fields.
 */
const hasInputModes = ({ hasCustomFields }: Entity): boolean => hasCustomFields === true;

// ---------------------------------------------------------------- the form

/**
 * Makes the parameter *Input Mode*, and the parameters of the modes *JSON* and *Field Mapper*.
 * Makes none for an entity without custom fields, which has only the form.
 *
 * @param neededFields the fields that a new record must have
 */
export function inputModeForm(entity: Entity, neededFields: readonly Field[] = []): OperationPart {
	if (!hasInputModes(entity)) return {};

	const jsonParameters = makeJsonForm(entity, neededFields);
	return {
		inputMode: [inputMode],
		mapper: [showInMode('map', makeMapper(entity))],
		json: jsonParameters.map((parameter) => showInMode('json', parameter)),
	};
}

/** Shows a parameter only in the input mode *Form*, if the entity has input modes. */
export function showInFormMode(entity: Entity, parameter: INodeProperties): INodeProperties {
	return hasInputModes(entity) ? showInMode('form', parameter) : parameter;
}

/** Shows a parameter only while the user has chosen an input mode. */
function showInMode(mode: InputMode, parameter: INodeProperties): INodeProperties {
	return showWhen(parameter, { inputMode: [mode], ...parameter.displayOptions?.show });
}

/**
 * Makes the parameters of prominent fields. A prominent field has its own parameter, outside of any
 * collection.
 */
export function prominentForm(entity: Entity, fields: readonly Field[]): INodeProperties[] {
	const parameters = fields.map(toParameter);
	return parameters.map((parameter) => showInFormMode(entity, parameter));
}

/**
 * Makes the parameters in a collection of fields, such as *Additional Fields*. A field that is
 * declared `withoutParameter` is not in the form; it can be given as JSON or in the mapper.
 */
export function fieldOptions(fields: readonly Field[], entity: Entity): INodeProperties[] {
	const fieldsInForm = fields.filter(({ withoutParameter }) => !withoutParameter);
	const parameters = fieldsInForm.map(toProperty);
	return entity.hasCustomFields ? [...parameters, customFields] : parameters;
}

const inputMode: INodeProperties = {
	displayName: 'Input Mode',
	name: 'inputMode',
	type: 'options',
	options: [
		{
			name: 'Field Mapper',
			value: 'map',
			description:
				'Match fields, custom ones too, with the input. What AlfaCRM does not know is left out.',
		},
		{ name: 'Form', value: 'form', description: 'Choose fields one by one' },
		{ name: 'JSON', value: 'json', description: 'One object with all fields, custom ones too' },
	],
	default: 'form',
};

/** Makes the parameter for n8n's table that matches fields with values of the input item. */
const makeMapper = (entity: Entity): INodeProperties => ({
	displayName: 'Fields',
	name: 'columns',
	type: 'resourceMapper',
	noDataExpression: true,
	required: true,
	default: { mappingMode: 'defineBelow', value: null },
	typeOptions: {
		// Columns do not depend on 'Branch' here: while the user edits, the value of an expression in
		// 'Branch' is not known, and n8n would load no columns.
		loadOptionsDependsOn: ['operation'],
		resourceMapper: {
			resourceMapperMethod: columnsMethod(entity),
			mode: 'add',
			fieldWords: { singular: 'field', plural: 'fields' },
			addAllFields: false,
			multiKeyMatch: false,
			supportAutoMap: true,
		},
	},
});

/** The parameter that holds all fields as one object. */
export const JSON_INPUT = 'json';

const jsonInput: INodeProperties = {
	displayName: 'JSON',
	name: JSON_INPUT,
	type: 'json',
	required: true,
	default: '{}',
	description: "By AlfaCRM's names",
};

/**
 * Makes the parameters of the mode *JSON*. In the editor, a person fills in an empty object and
 * sees a notice that lists the fields. When the node is used as a tool, an AI agent gives the
 * object, and the editor shows no notice.
 */
function makeJsonForm(entity: Entity, neededFields: readonly Field[]): INodeProperties[] {
	const fieldList = describeFields(entity, neededFields);
	const notice: INodeProperties = {
		displayName: `Fields: ${fieldList}.`,
		name: 'jsonFields',
		type: 'notice',
		default: '',
	};
	const hiddenInTools = { displayOptions: { hide: USED_AS_TOOL } };
	return [
		{ ...jsonInput, ...hiddenInTools },
		{ ...notice, ...hiddenInTools },
		showWhen(makeAgentInput(fieldList), USED_AS_TOOL),
	];
}

/**
 * Makes the parameter that an AI agent fills in. Its default lists the fields in the description of
 * `$fromAI`, the only text about a parameter that an agent sees.
 *
 * The marker makes the editor show that the model defines the parameter, as if the user had pressed
 * n8n's button for that. The button itself would leave the description of `$fromAI` empty.
 */
const makeAgentInput = (fieldList: string): INodeProperties => ({
	...jsonInput,
	default: `={{ ${FROM_AI_AUTO_GENERATED_MARKER} $fromAI('JSON', \`${fieldList}\`, 'json') }}`,
});

/**
 * Lists the fields of an entity and the values that each takes, for a person or an AI agent who
 * writes JSON. The fields that a new record must have come first.
 */
function describeFields(entity: Entity, neededFields: readonly Field[] = []): string {
	const optionalFields = entity.fields.filter((field) => !neededFields.includes(field));
	const neededList = neededFields.map(jsonHint).join(', ');
	const optionalList = `${optionalFields.map(jsonHint).join(', ')}, custom_... (custom fields)`;
	return neededList === '' ? optionalList : `required: ${neededList}; optional: ${optionalList}`;
}

/**
 * Lets the user type the names of custom fields, because AlfaCRM does not list them. See
 * docs/alfacrm-api.md 9.
 */
const customFields: INodeProperties = {
	displayName: 'Custom Fields',
	name: 'customFields',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Custom Field',
	default: {},
	options: [
		{
			displayName: 'Field',
			name: 'values',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. custom_school',
					description: 'Starts with custom_',
				},
				{ displayName: 'Value', name: 'value', type: 'string', default: '' },
			],
		},
	],
};

// ---------------------------------------------------------------- reading the form

/**
 * Reads the fields of a record that the user has given, in any of the three ways. Returns their
 * values by AlfaCRM's names.
 *
 * @param collection the collection of the form that holds the fields that are not prominent, such
 * as *Additional Fields*
 * @param prominentFields the fields that have their own parameters
 * @throws NodeOperationError for a field that AlfaCRM does not have, except in the mapper, which
 * leaves it out with a hint
 */
export function readFieldInput(
	item: Item,
	entity: Entity,
	collection: Parameter,
	prominentFields: readonly Field[] = [],
): IDataObject {
	const mode = readInputMode(item, entity);
	let input: IDataObject;
	switch (mode) {
		case 'form':
			input = readForm(item, collection, prominentFields);
			break;
		case 'json':
			input = item.object(jsonInput);
			break;
		case 'map':
			input = readMapper(item, entity);
			break;
	}
	return dropUnknownFields(item, entity, input, mode);
}

/**
 * Whether the user fills in fields one by one in the form, not as JSON or in the mapper.
 */
export const isInFormMode = (item: Item, entity: Entity): boolean =>
	readInputMode(item, entity) === 'form';

/** Reads in which of the three ways the user gives the fields. */
function readInputMode(item: Item, entity: Entity): InputMode {
	return hasInputModes(entity) ? item.choice(inputMode) : 'form';
}

/** Reads the fields that have parameters in the form, and the custom fields. */
function readForm(
	item: Item,
	collection: Parameter,
	prominentFields: readonly Field[],
): IDataObject {
	const input: IDataObject = {};
	for (const field of prominentFields) {
		input[field.name] = item.readRawFieldValue(field) as ApiValue;
	}

	const { [customFields.name]: customInput, ...addedFields } = item.object(collection);
	return { ...input, ...addedFields, ...readCustomFields(item, customInput) };
}

/** Reads the custom fields of the form: pairs of a name and a value. */
function readCustomFields(item: Item, customInput: unknown): IDataObject {
	// n8n keeps the rows of a fixed collection under the name of its option: `values`.
	const { values: pairs = [] } = (customInput ?? {}) as { values?: IDataObject[] };

	const input: IDataObject = {};
	for (const pair of pairs) {
		const name = readCustomName(item, pair.name);
		if (name in input) {
			throw item.error(
				`'${name}' is given twice`,
				'Only one of the values could be saved. Remove the other.',
			);
		}
		input[name] = pair.value;
	}
	return input;
}

/** @throws NodeOperationError unless the user gives the name of a custom field */
function readCustomName(item: Item, givenName: unknown): string {
	const name = typeof givenName === 'string' ? givenName.trim() : '';
	if (isCustom(name)) return name;

	const message = isEmpty(givenName)
		? "'Name' of a custom field is empty"
		: `${quoted(givenName)} is not the name of a custom field`;
	throw item.error(
		message,
		"Names of custom fields start with custom_, as in the output of 'Get'.",
	);
}

/** Reads the columns of the mapper, or takes the whole input item if n8n maps it automatically. */
function readMapper(item: Item, entity: Entity): IDataObject {
	// n8n's editor gives the parameter this type. TypeScript cannot derive it from the object.
	const mapping = item.object(makeMapper(entity)) as unknown as ResourceMapperValue;
	if (mapping.mappingMode === 'autoMapInputData') return item.json;

	// n8n gives null for a column that the user has left empty.
	const columns = Object.entries(mapping.value ?? {});
	const filledColumns = columns.filter(([, value]) => value !== null);
	return Object.fromEntries(filledColumns);
}

// ---------------------------------------------------------------- unknown fields

/**
 * Leaves out the values of the input that are not fields of the record. There are two kinds:
 *
 * - **Values that this node adds to its output**, such as the name beside an ID, are left out
 *   silently. So a record from the output can be used as input.
 * - **Unexpected values** are refused. In the mapper they are left out with a hint, because an
 *   input item that is mapped as a whole holds more than the record.
 *
 * @throws NodeOperationError for an unexpected value, except in the mapper
 */
function dropUnknownFields(
	item: Item,
	entity: Entity,
	input: IDataObject,
	mode: InputMode,
): IDataObject {
	const fieldNames = new Set(entity.fields.map(({ name }) => name));
	const knownInput: IDataObject = {};
	const unexpectedNames: string[] = [];
	for (const [name, value] of Object.entries(input)) {
		const isField = fieldNames.has(name) || (entity.hasCustomFields === true && isCustom(name));
		if (isField) {
			knownInput[name] = value;
		} else if (!isAddedByNode(entity, input, name)) {
			unexpectedNames.push(name);
		}
	}

	if (unexpectedNames.length > 0 && mode !== 'map') {
		throw unknownFieldsError(item, entity, unexpectedNames, mode);
	}
	for (const name of unexpectedNames) {
		item.execution.hints.add(
			`Left out, since AlfaCRM's ${entity.label.toLowerCase()} has no such field that can be set here`,
			`"${name}"`,
		);
	}
	return knownInput;
}

/**
 * Whether a value of the input is one that this node adds to the records in its output: the name
 * beside an ID, or the link to the record's page.
 */
function isAddedByNode(entity: Entity, input: IDataObject, name: string): boolean {
	if (name === LINK) return isBuiltLink(entity, input[name]);
	return isAddedName(shownFields(entity), input, name);
}

/** Makes the error for values of the input that are not fields of the entity. */
function unknownFieldsError(
	item: Item,
	entity: Entity,
	unknownNames: readonly string[],
	mode: InputMode,
): Error {
	const nameList = unknownNames.map((name) => `"${name}"`).join(', ');
	const knownFields = mode === 'json' ? ` There are ${describeFields(entity)}.` : '';
	return item.error(
		`AlfaCRM's ${entity.label.toLowerCase()} has no field ${nameList} that can be set here`,
		`Remove it, or correct its name.${knownFields}`,
	);
}

// ---------------------------------------------------------------- expressions that find nothing

/**
 * Refuses an empty value that an expression gives for a field. A user who wants no value leaves the
 * field empty and writes no expression.
 *
 * @throws NodeOperationError if the parameter of the field is an expression and its value is empty
 */
export function assertExpressionHasValue(item: Item, field: Field, value: unknown): void {
	const parameter = item.execution.parameters[field.name];
	if (isBlank(field, value) && isExpression(parameter)) throw emptyFieldError(item, field);
}

/**
 * Makes the error for a field that the user has set and whose value is empty.
 *
 * @param alternative what the user can do besides checking the expression
 */
export function emptyFieldError(item: Item, field: Field, alternative = 'remove it'): Error {
	return item.error(
		`'${field.label}' is set but came out empty`,
		`Check the expression that fills it, or ${alternative}.`,
	);
}

/**
 * Whether the user has written an expression with content into a parameter: `=` and something after
 * it. A resource locator of n8n holds that text in its `value`.
 */
export function isExpression(parameter: unknown): boolean {
	const text = isPicker(parameter) ? parameter.value : parameter;
	return typeof text === 'string' && /^=\s*\S/.test(text);
}
