import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../api/pages';

/**
 * Remembers how far a search has been read. When the user scrolls, n8n asks for more and hands back
 * one text, the pagination token, so the whole state has to fit into it.
 *
 * A search asks AlfaCRM in one or more passes, such as first for active and then for archived
 * records. Each pass tries one or more filters until one finds something. What AlfaCRM lists for a
 * pass and a filter has one or more pages.
 */
export interface SearchCursor {
	/** The index of the pass. */
	pass: number;
	/** The index of the filter. */
	filter: number;
	/** The number of the page to read, from 0. */
	page: number;
	/** How many rows the earlier pages had, in the same pass and with the same filter. */
	rowsRead: number;
	/** The ID of the last row of the previous page; undefined on the first page. */
	lastId?: unknown;
	/** How many rows to ask for on the page; undefined if AlfaCRM has refused a page size. */
	size?: number;
}

const PAGE_SIZE = 100;

const FIRST_PAGE: SearchCursor = { pass: 0, filter: 0, page: 0, rowsRead: 0, size: PAGE_SIZE };

/**
 * Reads a pagination token.
 *
 * @param token empty for a new search, which begins with the first page
 */
export function readCursor(token: string): SearchCursor {
	return token === '' ? FIRST_PAGE : (JSON.parse(token) as SearchCursor);
}

/**
 * Writes a cursor as a pagination token. Returns undefined at the end of a search, so that n8n asks
 * for no more.
 */
export function toToken(cursor: SearchCursor | undefined): string | undefined {
	return cursor && JSON.stringify(cursor);
}

/**
 * The passes and the filters of a search. The body of each call is a pass together with a filter.
 */
export interface SearchBodies {
	passes: readonly IDataObject[];
	filters: readonly IDataObject[];
}

/**
 * Whether AlfaCRM has sent the previous page again, in place of an empty page behind the last one.
 * Nobody has reported that, but several integrations guard against it. API notes 3.
 */
export function isRepeatedPage(cursor: SearchCursor, page: Page): boolean {
	const lastId = page.items.at(-1)?.id;
	return lastId !== undefined && lastId === cursor.lastId;
}

/**
 * Decides what to read after a page: the first page of the next filter, the next page, or the first
 * page of the next pass. A filter is given up only if its first page has found nothing.
 *
 * @param foundCount how many rows of the page match the search
 * @returns undefined at the end of the search
 */
export function nextCursor(
	{ passes, filters }: SearchBodies,
	cursor: SearchCursor,
	page: Page,
	foundCount: number,
): SearchCursor | undefined {
	const hasFirstPageFoundNothing = cursor.page === 0 && foundCount === 0;
	const hasNextFilter = cursor.filter + 1 < filters.length;
	if (hasFirstPageFoundNothing && hasNextFilter) {
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
 * Whether no page follows. A total that only equals the number of rows on the page is not trusted,
 * because it may count this page alone. API notes 3.
 */
function isLastPage({ items, isLast, total = Infinity }: Page, rowsRead: number): boolean {
	const isTotalReached = total > items.length && rowsRead >= total;
	return isLast || isTotalReached;
}
