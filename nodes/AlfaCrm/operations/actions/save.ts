import { recordKey } from '../run/run';
import { recordSchema } from '../output/recordSchema';
import { getRecordAnywhere } from '../matching/search';
import { takenFromOthers } from '../records/taken';
import { addressOf, callOf, declaredSchema } from './call';
import type { ActionKind } from './kind';

/** Sends one call that changes something each time that it runs. */
export const save: ActionKind<'save'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const address = addressOf(item, entity, action);
		const call = callOf(item, action, address);
		const { id } = address;
		const { body: fields = [] } = action;
		const keys = id === undefined ? [] : [recordKey(entity, id)];
		return await item.withLock(keys, async () => {
			const taken = await takenFromOthers(item, fields, call.body ?? {}, call.branch, getRecordAnywhere);
			const filled = { ...call, body: { ...taken, ...call.body } };
			const saved = await item.save(filled, keys, { confirms: action.confirmedBy });
			return [{ ...(id === undefined ? {} : { id }), ...saved }];
		});
	},
	output: (entity, action) =>
		action.path === undefined && action.outputFields === undefined
			? recordSchema(entity)
			: declaredSchema(action),
};
