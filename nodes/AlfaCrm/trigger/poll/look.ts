import type { Page } from '../../api/pages';
import { looksLikePageSize } from '../../api/page';
import type { Poll } from './list';
import { ageTo, countOf, freshOf, note, onePage, pagesSince } from './list';
import type { ListState } from './state';
import type { Found } from './types';
import { LONG_LIST_PAGES, walk } from './walk';

/**
 * Looks into the list of one branch. As long as nothing changes that is one request, however long the list.
 *
 * A change shows in the total, or as an unknown row on the page. What the total hides, since as many rows went as came,
 * shows later: quiet looks read the pages in turn, and rows count as old only once a whole round was read.
 *
 * @returns rows that were not there before, each once
 */
export async function look(poll: Poll, branch: number): Promise<Found[]> {
	const list = poll.state.lists[branch];
	if (list.total === undefined) return await walk(poll, branch);

	const source = pagesSince(poll, branch, list.since, { firstPage: list.turn });
	const page = await onePage(source);
	if (!isQuiet(poll, list, branch, page)) {
		return await walk(poll, branch, page.number === 0 ? { page, rest: source } : undefined);
	}
	note(poll, page);
	takeForQuiet(poll, list, page);
	return [];
}

function isQuiet(poll: Poll, list: ListState, branch: number, page: Page): boolean {
	const count = countOf(poll, page) ?? (isMute(page) ? list.total : undefined);
	if (count === undefined || freshOf(poll, list, branch, page).length > 0) return false;
	const { total = 0, pageSize = 0 } = list;
	return count === total || (count < total && total > LONG_LIST_PAGES * pageSize);
}

/** A first page that may just count its own rows leaves it to the next page to tell how many there are. */
function isMute({ number, rows, total }: Page): boolean {
	return number === 0 && looksLikePageSize(rows, total);
}

function takeForQuiet(poll: Poll, list: ListState, page: Page): void {
	const { state, watch } = poll;
	const { newest } = state;
	// No row of a list that only grows is unknown as long as there are as many as before.
	const count = countOf(poll, page);
	if (watch.onlyGrows && count === list.total) ageTo(list, newest, watch.lateHours);
	list.total = count ?? list.total;
	if (page.number === 0) Object.assign(list, { pageSize: page.rows.length, roundFrom: newest });
	const isRound = count !== undefined && (page.number + 1) * (list.pageSize ?? 0) >= count;
	list.turn = isRound ? 0 : page.number + 1;
	if (isRound) ageTo(list, list.roundFrom, watch.lateHours);
}
