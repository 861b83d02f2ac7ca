import type { IDataObject } from 'n8n-workflow';

import { LARGEST_PAGE } from '../../api/page';
import type { Check } from './check';
import { oneOf } from './check';
import type { LongList } from './longList';
import { isShuffled, longList, pageAt } from './longList';
import type { Probe } from './probe';
import { areAmong } from './probe';

/** A list with no more rows than this does not show whether AlfaCRM caps pages. */
const CAP = 50;

/** A few rows to ask for: another number than comes unasked. */
const otherSize = (size: number): number => (size === 5 ? 4 : 5);

/** What `pageSize` in the body does. API notes 3 and 7a. */
export async function pageSizeWay(probe: Probe): Promise<string | undefined> {
	const list = await longList(probe);
	if (list === undefined) return undefined;
	const { path, size } = list;
	const large = await probe.ask(probe.whole(path, { pageSize: LARGEST_PAGE }));
	const { rows, failure } = large;
	if (failure !== undefined) return refusal(failure);
	if (rows === undefined) return undefined;
	if (rows.length === 0) return 'first page empty';
	const few = otherSize(size);
	if ((await probe.page(path, { pageSize: few })).length !== few) return 'ignored';
	if (rows.length >= LARGEST_PAGE) return 'honoured';
	// A row behind those that came tells a cap from the end of the list.
	const page = Math.floor(rows.length / size);
	const behind = await pageAt(probe, list, page);
	const isLonger = behind.length > rows.length - page * size;
	if (isLonger && areAmong(behind, rows) && (await isShuffled(probe))) return undefined;
	if (areAmong(behind, rows)) return rows.length > CAP ? 'honoured' : `honoured up to ${rows.length}`;
	return await cappedHow(probe, list, rows);
}

const refusal = ({ kind, status }: { kind: string; status?: number }): string | undefined =>
	kind === 'refusal' && status === undefined
		? 'refused with success: false'
		: status === undefined || status === 403
			? undefined
			: `refused with HTTP ${status}`;

/** Whether the page behind a capped one goes on where that ended, or where the one asked for would have. */
async function cappedHow(probe: Probe, list: LongList, rows: IDataObject[]): Promise<string | undefined> {
	const { path, size } = list;
	const capped = `capped at ${rows.length}`;
	const lossy = `${capped}, rows between pages are lost`;
	const next = await probe.page(path, { pageSize: LARGEST_PAGE, page: 1 });
	if (next.length === 0) return lossy;
	if (await isShuffled(probe)) {
		const isShort = (await pageAt(probe, list, Math.floor(LARGEST_PAGE / size))).length === 0;
		return isShort ? capped : undefined;
	}
	if (areAmong(next, rows)) return lossy;
	const right = await probe.page(path, { pageSize: rows.length, page: 1 });
	return areAmong(next, right) ? capped : lossy;
}

const unaskedSize: Check = {
	check: 'page size unasked',
	subject: 'lists',
	expected: '20 to 50',
	needs: 'a list that is longer than a page',
	find: async (probe) => (await longList(probe))?.size.toString(),
	meaning: (found) =>
		`Lists come in pages of ${found} rows where no size is asked for; the node takes pages as they come.`,
	verdict: (found) => (Number(found) >= 20 && Number(found) <= 50 ? 'as expected' : 'differs'),
};

const pageSize: Check = {
	check: 'page size asked for',
	subject: 'pageSize in the body',
	expected: 'honoured',
	needs: 'a list that is longer than a page',
	find: pageSizeWay,
	meaning: (found) => {
		if (found.startsWith('honoured')) return 'Lists are read in pages of up to 500 rows, with few requests.';
		if (found.endsWith('lost')) {
			return 'Large pages would lose rows: the node notices that fewer came than AlfaCRM counts and reads the list again without a size.';
		}
		if (found.startsWith('capped')) return 'Lists take more requests than with pages of 500; none is lost.';
		if (found === 'ignored') return 'Lists take more requests than with pages of 500; nothing is lost.';
		return 'The node asks for the list again without a size, and goes on so.';
	},
	verdict: (found) =>
		found === 'honoured' ? 'as expected' : found.startsWith('honoured') ? 'unknown' : 'differs',
};

const perPage = oneOf({
	check: 'page size asked for',
	subject: 'per-page in the query',
	expected: ['honoured', 'ignored'],
	needs: 'a list that is longer than a page',
	find: async (probe) => {
		const list = await longList(probe);
		if (list === undefined) return undefined;
		const few = otherSize(list.size);
		const ask = { ...probe.whole(list.path), query: { 'per-page': few } };
		return (await probe.rows(ask)).length === few ? 'honoured' : 'ignored';
	},
	meanings: {
		honoured: 'The node does not use it; nothing depends on it.',
		ignored: 'The node does not use it; nothing depends on it.',
	},
});

export const pageSizeChecks: readonly Check[] = [unaskedSize, pageSize, perPage];
