import { asRows } from '../records/rows';
import { addressOf, callOf, declaredSchema } from './call';
import type { ActionKind } from './kind';

/** Reads what comes in one answer: an object, or a bare list of rows. */
export const get: ActionKind<'get'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const call = callOf(item, action, addressOf(item, entity, action));
		return asRows(item, call, await item.fetch(call));
	},
	output: (_entity, action) => declaredSchema(action),
};
