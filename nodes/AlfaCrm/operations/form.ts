import type { INodeProperties } from 'n8n-workflow';

import { resourceEntities } from '../entities/registry';
import { assembleForm, showWhen } from '../form/assemble';
import { timeZoneNotice } from '../form/timeZoneNotice';
import { writeLabelExpression } from '../form/labelExpression';
import type { Entity } from '../entities/types';
import { sharedResources } from './lists';
import { FORM_SECTIONS } from '../run/operation';
import { operationEntriesOf } from './operations';
import { makeOperationParameter, nonEntityResources, resourceParameter } from './resource';
import { asksForBranch, branchParameter } from '../run/target';

/** The 'Operation' parameters: one for each resource. */
const operationParameters = [
	...resourceEntities.map(makeOperationParameter),
	...Array.from(nonEntityResources.values(), ({ operation }) => operation),
];

/** Makes all parameters of the node *AlfaCRM* from those of its operations. */
export function nodeProperties(): INodeProperties[] {
	const nonEntityForms = Array.from(nonEntityResources.values(), ({ form }) => form);
	const parts = resourceEntities.flatMap(makeOperationParts);
	return [
		resourceParameter,
		...operationParameters,
		// Resources that several entities share, such as *Reference List*, always ask for the branch.
		showWhen(branchParameter, { resource: [...sharedResources.keys()] }),
		...assembleForm(FORM_SECTIONS, ['resource', 'operation'], parts),
		...nonEntityForms.flat(),
	];
}

/**
 * Makes the parts of the form for an entity: one for each operation. A part holds the parameters of
 * the operation, and the values of 'Resource' and 'Operation' for which n8n shows them.
 */
function makeOperationParts(entity: Entity) {
	return Array.from(operationEntriesOf(entity), ([operationValue, { operation, formPart }]) => {
		const branch = asksForBranch(entity, formPart) ? [branchParameter] : [];
		// The result of some operations depends on the current time. The notice names the time zone in
		// which the time is read.
		const timeZone = operation.dependsOnTimeZone ? [timeZoneNotice] : [];
		return {
			show: { resource: entity.resource, operation: operationValue },
			part: { ...formPart, branch, timeZone },
		};
	});
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
