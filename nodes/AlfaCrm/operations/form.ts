import type { INodeProperties } from 'n8n-workflow';

import { resources } from '../entities/registry';
import { assembleForm, showWhen } from '../form/assemble';
import { timeZoneNotice } from '../form/timeZoneNotice';
import { writeLabelExpression } from '../form/labelExpression';
import type { Entity } from '../entities/types';
import { lists } from './lists';
import { FORM_SECTIONS } from '../run/operation';
import { entriesOf } from './operations';
import { operationParameter, otherResources, resourceParameter } from './resource';
import { asksForBranch, branchParameter } from '../run/target';

/** The parameters 'Operation', one for each resource. */
const operationParameters = [
	...resources.map(operationParameter),
	...Array.from(otherResources.values(), ({ operation }) => operation),
];

/** Makes all parameters of the node from those of its operations. */
export function nodeProperties(): INodeProperties[] {
	const parts = resources.flatMap(shownPartsOf);
	return [
		resourceParameter,
		...operationParameters,
		showWhen(branchParameter, { resource: [...lists.keys()] }),
		...assembleForm(FORM_SECTIONS, ['resource', 'operation'], parts),
		...[...otherResources.values()].flatMap(({ form }) => form),
	];
}

/** Returns the parameters of each operation of an entity, and for which choices they are shown. */
function shownPartsOf(entity: Entity) {
	return Array.from(entriesOf(entity), ([name, { operation, formPart }]) => ({
		show: { resource: entity.resource, operation: name },
		part: {
			...formPart,
			branch: asksForBranch(entity, formPart) ? [branchParameter] : [],
			timeZone: operation.decidesByTime ? [timeZoneNotice] : [],
		},
	}));
}

/**
 * Makes the expression for the text below the node in a workflow. It shows the labels of the chosen
 * operation and resource: "Get Many: Customer".
 */
export function subtitle(): string {
	const operation = writeLabelExpression('operation', operationParameters);
	const resource = writeLabelExpression('resource', [resourceParameter]);
	return `={{ ${operation} + ": " + ${resource} }}`;
}
