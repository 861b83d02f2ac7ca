/**
 * Reads lists for an item. A list is incomplete if it was read twice and still had fewer rows than
 * AlfaCRM counts. The use of the rows decides what happens then:
 *
 * - **Rows for the output** (`readList`): a hint says how many are missing.
 * - **Rows that decide something**, such as whether a record is new (`readWholeList`): an error is
 *   thrown. Creating a record twice, or changing the wrong record, would be worse.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { Collected, CollectOptions, ListReader } from '../api/list';
import type { ListQuery } from '../api/pages';
import { SMALLEST_PAGE } from '../api/pages';
import { kindPasses, listCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { showWhen } from '../form/assemble';
import { CachedList } from '../store/cachedList';
import type { LockKey } from './keys';
import type { Item } from './item';
import type { ItemRequest } from './itemCalls';
import { branchesOf } from './target';

// ---------------------------------------------------------------- the form

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	// An AI agent must not choose it: a whole list would fill its memory.
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
	const { limit = Infinity, passes = [{}] } = options;
	const { rows, total = Infinity } = await makeReaderWithHints(item, plural).collect(list, options);

	// The total does not prove that more wanted rows exist: it counts unwanted rows too. A small
	// total proves nothing either: after several passes it is the total of one pass, and some lists
	// have no total. API notes 3.
	const mayHaveMore = passes.length > 1 || total > limit;
	if (rows.length >= limit && mayHaveMore) warnOfLimit(item, limit, plural);
	return rows;
}

/**
 * Adds a hint that there may be more rows. With one input item n8n's editor says so itself: it
 * compares the output with *Limit*.
 */
export function warnOfLimit(item: Item, limit: number, plural: string): void {
	if (item.execution.context.getInputData().length === 1) return;

	item.execution.hints.add(
		"'Limit' was reached, so there may be more: raise it, or switch on 'Return All'",
		`${limit} ${plural} came`,
	);
}

/** Makes a reader of lists that adds a hint if rows are missing. */
export const makeReaderWithHints = (item: Item, plural: string): ListReader => ({
	async collect(list, options) {
		const collected = await item.collect(list, options);
		warnOfMissing(item, plural, collected);
		return collected;
	},
});

/** Adds a hint if rows of a list are missing. */
export function warnOfMissing(
	item: Item,
	plural: string,
	{ isComplete, total, readCount }: Omit<Collected, 'rows'>,
): void {
	if (isComplete) return;

	const isCountKnown = total !== undefined && total > readCount;
	item.execution.hints.add(
		'A list did not come whole, though it was read again. Run it once more to be sure to have all rows',
		isCountKnown
			? `AlfaCRM reported ${total} ${plural}, ${readCount} came, ${total - readCount} missing`
			: `${readCount} ${plural} came`,
	);
}

/**
 * Returns each record of several lists once, with its row from the last list that has it. Keeps
 * every row without an ID.
 */
export function uniqueRecords(rows: readonly IDataObject[]): IDataObject[] {
	const recordsByKey = new Map(rows.map((row) => [readId(row.id) ?? row, row]));
	return [...recordsByKey.values()];
}

// ---------------------------------------------------------------- rows that decide something

type WholeListQuery = ListQuery & Pick<CollectOptions, 'passes'>;

/**
 * Reads all rows of a list, so that a record that is not among them does not exist.
 *
 * @param claim ends the error's sentence "it is not sure …", such as "that this payment is new"
 * @throws NodeOperationError if rows are missing
 */
export async function readWholeList(
	item: Item,
	{ label, plural }: Pick<Entity, 'label' | 'plural'>,
	{ passes, ...list }: WholeListQuery,
	claim = `that this ${label.toLowerCase()} is new`,
): Promise<IDataObject[]> {
	const { rows, isComplete } = await item.collect(list, { passes });
	if (!isComplete) throw incompleteListError(item, plural.toLowerCase(), claim);
	return rows;
}

/**
 * Reads all rows of a list once for all items of the execution. The writes of the items are added
 * to it.
 *
 * @throws NodeOperationError if rows are missing
 */
export async function readWholeListOnce(
	item: Item,
	entity: Entity,
	list: WholeListQuery,
	claim?: string,
): Promise<CachedList> {
	// AlfaCRM's list of a branch shows a record that was written in that branch or belongs to it.
	const isListed = (row: IDataObject, writtenIn?: number) =>
		branchesOf(writtenIn, entity.fields, row).includes(list.branch);
	const read = async () => new CachedList(await readWholeList(item, entity, list, claim), isListed);
	const name = JSON.stringify(['whole', list.branch, list.body, list.passes]);
	return await item.execution.cached(entity.path, name, read);
}

/** @param claim ends the sentence "it is not sure …" */
export function incompleteListError(item: Item, plural: string, claim: string): Error {
	return item.error(
		`AlfaCRM's list of ${plural} did not come whole, so it is not sure ${claim}`,
		'Run it again.',
	);
}

/** A search of a list by the value of a field. */
export interface FieldFilter {
	fieldName: string;
	/**
	 * The part of the body that asks for the value; empty if the list has no filter by this field.
	 */
	query: IDataObject;
	/**
	 * Whether a row may have the value. If AlfaCRM returns a page or more of rows that cannot have
	 * it, it has ignored the filter.
	 */
	mayMatch: (row: IDataObject) => boolean;
	/** Makes the error for a list whose rows do not show the field: no search would find anything. */
	fieldMissingError?: () => Error;
}

interface FilteredRows {
	/** The rows to compare with the value. */
	rows: IDataObject[];
	/** The whole list, if it was read without the filter. `rows` are then all of its rows. */
	whole?: CachedList;
}

/**
 * Reads the rows that may have the value of a filter. The caller has to compare them.
 *
 * AlfaCRM ignores a filter that it does not know and lists all rows. With such a filter, every item
 * would read all rows again. So if AlfaCRM was seen to ignore the filter, or the list has none, the
 * whole list is read once for all items. API notes 11.
 */
export async function readFiltered(
	item: Item,
	entity: Entity,
	list: WholeListQuery,
	filter: FieldFilter,
	claim?: string,
): Promise<FilteredRows> {
	const { fieldName, query, mayMatch } = filter;
	const ignoredKey: LockKey = [entity.path, 'ignores the filter', fieldName];
	const hasQuery = Object.keys(query).length > 0;
	if (!hasQuery || item.execution.knowsBehaviour(ignoredKey)) {
		const whole = await readWholeListOnce(item, entity, list, claim);
		const { rows } = whole;
		assertFieldShown(rows, filter);
		return { rows, whole };
	}

	const filteredList = { ...list, body: { ...list.body, ...query } };
	const rows = await readWholeList(item, entity, filteredList, claim);
	assertFieldShown(rows, filter);

	// Fewer rows than the smallest page cost one call, as with a filter that works. So only a page of
	// such rows or more proves that the filter is ignored.
	const strayRows = rows.filter((row) => !mayMatch(row));
	const isFilterIgnored = strayRows.length >= SMALLEST_PAGE;
	// Not shared with other executions: one with a single item would read the whole list for nothing.
	if (isFilterIgnored) item.execution.noteBehaviour(ignoredKey, false);
	return { rows };
}

/** @throws the filter's `fieldMissingError` if there are rows and none of them shows its field */
function assertFieldShown(
	rows: readonly IDataObject[],
	{ fieldName, fieldMissingError }: FieldFilter,
): void {
	if (fieldMissingError === undefined || rows.length === 0) return;
	if (!rows.some((row) => fieldName in row)) throw fieldMissingError();
}

// ---------------------------------------------------------------- kinds of records

/**
 * Makes the passes for kinds of records that AlfaCRM may leave out of a plain list, such as refunds
 * in the list of payments. Each pass asks for one kind. Adds a hint if this user may not list the
 * kinds. API notes 5.16.
 */
export async function readKindPasses(
	item: Item,
	entity: Entity,
	branch?: number,
): Promise<IDataObject[]> {
	const { kinds } = entity.hidden ?? {};
	if (kinds === undefined) return [];

	const kindEntity = entityOf(kinds.entity);
	const kindsPlural = kindEntity.plural.toLowerCase();
	const read = async (): Promise<IDataObject[]> => {
		const kindRows = await item.readIfAllowed(
			async () => await readList(item, kindsPlural, listCall(kindEntity, branch)),
		);
		if (kindRows !== undefined) return kindRows;

		item.execution.hints.add(
			`AlfaCRM may leave out some ${entity.plural.toLowerCase()}, and this user may not list the ${kindsPlural} by which to ask for them`,
		);
		return [];
	};
	const name = JSON.stringify(['kinds', branch]);
	return kindPasses(kinds, await item.execution.cached(kindEntity.path, name, read));
}

// ---------------------------------------------------------------- rows in one answer

/**
 * Returns the rows of an answer without pages: a list of rows, or one row.
 *
 * @param isIdempotent false for a call that may have changed something
 * @throws NodeApiError if the answer holds anything but rows
 */
export function toRows(
	item: Item,
	{ task }: Pick<ItemRequest, 'task'>,
	answer: IDataObject | IDataObject[],
	isIdempotent = true,
): IDataObject[] {
	const rows = Array.isArray(answer) ? answer : [answer];
	if (rows.every((row) => typeof row === 'object' && row !== null)) return rows;

	throw item.apiError(
		`AlfaCRM sent something unexpected when asked to ${task}`,
		isIdempotent
			? "Check 'Hostname' in the credential, or try again later."
			: 'AlfaCRM may have carried it out all the same: look there before you run this again.',
	);
}
