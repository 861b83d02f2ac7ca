import { objectOf } from '../../output/recordSchema';
import { recordKey } from '../../run/execution';
import type { Operation } from '../../run/operation';
import { getRecord, writeAnywhere } from '../../run/records';
import { idOf, idParameter, hasParent, keysForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Deletes one record by its ID alone. By a phone, a second run would find another record with that
 * phone and delete it.
 */
export const deleteRecord: Operation = {
	text: ({ one }) => ({ name: 'Delete', action: `Delete ${one}` }),

	form: (entity) => ({ id: [idParameter(entity)], keys: keysForm(entity) }),

	async execute(item, entity) {
		const target = targetOf(item, entity, entity.keys);
		const id = idOf(item, entity);
		const lock = recordKey(entity, id);
		const call = {
			action: 'delete',
			query: { id, ...target.query },
			task: `delete ${entity.label.toLowerCase()} ${id}`,
		};
		const deleteIn = async (place: Target) => await item.save({ ...place, ...call }, [lock]);

		await item.withLock([lock], async () => {
			// AlfaCRM may look at the ID alone, so this makes sure that the record belongs to the other
			// one that the form names.
			if (hasParent(target)) await getRecord(item, entity, id, target);
			await writeAnywhere(item, entity, id, target, deleteIn);
		});
		return [{ id, deleted: true }];
	},

	output: () => objectOf({ id: { type: 'integer' }, deleted: { type: 'boolean' } }),
};
