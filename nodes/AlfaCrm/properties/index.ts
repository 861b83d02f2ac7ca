import type { INodeProperties } from 'n8n-workflow';

import { API_CALL, entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { apiCallProperties } from './apiCall';
import { byName, loadedFrom } from './fields';
import { actionForm, byPlace, crudForm } from './form';
import { actionOption, operationOption } from './wording';

/** The whole form, from the declarations of the entities. */
export function allProperties(): INodeProperties[] {
	return [
		resourceProperty(),
		...entities.map(operationProperty),
		branchProperty(),
		...byPlace(entities.map((entity) => [...crudForm(entity), ...actionForm(entity)])).flatMap(shared),
		...apiCallProperties,
	];
}

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

/** Parameters that differ by nothing but the resource are one: the description goes to every editor that opens. */
function shared(properties: INodeProperties[]): INodeProperties[] {
	const seen = new Map<string, { property: INodeProperties; resources: string[] }>();
	for (const property of properties) {
		const { resource = [], ...show } = property.displayOptions?.show ?? {};
		const key = JSON.stringify([property, show], (name, value: unknown) =>
			name === 'displayOptions' ? undefined : value,
		);
		const same = seen.get(key) ?? { property, resources: [] };
		same.resources.push(...(resource as string[]));
		seen.set(key, same);
	}
	return [...seen.values()].map(({ property, resources }) => {
		const show = { ...property.displayOptions?.show, resource: resources };
		return { ...property, displayOptions: { ...property.displayOptions, show } };
	});
}
