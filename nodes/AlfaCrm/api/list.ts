import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { asNodeError } from './failures';
import type { ListQuery, ListRequest, Page, RowKey } from './pages';
import { LARGEST_PAGE, readPages } from './pages';

/**
 * Reads the rows of a list, each once.
 *
 * - **Rows may be missing**, because records are added and removed while the pages are read.
 *   AlfaCRM's own count shows that rows are missing. Then the list is read once more. The rows of
 *   both readings are returned, but only a single reading with all rows proves that none is
 *   missing.
 * - **Some lists show only a part of the records**: the list of lessons shows the lessons of one
 *   status (API notes 5.11). Then the list is read in several passes. Each pass adds something to
 *   the body of the call, such as a status, and the rows of all passes are put together.
 * - **AlfaCRM may ignore a filter** (API notes 11). Then the few rows that a limit asks for are not
 *   the wanted ones, and the list is read in large pages instead.
 * - **The caller may not need all rows.** A limit counts the wanted rows; a goal looks at each page
 *   and ends the reading.
 */

export interface CollectOptions {
	/** How many wanted rows to read; all by default. */
	limit?: number;
	/** Whether a row is wanted. Other rows are left out, and do not count towards the limit. */
	keep?: (row: IDataObject) => boolean;
	/**
	 * The additions of each pass to the body of the call. By default there is one pass, which adds
	 * nothing.
	 */
	passes?: readonly IDataObject[];
	/** Decides when the reading ends; by default at the end of the list. */
	goal?: ReadingGoal;
}

/** Follows a reading page by page, and decides when it has brought enough. */
export interface ReadingGoal {
	/**
	 * Takes each page as it comes. Its `newRows` came neither on an earlier page nor in an earlier
	 * reading of the same list.
	 */
	add(page: Page): void;
	/** Tells after each page but the last whether the reading may end. */
	isReached(): boolean;
}

export interface Collected extends ReadingResult {
	/** Each row once, in the order of the first reading. */
	rows: IDataObject[];
}

interface ReadingResult {
	/** False if rows may be missing. The rows beyond the limit do not count as missing. */
	isComplete: boolean;
	/**
	 * How many rows AlfaCRM counts; undefined if it counts none for this list. After several passes,
	 * which may show the same rows, `total` and `readCount` are those of the pass that lacks most.
	 */
	total?: number;
	/** How many rows came, the unwanted ones included. */
	readCount: number;
	/**
	 * The page after the last one that was read, if the goal ended the reading. A later reading can
	 * begin there.
	 */
	nextPage?: number;
}

/** Reads the rows of lists. An item and a trigger each make a reader with checks of their own. */
export interface ListReader {
	collect(list: ListQuery, options: CollectOptions): Promise<Collected>;
}

/** Makes a reader that reads lists with a client. */
export function makeListReader(client: ApiClient): ListReader {
	return { collect: async (list, options) => await collect(client, list, options) };
}

/**
 * Reads the rows of a list, each once, and reads the list once more if rows are missing.
 *
 * @throws NodeApiError when a page does not come
 */
export async function collect(
	client: ApiClient,
	list: ListRequest,
	options: CollectOptions = {},
): Promise<Collected> {
	const { limit = Infinity, keep = () => true } = options;
	const { passes = [NOTHING_TO_ADD], goal = WHOLE_LIST } = options;
	const wantedRows = new WantedRows(limit, keep);
	const pageSize = Math.min(limit, LARGEST_PAGE);

	const results: ReadingResult[] = [];
	try {
		for (const pass of passes) {
			const hasEnough = wantedRows.isLimitReached || results.some(wasEndedByGoal);
			if (hasEnough) break;

			const body = { ...list.body, ...pass };
			const listOfPass = { pageSize, ...list, body };
			const reading = new PassReading(client, listOfPass, wantedRows, goal);
			const result = await reading.read();
			results.push(result);
		}
	} catch (caught) {
		throw asNodeError(client.node, caught, list.itemIndex);
	}

	return { rows: wantedRows.toArray(), ...combineResults(results) };
}

/** The addition to the body of the call, where a list is read in one pass. */
const NOTHING_TO_ADD: IDataObject = {};

// ---------------------------------------------------------------- goals

/** Is never reached, so the list is read to its end. */
const WHOLE_LIST: ReadingGoal = { add: () => {}, isReached: () => false };

/** Is reached after the first page. */
export const ONE_PAGE: ReadingGoal = { add: () => {}, isReached: () => true };

// ---------------------------------------------------------------- one pass

/** Reads a list in one pass: once, and once more if rows are missing then. */
class PassReading {
	/** The keys of all rows that came in either reading. */
	private readonly seenKeys = new Set<RowKey>();

	constructor(
		private readonly client: ApiClient,
		private readonly list: ListRequest,
		private readonly wantedRows: WantedRows,
		private readonly goal: ReadingGoal,
	) {}

	/** Reads the list, and reads it once more if rows are missing. */
	async read(): Promise<ReadingResult> {
		const firstResult = await this.readOnce(this.list);
		if (firstResult.isComplete || wasEndedByGoal(firstResult)) return firstResult;

		// A reading that began on a later page always lacks the rows of the earlier pages. The caller
		// has those rows already.
		const isContinuation = (this.list.firstPage ?? 0) > 0;
		if (isContinuation) return firstResult;

		return await this.readOnce(this.list);
	}

	/** Reads page by page to the end of the list, to the limit or to the goal. */
	private async readOnce(list: ListRequest): Promise<ReadingResult> {
		let result: ReadingResult = { isComplete: false, readCount: this.seenKeys.size };
		let hasUnwantedRows = false;
		// Pages are requested ahead for the rows that remain up to the limit. If some rows are
		// unwanted, more rows have to be read than remain, perhaps the whole list.
		const countRowsToRead = () => (hasUnwantedRows ? Infinity : this.wantedRows.remainingCount);

		for await (const page of readPages(this.client, list, countRowsToRead)) {
			this.goal.add(this.dropSeenRows(page));
			for (const key of page.keys) {
				this.seenKeys.add(key);
			}
			const unwantedCount = this.wantedRows.add(page);
			hasUnwantedRows ||= unwantedCount > 0;

			result = this.makeResult(page);
			if (page.isLast || result.isComplete) return result;
			if (this.goal.isReached()) return { ...result, nextPage: page.number + 1 };

			// AlfaCRM seems to ignore the filter, so many pages may have to be read. Large pages are
			// quicker.
			const isFilterIgnored = unwantedCount > 0 && isFullSmallPage(page);
			if (isFilterIgnored) return await this.readOnce({ ...list, pageSize: LARGEST_PAGE });
		}
		return result;
	}

	/**
	 * Drops the rows of a page that an earlier reading has brought, so that the goal gets each row
	 * once.
	 */
	private dropSeenRows(page: Page): Page {
		// Most lists are read once, so no row of the page has come before.
		const hasSeenRows = page.keys.some((key) => this.seenKeys.has(key));
		if (!hasSeenRows) return page;

		const newRows: IDataObject[] = [];
		const keys: RowKey[] = [];
		for (const [index, key] of page.keys.entries()) {
			if (this.seenKeys.has(key)) continue;

			newRows.push(page.newRows[index]);
			keys.push(key);
		}
		return { ...page, newRows, keys };
	}

	/** Makes the result of a reading that ends with this page. */
	private makeResult(page: Page): ReadingResult {
		return {
			isComplete: page.isWhole || this.wantedRows.isLimitReached,
			total: page.totalAtStart ?? page.total,
			readCount: this.seenKeys.size,
		};
	}
}

/** Tells whether a page has as many rows as were asked for, and more could have been asked for. */
function isFullSmallPage({ allRows, size = LARGEST_PAGE }: Page): boolean {
	return size < LARGEST_PAGE && allRows.length === size;
}

/** The wanted rows of all passes, each once. */
class WantedRows {
	private readonly rows = new Map<RowKey, IDataObject>();

	constructor(
		private readonly limit: number,
		private readonly isWanted: (row: IDataObject) => boolean,
	) {}

	/** Whether as many rows have come as the limit allows. */
	get isLimitReached(): boolean {
		return this.rows.size >= this.limit;
	}

	/** How many more rows may come up to the limit. */
	get remainingCount(): number {
		return this.limit - this.rows.size;
	}

	/**
	 * Adds the wanted rows of a page. A row that was added before keeps its place and is brought up
	 * to date.
	 *
	 * @returns how many rows of the page are not wanted
	 */
	add(page: Page): number {
		let unwantedCount = 0;
		for (const [index, row] of page.newRows.entries()) {
			if (this.isWanted(row)) {
				this.rows.set(page.keys[index], row);
			} else {
				unwantedCount += 1;
			}
		}
		return unwantedCount;
	}

	/** Lists as many rows as the limit allows: the last page may have brought more. */
	toArray(): IDataObject[] {
		return [...this.rows.values()].slice(0, this.limit);
	}
}

// ---------------------------------------------------------------- results

/** Tells whether a goal ended a reading. Only then does the result name the page to go on with. */
function wasEndedByGoal({ nextPage }: ReadingResult): boolean {
	return nextPage !== undefined;
}

/** Makes one result of the results of all passes. */
function combineResults(results: readonly ReadingResult[]): ReadingResult {
	const nothingRead: ReadingResult = { isComplete: true, readCount: 0 };
	const lackingMost = results.reduce(chooseMoreLacking, nothingRead);
	return {
		isComplete: results.every(({ isComplete }) => isComplete),
		total: lackingMost.total,
		readCount: lackingMost.readCount,
		nextPage: results.find(wasEndedByGoal)?.nextPage,
	};
}

/**
 * Chooses the result that lacks more rows. A result without a total does not say how many rows it
 * lacks, so any other result is preferred.
 */
function chooseMoreLacking(first: ReadingResult, second: ReadingResult): ReadingResult {
	if (first.total === undefined) return second;

	return countLackingRows(second) > countLackingRows(first) ? second : first;
}

/** Counts the rows that did not come, by AlfaCRM's own total. */
function countLackingRows({ total = 0, readCount }: ReadingResult): number {
	return total - readCount;
}
