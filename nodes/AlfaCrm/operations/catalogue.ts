import { resourceEntities } from '../entities/registry';
import type { Catalogue } from '../run/operation';
import { operationEntriesOf } from './operations';
import { operationParameterBase, nonEntityResources, resourceParameter } from './resource';

/** All resources and operations of the node. `performAll` looks up here what an item asks for. */
export const catalogue: Catalogue = {
	resource: resourceParameter,
	operation: operationParameterBase,
	// Entities without a resource of their own are found through the resource that they share: see
	// `sharedResources`.
	entities: new Map(resourceEntities.map((entity) => [entity.resource, entity])),
	operationEntriesOf,
	nonEntityResources,
};
