import { resourceEntities } from '../entities/registry';
import type { Catalogue } from '../run/operation';
import { operationEntriesOf } from './operations';
import { operationParameterBase, nonEntityResources, resourceParameter } from './resource';

/** What the node can do: `performAll` looks up here what an item asks for. */
export const catalogue: Catalogue = {
	resource: resourceParameter,
	operation: operationParameterBase,
	// An entity that has no resource of its own is found through the list that it is in: see
	// `lists.ts`.
	entities: new Map(resourceEntities.map((entity) => [entity.resource, entity])),
	operationEntriesOf,
	nonEntityResources,
};
