import type { Action, Entity } from '../../entities/types';
import { objectSchema } from '../../fields/field';
import type { Item, ItemRequest } from '../execution/item';
import type { ObjectSchema } from '../output/recordSchema';
import { objectOf } from '../output/recordSchema';
import type { Target } from '../records/target';
import { idOf, labelsOf, targetOf } from '../records/target';
import { bodyOf } from '../records/body';
import { readFields } from './fields';

/** Where an action is sent that goes out as it is declared, and the record that it is about. */
interface Address {
	target: Target;
	id?: number;
}

export function addressOf(item: Item, entity: Entity, { idAs }: Action): Address {
	const target = targetOf(item, entity);
	return { target, id: idAs ? idOf(item, entity) : undefined };
}

export function callOf(
	item: Item,
	action: Action,
	{ target, id }: Address,
	input = readFields(item, [...(action.query ?? []), ...(action.body ?? [])]),
): ItemRequest {
	const { query = [], body = [], idAs, title } = action;
	const { path, branch, labels } = target;
	return {
		path: action.path ?? path,
		action: action.action,
		branch,
		query: { ...(idAs ? { [idAs]: id } : {}), ...bodyOf(item, query, input, branch) },
		body: { ...bodyOf(item, body, input, branch), ...action.fixed },
		labels: { ...labels, ...labelsOf(query), ...labelsOf(body) },
		task: `${title.charAt(0).toLowerCase()}${title.slice(1)}${id === undefined ? '' : ` (${id})`}`,
	};
}

/** What comes out of it, as far as that is declared. */
export const declaredSchema = ({ outputFields = [] }: Action): ObjectSchema =>
	objectOf({ ...objectSchema(outputFields).properties });
