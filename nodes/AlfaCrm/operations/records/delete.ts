import { recordKey } from '../context';
import type { Operation } from '../operation';
import { idOf, isOfAnother, targetOf } from '../target';
import { getRecord } from './lookUp';

export const deleteRecord: Operation = async (item, entity) => {
	const target = targetOf(item, entity, 'delete');
	const id = idOf(item, entity);
	const task = `delete ${entity.label.toLowerCase()} ${id}`;
	const keys = [recordKey(entity, id)];
	await item.withLock(keys, async () => {
		if (isOfAnother(target)) await getRecord(item, entity, id, target);
		await item.save({ ...target, action: 'delete', query: { id, ...target.query }, task }, keys);
	});
	return [{ id, deleted: true }];
};
