import type { IDataObject } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { OperationName } from '../entities/types';
import { runAction } from './actions';
import type { Item } from './execution/item';
import type { Output } from './otherResource';
import { otherResource } from './otherResources';
import { settleBranch } from './records/branches';
import { operationNames, operations } from './operations';
import { operationParameter, resourceParameter } from './resource';

/**
 * Reads what 'Resource' and 'Operation' say, and settles the branch of the item.
 *
 * @returns does for the item what they say. All that it takes turns by is known, so it asks for its locks before it waits
 * for anything else, and items that begin one after the other ask in their order
 */
export async function prepare(item: Item): Promise<() => Promise<Output[]>> {
	const resource = item.choice(resourceParameter);
	const other = otherResource(resource);
	if (other) return async () => await other.execute(item);
	const entity = entities.find((one) => one.resource === resource);
	if (entity === undefined) throw item.refused(`There is no resource "${resource}"`);

	const name = item.text({ ...operationParameter(entity), default: '' });
	const action = entity.actions?.find((one) => one.name === name);
	const operation = operationNames.find((one) => one === name && entity.operations.includes(one));
	if (action === undefined && operation === undefined)
		throw item.refused(`'Operation' must be one that ${entity.label} has, but it is "${name}"`);
	if (entity.scope === 'branch') await settleBranch(item);
	if (action) return async () => asOutput(await runAction(item, entity, action));
	return async () => asOutput(await operations[operation as OperationName].execute(item, entity));
}

const asOutput = (rows: IDataObject[]): Output[] => rows.map((json) => ({ json }));
