import { listed } from '../records/collect';
import { limitForm, limitOf } from '../records/limit';
import { agreesWith } from '../records/recheck';
import { addressOf, callOf, declaredSchema } from './call';
import type { ActionKind } from './kind';

/** Reads the pages of a list. */
export const getMany: ActionKind<'getMany'> = {
	form: () => ({ limit: limitForm }),
	async execute(item, entity, action) {
		const { query = [], body = [] } = action;
		const address = addressOf(item, entity, action);
		const limit = limitOf(item);
		const call = callOf(item, action, address);
		const keep = agreesWith([...query, ...body], { ...call.query, ...call.body });
		return await listed(item, entity.plural.toLowerCase(), call, { limit, keep });
	},
	output: (_entity, action) => declaredSchema(action),
};
