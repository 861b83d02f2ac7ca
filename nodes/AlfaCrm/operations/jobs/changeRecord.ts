import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Action, Entity, Recipe } from '../../entities/types';
import { valuesOf } from '../fields/actionValues';
import { saveChanges } from '../saveChanges';
import { reach } from '../match/search';
import { idOf, targetOf } from '../target';

/** Brings one record into a state, and leaves it alone if it is in that state already. */
export async function changeRecord(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	{ only }: Extract<Recipe, { kind: 'change' }>,
	itemIndex: number,
): Promise<IDataObject[]> {
	const target = targetOf(context, entity, itemIndex);
	const id = idOf(context, entity, itemIndex);
	const wire = { ...valuesOf(context, itemIndex, target.branch, action.body), ...action.fixed };
	const addToLists = context.getNodeParameter('listMode', itemIndex, 'add') === 'add';
	const match = await reach(context, entity, id, target);
	if (only && Number(match.row[only.field]) !== only.value) {
		throw new NodeOperationError(context.getNode(), `${entity.label} ${id} ${only.otherwise}`, {
			description: 'Nothing was changed.',
			itemIndex,
		});
	}
	const rules = { addToLists, overwriteWithEmpty: false };
	return [await saveChanges(context, entity, target, match, wire, rules)];
}
