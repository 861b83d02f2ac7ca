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
	readPartitionPasses,
	readViews,
} from '../../run/filters';
import type { Item } from '../../run/item';
import { makeNameSource } from '../../run/names';
import type { Operation } from '../../run/operation';
import { limitForm, readLimit, readKindPasses, readList } from '../../run/readList';
import { parentForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Lists records that pass the filters of the form. AlfaCRM may not list all of them in one call: it
 * lists the lessons of one status at a time, for example. Then the list is read several times, each
 * time with another *pass*: an addition to the body of the call, such as `{ status: 1 }`.
 */
export const getMany: Operation = {
	text: ({ plural }) => ({ name: 'Get Many', action: `Get many ${plural}` }),

	form: (entity) => ({
		...filtersForm(entity),
		limit: limitForm,
		// The customer of subscriptions, for example: the record to which the listed records belong.
		parent: parentForm(entity),
		simplify: makeSimplifyParameters(entity),
	}),

	async execute(item, entity) {
		const request = readListRequest(item, entity);
		// Reads the parameter 'Simplify'. The whole form is read before the first call.
		const toOutput = makeRowsToOutput(item, entity);

		const rows = await readRows(item, entity, request);
		const { branch } = request.target;
		const locatedRows = rows.map((row) => ({ row, branch }));
		return await toOutput(locatedRows, makeNameSource(item));
	},

	output: outputSchema,
	onlyReads: true,
};

/** The list that the form asks for. */
interface ListRequest {
	target: Target;
	/** How many records to return at most; `Infinity` for all. */
	limit: number;
	/** The values of the filters that the user has added, by the names of the filters. */
	filters: IDataObject;
	/** The user's choices in the filters that the form always shows, such as 'Archive'. */
	views: ReturnType<typeof readViews>;
	/**
	 * One pass for each value of the *partition*: the field of which AlfaCRM lists a single value at
	 * a time, such as the status of lessons. An entity without a partition has one empty pass.
	 */
	partitionPasses: IDataObject[];
}

/** Reads from the form which records to list, before anything is sent. */
function readListRequest(item: Item, entity: Entity): ListRequest {
	return {
		target: targetOf(item, entity, entity.parentFields),
		limit: readLimit(item),
		filters: readFilters(item, entity),
		views: readViews(item, entity),
		partitionPasses: readPartitionPasses(item, entity),
	};
}

/**
 * Reads the records that pass the filters of the form. Checks each row here as well, because
 * AlfaCRM ignores filters that it does not know.
 */
async function readRows(item: Item, entity: Entity, request: ListRequest): Promise<IDataObject[]> {
	const { target, limit, filters, views } = request;
	const plural = entity.plural.toLowerCase();
	const passes = await makePasses(item, entity, request);
	const passesFilters = await makeRowTest(item, entity, target, filters);
	// Collects the IDs of rows that are left out because of their branch. It is a set, because
	// several passes may list the same row.
	const leftOutIds = new Set<unknown>();
	const keepRow = (row: IDataObject) => {
		if (!views.hasRow(row) || !passesFilters(row)) return false;
		if (belongsInList(entity, target, row)) return true;

		leftOutIds.add(row.id);
		return false;
	};
	const list = {
		...target,
		body: { ...target.query, ...views.body },
		task: `list the ${plural}`,
	};
	const rows = await readList(item, plural, list, { limit, passes, keep: keepRow });

	warnOfOtherBranches(item, leftOutIds.size, plural, target);
	return rows;
}

/**
 * Makes the passes with which AlfaCRM lists all wanted records. There is a pass for each
 * combination of these:
 *
 * - a kind of record, such as refunds
 * - a value of the partition, such as a status of lessons
 * - a spelling of a filter's value: AlfaCRM may find a phone in one spelling only
 */
async function makePasses(
	item: Item,
	entity: Entity,
	request: ListRequest,
): Promise<IDataObject[]> {
	const { partitionPasses, filters } = request;
	const filterPasses = makeFilterPasses(entity, filters);
	const kindPasses = await makeKindPasses(item, entity, request);
	return combinePasses(kindPasses, combinePasses(partitionPasses, filterPasses));
}

/**
 * Makes the passes with which AlfaCRM lists records of every kind, such as incomes and refunds. It
 * may list only incomes, unless the body of the call names another kind. If the user filters by the
 * kind, that filter is enough.
 */
async function makeKindPasses(
	item: Item,
	entity: Entity,
	{ target, filters }: ListRequest,
): Promise<IDataObject[]> {
	// The field that tells the kind of a record, such as `pay_type_id`. Undefined if AlfaCRM hides no
	// kind of this entity's records.
	const kindField = entity.hidden?.kinds?.name;
	const isKindChosen = kindField !== undefined && kindField in filters;
	const otherKindPasses = isKindChosen ? [] : await readKindPasses(item, entity, target.branch);
	// Without a kind in the body, AlfaCRM lists the usual kind.
	const usualKindPass: IDataObject = {};
	return [usualKindPass, ...otherKindPasses];
}

/**
 * Whether a row belongs in the list of the target's branch. In some branches, AlfaCRM also lists
 * customers and payments of other branches (docs/alfacrm-api.md 3).
 *
 * If the form names a parent, such as the customer of subscriptions, every row belongs in the list:
 * all of them are the subscriptions of that customer, in whichever branch.
 */
function belongsInList(
	{ parentFields = [] }: Entity,
	{ branch }: Target,
	row: IDataObject,
): boolean {
	const isListOfOneParent = parentFields.length > 0;
	return isListOfOneParent || belongsToBranch(row, branch);
}

/** Adds a hint if rows of other branches were left out. */
function warnOfOtherBranches(item: Item, count: number, plural: string, { branch }: Target): void {
	if (count === 0) return;

	item.execution.hints.add(
		'Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name',
		`${count} of the ${plural} in the list of branch ${String(branch)}`,
	);
}
