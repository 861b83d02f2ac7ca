import type { Operation } from '../operation';
import { nameSourceOf } from '../output/nameLists';
import { readingForm, readingOutput, readingSchema } from '../output/readings';
import { idOf, idParameter, keysForm, targetOf } from './target';
import { getRecordAnywhere } from './findById';

/** Reads one record by its ID. */
export const get: Operation = {
	text: ({ one }) => ({ name: 'Get', action: `Get ${one}`, description: `Get ${one} by its ID` }),
	form: (entity) => ({
		id: [idParameter(entity)],
		keys: keysForm(entity, 'get'),
		simplify: readingForm(entity),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'get');
		const id = idOf(item, entity);
		const show = readingOutput(item, entity);
		const match = await getRecordAnywhere(item, entity, id, target);
		return await show([match], nameSourceOf(item));
	},
	output: readingSchema,
};
