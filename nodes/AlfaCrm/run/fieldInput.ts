import type { IDataObject, INodeProperties, ResourceMapperValue } from 'n8n-workflow';
import { FROM_AI_AUTO_GENERATED_MARKER } from 'n8n-workflow';

import { columnsMethod } from '../entities/methodNames';
import type { Entity } from '../entities/types';
import { isEmpty, isPicker } from '../fields/blank';
import { isCustom } from '../fields/custom';
import { isBlank, jsonHint, toParameters, toProperty } from '../fields/field';
import type { Field } from '../entities/fieldTypes';
import { quoted } from '../fields/unreadable';
import { OF_TOOL, showWhen } from '../form/assemble';
import type { OperationPart } from './operation';
import { isLink, LINK } from '../output/link';
import { isNameBeside } from '../output/names';
import { shownFields } from '../output/recordSchema';
import type { Item } from './item';
import type { Parameter } from '../form/parameters';

type Mode = 'form' | 'json' | 'map';

/** Not all of its fields stand in what Simplify shows. */
export const isWide = ({ simple }: Entity): boolean => simple !== undefined;

/** What has no custom fields is given in the form alone. */
const hasModes = ({ custom }: Entity): boolean => custom === true;

const inputMode: INodeProperties = {
	displayName: 'Input Mode',
	name: 'inputMode',
	type: 'options',
	options: [
		{
			name: 'Field Mapper',
			value: 'map',
			description: 'Match fields, custom ones too, with the input. What AlfaCRM does not know is left out.',
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
		// Not on the branch: an expression there, unknown while editing, would keep n8n from loading any columns.
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

/** The fields of a record, what each takes, and those first without which there is no record. */
function fieldsInJson({ fields }: Entity, needed: readonly Field[] = []): string {
	const others = fields.filter((field) => !needed.includes(field));
	const [first, rest] = [needed, others].map((some) => some.map(jsonHint).join(', '));
	const optional = `${rest}, custom_... (custom fields)`;
	return first === '' ? optional : `required: ${first}; optional: ${optional}`;
}

/**
 * The same where the node is the tool of an AI agent: the model gives it, and is told the fields. n8n's button "let the model
 * define" would begin with an empty description, and a model hears nothing else of a parameter.
 */
const jsonOfModel = (fields: string): INodeProperties => ({
	...jsonInput,
	default: `={{ ${FROM_AI_AUTO_GENERATED_MARKER} $fromAI('JSON', \`${fields}\`, 'json') }}`,
});

function jsonForm(entity: Entity, needed: readonly Field[]): INodeProperties[] {
	const fields = fieldsInJson(entity, needed);
	const told: INodeProperties = {
		displayName: `Fields: ${fields}.`,
		name: 'jsonFields',
		type: 'notice',
		default: '',
	};
	return [
		...[jsonInput, told].map((property) => ({ ...property, displayOptions: { hide: OF_TOOL } })),
		showWhen(jsonOfModel(fields), OF_TOOL),
	];
}

/** AlfaCRM has no list of an account's custom fields, so here they are named by hand. API notes 9. */
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

/** What a collection of fields of the entity offers. */
export const fieldOptions = (fields: readonly Field[], { custom }: Entity): INodeProperties[] => [
	...fields.filter(({ withoutParameter }) => !withoutParameter).map(toProperty),
	...(custom ? [customFields] : []),
];

/**
 * The ways to give fields, but for what the form mode shows.
 *
 * @param needed what a new record needs
 */
export function inputModeForm(entity: Entity, needed: readonly Field[] = []): OperationPart {
	if (!hasModes(entity)) return {};
	return {
		inputMode: [inputMode],
		mapper: [inMode('map', mapper(entity))],
		json: jsonForm(entity, needed).map((property) => inMode('json', property)),
	};
}

const inMode = (mode: Mode, property: INodeProperties): INodeProperties =>
	showWhen(property, { inputMode: [mode], ...property.displayOptions?.show });

/** What is shown in the form mode, if there are others. */
export const inFormMode = (entity: Entity, property: INodeProperties): INodeProperties =>
	hasModes(entity) ? inMode('form', property) : property;

/** Fields with a parameter of their own, in the form mode. */
export const prominentForm = (entity: Entity, fields: readonly Field[]): INodeProperties[] =>
	fields.flatMap(toParameters).map((parameter) => inFormMode(entity, parameter));

/**
 * What the user gave for the fields of a record, by the names that AlfaCRM uses, whichever way it was given. What AlfaCRM
 * does not know is refused, or left out of what is mapped.
 *
 * @param collection the parameter of the form that holds them
 * @param prominent those that have a parameter of their own there
 */
export function readFieldInput(
	item: Item,
	entity: Entity,
	collection: Parameter,
	prominent: readonly Field[] = [],
): IDataObject {
	const mode = modeOf(item, entity);
	const ways: Record<Mode, () => IDataObject> = {
		form: () => inForm(item, collection, prominent),
		json: () => item.object(jsonInput),
		map: () => mapped(item, entity),
	};
	const given = ways[mode]();
	const names = new Set(entity.fields.map(({ name }) => name));
	const unknown = Object.keys(given).filter((key) => !names.has(key) && !(entity.custom && isCustom(key)));
	const unexpected = unknown.filter((key) => !isOfReading(entity, given, key));
	const noun = entity.label.toLowerCase();
	// An item that is mapped as a whole holds more than the record does.
	if (mode !== 'map' && unexpected.length > 0) {
		const known = mode === 'json' ? ` There are ${fieldsInJson(entity)}.` : '';
		throw item.error(
			`AlfaCRM's ${noun} has no field ${unexpected.map((name) => `"${name}"`).join(', ')} that can be set here`,
			`Remove it, or correct its name.${known}`,
		);
	}
	for (const name of unexpected)
		item.execution.hints.add(
			`Left out, since AlfaCRM's ${noun} has no such field that can be set here`,
			`"${name}"`,
		);
	return Object.fromEntries(Object.entries(given).filter(([key]) => !unknown.includes(key)));
}

/** Whether each field stands in a parameter of its own, rather than in a row or an object. */
export const isForm = (item: Item, entity: Entity): boolean => modeOf(item, entity) === 'form';

const modeOf = (item: Item, entity: Entity): Mode => (hasModes(entity) ? item.choice(inputMode) : 'form');

function inForm(item: Item, collection: Parameter, prominent: readonly Field[]): IDataObject {
	const own = prominent.map((field) => [field.name, item.inputOf(field)]);
	const { [customFields.name]: custom, ...fields } = item.object({ ...collection, default: {} });
	return { ...(Object.fromEntries(own) as IDataObject), ...fields, ...customIn(item, custom) };
}

/** @throws NodeOperationError where an expression fills a field and came to nothing, which nobody meant */
export function assertNotLost(item: Item, field: Field, value: unknown): void {
	const { [field.name]: raw } = item.execution.parameters;
	if (isBlank(field, value) && isExpression(raw)) throw lostError(item, field);
}

export const lostError = (item: Item, { label }: Field, orNot = 'remove it'): Error =>
	item.error(`'${label}' is set but came out empty`, `Check the expression that fills it, or ${orNot}.`);

export function isExpression(raw: unknown): boolean {
	const text = isPicker(raw) ? raw.value : raw;
	return typeof text === 'string' && /^=\s*\S/.test(text);
}

/** The custom fields of a form: pairs of a name and a value. */
function customIn(item: Item, custom: unknown): IDataObject {
	const body: IDataObject = {};
	const { values = [] } = (custom ?? {}) as { values?: IDataObject[] };
	for (const pair of values) {
		const name = typeof pair.name === 'string' ? pair.name.trim() : '';
		if (!isCustom(name)) {
			throw item.error(
				isEmpty(pair.name)
					? "'Name' of a custom field is empty"
					: `${quoted(pair.name)} is not the name of a custom field`,
				"Names of custom fields start with custom_, as in the output of 'Get'.",
			);
		}
		if (name in body) {
			throw item.error(
				`'${name}' is given twice`,
				'Only one of the values could be saved. Remove the other.',
			);
		}
		body[name] = pair.value;
	}
	return body;
}

/** Defined below, or all that the input item holds. */
function mapped(item: Item, entity: Entity): IDataObject {
	const value = item.object({ ...mapper(entity), default: {} }) as unknown as ResourceMapperValue;
	if (value.mappingMode === 'autoMapInputData') return item.json;
	// A column that nobody filled in is null.
	return Object.fromEntries(Object.entries(value.value ?? {}).filter(([, input]) => input !== null));
}

/** What the node itself added to a row that was read says nothing else than the row does. */
const isOfReading = (entity: Entity, input: IDataObject, key: string): boolean =>
	isNameBeside(shownFields(entity), input, key) || (key === LINK && isLink(entity, input[key]));
