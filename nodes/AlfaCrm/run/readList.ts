/**
 * Reads lists for an item. A list is *incomplete* if it was read twice and still had fewer rows
 * than AlfaCRM counts. What happens then depends on the purpose of the rows:
 *
 * - **Rows for the output** (`readList`): a hint says how many rows are missing.
 * - **Rows that decide something**, such as whether a record is new (`readWholeList`): an error is
 *   thrown. Without the missing rows, a record might be created twice.
 *
 * Some lists are asked for with several *passes*: additions to the body of the call, each of which
 * shows other rows.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { Collected, CollectOptions, ListReader } from '../api/list';
import type { ListQuery } from '../api/pages';
import { SMALLEST_PAGE } from '../api/pages';
import { makeFiltersForKinds, makeListCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { showWhen } from '../form/assemble';
import { CachedList } from '../store/cachedList';
import type { BehaviourKey } from './keys';
import type { Item } from './item';
import type { ItemRequest } from './itemCalls';
import { branchesOf } from './target';

// ---------------------------------------------------------------- the form

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	// An AI agent must not switch this on: a whole list would fill the agent's memory.
	noDataExpression: true,
	description: 'Whether to return all results or only up to a given limit',
};

const limitParameter: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};

export const limitForm: INodeProperties[] = [
	returnAll,
	showWhen(limitParameter, { returnAll: [false] }),
];

/**
 * Reads how many rows the user wants; `Infinity` for all. Call it before anything is sent.
 *
 * @throws NodeOperationError if *Limit* is not a number of rows
 */
export function readLimit(item: Item): number {
	return item.flag(returnAll) ? Infinity : item.integer(limitParameter);
}

// ---------------------------------------------------------------- rows for the output

/**
 * Reads the rows of a list, each once. Adds a hint if rows are missing, or if there may be more
 * rows than the limit.
 *
 * @param plural the noun for the rows, in lower case, such as "customers"
 */
export async function readList(
	item: Item,
	plural: string,
	list: ListQuery,
	options: CollectOptions = {},
): Promise<IDataObject[]> {
	const { limit = Infinity, passes = [] } = options;
	const reader = makeReaderWithHints(item, plural);
	const { rows, total } = await reader.collect(list, options);

	// Some lists have no total. After several passes, `total` counts the rows of one pass only. See
	// docs/alfacrm-api.md 3.
	const isTotalKnown = total !== undefined && passes.length <= 1;
	const mayHaveMore = !isTotalKnown || total > limit;
	if (rows.length >= limit && mayHaveMore) warnOfLimit(item, limit, plural);
	return rows;
}

/**
 * Adds a hint that there may be more rows. Adds none for a single input item, because n8n's editor
 * then compares the output with *Limit* and tells the user itself.
 */
export function warnOfLimit(item: Item, limit: number, plural: string): void {
	if (item.execution.context.getInputData().length === 1) return;

	item.execution.hints.add(
		"'Limit' was reached, so there may be more: raise it, or switch on 'Return All'",
		`${limit} ${plural} came`,
	);
}

/** Makes a reader of lists that adds a hint if rows of a list are missing. */
export const makeReaderWithHints = (item: Item, plural: string): ListReader => ({
	async collect(list, options) {
		const collected = await item.collect(list, options);
		warnOfMissing(item, plural, collected);
		return collected;
	},
});

/** Adds a hint if rows of a list are missing. */
export function warnOfMissing(item: Item, plural: string, reading: Omit<Collected, 'rows'>): void {
	if (reading.isComplete) return;

	const { total, readCount } = reading;
	const isMissingCountKnown = total !== undefined && total > readCount;
	const detail = isMissingCountKnown
		? `AlfaCRM reported ${total} ${plural}, ${readCount} came, ${total - readCount} missing`
		: `${readCount} ${plural} came`;
	item.execution.hints.add(
		'A list did not come whole, though it was read again. Run it once more to be sure to have all rows',
		detail,
	);
}

/**
 * Returns each record of several lists once: the last of its rows. Keeps every row without an ID.
 */
export function uniqueRecords(rows: readonly IDataObject[]): IDataObject[] {
	const rowsByKey = new Map<unknown, IDataObject>();
	for (const row of rows) {
		// A row without an ID is its own key, so no other row replaces it.
		const key = readId(row.id) ?? row;
		rowsByKey.set(key, row);
	}
	return [...rowsByKey.values()];
}

// ---------------------------------------------------------------- rows that decide something

type WholeListQuery = ListQuery & Pick<CollectOptions, 'passes'>;

/**
 * Reads all rows of a list. So a record that is not among the rows is not in AlfaCRM's list.
 *
 * @param list the list and its passes
 * @param uncertainFact ends the error for missing rows, "... so it is not sure that this payment is
 * new"
 * @throws NodeOperationError if rows are missing
 */
export async function readWholeList(
	item: Item,
	entity: Pick<Entity, 'label' | 'plural'>,
	list: WholeListQuery,
	uncertainFact = `that this ${entity.label.toLowerCase()} is new`,
): Promise<IDataObject[]> {
	const { passes, ...query } = list;
	const { rows, isComplete } = await item.collect(query, { passes });
	if (!isComplete) throw incompleteListError(item, entity.plural.toLowerCase(), uncertainFact);
	return rows;
}

/**
 * Reads all rows of a list once for all items of the execution. Records that the items save are
 * added to the list.
 *
 * @param uncertainFact see `readWholeList`
 * @throws NodeOperationError if rows are missing
 */
export async function readWholeListOnce(
	item: Item,
	entity: Entity,
	list: WholeListQuery,
	uncertainFact?: string,
): Promise<CachedList> {
	// AlfaCRM's list of a branch shows a record that was written in that branch or belongs to it.
	const isListed = (row: IDataObject, writtenIn?: number) => {
		const branches = branchesOf(writtenIn, entity.fields, row);
		return branches.includes(list.branch);
	};
	const read = async () => {
		const rows = await readWholeList(item, entity, list, uncertainFact);
		return new CachedList(rows, isListed);
	};
	const cacheName = JSON.stringify(['whole', list.branch, list.body, list.passes]);
	return await item.execution.cached(entity.path, cacheName, read);
}

/**
 * Makes the error for a list of which rows are missing.
 *
 * @param uncertainFact what nobody can know without the rows, such as "that this payment is new"
 */
export function incompleteListError(item: Item, plural: string, uncertainFact: string): Error {
	return item.error(
		`AlfaCRM's list of ${plural} did not come whole, so it is not sure ${uncertainFact}`,
		'Run it again.',
	);
}

/** A search of a list by the value of a field. */
export interface FieldFilter {
	fieldName: string;
	/** The part of the body that asks for the value. Empty if AlfaCRM has no filter by this field. */
	filterBody: IDataObject;
	/**
	 * Whether a row may have the value. AlfaCRM has ignored the filter if it returns a page or more
	 * of rows that cannot have the value.
	 */
	mayMatch: (row: IDataObject) => boolean;
	/** Makes the error for a list whose rows do not show the field: no search would find anything. */
	fieldMissingError?: () => Error;
}

interface FilteredRows {
	/** The rows to compare with the value. */
	rows: IDataObject[];
	/** The list, if it was read without the filter. Then `rows` are all rows of the list. */
	wholeList?: CachedList;
}

/**
 * Reads the rows that may have the value of a filter. The caller has to compare them.
 *
 * AlfaCRM ignores a filter that it does not know and lists all rows. Every item would then read all
 * rows again. So the whole list is read once for all items if AlfaCRM was seen to ignore the
 * filter, or has no filter by the field. See docs/alfacrm-api.md 11.
 *
 * @param uncertainFact see `readWholeList`
 */
export async function readFiltered(
	item: Item,
	entity: Entity,
	list: WholeListQuery,
	filter: FieldFilter,
	uncertainFact?: string,
): Promise<FilteredRows> {
	const { fieldName, filterBody } = filter;
	const { execution } = item;
	const ignoresFilterKey: BehaviourKey = [entity.path, 'ignores the filter', fieldName];
	const hasFilter = Object.keys(filterBody).length > 0;
	if (!hasFilter || execution.knowsBehaviour(ignoresFilterKey)) {
		const wholeList = await readWholeListOnce(item, entity, list, uncertainFact);
		assertFieldShown(wholeList.rows, filter);
		return { rows: wholeList.rows, wholeList };
	}

	const filteredList = { ...list, body: { ...list.body, ...filterBody } };
	const rows = await readWholeList(item, entity, filteredList, uncertainFact);
	assertFieldShown(rows, filter);
	// Other executions do not learn of it: with a single item, they need not read the whole list.
	if (isFilterIgnored(rows, filter))
		execution.noteBehaviour(ignoresFilterKey, { holdsForAccount: false });
	return { rows };
}

/**
 * Whether AlfaCRM has ignored a filter: it has returned a page or more of rows that cannot have the
 * value. With fewer such rows it does not matter, because they come in one call, as if the filter
 * worked.
 */
function isFilterIgnored(rows: readonly IDataObject[], { mayMatch }: FieldFilter): boolean {
	const rowsWithoutValue = rows.filter((row) => !mayMatch(row));
	return rowsWithoutValue.length >= SMALLEST_PAGE;
}

/** @throws the filter's `fieldMissingError` if there are rows and none of them shows its field */
function assertFieldShown(rows: readonly IDataObject[], filter: FieldFilter): void {
	const { fieldName, fieldMissingError } = filter;
	if (fieldMissingError === undefined || rows.length === 0) return;

	const isFieldShown = rows.some((row) => fieldName in row);
	if (!isFieldShown) throw fieldMissingError();
}

// ---------------------------------------------------------------- kinds of records

/**
 * Makes the passes for kinds of records that AlfaCRM may leave out if a call does not ask for them,
 * such as refunds in the list of payments. Each pass asks for one kind. Adds a hint if the
 * credential's user may not list the kinds. See docs/alfacrm-api.md 5.16.
 */
export async function readKindPasses(
	item: Item,
	entity: Entity,
	branch?: number,
): Promise<IDataObject[]> {
	const kinds = entity.hidden?.kinds;
	if (kinds === undefined) return [];

	const kindEntity = entityOf(kinds.entity);
	const read = async () => await readKindsIfAllowed(item, entity, kindEntity, branch);
	const cacheName = JSON.stringify(['kinds', branch]);
	const kindRows = await item.execution.cached(kindEntity.path, cacheName, read);
	return makeFiltersForKinds(kinds, kindRows);
}

/**
 * Reads the kinds of records that an entity has. If the credential's user may not list them, adds a
 * hint and returns none.
 */
async function readKindsIfAllowed(
	item: Item,
	entity: Entity,
	kindEntity: Entity,
	branch?: number,
): Promise<IDataObject[]> {
	const kindsPlural = kindEntity.plural.toLowerCase();
	const list = makeListCall(kindEntity, branch);
	const kindRows = await item.readIfAllowed(async () => await readList(item, kindsPlural, list));
	if (kindRows !== undefined) return kindRows;

	item.execution.hints.add(
		`AlfaCRM may leave out some ${entity.plural.toLowerCase()}, and this user may not list the ${kindsPlural} by which to ask for them`,
	);
	return [];
}

// ---------------------------------------------------------------- rows in one answer

/**
 * Returns the rows of an answer without pages: a list of rows, or one row.
 *
 * @param options.onlyReads whether the call cannot have changed anything
 * @throws NodeApiError if the answer holds anything but rows
 */
export function toRows(
	item: Item,
	call: Pick<ItemRequest, 'task'>,
	answer: IDataObject | IDataObject[],
	options: { onlyReads: boolean },
): IDataObject[] {
	const rows = Array.isArray(answer) ? answer : [answer];
	// The declared type is not proved yet: AlfaCRM can send a list of texts, for example.
	const areRows = rows.every((row) => typeof row === 'object' && row !== null);
	if (areRows) return rows;

	const advice = options.onlyReads
		? "Check 'Hostname' in the credential, or try again later."
		: 'AlfaCRM may have carried it out all the same: look there before you run this again.';
	throw item.apiError(`AlfaCRM sent something unexpected when asked to ${call.task}`, advice);
}
