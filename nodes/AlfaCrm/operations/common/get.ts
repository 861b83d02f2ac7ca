import { makeSimplifyParameters, makeRowsToOutput, outputSchema } from '../../output/outputItems';
import { nameSourceOf } from '../../run/names';
import type { Operation } from '../../run/operation';
import { recordParameter } from '../../run/recordParameter';
import { getRecord } from '../../run/records';
import { idOf, keysForm, targetOf } from '../../run/target';

/** Reads one record by its ID. */
export const get: Operation = {
	text: ({ one }) => ({ name: 'Get', action: `Get ${one}` }),

	form: (entity) => ({
		id: [recordParameter(entity)],
		// The ID of the record to which this one belongs, such as the customer of a subscription.
		keys: keysForm(entity),
		simplify: makeSimplifyParameters(entity),
	}),

	async execute(item, entity) {
		const target = targetOf(item, entity, entity.parentFields);
		const id = idOf(item, entity);
		const showRecords = makeRowsToOutput(item, entity);

		const record = await getRecord(item, entity, id, target);
		return await showRecords([record], nameSourceOf(item));
	},

	output: outputSchema,
	onlyReads: true,
};
