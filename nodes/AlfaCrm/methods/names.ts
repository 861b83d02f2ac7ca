import type { Entity } from '../entities/types';

/** Under which name the dropdown of an entity is found, e.g. `getLeadStatuses`. */
export function optionsMethod(entity: Entity): string {
	return `get${entity.plural.replace(/ /g, '')}`;
}
