import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { nodeError } from '../api/failures';
import type { Collected } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import type { PollRequest } from './eventSource';
import { emptyError } from './eventSource';
import { latest, stampOf } from './stamps';

/** Where new entries fill more pages than that, the oldest are read first. */
const MOST_PAGES = 10;
/** Later than all times. */
export const FOREVER = '9';

/** The log of a branch. */
type Log = Pick<PollRequest, 'client' | 'reader'> & { branch: number };

type Judge = () => (rows: IDataObject[]) => boolean;

/** Entries of a log, the newest first: all from one time on that are from before another one. */
export interface LogPart {
	rows: IDataObject[];
	from: string;
	until: string;
	/** How many entries the log has up to the newest of these, if AlfaCRM counts them. */
	count?: number;
}

/** So many entries are from before a time. */
export interface Older {
	time: string;
	count: number;
}

export const logOf = (branch: number, body: IDataObject = {}): ListQuery => ({
	path: 'log',
	task: 'read the change log',
	branch,
	body,
});

/** The time of an entry. */
export const timeOf = (row: IDataObject): string => stampOf(row, 'date_time');

/** @param time not before the first of the part */
export function olderThan({ rows, count }: LogPart, time: string): Older | undefined {
	if (count === undefined) return undefined;
	return { time, count: count - rows.filter((row) => timeOf(row) >= time).length };
}

/**
 * Reads the entries that may be new: from a time on or, where nothing is new before a later time, from there on. Of many these are the
 * oldest ones, until there is enough.
 *
 * @param older what is from before that later time; where it has become more, one has got in late
 * @param judge begins a reading; tells whether these entries and the older ones that it was asked about in it are enough
 */
export async function readLog(
	log: Log,
	{ since, older }: { since: string; older?: Older },
	judge: Judge,
): Promise<LogPart> {
	if (older === undefined) return await readFrom(log, since, Infinity, judge);
	const part = await readFrom(log, older.time, older.count, judge);
	if (olderThan(part, older.time)?.count === older.count) return part;
	return await readFrom(log, since, older.count, judge);
}

/** @param known how many entries are not new; it only decides where the reading begins */
async function readFrom(log: Log, from: string, known: number, judge: Judge): Promise<LogPart> {
	let [length, isLong] = [0, false];
	const { rows, total } = await readPages(log, from, (page) => {
		if (page.number > 0) return false;
		length = page.items.length;
		isLong = (page.total ?? 0) - known > MOST_PAGES * length;
		return isLong;
	});
	if (!isLong || total === undefined || isReached(rows, from))
		return { rows, from, until: FOREVER, count: total };
	// The page with the newest entry that is not new, or the last one.
	const number = Math.floor(Math.min(total - known, total - 1) / length);
	return await readUp(log, from, { number, length }, judge);
}

/** Reads the page that goes down to a time, then the younger ones, one by one. */
async function readUp(
	log: Log,
	from: string,
	{ number, length }: { number: number; length: number },
	judge: Judge,
): Promise<LogPart> {
	let { rows, total = 0 } = await readPages(log, from, () => false, { number, length });
	const isEnough = judge();
	let asked = '';
	for (;;) {
		// Of the second in which a page begins, the one above may hold more.
		const until = number === 0 ? FOREVER : timeOf(rows[0]);
		const whole = rows.filter((row) => timeOf(row) < until);
		const above = number * length + rows.length - whole.length;
		const isLast = number === 0 || isEnough(whole.filter((row) => timeOf(row) >= asked));
		if (isLast) return { rows: whole, from, until, count: total - above };
		asked = latest(asked, until);
		number -= 1;
		const isSame = (page: Pick<Page, 'total'>) => page.total === total;
		const page = await readPages(log, until, isSame, { number, length });
		// If others have come on top meanwhile, entries have moved to later pages.
		rows = isSame(page)
			? [...page.rows, ...rows]
			: [...page.rows.filter((row) => timeOf(row) >= until), ...whole];
		total = page.total ?? 0;
	}
}

/**
 * Reads pages down to a time, or until there is enough.
 *
 * @throws NodeApiError for an entry without a time, for nobody could tell what is older, and where entries are missing
 */
async function readPages(
	{ client, reader, branch }: Log,
	since: string,
	isEnough: (page: Page) => boolean,
	{ number, length } = { number: 0, length: 0 },
): Promise<Collected> {
	const found = await reader.collect(
		{ ...logOf(branch), firstPage: number },
		{ isEnough: (page) => isReached(page.rows, since) || isEnough(page) },
	);
	const { next, read, rows, total = 0 } = found;
	if (!rows.every((row) => /:\d\d:\d\d$/.test(timeOf(row)))) throw timeError(client, branch);
	const isShort = next === undefined && number * length + read < total;
	if (isShort && !isReached(rows, since)) throw emptyError(client, logOf(branch));
	return found;
}

/** Whether entries, the newest first, go down to before a time. */
const isReached = (rows: readonly IDataObject[], since: string): boolean =>
	rows.length > 0 && timeOf(rows[rows.length - 1]) < since;

function timeError({ node }: ApiClient, branch: number): Error {
	const text = {
		message: "AlfaCRM's change log shows an entry without a time that can be read",
		description: `It is in the log of branch ${branch}. Nothing is lost: what is in the log is reported once its times can be read. Until then, choose the other branches in 'Branch'.`,
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}
