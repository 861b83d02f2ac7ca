import type { INodeProperties } from 'n8n-workflow';

import { API_CALL, entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { apiCallProperties } from './apiCall';
import { byName } from '../fields/order';
import { loadedFrom } from '../fields/picker';
import { actionForm, byPlace, crudForm } from './form';
import { actionOption, operationOption } from './wording';

/** The whole form, from the declarations of the entities. */
export function allProperties(): INodeProperties[] {
	return [
		resourceParameter,
		...entities.map(operationProperty),
		branchProperty(),
		...byPlace(entities.map((entity) => [...crudForm(entity), ...actionForm(entity)])).flatMap(shared),
		...apiCallProperties,
	];
}

export const resourceParameter: INodeProperties = resourceProperty();

function resourceProperty(): INodeProperties {
	const resources = entities.map(({ label, resource }) => ({ name: label, value: resource }));
	return {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: byName([...resources, { name: 'API Call', value: API_CALL }]),
		default: 'customer',
	};
}

function operationProperty(entity: Entity): INodeProperties {
	const usual = entity.operations.map((operation) => operationOption(entity, operation));
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.resource] } },
		options: byName([...usual, ...(entity.actions ?? []).map(actionOption)]),
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

/** Parameters that differ by nothing but where they are shown are one: the description goes to every open editor. */
function shared(properties: INodeProperties[]): INodeProperties[] {
	return merged(merged(properties, 'operation'), 'resource');
}

function merged(properties: INodeProperties[], by: 'operation' | 'resource'): INodeProperties[] {
	const groups = new Map<string, INodeProperties[]>();
	for (const property of properties) {
		const elsewhere = { ...property.displayOptions?.show, [by]: [] };
		const key = JSON.stringify({ ...property, displayOptions: elsewhere });
		groups.set(key, [...(groups.get(key) ?? []), property]);
	}
	return [...groups.values()].map((group) => {
		const [first] = group;
		const values = group.flatMap(({ displayOptions }) => displayOptions?.show?.[by] ?? []);
		const show = { ...first.displayOptions?.show, [by]: [...new Set(values)] };
		return { ...first, displayOptions: { show } };
	});
}
