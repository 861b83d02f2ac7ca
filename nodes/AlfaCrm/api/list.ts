import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { asNodeError } from './failures';
import type { ListQuery, ListRequest, Page, RowKey } from './pages';
import { LARGEST_PAGE, pages } from './pages';

/**
 * Reads the rows of a list, each once.
 *
 * - **Rows may be missing**, because others come and go while the pages are read. AlfaCRM's own
 *   count shows that. Then the list is read once more. The rows of both readings are taken, but
 *   only a reading that came whole by itself proves that none is missing.
 * - **An index may show one status at a time**, as that of lessons does. Then the list is read in
 *   several passes, one for each status. API notes 5.11.
 * - **AlfaCRM may ignore a filter.** Then the few rows that a limit asks for are not the wanted
 *   ones, and the list is read in large pages instead. API notes 11.
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
	 * Takes each page as it comes. Its `rows` are new: no earlier page had them, nor had the first
	 * reading of a list that is read twice.
	 */
	add(page: Page): void;
	/** Asked after each page but the last. */
	isReached(): boolean;
}

export interface Collected extends ReadingResult {
	/** Each row once, in the order of the first reading. */
	rows: IDataObject[];
}

interface ReadingResult {
	/** False when rows may be missing; never because of the limit. */
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

/** Reads the rows of lists, for an item or for a trigger. */
export interface ListReader {
	collect(list: ListQuery, options: CollectOptions): Promise<Collected>;
}

export const listReader = (client: ApiClient): ListReader => ({
	collect: async (list, options) => await collect(client, list, options),
});

/**
 * Reads the rows of a list, each once, and reads the list once more if rows are missing.
 *
 * @throws NodeApiError when a page does not come
 */
export async function collect(
	client: ApiClient,
	list: ListRequest,
	{ limit = Infinity, keep = () => true, passes = [{}], goal = WHOLE_LIST }: CollectOptions = {},
): Promise<Collected> {
	const wantedRows = new WantedRows(limit, keep);
	const results: ReadingResult[] = [];
	try {
		for (const pass of passes) {
			if (wantedRows.isFull || results.some(wasEndedByGoal)) break;

			const pageSize = Math.min(limit, LARGEST_PAGE);
			const passList = { pageSize, ...list, body: { ...list.body, ...pass } };
			results.push(await new PassReading(client, passList, wantedRows, goal).read());
		}
	} catch (caught) {
		throw asNodeError(client.node, caught, list.itemIndex);
	}
	return { rows: wantedRows.toArray(), ...combineResults(results) };
}

// ---------------------------------------------------------------- goals

/** Is never reached, so the list is read to its end. */
const WHOLE_LIST: ReadingGoal = { add: () => {}, isReached: () => false };

/** Is reached after the first page. */
export const ONE_PAGE: ReadingGoal = { add: () => {}, isReached: () => true };

// ---------------------------------------------------------------- one pass

/** Reads a list for one pass: once, and once more if rows are missing then. */
class PassReading {
	/** The keys of all rows that came in either reading. */
	private readonly seenKeys = new Set<RowKey>();

	constructor(
		private readonly client: ApiClient,
		private readonly list: ListRequest,
		private readonly wantedRows: WantedRows,
		private readonly goal: ReadingGoal,
	) {}

	async read(): Promise<ReadingResult> {
		const firstResult = await this.readPages(this.list);

		// A reading that began on a later page lacks the rows of the pages before. They were read by an
		// earlier one.
		const isContinuation = (this.list.firstPage ?? 0) > 0;
		if (firstResult.isComplete || wasEndedByGoal(firstResult) || isContinuation) return firstResult;

		return await this.readPages(this.list);
	}

	/** Reads page by page to the end of the list, to the limit or to the goal. */
	private async readPages(list: ListRequest): Promise<ReadingResult> {
		let result: ReadingResult = { isComplete: false, readCount: this.seenKeys.size };
		let hasUnwantedRows = false;
		// Pages are asked for ahead, as far as rows are missing. If some rows are unwanted, the limit
		// may take all pages.
		const countRowsToRead = () => (hasUnwantedRows ? Infinity : this.wantedRows.missingCount);

		for await (const page of pages(this.client, list, countRowsToRead)) {
			this.goal.add(this.withoutSeenRows(page));
			for (const key of page.keys) this.seenKeys.add(key);
			const unwantedCount = this.wantedRows.add(page);
			hasUnwantedRows ||= unwantedCount > 0;

			result = this.resultAfter(page);
			if (page.last || result.isComplete) return result;
			if (this.goal.isReached()) return { ...result, nextPage: page.number + 1 };

			const isFilterIgnored = unwantedCount > 0 && isFilledSmallPage(page);
			if (isFilterIgnored) return await this.readPages({ ...list, pageSize: LARGEST_PAGE });
		}
		return result;
	}

	private withoutSeenRows(page: Page): Page {
		// Most lists are read once, so no page has rows that came before.
		if (!page.keys.some((key) => this.seenKeys.has(key))) return page;

		const isNew = (_value: unknown, index: number) => !this.seenKeys.has(page.keys[index]);
		return { ...page, rows: page.rows.filter(isNew), keys: page.keys.filter(isNew) };
	}

	private resultAfter(page: Page): ReadingResult {
		return {
			isComplete: page.isWhole || this.wantedRows.isFull,
			total: page.due ?? page.total,
			readCount: this.seenKeys.size,
		};
	}
}

/** Whether a page has as many rows as it was asked for, and could have had more. */
function isFilledSmallPage({ items, size = LARGEST_PAGE }: Page): boolean {
	return size < LARGEST_PAGE && items.length === size;
}

/** The wanted rows of all passes, each once. */
class WantedRows {
	private readonly rows = new Map<RowKey, IDataObject>();

	constructor(
		private readonly limit: number,
		private readonly isWanted: (row: IDataObject) => boolean,
	) {}

	get isFull(): boolean {
		return this.rows.size >= this.limit;
	}

	/** How many rows are missing up to the limit. */
	get missingCount(): number {
		return this.limit - this.rows.size;
	}

	/**
	 * Adds the wanted rows of a page. A row that was added before keeps its place and is brought up
	 * to date.
	 *
	 * @returns how many rows of the page are not wanted
	 */
	add({ rows, keys }: Page): number {
		let unwantedCount = 0;
		rows.forEach((row, index) => {
			if (this.isWanted(row)) {
				this.rows.set(keys[index], row);
			} else {
				unwantedCount++;
			}
		});
		return unwantedCount;
	}

	/** Lists as many rows as the limit allows: the last page may have brought more. */
	toArray(): IDataObject[] {
		return [...this.rows.values()].slice(0, this.limit);
	}
}

// ---------------------------------------------------------------- results

const wasEndedByGoal = ({ nextPage }: ReadingResult): boolean => nextPage !== undefined;

/** Makes one result of those of all passes. */
function combineResults(results: readonly ReadingResult[]): ReadingResult {
	const nothingRead: ReadingResult = { isComplete: true, readCount: 0 };
	const { total, readCount } = results.reduce(chooseMoreLacking, nothingRead);
	return {
		isComplete: results.every(({ isComplete }) => isComplete),
		total,
		readCount,
		nextPage: results.find(wasEndedByGoal)?.nextPage,
	};
}

/**
 * Chooses the result that lacks more rows. One without a total says nothing about that, so any
 * other is better.
 */
function chooseMoreLacking(one: ReadingResult, other: ReadingResult): ReadingResult {
	if (one.total === undefined) return other;
	return countLackingRows(other) > countLackingRows(one) ? other : one;
}

const countLackingRows = ({ total = 0, readCount }: ReadingResult): number => total - readCount;
