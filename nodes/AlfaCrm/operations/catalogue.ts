import { resources } from '../entities/registry';
import type { Catalogue } from '../run/operation';
import { entriesOf } from './operations';
import { operationName, otherResources, resourceParameter } from './resource';

/** What the node can do: `performAll` looks up here what an item asks for. */
export const catalogue: Catalogue = {
	resource: resourceParameter,
	operation: operationName,
	entities: new Map(resources.map((entity) => [entity.resource, entity])),
	entriesOf,
	otherResources,
};
