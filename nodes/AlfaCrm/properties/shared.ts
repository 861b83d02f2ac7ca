import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { inJson, isList } from '../fields/field';
import { byDisplayName } from '../fields/order';

export const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const skipIfThere: INodeProperties = {
	displayName: 'Skip if Already There',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to look for the same one first and return it instead of adding another',
};

/** How the fields of a record are given: in a form, mapped from the input (where custom fields matter), or as JSON. */
export function inputMode({ custom }: Entity): INodeProperties {
	const map = {
		name: 'Field Mapper',
		value: 'map',
		description: 'Match fields, custom ones too, with the input',
	};
	return {
		displayName: 'Input Mode',
		name: 'inputMode',
		type: 'options',
		options: [
			...(custom ? [map] : []),
			{ name: 'Form', value: 'form', description: 'Choose fields one by one' },
			{ name: 'JSON', value: 'json', description: 'One object with all fields; handy for AI agents' },
		],
		default: 'form',
		description: 'How to give the fields of the record',
	};
}

export const columns = { displayName: 'Fields', name: 'columns' };

export function mapper(resourceMapperMethod: string): INodeProperties {
	return {
		...columns,
		type: 'resourceMapper',
		noDataExpression: true,
		required: true,
		default: { mappingMode: 'defineBelow', value: null },
		typeOptions: {
			// Not on the branch: an expression there, unknown while editing, would keep n8n from loading any columns.
			loadOptionsDependsOn: ['operation'],
			resourceMapper: {
				resourceMapperMethod,
				mode: 'add',
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: false,
				multiKeyMatch: false,
				supportAutoMap: true,
			},
		},
	};
}

export function jsonInput({ label, fields }: Entity): INodeProperties {
	const names = fields.map(inJson).join(', ');
	return {
		displayName: 'JSON',
		name: 'json',
		type: 'json',
		required: true,
		default: '{}',
		description: `An object with fields of the ${label.toLowerCase()}, as AlfaCRM calls them: ${names}`,
	};
}

export const unknownFields: INodeProperties = {
	displayName: 'Unknown Fields',
	name: 'unknownFields',
	type: 'options',
	options: [
		{
			name: 'Leave Out',
			value: 'leaveOut',
			description: 'Send the rest and list them in a hint of the node',
		},
		{ name: 'Refuse', value: 'refuse', description: 'Send nothing and name them' },
	],
	default: 'refuse',
	description: 'What happens to fields that AlfaCRM does not know',
};

/** AlfaCRM replaces a whole list, which would lose what is in it. */
export function listMode({ fields }: Entity, preset: 'add' | 'replace' = 'replace'): INodeProperties {
	const lists = fields.filter(isList).map(({ label }) => label);
	return {
		displayName: 'List Fields',
		name: 'listMode',
		type: 'options',
		options: [
			{
				name: 'Add to Existing Values',
				value: 'add',
				description: 'Read the record first and keep what it has',
			},
			{
				name: 'Replace All Values',
				value: 'replace',
				description: 'Put the given values in place of all others',
			},
		],
		default: preset,
		description: `What happens to fields that hold several values (${lists.sort().join(', ')})`,
	};
}

/** What an empty value means is the user's choice, for it may be a gap in a sheet. */
export const overwriteWithEmpty: INodeProperties = {
	displayName: 'Overwrite With Empty Values',
	name: 'overwriteWithEmpty',
	type: 'boolean',
	default: false,
	description: 'Whether a given but empty value empties the field in AlfaCRM instead of being passed over',
};

export const updateOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [overwriteWithEmpty],
};

/** AlfaCRM has no list of an account's custom fields, so here they are named by hand. API notes 9. */
export const customFields: INodeProperties = {
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
					description: 'As AlfaCRM returns it, starting with custom_',
				},
				{ displayName: 'Value', name: 'value', type: 'string', default: '' },
			],
		},
	],
};

export function collection(
	displayName: string,
	name: string,
	fields: INodeProperties[],
	placeholder = 'Add Field',
): INodeProperties {
	return { displayName, name, type: 'collection', placeholder, default: {}, options: byDisplayName(fields) };
}
