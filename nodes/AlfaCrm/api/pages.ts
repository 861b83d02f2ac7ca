import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import type { ApiFailure, ApiResponse } from './failures';
import { mayHaveTakenEffect, nodeError } from './failures';
import type { ApiRequest } from './request';
import { nameOf } from './request';
import { UNAVAILABLE } from './retry';

/** The documented largest page size. API notes 3. */
export const LARGEST_PAGE = 500;

/**
 * Where no page size is asked for, AlfaCRM was seen to send pages of 20 or 50 rows. API notes 3.
 */
export const SMALLEST_PAGE = 20;
const LARGEST_USUAL_PAGE = 50;
const USUAL_PAGES = [SMALLEST_PAGE, LARGEST_USUAL_PAGE];

/** A list with more pages never ends: so many of the smallest pages hold 200,000 records. */
const MOST_PAGES = 10_000;

/** A call for the pages of a list. The action is `index` unless another one is named. */
export type ListRequest = Omit<ApiRequest, 'action' | 'isIdempotent'> & {
	action?: string;
	/** How many rows to ask for on a page. AlfaCRM may send pages of another size. API notes 7a. */
	pageSize?: number;
	/** The page to begin with; default 0. */
	firstPage?: number;
};

/** A call for pages, without the item for which it is made. */
export type ListQuery = Omit<ListRequest, 'itemIndex'>;

/**
 * Identifies a row of a list: by its ID, or by its content and a number if there are several equal
 * rows.
 */
export type RowKey = string | number;

export interface Page {
	/** The number of the page, from 0. */
	number: number;
	/** All rows of the page as they came. */
	items: IDataObject[];
	/** The rows that were on no earlier page. */
	rows: IDataObject[];
	/** The keys of `rows`, in the same order. */
	keys: RowKey[];
	/** The page size that was asked for, if any. */
	size?: number;
	/** How many rows the list has, as this page says. Some entities have no total. */
	total?: number;
	/** How many rows the list had when the walk began, if AlfaCRM said so. */
	due?: number;
	/** No page follows. */
	last: boolean;
	/** This is the last page, and no row is missing that was there when the walk began. */
	isWhole: boolean;
}

type PageResponse = Pick<Page, 'items' | 'size' | 'total'>;

/**
 * Reads the pages of a list one after the other, whatever their size.
 *
 * - **Shifted rows.** A row that moves to another page while the list is read comes out once.
 * - **The end** is reached when as many rows have come as the total says, at an empty page, or at a
 *   page without a new row (unless the total has grown meanwhile).
 * - **Large pages that do not arrive.** The walk begins again with pages of AlfaCRM's own size.
 *   Rows that came before do not come again.
 *
 * @param rowsWanted returns how many more rows the caller will take; pages may be requested ahead
 * for them
 */
export async function* pages(
	client: ApiClient,
	{ firstPage = 0, pageSize, ...call }: ListRequest,
	rowsWanted: () => number = () => 0,
): AsyncGenerator<Page, undefined> {
	const walk = new Walk(Number(call.body?.pageSize));
	/** The requests under way, by page number. */
	const requests = new Map<number, Promise<PageResponse | undefined>>();
	let size = firstPage > 0 && client.withoutPageSize.has(nameOf(call)) ? undefined : pageSize;

	for (let number = firstPage; number < firstPage + MOST_PAGES; number++) {
		const requestCount = Math.max(1, Math.min(walk.pagesWanted(rowsWanted()), client.callsAtOnce));
		for (let next = number; next < number + requestCount; next++) {
			if (requests.has(next)) continue;

			const request = fetchPage(client, call, next, { size, mayBeginAgain: firstPage === 0 });
			// If the caller stops early, nobody waits for this page, and its failure must not end the
			// process.
			request.catch(() => {});
			requests.set(next, request);
		}

		const answer = await requests.get(number);
		requests.delete(number);
		if (answer === undefined) {
			client.withoutPageSize.add(nameOf(call));
			walk.beginAgain();
			requests.clear();
			size = undefined;
			// The loop goes on with page 0.
			number = -1;
			continue;
		}

		// Page 0 may have come without a size. Then the whole walk goes on without one.
		size = answer.size;
		const page = walk.take(number, answer);
		yield page;
		if (page.last) return;
	}
	throw endlessError(client, call);
}

/**
 * Fetches a page. Fetches page 0 again without a page size if AlfaCRM refuses the size, or if the
 * large page does not arrive. The client remembers that, and asks for later lists of this action
 * without a size: so does a program in production for payments. API notes 3, 7a.
 *
 * @param mayBeginAgain whether the walk began with page 0
 * @returns undefined if a later page is too large to arrive, and the walk may begin again
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
	const asksForSize = size !== undefined && (page > 0 || !client.withoutPageSize.has(nameOf(call)));
	if (asksForSize) {
		const mayHelpWithoutSize = (failure: ApiFailure) => {
			if (page === 0 && isBodyRefused(failure)) return true;

			return (page === 0 || mayBeginAgain) && mayBeTooLarge(failure, size);
		};
		const answer = await client.attempt(request(size), mayHelpWithoutSize);
		if (answer !== undefined) return { ...readPageOrFail(client, call, answer), size };
		if (page > 0) return undefined;
	}

	const answer = readPageOrFail(client, call, await client.request(request()));
	if (asksForSize) client.withoutPageSize.add(nameOf(call));
	return answer;
}

/** Tells whether AlfaCRM refused the body, of which the page size is a part. API notes 4, 7a. */
const isBodyRefused = ({ kind, status }: ApiFailure): boolean =>
	kind === 'refusal' || status === 400;

/**
 * Tells whether a page may be too large to arrive: the server gives up on it, or no answer comes.
 */
function mayBeTooLarge(failure: ApiFailure, size: number): boolean {
	const { kind, status = 0 } = failure;
	const isLost = kind === 'noAnswer' && mayHaveTakenEffect(failure);
	return size > LARGEST_USUAL_PAGE && (isLost || UNAVAILABLE.includes(status));
}

/** @throws NodeApiError if the answer is no list */
function readPageOrFail(
	{ node }: ApiClient,
	{ task, itemIndex }: ListRequest,
	answer: ApiResponse,
): PageResponse {
	const page = readPage(answer);
	if (page !== undefined) return page;

	const text = {
		message: `AlfaCRM sent no list when asked to ${task}`,
		description: "Check 'Hostname' in the credential, or try again later.",
	};
	throw nodeError(node, text, itemIndex, { cause: 'temporarily-unavailable' });
}

/**
 * Reads the rows of an answer, and its total unless that is lower than the number of rows.
 *
 * @returns undefined if the answer is no list
 */
export function readPage(answer: ApiResponse): PageResponse | undefined {
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) return undefined;

	const rows = (items as unknown[]).filter(isRow);
	const count = total === undefined || total === null ? NaN : Number(total);
	return { items: rows, total: Number.isFinite(count) && count >= rows.length ? count : undefined };
}

const isRow = (item: unknown): item is IDataObject =>
	typeof item === 'object' && item !== null && !Array.isArray(item);

/**
 * Notes what one reading of a list has brought so far: which rows have come, and whether any may be
 * missing.
 *
 * Rows without an ID, such as entries of the log, are told apart by their places. New entries come
 * on top of the log, so an entry that was on a page may move down to the next page. The growth of
 * the total says how far.
 */
class Walk {
	private readonly seenKeys = new Set<RowKey>();
	/**
	 * How many rows without an ID have the same content: in the whole list so far, or on this page if
	 * there is no total.
	 */
	private readonly copyCounts = new Map<string, number>();
	/** The total when the walk began. */
	private due?: number;
	/** The latest total. */
	private total?: number;
	/** How many rows have come, those that came twice included. */
	private count = 0;
	/**
	 * How many rows from the top have been read, counted in the list as it was when the walk began.
	 */
	private placesRead = 0;
	/**
	 * Whether the total has become lower, so that a row may have moved to a page that had been read
	 * before.
	 */
	private hasShrunk = false;
	/** Whether equal rows without an ID were on two pages. They may be one row that has moved. */
	private isUnclear = false;
	/** The largest number of rows on a page. */
	private fullestPage = 1;
	/**
	 * How many rows had come when the walk began again. Until then, pages bring nothing new, which
	 * does not end the list.
	 */
	private rereadCount = 0;

	/** @param requestedSize the page size in the body of an API Call; NaN if there is none */
	constructor(private readonly requestedSize: number) {}

	/** Returns how many pages are known to follow and are wanted. */
	pagesWanted(rowsWanted: number): number {
		const rowsLeft = (this.total ?? 0) - this.count;
		return Math.ceil(Math.min(rowsLeft, rowsWanted) / this.fullestPage);
	}

	/** Begins again with page 0, in pages of another size. Rows that have come do not come again. */
	beginAgain(): void {
		this.rereadCount = this.count;
		this.count = 0;
		this.fullestPage = 1;
	}

	/** Takes the next page, and tells which of its rows are new and whether it is the last one. */
	take(number: number, { items, total, size }: PageResponse): Page {
		const isTotalReliable = number > 0 || !isPageLength(items, total, size ?? this.requestedSize);
		if (total !== undefined && isTotalReliable) {
			this.hasShrunk ||= total < (this.total ?? 0);
			this.due ??= total;
			this.total = total;
		}
		const { rows, keys } = this.takeNewRows(items);
		this.count += items.length;
		this.fullestPage = Math.max(this.fullestPage, items.length);

		const { due, hasShrunk } = this;
		const last = this.isLastPage(items, { hasNewRows: rows.length > 0 });
		const isComplete =
			due === undefined ? items.length === 0 && !this.isUnclear : this.seenKeys.size >= due;
		const isWhole = last && isComplete && !hasShrunk;
		return { number, items, rows, keys, size, total, due, last, isWhole };
	}

	private isLastPage(
		items: readonly IDataObject[],
		{ hasNewRows }: { hasNewRows: boolean },
	): boolean {
		if (items.length === 0 || this.count >= (this.total ?? Infinity)) return true;
		if (hasNewRows) return false;

		// A page of known rows ends the list, unless rows have come on top meanwhile or the list is
		// being read again.
		const isRereading = this.count <= this.rereadCount;
		return this.movedDown === 0 && !isRereading;
	}

	private takeNewRows(items: readonly IDataObject[]): Pick<Page, 'keys' | 'rows'> {
		const rows: IDataObject[] = [];
		const keys: RowKey[] = [];
		const hasTotal = this.total !== undefined;
		if (!hasTotal) this.copyCounts.clear();
		const { movedDown } = this;

		items.forEach((row, index) => {
			const id = idOf(row);
			const placeAtBegin = this.count + index - movedDown;
			const wasRead = placeAtBegin >= 0 && placeAtBegin < this.placesRead;
			if (id === undefined && hasTotal && wasRead) return;

			const key = id ?? this.copyKeyOf(JSON.stringify(row));
			if (this.seenKeys.has(key)) {
				this.isUnclear ||= id === undefined;
				return;
			}
			this.seenKeys.add(key);
			keys.push(key);
			rows.push(row);
		});

		this.placesRead = Math.max(this.placesRead, this.count + items.length - movedDown);
		return { rows, keys };
	}

	/** How many places the rows may have moved down since the walk began. API notes 5.21. */
	private get movedDown(): number {
		return Math.max(0, (this.total ?? 0) - (this.due ?? 0));
	}

	/** Makes the key of a row without an ID: its content, with a number from the second copy on. */
	private copyKeyOf(content: string): string {
		const count = (this.copyCounts.get(content) ?? 0) + 1;
		this.copyCounts.set(content, count);
		return count === 1 ? content : `${count} ${content}`;
	}
}

function idOf({ id }: IDataObject): RowKey | undefined {
	return typeof id === 'number' || (typeof id === 'string' && id !== '')
		? Number(id) || id
		: undefined;
}

/**
 * Tells whether the `total` of page 0 may be just the length of that page. A program in production
 * guards against that. API notes 3.
 *
 * @param requestedSize the page size that was asked for; NaN if none was
 */
export const isPageLength = (
	items: readonly IDataObject[],
	total?: number,
	requestedSize = NaN,
): boolean => items.length === total && [...USUAL_PAGES, requestedSize].includes(total);

/** Makes the error for a list that never ends. */
function endlessError(client: ApiClient, { task, itemIndex }: ListRequest): Error {
	const text = {
		message: `AlfaCRM did not come to an end within ${MOST_PAGES} pages when asked to ${task}`,
		description: "Narrow it down with 'Filters' or 'Limit'.",
	};
	return nodeError(client.node, text, itemIndex);
}
