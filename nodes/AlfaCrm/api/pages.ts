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
 *   Each row is returned only once, and the last page tells whether any row may be missing.
 * - **The end** is reached when as many rows have come as the total says, at an empty page, or at a
 *   page without a new row (unless the total has grown meanwhile).
 * - **Large pages may not arrive.** Then the reading begins again with pages of AlfaCRM's own size.
 *   Rows that were returned before are not returned again.
 */

/** The documented largest page size. API notes 3. */
export const LARGEST_PAGE = 500;

/**
 * Where no page size is asked for, AlfaCRM was seen to send pages of 20 or 50 rows. API notes 3.
 */
export const SMALLEST_PAGE = 20;
const LARGEST_USUAL_PAGE = 50;
const USUAL_PAGES = [SMALLEST_PAGE, LARGEST_USUAL_PAGE];

/**
 * A list with more pages is taken for endless: 10,000 of the smallest pages hold 200,000 records,
 * more than a school has.
 */
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
	/** The rows that no earlier page had. */
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
	/** Whether this is the last page, and all rows have come that the list had at the start. */
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
	list: ListRequest,
	countWantedRows: () => number = () => 0,
): AsyncGenerator<Page, undefined> {
	const { firstPage = 0, pageSize, ...call } = list;
	const requests = new PageRequests(client, call, { firstPage, pageSize });
	// The user of the operation 'API Call' may have put a page size into the body.
	const sizeInBody = Number(call.body?.pageSize);
	const progress = new ListProgress(sizeInBody);

	let number = firstPage;
	while (number < firstPage + MOST_PAGES) {
		const usefulCount = progress.countPagesToCome(countWantedRows());
		const countAtOnce = Math.min(usefulCount, client.callsAtOnce);
		requests.ensureRequested(number, countAtOnce);

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
	private readonly canBeginAgain: boolean;
	/** The page size to ask for, if any. */
	private size?: number;

	constructor(
		private readonly client: ApiClient,
		private readonly call: ListRequest,
		{ firstPage, pageSize }: { firstPage: number; pageSize?: number },
	) {
		this.actionName = nameAction(call);
		this.canBeginAgain = firstPage === 0;
		const mayAskForSize = !client.actionsWithoutPageSize.has(this.actionName);
		this.size = mayAskForSize ? pageSize : undefined;
	}

	/**
	 * Requests a page and the pages after it, unless they are requested already.
	 *
	 * @param count how many pages are useful; the first one is requested in any case
	 */
	ensureRequested(firstNumber: number, count: number): void {
		const endNumber = firstNumber + Math.max(1, count);
		for (let number = firstNumber; number < endNumber; number++) {
			const isRequested = this.requests.has(number);
			if (!isRequested) this.request(number);
		}
	}

	/** Requests a page. If the caller stops early, nobody waits for it. */
	private request(number: number): void {
		const request = this.fetchPage(number);
		// A failure for which nobody waits must not end the process.
		request.catch(() => {});
		this.requests.set(number, request);
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
	 * without a size. Another AlfaCRM client asks for payments without a size too. API notes 3, 7a.
	 *
	 * @returns undefined if a later page is too large to arrive, and the reading may begin again
	 */
	private async fetchPage(number: number): Promise<PageResponse | undefined> {
		const { client, size } = this;
		if (size === undefined) return await this.fetchPageWithoutSize(number);

		const call = this.makeCall(number, size);
		const isExpected = (failure: ApiFailure) => this.maySizeBeToBlame(failure, number, size);
		const answer = await client.attempt(call, isExpected);
		if (answer !== undefined) return { ...this.readPageOrFail(answer), size };
		// A later page of another size would have other rows, so all pages have to be read again.
		if (number > 0) return undefined;

		const response = await this.fetchPageWithoutSize(number);
		client.actionsWithoutPageSize.add(this.actionName);
		return response;
	}

	/** Tells whether a page may have failed because of its size, so that another size may help. */
	private maySizeBeToBlame(failure: ApiFailure, number: number, size: number): boolean {
		const isFirst = number === 0;
		// AlfaCRM has accepted the size for page 0, so it does not refuse the size of a later page.
		if (isFirst && isBodyRefused(failure)) return true;

		const canChangeSize = isFirst || this.canBeginAgain;
		return canChangeSize && mayBeTooLarge(failure, size);
	}

	/** Fetches a page of the size that AlfaCRM chooses. */
	private async fetchPageWithoutSize(number: number): Promise<PageResponse> {
		const answer = await this.client.request(this.makeCall(number));
		return this.readPageOrFail(answer);
	}

	/** Makes the call for a page. It changes nothing, so it may be sent again. */
	private makeCall(page: number, pageSize?: number): ApiRequest {
		const body: IDataObject = { ...this.call.body };
		if (pageSize !== undefined) body.pageSize = pageSize;
		body.page = page;
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
	const isLargerThanUsual = size > LARGEST_USUAL_PAGE;
	if (!isLargerThanUsual) return false;

	const { kind, status = 0 } = failure;
	const isAnswerLost = kind === 'noAnswer' && mayHaveTakenEffect(failure);
	return isAnswerLost || UNAVAILABLE_STATUSES.includes(status);
}

// ------------------------------------------------------- the rows of an answer

/**
 * Reads the rows of an answer and its total: how many rows AlfaCRM says the list has.
 *
 * @returns undefined if the answer is no list
 */
export function readPage(answer: ApiResponse): PageResponse | undefined {
	// A few actions answer with a bare list, which has no total.
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) return undefined;

	const allRows = (items as unknown[]).filter(isRow);
	return { allRows, total: readTotal(total, allRows.length) };
}

/** Reads a total; undefined if it is no number, or lower than the number of rows on the page. */
function readTotal(total: unknown, rowCount: number): number | undefined {
	if (total === undefined || total === null) return undefined;

	const count = Number(total);
	const isPossible = Number.isFinite(count) && count >= rowCount;
	return isPossible ? count : undefined;
}

function isRow(item: unknown): item is IDataObject {
	return typeof item === 'object' && item !== null && !Array.isArray(item);
}

/** Reads the ID of a row. An ID that came as a text of digits counts as that number. */
function readRowId({ id }: IDataObject): RowKey | undefined {
	const isId = typeof id === 'number' || (typeof id === 'string' && id !== '');
	if (!isId) return undefined;

	return Number(id) || id;
}

// ------------------------------------------------------- the progress of a reading

/**
 * Notes what one reading of a list has brought so far: which rows have come, and whether any may be
 * missing.
 *
 * Rows without an ID, such as entries of the log, are told apart by their positions. A position
 * counts rows from the top, in the list as it was when the reading began. New entries come on top
 * of the log, so an entry that was on one page may move down to the next page. The growth of the
 * total says how far.
 *
 * For example, a page has 20 rows, and 3 entries come on top after page 0 was read. The first row
 * of page 1 then has the position 20 - 3 = 17, which page 0 had already. Its fourth row is the
 * first new one.
 */
class ListProgress {
	/** The keys of all rows that have come. */
	private readonly seenKeys = new Set<RowKey>();
	/**
	 * How many rows without an ID have come, by their content. Counts the rows of the whole list, or
	 * of the present page only if the list has no total.
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
	 * How many rows had come when the reading began again. Until as many rows have come once more, a
	 * page without a new row does not end the list.
	 */
	private rereadCount = 0;

	/** @param requestedSize the page size in the body of an API Call; NaN if there is none */
	constructor(private readonly requestedSize: number) {}

	/** Returns how many pages are known to follow and are wanted. */
	countPagesToCome(wantedRows: number): number {
		const rowsToCome = (this.total ?? 0) - this.rowCount;
		return Math.ceil(Math.min(rowsToCome, wantedRows) / this.fullestPage);
	}

	/**
	 * Begins again with page 0, in pages of another size. The keys, positions and totals stay,
	 * because the list is the same: rows that have come are not new.
	 */
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
		// The total of page 0 may count the rows of that page instead of the whole list.
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

	/** Picks the rows of the next page that no earlier page had, and notes them. */
	private takeNewRows(pageRows: readonly IDataObject[]): Pick<Page, 'keys' | 'newRows'> {
		const newRows: IDataObject[] = [];
		const keys: RowKey[] = [];
		// Without a total, nothing shows whether an equal row on the next page is the same one.
		if (this.total === undefined) this.copyCounts.clear();

		for (const [index, row] of pageRows.entries()) {
			const key = this.identifyNewRow(row, index);
			if (key === undefined) continue;

			this.seenKeys.add(key);
			keys.push(key);
			newRows.push(row);
		}

		const positionAfterPage = this.findPosition(pageRows.length);
		this.positionsRead = Math.max(this.positionsRead, positionAfterPage);
		return { newRows, keys };
	}

	/**
	 * Returns the key of a row of the next page; undefined if an earlier page had the row.
	 *
	 * @param index the index of the row on the page
	 */
	private identifyNewRow(row: IDataObject, index: number): RowKey | undefined {
		const id = readRowId(row);
		if (id !== undefined) return this.seenKeys.has(id) ? undefined : id;

		const position = this.findPosition(index);
		const hasMovedDown = position >= 0 && position < this.positionsRead;
		// Only a total shows how far the rows have moved.
		if (this.total !== undefined && hasMovedDown) return undefined;

		const contentKey = this.makeContentKey(row);
		if (!this.seenKeys.has(contentKey)) return contentKey;

		this.hasUnclearRows = true;
		return undefined;
	}

	/** Returns the position of a row of the next page, in the list as it was at the start. */
	private findPosition(indexOnPage: number): number {
		return this.rowCount + indexOnPage - this.addedOnTop;
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
 * Tells whether the `total` of page 0 may be just the length of that page, as another AlfaCRM
 * client expects. API notes 3.
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
