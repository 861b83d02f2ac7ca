import { save } from './save';
import { idOf, targetOf } from './target';
import type { Operation } from './types';

export const deleteRecord: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex, 'delete');
	const id = idOf(context, entity, itemIndex);
	const task = `delete ${entity.label.toLowerCase()} ${id}`;
	await save(context, { ...target, action: 'delete', query: { id, ...target.query }, task });
	return [{ id, deleted: true }];
};
