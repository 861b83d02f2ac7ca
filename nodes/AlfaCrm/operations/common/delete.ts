import { recordKey } from '../../run/execution';
import type { Operation } from '../../run/operation';
import { objectOf } from '../../output/recordSchema';
import { idOf, idParameter, isOfAnother, keysForm, targetOf } from '../../run/target';
import { getRecord, writeAnywhere } from '../../run/records';

/** Deletes one record by its ID alone: by a phone, a second run would find and delete another one. */
export const deleteRecord: Operation = {
	text: ({ one }) => ({ name: 'Delete', action: `Delete ${one}` }),
	form: (entity) => ({ id: [idParameter(entity)], keys: keysForm(entity) }),
	async execute(item, entity) {
		const target = targetOf(item, entity, entity.keys);
		const id = idOf(item, entity);
		const task = `delete ${entity.label.toLowerCase()} ${id}`;
		const keys = [recordKey(entity, id)];
		await item.withLock(keys, async () => {
			if (isOfAnother(target)) await getRecord(item, entity, id, target);
			const query = { id, ...target.query };
			await writeAnywhere(
				item,
				entity,
				id,
				target,
				async (where) => await item.save({ ...where, action: 'delete', query, task }, keys),
			);
		});
		return [{ id, deleted: true }];
	},
	output: () => objectOf({ id: { type: 'integer' }, deleted: { type: 'boolean' } }),
};
