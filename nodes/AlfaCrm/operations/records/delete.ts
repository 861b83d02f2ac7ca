import { recordKey } from '../context';
import type { Operation } from '../operation';
import { idOf, targetOf } from '../target';

export const deleteRecord: Operation = async (item, entity) => {
	const target = targetOf(item, entity, 'delete');
	const id = idOf(item, entity);
	const task = `delete ${entity.label.toLowerCase()} ${id}`;
	const keys = [recordKey(entity, id)];
	await item.run.withLock(keys, async () => {
		await item.save({ ...target, action: 'delete', query: { id, ...target.query }, task }, keys);
	});
	return [{ id, deleted: true }];
};
