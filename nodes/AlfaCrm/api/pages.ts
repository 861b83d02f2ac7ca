import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { nodeError } from './errors';
import type { ListRequest, PageResponse, RowKey } from './page';
import { isFullPage, rowKeys, sizeAfter } from './page';
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
	/** How many rows it was asked for, if it was. */
	size?: number;
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
	const list = new Prefetcher(client, call);
	const walk = new Walk();
	let size = pageSize;
	for (let number = firstPage; number < firstPage + MOST_PAGES; number++) {
		const answer = await list.read(number, size, walk.pagesWanted(rowsWanted()));
		const taken = walk.take(number, answer, answer.size ?? Number(call.body?.pageSize));
		const page = { ...taken, size: answer.size };
		yield page;
		if (page.last) return;
		if (number === 0) size = sizeAfter(answer);
	}
	throw endlessError(client, call);
}

/** What the pages so far tell of a list. */
class Walk {
	private readonly seen = new Set<RowKey>();
	private total?: number;
	private shrank = false;
	/** Rows that came, also those that came before. */
	private count = 0;
	/** The most rows that a page held. */
	private fullest = 0;
	private lastKeys = '';
	/** How often the last page was the very same as the one before it, without one that was not. */
	private repeats = 0;

	/** How many pages are known to follow, as far as they are wanted. */
	pagesWanted(rowsWanted: number): number {
		const rowsLeft = (this.total ?? 0) - this.count;
		// After a full last page one more tells that it was the last.
		const pagesLeft = rowsLeft > 0 ? Math.floor(rowsLeft / this.fullest) + 1 : 1;
		return Math.min(pagesLeft, Math.ceil(rowsWanted / Math.max(this.fullest, 1)));
	}

	/** @param asked how many rows a page shall hold, if that was asked for */
	take(number: number, { items, total: stated }: PageResponse, asked: number): Page {
		this.noteTotal(stated, items.length);
		const { total, shrank } = this;
		const keys = rowKeys(items);
		const rows = this.unseen(items, keys);
		// More rows than the total make it useless: it may just count a page. After a full page there may be one more.
		const isEnough =
			this.seen.size === total && !isFullPage(items, { number, total, asked, fullest: this.fullest });
		this.fullest = Math.max(this.fullest, items.length);
		this.count += items.length;
		this.noteRepeat(keys);
		const isEnd = rows.length === 0 && !(items.length > 0 && this.mayGoOn(keys));
		const last = isEnd || isEnough;
		const complete = !last || total === undefined || this.seen.size >= total;
		return { number, rows, items, keys, total, last, complete, shrank };
	}

	private noteTotal(stated: number | undefined, length: number): void {
		if (stated === undefined) return;
		// What merely counts the rows of the page tells nothing.
		this.shrank ||= stated !== length && stated < (this.total ?? 0);
		// A row that is removed meanwhile lowers it, and lets another slip to a page that was read before.
		this.total = Math.max(stated, this.total ?? 0);
	}

	private unseen(items: readonly IDataObject[], keys: readonly RowKey[]): IDataObject[] {
		return items.filter((_row, index) => {
			const isNew = !this.seen.has(keys[index]);
			if (isNew) this.seen.add(keys[index]);
			return isNew;
		});
	}

	private noteRepeat(keys: readonly RowKey[]): void {
		const text = keys.join('\n');
		this.repeats = text === this.lastKeys ? this.repeats + 1 : 0;
		this.lastKeys = text;
	}

	/**
	 * Whether there may be more after a page without a new row. Equal rows of a list without IDs may well be different ones,
	 * of which the total tells how many there are. Without one, a page that comes again may be the last one for ever, or be
	 * there since others have come before it.
	 */
	private mayGoOn([first]: readonly RowKey[]): boolean {
		const hasIds = typeof first === 'number';
		if (this.total !== undefined) return this.count < this.total && !hasIds;
		return this.repeats === 1 || (this.repeats === 0 && !hasIds);
	}
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
