import type { INodeProperties } from 'n8n-workflow';

import { entityOf } from '../../entities/registry';
import { loadedFrom } from '../../fields/reference';

/** Some records of an entity, such as branches; of what differs by branch, those of the first that is watched. */
export const severalOf = (
	displayName: string,
	name: string,
	entity: string,
	description: string,
): INodeProperties => ({
	displayName: `${displayName} Names or IDs`,
	name,
	type: 'multiOptions',
	typeOptions: {
		loadOptionsMethod: loadedFrom(entity)?.loadOptionsMethod,
		...(entityOf(entity).scope === 'branch' ? { loadOptionsDependsOn: ['branchIds'] } : {}),
	},
	default: [],
	description: `${description}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
});
