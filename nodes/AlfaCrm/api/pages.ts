import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import type { ApiFailure, ApiResponse } from './failures';
import { mayHaveTakenEffect, nodeError } from './failures';
import type { ApiRequest } from './request';
import { nameOf } from './request';
import { UNAVAILABLE } from './retry';

/** The most rows that AlfaCRM gives on a page, as documented. API notes 3. */
export const LARGEST_PAGE = 500;
/** The sizes of pages that came unasked. API notes 3. */
export const SMALLEST_PAGE = 20;
const USUAL_PAGES = [SMALLEST_PAGE, 50];
/** A page that nobody asked for in another size holds no more rows. */
const LARGEST_USUAL_PAGE = 50;
/** Pages after which a walk is given up: 200,000 records at the smallest page, so it would never end. */
const MOST_PAGES = 10_000;

/** A call for the pages of an action, `index` if none is named. */
export type ListRequest = Omit<ApiRequest, 'action' | 'isIdempotent'> & {
	action?: string;
	/** How many rows to ask for on a page. What comes is the page, whatever was asked for; API notes 7a. */
	pageSize?: number;
	/** Where to begin, for a walk that goes on; default 0. */
	firstPage?: number;
};

/** A call for pages, without the item that it is made for. */
export type ListQuery = Omit<ListRequest, 'itemIndex'>;

/** What tells a row from the others of its list: its ID, or its content and which of the equal ones it is. */
export type RowKey = string | number;

export interface Page {
	/** From 0. */
	number: number;
	/** All rows of the page as they came. */
	items: IDataObject[];
	/** Rows that no earlier page held. */
	rows: IDataObject[];
	/** The key of each of those. */
	keys: RowKey[];
	/** How many rows were asked for, if any number was. */
	size?: number;
	/** How many rows there are in all, as this page says; missing for some entities. */
	total?: number;
	/** How many there were when the walk began, as far as it was told. */
	due?: number;
	/** No page follows. */
	last: boolean;
	/** The last page, and none of the rows that were there when the walk began is missing. */
	isWhole: boolean;
}

type PageResponse = Pick<Page, 'items' | 'size' | 'total'>;

/**
 * Walks the pages of an index action, whatever their size. Rows that shift to another page meanwhile come out once. It
 * ends at the total, at an empty page, or, unless the total has grown meanwhile, at one that brings nothing new. Where a large
 * page does not arrive, the walk begins again with pages of AlfaCRM's own size, and goes on with the rows that had not come.
 *
 * @param rowsWanted how many rows more the caller is going to take, for which pages may be asked for ahead
 */
export async function* pages(
	client: ApiClient,
	{ firstPage = 0, pageSize, ...call }: ListRequest,
	rowsWanted: () => number = () => 0,
): AsyncGenerator<Page, undefined> {
	const walk = new Walk(Number(call.body?.pageSize));
	const ahead = new Map<number, Promise<PageResponse | undefined>>();
	let size = firstPage > 0 && client.withoutPageSize.has(nameOf(call)) ? undefined : pageSize;
	for (let number = firstPage; number < firstPage + MOST_PAGES; number++) {
		const count = Math.max(1, Math.min(walk.pagesWanted(rowsWanted()), client.callsAtOnce));
		for (let next = number; next < number + count; next++) {
			if (ahead.has(next)) continue;
			const asked = fetchPage(client, call, next, { size, mayBeginAgain: firstPage === 0 });
			// A page that nobody waits for any more must not end the process.
			asked.catch(() => {});
			ahead.set(next, asked);
		}
		const answer = await ahead.get(number);
		ahead.delete(number);
		if (answer === undefined) {
			client.withoutPageSize.add(nameOf(call));
			walk.beginAgain();
			ahead.clear();
			size = undefined;
			// The next one is page 0.
			number = -1;
			continue;
		}
		// Page 0 may have been refused with a size, and the size of a walk is constant.
		size = answer.size;
		const page = walk.take(number, answer);
		yield page;
		if (page.last) return;
	}
	throw endlessError(client, call);
}

/**
 * Asks for a page, and for page 0 without a size where AlfaCRM refuses one, or where a large page does not arrive: a client in
 * production sends none for payments. That is remembered as long as the client lives. API notes 3, 7a.
 *
 * @returns undefined where a later page is too large to arrive, and the walk may begin again
 */
async function fetchPage(
	client: ApiClient,
	call: ListRequest,
	page: number,
	{ size, mayBeginAgain }: { size?: number; mayBeginAgain: boolean },
): Promise<PageResponse | undefined> {
	const request = (pageSize?: number): ApiRequest => {
		const body = { ...call.body, ...(pageSize === undefined ? {} : { pageSize }), page };
		return { action: 'index', ...call, body, isIdempotent: true };
	};
	const isSized = size !== undefined && (page > 0 || !client.withoutPageSize.has(nameOf(call)));
	if (isSized) {
		const answer = await client.attempt(
			request(size),
			(failure) =>
				(page === 0 && isBodyRefused(failure)) ||
				((page === 0 || mayBeginAgain) && mayBeTooLarge(failure, size)),
		);
		if (answer !== undefined) return { ...pageIn(client, call, answer), size };
		if (page > 0) return undefined;
	}
	const answer = pageIn(client, call, await client.request(request()));
	if (isSized) client.withoutPageSize.add(nameOf(call));
	return answer;
}

/** Whether AlfaCRM refused what is in the body, which may be the page size. API notes 4, 7a. */
const isBodyRefused = ({ kind, status }: ApiFailure): boolean => kind === 'refusal' || status === 400;

/** Whether a page may not arrive because of its size: the server gives up on it, or no answer comes. */
function mayBeTooLarge(failure: ApiFailure, size: number): boolean {
	const { kind, status = 0 } = failure;
	const isLost = kind === 'noAnswer' && mayHaveTakenEffect(failure);
	return size > LARGEST_USUAL_PAGE && (isLost || UNAVAILABLE.includes(status));
}

function pageIn({ node }: ApiClient, { task, itemIndex }: ListRequest, answer: ApiResponse): PageResponse {
	const page = readPage(answer);
	if (page !== undefined) return page;
	const text = {
		message: `AlfaCRM sent no list when asked to ${task}`,
		description: "Check 'Hostname' in the credential, or try again later.",
	};
	throw nodeError(node, text, itemIndex, { cause: 'temporarily-unavailable' });
}

/** The rows of an answer and how many there are in all, unless it counts fewer than it shows; undefined when it is no list. */
export function readPage(answer: ApiResponse): PageResponse | undefined {
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) return undefined;
	const rows = (items as unknown[]).filter(isRow);
	const count = total === undefined || total === null ? NaN : Number(total);
	return { items: rows, total: Number.isFinite(count) && count >= rows.length ? count : undefined };
}

const isRow = (item: unknown): item is IDataObject =>
	typeof item === 'object' && item !== null && !Array.isArray(item);

/** The pages of a walk so far. */
class Walk {
	private readonly seen = new Set<RowKey>();
	/** How many rows without an ID have the same content: so far, or on this page where nothing is counted. */
	private readonly copies = new Map<string, number>();
	private due?: number;
	private total?: number;
	/** Rows that came. */
	private count = 0;
	/** How far the list has been read, in places that it had when the walk began. */
	private placesRead = 0;
	/** There were fewer rows than before, so one may have slipped to a page that had been read. */
	private hasShrunk = false;
	/** Equal rows were on two pages, and nothing tells whether they are one that has moved. */
	private isUnclear = false;
	/** The most rows that a page held. */
	private fullest = 1;
	/** Rows that had come when the walk began again: so far, pages bring nothing new, which ends no list. */
	private rereadCount = 0;

	/** @param asked how many rows a page shall hold, where the body of an API Call says that */
	constructor(private readonly asked: number) {}

	/** How many pages are known to follow, as far as they are wanted. */
	pagesWanted(rowsWanted: number): number {
		return Math.ceil(Math.min((this.total ?? 0) - this.count, rowsWanted) / this.fullest);
	}

	/** The list is read from page 0 again, in pages of another size. Rows that have come do not come again. */
	beginAgain(): void {
		this.rereadCount = this.count;
		this.count = 0;
		this.fullest = 1;
	}

	take(number: number, { items, total, size }: PageResponse): Page {
		if (total !== undefined && (number > 0 || !isPageLength(items, total, size ?? this.asked))) {
			this.hasShrunk ||= total < (this.total ?? 0);
			this.due ??= total;
			this.total = total;
		}
		const { rows, keys } = this.unseen(items);
		this.count += items.length;
		this.fullest = Math.max(this.fullest, items.length);
		const { due, hasShrunk } = this;
		// A page of known rows ends a list, unless as many as it holds have come on top meanwhile.
		const isReread = this.count <= this.rereadCount;
		const isEnd = items.length === 0 || (rows.length === 0 && this.moved === 0 && !isReread);
		const last = isEnd || this.count >= (this.total ?? Infinity);
		// Without a total, nothing but an empty page says that it was the last.
		const isAll = due === undefined ? items.length === 0 && !this.isUnclear : this.seen.size >= due;
		return { number, items, rows, keys, size, total, due, last, isWhole: last && isAll && !hasShrunk };
	}

	private unseen(items: readonly IDataObject[]): Pick<Page, 'keys' | 'rows'> {
		const [rows, keys]: [IDataObject[], RowKey[]] = [[], []];
		const isCounted = this.total !== undefined;
		if (!isCounted) this.copies.clear();
		const { moved } = this;
		items.forEach((row, index) => {
			const id = idOf(row);
			const place = this.count + index - moved;
			if (id === undefined && isCounted && place >= 0 && place < this.placesRead) return;
			const key = id ?? this.copyOf(JSON.stringify(row));
			if (this.seen.has(key)) {
				this.isUnclear ||= id === undefined;
				return;
			}
			this.seen.add(key);
			keys.push(key);
			rows.push(row);
		});
		this.placesRead = Math.max(this.placesRead, this.count + items.length - moved);
		return { rows, keys };
	}

	/** How far rows may have moved down: those of the log come on top, and the total tells how many. API notes 5.21. */
	private get moved(): number {
		return Math.max(0, (this.total ?? 0) - (this.due ?? 0));
	}

	/** The key of a row without an ID: its content, and which of the equal ones it is. */
	private copyOf(content: string): string {
		const count = (this.copies.get(content) ?? 0) + 1;
		this.copies.set(content, count);
		return count === 1 ? content : `${count} ${content}`;
	}
}

function idOf({ id }: IDataObject): RowKey | undefined {
	return typeof id === 'number' || (typeof id === 'string' && id !== '') ? Number(id) || id : undefined;
}

/**
 * A `total` of page 0 that may just be the length of the page, against which a client in production guards. API notes 3.
 *
 * @param asked how many rows a page shall hold, if that was asked for
 */
export const isPageLength = (items: readonly IDataObject[], total?: number, asked = NaN): boolean =>
	items.length === total && [...USUAL_PAGES, asked].includes(total);

/** The error for a list that does not come to an end. */
function endlessError(client: ApiClient, { task, itemIndex }: ListRequest): Error {
	const text = {
		message: `AlfaCRM did not come to an end within ${MOST_PAGES} pages when asked to ${task}`,
		description: "Narrow it down with 'Filters' or 'Limit'.",
	};
	return nodeError(client.node, text, itemIndex);
}
