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
	/** The index of the pass in `SearchBodies.passes`. */
	pass: number;
	/** The index of the filter in `SearchBodies.filters`. */
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
	return cursor === undefined ? undefined : JSON.stringify(cursor);
}

/**
 * The bodies of the calls of a search. The body of each call is one of the passes together with one
 * of the filters.
 */
export interface SearchBodies {
	/** For example, one body for active and one for archived records. All passes are requested. */
	passes: readonly IDataObject[];
	/** For example, one filter for each spelling of a phone. The first that finds rows is used. */
	filters: readonly IDataObject[];
}

/**
 * Whether AlfaCRM has sent the previous page again, because it was asked for a page after the last
 * one. Usually it sends an empty page then. Nobody has reported a repeated page, but several
 * integrations guard against repeated pages. API notes 3.
 */
export function isRepeatedPage(cursor: SearchCursor, page: Page): boolean {
	const lastId = page.allRows.at(-1)?.id;
	return lastId !== undefined && lastId === cursor.lastId;
}

/**
 * Decides what to read after a page. A search goes through one or more passes, such as first active
 * and then archived records. In each pass, its filters are tried until the first page of one finds
 * something; then the other pages with that filter are read.
 *
 * @param foundCount how many rows of the page match the search
 * @returns undefined at the end of the search
 */
export function nextCursor(
	bodies: SearchBodies,
	cursor: SearchCursor,
	page: Page,
	foundCount: number,
): SearchCursor | undefined {
	const isNothingFound = cursor.page === 0 && foundCount === 0;
	const nextFilter = cursor.filter + 1;
	if (isNothingFound && nextFilter < bodies.filters.length) {
		return { ...FIRST_PAGE, pass: cursor.pass, filter: nextFilter };
	}

	const rowsRead = cursor.rowsRead + page.allRows.length;
	const hasNextPage = !isRepeatedPage(cursor, page) && !isLastPage(page, rowsRead);
	if (hasNextPage) {
		const lastId = page.allRows.at(-1)?.id;
		return { ...cursor, page: cursor.page + 1, rowsRead, lastId, size: page.size };
	}

	const nextPass = cursor.pass + 1;
	const isLastPass = nextPass >= bodies.passes.length;
	return isLastPass ? undefined : { ...FIRST_PAGE, pass: nextPass };
}

/**
 * Whether no page follows.
 *
 * @param rowsRead how many rows this page and the pages before it have
 */
function isLastPage(page: Page, rowsRead: number): boolean {
	if (page.isLast) return true;

	// AlfaCRM may send the number of rows on this page as the total, so such a total proves nothing.
	// API notes 3.
	const { total } = page;
	return total !== undefined && total > page.allRows.length && rowsRead >= total;
}
