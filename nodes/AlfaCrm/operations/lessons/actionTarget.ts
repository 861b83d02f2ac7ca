import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import type { Item } from '../../run/item';
import { labelsOf, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Reads the target of an action about lessons: the path and the branch of its calls. The target
 * also holds the labels of the fields in the form, so that errors name the fields as the user sees
 * them.
 */
export function readActionTarget(item: Item, entity: Entity, formFields: readonly Field[]): Target {
	const target = targetOf(item, entity);
	const labels = { ...target.labels, ...labelsOf(formFields) };
	return { ...target, labels };
}
