import type { IDataObject } from 'n8n-workflow';

import { API_CALL, entities } from '../entities/registry';
import type { OperationName } from '../entities/types';
import { resourceParameter } from '../properties';
import { runAction } from './actions';
import { sendCall } from './actions/apiCall';
import type { Item } from './item';
import { find } from './matching/find';
import { upsert } from './matching/upsert';
import type { Operation } from './operation';
import { create } from './records/create';
import { deleteRecord } from './records/delete';
import { get } from './records/get';
import { getMany } from './records/getMany';
import { update } from './records/update';

const operations: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	find,
	get,
	getAll: getMany,
	update,
	upsert,
};

/** Does for one item what 'Resource' and 'Operation' say. */
export async function perform(item: Item): Promise<IDataObject[]> {
	const resource = item.choice(resourceParameter);
	if (resource === API_CALL) return await sendCall(item);
	const entity = entities.find((one) => one.resource === resource);
	if (entity === undefined) throw item.refused(`There is no resource "${resource}"`);

	const name = item.text({ displayName: 'Operation', name: 'operation', default: '' });
	const action = entity.actions?.find((one) => one.name === name);
	if (action) return await runAction(item, entity, action);
	if (entity.operations.includes(name as OperationName)) {
		return await operations[name as OperationName](item, entity);
	}
	throw item.refused(`'Operation' must be one that ${entity.label} has, but it is "${name}"`);
}
