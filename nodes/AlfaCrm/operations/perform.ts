import type { IDataObject } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { OperationName } from '../entities/types';
import { runAction } from './actions';
import type { Item } from './execution/item';
import type { Output } from './operation';
import { otherResource } from './otherResources';
import { settleBranch } from './records/branches';
import { operationNames, operationOf } from './operations';
import { operationParameter, resourceParameter } from './resource';

/** Does for one item what 'Resource' and 'Operation' say. */
export async function perform(item: Item): Promise<Output[]> {
	const resource = item.choice(resourceParameter);
	const other = otherResource(resource);
	if (other) return await other.execute(item);
	const entity = entities.find((one) => one.resource === resource);
	if (entity === undefined) throw item.refused(`There is no resource "${resource}"`);

	const name = item.text({ ...operationParameter(entity), default: '' });
	const action = entity.actions?.find((one) => one.name === name);
	const operation = operationNames.find((one) => one === name && entity.operations.includes(one));
	if (action === undefined && operation === undefined)
		throw item.refused(`'Operation' must be one that ${entity.label} has, but it is "${name}"`);
	await item.prepare(async () => {
		if (entity.scope === 'branch') await settleBranch(item);
	});
	if (action) return asOutput(await runAction(item, entity, action));
	return asOutput(await operationOf(entity, operation as OperationName).execute(item, entity));
}

const asOutput = (rows: IDataObject[]): Output[] => rows.map((json) => ({ json }));
