import type { IDataObject } from 'n8n-workflow';

import type { ApiResponse } from './answer';
import type { ApiClient } from './client';
import type { ApiFailure } from './failures';
import { mayHaveTakenEffect, nodeError } from './failures';
import type { ApiRequest } from './request';
import { nameAction } from './request';
import { UNAVAILABLE_STATUSES } from './retry';

/**
 * Reads the pages of a list one after the other. One way through the pages, from the first page to
 * the end, is a reading. The total is the number of rows that AlfaCRM says the list has.
 *
 * - **AlfaCRM chooses the page size.** A page can have more or fewer rows than the call asked for.
 * - **Rows move.** A list can grow or shrink while it is read, and a row then moves to another
 *   page. Each row is returned only once, and the last page tells whether any row may be missing.
 * - **The end** is an empty page, the page with which as many rows have come as the total says, or
 *   a page without a new row. After new rows at the top, a page without a new row is not the end.
 * - **A large page can fail to arrive.** Then the reading begins again with pages of AlfaCRM's own
 *   size. Rows that were returned before are not returned again.
 */

/** The largest page size that AlfaCRM documents (docs/alfacrm-api.md 3, the API notes). */
export const LARGEST_PAGE = 500;

/**
 * The page sizes that AlfaCRM was seen to choose itself, if the call asks for none: 20 and 50. API
 * notes 3.
 */
export const SMALLEST_PAGE = 20;
const LARGEST_USUAL_PAGE = 50;
const USUAL_PAGES = [SMALLEST_PAGE, LARGEST_USUAL_PAGE];

/**
 * A list with more pages counts as endless. 10,000 pages of the smallest size hold 200,000 records,
 * more than a school has.
 */
const MAX_PAGES = 10_000;

/** A call that lists rows, to be sent for each page. The action is `index` by default. */
export type ListRequest = Omit<ApiRequest, 'action' | 'isIdempotent'> & {
	action?: string;
	/** How many rows to ask for on a page. AlfaCRM may send pages of another size. API notes 7a. */
	pageSize?: number;
	/** The number of the page to begin with; 0 by default. */
	firstPage?: number;
};

/** A list request that is not yet tied to an input item. */
export type ListQuery = Omit<ListRequest, 'itemIndex'>;

/**
 * Identifies a row of a list: its ID. The key of a row without an ID is its content as JSON, with a
 * number in front if the list has several equal rows.
 */
export type RowKey = string | number;

export interface Page {
	/** The number of the page, from 0. */
	number: number;
	/** All rows of the page, in AlfaCRM's order. */
	allRows: IDataObject[];
	/** The rows that no earlier page had. */
	newRows: IDataObject[];
	/** The keys of `newRows`, in the same order. */
	keys: RowKey[];
	/** The page size that the call asked for, if any. */
	size?: number;
	/** The total on this page. The lists of some entities have no total. */
	total?: number;
	/** The first total of this reading. */
	totalAtStart?: number;
	/** Whether no page follows. */
	isLast: boolean;
	/** Whether this is the last page and all rows have come that the list had at the start. */
	isListComplete: boolean;
}

/** The answer of AlfaCRM to a call for a page. */
type PageResponse = Pick<Page, 'allRows' | 'size' | 'total'>;

/**
 * Reads the pages of a list one after the other, until the list ends or the caller stops. The pages
 * come in order, but several of them may be requested at once.
 *
 * @param countWantedRows returns how many more rows the caller wants. Only pages for these rows are
 * requested ahead. By default, no page is requested ahead.
 * @throws NodeApiError if a page does not come, or if the list does not end
 */
export async function* readPages(
	client: ApiClient,
	list: ListRequest,
	countWantedRows: () => number = () => 0,
): AsyncGenerator<Page, undefined> {
	const { firstPage = 0, pageSize, ...call } = list;
	const requests = new PageRequests(client, call, { firstPage, pageSize });
	// In the operation 'API Call', the user writes the body and may ask for a page size there.
	const sizeInBody = Number(call.body?.pageSize);
	const progress = new ListProgress(sizeInBody);

	let pageNumber = firstPage;
	while (pageNumber < firstPage + MAX_PAGES) {
		// The next page is always requested, and the pages after it only if their rows are wanted.
		const neededPages = progress.countNeededPages(countWantedRows());
		const pagesAtOnce = Math.max(1, Math.min(neededPages, client.callsAtOnce));
		requests.ensureRequested(pageNumber, pagesAtOnce);

		const response = await requests.waitForPage(pageNumber);
		const wasPageTooLarge = response === undefined;
		if (wasPageTooLarge) {
			// Smaller pages divide the list in another way, so the reading begins again with page 0.
			requests.beginAgainWithoutSize();
			progress.beginAgain();
			pageNumber = 0;
			continue;
		}

		const page = progress.addPage(pageNumber, response);
		yield page;
		if (page.isLast) return;
		pageNumber += 1;
	}
	throw makeEndlessListError(client, call);
}

// ------------------------------------------------------- requests

/** Sends the calls for the pages of one reading. It may request pages ahead. */
class PageRequests {
	/** The requests whose page `waitForPage` has not returned yet, by page number. */
	private readonly requests = new Map<number, Promise<PageResponse | undefined>>();
	/** The name of the action, such as `customer/index`. */
	private readonly actionName: string;
	/** Whether the reading began with page 0. Otherwise the caller has the rows of earlier pages. */
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
		// An earlier reading may have shown that this list works only without a page size.
		const acceptsSize = !client.actionsWithoutPageSize.has(this.actionName);
		this.size = acceptsSize ? pageSize : undefined;
	}

	/**
	 * Requests pages with successive numbers, except those that are requested already.
	 *
	 * @param count how many pages to request
	 */
	ensureRequested(firstNumber: number, count: number): void {
		const endNumber = firstNumber + count;
		for (let number = firstNumber; number < endNumber; number++) {
			const isRequested = this.requests.has(number);
			if (!isRequested) this.request(number);
		}
	}

	/** Sends the call for a page, without waiting for the answer. `waitForPage` waits for it. */
	private request(number: number): void {
		const request = this.fetchPage(number);
		// If the reading ends early, nobody waits for this page. Then its failure must not end the
		// process as an unhandled rejection.
		request.catch(() => {});
		this.requests.set(number, request);
	}

	/**
	 * Waits for the answer to a page that was requested, and returns the page.
	 *
	 * @returns undefined if the page is too large to arrive, so that the reading must begin again
	 */
	async waitForPage(number: number): Promise<PageResponse | undefined> {
		const response = await this.requests.get(number);
		this.requests.delete(number);

		// If page 0 came only without a size, the later pages are requested without a size too.
		if (response !== undefined) this.size = response.size;
		return response;
	}

	/**
	 * Drops all requests, so that the reading can begin again. From now on, the calls ask for no page
	 * size, and AlfaCRM chooses one. The client remembers that for later readings.
	 */
	beginAgainWithoutSize(): void {
		this.client.actionsWithoutPageSize.add(this.actionName);
		this.requests.clear();
		this.size = undefined;
	}

	/**
	 * Fetches a page. If page 0 fails because of its size, fetches it again and lets AlfaCRM choose
	 * the size. Some lists, such as payments, may work only in that way (API notes 3, 7a). If this
	 * list is one of them, the client remembers that and never asks for a size again.
	 *
	 * @returns undefined if a later page is too large to arrive, so that the reading must begin again
	 */
	private async fetchPage(number: number): Promise<PageResponse | undefined> {
		const { client, size } = this;
		if (size === undefined) return await this.fetchPageWithoutSize(number);

		const call = this.makeCall(number, size);
		const isSizeProblem = (failure: ApiFailure) => this.mayAnotherSizeHelp(failure, number, size);
		// Throws an error after any failure that another size cannot help with.
		const answer = await client.attempt(call, isSizeProblem);
		if (answer !== undefined) return { ...this.readPageOrFail(answer), size };

		// Only page 0 can be fetched again alone. In pages of another size, page 3 has other rows.
		if (number > 0) return undefined;

		const response = await this.fetchPageWithoutSize(number);
		client.actionsWithoutPageSize.add(this.actionName);
		return response;
	}

	/**
	 * Tells whether a page may have failed because of its size, so that another size may help.
	 *
	 * @param number the number of the page, from 0
	 * @param size the page size that the call asked for
	 */
	private mayAnotherSizeHelp(failure: ApiFailure, number: number, size: number): boolean {
		const isFirstPage = number === 0;
		// AlfaCRM may accept no page size for this list. Page 0 shows it: later pages ask for the same
		// size, so AlfaCRM refuses them for another reason.
		if (isFirstPage && isBodyRefused(failure)) return true;

		// Pages of another size divide the list in another way, so all pages must be read again from
		// page 0. A reading that began with a later page cannot do that.
		const canChangeSize = isFirstPage || this.canBeginAgain;
		return canChangeSize && mayBeTooLarge(failure, size);
	}

	/** Fetches a page, and lets AlfaCRM choose its size. */
	private async fetchPageWithoutSize(number: number): Promise<PageResponse> {
		const answer = await this.client.request(this.makeCall(number));
		return this.readPageOrFail(answer);
	}

	/**
	 * Makes the call for a page. Without `pageSize`, AlfaCRM chooses the size. The call changes
	 * nothing in AlfaCRM, so it may be sent again if no answer comes.
	 */
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

/** Tells whether AlfaCRM refused the body of a call, which holds the page size. API notes 4, 7a. */
function isBodyRefused({ kind, status }: ApiFailure): boolean {
	return kind === 'refusal' || status === 400;
}

/**
 * Tells whether a page may have been too large to arrive. It may be if the call asked for more rows
 * than AlfaCRM sends by itself, and AlfaCRM got the call but could not answer it.
 */
function mayBeTooLarge(failure: ApiFailure, size: number): boolean {
	const isLargerThanUsual = size > LARGEST_USUAL_PAGE;
	if (!isLargerThanUsual) return false;

	const hasServerGivenUp = UNAVAILABLE_STATUSES.includes(failure.status ?? 0);
	if (hasServerGivenUp) return true;

	const mayHaveReachedAlfaCrm = mayHaveTakenEffect(failure);
	return failure.kind === 'noAnswer' && mayHaveReachedAlfaCrm;
}

// ------------------------------------------------------- the rows of an answer

/**
 * Reads the rows and the total from the answer to a list call, such as
 * `{ items: [{ id: 1 }], total: 90 }`. A few actions answer with the rows alone: `[{ id: 1 }]`.
 *
 * @returns undefined if the answer holds no list
 */
export function readPage(answer: ApiResponse): PageResponse | undefined {
	if (Array.isArray(answer)) {
		return { allRows: answer.filter(isRow) };
	}

	const { items, total } = answer;
	if (!Array.isArray(items)) return undefined;

	const allRows = (items as unknown[]).filter(isRow);
	return { allRows, total: readTotal(total, allRows.length) };
}

/**
 * Reads the total of a list, the number of rows that AlfaCRM says it has. Returns undefined if that
 * is not a number, or is lower than the number of rows on the page.
 */
function readTotal(total: unknown, rowCount: number): number | undefined {
	if (total === undefined || total === null) return undefined;

	const count = Number(total);
	const isPossible = Number.isFinite(count) && count >= rowCount;
	return isPossible ? count : undefined;
}

function isRow(item: unknown): item is IDataObject {
	return typeof item === 'object' && item !== null && !Array.isArray(item);
}

/** Reads the ID of a row. A text of digits becomes a number, so that "7" and 7 are the same ID. */
function readRowId({ id }: IDataObject): RowKey | undefined {
	const isId = typeof id === 'number' || (typeof id === 'string' && id !== '');
	if (!isId) return undefined;

	return Number(id) || id;
}

// ------------------------------------------------------- the progress of a reading

/**
 * Keeps account of one reading: which rows have come, and whether any row may be missing.
 *
 * Some rows have no ID, such as the entries of AlfaCRM's log of changes. A position tells whether
 * such a row has come before. Positions count the rows from the top, in the list as it was when the
 * reading began. New entries are added at the top of the log and push other entries down, perhaps
 * to the next page. The growth of the total tells how far.
 *
 * For example, a page has 20 rows, and 3 entries are added after page 0 was read. Then the first
 * row of page 1 has the position 20 - 3 = 17. Page 0 had the positions 0 to 19, so the first three
 * rows of page 1 are not new, and its fourth row is.
 */
class ListProgress {
	/** The keys of all rows that have come. */
	private readonly seenKeys = new Set<RowKey>();
	/**
	 * How often the content of a row without an ID has come, by the content. If the list has a total,
	 * the whole reading counts, otherwise only the present page.
	 */
	private readonly copyCounts = new Map<string, number>();
	/** The first total of this reading. */
	private totalAtStart?: number;
	/** The latest total. */
	private total?: number;
	/** How many rows have come since page 0. A row that came twice counts twice. */
	private rowCount = 0;
	/** How many positions of the list, from the top, have been read. */
	private readPositions = 0;
	/**
	 * Whether the total has fallen. Then a row may have moved up to a page that had been read before,
	 * and been missed.
	 */
	private hasTotalFallen = false;
	/**
	 * Whether a row without an ID was left out because an earlier page had an equal one. It was the
	 * same row, which has moved, or it was another row.
	 */
	private hasDroppedEqualRow = false;
	/** The largest number of rows on a page so far. */
	private largestRowCount = 1;
	/**
	 * How many rows had come when the reading began again. The same number of rows comes once more
	 * without being new, so until then a page without a new row does not end the list.
	 */
	private rowCountBeforeRestart = 0;

	/** @param sizeInBody the page size that a user wrote into the body; NaN if there is none */
	constructor(private readonly sizeInBody: number) {}

	/**
	 * Counts the pages that are still needed for a number of wanted rows. These are not more pages
	 * than the list still has, by AlfaCRM's total. Without a total, nobody knows how many it has.
	 *
	 * For example, 60 of 100 rows have come in pages of 20. Of the 40 others, 30 are wanted, so 2
	 * more pages are needed.
	 *
	 * @returns 0 or less if the total is not known, or all rows have come
	 */
	countNeededPages(wantedRows: number): number {
		const remainingRows = (this.total ?? 0) - this.rowCount;
		const neededRows = Math.min(remainingRows, wantedRows);
		return Math.ceil(neededRows / this.largestRowCount);
	}

	/**
	 * Begins again with page 0, in pages of another size. The list is still the same, so its keys,
	 * positions and totals are kept: a row that has come before is not new.
	 */
	beginAgain(): void {
		this.rowCountBeforeRestart = this.rowCount;
		this.rowCount = 0;
		this.largestRowCount = 1;
	}

	/**
	 * Adds the next page of the list to what has been read. Returns the page with what that shows:
	 * which rows no earlier page had (`newRows`), whether this is the last page (`isLast`), and
	 * whether all rows of the list have come (`isListComplete`).
	 *
	 * @param number the number of the page, from 0
	 */
	addPage(number: number, response: PageResponse): Page {
		const { allRows, total, size } = response;
		const canTrustTotal = this.canTrustTotal(number, response);
		if (total !== undefined && canTrustTotal) this.updateTotal(total);

		const { newRows, keys } = this.collectNewRows(allRows);
		this.rowCount += allRows.length;
		this.largestRowCount = Math.max(this.largestRowCount, allRows.length);

		const hasNewRows = newRows.length > 0;
		const isLast = this.isLastPage(allRows, hasNewRows);
		const isListComplete = isLast && this.haveAllRowsCome(allRows);
		const { totalAtStart } = this;
		return { number, allRows, newRows, keys, size, total, totalAtStart, isLast, isListComplete };
	}

	/**
	 * Tells whether the total that came with a page can be the total of the list. The total of page 0
	 * may count only the rows on the page. Such a total would end the reading too early.
	 */
	private canTrustTotal(pageNumber: number, { allRows, total, size }: PageResponse): boolean {
		if (pageNumber > 0) return true;

		const requestedSize = size ?? this.sizeInBody;
		return !mayTotalCountOnlyPage(allRows, total, requestedSize);
	}

	/**
	 * Remembers the total that came with a page. If the total is lower than that of the page before,
	 * records were removed while the list was read, and rows may have been missed.
	 */
	private updateTotal(total: number): void {
		const latestTotal = this.total ?? 0;
		this.hasTotalFallen ||= total < latestTotal;
		this.totalAtStart ??= total;
		this.total = total;
	}

	/** Tells whether the page that was just added is the last page of the list. */
	private isLastPage(pageRows: readonly IDataObject[], hasNewRows: boolean): boolean {
		const isPageEmpty = pageRows.length === 0;
		if (isPageEmpty) return true;

		const isTotalReached = this.total !== undefined && this.rowCount >= this.total;
		if (isTotalReached) return true;

		if (hasNewRows) return false;

		// Rows that were added at the top may have pushed rows that have come before down to this
		// page. New rows may still follow.
		const haveRowsMovedDown = this.rowsAddedOnTop > 0;
		if (haveRowsMovedDown) return false;

		// A reading that has begun again first gets the rows that have come before. Otherwise the list
		// has ended, and this is its last page again. API notes 3.
		const isRereading = this.rowCount <= this.rowCountBeforeRestart;
		return !isRereading;
	}

	/** Tells after the last page whether all rows have come that the list had at the start. */
	private haveAllRowsCome(lastPageRows: readonly IDataObject[]): boolean {
		// Records were removed during the reading, and the rows below them moved up. One of them may
		// have moved up to a page that had been read before, and been missed.
		if (this.hasTotalFallen) return false;

		const differentRowCount = this.seenKeys.size;
		if (this.totalAtStart !== undefined) return differentRowCount >= this.totalAtStart;

		// Without a total, only an empty page shows that no row is left. And a row that was left out,
		// because an earlier page had an equal one, may have been another row.
		const isLastPageEmpty = lastPageRows.length === 0;
		return isLastPageEmpty && !this.hasDroppedEqualRow;
	}

	/**
	 * Collects the rows of the next page that no earlier page had, with their keys, and remembers the
	 * keys. The key of a row is its ID. A row without an ID has its content as the key.
	 */
	private collectNewRows(pageRows: readonly IDataObject[]): Pick<Page, 'keys' | 'newRows'> {
		// Equal rows without an ID are different rows if they are on one page. On two pages, they may be
		// one row that has moved down. The total tells how far rows have moved. Without a total, only
		// the equal rows of this page are told apart.
		const hasTotal = this.total !== undefined;
		if (!hasTotal) this.copyCounts.clear();

		const newRows: IDataObject[] = [];
		const keys: RowKey[] = [];
		for (const [indexOnPage, row] of pageRows.entries()) {
			const key = this.makeKeyIfNew(row, indexOnPage);
			const hasComeBefore = key === undefined;
			if (hasComeBefore) continue;

			this.seenKeys.add(key);
			keys.push(key);
			newRows.push(row);
		}

		this.markPositionsAsRead(pageRows.length);
		return { newRows, keys };
	}

	/** Notes that the positions of all rows of the next page have been read. */
	private markPositionsAsRead(pageRowCount: number): void {
		const positionAfterPage = this.findPositionAtStart(pageRowCount);
		this.readPositions = Math.max(this.readPositions, positionAfterPage);
	}

	/**
	 * Returns the key of a row if no earlier page had the row; otherwise undefined. The key is the ID
	 * of the row. A row without an ID has its content as the key.
	 */
	private makeKeyIfNew(row: IDataObject, indexOnPage: number): RowKey | undefined {
		const id = readRowId(row);
		if (id !== undefined) {
			const hasComeBefore = this.seenKeys.has(id);
			return hasComeBefore ? undefined : id;
		}

		// Rows that were added at the top have pushed this row down from a page that was read before.
		if (this.hasPositionBeenRead(indexOnPage)) return undefined;

		const contentKey = this.makeContentKey(row);
		const hasEqualRowCome = this.seenKeys.has(contentKey);
		if (!hasEqualRowCome) return contentKey;

		// An earlier page had an equal row. It may be this row or another one. Nobody can tell, so this
		// row is left out.
		this.hasDroppedEqualRow = true;
		return undefined;
	}

	/**
	 * Tells whether an earlier page had the row that now stands at an index of the next page. Without
	 * a total, nobody knows how far the rows have moved down, so the answer is no.
	 */
	private hasPositionBeenRead(indexOnPage: number): boolean {
		if (this.total === undefined) return false;

		const position = this.findPositionAtStart(indexOnPage);
		return position >= 0 && position < this.readPositions;
	}

	/**
	 * Returns the position that a row of the next page had when the reading began, counted from the
	 * top of the list. For example, 20 rows have come and 3 rows were added at the top since. Then
	 * the first row of the next page has the position 20 + 0 - 3 = 17.
	 */
	private findPositionAtStart(indexOnPage: number): number {
		return this.rowCount + indexOnPage - this.rowsAddedOnTop;
	}

	/**
	 * How many rows may have been added at the top since the reading began. All other rows have moved
	 * down by this number. API notes 5.21.
	 */
	private get rowsAddedOnTop(): number {
		return Math.max(0, (this.total ?? 0) - (this.totalAtStart ?? 0));
	}

	/**
	 * Makes the key of a row without an ID: its content as JSON. A second row with equal content gets
	 * the key `2 {...}`, a third one `3 {...}`, so that equal rows count as different rows.
	 */
	private makeContentKey(row: IDataObject): string {
		const content = JSON.stringify(row);
		const copyCount = (this.copyCounts.get(content) ?? 0) + 1;
		this.copyCounts.set(content, copyCount);
		return copyCount === 1 ? content : `${copyCount} ${content}`;
	}
}

/**
 * Tells whether the `total` that AlfaCRM sent with page 0 may count the rows on the page instead of
 * those in the list, as another client of AlfaCRM expects (API notes 3). For example, a full page
 * of 20 rows with the total 20 may be the first of many pages.
 *
 * @param requestedSize the page size that the call asked for; NaN if it asked for none
 */
export function mayTotalCountOnlyPage(
	pageRows: readonly IDataObject[],
	total?: number,
	requestedSize = NaN,
): boolean {
	if (total !== pageRows.length) return false;

	const sizesOfFullPages = [...USUAL_PAGES, requestedSize];
	const isPageFull = sizesOfFullPages.includes(pageRows.length);
	return isPageFull;
}

function makeEndlessListError(client: ApiClient, { task, itemIndex }: ListRequest): Error {
	const text = {
		message: `AlfaCRM did not come to an end within ${MAX_PAGES} pages when asked to ${task}`,
		description: "Narrow it down with 'Filters' or 'Limit'.",
	};
	return nodeError(client.node, text, itemIndex);
}
