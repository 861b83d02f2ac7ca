import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { resourceEntities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { sortByName } from '../fields/order';
import type { Operation, NonEntityResource } from '../run/operation';
import { makeAccountResource } from './account/account';
import { ACCOUNT } from './account/accountForm';
import { API_CALL, apiCall } from './apiCall';
import { sharedResources } from './lists';
import { operationsOf } from './operations';

/** The choices of 'Resource' that are not entities, by their values. */
export const nonEntityResources: ReadonlyMap<string, NonEntityResource> = new Map([
	...sharedResources,
	// The folder `account` must not import `operations.ts`, so it is given `operationsOf`.
	[ACCOUNT, makeAccountResource(operationsOf)],
	[API_CALL, apiCall],
]);

/**
 * The resources at the end of the list, in this order. n8n's panel lists the actions of a node in
 * the order of the resources, and users seldom need the actions of these two resources.
 */
const LAST_RESOURCES = [ACCOUNT, API_CALL];

/** The parameter 'Resource'. */
export const resourceParameter: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: sortResources([
		...resourceEntities.map(({ label, resource }) => ({ name: label, value: resource })),
		...Array.from(nonEntityResources, ([value, { label }]) => ({ name: label, value })),
	]),
	default: 'customer',
};

/**
 * The parameter 'Operation' without its choices, which depend on the resource. The catalogue reads
 * the value of 'Operation' by this parameter, for every resource.
 */
export const operationParameterBase = { displayName: 'Operation', name: 'operation', default: '' };

/** Makes the parameter 'Operation' for the records of an entity. */
export function makeOperationParameter(entity: Entity): INodeProperties {
	const options = Array.from(operationsOf(entity), ([value, operation]) =>
		makeOption(entity, value, operation),
	);
	return {
		...operationParameterBase,
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.resource] } },
		options: sortByName(options),
		default: 'getAll',
	};
}

/** A choice of 'Resource'. */
interface ResourceOption {
	name: string;
	value: string;
}

/** Sorts the choices of 'Resource' by name, and puts `LAST_RESOURCES` at the end. */
function sortResources(options: ResourceOption[]): INodePropertyOptions[] {
	const usualOptions = options.filter(({ value }) => !LAST_RESOURCES.includes(value));
	const lastOptions = LAST_RESOURCES.flatMap((resource) =>
		options.filter(({ value }) => value === resource),
	);
	return [...sortByName(usualOptions), ...lastOptions];
}

/** Makes the choice of 'Operation' for an operation of an entity. */
function makeOption(entity: Entity, value: string, operation: Operation): INodePropertyOptions {
	// The texts of the operation contain these nouns, as in "Get many customers".
	const nouns = { singular: entity.label.toLowerCase(), plural: entity.plural.toLowerCase() };
	const { name, action, description } = operation.text(nouns, entity);
	// The description says so if it is not certain that AlfaCRM has this operation.
	const fullDescription = isUnconfirmed(entity, value) ? addDoubt(description) : description;

	const option: INodePropertyOptions = { value, name, action };
	if (fullDescription) option.description = fullDescription;
	return option;
}

/**
 * Whether the declaration of an entity or of an action marks an operation as unconfirmed. It does
 * if only one description of AlfaCRM's API has the operation, or if descriptions contradict each
 * other.
 */
function isUnconfirmed(entity: Entity, operationValue: string): boolean {
	const { certainty, unconfirmed = [], actions = [] } = entity;
	const action = actions.find(({ name }) => name === operationValue);
	if (action) return action.unconfirmed === true;

	return certainty === 'unconfirmed' || unconfirmed.some((name) => name === operationValue);
}

/** Adds to a description that the operation was not tested with a live AlfaCRM. */
function addDoubt(description?: string): string {
	const doubt = 'Not verified live';
	return description ? `${description.replace(/\.$/, '')}. ${doubt}.` : doubt;
}
