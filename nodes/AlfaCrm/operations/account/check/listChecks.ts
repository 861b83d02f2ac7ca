/**
 * Checks of *Account → Check* that look at lists: the size of their pages, the total number of
 * rows, and the order of the rows.
 */

import { LARGEST_PAGE } from '../../../api/pages';
import { formatDay, readId } from '../../../values/formats';
import type { AccountReading, ListReading } from './accountReading';
import { findRowsByPath, getRows } from './accountReading';
import type { Finding } from './finding';
import { compareWithExpected, reportAsExpected, reportUnknown } from './finding';

// ---------------------------------------------------------------- pages and totals

/**
 * The most rows of a page if the call requests no page size: AlfaCRM gave 20 or 50 rows
 * (docs/alfacrm-api.md 3). So only a page of more than 50 rows proves that AlfaCRM gives the page
 * size that the node requests.
 */
const LARGEST_DEFAULT_PAGE = 50;

/** Checks whether AlfaCRM gives pages of the size that the node requests. */
export function checkPageSize({ lists, pathsWithoutPageSize }: AccountReading): Finding {
	const topic = { check: 'page size', subject: 'lists', expected: `${LARGEST_PAGE} rows` };
	const meanings = {
		meaningIfExpected: 'Lists come in large pages, so that they take few calls.',
		meaningIfDifferent: `AlfaCRM gives smaller pages than the ${LARGEST_PAGE} rows that the node asks for: long lists take more calls, and nothing is lost. Filter what you can.`,
	};
	const pageSizes = findPageSizes(lists);
	const isPageSizeRefused = pathsWithoutPageSize.length > 0;

	if (pageSizes.length === 0 && !isPageSizeRefused) {
		// Each list has one page, so no page is surely full. The longest page only shows how many rows
		// AlfaCRM puts into a page at least.
		const longestPage = Math.max(...lists.map((list) => getRows(list).length));
		if (longestPage <= LARGEST_DEFAULT_PAGE) {
			const missingData = `a list of more than ${LARGEST_DEFAULT_PAGE} rows`;
			return reportUnknown(topic, { missingData });
		}
		const found = `${longestPage} rows at least`;
		return reportAsExpected(topic, { found, meaning: meanings.meaningIfExpected });
	}

	const sizes = pageSizes.length === 0 ? 'no long list' : `${pageSizes.join(' or ')} rows`;
	const refusals = isPageSizeRefused ? `, refused for ${pathsWithoutPageSize.join(', ')}` : '';
	// If all full pages have the requested size, `found` equals `expected`, such as `500 rows`.
	const found = `${sizes}${refusals}`;
	return compareWithExpected(topic, found, meanings);
}

/** Returns the page sizes of the lists that have several pages: each size once, ascending. */
function findPageSizes(lists: readonly ListReading[]): number[] {
	const pageSizes = new Set<number>();
	for (const list of lists) {
		const pageSize = list.outcome === 'read' ? list.fullPageSize : undefined;
		if (pageSize !== undefined) pageSizes.add(pageSize);
	}
	return [...pageSizes].sort((a, b) => a - b);
}

/**
 * Checks whether AlfaCRM names the total number of rows of each list. In one account the total was
 * missing for some lists.
 */
export function checkTotals({ lists }: AccountReading): Finding {
	const topic = { check: 'number of rows', subject: 'lists', expected: 'told' };
	const readLists = lists.filter((list) => list.outcome === 'read');
	if (readLists.length === 0)
		return reportUnknown(topic, { missingData: 'a list that can be read' });

	const listsWithoutTotal = readLists.filter(({ total }) => total === undefined);
	const pathsWithoutTotal = listsWithoutTotal.map(({ entity }) => entity.path);
	const found =
		pathsWithoutTotal.length === 0 ? 'told' : `missing for ${pathsWithoutTotal.join(', ')}`;
	return compareWithExpected(topic, found, {
		meaningIfExpected: 'The node knows when a list came whole, and says so when it did not.',
		meaningIfDifferent:
			'There the node reads on until a page is empty, and cannot say whether rows are missing: where each row counts, compare with AlfaCRM.',
	});
}

// ---------------------------------------------------------------- order

/** A list that should begin with its newest row. */
interface OrderedList {
	path: string;
	/** The field that says how new a row is. */
	timeField: string;
	/** The `meaning` of the finding if the list has another order. */
	meaningIfDifferent: string;
}

/** The `meaning` of another order for *Get Many*, which takes the first rows of a list. */
const MEANING_FOR_LIMIT =
	"The newest do not come first, so Get Many with a 'Limit' does not take them: filter by dates, or use 'Return All'.";

/** The lists that AlfaCRM was seen to sort by time, the newest row first. */
const ORDERED_LISTS: readonly OrderedList[] = [
	{
		path: 'log',
		timeField: 'date_time',
		meaningIfDifferent:
			'The AlfaCRM Trigger looks for the latest changes at the top of this list: please report this item.',
	},
	{ path: 'lesson', timeField: 'date', meaningIfDifferent: MEANING_FOR_LIMIT },
	{ path: 'pay', timeField: 'document_date', meaningIfDifferent: MEANING_FOR_LIMIT },
];

/** Checks for several lists whether the newest rows come first. */
export const checkOrders = (account: AccountReading): Finding[] =>
	ORDERED_LISTS.map((list) => checkOrder(list, account));

/**
 * Checks whether the newest rows of a list come first. Rows of the same time may have any order.
 */
function checkOrder(list: OrderedList, account: AccountReading): Finding {
	const topic = { check: 'order of a list', subject: list.path, expected: 'newest first' };
	const rows = findRowsByPath(account, list.path);
	const times = rows.map((row) => formatSortableTime(row[list.timeField]));
	if (!areDifferent(times)) return reportUnknown(topic, { missingData: 'rows of two times' });

	return compareWithExpected(topic, describeOrder(times), {
		meaningIfExpected: 'The newest come first.',
		meaningIfDifferent: list.meaningIfDifferent,
	});
}

/** Describes the order of times: `newest first`, `oldest first` or `another`. */
function describeOrder(times: readonly string[]): string {
	if (isNewestFirst(times)) return 'newest first';
	const reversedTimes = [...times].reverse();
	if (isNewestFirst(reversedTimes)) return 'oldest first';
	return 'another';
}

/** Whether no time is later than the time before it. */
const isNewestFirst = (times: readonly string[]): boolean =>
	times.every((time, index) => index === 0 || time <= times[index - 1]);

/**
 * Checks whether customers with larger IDs were created later. The AlfaCRM Trigger relies on it: an
 * ID that is larger than all known IDs means a new customer.
 */
export function checkNewIds(account: AccountReading): Finding {
	const topic = { check: 'IDs', subject: 'customer', expected: 'grow with the time of creation' };
	const customers = findRowsByPath(account, 'customer');
	const customersWithTime = customers.filter(({ created_at }) => Boolean(created_at));
	customersWithTime.sort((a, b) => Number(readId(b.id)) - Number(readId(a.id)));
	const times = customersWithTime.map(({ created_at }) => formatSortableTime(created_at));
	if (!areDifferent(times)) {
		return reportUnknown(topic, { missingData: 'customers that were created at two times' });
	}

	// The largest ID comes first, so no time should be later than the time before it.
	const timesOutOfOrder = times.filter((time, index) => index > 0 && time > times[index - 1]);
	const wrongCount = timesOutOfOrder.length;
	const found = wrongCount === 0 ? topic.expected : `${wrongCount} of ${times.length} do not`;
	return compareWithExpected(topic, found, {
		meaningIfExpected: 'The AlfaCRM Trigger tells new customers by their IDs.',
		meaningIfDifferent:
			'The AlfaCRM Trigger tells new customers by their IDs, and here some with a larger ID are older: please report this item.',
	});
}

/**
 * Formats a day or time as a text that sorts by time. `2026-02-09 17:00:00` stays as it is, and
 * `09.02.2026` becomes `2026-02-09`. A value that is missing or cannot be read becomes an empty
 * text, which sorts as the oldest.
 */
function formatSortableTime(value: unknown): string {
	const text = String(value);
	const beginsWithYear = /^\d{4}-/.test(text);
	if (beginsWithYear) return text;
	// A day without a time is the same in any time zone.
	return formatDay(value, 'iso', 'utc') ?? '';
}

/** Whether at least two values differ. The order of equal values would say nothing. */
const areDifferent = (values: readonly string[]): boolean => new Set(values).size > 1;
