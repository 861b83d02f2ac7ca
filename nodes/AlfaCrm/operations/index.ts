import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { API_CALL, entityOf } from '../entities/registry';
import type { OperationName } from '../entities/types';
import { runAction } from './action';
import { sendCall } from './apiCall';
import { create } from './create';
import { deleteRecord } from './delete';
import { find } from './find';
import { get } from './get';
import { getAll } from './getAll';
import type { Operation } from './types';
import { update } from './update';
import { upsert } from './upsert';

const operations: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	find,
	get,
	getAll,
	update,
	upsert,
};

/** Does for one item what 'Resource' and 'Operation' say. */
export async function perform(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const resource = context.getNodeParameter('resource', itemIndex) as string;
	const name = context.getNodeParameter('operation', itemIndex) as string;
	if (resource === API_CALL) return await sendCall(context, itemIndex);

	const entity = entityOf(resource);
	const action = entity.actions?.find((candidate) => candidate.name === name);
	if (action) return await runAction(context, entity, action, itemIndex);
	if (entity.operations.includes(name as OperationName)) {
		return await operations[name as OperationName](context, entity, itemIndex);
	}
	throw new NodeOperationError(context.getNode(), `${entity.label} has no operation "${name}"`, {
		itemIndex,
	});
}
