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

/** The choices of 'Resource' that are no entities, by their values. */
export const otherResources: ReadonlyMap<string, OtherResource> = new Map([
	...lists,
	[ACCOUNT, makeAccountResource(operationsOf)],
	[API_CALL, apiCall],
]);

/**
 * The resources at the end of the list, in this order. n8n's panel lists the actions of a node in
 * the order of its resources, and few users look for the actions of these two.
 */
const LAST_RESOURCES = [ACCOUNT, API_CALL];

/** The parameter 'Resource'. */
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
 * The parameter 'Operation' without its choices, which depend on the resource. The operation of any
 * resource can be read with it.
 */
export const operationName = { displayName: 'Operation', name: 'operation', default: '' };

/** Makes the parameter 'Operation' for the records of an entity. */
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
	// The index is -1 for any other resource, so the last resources come after it.
	const placeAtEnd = ({ value }: { value: string }) => LAST_RESOURCES.indexOf(value);
	return sortByName(options).sort((left, right) => placeAtEnd(left) - placeAtEnd(right));
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
 * Whether an operation is marked as unconfirmed in the declaration of its entity or action: only
 * one source describes it, or sources disagree.
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
