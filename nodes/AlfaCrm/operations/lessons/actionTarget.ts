import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import type { Item } from '../../run/item';
import { labelsOf, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Reads where the calls of an action about lessons go: to which branch, for example. Adds the
 * labels of the fields in the form of the action, so that errors name the fields as the user sees
 * them.
 */
export function readActionTarget(item: Item, entity: Entity, formFields: readonly Field[]): Target {
	const target = targetOf(item, entity);
	const labels = { ...target.labels, ...labelsOf(formFields) };
	return { ...target, labels };
}
