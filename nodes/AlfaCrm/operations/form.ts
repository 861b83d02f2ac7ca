import type { INodeProperties } from 'n8n-workflow';

import { entities } from '../entities/registry';
import { assemble } from '../form/assemble';
import { inWords } from '../form/inWords';
import type { Entity } from '../entities/types';
import type { Operation } from './operation';
import { ACTION_SLOTS, OPERATION_SLOTS } from './operation';
import { actionsOf, usualOf } from './operations';
import { operationParameter, otherResources, resourceParameter } from './resource';
import { branchParameter } from './records/target';

/** The whole form, of the parts that operations and actions have in it. */
export function nodeProperties(): INodeProperties[] {
	return [
		resourceParameter,
		...entities.map(operationParameter),
		branchParameter(entities),
		...assemble(OPERATION_SLOTS, ['resource', 'operation'], partsOf(usualOf)),
		...assemble(ACTION_SLOTS, ['resource', 'operation'], partsOf(actionsOf)),
		...[...otherResources.values()].flatMap(({ form }) => form),
	];
}

const partsOf = (operations: (entity: Entity) => Array<[string, Operation]>) =>
	entities.flatMap((entity) =>
		operations(entity).map(([operation, { form }]) => ({
			show: { resource: entity.resource, operation },
			part: form(entity),
		})),
	);

/** What stands below the node in a workflow, in the words of the form: "Get Many: Customer". */
export function subtitle(): string {
	const lists = [
		...entities.map(operationParameter),
		...[...otherResources.values()].flatMap(({ form }) => form.filter(({ name }) => name === 'operation')),
	];
	return `={{ ${inWords('operation', lists)} + ": " + ${inWords('resource', [resourceParameter])} }}`;
}
