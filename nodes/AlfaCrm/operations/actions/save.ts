import { recordKey } from '../run/run';
import { recordSchema } from '../output/recordSchema';
import { addressOf, callOf, declaredSchema } from './call';
import type { ActionKind } from './kind';

/** Sends one call that changes something each time that it runs. */
export const save: ActionKind<'save'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const address = addressOf(item, entity, action);
		const call = callOf(item, action, address);
		const { id } = address;
		const keys = id === undefined ? [] : [recordKey(entity, id)];
		return await item.withLock(keys, async () => {
			const saved = await item.save(call, keys, { confirms: action.confirmedBy });
			return [{ ...(id === undefined ? {} : { id }), ...saved }];
		});
	},
	output: (entity, action) =>
		action.path === undefined && action.outputFields === undefined
			? recordSchema(entity)
			: declaredSchema(action),
};
