import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../../support/nodeErrors';
import type { SentRequest } from '../../../unit/apiSupport';

/** How AlfaCRM shows a list. It differs between accounts and lists: API notes 3 and 7a. */
export interface PagingHabits {
	/** How many rows a page has if the call has no page size, or if AlfaCRM ignores it. */
	usualPageSize: number;
	/** How AlfaCRM treats the page size of a call. */
	requestedPageSize: 'honoured' | 'ignored' | 'refused';
	/** Which rows the total of an answer counts. */
	total: 'all' | 'firstPage' | 'none';
}

/** No list of AlfaCRM has been seen with smaller pages than this. */
export const SMALLEST_SEEN_PAGE = 20;

/** Generates habits with which the list can be read to its end. */
export const pagingHabits = fc
	.record<PagingHabits>({
		usualPageSize: fc.constantFrom(1, 7, 20, 50),
		requestedPageSize: fc.constantFrom('honoured', 'ignored', 'refused'),
		total: fc.constantFrom('all', 'none', 'firstPage'),
	})
	// The node believes a total of fewer than 20 rows, because pages are never that small.
	.filter(({ usualPageSize, total }) => usualPageSize >= SMALLEST_SEEN_PAGE || total !== 'firstPage');

/** Answers a call with a page of the list, as an AlfaCRM with these habits does. */
export function answerWithPage(
	list: readonly IDataObject[],
	{ body }: SentRequest,
	habits: PagingHabits,
): IDataObject {
	const isSizeRequested = body.pageSize !== undefined;
	if (isSizeRequested && habits.requestedPageSize === 'refused') throw makeAnswerError(400);

	const page = Number(body.page);
	const isSizeHonoured = habits.requestedPageSize === 'honoured';
	const size = isSizeHonoured ? Number(body.pageSize) : habits.usualPageSize;
	const items = list.slice(page * size, (page + 1) * size);
	if (habits.total === 'none') return { items };

	const countsFirstPage = habits.total === 'firstPage' && page === 0;
	return { items, total: countsFirstPage ? items.length : list.length };
}
