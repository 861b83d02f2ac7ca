import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch } from '../../entities/branch';
import type { Entity } from '../../entities/types';
import { makeSimplifyParameters, makeRowsToOutput, outputSchema } from '../../output/outputItems';
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
		// The ID of the parent to which the records belong, such as the customer of subscriptions.
		keys: keysForm(entity),
		simplify: makeSimplifyParameters(entity),
	}),

	async execute(item, entity) {
		const request = readListRequest(item, entity);
		const showRecords = makeRowsToOutput(item, entity);

		const rows = await readRows(item, entity, request);
		const { branch } = request.target;
		const locatedRows = rows.map((row) => ({ row, branch }));
		return await showRecords(locatedRows, nameSourceOf(item));
	},

	output: outputSchema,
	onlyReads: true,
};

/** What the form says about the records to list. */
interface ListRequest {
	target: Target;
	/** How many records to return at most; `Infinity` for all. */
	limit: number;
	/** The values of the filters that the user has added, by the names of the filters. */
	filters: IDataObject;
	/** The filters that the form always shows, such as 'Archive' of customers. */
	views: ReturnType<typeof readViews>;
	/**
	 * The bodies with which the list is asked, one after the other, because AlfaCRM lists the lessons
	 * of one status at a time, for example. A single empty body if one call lists all records.
	 */
	partitionBodies: IDataObject[];
}

/** Reads from the form which records to list, before anything is sent. */
function readListRequest(item: Item, entity: Entity): ListRequest {
	return {
		target: targetOf(item, entity, entity.parentFields),
		limit: readLimit(item),
		filters: readFilters(item, entity),
		views: readViews(item, entity),
		partitionBodies: readPartition(item, entity),
	};
}

/**
 * Reads the records that pass the filters of the form. Compares each row with the filters again,
 * because AlfaCRM ignores filters that it does not know.
 *
 * One call may not show all of the records, so the list may be read in several passes.
 */
async function readRows(item: Item, entity: Entity, request: ListRequest): Promise<IDataObject[]> {
	const { target, limit, filters, views } = request;
	const plural = entity.plural.toLowerCase();
	const passes = await makePasses(item, entity, request);
	const passesFilters = await makeRowTest(item, entity, target, filters);
	const otherBranchRows = new OtherBranchRows(entity, target);

	// Counts the rows of other branches that it leaves out. The views are the filters that the form
	// always shows, such as 'Archive'.
	const isWanted = (row: IDataObject) => {
		if (!views.hasRow(row) || !passesFilters(row)) return false;
		if (!otherBranchRows.includes(row)) return true;

		otherBranchRows.note(row);
		return false;
	};
	const list = {
		...target,
		body: { ...target.query, ...views.body },
		task: `list the ${plural}`,
	};
	const rows = await readList(item, plural, list, { limit, passes, keep: isWanted });

	warnOfOtherBranches(item, otherBranchRows.count, plural, target);
	return rows;
}

/**
 * Makes the bodies with which the list is asked, one after the other, to show all of the records:
 * AlfaCRM shows one status or one kind of record at a time, and a filter may find one spelling
 * only. There is a body for each combination of a kind, a status, and a spelling.
 */
async function makePasses(
	item: Item,
	entity: Entity,
	request: ListRequest,
): Promise<IDataObject[]> {
	const { partitionBodies, filters } = request;
	const filterBodies = combinePasses(partitionBodies, makeFilterPasses(entity, filters));
	const kindBodies = await readKindBodies(item, entity, request);
	return combinePasses(kindBodies, filterBodies);
}

/**
 * Returns the bodies with which the list shows records of every kind, such as incomes and refunds.
 * AlfaCRM may list only incomes, unless the body names another kind. If the user filters by the
 * kind, that filter is enough.
 */
async function readKindBodies(
	item: Item,
	entity: Entity,
	{ target, filters }: ListRequest,
): Promise<IDataObject[]> {
	// The field that tells the kind, if AlfaCRM hides kinds of this entity.
	const kindField = entity.hidden?.kinds?.name;
	const isKindChosen = kindField !== undefined && kindField in filters;
	const otherKindBodies = isKindChosen ? [] : await readKindPasses(item, entity, target.branch);
	// An empty body asks for the kind that AlfaCRM lists by itself.
	const usualKindBody: IDataObject = {};
	return [usualKindBody, ...otherKindBodies];
}

/**
 * Recognises and counts rows of other branches. Some branches list customers and payments that
 * belong to other branches (API notes 3), and those are left out.
 *
 * A list of the records of one parent, such as the subscriptions of a customer, is returned whole:
 * they are the customer's in whichever branch they are.
 */
class OtherBranchRows {
	private readonly ids = new Set<IDataObject[string]>();
	/** Whether all records of the list belong to one parent, which the form names. */
	private readonly isListOfOneParent: boolean;

	constructor(
		{ parentFields: parentFields = [] }: Entity,
		private readonly target: Target,
	) {
		this.isListOfOneParent = parentFields.length > 0;
	}

	/** The number of rows that were left out. */
	get count(): number {
		return this.ids.size;
	}

	/** Whether a row is to be left out because it belongs to other branches. */
	includes(row: IDataObject): boolean {
		if (this.isListOfOneParent) return false;
		return !belongsToBranch(row, this.target.branch);
	}

	/** Counts a row. It counts once, even if several passes return it. */
	note(row: IDataObject): void {
		this.ids.add(row.id);
	}
}

/** Adds a hint if rows of other branches were left out. */
function warnOfOtherBranches(item: Item, count: number, plural: string, { branch }: Target): void {
	if (count === 0) return;

	item.execution.hints.add(
		'Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name',
		`${count} of the ${plural} in the list of branch ${String(branch)}`,
	);
}
