import type { IDataObject } from 'n8n-workflow';

import type { Call, Caller } from './request';
import { request } from './request';
import { nodeError } from './errors';

/** The smallest page that AlfaCRM was seen to give; a `total` equal to one full page may just be the page's length. */
const SMALLEST_PAGE = 20;
/** 200,000 records at the smallest page. A server that is still going on then would never end. */
const MOST_PAGES = 10_000;

export interface Page {
	/** Rows that no earlier page held. */
	rows: IDataObject[];
	/** How many rows match in all, as the server last said; missing for some entities. */
	total?: number;
	/** False after the last page, if fewer rows came than `total` promised. */
	complete: boolean;
}

/**
 * Walks the pages of an index action, whatever their size: they are counted from 0 and the server alone decides how
 * many rows one holds. Rows that shift to another page meanwhile come out once.
 */
export async function* pages(caller: Caller, call: Omit<Call, 'action' | 'reads'>): AsyncGenerator<Page> {
	const seen = new Set<unknown>();
	for (let page = 0; page < MOST_PAGES; page++) {
		const answer = await request(caller, {
			...call,
			action: 'index',
			body: { ...call.body, page },
			reads: true,
		});
		const { items, total } = readPage(caller, call, answer);
		const rows = items.filter((row) => {
			const key = row.id ?? JSON.stringify(row);
			return !seen.has(key) && seen.add(key);
		});
		const atEnd = rows.length === 0;
		const enough =
			total !== undefined && seen.size >= total && !(page === 0 && looksLikePageSize(items, total));
		yield { rows, total, complete: !atEnd || total === undefined || seen.size >= total };
		if (atEnd || enough) return;
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

function looksLikePageSize(items: IDataObject[], total: number): boolean {
	return items.length === total && total >= SMALLEST_PAGE;
}

function readPage(caller: Caller, call: Omit<Call, 'action' | 'reads'>, answer: IDataObject | IDataObject[]) {
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) {
		throw nodeError(
			caller.getNode(),
			{
				message: `AlfaCRM sent no list when asked to ${call.task}`,
				description: "Check 'Hostname' in the credential, or try again later.",
			},
			call.itemIndex,
		);
	}
	const count = Number(total);
	return {
		items: items as IDataObject[],
		total: total !== undefined && total !== null && Number.isFinite(count) ? count : undefined,
	};
}
