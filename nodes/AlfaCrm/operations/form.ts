import type { INodeProperties } from 'n8n-workflow';

import { entities } from '../entities/registry';
import { assemble } from '../form/assemble';
import { inWords } from '../form/inWords';
import { actionForms } from './actions';
import { ACTION_SLOTS } from './actions/kind';
import { OPERATION_SLOTS } from './operation';
import { operationNames, operationOf } from './operations';
import { operationParameter, otherResources, resourceParameter } from './resource';
import { branchParameter } from './records/target';

/** The whole form, of the parts that operations and actions have in it. */
export function nodeProperties(): INodeProperties[] {
	return [
		resourceParameter,
		...entities.map(operationParameter),
		branchParameter(entities),
		...assemble(
			OPERATION_SLOTS,
			['resource', 'operation'],
			entities.flatMap((entity) =>
				operationNames
					.filter((operation) => entity.operations.includes(operation))
					.map((operation) => ({
						show: { resource: entity.resource, operation },
						part: operationOf(entity, operation).form(entity),
					})),
			),
		),
		...assemble(ACTION_SLOTS, ['resource', 'operation'], entities.flatMap(actionForms)),
		...[...otherResources.values()].flatMap(({ form }) => form),
	];
}

/** What stands below the node in a workflow, in the words of the form: "Get Many: Customer". */
export function subtitle(): string {
	const lists = [
		...entities.map(operationParameter),
		...[...otherResources.values()].flatMap(({ form }) => form.filter(({ name }) => name === 'operation')),
	];
	return `={{ ${inWords('operation', lists)} + ": " + ${inWords('resource', [resourceParameter])} }}`;
}
