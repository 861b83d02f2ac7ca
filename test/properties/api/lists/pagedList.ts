import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../../support/nodeErrors';
import type { SentRequest } from '../../../unit/apiSupport';

/** Ways in which AlfaCRM shows a list. They differ between accounts and lists: API notes 3 and 7a. */
export interface PagingHabits {
	/** The number of rows on a page if the call has no page size, or if AlfaCRM ignores it. */
	usualPageSize: number;
	/** The treatment of the page size of a call. */
	requestedPageSize: 'honoured' | 'ignored' | 'refused';
	/** The rows that the total of an answer counts. */
	total: 'all' | 'firstPage' | 'none';
}

/** The smallest page that any list of AlfaCRM has been seen with. */
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

/**
 * Answers a call with a page of the list, as an AlfaCRM with these habits does. Throws if AlfaCRM refuses the
 * page size.
 */
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
