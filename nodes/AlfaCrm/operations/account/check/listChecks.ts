import { LARGEST_PAGE } from '../../../api/pages';
import { eventSources } from '../../../entities/events';
import type { Entity } from '../../../entities/types';
import { readId } from '../../../values/formats';
import type { Finding, Topic } from './finding';
import {
	compareWithExpected,
	reportAsExpected,
	reportDenied,
	reportDifference,
	reportUnknown,
} from './finding';
import type { AccountReading, ListReading, ReadList, RefusedList } from './readAccount';
import { rowsIn } from './readAccount';
import { areSeveral, rowsAt, toSortableTime } from './rows';

// ---------------------------------------------------------------- which lists the user may read

/** Checks of each list whether the user may read it. */
export const listAccessChecks = (account: AccountReading): Finding[] =>
	account.lists.map((list) => checkListAccess(list, account));

function checkListAccess(list: ListReading, account: AccountReading): Finding {
	const topic = { check: 'list', subject: `${list.entity.path}/index`, expected: 'readable' };
	switch (list.outcome) {
		case 'read':
			return reportReadList(topic, list);
		case 'skipped':
			return reportUnknown(topic, `a ${list.missingOwner} that can be read`);
		case 'refused':
			return reportRefusedList(topic, list, account);
	}
}

function reportReadList(topic: Topic, { entity, rows, total, pageSize }: ReadList): Finding {
	const mayList = `This user may list ${entity.plural.toLowerCase()}`;
	const isOnlyPage = pageSize === undefined;
	const count = total ?? (isOnlyPage ? rows.length : null);
	return rows.length > 0
		? reportAsExpected(topic, { found: 'readable', rows: count, meaning: `${mayList}.` })
		: reportAsExpected(topic, {
				found: 'empty',
				rows: count,
				meaning: `${mayList}, and there are none here.`,
			});
}

function reportRefusedList(topic: Topic, { entity, status }: RefusedList, account: AccountReading): Finding {
	const plural = entity.plural.toLowerCase();
	if (status === 403) return reportDenied(topic, explainDenial(entity, account));
	if (status === 404) {
		return reportDifference(topic, {
			found: 'not there',
			meaning: `This AlfaCRM does not have ${plural}, or not in this branch: leave their operations out.`,
		});
	}
	return reportDifference(topic, {
		found: `failed with HTTP ${status}`,
		meaning: `AlfaCRM could not list ${plural}: check again later, and report it if it stays so.`,
	});
}

/** Says why AlfaCRM may have denied a list, and what to do. A user without any rights in the branch is told that first. */
function explainDenial(entity: Entity, { branch, branchAccess }: AccountReading): string {
	if (entity.scope === 'branch' && branchAccess.get(branch) === 'denied') {
		const readable = [...branchAccess.keys()].find((id) => branchAccess.get(id) === 'readable');
		const suggestion = readable === undefined ? 'another branch' : `branch ${readable}`;
		return `AlfaCRM denied everything usual in branch ${branch}, so either this user does not work there or the role has no rights: check ${suggestion} by 'Branch ID'.`;
	}
	const events = eventSources.has(entity.resource) ? ', and events of the AlfaCRM Trigger too' : '';
	const dropdowns = entity.withoutId ? '' : '; their dropdowns stay empty';
	return `The role of this user may not list ${entity.plural.toLowerCase()}: their operations end with an error${events}${dropdowns}. If you need them, give the role that right in AlfaCRM.`;
}

// ---------------------------------------------------------------- pages and totals

/** AlfaCRM gave pages of 20 and of 50 rows unasked, so only a longer one shows that it heeds the page size. API notes 3. */
const LARGEST_UNASKED_PAGE = 50;

/** Checks whether lists come in the page size that the node requests. API notes 3. */
export function checkPageSize({ lists, pathsRefusingPageSize }: AccountReading): Finding {
	const topic = { check: 'page size', subject: 'lists', expected: `${LARGEST_PAGE} rows` };
	const meanings = {
		asExpected: 'Lists come in large pages, so that they take few calls.',
		otherwise: `AlfaCRM gives smaller pages than the ${LARGEST_PAGE} rows that the node asks for: long lists take more calls, and nothing is lost. Filter what you can.`,
	};
	const sizes = new Set(lists.flatMap((list) => (list.outcome === 'read' ? (list.pageSize ?? []) : [])));

	// If no list has a second page and none was refused, the longest page is a lower bound of the page size.
	if (sizes.size === 0 && pathsRefusingPageSize.length === 0) {
		const longest = Math.max(...lists.map((list) => rowsIn(list).length));
		return longest > LARGEST_UNASKED_PAGE
			? reportAsExpected(topic, { found: `${longest} rows at least`, meaning: meanings.asExpected })
			: reportUnknown(topic, `a list of more than ${LARGEST_UNASKED_PAGE} rows`);
	}

	const sortedSizes = [...sizes].sort((a, b) => a - b).join(' or ');
	const sizesFound = sizes.size === 0 ? 'no long list' : `${sortedSizes} rows`;
	const refusals =
		pathsRefusingPageSize.length === 0 ? '' : `, refused for ${pathsRefusingPageSize.join(', ')}`;
	return compareWithExpected(topic, sizesFound + refusals, meanings);
}

/** Checks whether lists name their total. In one account it was missing for some lists. API notes 3. */
export function checkTotals({ lists }: AccountReading): Finding {
	const topic = { check: 'number of rows', subject: 'lists', expected: 'told' };
	const readLists = lists.filter((list) => list.outcome === 'read');
	if (readLists.length === 0) return reportUnknown(topic, 'a list that can be read');

	const pathsWithoutTotal = readLists
		.filter(({ total }) => total === undefined)
		.map(({ entity }) => entity.path);
	const found = pathsWithoutTotal.length === 0 ? 'told' : `missing for ${pathsWithoutTotal.join(', ')}`;
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
	/** What it means if the list has another order. */
	otherwise: string;
}

const OTHER_ORDER_AND_LIMIT =
	"The newest do not come first, so Get Many with a 'Limit' does not take them: filter by dates, or use 'Return All'.";

/** API notes 3. */
const ORDERED_LISTS: readonly OrderedList[] = [
	{
		path: 'log',
		timeField: 'date_time',
		otherwise:
			'The AlfaCRM Trigger looks for the latest changes at the top of this list: please report this item.',
	},
	{ path: 'lesson', timeField: 'date', otherwise: OTHER_ORDER_AND_LIMIT },
	{ path: 'pay', timeField: 'document_date', otherwise: OTHER_ORDER_AND_LIMIT },
];

/** Checks whether the newest rows of some lists come first. */
export const orderChecks = (account: AccountReading): Finding[] =>
	ORDERED_LISTS.map((list) => checkOrder(list, account));

function checkOrder({ path, timeField, otherwise }: OrderedList, account: AccountReading): Finding {
	const topic = { check: 'order of a list', subject: path, expected: 'newest first' };
	const times = rowsAt(account, path).map((row) => toSortableTime(row[timeField]));
	if (!areSeveral(times)) return reportUnknown(topic, 'rows of two times');

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

/** Checks whether a customer with a larger ID was created later. The trigger tells new customers by that. */
export function checkNewIds(account: AccountReading): Finding {
	const topic = { check: 'IDs', subject: 'customer', expected: 'grow with the time of creation' };
	const customers = rowsAt(account, 'customer').filter(({ created_at }) => created_at);
	const largestIdFirst = customers.sort((a, b) => Number(readId(b.id)) - Number(readId(a.id)));
	const times = largestIdFirst.map(({ created_at }) => toSortableTime(created_at));
	if (!areSeveral(times)) return reportUnknown(topic, 'customers that were created at two times');

	const tooNew = times.filter((time, index) => index > 0 && time > times[index - 1]);
	const found = tooNew.length === 0 ? topic.expected : `${tooNew.length} of ${times.length} do not`;
	return compareWithExpected(topic, found, {
		asExpected: 'The AlfaCRM Trigger tells new customers by their IDs.',
		otherwise:
			'The AlfaCRM Trigger tells new customers by their IDs, and here some with a larger ID are older: please report this item.',
	});
}
