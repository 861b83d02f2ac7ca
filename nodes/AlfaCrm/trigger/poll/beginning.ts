import type { IDataObject } from 'n8n-workflow';

import type { Look, News } from './look';
import { areOrdered, isRecent, markOf } from '../memory/marks';
import type { RecordsState, Seen } from './records';
import { candidates, emptyRecordsState, newsIds, rowsIn } from './records';
import { Runs } from '../memory/runs';

/**
 * What is there in the beginning is old, wanted or not. It may take several polls to read it, if it is in no order.
 *
 * @param others the newest of branches that are not watched
 */
export function begin(
	state: RecordsState,
	seen: Omit<Seen, 'wants'>,
	others: readonly IDataObject[] = [],
): RecordsState {
	const { looks, branches, now } = seen;
	const rows = rowsIn(looks);
	const newest = markOf([...rows, ...others], state.newest, now);
	const isKnown = ({ list, hasNewest }: Look) => hasNewest === true || list.next === undefined;
	const hasBegun = branches.length > 0 && [...looks.values()].every(isKnown);
	const listOf = (branch: number) => (hasBegun ? { readAt: now } : (looks.get(branch)?.list ?? {}));
	return {
		...state,
		hasBegun,
		marks: [newest],
		newest,
		latest: newest,
		isNear: state.isNear || rows.some((row) => isRecent(row, now)),
		isOrdered: state.isOrdered && areOrdered(rows, now),
		lists: Object.fromEntries(branches.map((branch) => [branch, listOf(branch)])),
	};
}

/** All records that are wanted, old or new. */
export function wantedIn(seen: Omit<Seen, 'branches'>, isOrdered = true): News[] {
	return candidates(
		{ ...emptyRecordsState('', { filters: '', scope: '', body: {} }, seen.now), isOrdered },
		seen,
	);
}

/** Makes news of the newest records that are there and wanted. */
export function startWithNewest(state: RecordsState, there: Seen, count: number): RecordsState {
	const isOrdered = state.isOrdered && areOrdered(rowsIn(there.looks), there.now);
	const ids = newsIds(wantedIn(there, isOrdered).slice(-count));
	const startOf = { branches: there.branches, at: there.now };
	return { ...state, isOrdered, start: Runs.of(ids).toString(), startOf };
}
