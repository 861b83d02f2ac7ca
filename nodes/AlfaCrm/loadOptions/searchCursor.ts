import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../api/pages';

/**
 * Remembers how far a search has been read. When the user scrolls, n8n asks for more and hands back
 * one text, the pagination token, so the whole state has to fit into it.
 *
 * A search reads one or more lists (passes), such as active and then archived records. In each it
 * tries one or more filters until one finds something. Each list has pages.
 */
export interface SearchCursor {
	/** The index of the list to read. */
	pass: number;
	/** The index of the filter to try. */
	filter: number;
	page: number;
	/** How many rows the earlier pages of this list had. */
	rowsRead: number;
	/** The ID of the last row of the page before. */
	lastId?: unknown;
	/** How many rows to ask for on the page; undefined where AlfaCRM refuses a page size. */
	size?: number;
}

const PAGE_SIZE = 100;

const FIRST_PAGE: SearchCursor = { pass: 0, filter: 0, page: 0, rowsRead: 0, size: PAGE_SIZE };

/** @param token empty for a new search */
export function readCursor(token: string): SearchCursor {
	return token === '' ? FIRST_PAGE : (JSON.parse(token) as SearchCursor);
}

export function toToken(cursor: SearchCursor | undefined): string | undefined {
	return cursor && JSON.stringify(cursor);
}

/** The lists and the filters of a search. */
export interface SearchPlan {
	passes: readonly IDataObject[];
	filters: readonly IDataObject[];
}

/**
 * Whether AlfaCRM has sent the page before once more. Some integrations guard against that behind
 * the last page. API notes 3.
 */
export function isRepeatedPage(cursor: SearchCursor, page: Page): boolean {
	const lastId = page.items.at(-1)?.id;
	return lastId !== undefined && lastId === cursor.lastId;
}

/**
 * Decides what to read after a page: the next filter, the next page or the next list.
 *
 * @param foundCount how many rows of the page match the search
 * @returns undefined at the end of the search
 */
export function nextCursor(
	{ passes, filters }: SearchPlan,
	cursor: SearchCursor,
	page: Page,
	foundCount: number,
): SearchCursor | undefined {
	const hasFoundNothing = cursor.page === 0 && foundCount === 0;
	const hasNextFilter = cursor.filter + 1 < filters.length;
	if (hasFoundNothing && hasNextFilter) {
		return { ...FIRST_PAGE, pass: cursor.pass, filter: cursor.filter + 1 };
	}

	const rowsRead = cursor.rowsRead + page.items.length;
	if (!isRepeatedPage(cursor, page) && !isLastPage(page, rowsRead)) {
		const lastId = page.items.at(-1)?.id;
		return { ...cursor, page: cursor.page + 1, rowsRead, lastId, size: page.size };
	}

	const hasNextPass = cursor.pass + 1 < passes.length;
	return hasNextPass ? { ...FIRST_PAGE, pass: cursor.pass + 1 } : undefined;
}

/**
 * Whether a page ends its list. If the total is not above the number of rows on the page, it may
 * count this page alone, so it does not tell. API notes 3.
 */
function isLastPage({ items, last, total = Infinity }: Page, rowsRead: number): boolean {
	const isTotalReached = total > items.length && rowsRead >= total;
	return last || isTotalReached;
}
