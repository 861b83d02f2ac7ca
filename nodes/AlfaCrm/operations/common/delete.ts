import { objectOf } from '../../output/recordSchema';
import { recordKey } from '../../run/keys';
import type { Operation } from '../../run/operation';
import { getRecord, writeAnywhere } from '../../run/records';
import { idOf, idParameter, hasParent, keysForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Deletes one record. The form takes only its ID, no match key such as a phone: a second run would
 * find the next record with that phone, and delete it too.
 */
export const deleteRecord: Operation = {
	text: ({ one }) => ({ name: 'Delete', action: `Delete ${one}` }),

	form: (entity) => ({ id: [idParameter(entity)], keys: keysForm(entity) }),

	async execute(item, entity) {
		const target = targetOf(item, entity, entity.parentFields);
		const id = idOf(item, entity);
		const lock = recordKey(entity, id);
		const call = {
			action: 'delete',
			query: { id, ...target.query },
			task: `delete ${entity.label.toLowerCase()} ${id}`,
		};
		const deleteAt = async (recordTarget: Target) =>
			await item.save({ ...recordTarget, ...call }, [lock]);

		await item.withLock([lock], async () => {
			// The form may also name the record to which this one belongs, such as the customer of a
			// subscription. AlfaCRM may look at the ID alone and delete another customer's subscription.
			// `getRecord` throws if the customer has none with this ID.
			if (hasParent(target)) await getRecord(item, entity, id, target);
			await writeAnywhere(item, entity, id, target, deleteAt);
		});
		return [{ id, deleted: true }];
	},

	output: () => objectOf({ id: { type: 'integer' }, deleted: { type: 'boolean' } }),
};
