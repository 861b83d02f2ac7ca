import { recordNumber, targetOf } from './parameters';
import { save } from './save';
import type { Operation } from './types';

export const deleteRecord: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex);
	const id = recordNumber(context, 'id', `${entity.label} ID`, itemIndex);
	const task = `delete ${entity.label.toLowerCase()} ${id}`;
	await save(context, { ...target, action: 'delete', query: { id }, task });
	return [{ id, deleted: true }];
};
