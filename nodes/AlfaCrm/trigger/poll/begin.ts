import type { Page } from '../../api/pages';
import type { Poll } from './list';
import { ageTo, isPaused, isSince, note, onePage, pagesSince, timeOf } from './list';
import { dayAfter, dayOf, daysAgo, hoursBefore } from './stamps';
import type { ListState } from './state';
import type { Key } from './types';

/** How far back the newest row is looked for. */
const DAYS_BACK = [2, 10, 40, 160, 640, 2_560, 10_240];
/** How often a list is read again that gave other rows on each page. */
export const WALKS = 20;
/** How often the account's newest row is looked for, when only some rows are watched. */
const VALID_MS = 86_400_000;

/**
 * Where to begin, for an account that is not known yet: some time before its newest row. It is looked for by asking
 * whether there are rows from a day on, which needs neither an order of the rows nor a clock that agrees with AlfaCRM's.
 *
 * @returns `yyyy-mm-dd`, null when all rows have to be listed
 */
export async function firstDay(poll: Poll, branches: readonly number[]): Promise<string | null> {
	poll.state.newestReadAt = Date.now();
	if (!(await hasRows(poll, branches, null))) return null;
	let [from, to] = [0, 0];
	for (const days of DAYS_BACK) {
		[from, to] = [to, days];
		if (await hasRows(poll, branches, daysAgo(days))) break;
		if (days === DAYS_BACK.at(-1)) return null;
	}
	while (from > 0 && to - from > 1) {
		const middle = Math.floor((from + to) / 2);
		if (await hasRows(poll, branches, daysAgo(middle))) to = middle;
		else from = middle;
	}
	return dayOf(hoursBefore(daysAgo(to), poll.watch.lateHours));
}

/**
 * A list without news would never grow old by itself, and an old lead that becomes a client would be new in a list of
 * clients. So the account's newest row tells how late it is.
 */
export async function tellTime(poll: Poll, branches: readonly number[]): Promise<void> {
	const { state, watch } = poll;
	const isNarrow = watch.mayChange && JSON.stringify(watch.body) !== JSON.stringify(watch.anchorBody);
	if (!isNarrow || Math.abs(Date.now() - (state.newestReadAt ?? 0)) < VALID_MS) return;
	await hasRows(poll, branches, state.newest === '' ? null : dayAfter(state.newest));
	state.newestReadAt = Date.now();
}

async function hasRows(poll: Poll, branches: readonly number[], since: string | null): Promise<boolean> {
	for (const branch of branches) {
		const page = await onePage(pagesSince(poll, branch, since, { body: poll.watch.anchorBody }));
		note(poll, page);
		if (page.rows.some((row) => isSince(poll.watch, row, since))) return true;
	}
	return false;
}

/** Takes all rows of a branch for known, those that are not wanted too: they were there before. */
export async function learn(poll: Poll, branch: number): Promise<void> {
	const { state, watch } = poll;
	const list = state.lists[branch];
	const met = new Set<Key>();
	const resumed = list.resumeAt !== undefined;
	for (let walks = 0; walks < WALKS; walks++) {
		let last: Page | undefined;
		for await (const page of pagesSince(poll, branch, list.since, { firstPage: list.resumeAt })) {
			learnPage(poll, list, page);
			for (const row of page.rows) met.add(watch.keyOf(row));
			last = page;
			if (isPaused(poll, list, page)) return;
		}
		list.resumeAt = undefined;
		// A list that changes its order shows some rows twice and others not at all.
		if (!resumed && last?.complete !== true && met.size < (last?.total ?? 0)) continue;
		Object.assign(list, { total: last?.total, isLearned: true });
		return ageTo(list, state.newest, watch.lateHours);
	}
}

function learnPage(poll: Poll, list: ListState, page: Page): void {
	const { seen, watch } = poll;
	note(poll, page);
	if (page.number === 0) list.pageSize = page.rows.length;
	for (const row of page.rows) {
		if (isSince(watch, row, list.horizon)) seen.add(watch.keyOf(row), timeOf(watch, row));
	}
}
