import type { Operation } from '../../run/operation';
import { nameSourceOf } from '../../run/names';
import { recordParameter } from '../../run/recordParameter';
import { getRecord } from '../../run/records';
import { idOf, keysForm, targetOf } from '../../run/target';
import { readingForm, readingOutput, readingSchema } from '../../output/readings';

/** Reads one record by its ID. */
export const get: Operation = {
	text: ({ one }) => ({ name: 'Get', action: `Get ${one}` }),
	form: (entity) => ({
		id: [recordParameter(entity)],
		keys: keysForm(entity),
		simplify: readingForm(entity),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, entity.keys);
		const id = idOf(item, entity);
		const show = readingOutput(item, entity);
		const match = await getRecord(item, entity, id, target);
		return await show([match], nameSourceOf(item));
	},
	output: readingSchema,
	reads: true,
};
