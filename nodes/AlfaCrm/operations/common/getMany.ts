import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch } from '../../entities/branch';
import type { Entity } from '../../entities/types';
import { simplifyForm, makeRowsToOutput, outputSchema } from '../../output/readings';
import {
	combinePasses,
	filtersForm,
	makeFilterPasses,
	makeRowTest,
	readFilters,
	readPartition,
	readViews,
} from '../../run/filters';
import type { Item } from '../../run/item';
import { nameSourceOf } from '../../run/names';
import type { Operation } from '../../run/operation';
import { limitForm, readLimit, readKindPasses, readList } from '../../run/readList';
import { keysForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/** Lists records that pass the filters of the form. */
export const getMany: Operation = {
	text: ({ many }) => ({ name: 'Get Many', action: `Get many ${many}` }),

	form: (entity) => ({
		...filtersForm(entity),
		limit: limitForm,
		keys: keysForm(entity),
		simplify: simplifyForm(entity),
	}),

	async execute(item, entity) {
		const request = readListRequest(item, entity);
		const showRecords = makeRowsToOutput(item, entity);

		const rows = await readRows(item, entity, request);
		const { branch } = request.target;
		return await showRecords(
			rows.map((row) => ({ row, branch })),
			nameSourceOf(item),
		);
	},

	output: outputSchema,
	reads: true,
};

/** What the form says about the records to list. */
interface ListRequest {
	target: Target;
	/** Infinity for all records. */
	limit: number;
	/** The values of the filters by their names. */
	filters: IDataObject;
	/** What the views ask for, such as archived customers, and whether a row is in all of them. */
	views: ReturnType<typeof readViews>;
	/**
	 * Bodies to ask with, if AlfaCRM lists the values of a field one at a time, such as the status of
	 * a lesson.
	 */
	partition: IDataObject[];
}

function readListRequest(item: Item, entity: Entity): ListRequest {
	return {
		target: targetOf(item, entity, entity.keys),
		limit: readLimit(item),
		filters: readFilters(item, entity),
		views: readViews(item, entity),
		partition: readPartition(item, entity),
	};
}

/**
 * Reads the list, and compares each row with the filters again, since AlfaCRM ignores filters that
 * it does not know.
 */
async function readRows(item: Item, entity: Entity, request: ListRequest): Promise<IDataObject[]> {
	const { target, limit, filters, views, partition } = request;
	const plural = entity.plural.toLowerCase();
	const filterBodies = combinePasses(partition, makeFilterPasses(entity, filters));
	const kindBodies = await readKindBodies(item, entity, request);
	const passesFilters = await makeRowTest(item, entity, target, filters);
	const otherBranches = new OtherBranchRows(entity, target);

	const list = {
		...target,
		body: { ...target.query, ...views.body },
		task: `list the ${plural}`,
	};
	const rows = await readList(item, plural, list, {
		limit,
		passes: combinePasses(kindBodies, filterBodies),
		keep: (row) => {
			if (!views.hasRow(row) || !passesFilters(row)) return false;
			if (!otherBranches.includes(row)) return true;
			otherBranches.note(row);
			return false;
		},
	});

	warnOfOtherBranches(item, otherBranches.count, plural, target);
	return rows;
}

/**
 * Returns the bodies with which the list shows records of every kind, or only of the kind that a
 * filter names.
 */
async function readKindBodies(
	item: Item,
	entity: Entity,
	{ target, filters }: ListRequest,
): Promise<IDataObject[]> {
	const kindFilter = entity.hidden?.kinds?.name;
	const isKindChosen = kindFilter !== undefined && kindFilter in filters;
	const otherKindBodies = isKindChosen ? [] : await readKindPasses(item, entity, target.branch);
	return [{}, ...otherKindBodies];
}

/**
 * The rows that a branch lists although they belong to other branches, which happens with customers
 * and payments. The list of one owner, such as the members of a group, has none: a row may name
 * another branch of the owner, and still belongs to the owner. API notes 3.
 */
class OtherBranchRows {
	private readonly ids = new Set<IDataObject[string]>();
	private readonly isListOfOwner: boolean;

	constructor(
		{ keys = [] }: Entity,
		private readonly target: Target,
	) {
		this.isListOfOwner = keys.length > 0;
	}

	get count(): number {
		return this.ids.size;
	}

	includes(row: IDataObject): boolean {
		return !this.isListOfOwner && !belongsToBranch(row, this.target.branch);
	}

	/** Counts a row once, also if the list is read twice. */
	note(row: IDataObject): void {
		this.ids.add(row.id);
	}
}

function warnOfOtherBranches(item: Item, count: number, plural: string, { branch }: Target): void {
	if (count === 0) return;
	item.execution.hints.add(
		'Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name',
		`${count} of the ${plural} in the list of branch ${String(branch)}`,
	);
}
