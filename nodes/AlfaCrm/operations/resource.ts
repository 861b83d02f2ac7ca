import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { resources } from '../entities/registry';
import type { Entity } from '../entities/types';
import { sortByName } from '../fields/order';
import { makeAccountResource } from './account/account';
import { ACCOUNT } from './account/accountForm';
import { API_CALL, apiCall } from './apiCall';
import { lists } from './lists';
import type { Operation, OtherResource } from '../run/operation';
import { operationsOf } from './operations';

/** What the form offers besides the entities. */
export const otherResources: ReadonlyMap<string, OtherResource> = new Map([
	...lists,
	[ACCOUNT, makeAccountResource(operationsOf)],
	[API_CALL, apiCall],
]);

/** n8n's panel lists actions in the order of the resources, and nobody looks for these first. */
const LAST = [ACCOUNT, API_CALL];

/** What is worked on. */
export const resourceParameter: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: sortByName([
		...resources.map(({ label, resource }) => ({ name: label, value: resource })),
		...Array.from(otherResources, ([value, { label }]) => ({ name: label, value })),
	]).sort((one, other) => LAST.indexOf(one.value) - LAST.indexOf(other.value)),
	default: 'customer',
};

/** The name and the label of the parameter that says what is done, the same for every entity. */
export const operationName = { displayName: 'Operation', name: 'operation', default: '' };

/** The dropdown that says what is done with the records of an entity. */
export function operationParameter(entity: Entity): INodeProperties {
	return {
		...operationName,
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.resource] } },
		options: sortByName(
			[...operationsOf(entity)].map(([name, operation]) => optionOf(entity, name, operation)),
		),
		default: 'getAll',
	};
}

function optionOf(entity: Entity, value: string, { text }: Operation): INodePropertyOptions {
	const { label, plural, certainty, unconfirmed = [], actions = [] } = entity;
	const {
		name,
		action: said,
		description,
	} = text({ one: label.toLowerCase(), many: plural.toLowerCase() }, entity);
	const action = actions.find((one) => one.name === value);
	const isDoubtful = action
		? action.unconfirmed === true
		: certainty === 'unconfirmed' || unconfirmed.some((one) => one === value);
	const told = isDoubtful ? withDoubt(description) : description;
	return { value, name, action: said, ...(told ? { description: told } : {}) };
}

const DOUBT = 'Not verified live';

/** What rests on a single or doubtful source says so. */
const withDoubt = (description?: string): string =>
	description ? `${description.replace(/\.$/, '')}. ${DOUBT}.` : DOUBT;
