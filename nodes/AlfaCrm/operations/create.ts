import { bodyForCreate, targetOf } from './parameters';
import { save } from './save';
import type { Operation } from './types';

export const create: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex);
	const body = bodyForCreate(context, entity, itemIndex, target.branch);
	const task = `create the ${entity.label.toLowerCase()}`;
	return [await save(context, { ...target, action: 'create', body, task })];
};
