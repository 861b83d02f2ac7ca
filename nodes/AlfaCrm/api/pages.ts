import type { IDataObject } from 'n8n-workflow';

import type { ApiResponse } from './answer';
import type { ApiClient } from './client';
import type { ApiFailure } from './failures';
import { mayHaveTakenEffect, nodeError } from './failures';
import type { ApiRequest } from './request';
import { nameAction } from './request';
import { UNAVAILABLE_STATUSES } from './retry';

/**
 * Reads the pages of a list one after the other, from page 0, whatever their size.
 *
 * - **The server decides.** AlfaCRM may send more or fewer rows on a page than the call asked for.
 * - **Rows move.** A list may grow or shrink while it is read, so a row may move to another page.
 *   It comes out once, and a page tells whether any row may be missing.
 * - **The end** is reached when as many rows have come as the total says, at an empty page, or at a
 *   page without a new row (unless the total has grown meanwhile).
 * - **Large pages may not arrive.** Then the reading begins again with pages of AlfaCRM's own size.
 *   Rows that came before do not come again.
 */

/** The documented largest page size. API notes 3. */
export const LARGEST_PAGE = 500;

/**
 * Where no page size is asked for, AlfaCRM was seen to send pages of 20 or 50 rows. API notes 3.
 */
export const SMALLEST_PAGE = 20;
const LARGEST_USUAL_PAGE = 50;
const USUAL_PAGES = [SMALLEST_PAGE, LARGEST_USUAL_PAGE];

/** A list with more pages never ends: 10,000 of the smallest pages hold 200,000 records. */
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
	allRows: IDataObject[];
	/** The rows that were on no earlier page. */
	newRows: IDataObject[];
	/** The keys of `newRows`, in the same order. */
	keys: RowKey[];
	/** The page size that was asked for, if any. */
	size?: number;
	/** How many rows the list has, as this page says. Some entities have no total. */
	total?: number;
	/** How many rows the list had when the reading began, if AlfaCRM said so. */
	totalAtStart?: number;
	/** Whether no page follows. */
	isLast: boolean;
	/** Whether this is the last page, and no row is missing that was there when the reading began. */
	isWhole: boolean;
}

/** The answer of AlfaCRM to a call for a page. */
type PageResponse = Pick<Page, 'allRows' | 'size' | 'total'>;

/**
 * Reads the pages of a list one after the other, until the list or the caller ends the reading.
 *
 * @param countWantedRows returns how many more rows the caller will take; pages may be requested
 * ahead for them
 * @throws NodeApiError when a page does not come, or when the list never ends
 */
export async function* readPages(
	client: ApiClient,
	{ firstPage = 0, pageSize, ...call }: ListRequest,
	countWantedRows: () => number = () => 0,
): AsyncGenerator<Page, undefined> {
	const requests = new PageRequests(client, call, { firstPage, pageSize });
	const progress = new ListProgress(Number(call.body?.pageSize));

	let number = firstPage;
	while (number < firstPage + MOST_PAGES) {
		const usefulCount = progress.countPagesToCome(countWantedRows());
		requests.sendAhead(number, Math.min(usefulCount, client.callsAtOnce));

		const response = await requests.take(number);
		if (response === undefined) {
			// The page was too large to arrive. With smaller pages, this number has other rows.
			requests.beginAgainWithoutSize();
			progress.beginAgain();
			number = 0;
			continue;
		}

		const page = progress.addPage(number, response);
		yield page;
		if (page.isLast) return;
		number += 1;
	}
	throw makeEndlessListError(client, call);
}

// ------------------------------------------------------- requests

/** Requests the pages of one reading, several at once where that is useful. */
class PageRequests {
	/** The requests under way, by page number. */
	private readonly requests = new Map<number, Promise<PageResponse | undefined>>();
	/** The name of the action, such as `customer/index`. */
	private readonly actionName: string;
	/** Whether the reading began with page 0. A reading that began later cannot begin again. */
	private readonly mayBeginAgain: boolean;
	/** The page size to ask for, if any. */
	private size?: number;

	constructor(
		private readonly client: ApiClient,
		private readonly call: ListRequest,
		{ firstPage, pageSize }: { firstPage: number; pageSize?: number },
	) {
		this.actionName = nameAction(call);
		this.mayBeginAgain = firstPage === 0;
		const mayAskForSize = !client.actionsWithoutPageSize.has(this.actionName);
		this.size = mayAskForSize ? pageSize : undefined;
	}

	/** Requests a page, and the pages after it until `count` pages are requested. */
	sendAhead(number: number, count: number): void {
		for (let next = number; next < number + Math.max(1, count); next++) {
			if (this.requests.has(next)) continue;

			const request = this.fetchPage(next);
			// If the caller stops early, nobody waits for this page, and its failure must not end the
			// process.
			request.catch(() => {});
			this.requests.set(next, request);
		}
	}

	/**
	 * Waits for a page that was requested.
	 *
	 * @returns undefined if the page is too large to arrive, and the reading has to begin again
	 */
	async take(number: number): Promise<PageResponse | undefined> {
		const response = await this.requests.get(number);
		this.requests.delete(number);

		// Page 0 may have come without a size. Then the whole reading goes on without one.
		if (response !== undefined) this.size = response.size;
		return response;
	}

	/** Drops all requests. From now on, no page size is asked for. */
	beginAgainWithoutSize(): void {
		this.client.actionsWithoutPageSize.add(this.actionName);
		this.requests.clear();
		this.size = undefined;
	}

	/**
	 * Fetches a page. Fetches page 0 again without a page size if AlfaCRM refuses the size, or if the
	 * large page does not arrive. The client remembers that, and asks for later lists of this action
	 * without a size: so does a program in production for payments. API notes 3, 7a.
	 *
	 * @returns undefined if a later page is too large to arrive, and the reading may begin again
	 */
	private async fetchPage(number: number): Promise<PageResponse | undefined> {
		const { client, size } = this;
		if (size === undefined) return await this.fetchPageWithoutSize(number);

		const isFirst = number === 0;
		const maySizeBeToBlame = (failure: ApiFailure) => {
			// AlfaCRM has taken this size for page 0, so it does not refuse the size of a later page.
			if (isFirst && isBodyRefused(failure)) return true;

			return (isFirst || this.mayBeginAgain) && mayBeTooLarge(failure, size);
		};
		const answer = await client.attempt(this.makeCall(number, size), maySizeBeToBlame);
		if (answer !== undefined) return { ...this.readPageOrFail(answer), size };
		// A later page of another size would have other rows, so all pages have to be read again.
		if (!isFirst) return undefined;

		const response = await this.fetchPageWithoutSize(number);
		client.actionsWithoutPageSize.add(this.actionName);
		return response;
	}

	/** Fetches a page of the size that AlfaCRM chooses. */
	private async fetchPageWithoutSize(number: number): Promise<PageResponse> {
		return this.readPageOrFail(await this.client.request(this.makeCall(number)));
	}

	/** Makes the call for a page. It changes nothing, so it may be sent again. */
	private makeCall(page: number, pageSize?: number): ApiRequest {
		const sizeInBody = pageSize === undefined ? {} : { pageSize };
		const body = { ...this.call.body, ...sizeInBody, page };
		return { action: 'index', ...this.call, body, isIdempotent: true };
	}

	/**
	 * Reads the page from an answer.
	 *
	 * @throws NodeApiError if the answer is no list
	 */
	private readPageOrFail(answer: ApiResponse): PageResponse {
		const page = readPage(answer);
		if (page !== undefined) return page;

		const { task, itemIndex } = this.call;
		const text = {
			message: `AlfaCRM sent no list when asked to ${task}`,
			description: "Check 'Hostname' in the credential, or try again later.",
		};
		throw nodeError(this.client.node, text, itemIndex, { cause: 'temporarily-unavailable' });
	}
}

/** Tells whether AlfaCRM refused the body, of which the page size is a part. API notes 4, 7a. */
function isBodyRefused({ kind, status }: ApiFailure): boolean {
	return kind === 'refusal' || status === 400;
}

/**
 * Tells whether a page may be too large to arrive: the server gives up on it, or no answer comes.
 */
function mayBeTooLarge(failure: ApiFailure, size: number): boolean {
	const { kind, status = 0 } = failure;
	const isLost = kind === 'noAnswer' && mayHaveTakenEffect(failure);
	return size > LARGEST_USUAL_PAGE && (isLost || UNAVAILABLE_STATUSES.includes(status));
}

// ------------------------------------------------------- the rows of an answer

/**
 * Reads the rows of an answer, and its total unless that is lower than the number of rows.
 *
 * @returns undefined if the answer is no list
 */
export function readPage(answer: ApiResponse): PageResponse | undefined {
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) return undefined;

	const rows = (items as unknown[]).filter(isRow);
	const hasTotal = total !== undefined && total !== null;
	const count = hasTotal ? Number(total) : NaN;
	const isPossible = Number.isFinite(count) && count >= rows.length;
	return { allRows: rows, total: isPossible ? count : undefined };
}

function isRow(item: unknown): item is IDataObject {
	return typeof item === 'object' && item !== null && !Array.isArray(item);
}

/** Reads the ID of a row. An ID that came as a text of digits counts as that number. */
function readRowId({ id }: IDataObject): RowKey | undefined {
	const isId = typeof id === 'number' || (typeof id === 'string' && id !== '');
	return isId ? Number(id) || id : undefined;
}

// ------------------------------------------------------- the progress of a reading

/**
 * Notes what one reading of a list has brought so far: which rows have come, and whether any may be
 * missing.
 *
 * Rows without an ID, such as entries of the log, are told apart by their positions. New entries
 * come on top of the log, so an entry that was on a page may move down to the next page. The growth
 * of the total says how far. A position counts rows from the top, in the list as it was when the
 * reading began.
 */
class ListProgress {
	/** The keys of all rows that have come. */
	private readonly seenKeys = new Set<RowKey>();
	/**
	 * How many rows without an ID have the same content: in the whole list so far, or on this page if
	 * there is no total.
	 */
	private readonly copyCounts = new Map<string, number>();
	/** The total when the reading began. */
	private totalAtStart?: number;
	/** The latest total. */
	private total?: number;
	/** How many rows have come. A row that came twice counts twice. */
	private rowCount = 0;
	/** How many positions from the top have been read. */
	private positionsRead = 0;
	/**
	 * Whether the total has become lower, so that a row may have moved to a page that had been read
	 * before.
	 */
	private hasShrunk = false;
	/** Whether equal rows without an ID were on two pages. They may be one row that has moved. */
	private hasUnclearRows = false;
	/** The largest number of rows on a page. */
	private fullestPage = 1;
	/**
	 * How many rows had come when the reading began again. Until then, pages bring nothing new, which
	 * does not end the list.
	 */
	private rereadCount = 0;

	/** @param requestedSize the page size in the body of an API Call; NaN if there is none */
	constructor(private readonly requestedSize: number) {}

	/** Returns how many pages are known to follow and are wanted. */
	countPagesToCome(wantedRows: number): number {
		const rowsToCome = (this.total ?? 0) - this.rowCount;
		return Math.ceil(Math.min(rowsToCome, wantedRows) / this.fullestPage);
	}

	/** Begins again with page 0, in pages of another size. Rows that have come do not come again. */
	beginAgain(): void {
		this.rereadCount = this.rowCount;
		this.rowCount = 0;
		this.fullestPage = 1;
	}

	/**
	 * Adds the next page, and tells which of its rows are new and whether it is the last one.
	 *
	 * @param number the number of the page, from 0
	 */
	addPage(number: number, response: PageResponse): Page {
		const { allRows, total, size } = response;
		const requestedSize = size ?? this.requestedSize;
		// The `total` of page 0 may count the rows of that page instead of the whole list.
		const isTotalDoubtful = number === 0 && mayBePageLength(allRows, total, requestedSize);
		if (total !== undefined && !isTotalDoubtful) this.noteTotal(total);

		const { newRows, keys } = this.takeNewRows(allRows);
		this.rowCount += allRows.length;
		this.fullestPage = Math.max(this.fullestPage, allRows.length);

		const { totalAtStart } = this;
		const hasNewRows = newRows.length > 0;
		const isLast = this.isLastPage(allRows, { hasNewRows });
		const isWhole = isLast && this.hasAllRows(allRows) && !this.hasShrunk;
		return { number, allRows, newRows, keys, size, total, totalAtStart, isLast, isWhole };
	}

	/** Notes how many rows the list has by now. */
	private noteTotal(total: number): void {
		this.hasShrunk ||= total < (this.total ?? 0);
		this.totalAtStart ??= total;
		this.total = total;
	}

	/** Tells whether no page follows the one that has just been added. */
	private isLastPage(
		items: readonly IDataObject[],
		{ hasNewRows }: { hasNewRows: boolean },
	): boolean {
		if (items.length === 0 || this.rowCount >= (this.total ?? Infinity)) return true;
		if (hasNewRows) return false;

		// A page of known rows ends the list, unless rows have come on top meanwhile or the list is
		// being read again.
		const isRereading = this.rowCount <= this.rereadCount;
		return this.addedOnTop === 0 && !isRereading;
	}

	/**
	 * Tells whether at the last page as many rows have come as there were at the start. Without a
	 * total, only an empty page shows that the list is over.
	 */
	private hasAllRows(lastItems: readonly IDataObject[]): boolean {
		if (this.totalAtStart !== undefined) return this.seenKeys.size >= this.totalAtStart;

		return lastItems.length === 0 && !this.hasUnclearRows;
	}

	/** Picks the rows of a page that were on no earlier page, and notes them. */
	private takeNewRows(items: readonly IDataObject[]): Pick<Page, 'keys' | 'newRows'> {
		const newRows: IDataObject[] = [];
		const keys: RowKey[] = [];
		const { addedOnTop } = this;
		const hasTotal = this.total !== undefined;
		// Without a total, nothing shows whether an equal row on the next page is the same one.
		if (!hasTotal) this.copyCounts.clear();

		for (const [index, row] of items.entries()) {
			const id = readRowId(row);
			const position = this.rowCount + index - addedOnTop;
			const isPositionRead = position >= 0 && position < this.positionsRead;
			// The row was on the page before, and has moved down.
			if (id === undefined && hasTotal && isPositionRead) continue;

			const key = id ?? this.makeContentKey(row);
			if (this.seenKeys.has(key)) {
				this.hasUnclearRows ||= id === undefined;
				continue;
			}

			this.seenKeys.add(key);
			keys.push(key);
			newRows.push(row);
		}

		const positionAfterPage = this.rowCount + items.length - addedOnTop;
		this.positionsRead = Math.max(this.positionsRead, positionAfterPage);
		return { newRows, keys };
	}

	/**
	 * How many rows may have been added on top since the reading began, so that all others have moved
	 * down. API notes 5.21.
	 */
	private get addedOnTop(): number {
		return Math.max(0, (this.total ?? 0) - (this.totalAtStart ?? 0));
	}

	/** Makes the key of a row without an ID: its content, with a number from the second copy on. */
	private makeContentKey(row: IDataObject): string {
		const content = JSON.stringify(row);
		const copyCount = (this.copyCounts.get(content) ?? 0) + 1;
		this.copyCounts.set(content, copyCount);
		return copyCount === 1 ? content : `${copyCount} ${content}`;
	}
}

/**
 * Tells whether the `total` of page 0 may be just the length of that page. A program in production
 * guards against that. API notes 3.
 *
 * @param requestedSize the page size that was asked for; NaN if none was
 */
export function mayBePageLength(
	items: readonly IDataObject[],
	total?: number,
	requestedSize = NaN,
): boolean {
	if (items.length !== total) return false;

	const pageSizes = [...USUAL_PAGES, requestedSize];
	return pageSizes.includes(total);
}

function makeEndlessListError(client: ApiClient, { task, itemIndex }: ListRequest): Error {
	const text = {
		message: `AlfaCRM did not come to an end within ${MOST_PAGES} pages when asked to ${task}`,
		description: "Narrow it down with 'Filters' or 'Limit'.",
	};
	return nodeError(client.node, text, itemIndex);
}
