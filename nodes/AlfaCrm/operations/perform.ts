import type { IDataObject } from 'n8n-workflow';

import { API_CALL, entities } from '../entities/registry';
import { runAction } from './actions';
import { sendCall } from './apiCall';
import type { Item } from './run/item';
import { operationNames, operations } from './operations';
import { operationParameter, resourceParameter } from './resource';

/** Does for one item what 'Resource' and 'Operation' say. */
export async function perform(item: Item): Promise<IDataObject[]> {
	const resource = item.choice(resourceParameter);
	if (resource === API_CALL) return await sendCall(item);
	const entity = entities.find((one) => one.resource === resource);
	if (entity === undefined) throw item.refused(`There is no resource "${resource}"`);

	const name = item.text({ ...operationParameter(entity), default: '' });
	const action = entity.actions?.find((one) => one.name === name);
	if (action) return await runAction(item, entity, action);
	const operation = operationNames.find((one) => one === name && entity.operations.includes(one));
	if (operation) return await operations[operation].execute(item, entity);
	throw item.refused(`'Operation' must be one that ${entity.label} has, but it is "${name}"`);
}
