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
	/** How many records to return at most; `Infinity` for all. */
	limit: number;
	/** The values of the filters that the user has added, by the names of the filters. */
	filters: IDataObject;
	/** The filters that always stand in the form, such as 'Archive' of customers. */
	views: ReturnType<typeof readViews>;
	/**
	 * The bodies with which the list is asked, one after the other, for a field such as the status of
	 * a lesson: AlfaCRM lists the lessons of one status at a time. A single empty body for an entity
	 * without such a field.
	 */
	partition: IDataObject[];
}

function readListRequest(item: Item, entity: Entity): ListRequest {
	return {
		target: targetOf(item, entity, entity.parentFields),
		limit: readLimit(item),
		filters: readFilters(item, entity),
		views: readViews(item, entity),
		partition: readPartition(item, entity),
	};
}

/**
 * Reads the list, and compares each row with the filters again, because AlfaCRM ignores filters
 * that it does not know.
 *
 * One call may not show all of the records: AlfaCRM shows one status or one kind of record at a
 * time, and a filter may find one spelling only. So the list is read in several passes, one for
 * each combination of a kind, a value of the partition, and a body of the filters.
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
 * Returns the bodies with which the list shows records of every kind, such as payments and refunds.
 * AlfaCRM may list one kind only, unless the body names another. If the user filters by the kind,
 * the filter is enough.
 */
async function readKindBodies(
	item: Item,
	entity: Entity,
	{ target, filters }: ListRequest,
): Promise<IDataObject[]> {
	const kindFilter = entity.hidden?.kinds?.name;
	const isKindChosen = kindFilter !== undefined && kindFilter in filters;
	const otherKindBodies = isKindChosen ? [] : await readKindPasses(item, entity, target.branch);
	const usualKindBody: IDataObject = {};
	return [usualKindBody, ...otherKindBodies];
}

/**
 * Recognises and counts rows of other branches. Some branches list customers and payments that
 * belong to other branches (API notes 3), and those are left out.
 *
 * Nothing is left out of a list of the records that belong to one record, such as the subscriptions
 * of a customer: they are the customer's in whichever branch they are.
 */
class OtherBranchRows {
	private readonly ids = new Set<IDataObject[string]>();
	/** Whether the list holds the records that belong to one record, which the form names. */
	private readonly isListOfOwner: boolean;

	constructor(
		{ parentFields = [] }: Entity,
		private readonly target: Target,
	) {
		this.isListOfOwner = parentFields.length > 0;
	}

	get count(): number {
		return this.ids.size;
	}

	includes(row: IDataObject): boolean {
		return !this.isListOfOwner && !belongsToBranch(row, this.target.branch);
	}

	/** Counts a row. It counts once, even if several passes return it. */
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
