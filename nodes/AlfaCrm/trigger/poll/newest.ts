import type { Poll } from './list';
import { inOrder, isSince, pagesSince } from './list';
import { daysAgo } from './stamps';
import type { Found, News, Watch } from './types';

/** How far back the newest rows are looked for; at last among all. */
const DAYS_BACK = [2, 30, 400];
/** How many pages of a branch are read for that, so that a large account does not take minutes. */
const MOST_PAGES = 10;

/** The newest rows that the user wants to hear of, oldest first; at least one if there is any. */
export async function newestRows(poll: Poll, branches: readonly number[], count: number): Promise<News[]> {
	let found: Found[] = [];
	for (const days of [...DAYS_BACK, null]) {
		const since = days === null ? null : daysAgo(days);
		found = [];
		for (const branch of branches) found.push(...(await wantedSince(poll, branch, since)));
		if (new Set(found.map(({ key }) => key)).size >= count) break;
	}
	return newsOf(poll.watch, found).slice(-count);
}

/** What is to be reported of the rows found, each once, oldest first. */
export function newsOf(watch: Watch, found: readonly Found[]): News[] {
	const unique = new Map(found.map((one) => [one.key, one]));
	return inOrder(watch, [...unique.values()]).flatMap(({ news }) => news ?? []);
}

async function wantedSince(poll: Poll, branch: number, since: string | null): Promise<Found[]> {
	const { watch } = poll;
	const found: Found[] = [];
	for await (const { number, rows } of pagesSince(poll, branch, since)) {
		for (const row of rows) {
			if (!watch.wants(row) || !isSince(watch, row, since)) continue;
			found.push({ key: watch.keyOf(row), time: '', news: { row, branch, place: poll.places++ } });
		}
		if (number + 1 >= MOST_PAGES || Date.now() >= poll.deadline) break;
	}
	return found;
}
