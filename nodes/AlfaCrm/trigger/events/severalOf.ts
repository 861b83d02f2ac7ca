import type { INodeProperties } from 'n8n-workflow';

import { loadedFrom } from '../../fields/picker';

/** Some records of an entity, such as branches. */
export const severalOf = (
	displayName: string,
	name: string,
	entity: string,
	description: string,
): INodeProperties => ({
	displayName: `${displayName} Names or IDs`,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: loadedFrom(entity)?.loadOptionsMethod },
	default: [],
	description: `${description}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
});
