import { bodyForCreate } from './fields/body';
import { save } from './save';
import { targetOf } from './target';
import type { Operation } from './types';

export const create: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex, 'create');
	const body = { ...target.query, ...bodyForCreate(context, entity, itemIndex, target.branch) };
	const task = `create the ${entity.label.toLowerCase()}`;
	return [await save(context, { ...target, action: 'create', body, task })];
};
