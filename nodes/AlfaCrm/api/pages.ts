import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { nodeError } from './errors';
import type { ListRequest, RowKey } from './page';
import { looksLikePageSize, rowKeys } from './page';
import { Prefetcher } from './prefetcher';

/** 200,000 records at the smallest page. A server that is still going on then would never end. */
export const MOST_PAGES = 10_000;

export interface Page {
	/** From 0. */
	number: number;
	/** Rows that no earlier page held. */
	rows: IDataObject[];
	/** All rows of the page as they came, and what tells them apart within the list. */
	items: IDataObject[];
	keys: RowKey[];
	/** How many rows there are in all, the most that the server spoke of; missing for some entities. */
	total?: number;
	/** No page follows. */
	last: boolean;
	/** False on the last page, if fewer rows came than there are: the list changed while it was read. */
	complete: boolean;
	/** There were fewer rows than before, so one may have slipped to a page that had been read, whatever the count says. */
	shrank: boolean;
}

/**
 * Walks the pages of an index action, whatever their size: they are counted from 0 and the server alone decides how
 * many rows one holds. Rows that shift to another page meanwhile come out once.
 *
 * @param rowsWanted how many rows more the caller is going to take, for which pages may be asked for ahead
 */
export async function* pages(
	client: ApiClient,
	{ firstPage = 0, pageSize, ...call }: ListRequest,
	rowsWanted: () => number = () => 0,
): AsyncGenerator<Page, undefined> {
	const seen = new Set<RowKey>();
	const list = new Prefetcher(client, call);
	let size = pageSize;
	let total: number | undefined;
	let shrank = false;
	let count = 0;
	let fullest = 0;
	let before = '';
	let repeats = 0;
	for (let page = firstPage; page < firstPage + MOST_PAGES; page++) {
		// After a full last page one more tells that it was the last.
		const pagesLeft = count < (total ?? 0) ? Math.floor(((total ?? 0) - count) / fullest) + 1 : 1;
		const pagesWanted = Math.min(pagesLeft, Math.ceil(rowsWanted() / Math.max(fullest, 1)));
		const { items, total: stated, size: taken } = await list.read(page, size, pagesWanted);
		const asked = taken ?? Number(call.body?.pageSize);
		// What merely counts the rows of the page tells nothing.
		shrank ||= stated !== undefined && stated !== items.length && stated < (total ?? 0);
		// A row that is removed meanwhile lowers it, and lets another slip to a page that was read before.
		total = stated === undefined ? total : Math.max(stated, total ?? 0);
		const keys = rowKeys(items);
		const rows = items.filter((_row, index) => {
			const isNew = !seen.has(keys[index]);
			if (isNew) seen.add(keys[index]);
			return isNew;
		});
		const all = total !== undefined && seen.size >= total;
		// More rows than the total make it useless: it may just count a page. After a full page there may be one more.
		const isFull = page === 0 ? looksLikePageSize(items, total, asked) : items.length >= fullest;
		const enough = seen.size === total && !isFull;
		fullest = Math.max(fullest, items.length);
		count += items.length;
		// Equal rows of a list without IDs may well be different ones, of which the total tells how many there are. Without
		// one, a page that comes again may be the last one for ever, or be there since others have come before it.
		const text = keys.join('\n');
		repeats = text === before ? repeats + 1 : 0;
		before = text;
		const hasIds = typeof keys[0] === 'number';
		const isMore =
			total === undefined ? repeats === 1 || (repeats === 0 && !hasIds) : count < total && !hasIds;
		const last = (rows.length === 0 && !(items.length > 0 && isMore)) || enough;
		const complete = !last || all || total === undefined;
		yield { number: page, rows, items, keys, total, last, complete, shrank };
		if (last) return;
		// A server that gives less than it is asked for may still count from what it was asked for, and pass over rows.
		if (page === 0) size = taken === undefined ? undefined : Math.min(taken, items.length);
	}
	throw endlessError(client, call);
}

/** A list of which page after page comes. */
export function endlessError(client: ApiClient, { task, itemIndex }: ListRequest): Error {
	return nodeError(
		client.node,
		{
			message: `AlfaCRM did not come to an end within ${MOST_PAGES} pages when asked to ${task}`,
			description: "Narrow it down with 'Filters' or 'Limit'.",
		},
		itemIndex,
	);
}
