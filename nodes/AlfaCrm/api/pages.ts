import type { IDataObject } from 'n8n-workflow';

import type { Call, Caller } from './request';
import { request } from './request';
import { nodeError } from './errors';

/** The smallest page that AlfaCRM was seen to give; a `total` equal to one full page may just be the page's length. */
const SMALLEST_PAGE = 20;
/** 200,000 records at the smallest page. A server that is still going on then would never end. */
const MOST_PAGES = 10_000;

/** A call for the pages of an action, `index` if none is named. */
export type List = Omit<Call, 'action' | 'reads'> & {
	action?: string;
	/** Where to begin, for a walk that goes on; default 0. */
	firstPage?: number;
};

export interface Page {
	/** From 0. */
	number: number;
	/** Rows that no earlier page held. */
	rows: IDataObject[];
	/** How many rows there are in all, the most that the server spoke of; missing for some entities. */
	total?: number;
	/** False on the last page, if fewer rows came than there are: the list changed while it was read. */
	complete: boolean;
}

/**
 * Walks the pages of an index action, whatever their size: they are counted from 0 and the server alone decides how
 * many rows one holds. Rows that shift to another page meanwhile come out once.
 */
export async function* pages(
	caller: Caller,
	{ firstPage = 0, ...call }: List,
): AsyncGenerator<Page, undefined> {
	const seen = new Set<unknown>();
	let total: number | undefined;
	for (let page = firstPage; page < firstPage + MOST_PAGES; page++) {
		const body = { ...call.body, page };
		const answer = await request(caller, { action: 'index', ...call, body, reads: true });
		const { items, stated } = readPage(caller, call, answer);
		// A row that is removed meanwhile lowers it, and lets another slip to a page that was read before.
		total = stated === undefined ? total : Math.max(stated, total ?? 0);
		const rows = items.filter((row) => {
			const key = rowKey(row);
			return !seen.has(key) && seen.add(key);
		});
		const all = total !== undefined && seen.size >= total;
		// More rows than the total make it useless: it may just count a page.
		const enough = seen.size === total && !(page === 0 && looksLikePageSize(items, total));
		const last = rows.length === 0 || enough;
		yield { number: page, rows, total, complete: !last || all || total === undefined };
		if (last) return;
	}
	throw nodeError(
		caller.getNode(),
		{
			message: `AlfaCRM did not come to an end within ${MOST_PAGES} pages when asked to ${call.task}`,
			description: "Narrow it down with 'Filters' or 'Limit'.",
		},
		call.itemIndex,
	);
}

/**
 * All rows of all pages, each once.
 *
 * @param readings how often a list may be read that changes meanwhile, so that rows are missing
 */
export async function allRows(caller: Caller, call: List, readings = 1): Promise<IDataObject[]> {
	const rows = new Map<unknown, IDataObject>();
	for (let reading = 0; reading < readings; reading++) {
		let isWhole = true;
		for await (const page of pages(caller, call)) {
			for (const row of page.rows) rows.set(rowKey(row), row);
			isWhole = page.complete || rows.size >= (page.total ?? Infinity);
		}
		if (isWhole) break;
	}
	return [...rows.values()];
}

/** Tells rows of one list apart; those of the log have no ID. */
export function rowKey(row: IDataObject): unknown {
	return row.id ?? JSON.stringify(row);
}

/** A `total` that may just be the length of the page. */
export function looksLikePageSize(items: IDataObject[], total = 0): boolean {
	return items.length === total && total >= SMALLEST_PAGE;
}

function readPage(caller: Caller, call: List, answer: IDataObject | IDataObject[]) {
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) {
		throw nodeError(
			caller.getNode(),
			{
				message: `AlfaCRM sent no list when asked to ${call.task}`,
				description: "Check 'Hostname' in the credential, or try again later.",
			},
			call.itemIndex,
			{ cause: 'temporarily-unavailable' },
		);
	}
	const count = Number(total);
	return {
		items: items as IDataObject[],
		stated: total !== undefined && total !== null && Number.isFinite(count) ? count : undefined,
	};
}
