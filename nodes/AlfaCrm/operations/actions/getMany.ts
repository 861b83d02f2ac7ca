import { nameSourceOf } from '../output/names';
import { namedOutput, namesForm, withNameSchema } from '../output/readings';
import { collectSome, limitForm, limitOf } from '../records/rows';
import { actionRowFilter } from '../records/filters';
import { addressOf, callOf, declaredSchema } from './call';
import type { ActionKind } from './kind';

/** Reads the pages of a list. */
export const getMany: ActionKind<'getMany'> = {
	form: (_entity, { outputFields = [] }) => ({ limit: limitForm, simplify: namesForm(outputFields) }),
	async execute(item, entity, action) {
		const { query = [], body = [] } = action;
		const address = addressOf(item, entity, action);
		const limit = limitOf(item);
		const call = callOf(item, action, address);
		const keep = actionRowFilter([...query, ...body], { ...call.query, ...call.body });
		const show = namedOutput(item, action.outputFields ?? []);
		const rows = await collectSome(item, entity.plural.toLowerCase(), call, { limit, keep });
		return await show(
			rows.map((row) => ({ row, branch: call.branch })),
			nameSourceOf(item),
		);
	},
	output: (_entity, action) => withNameSchema(declaredSchema(action), action.outputFields ?? []),
};
