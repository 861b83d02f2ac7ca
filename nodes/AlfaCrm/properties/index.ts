import type { INodeProperties } from 'n8n-workflow';

import { isList } from '../entities/fields';
import { entities } from '../entities/registry';
import type { Entity, OperationName } from '../entities/types';
import { byDisplayName, byName, loadedFrom, toProperty } from './fields';
import { operationOption } from './wording';

/** The whole form, from the declarations of the entities. */
export function allProperties(): INodeProperties[] {
	return [
		resourceProperty(),
		...entities.map(operationProperty),
		branchProperty(),
		...entities.flatMap(formOf),
	];
}

function resourceProperty(): INodeProperties {
	return {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: byName(entities.map(({ label, resource }) => ({ name: label, value: resource }))),
		default: 'customer',
	};
}

function operationProperty(entity: Entity): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.resource] } },
		options: byName(entity.operations.map((operation) => operationOption(entity, operation))),
		default: 'getAll',
	};
}

function branchProperty(): INodeProperties {
	return {
		displayName: 'Branch Name or ID',
		name: 'branchId',
		type: 'options',
		description:
			'The branch to work in. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		typeOptions: loadedFrom('branch'),
		required: true,
		default: '',
		displayOptions: {
			show: { resource: entities.filter(({ scope }) => scope === 'branch').map(({ resource }) => resource) },
		},
	};
}

function formOf(entity: Entity): INodeProperties[] {
	const on = (property: INodeProperties, ...operations: OperationName[]): INodeProperties[] => {
		const offered = operations.filter((operation) => entity.operations.includes(operation));
		const displayOptions = { show: { resource: [entity.resource], operation: offered } };
		return offered.length === 0 ? [] : [{ ...property, displayOptions }];
	};
	const required = entity.fields.filter((field) => field.required);
	const optional = entity.fields.filter((field) => !field.required);

	return [
		...on(idProperty(entity), 'delete', 'get', 'update'),
		...required.flatMap((field) => on({ ...toProperty(field), ...mustBeFilled(field.type) }, 'create')),
		...on(
			collection('Additional Fields', 'additionalFields', 'Add Field', [
				...optional.map(toProperty),
				...customOf(entity),
			]),
			'create',
		),
		...(entity.fields.some(isList) ? on(listModeProperty(entity), 'update') : []),
		...on(
			collection('Update Fields', 'updateFields', 'Add Field', [
				...entity.fields.map(toProperty),
				...customOf(entity),
			]),
			'update',
		),
		...(entity.views ?? []).flatMap((view) => on(toProperty(view), 'getAll')),
		...on(returnAll, 'getAll'),
		...on(limit, 'getAll').map((property) => ({
			...property,
			displayOptions: { show: { ...property.displayOptions?.show, returnAll: [false] } },
		})),
		...on(collection('Filters', 'filters', 'Add Filter', entity.filters.map(toProperty)), 'getAll'),
	];
}

function idProperty({ label }: Entity): INodeProperties {
	return {
		displayName: `${label} ID`,
		name: 'id',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 501',
		description: `The number that AlfaCRM shows for the ${label.toLowerCase()}`,
	};
}

/** Choices and switches always hold a value. */
function mustBeFilled(type: string): Partial<INodeProperties> {
	return type === 'choice' || type === 'flag' ? {} : { required: true };
}

/** AlfaCRM replaces a whole list, which would lose what is in it. */
function listModeProperty(entity: Entity): INodeProperties {
	const lists = entity.fields.filter(isList).map(({ label }) => label);
	return {
		displayName: 'List Fields',
		name: 'listMode',
		type: 'options',
		options: [
			{
				name: 'Add to What Is There',
				value: 'add',
				description: 'Read the record first and keep its values',
			},
			{
				name: 'Replace All Values',
				value: 'replace',
				description: 'Put the given values in place of all others',
			},
		],
		default: 'replace',
		description: `What happens to fields that hold several values (${lists.sort().join(', ')})`,
	};
}

function collection(
	displayName: string,
	name: string,
	placeholder: string,
	fields: INodeProperties[],
): INodeProperties {
	return { displayName, name, type: 'collection', placeholder, default: {}, options: byDisplayName(fields) };
}

/** AlfaCRM has no list of an account's custom fields, so they are named by hand. API notes 9. */
function customOf(entity: Entity): INodeProperties[] {
	if (!entity.custom) return [];
	return [
		{
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
		},
	];
}

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};
