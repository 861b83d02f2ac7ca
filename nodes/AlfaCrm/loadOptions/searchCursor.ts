import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../api/pages';

/**
 * The place at which a search of a list goes on when the user scrolls. Between two calls, n8n keeps
 * it as a text, the pagination token.
 *
 * A search has one or more passes, for example one for active and one for archived records. Each
 * pass tries one or more filters until one of them finds something. The list for a pass and a
 * filter has one or more pages.
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
 * Whether AlfaCRM has sent the previous page again in place of a page after the last one. Usually
 * AlfaCRM sends an empty page then. No repeated page is known, but several integrations guard
 * against it. See docs/alfacrm-api.md 3.
 */
export function isRepeatedPage(cursor: SearchCursor, page: Page): boolean {
	const lastId = page.allRows.at(-1)?.id;
	return lastId !== undefined && lastId === cursor.lastId;
}

/**
 * Decides what to read after a page:
 *
 * 1. If the first page with a filter has no match, the next filter of the pass.
 * 2. Otherwise the next page with the filter.
 * 3. After the last page, the next pass.
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
 * Whether a page is the last page for its pass and filter.
 *
 * @param rowsRead how many rows this page and the pages before it have
 */
function isLastPage(page: Page, rowsRead: number): boolean {
	if (page.isLast) return true;

	// In some lists, AlfaCRM's total is only the number of rows on the page, so a total that is equal
	// to this number is ignored.
	const { total } = page;
	return total !== undefined && total > page.allRows.length && rowsRead >= total;
}
