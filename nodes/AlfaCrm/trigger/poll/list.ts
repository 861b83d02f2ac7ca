import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../../api/pages';
import { looksLikePageSize } from '../../api/page';
import { pages } from '../../api/pages';
import type { ApiClient } from '../../api/client';
import type { Seen } from './seen';
import { dotted, hoursBefore, isFarAhead, stampOf } from './stamps';
import type { ListState, State } from './state';
import type { Found, News, Watch } from './types';

/** What one poll works with. */
export interface Poll {
	client: ApiClient;
	watch: Watch;
	/** A copy that is changed while looking, and stored only when all went well. */
	state: State;
	seen: Seen;
	/** Milliseconds since 1970 after which no further page is read. */
	deadline: number;
	/** How many rows are reported at most. */
	most: number;
	/** Set when there are more rows than that. */
	isMore: boolean;
	/** Counts the rows read. */
	places: number;
}

/** The pages of one branch's list, from a day on. */
export function pagesSince(
	{ client, watch }: Pick<Poll, 'client' | 'watch'>,
	branch: number,
	since: string | null,
	options: { firstPage?: number; body?: IDataObject } = {},
): AsyncGenerator<Page, undefined> {
	const from = since === null ? {} : { [watch.sinceFilter]: dotted(since) };
	const { path, task } = watch;
	const { firstPage, body = watch.body } = options;
	return pages(client, { path, branch, task, body: { ...body, ...from }, firstPage });
}

export async function onePage(source: AsyncGenerator<Page, undefined>): Promise<Page> {
	const { value } = await source.next();
	return value ?? { number: 0, rows: [], items: [], keys: [], complete: true, shrank: false };
}

/** Keeps what a page tells besides its rows. */
export function note({ state, watch }: Poll, { number, rows, total = 0 }: Page): void {
	if (number === 0 && total > rows.length) state.totalsCount = true;
	const stamps = rows.map((row) => stampOf(row, watch.stampField)).filter((stamp) => !isFarAhead(stamp));
	state.newest = stamps.reduce((newest, stamp) => (stamp > newest ? stamp : newest), state.newest);
}

/** A total that tells how many rows there are, and not just how many this page holds. */
export function countOf({ state }: Poll, { number, rows, total }: Page): number | undefined {
	return state.totalsCount || number > 0 || !looksLikePageSize(rows, total) ? total : undefined;
}

/** Stops after a page, for the next poll to go on; not after the last one. */
export function isPaused({ watch, deadline }: Poll, list: ListState, page: Page): boolean {
	if (Date.now() < deadline || isEnd(watch, list, page)) return false;
	Object.assign(list, { resumeAt: page.number + 1, pausedAt: watch.keyOf(page.rows[0]) });
	return true;
}

/** Whether no page follows that has other rows. */
function isEnd(
	{ keyOf }: Watch,
	{ pageSize = 0, pausedAt }: ListState,
	{ number, rows, total }: Page,
): boolean {
	if (rows.length === 0) return true;
	// Without a total, AlfaCRM may show the last page for ever.
	if (total === undefined) return keyOf(rows[0]) === pausedAt;
	return (number + 1) * pageSize >= total && (number > 0 || !looksLikePageSize(rows, total));
}

/** False for rows from before a time, which AlfaCRM lists as well when it ignores a filter. */
export function isSince({ stampField }: Watch, row: IDataObject, time: string | null): boolean {
	const stamp = stampOf(row, stampField);
	return time === null || stamp === '' || stamp >= time;
}

/** A row's time as it is kept. */
export function timeOf({ stampField, grain }: Watch, row: IDataObject): string {
	return stampOf(row, stampField).slice(0, grain === 'day' ? 10 : 16);
}

/** Rows of a page that are not known yet. */
export function freshOf(poll: Poll, list: ListState, branch: number, { rows }: Page): Found[] {
	const { watch, seen } = poll;
	return rows
		.filter((row) => isSince(watch, row, list.horizon))
		.map((row) => ({ row, key: watch.keyOf(row) }))
		.filter(({ key }) => !seen.has(key))
		.map(({ row, key }) => ({
			key,
			time: timeOf(watch, row),
			news: watch.wants(row) ? { row, branch, place: poll.places++ } : undefined,
		}))
		.filter(({ news }) => news !== undefined || !watch.mayChange);
}

/** Keeps a poll's memory within bounds: of too many rows the first ones, since the rest come with the next poll. */
export function bounded(poll: Poll, found: Found[]): Found[] {
	const news = found.filter((one) => one.news !== undefined);
	if (news.length <= 2 * poll.most) return found;
	poll.isMore = true;
	const others = found.filter((one) => one.news === undefined);
	return [...others, ...inOrder(poll.watch, news).slice(0, poll.most)];
}

/** Those that are wanted, oldest first. */
export function inOrder({ compare }: Watch, found: readonly Found[]): Found[] {
	return found
		.filter(({ news }) => news !== undefined)
		.sort((a, b) => compare(a.news as News, b.news as News));
}

/** After all rows were looked at, those that are older than a row can be late are old. */
export function ageTo(list: ListState, newest: string, lateHours: number): void {
	const horizon = newest === '' ? '' : hoursBefore(newest, lateHours);
	if (horizon > list.horizon) list.horizon = horizon;
}
