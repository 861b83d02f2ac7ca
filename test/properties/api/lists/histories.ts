import fc from 'fast-check';

import type { PagingHabits } from './pagedList';
import { pagingHabits, SMALLEST_SEEN_PAGE } from './pagedList';

/** The changes of a list while its pages are read. */
export interface ListHistory {
	habits: PagingHabits;
	/** The number of rows at first. */
	rowCount: number;
	/** Numbers of the calls before which a row is removed. The first call has number 1. */
	removalsAt: number[];
	/** Numbers of the other calls before which rows are added at the top of the list. */
	additionsAt: number[];
	/** The number of rows that are added at once. */
	rowsPerAddition: number;
	/** Chooses the row that is removed. */
	removedPlace: number;
}

const callNumber = fc.integer({ min: 1, max: 12 });

/** Generates histories in which the node can notice each removal. Without a total, it cannot. */
export const listHistories = fc
	.record({
		habits: pagingHabits,
		rowCount: fc.integer({ min: 0, max: 400 }),
		removesRows: fc.boolean(),
		changesAt: fc.uniqueArray(callNumber, { minLength: 1, maxLength: 6 }),
		moreAdditionsAt: fc.uniqueArray(callNumber, { maxLength: 6 }),
		// An import may add more rows at once than a page has.
		rowsPerAddition: fc.constantFrom(1, 1, 1, 120),
		removedPlace: fc.nat(),
	})
	.filter(({ habits }) => habits.usualPageSize >= SMALLEST_SEEN_PAGE)
	.filter(({ habits, removesRows }) => !removesRows || habits.total === 'all')
	.map(
		({ removesRows, changesAt, moreAdditionsAt, ...history }): ListHistory => ({
			...history,
			removalsAt: removesRows ? changesAt : [],
			additionsAt: removesRows ? moreAdditionsAt : [...changesAt, ...moreAdditionsAt],
		}),
	);
