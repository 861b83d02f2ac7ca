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
import type { LockKey } from './execution';
import type { Item, ItemRequest } from './item';
import { branchesOf } from './target';

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	// A model must not choose it: a whole list would fill its memory.
	noDataExpression: true,
	description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};

/** How many rows are asked for. */
export const limitForm: INodeProperties[] = [returnAll, showWhen(limit, { returnAll: [false] })];

/** Infinity for all. Read before anything is sent. */
export function limitOf(item: Item): number {
	return item.flag(returnAll) ? Infinity : item.integer(limit);
}

/**
 * Rows of a list, each record once, with a hint where some are missing, or there may be more than the limit.
 *
 * @param plural what is listed, in small letters
 */
export async function readList(
	item: Item,
	plural: string,
	list: ListQuery,
	options: CollectOptions = {},
): Promise<IDataObject[]> {
	const { limit: most = Infinity, passes = [{}] } = options;
	const { rows, total = Infinity } = await warningReader(item, plural).collect(list, options);
	// Of several lists the total is that of the last one that was read; it may count what is not wanted, or be missing. API notes 3.
	if (rows.length >= most && (passes.length > 1 || total > most)) warnOfLimit(item, most, plural);
	return rows;
}

/** The editor says by itself that a node put out as many items as its *Limit* is, which tells of one list only. */
export function warnOfLimit(item: Item, most: number, plural: string): void {
	if (item.execution.context.getInputData().length === 1) return;
	item.execution.hints.add(
		"'Limit' was reached, so there may be more: raise it, or switch on 'Return All'",
		`${most} ${plural} came`,
	);
}

/** Reads lists for an item; one that does not come whole has a hint. */
export const warningReader = (item: Item, plural: string): ListReader => ({
	async collect(list, options) {
		const collected = await item.collect(list, options);
		warnOfMissing(item, plural, collected);
		return collected;
	},
});

export function warnOfMissing(
	item: Item,
	plural: string,
	{ isComplete, total, readCount }: Omit<Collected, 'rows'>,
): void {
	if (isComplete) return;
	item.execution.hints.add(
		'A list did not come whole, though it was read again. Run it once more to be sure to have all rows',
		total === undefined || total <= readCount
			? `${readCount} ${plural} came`
			: `AlfaCRM reported ${total} ${plural}, ${readCount} came, ${total - readCount} missing`,
	);
}

/**
 * The rows among which something must be, if it is there at all.
 *
 * @param what is not sure if some are missing
 * @throws NodeApiError in that case
 */
export async function readWholeList(
	item: Item,
	{ label, plural }: Pick<Entity, 'label' | 'plural'>,
	{ passes, ...list }: ListQuery & Pick<CollectOptions, 'passes'>,
	what = `that this ${label.toLowerCase()} is new`,
): Promise<IDataObject[]> {
	const { rows, isComplete } = await item.collect(list, { passes });
	if (isComplete) return rows;
	throw incompleteListError(item, plural.toLowerCase(), what);
}

/** The same, read once for all items of the execution, with what they write. */
export async function readWholeListOnce(
	item: Item,
	entity: Entity,
	list: ListQuery & Pick<CollectOptions, 'passes'>,
	what?: string,
): Promise<CachedList> {
	const isListed = (row: IDataObject, written?: number) =>
		branchesOf(written, entity.fields, row).includes(list.branch);
	const read = async () => new CachedList(await readWholeList(item, entity, list, what), isListed);
	const name = JSON.stringify(['whole', list.branch, list.body, list.passes]);
	return await item.execution.cached(entity.path, name, read);
}

/** A search of a list by the value of a field. */
export interface FieldFilter {
	fieldName: string;
	/** The filter as it is sent; empty if the list has no filter by this field. */
	query: IDataObject;
	/** Whether a row can have passed the filter. If too many rows cannot, AlfaCRM has ignored the filter. */
	mayMatch: (row: IDataObject) => boolean;
	/** The error to throw if no row shows the field, so that nothing would ever be found. */
	fieldMissingError?: () => Error;
}

/**
 * Reads the rows that may pass a filter.
 *
 * AlfaCRM ignores a filter that it does not know and lists all rows, which would then be read again for each item. So once a
 * filter was seen to be ignored, or if there is none, the whole list is read once for all items. API notes 11.
 */
export async function readFiltered(
	item: Item,
	entity: Entity,
	list: ListQuery & Pick<CollectOptions, 'passes'>,
	{ fieldName, query, mayMatch, fieldMissingError }: FieldFilter,
	what?: string,
): Promise<{ rows: IDataObject[]; whole?: CachedList }> {
	const ignored: LockKey = [entity.path, 'ignores the filter', fieldName];
	const isWhole = Object.keys(query).length === 0 || item.execution.hasSeen(ignored);
	const whole = isWhole ? await readWholeListOnce(item, entity, list, what) : undefined;
	const body = { ...list.body, ...query };
	const rows = whole?.rows ?? (await readWholeList(item, entity, { ...list, body }, what));
	if (fieldMissingError && rows.length > 0 && !rows.some((row) => fieldName in row))
		throw fieldMissingError();
	const strangers = whole ? [] : rows.filter((row) => !mayMatch(row));
	// Fewer than fill a page cost no more than a filter that works. To one item alone the whole list is of no use.
	if (strangers.length >= SMALLEST_PAGE) item.execution.noteSeen(ignored, false);
	return { rows, whole };
}

/** A second record, or a wrong one, would be worse than none. */
export function incompleteListError(item: Item, incomplete: string, what: string): Error {
	return item.error(
		`AlfaCRM's list of ${incomplete} did not come whole, so it is not sure ${what}`,
		'Run it again.',
	);
}

/** What to ask a list with besides, to see the kinds of records that it may leave out unasked. API notes 5.16. */
export async function otherKinds(item: Item, entity: Entity, branch?: number): Promise<IDataObject[]> {
	const { hidden: { kinds } = {}, plural } = entity;
	if (kinds === undefined) return [];
	const listed = entityOf(kinds.entity);
	const names = listed.plural.toLowerCase();
	const read = async () => {
		const rows = await item.readIfAllowed(async () => await readList(item, names, listCall(listed, branch)));
		if (rows) return rows;
		item.execution.hints.add(
			`AlfaCRM may leave out some ${plural.toLowerCase()}, and this user may not list the ${names} by which to ask for them`,
		);
		return [];
	};
	const name = JSON.stringify(['kinds', branch]);
	return kindPasses(kinds, await item.execution.cached(listed.path, name, read));
}

/** Rows of several lists, each record once, as the last of them shows it; what has no ID is kept. */
export const eachOnce = (rows: readonly IDataObject[]): IDataObject[] => [
	...new Map(rows.map((row) => [readId(row.id) ?? row, row])).values(),
];

/**
 * A bare list becomes one item for each of its rows.
 *
 * @param isIdempotent false for a call of which nobody knows what it does
 */
export function asRows(
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
