import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { Action, Entity, OperationName } from '../entities/types';
import { sortByName } from '../fields/order';
import { ACCOUNT, account } from './account/account';
import { API_CALL, apiCall } from './apiCall';
import type { OtherResource } from './operation';
import { operationOf } from './operations';

/** What the form offers besides the entities. */
export const otherResources: ReadonlyMap<string, OtherResource> = new Map([
	[ACCOUNT, account],
	[API_CALL, apiCall],
]);

/** What is worked on. */
export const resourceParameter: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: sortByName([
		...entities.map(({ label, resource }) => ({ name: label, value: resource })),
		...[...otherResources].map(([value, { label }]) => ({ name: label, value })),
	]),
	default: 'customer',
};

/** What is done with it. */
export function operationParameter(entity: Entity): INodeProperties {
	const usual = entity.operations.map((operation) => operationOption(entity, operation));
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.resource] } },
		options: sortByName([...usual, ...(entity.actions ?? []).map(actionOption)]),
		default: 'getAll',
	};
}

function operationOption(entity: Entity, operation: OperationName): INodePropertyOptions {
	const { label, plural, certainty, unconfirmed = [] } = entity;
	const noun = label.toLowerCase();
	const one = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
	const text = operationOf(entity, operation).text({ one, many: plural.toLowerCase() }, entity);
	const isDoubtful = certainty === 'unconfirmed' || unconfirmed.includes(operation);
	return { value: operation, ...text, description: withDoubt(text.description, isDoubtful) };
}

function actionOption({ name, label, title, description, certainty }: Action): INodePropertyOptions {
	return {
		value: name,
		name: label,
		action: title,
		description: withDoubt(description ?? title, certainty === 'unconfirmed'),
	};
}

/** What rests on a single or doubtful source says so. */
function withDoubt(description: string, isDoubtful: boolean): string {
	if (!isDoubtful || /unconfirmed|not verified/i.test(description)) return description;
	return `${description.replace(/\.$/, '')}. Not verified against a live account.`;
}
