import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { resources } from '../entities/registry';
import type { Entity } from '../entities/types';
import { sortByName } from '../fields/order';
import type { Operation, OtherResource } from '../run/operation';
import { makeAccountResource } from './account/account';
import { ACCOUNT } from './account/accountForm';
import { API_CALL, apiCall } from './apiCall';
import { lists } from './lists';
import { operationsOf } from './operations';

/** What 'Resource' offers besides the entities. */
export const otherResources: ReadonlyMap<string, OtherResource> = new Map([
	...lists,
	[ACCOUNT, makeAccountResource(operationsOf)],
	[API_CALL, apiCall],
]);

/**
 * The resources at the end of the list. n8n's panel lists actions in the order of the resources,
 * and few look for these.
 */
const LAST_RESOURCES = [ACCOUNT, API_CALL];

/** The parameter that says what is worked on. */
export const resourceParameter: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: sortResources([
		...resources.map(({ label, resource }) => ({ name: label, value: resource })),
		...Array.from(otherResources, ([value, { label }]) => ({ name: label, value })),
	]),
	default: 'customer',
};

/**
 * What the parameters that say what is done have in common, so that the operation of any entity can
 * be read.
 */
export const operationName = { displayName: 'Operation', name: 'operation', default: '' };

/** Makes the parameter that says what is done with the records of an entity. */
export function operationParameter(entity: Entity): INodeProperties {
	const operations = [...operationsOf(entity)];
	return {
		...operationName,
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.resource] } },
		options: sortByName(operations.map(([name, operation]) => makeOption(entity, name, operation))),
		default: 'getAll',
	};
}

function sortResources(options: Array<{ name: string; value: string }>): INodePropertyOptions[] {
	const place = ({ value }: { value: string }) => LAST_RESOURCES.indexOf(value);
	return sortByName(options).sort((one, other) => place(one) - place(other));
}

function makeOption(entity: Entity, value: string, operation: Operation): INodePropertyOptions {
	const nouns = { one: entity.label.toLowerCase(), many: entity.plural.toLowerCase() };
	const { name, action, description } = operation.text(nouns, entity);
	const fullDescription = isUnconfirmed(entity, value) ? addDoubt(description) : description;
	const option: INodePropertyOptions = { value, name, action };
	if (fullDescription) option.description = fullDescription;
	return option;
}

/**
 * Whether nobody has tried an operation on a real AlfaCRM, and what is known of it has a single or
 * doubtful source.
 */
function isUnconfirmed(entity: Entity, operationValue: string): boolean {
	const { certainty, unconfirmed = [], actions = [] } = entity;
	const action = actions.find(({ name }) => name === operationValue);
	if (action) return action.unconfirmed === true;
	return certainty === 'unconfirmed' || unconfirmed.some((name) => name === operationValue);
}

function addDoubt(description?: string): string {
	const doubt = 'Not verified live';
	return description ? `${description.replace(/\.$/, '')}. ${doubt}.` : doubt;
}
