import { byWholeName } from '../../../nodes/AlfaCrm/entities/common';
import type { Action, Entity } from '../../../nodes/AlfaCrm/entities/types';
import { findEntityOfResource, resourcesAndOperations } from '../../support/form';
import { fillForm } from './filledForms';
import type { Situation } from './situation';
import { returnsList } from './situation';

/** Resources that list several entities, each with the entity that the tests try. */
const LISTED_ENTITIES: Readonly<Record<string, string>> = {
	message: 'smsMessage',
	referenceList: 'lessonType',
};

/** Each operation of the form, in each way to fill the form. */
export const situations: readonly Situation[] = resourcesAndOperations.flatMap(([resource, operation]) => {
	const entity = findEntityOfResource(LISTED_ENTITIES[resource] ?? resource);
	const action = entity?.actions?.find(({ name }) => name === operation);
	const variants = entity ? listVariants(entity, operation, action) : [''];
	return variants.map((variant) => {
		const situation: Situation = {
			title: variant === '' ? `${resource}.${operation}` : `${resource}.${operation} (${variant})`,
			resource,
			operation,
			entity,
			action,
			variant,
			fillForm: (store) => fillForm(store, situation),
		};
		return situation;
	});
});

/** Lists the ways to fill the form of an operation. */
function listVariants(entity: Entity, operation: string, action?: Action): string[] {
	const keys = (entity.match?.keys ?? []).map(({ name }) => name);
	switch (operation) {
		case 'create':
		case 'update':
			// Records without custom fields have no JSON and no field mapper.
			return entity.hasCustomFields ? ['form', 'json', 'map'] : ['form'];
		case 'getAll':
			return ['all', 'limit'];
		case 'find':
			return keys.map((key) => `by ${key}`);
		case 'getOverview':
			return [...keys, byWholeName.name].map((key) => `by ${key}`);
		case 'upsert': {
			const variants = keys.flatMap((key) => [`form ${key} found`, `form ${key} new`]);
			variants.push(`json ${keys[0]} found`);
			if (entity.hasCustomFields) {
				variants.push(`map ${keys[0]} found`);
			}
			return variants;
		}
		default:
			return returnsList(action) ? ['all', 'limit'] : [''];
	}
}
