import type { Operation } from '../operation';
import { targetOf } from '../target';
import { bodyOf } from './body';
import { givenFields } from './given';

/** Creates a record each time that it runs. */
export const create: Operation = async (item, entity) => {
	const target = targetOf(item, entity, 'create');
	const given = givenFields(item, entity, 'create');
	const body = { ...target.query, ...bodyOf(item, entity.fields, given, target.branch) };
	const task = `create the ${entity.label.toLowerCase()}`;
	return [await item.save({ ...target, action: 'create', body, task }, [])];
};
