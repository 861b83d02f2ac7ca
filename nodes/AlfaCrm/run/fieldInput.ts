/**
 * Shows and reads the fields of a record that is created or changed. A user can give them in three
 * ways:
 *
 * - **Form**: a parameter for each field. An entity without custom fields has this way only.
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
import { isBlank, jsonHint, toParameters, toProperty } from '../fields/field';
import type { Field } from '../entities/fieldTypes';
import { quoted } from '../fields/unreadable';
import { USED_AS_TOOL, showWhen } from '../form/assemble';
import type { OperationPart } from './operation';
import { isBuiltLink, LINK } from '../output/link';
import { isAddedName } from '../output/names';
import { shownFields } from '../output/recordSchema';
import type { Item } from './item';
import type { Parameter } from '../form/parameters';

type InputMode = 'form' | 'json' | 'map';

/** Whether *Simplify* leaves out fields of an entity. Forms of such an entity have options. */
export const canBeSimplified = ({ simple }: Entity): boolean => simple !== undefined;

const hasInputModes = ({ custom }: Entity): boolean => custom === true;

// ---------------------------------------------------------------- the form

/**
 * Makes the parameter *Input Mode*, and the parameters of the modes *JSON* and *Field Mapper*.
 * Makes none for an entity without custom fields, which has only the form.
 *
 * @param neededFields the fields that a new record must have
 */
export function inputModeForm(entity: Entity, neededFields: readonly Field[] = []): OperationPart {
	if (!hasInputModes(entity)) return {};

	return {
		inputMode: [inputMode],
		mapper: [inMode('map', mapper(entity))],
		json: jsonForm(entity, neededFields).map((property) => inMode('json', property)),
	};
}

/** Shows a parameter only in the input mode *Form*, if the entity has input modes. */
export const inFormMode = (entity: Entity, property: INodeProperties): INodeProperties =>
	hasInputModes(entity) ? inMode('form', property) : property;

const inMode = (mode: InputMode, property: INodeProperties): INodeProperties =>
	showWhen(property, { inputMode: [mode], ...property.displayOptions?.show });

/** Makes the parameters of prominent fields: each has its own parameter. */
export const prominentForm = (entity: Entity, fields: readonly Field[]): INodeProperties[] =>
	fields.flatMap(toParameters).map((parameter) => inFormMode(entity, parameter));

/** Makes the options of a collection of fields, such as *Additional Fields*. */
export function fieldOptions(fields: readonly Field[], { custom }: Entity): INodeProperties[] {
	const properties = fields.filter(({ withoutParameter }) => !withoutParameter).map(toProperty);
	return custom ? [...properties, customFields] : properties;
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

const mapper = (entity: Entity): INodeProperties => ({
	displayName: 'Fields',
	name: 'columns',
	type: 'resourceMapper',
	noDataExpression: true,
	required: true,
	default: { mappingMode: 'defineBelow', value: null },
	typeOptions: {
		// The branch is left out: if it holds an expression, its value is unknown while editing, and
		// n8n would load no columns.
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
	description: 'With the fields as AlfaCRM calls them',
};

/**
 * Makes the parameters of the mode *JSON*. In the editor, a person fills in an empty object and
 * sees the list of fields below it. In a tool, an AI agent gives the object (`OF_TOOL`).
 */
function jsonForm(entity: Entity, neededFields: readonly Field[]): INodeProperties[] {
	const fieldList = describeFields(entity, neededFields);
	const notice: INodeProperties = {
		displayName: `Fields: ${fieldList}.`,
		name: 'jsonFields',
		type: 'notice',
		default: '',
	};
	const hiddenFromAgents = { displayOptions: { hide: USED_AS_TOOL } };
	return [
		{ ...jsonInput, ...hiddenFromAgents },
		{ ...notice, ...hiddenFromAgents },
		showWhen(jsonInputOfAgent(fieldList), USED_AS_TOOL),
	];
}

/**
 * Makes the parameter that an AI agent fills in. Its default lists the fields in the description of
 * `$fromAI`, the only text about a parameter that an agent sees. n8n's button "let the model
 * define" would leave that description empty.
 */
const jsonInputOfAgent = (fieldList: string): INodeProperties => ({
	...jsonInput,
	default: `={{ ${FROM_AI_AUTO_GENERATED_MARKER} $fromAI('JSON', \`${fieldList}\`, 'json') }}`,
});

/** Lists the fields of a record and the values that each takes; `neededFields` come first. */
function describeFields({ fields }: Entity, neededFields: readonly Field[] = []): string {
	const otherFields = fields.filter((field) => !neededFields.includes(field));
	const neededList = neededFields.map(jsonHint).join(', ');
	const otherList = `${otherFields.map(jsonHint).join(', ')}, custom_... (custom fields)`;
	return neededList === '' ? otherList : `required: ${neededList}; optional: ${otherList}`;
}

/**
 * Lets the user type the names of custom fields: AlfaCRM has no list of an account's custom fields.
 * API notes 9.
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
 * @param collection the parameter that holds all fields of the form but the prominent ones
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
	const readers: Record<InputMode, () => IDataObject> = {
		form: () => readForm(item, collection, prominentFields),
		json: () => item.object(jsonInput),
		map: () => readMapper(item, entity),
	};
	const input = readers[mode]();
	return withoutUnknownFields(item, entity, input, mode);
}

/**
 * Whether the user fills in fields one by one in the form, not as JSON or in the mapper.
 */
export const isInFormMode = (item: Item, entity: Entity): boolean =>
	readInputMode(item, entity) === 'form';

const readInputMode = (item: Item, entity: Entity): InputMode =>
	hasInputModes(entity) ? item.choice(inputMode) : 'form';

function readForm(
	item: Item,
	collection: Parameter,
	prominentFields: readonly Field[],
): IDataObject {
	const prominentInput = Object.fromEntries(
		prominentFields.map((field) => [field.name, item.inputOfField(field)]),
	) as IDataObject;
	const { [customFields.name]: customInput, ...otherInput } = item.object({
		...collection,
		default: {},
	});
	return { ...prominentInput, ...otherInput, ...readCustomFields(item, customInput) };
}

/** Reads the custom fields of the form: pairs of a name and a value. */
function readCustomFields(item: Item, customInput: unknown): IDataObject {
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
	const mapping = item.object({ ...mapper(entity), default: {} }) as unknown as ResourceMapperValue;
	if (mapping.mappingMode === 'autoMapInputData') return item.json;

	// n8n gives null for a column that the user has left empty.
	const filledColumns = Object.entries(mapping.value ?? {}).filter(([, value]) => value !== null);
	return Object.fromEntries(filledColumns);
}

// ---------------------------------------------------------------- unknown fields

/**
 * Leaves out values that are no fields of the record.
 *
 * - **Values that this node adds to its output**, such as the name beside an ID, are left out
 *   silently. So a record from the output can be used as input.
 * - **Other values** are refused. In the mapper they are left out with a hint, because an input
 *   item that is mapped as a whole holds more than the record.
 */
function withoutUnknownFields(
	item: Item,
	entity: Entity,
	input: IDataObject,
	mode: InputMode,
): IDataObject {
	const fieldNames = new Set(entity.fields.map(({ name }) => name));
	const isKnown = (name: string) =>
		fieldNames.has(name) || (entity.custom === true && isCustom(name));
	const unknownNames = Object.keys(input).filter((name) => !isKnown(name));
	const unexpectedNames = unknownNames.filter((name) => !isAddedByNode(entity, input, name));

	if (unexpectedNames.length > 0 && mode !== 'map') {
		throw unknownFieldsError(item, entity, unexpectedNames, mode);
	}
	for (const name of unexpectedNames) {
		item.execution.hints.add(
			`Left out, since AlfaCRM's ${entity.label.toLowerCase()} has no such field that can be set here`,
			`"${name}"`,
		);
	}
	return Object.fromEntries(Object.entries(input).filter(([name]) => isKnown(name)));
}

/**
 * Whether this node adds a value to the records in its output: the name beside an ID, or the link
 * to the record's page.
 */
const isAddedByNode = (entity: Entity, input: IDataObject, name: string): boolean =>
	isAddedName(shownFields(entity), input, name) ||
	(name === LINK && isBuiltLink(entity, input[name]));

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
 * @throws NodeOperationError if an expression fills a field and its result is empty. The user
 * cannot have meant that.
 */
export function assertExpressionHasValue(item: Item, field: Field, value: unknown): void {
	const { [field.name]: parameter } = item.execution.parameters;
	if (isBlank(field, value) && isExpression(parameter)) throw emptyFieldError(item, field);
}

/**
 * Makes the error for a field that the user has set and whose value is empty.
 *
 * @param alternative what the user can do besides checking the expression
 */
export const emptyFieldError = (item: Item, { label }: Field, alternative = 'remove it'): Error =>
	item.error(
		`'${label}' is set but came out empty`,
		`Check the expression that fills it, or ${alternative}.`,
	);

/**
 * Whether a raw parameter of the node is an expression: `=` with something after it. `=` alone is
 * an expression without content.
 */
export function isExpression(parameter: unknown): boolean {
	const text = isPicker(parameter) ? parameter.value : parameter;
	return typeof text === 'string' && /^=\s*\S/.test(text);
}
