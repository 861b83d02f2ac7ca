import { LARGEST_PAGE } from '../../../nodes/AlfaCrm/api/pages';
import type { ShownList } from '../../../nodes/AlfaCrm/operations/account/check/accountReading';
import type { Account } from './account';
import { makeValueProbe } from './probe';

/** Finds out how many rows a page has if the call does not say it. */
export const pageSize = makeValueProbe('pageSize', async (account) => {
	const list = await readLongList(account);
	return list?.pageSize;
});

/** Finds out what AlfaCRM does with a page size in the body. */
export const bodyPageSize = makeValueProbe('bodyPageSize', async (account) => {
	const list = await readLongList(account);
	if (!list) return undefined;

	const largestPage = await account.readPage(list.path, { pageSize: LARGEST_PAGE });
	if (!largestPage) return 'refused400';

	const requestedSize = list.pageSize === 5 ? 4 : 5;
	const page = await account.readPage(list.path, { pageSize: requestedSize });
	return page?.allRows.length === requestedSize ? 'honoured' : 'ignored';
});

/** Finds out whether the `total` of a list counts all rows, or only those of the first page. */
export const total = makeValueProbe('total', async (account) => {
	const list = await readLongList(account);
	if (!list) return undefined;
	if (list.total === undefined) return 'missing';
	return list.total <= list.pageSize ? 'pageSize' : 'present';
});

/** Reads the first page of the longest list, without a page size. Returns undefined if no list has a second page. */
async function readLongList(account: Account) {
	const path = findLongestList(account)?.entity.path ?? 'customer';
	const firstPage = await account.readPage(path, {});
	const secondPage = await account.readPage(path, { page: 1 });
	const hasSecondPage = secondPage !== undefined && secondPage.allRows.length > 0;
	if (!firstPage || !hasSecondPage) return undefined;

	return {
		path,
		total: firstPage.total,
		pageSize: firstPage.allRows.length,
	};
}

function findLongestList({ reading }: Account): ShownList | undefined {
	const longLists = reading.lists
		.filter((list) => list.outcome === 'read')
		.filter(({ fullPageSize }) => fullPageSize !== undefined);
	const lengthOf = (list: ShownList) => list.total ?? list.rows.length;
	const [longestList] = longLists.sort((a, b) => lengthOf(b) - lengthOf(a));
	return longestList;
}
