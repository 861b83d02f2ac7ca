import { LARGEST_PAGE } from '../../../api/pages';
import { formatDay, readId } from '../../../values/formats';
import type { AccountReading } from './accountReading';
import { findRowsByPath, getRows } from './accountReading';
import type { Finding } from './finding';
import { compareWithExpected, reportAsExpected, reportUnknown } from './finding';

// ---------------------------------------------------------------- pages and totals

/**
 * Where nobody requested a page size, AlfaCRM gave pages of 20 or 50 rows (API notes 3). So only a
 * page of more rows proves that AlfaCRM follows the page size that the node requests.
 */
const LARGEST_DEFAULT_PAGE = 50;

/** Checks whether AlfaCRM gives pages of the size that the node requests. */
export function checkPageSize({ lists, pathsRefusingPageSize }: AccountReading): Finding {
	const topic = { check: 'page size', subject: 'lists', expected: `${LARGEST_PAGE} rows` };
	const meanings = {
		asExpected: 'Lists come in large pages, so that they take few calls.',
		otherwise: `AlfaCRM gives smaller pages than the ${LARGEST_PAGE} rows that the node asks for: long lists take more calls, and nothing is lost. Filter what you can.`,
	};
	const sizes = new Set(
		lists
			.filter((list) => list.outcome === 'read')
			.map(({ fullPageSize }) => fullPageSize)
			.filter((size) => size !== undefined),
	);

	// If no list has a second page, and AlfaCRM refused the page size for no list, the longest page
	// is a lower bound of the page size.
	if (sizes.size === 0 && pathsRefusingPageSize.length === 0) {
		const longest = Math.max(...lists.map((list) => getRows(list).length));
		return longest > LARGEST_DEFAULT_PAGE
			? reportAsExpected(topic, { found: `${longest} rows at least`, meaning: meanings.asExpected })
			: reportUnknown(topic, { needs: `a list of more than ${LARGEST_DEFAULT_PAGE} rows` });
	}

	const sizesText = [...sizes].sort((a, b) => a - b).join(' or ');
	const sizesFound = sizes.size === 0 ? 'no long list' : `${sizesText} rows`;
	const refusals =
		pathsRefusingPageSize.length === 0 ? '' : `, refused for ${pathsRefusingPageSize.join(', ')}`;
	// This is the text of `topic.expected` if all full pages have the requested size.
	return compareWithExpected(topic, sizesFound + refusals, meanings);
}

/**
 * Checks whether AlfaCRM says how many rows each list has. In one account that total was missing
 * for some lists (API notes 3).
 */
export function checkTotals({ lists }: AccountReading): Finding {
	const topic = { check: 'number of rows', subject: 'lists', expected: 'told' };
	const readLists = lists.filter((list) => list.outcome === 'read');
	if (readLists.length === 0) return reportUnknown(topic, { needs: 'a list that can be read' });

	const pathsWithoutTotal = readLists
		.filter(({ total }) => total === undefined)
		.map(({ entity }) => entity.path);
	const found =
		pathsWithoutTotal.length === 0 ? 'told' : `missing for ${pathsWithoutTotal.join(', ')}`;
	return compareWithExpected(topic, found, {
		asExpected: 'The node knows when a list came whole, and says so when it did not.',
		otherwise:
			'There the node reads on until a page is empty, and cannot say whether rows are missing: where each row counts, compare with AlfaCRM.',
	});
}

// ---------------------------------------------------------------- order

/** A list that was seen to begin with its newest row. */
interface OrderedList {
	path: string;
	/** The field that says how new a row is. */
	timeField: string;
	/** The meaning for the node if the list has another order. */
	otherwise: string;
}

/** The meaning of another order for *Get Many*, which takes the first rows of a list. */
const MEANING_FOR_LIMIT =
	"The newest do not come first, so Get Many with a 'Limit' does not take them: filter by dates, or use 'Return All'.";

/** The lists that AlfaCRM was seen to sort by time, newest first (API notes 3). */
const ORDERED_LISTS: readonly OrderedList[] = [
	{
		path: 'log',
		timeField: 'date_time',
		otherwise:
			'The AlfaCRM Trigger looks for the latest changes at the top of this list: please report this item.',
	},
	{ path: 'lesson', timeField: 'date', otherwise: MEANING_FOR_LIMIT },
	{ path: 'pay', timeField: 'document_date', otherwise: MEANING_FOR_LIMIT },
];

/** Checks whether the newest rows of some lists come first. */
export const checkOrders = (account: AccountReading): Finding[] =>
	ORDERED_LISTS.map((list) => checkOrder(list, account));

function checkOrder({ path, timeField, otherwise }: OrderedList, account: AccountReading): Finding {
	const topic = { check: 'order of a list', subject: path, expected: 'newest first' };
	const times = findRowsByPath(account, path).map((row) => formatSortableTime(row[timeField]));
	if (!areDifferent(times)) return reportUnknown(topic, { needs: 'rows of two times' });

	return compareWithExpected(topic, describeOrder(times), {
		asExpected: 'The newest come first.',
		otherwise,
	});
}

function describeOrder(times: readonly string[]): string {
	if (isNewestFirst(times)) return 'newest first';
	if (isNewestFirst([...times].reverse())) return 'oldest first';
	return 'another';
}

const isNewestFirst = (times: readonly string[]): boolean =>
	times.every((time, index) => index === 0 || time <= times[index - 1]);

/**
 * Checks whether customers with larger IDs were created later. The trigger recognizes a new
 * customer by an ID that is larger than all IDs before.
 */
export function checkNewIds(account: AccountReading): Finding {
	const topic = { check: 'IDs', subject: 'customer', expected: 'grow with the time of creation' };
	const customers = findRowsByPath(account, 'customer').filter(({ created_at }) => created_at);
	const largestIdFirst = customers.sort((a, b) => Number(readId(b.id)) - Number(readId(a.id)));
	const times = largestIdFirst.map(({ created_at }) => formatSortableTime(created_at));
	if (!areDifferent(times))
		return reportUnknown(topic, { needs: 'customers that were created at two times' });

	const createdAfterNextLargerId = times.filter(
		(time, index) => index > 0 && time > times[index - 1],
	);
	const wrongCount = createdAfterNextLargerId.length;
	const found = wrongCount === 0 ? topic.expected : `${wrongCount} of ${times.length} do not`;
	return compareWithExpected(topic, found, {
		asExpected: 'The AlfaCRM Trigger tells new customers by their IDs.',
		otherwise:
			'The AlfaCRM Trigger tells new customers by their IDs, and here some with a larger ID are older: please report this item.',
	});
}

/**
 * Writes a day or time so that it compares as text. AlfaCRM shows some as `2026-02-09 17:00:00`,
 * which stay as they are, and some as `09.02.2026`, which is a day in any time zone. A value that
 * is missing or cannot be read becomes an empty text, which sorts as the oldest.
 */
const formatSortableTime = (value: unknown): string =>
	/^\d{4}-/.test(String(value)) ? String(value) : (formatDay(value, 'iso', 'utc') ?? '');

/** Whether at least two values differ, so that their order says something. */
const areDifferent = (values: readonly string[]): boolean => new Set(values).size > 1;
