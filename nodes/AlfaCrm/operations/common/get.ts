import { makeSimplifyParameters, makeRowsToOutput, outputSchema } from '../../output/outputItems';
import { makeNameSource } from '../../run/names';
import type { Operation } from '../../run/operation';
import { recordParameter } from '../../run/recordParameter';
import { getRecord } from '../../run/records';
import { idOf, parentForm, targetOf } from '../../run/target';

/** Reads one record by its ID. */
export const get: Operation = {
	text: ({ singular }) => ({ name: 'Get', action: `Get ${singular}` }),

	form: (entity) => ({
		id: [recordParameter(entity)],
		// The customer of a subscription, for example: the record to which the wanted record belongs.
		parent: parentForm(entity),
		simplify: makeSimplifyParameters(entity),
	}),

	async execute(item, entity) {
		const target = targetOf(item, entity, entity.parentFields);
		const id = idOf(item, entity);
		// Reads the parameter 'Simplify'. The whole form is read before the first call.
		const toOutput = makeRowsToOutput(item, entity);

		const record = await getRecord(item, entity, id, target);
		return await toOutput([record], makeNameSource(item));
	},

	output: outputSchema,
	onlyReads: true,
};
