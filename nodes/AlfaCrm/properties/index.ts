import type { INodeProperties } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { API_CALL, apiCallProperties } from './apiCall';
import { byName, loadedFrom } from './fields';
import { actionForm, crudForm } from './form';
import { actionOption, operationOption } from './wording';

/** The whole form, from the declarations of the entities. */
export function allProperties(): INodeProperties[] {
	return [
		resourceProperty(),
		...entities.map(operationProperty),
		branchProperty(),
		...entities.flatMap((entity) => [...crudForm(entity), ...actionForm(entity)]),
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
