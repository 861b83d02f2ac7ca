import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { asNodeError } from './failures';
import type { ListQuery, ListRequest, Page, RowKey } from './pages';
import { LARGEST_PAGE, pages } from './pages';

export interface CollectOptions {
	/** How many rows are wanted; all by default. */
	limit?: number;
	/** Whether a row is wanted. One that is not is left out, and does not count towards the limit. */
	keep?: (row: IDataObject) => boolean;
	/** Bodies to ask with one after the other, for an index that shows one status at a time, as of lessons. API notes 5.11. */
	passes?: readonly IDataObject[];
	/** Asked after each page but the last; true ends the reading there, and a later one may go on. */
	isEnough?: (page: Page) => boolean;
	/** Called with each page as it came, the last one included. A list that is read once more comes from its first page on again. */
	onPage?: (page: Page) => void;
}

export interface Collected {
	/** Each row once, in the order of the first reading. */
	rows: IDataObject[];
	/** False when rows may be missing; never because of the limit. */
	isComplete: boolean;
	/**
	 * How many rows AlfaCRM counts, and how many different ones came before `keep` left some out. After several passes, which
	 * may show the same rows, these are the numbers of the pass that lacks most.
	 */
	total?: number;
	read: number;
	/** The page to go on with, if `isEnough` ended the reading. */
	next?: number;
}

/** What reads the rows of a list: an item, or a trigger. */
export interface ListReader {
	collect(list: ListQuery, options: CollectOptions): Promise<Collected>;
}

export const listReader = (client: ApiClient): ListReader => ({
	collect: async (list, options) => await collect(client, list, options),
});

interface Wanted extends Required<Omit<CollectOptions, 'passes'>> {
	/** Filled by each reading; one that came before is replaced. */
	rows: Map<RowKey, IDataObject>;
}

/**
 * Reads the rows of a list, each once, and once more where some are missing.
 *
 * @throws NodeApiError when a page does not come
 */
export async function collect(
	client: ApiClient,
	list: ListRequest,
	{
		limit = Infinity,
		keep = () => true,
		passes = [{}],
		isEnough = () => false,
		onPage = () => {},
	}: CollectOptions = {},
): Promise<Collected> {
	const wanted: Wanted = { rows: new Map(), limit, keep, isEnough, onPage };
	const all: Collected = { rows: [], isComplete: true, read: 0 };
	const lacks = ({ total = 0, read }: Outcome): number => total - read;
	for (const pass of passes) {
		if (wanted.rows.size >= limit) break;
		const asked = { pageSize: Math.min(limit, LARGEST_PAGE), ...list, body: { ...list.body, ...pass } };
		const one = await readTwice(client, asked, wanted);
		all.isComplete &&= one.isComplete;
		all.next ??= one.next;
		if (all.total === undefined || lacks(one) > lacks(all)) [all.total, all.read] = [one.total, one.read];
	}
	const found = [...wanted.rows.values()];
	all.rows = found.length > limit ? found.slice(0, limit) : found;
	return all;
}

type Outcome = Omit<Collected, 'rows'>;

/** Reads a list, and once more if rows may be missing. Rows of both readings count, but only a whole reading tells that they are all. */
async function readTwice(client: ApiClient, list: ListRequest, wanted: Wanted): Promise<Outcome> {
	const known = new Set<RowKey>();
	const first = await readOnce(client, list, wanted, known);
	// What went before a walk that goes on is not read again.
	if (first.isComplete || first.next !== undefined || list.firstPage) return first;
	return await readOnce(client, list, wanted, known);
}

async function readOnce(
	client: ApiClient,
	list: ListRequest,
	wanted: Wanted,
	known: Set<RowKey>,
): Promise<Outcome> {
	const { rows, limit, keep, isEnough, onPage } = wanted;
	const outcome: Outcome = { isComplete: false, read: known.size };
	let hasStrangers = false;
	try {
		for await (const page of pages(client, list, () => (hasStrangers ? Infinity : limit - rows.size))) {
			onPage(page);
			let areKept = true;
			page.rows.forEach((row, index) => {
				known.add(page.keys[index]);
				if (keep(row)) rows.set(page.keys[index], row);
				else areKept = false;
			});
			hasStrangers ||= !areKept;
			Object.assign(outcome, { total: page.due ?? page.total, read: known.size });
			outcome.isComplete = page.isWhole || rows.size >= limit;
			if (page.last || outcome.isComplete) break;
			if (isEnough(page)) return { ...outcome, next: page.number + 1 };
			const { size = LARGEST_PAGE } = page;
			// The few that were asked for are not the ones that are wanted, so the filter was ignored. API notes 11.
			if (!areKept && size < LARGEST_PAGE && page.items.length === size)
				return await readOnce(client, { ...list, pageSize: LARGEST_PAGE }, wanted, known);
		}
	} catch (caught) {
		throw asNodeError(client.node, caught, list.itemIndex);
	}
	return outcome;
}
