import { objectOf } from '../../output/recordSchema';
import { recordKey } from '../../run/keys';
import type { Operation } from '../../run/operation';
import { getRecord, writeInBranchOfRecord } from '../../run/records';
import { idOf, idParameter, hasParent, parentForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Deletes one record. The form takes only its ID, no match key such as a phone: a second run would
 * find the next record with that phone, and delete it too.
 */
export const deleteRecord: Operation = {
	text: ({ singular }) => ({ name: 'Delete', action: `Delete ${singular}` }),

	form: (entity) => ({
		id: [idParameter(entity)],
		// The ID of the record to which this one belongs, such as the customer of a subscription.
		parent: parentForm(entity),
	}),

	async execute(item, entity) {
		const target = targetOf(item, entity, entity.parentFields);
		const id = idOf(item, entity);
		const deletedRecord = recordKey(entity, id);
		const call = {
			action: 'delete',
			query: { id, ...target.query },
			task: `delete ${entity.label.toLowerCase()} ${id}`,
		};
		const deleteIn = async (targetInBranch: Target) =>
			await item.save({ ...targetInBranch, ...call }, [deletedRecord]);

		await item.withLock([deletedRecord], async () => {
			// For a subscription, the form names the customer too. AlfaCRM may look at the ID alone, and
			// delete another customer's subscription. `getRecord` throws if this customer has no
			// subscription with the ID.
			if (hasParent(target)) await getRecord(item, entity, id, target);
			// `writeInBranchOfRecord` finds the branch of the record.
			await writeInBranchOfRecord(item, entity, id, target, deleteIn);
		});

		return [{ id, deleted: true }];
	},

	output: () => objectOf({ id: { type: 'integer' }, deleted: { type: 'boolean' } }),
};
