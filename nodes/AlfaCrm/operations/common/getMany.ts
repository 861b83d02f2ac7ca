import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch } from '../../entities/branch';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { readingForm, readingOutput, readingSchema } from '../../output/readings';
import {
	combinePasses,
	filtersForm,
	makeFilterPasses,
	makeRowTest,
	readFilters,
	readPartition,
	readViews,
} from '../../run/filters';
import { limitForm, readLimit, readKindPasses, readList } from '../../run/readList';
import { keysForm, targetOf } from '../../run/target';
import { nameSourceOf } from '../../run/names';

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
		const limit = readLimit(item);
		const show = readingOutput(item, entity);
		const wanted = readFilters(item, entity);
		const views = readViews(item, entity);
		const chosen = combinePasses(readPartition(item, entity), makeFilterPasses(entity, wanted));
		const isOfKind = (entity.hidden?.kinds?.name ?? '') in wanted;
		const others = isOfKind ? [] : await readKindPasses(item, entity, target.branch);
		const isWanted = await makeRowTest(item, entity, target, wanted);
		const plural = entity.plural.toLowerCase();
		const list = { ...target, body: { ...target.query, ...views.body }, task: `list the ${plural}` };
		const { branch } = target;
		const ofOtherBranches = new Set<IDataObject[string]>();
		// The list of one owner, such as the members of a group, holds no records of other owners. A row of it may name another
		// branch of the owner, and still belongs to the owner. Branches list only customers and payments of others. API notes 3.
		const isListOfOwner = (entity.keys ?? []).length > 0;
		const isOfBranch = (row: IDataObject): boolean => {
			const belongs = isListOfOwner || belongsToBranch(row, branch);
			if (!belongs) ofOtherBranches.add(row.id);
			return belongs;
		};
		const rows = await readList(item, plural, list, {
			limit,
			keep: (row: IDataObject) => views.hasRow(row) && isWanted(row) && isOfBranch(row),
			passes: combinePasses([{}, ...others], chosen),
		});
		warnOfOtherBranches(
			item,
			ofOtherBranches.size,
			`of the ${plural} in the list of branch ${String(branch)}`,
		);
		return await show(
			rows.map((row) => ({ row, branch })),
			nameSourceOf(item),
		);
	},
	output: readingSchema,
	reads: true,
};

/** Tells how many records a branch lists that belong to other branches. API notes 3. */
function warnOfOtherBranches(item: Item, count: number, which: string): void {
	if (count === 0) return;
	item.execution.hints.add(
		'Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name',
		`${count} ${which}`,
	);
}
