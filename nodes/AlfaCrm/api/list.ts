import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { asNodeError } from './failures';
import type { ListQuery, ListRequest, Page, RowKey } from './pages';
import { LARGEST_PAGE, readPages } from './pages';

/**
 * Reads the rows of a list, each once.
 *
 * - **Rows can be missing**, because records are added and removed while the pages are read.
 *   AlfaCRM's total shows that. Then the list is read once more, and the rows of both readings are
 *   returned. Only a single reading with all rows proves that no row is missing.
 * - **One call may show only a part of the records.** For example, a call lists only the lessons
 *   with one status (docs/alfacrm-api.md 5.11, the API notes). Such a list is read in several
 *   passes. Each pass adds something to the body of the call, such as a status, and the rows of all
 *   passes are put together.
 * - **AlfaCRM may ignore a filter** (API notes 11) and list other rows. Then many pages are needed
 *   for a few wanted rows, so they are requested with the largest size.
 * - **Not every caller needs all rows.** A limit ends the reading after a number of wanted rows. A
 *   goal looks at each page and ends the reading.
 */

export interface CollectOptions {
	/** How many wanted rows to read; all of them by default. */
	limit?: number;
	/** Tells whether a row is wanted. Unwanted rows are left out and do not count for the limit. */
	keep?: (row: IDataObject) => boolean;
	/**
	 * For each pass, the fields that it adds to the body of the call:
	 * `[{ status: 1 }, { status: 2 }]`. By default there is one pass, which adds nothing.
	 */
	passes?: readonly IDataObject[];
	/** Decides when enough rows have come. By default the list is read to its end. */
	goal?: ReadingGoal;
}

/** Looks at each page of a reading, and decides when enough rows have come. */
export interface ReadingGoal {
	/**
	 * Takes the next page. Its `newRows` are new for the goal: no earlier page had them, nor did an
	 * earlier reading of the same list.
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
	/** False if rows may be missing. A reading that ends at the limit is complete. */
	isComplete: boolean;
	/**
	 * AlfaCRM's total; undefined if the list has none.
	 *
	 * Several passes can show the same rows, so their totals cannot be added up. After several
	 * passes, `total` and `readCount` are those of the pass that lacks most rows.
	 */
	total?: number;
	/** How many different rows came, including unwanted rows. */
	readCount: number;
	/**
	 * The page with which a later reading can go on. Only present if the goal ended the reading.
	 */
	nextPage?: number;
}

/** Reads lists for code that has no client. An item and a trigger each add checks of their own. */
export interface ListReader {
	collect(list: ListQuery, options: CollectOptions): Promise<Collected>;
}

/** Makes a reader of lists that only calls `collect` with a client, without other checks. */
export function makeListReader(client: ApiClient): ListReader {
	return { collect: async (list, options) => await collect(client, list, options) };
}

/**
 * Reads the wanted rows of a list, each once, and reads the list once more if rows are missing.
 * Stops when the limit or the goal of the caller is reached.
 *
 * Some lists need several passes, because one call shows only a part of the list. For example, each
 * pass over the lessons adds another status to the body of the call: `{ status: 1 }`.
 *
 * @throws NodeApiError if a page does not come
 */
export async function collect(
	client: ApiClient,
	list: ListRequest,
	options: CollectOptions = {},
): Promise<Collected> {
	const { limit = Infinity, keep = keepEveryRow, passes = ONE_PASS, goal = WHOLE_LIST } = options;
	const wantedRows = new WantedRows(limit, keep);
	// A page size in `list` takes the place of this one.
	const listWithSize = { pageSize: Math.min(limit, LARGEST_PAGE), ...list };

	const results: ReadingResult[] = [];
	try {
		for (const pass of passes) {
			const hasEnoughRows = wantedRows.isLimitReached || results.some(wasEndedByGoal);
			if (hasEnoughRows) break;

			const body = { ...list.body, ...pass };
			const reading = new PassReading(client, { ...listWithSize, body }, wantedRows, goal);
			const result = await reading.read();
			results.push(result);
		}
	} catch (caught) {
		throw asNodeError(client.node, caught, list.itemIndex);
	}

	return { rows: wantedRows.toArray(), ...combineResults(results) };
}

/** The additions to the body of the call, if one call without an addition shows the whole list. */
const ONE_PASS: readonly IDataObject[] = [{}];

/** Tells that every row is wanted. */
const keepEveryRow = () => true;

// ---------------------------------------------------------------- goals

/** A goal that is never reached, so that the list is read to its end. */
const WHOLE_LIST: ReadingGoal = { add: () => {}, isReached: () => false };

/** A goal that is reached with the first page. */
export const ONE_PAGE: ReadingGoal = { add: () => {}, isReached: () => true };

// ---------------------------------------------------------------- one pass

/** Reads a list in one pass. A pass is one reading, or two if rows are missing after the first. */
class PassReading {
	/** The keys of all rows that came in either reading. */
	private readonly seenKeys = new Set<RowKey>();

	constructor(
		private readonly client: ApiClient,
		private readonly list: ListRequest,
		private readonly wantedRows: WantedRows,
		private readonly goal: ReadingGoal,
	) {}

	/**
	 * Reads the list, and reads it once more if rows are missing after the first time. Rows can be
	 * missing because records are added and removed while the pages are read.
	 */
	async read(): Promise<ReadingResult> {
		const firstResult = await this.readOnce(this.list);
		const hasEnoughRows = firstResult.isComplete || wasEndedByGoal(firstResult);
		if (hasEnoughRows) return firstResult;

		// The caller has the earlier pages from an earlier reading. Here their rows always seem to be
		// missing, and a second reading would not bring them.
		const beginsWithLaterPage = (this.list.firstPage ?? 0) > 0;
		if (beginsWithLaterPage) return firstResult;

		return await this.readOnce(this.list);
	}

	/**
	 * Reads page by page, until the list ends, or until the limit or the goal of the caller is
	 * reached.
	 *
	 * @returns the result after the last page that was read
	 */
	private async readOnce(list: ListRequest): Promise<ReadingResult> {
		let resultSoFar: ReadingResult = { isComplete: false, readCount: this.seenKeys.size };
		let hasUnwantedRows = false;
		// Tells `readPages` for how many rows to request pages ahead: as many as the limit still
		// allows. After an unwanted row, perhaps the whole list has to be read.
		const countRowsToRead = () => (hasUnwantedRows ? Infinity : this.wantedRows.remainingCount);

		for await (const page of readPages(this.client, list, countRowsToRead)) {
			this.addToGoal(page);
			const unwantedCount = this.wantedRows.add(page);
			hasUnwantedRows ||= unwantedCount > 0;

			resultSoFar = this.makeResult(page);
			if (page.isLast || resultSoFar.isComplete) return resultSoFar;
			// A later reading can go on with the next page.
			if (this.goal.isReached()) return { ...resultSoFar, nextPage: page.number + 1 };

			// AlfaCRM seems to ignore the filter of the call, so many pages may have to be read. Begins
			// again with the largest pages, which makes that quicker.
			const seemsFilterIgnored = unwantedCount > 0 && isFullSmallPage(page);
			if (seemsFilterIgnored) return await this.readOnce({ ...list, pageSize: LARGEST_PAGE });
		}
		return resultSoFar;
	}

	/**
	 * Shows a page to the goal, without the rows that came in an earlier reading of the list: the
	 * goal gets each row only once.
	 */
	private addToGoal(page: Page): void {
		this.goal.add(this.dropSeenRows(page));
		for (const key of page.keys) {
			this.seenKeys.add(key);
		}
	}

	/** Returns a page without the rows that came in an earlier reading of the list. */
	private dropSeenRows(page: Page): Page {
		// Most lists are read only once. Their pages stay unchanged.
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

	/**
	 * Makes the result that the reading has if it ends after this page. It is complete if the page is
	 * the last one and no row is missing, or if as many wanted rows have come as the limit allows.
	 */
	private makeResult(page: Page): ReadingResult {
		return {
			isComplete: page.isListComplete || this.wantedRows.isLimitReached,
			total: page.totalAtStart ?? page.total,
			readCount: this.seenKeys.size,
		};
	}
}

/** Tells whether a page has all the rows that the call asked for, but could have been larger. */
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

	/** How many more rows the limit allows. */
	get remainingCount(): number {
		return this.limit - this.rows.size;
	}

	/**
	 * Adds the wanted rows of a page. A row that an earlier reading has added is replaced by its new
	 * state, and keeps its place in the order.
	 *
	 * @returns how many rows of the page are unwanted
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

	/** Returns at most as many rows as the limit allows. The last page may have had more. */
	toArray(): IDataObject[] {
		return [...this.rows.values()].slice(0, this.limit);
	}
}

// ---------------------------------------------------------------- results

/** Tells whether a goal ended a reading. Only such a result has a `nextPage`. */
function wasEndedByGoal({ nextPage }: ReadingResult): boolean {
	return nextPage !== undefined;
}

/**
 * Combines the results of all passes over a list into one result. The passes can show the same
 * rows, so their totals cannot be added up: the total is that of the pass with most missing rows.
 */
function combineResults(results: readonly ReadingResult[]): ReadingResult {
	let leastCompleteResult: ReadingResult = { isComplete: true, readCount: 0 };
	for (const result of results) {
		leastCompleteResult = chooseLessComplete(leastCompleteResult, result);
	}

	const resultEndedByGoal = results.find(wasEndedByGoal);
	return {
		isComplete: results.every(({ isComplete }) => isComplete),
		total: leastCompleteResult.total,
		readCount: leastCompleteResult.readCount,
		nextPage: resultEndedByGoal?.nextPage,
	};
}

/**
 * Chooses the result with more missing rows. Without a total, nobody knows how many rows are
 * missing, so such a result is chosen only if the other one has no total either.
 */
function chooseLessComplete(first: ReadingResult, second: ReadingResult): ReadingResult {
	if (first.total === undefined) return second;

	return countMissingRows(second) > countMissingRows(first) ? second : first;
}

/**
 * Counts the rows that did not come, by AlfaCRM's total. Without a total, the result is not above
 * 0.
 */
function countMissingRows({ total = 0, readCount }: ReadingResult): number {
	return total - readCount;
}
