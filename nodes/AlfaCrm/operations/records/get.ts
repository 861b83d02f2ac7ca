import type { Operation } from '../operation';
import { simplified, simplifiedSchema, simplifyForm } from '../output/simplify';
import { idOf, idParameter, keysForm, targetOf } from './target';
import { getRecord } from './findById';

/** Reads one record by its ID. */
export const get: Operation = {
	text: ({ one }) => ({ name: 'Get', action: `Get ${one}`, description: `Get ${one} by its ID` }),
	form: (entity) => ({
		id: [idParameter(entity)],
		keys: keysForm(entity, 'get'),
		simplify: simplifyForm(entity),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'get');
		const id = idOf(item, entity);
		const show = simplified(item, entity);
		return [show(await getRecord(item, entity, id, target))];
	},
	output: simplifiedSchema,
};
