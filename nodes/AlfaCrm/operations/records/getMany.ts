import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../operation';
import { nameSourceOf } from '../output/names';
import { readingForm, readingOutput, readingSchema } from '../output/readings';
import {
	bodiesOf,
	eachWith,
	filtersForm,
	readFilters,
	readPartition,
	readViews,
	rowFilterOf,
} from './filters';
import { limitForm, limitOf, otherKinds, readList } from './readList';
import { keysForm, targetOf } from './target';

/** Lists records, a page after the other. */
export const getMany: Operation = {
	text: ({ many }) => ({ name: 'Get Many', action: `Get many ${many}` }),
	form: (entity) => ({
		...filtersForm(entity),
		limit: limitForm,
		keys: keysForm(entity),
		simplify: readingForm(entity),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, entity.keys);
		const limit = limitOf(item);
		const show = readingOutput(item, entity);
		const wanted = readFilters(item, entity);
		const views = readViews(item, entity);
		const chosen = eachWith(readPartition(item, entity), bodiesOf(entity, wanted));
		const isOfKind = (entity.hidden?.kinds?.name ?? '') in wanted;
		const others = isOfKind ? [] : await otherKinds(item, entity, target.branch);
		const isWanted = await rowFilterOf(item, entity, target, wanted);
		const plural = entity.plural.toLowerCase();
		const list = { ...target, body: { ...target.query, ...views.body }, task: `list the ${plural}` };
		const rows = await readList(item, plural, list, {
			limit,
			keep: (row: IDataObject) => views.holds(row) && isWanted(row),
			passes: eachWith([{}, ...others], chosen),
		});
		const { branch } = target;
		return await show(
			rows.map((row) => ({ row, branch })),
			nameSourceOf(item),
		);
	},
	output: readingSchema,
	reads: true,
};
