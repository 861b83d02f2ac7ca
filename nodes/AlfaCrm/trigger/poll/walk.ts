import type { Page } from '../../api/pages';
import type { Poll } from './list';
import { ageTo, bounded, countOf, freshOf, isPaused, note, pagesSince } from './list';
import { moveSince, Window } from './window';
import type { Found } from './types';

/**
 * A list of so many pages is not walked to its end once what its total grew by was found; a list that only grows never
 * is.
 */
export const LONG_LIST_PAGES = 10;

/** A look's first page, and the pages after it. */
interface Begun {
	page: Page;
	rest: AsyncGenerator<Page, undefined>;
}

/**
 * Reads the list of one branch, as far as needed or as time allows; the next poll goes on from there.
 *
 * @returns rows that were not there before, each once
 */
export async function walk(poll: Poll, branch: number, begun?: Begun): Promise<Found[]> {
	const { state, watch } = poll;
	const list = state.lists[branch];
	const firstPage = list.resumeAt ?? 0;
	if (firstPage === 0) Object.assign(list, { roundFrom: state.newest, pausedAt: undefined });
	list.resumeAt = undefined;

	const window = new Window(watch, list);
	let found: Found[] = [];
	let count = 0;
	let last: Page | undefined;
	for await (const page of begun ? chained(begun) : pagesSince(poll, branch, list.since, { firstPage })) {
		note(poll, page);
		const fresh = freshOf(poll, list, branch, page);
		count += fresh.length;
		found = bounded(poll, [...found, ...fresh]);
		last = page;
		if (page.number === 0) list.pageSize = page.rows.length;
		window.see(page.rows);
		const total = countOf(poll, page);
		const grown = (total ?? 0) - (list.total ?? Infinity);
		const isLong = watch.onlyGrows || page.number >= LONG_LIST_PAGES;
		if (isLong && grown > 0 && count >= grown && !window.isDue(total)) {
			Object.assign(list, { total, turn: 0 });
			if (watch.onlyGrows) ageTo(list, list.roundFrom, watch.lateHours);
			return found;
		}
		if (isPaused(poll, list, page)) {
			list.total = undefined;
			return found;
		}
	}
	const isWhole = firstPage > 0 || last?.complete === true;
	Object.assign(list, { total: isWhole ? last?.total : undefined, turn: 0 });
	if (isWhole) ageTo(list, list.roundFrom, watch.lateHours);
	if (isWhole && firstPage === 0) await moveSince(poll, branch, window);
	return found;
}

async function* chained({ page, rest }: Begun): AsyncGenerator<Page, undefined> {
	yield page;
	yield* rest;
	return undefined;
}
