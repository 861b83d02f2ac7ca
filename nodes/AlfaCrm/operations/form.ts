import type { INodeProperties } from 'n8n-workflow';

import { resources } from '../entities/registry';
import { assemble, showWhen } from '../form/assemble';
import { timeZoneNotice } from '../form/timeZoneNotice';
import { labelExpression } from '../form/labelExpression';
import type { Entity } from '../entities/types';
import { lists } from './lists';
import { SLOTS } from '../run/operation';
import { operationsOf } from './operations';
import { operationParameter, otherResources, resourceParameter } from './resource';
import { asksForBranch, branch } from '../run/target';

const operationParameters = [
	...resources.map(operationParameter),
	...Array.from(otherResources.values(), ({ operation }) => operation),
];

/** The whole form, of the parts that operations and actions have in it. */
export function nodeProperties(): INodeProperties[] {
	return [
		resourceParameter,
		...operationParameters,
		showWhen(branch, { resource: [...lists.keys()] }),
		...assemble(SLOTS, ['resource', 'operation'], resources.flatMap(partsOf)),
		...[...otherResources.values()].flatMap(({ form }) => form),
	];
}

const partsOf = (entity: Entity) =>
	Array.from(operationsOf(entity), ([name, operation]) => {
		const part = operation.form(entity);
		return {
			show: { resource: entity.resource, operation: name },
			part: {
				...part,
				branch: asksForBranch(entity, part) ? [branch] : [],
				timeZone: operation.decidesByTime ? [timeZoneNotice] : [],
			},
		};
	});

/** What stands below the node in a workflow, in the words of the form: "Get Many: Customer". */
export function subtitle(): string {
	return `={{ ${labelExpression('operation', operationParameters)} + ": " + ${labelExpression('resource', [resourceParameter])} }}`;
}
