import { objectOf } from '../../output/recordSchema';
import { recordKey } from '../../run/keys';
import type { Operation } from '../../run/operation';
import { getRecord, writeInBranchOfRecord } from '../../run/records';
import { idOf, idParameter, hasParent, parentForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Deletes one record. The form asks for the ID, and never for a value such as a phone: a second run
 * would find the next record with that phone, and delete it too.
 */
export const deleteRecord: Operation = {
	text: ({ singular }) => ({ name: 'Delete', action: `Delete ${singular}` }),

	form: (entity) => ({
		id: [idParameter(entity)],
		// The customer of a subscription, for example: the record to which the deleted record belongs.
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
		const deleteInBranch = async (targetInBranch: Target) =>
			await item.save({ ...targetInBranch, ...call }, [deletedRecord]);

		await item.withLock([deletedRecord], async () => {
			// A subscription is deleted only if it belongs to the customer in the form: `getRecord`
			// throws if that customer has no subscription with the ID. AlfaCRM itself may ignore the
			// customer.
			if (hasParent(target)) await getRecord(item, entity, id, target);
			await writeInBranchOfRecord(item, entity, id, target, deleteInBranch);
		});

		return [{ id, deleted: true }];
	},

	output: () => objectOf({ id: { type: 'integer' }, deleted: { type: 'boolean' } }),
};
