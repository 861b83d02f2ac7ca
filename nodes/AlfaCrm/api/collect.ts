import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import type { ListQuery, ListRequest, RowKey } from './page';
import { LARGEST_PAGE, rowKeys } from './page';
import type { Page } from './pages';
import type { Reading, Wanted } from './reading';
import { readOnce } from './reading';

/** How often a list that comes incomplete is read at most; one of many pages less often, as it may never be complete. */
const MOST_READINGS = 10;
const READINGS_OF_LONG = 3;
const MANY_PAGES = 100;

export interface CollectOptions {
	/** How many rows are wanted; all if left out. */
	limit?: number;
	/** Rows for which it is false are left out, and do not count towards the limit. */
	keep?: (row: IDataObject) => boolean;
	/** Bodies to ask with one after the other, for an index that shows one status at a time. */
	passes?: readonly IDataObject[];
	/** How often a list is read at most. */
	maxReadings?: number;
	/** Rows are only added on top, so the list is complete with those that were there when it was first asked for. */
	grows?: boolean;
	/** Asked after each page but the last; true ends the reading there, and a later one may go on. */
	isEnough?: (page: Page) => boolean;
}

export interface Collected {
	/** Each row once, in the order of the first reading. */
	rows: IDataObject[];
	/** False when rows are known to be missing; never because of the limit. */
	isComplete: boolean;
	/**
	 * How many rows AlfaCRM counts, and how many different ones came before `keep` left some out. After several passes, which
	 * may show the same rows, these are the numbers of the pass that lacks most.
	 */
	total?: number;
	read: number;
	/** Two readings brought exactly the same rows in the same order although the total is higher: the total is wrong. */
	isTotalWrong: boolean;
	/** The page to go on with, if `isEnough` ended the reading. */
	next?: number;
}

/** Reads the rows of a list; an item and a trigger each have their own way to. */
export interface ListReader {
	collect(list: ListQuery, options: CollectOptions): Promise<Collected>;
}

export const listReader = (client: ApiClient): ListReader => ({
	collect: async (list, options) => await collect(client, list, options),
});

/**
 * The rows of a list, each once. A list that changes or shuffles while it is read shows some rows twice and others not
 * at all, so it is read again until as many have come as AlfaCRM counts, or the same ones come twice.
 */
export async function collect(
	client: ApiClient,
	list: ListRequest,
	{
		limit = Infinity,
		keep = () => true,
		passes = [{}],
		maxReadings = MOST_READINGS,
		grows = false,
		isEnough = () => false,
	}: CollectOptions = {},
): Promise<Collected> {
	const rows: Map<RowKey, IDataObject> = new Map();
	const all: Collected = { rows: [], isComplete: true, read: 0, isTotalWrong: false };
	const pageSize = Math.min(limit, LARGEST_PAGE);
	let isStable = true;
	for (const pass of passes) {
		if (rows.size >= limit) break;
		const asked = { pageSize, ...list, body: { ...list.body, ...pass } };
		const one = await readAll(client, asked, { rows, keep, limit, isEnough }, { maxReadings, grows });
		all.isComplete &&= one.isComplete;
		all.next ??= one.next;
		isStable &&= one.isComplete || one.isTotalWrong;
		if (lacking(one) > lacking(all) || all.total === undefined) {
			Object.assign(all, { total: one.total, read: one.read });
		}
	}
	all.isTotalWrong = !all.isComplete && isStable;
	const found = [...rows.values()];
	all.rows = found.length > limit ? found.slice(0, limit) : found;
	return all;
}

const lacking = ({ total = 0, read }: Pick<Collected, 'total' | 'read'>): number => total - read;

type Outcome = Omit<Collected, 'rows'>;

/** Reads a list until it is complete, or until another reading would not make it so. */
async function readAll(
	client: ApiClient,
	list: ListRequest,
	wanted: Wanted,
	{ maxReadings, grows }: Required<Pick<CollectOptions, 'grows' | 'maxReadings'>>,
): Promise<Outcome> {
	const known = new Set<RowKey>();
	let { pageSize } = list;
	let before: Reading | undefined;
	let requests = 0;
	for (let count = 1; ; count++) {
		const reading = await readOnce(client, { ...list, pageSize }, wanted);
		const ended = endedEarly(reading, wanted);
		if (ended) return ended;
		const knownBefore = known.size;
		for (const key of reading.keys) known.add(key);
		const all = { total: reading.total, read: known.size };
		const due = (grows ? reading.firstTotal : reading.total) ?? 0;
		if (isWhole(reading, { due, known: known.size, readings: count })) {
			return { ...all, isComplete: true, isTotalWrong: false };
		}
		if (isInOrder(reading, before)) return takeEqualRows(reading, wanted);
		// If no row comes at all where some are counted, that is a failure and no wrong total: it is read again. API notes 3.
		const isStable = known.size > 0 && known.size === knownBefore && reading.digest === before?.digest;
		requests += reading.requests;
		const most = requests > MANY_PAGES ? Math.min(maxReadings, READINGS_OF_LONG) : maxReadings;
		if (isStable || count >= most) return { ...all, isComplete: false, isTotalWrong: isStable };
		before = reading;
		if (reading.isShort) pageSize = undefined;
	}
}

/** The outcome if the reading stopped before the end of the list because no more was wanted. */
function endedEarly({ keys, total, next }: Reading, { rows, limit }: Wanted): Outcome | undefined {
	const ended = { total, read: keys.size, isTotalWrong: false };
	if (rows.size >= limit) return { ...ended, isComplete: true };
	return next === undefined ? undefined : { ...ended, isComplete: false, next };
}

interface SoFar {
	/** How many rows there should be. */
	due: number;
	/** How many different ones have come. */
	known: number;
	readings: number;
}

/** Whether all rows have come, as far as can be known. */
function isWhole(
	{ keys, items, total, complete, shrank, overlaps }: Reading,
	{ due, known, readings }: SoFar,
): boolean {
	const isCounted = complete || known >= due;
	// A new row may make up in the count for one that slipped; that it does so in two readings is unlikely.
	const isSure = !shrank || readings > 1;
	// Where rows change places and nothing tells how many there are, some may not have come.
	const isSettled = total !== undefined || !overlaps;
	// Where nothing tells how many there are, equal rows on several pages count only if they come like that twice.
	const hasEqual = total === undefined && items.length > keys.size;
	return isCounted && isSure && isSettled && !hasEqual;
}

/** Rows without IDs came twice in exactly the same order, as many as there are: equal ones are different rows. */
function isInOrder({ items, digest, total }: Reading, before: Reading | undefined): boolean {
	return items.length > 0 && items.length === (total ?? items.length) && digest === before?.digest;
}

/** Tells the rows apart over the whole list, and no longer page by page. */
function takeEqualRows({ keys: pageKeys, items, total }: Reading, { rows, keep }: Wanted): Outcome {
	for (const key of pageKeys) rows.delete(key);
	const keys = rowKeys(items);
	items.forEach((row, index) => keep(row) && rows.set(keys[index], row));
	return { total, read: items.length, isComplete: true, isTotalWrong: false };
}
