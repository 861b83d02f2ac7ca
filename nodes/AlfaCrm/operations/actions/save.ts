import { recordKey } from '../execution/execution';
import { recordSchema } from '../output/recordSchema';
import { forOwner } from '../records/owner';
import { addressOf, callOf, declaredSchema } from './call';
import { readFields } from './fields';
import type { ActionKind } from './kind';

/** Sends one call that changes something each time that it runs. */
export const save: ActionKind<'save'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const address = addressOf(item, entity, action);
		const { body: fields = [], query = [] } = action;
		const input = readFields(item, [...query, ...fields]);
		const call = callOf(item, action, address, input);
		const { id } = address;
		const keys = id === undefined ? [] : [recordKey(entity, id)];
		return await item.withLock(keys, async () => {
			const { branch, body = {} } = call;
			const placed = await forOwner(item, { fields, input, body, branch });
			const saved = await item.save({ ...call, ...placed }, keys, { confirms: action.confirmedBy });
			return [{ ...(id === undefined ? {} : { id }), ...saved }];
		});
	},
	output: (entity, action) =>
		action.path === undefined && action.outputFields === undefined
			? recordSchema(entity)
			: declaredSchema(action),
};
