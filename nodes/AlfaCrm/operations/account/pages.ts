import { LARGEST_PAGE } from '../../api/pages';
import type { Check } from './check';
import { oneOf } from './check';
import { longList, pageAt } from './longList';
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
	const { rows, failure } = await probe.ask(probe.whole(path, { pageSize: LARGEST_PAGE }));
	if (failure !== undefined) return refusal(failure);
	if (rows === undefined) return undefined;
	if (rows.length === 0) return 'first page empty';
	const few = otherSize(size);
	if ((await probe.page(path, { pageSize: few })).length !== few) return 'ignored';
	if (rows.length >= LARGEST_PAGE) return 'honoured';
	// A row behind those that came tells a cap from the end of the list.
	const behind = await pageAt(probe, list, Math.floor(rows.length / size));
	if (!areAmong(behind, rows)) return `capped at ${rows.length}`;
	return rows.length > CAP ? 'honoured' : `honoured up to ${rows.length}`;
}

const refusal = ({ kind, status }: { kind: string; status?: number }): string | undefined =>
	kind === 'refusal' && status === undefined
		? 'refused with success: false'
		: status === undefined || status === 403
			? undefined
			: `refused with HTTP ${status}`;

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
		if (found === 'ignored') return 'Lists take more requests than with pages of 500; nothing is lost.';
		if (found.startsWith('capped'))
			return 'Lists take more requests than with pages of 500; a hint says so if rows are missing.';
		if (found === 'refused with HTTP 400' || found === 'refused with success: false')
			return 'The node asks for the list again without a size, and goes on so.';
		return found.startsWith('refused')
			? 'Lists end with this error.'
			: 'The node says that the list did not come whole.';
	},
	verdict: (found) =>
		found === 'honoured' ? 'as expected' : found.startsWith('honoured') ? 'unknown' : 'differs',
};

type Total = 'missing' | 'right' | 'that of page 0' | 'wrong';

/** Counts the rows of the last page that the total speaks of, and looks whether another one follows. */
async function totalOf(probe: Probe): Promise<Total | undefined> {
	const list = await longList(probe);
	if (list === undefined) return undefined;
	const { total, size, second } = list;
	if (total === undefined) return 'missing';
	if (total <= size) return 'that of page 0';
	const last = Math.floor((total - 1) / size);
	const expected = total - last * size;
	const rows = last === 1 ? second : await pageAt(probe, list, last);
	if (rows.length !== expected) return 'wrong';
	const isEnd = expected < size || (await pageAt(probe, list, last + 1)).length === 0;
	return isEnd ? 'right' : 'wrong';
}

const total = oneOf({
	check: 'total of a list',
	subject: 'lists',
	expected: 'right',
	needs: 'a list that is longer than a page',
	find: totalOf,
	meanings: {
		right: 'The node knows when a list came whole, and says so when it did not.',
		missing: 'The node reads on until a page is empty, and cannot say how many rows are missing.',
		'that of page 0': 'The node does not take it for the end of the list, and reads on.',
		wrong: 'Rows may be missing, or be said to be missing: the node relies on totals.',
	},
});

export const pageChecks: readonly Check[] = [unaskedSize, pageSize, total];
