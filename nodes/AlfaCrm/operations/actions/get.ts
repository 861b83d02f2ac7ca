import { nameSourceOf } from '../output/names';
import { namedOutput, namesForm, withNameSchema } from '../output/readings';
import { asRows } from '../records/rows';
import { addressOf, callOf, declaredSchema } from './call';
import type { ActionKind } from './kind';

/** Reads what comes in one answer: an object, or a bare list of rows. */
export const get: ActionKind<'get'> = {
	form: (_entity, { outputFields = [] }) => ({ simplify: namesForm(outputFields) }),
	async execute(item, entity, action) {
		const call = callOf(item, action, addressOf(item, entity, action));
		const show = namedOutput(item, action.outputFields ?? []);
		const rows = asRows(item, call, await item.fetch(call));
		return await show(
			rows.map((row) => ({ row, branch: call.branch })),
			nameSourceOf(item),
		);
	},
	output: (_entity, action) => withNameSchema(declaredSchema(action), action.outputFields ?? []),
};
