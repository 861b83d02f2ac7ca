import { collectRows } from '../records/rows';
import { limitForm, limitOf } from '../records/limit';
import { actionRowFilter } from '../records/rowFilter';
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
		const keep = actionRowFilter([...query, ...body], { ...call.query, ...call.body });
		return await collectRows(item, entity.plural.toLowerCase(), call, { limit, keep });
	},
	output: (_entity, action) => declaredSchema(action),
};
