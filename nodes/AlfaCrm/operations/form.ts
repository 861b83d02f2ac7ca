import type { INodeProperties } from 'n8n-workflow';

import { resources } from '../entities/registry';
import { assemble } from '../form/assemble';
import { inWords } from '../form/inWords';
import type { Entity } from '../entities/types';
import { lists } from './lists';
import type { Operation } from './operation';
import { ACTION_SLOTS, OPERATION_SLOTS } from './operation';
import { actionsOf, usualOf } from './operations';
import { operationParameter, otherResources, resourceParameter } from './resource';
import { branchParameter } from './records/target';

const operationParameters = [
	...resources.map(operationParameter),
	...Array.from(otherResources.values(), ({ operation }) => operation),
];

/** The whole form, of the parts that operations and actions have in it. */
export function nodeProperties(): INodeProperties[] {
	return [
		resourceParameter,
		...operationParameters,
		branchParameter([
			...resources.filter(({ scope }) => scope === 'branch').map(({ resource }) => resource),
			...lists.keys(),
		]),
		...assemble(OPERATION_SLOTS, ['resource', 'operation'], partsOf(usualOf)),
		...assemble(ACTION_SLOTS, ['resource', 'operation'], partsOf(actionsOf)),
		...[...otherResources.values()].flatMap(({ form }) => form),
	];
}

const partsOf = (operations: (entity: Entity) => Array<[string, Operation]>) =>
	resources.flatMap((entity) =>
		operations(entity).map(([operation, { form }]) => ({
			show: { resource: entity.resource, operation },
			part: form(entity),
		})),
	);

/** What stands below the node in a workflow, in the words of the form: "Get Many: Customer". */
export function subtitle(): string {
	return `={{ ${inWords('operation', operationParameters)} + ": " + ${inWords('resource', [resourceParameter])} }}`;
}
