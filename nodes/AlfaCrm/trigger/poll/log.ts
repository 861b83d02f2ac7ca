import type { IDataObject } from 'n8n-workflow';

import { daysAfter } from '../../values/formats';
import type { Change } from '../change';
import { changeOf } from '../change';
import type { Entry } from '../logEntry';
import { entriesOf } from '../logEntry';
import type { Beginning, ListState, Look, News } from './look';
import { PATIENCE_MS } from './look';
import type { Spans } from '../memory/spans';
import { keysIn, trimmed, withEntries } from '../memory/spans';
import { dayAt, dayOf, earliest, justAfter, justBefore, latest, newestOf } from '../stamps';

/** How many entries that nobody wants are kept above what is left. */
const MOST_ABOVE = 1_000;
/** How long the keys may be of what was there in branches when they were chosen, in all of them together. */
const MOST_OWN = 10_000;

/** What is known of the log of one branch. */
export interface BranchLog extends ListState {
	/** The first day that its list is asked for; '' for all. */
	from: string;
	/** What it lists from before this time is no news of this branch. */
	since: string;
	/** It was chosen and not read yet: what it alone lists was there before. */
	isChosen?: true;
	/** Keys of what was there when it was chosen while others still had some of it to report. */
	own?: Spans;
	/** When it was read last, n8n's time in milliseconds. */
	lookedAt: number;
	/** There is more that is new than was reported: since when, and the page on which to look for it first. */
	behind?: { since: string; page: number };
}

interface Start extends Beginning {
	keys: string[];
	from: string;
	/** When they were looked for in vain, n8n's time in milliseconds. */
	missedAt?: number;
}

/** Plain JSON, some kilobytes where much happens. */
export interface LogState {
	/** All from before this time is known. '' as long as there was no entry at all. */
	done: string;
	/** Keys of the others that are known, wanted or not. */
	known: Spans;
	/** The newest time. */
	newest: string;
	branches: Record<string, BranchLog>;
	/** All branches of the account were watched. */
	isAll: boolean;
	/** Keys of those from the beginning that are still to be reported, and the day that they are listed from. */
	start: Start;
}

/** An entry of the log that was not there before. */
export interface NewEntry extends Entry, News {}

type Row = Entry & { row: IDataObject };

/** What a poll found. */
interface Found {
	/** The oldest first. */
	news: NewEntry[];
	/** Younger ones, which wait until a list that was read in part is read on. */
	later: NewEntry[];
	/** What was read of each branch, the newest first, and what of it is new to it. */
	lists: Array<{ branch: number; look: Look; entries: Row[]; fresh: ReadonlySet<Row> }>;
	newest: string;
}

export const emptyLogState = (): LogState => ({
	done: '',
	known: {},
	newest: '',
	branches: {},
	isAll: false,
	start: { keys: [], from: '', branches: [], at: 0 },
});

/** Adds branches, which have no news from before a day; of one that is chosen, what it alone lists was there before. */
export function add(
	state: LogState,
	branches: Iterable<number>,
	{ day, isChosen, now }: { day: string; isChosen?: true; now: number },
): LogState {
	const since = latest(state.done, day);
	const log: BranchLog = { from: dayOf(since), since, isChosen, lookedAt: now };
	const added = Object.fromEntries([...branches].map((branch) => [branch, log]));
	return { ...state, branches: { ...state.branches, ...added } };
}

/** The first day that is still open: what is from it or younger may yet come late. '' as long as there was no entry. */
export const openDay = (newest: string, now: number): string =>
	newest === '' ? '' : daysAfter(earliest(dayOf(newest), dayAt(now)), -1);

/** Tells what no earlier poll saw of the rows of a branch that are side by side in its list. */
export function freshIn(
	{ done, known, branches }: LogState,
	branch: number,
): (rows: readonly IDataObject[]) => Row[] {
	const { since, own = {} } = branches[branch];
	const keys = new Set([...keysIn(known), ...keysIn(own)]);
	const isFresh = ({ key, stamp }: Entry) => !keys.has(key) && stamp >= latest(done, since);
	return (rows) => entriesOf(rows).filter(isFresh);
}

/** Finds what is new. */
export function examine(
	state: LogState,
	looks: ReadonlyMap<number, Look>,
	{ wants, now }: { wants: (change: Change) => boolean; now: number },
): Found {
	const lists = [...looks].map(([branch, look]) => {
		const entries = entriesIn(look, entriesOf);
		const keys = new Set(entriesIn(look, freshIn(state, branch)).map(({ key }) => key));
		return { branch, look, entries, fresh: new Set(entries.filter(({ key }) => keys.has(key))) };
	});
	const found = new Map<string, NewEntry>();
	for (const { branch, fresh } of lists) {
		if (state.branches[branch].isChosen) continue;
		// Of one second, the one that is listed later is the older one.
		for (const entry of [...fresh].reverse()) {
			const change = changeOf(entry.row, branch);
			if (change === undefined || !wants(change)) continue;
			const one = found.get(entry.key) ?? { ...entry, branches: [] };
			found.set(entry.key, one);
			one.branches.push(branch);
		}
	}
	const news = [...found.values()].sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
	const until = partsEnd(lists, (stamps) => stamps.reduce(latest, ''));
	const isLater = ({ stamp }: Entry) => stamp > until;
	return {
		news: news.filter((entry) => !isLater(entry)),
		later: news.filter(isLater),
		lists,
		newest: latest(state.newest, newestOf(stampsOf(lists.flatMap(({ entries }) => entries)), now)),
	};
}

/** The time up to which the lists that were read in part have nothing left; later than all if there are none. */
function partsEnd(lists: Found['lists'], endOf: (stamps: string[]) => string): string {
	const parts = lists.filter(({ look }) => look.isPart);
	return parts.map(({ entries }) => endOf(stampsOf(entries))).reduce(earliest, '9');
}

/**
 * What is known after a poll.
 *
 * @param left keys of what is still to be reported
 * @param watched branches that are watched, also those that could not be read
 */
export function settle(
	state: LogState,
	{ news, lists, newest }: Found,
	left: ReadonlySet<string>,
	{ watched, now }: { watched: readonly number[]; now: number },
): LogState {
	const reported = new Set(news.flatMap(({ key }) => (left.has(key) ? [] : key)));
	const isLeft = ({ key }: Entry) => left.has(key);
	const pending = lists.flatMap(({ entries }) => entries.filter(isLeft));
	const read = new Map(lists.map((list) => [list.branch, list]));
	const isUnread = (branch: number) => !read.has(branch) && state.branches[branch].readAt !== undefined;
	const isBehind =
		pending.length > 0 || lists.some(({ look }) => look.isPart) || watched.some((branch) => isUnread(branch));
	const told = lists
		.filter(({ branch }) => !(isBehind && state.branches[branch].isChosen))
		.flatMap((list) => toldIn(list, left, reported));
	// Up to here, nothing is left in any branch.
	const upTo = stampsOf(pending).reduce(
		earliest,
		partsEnd(lists, (stamps) => newestOf(stamps, now)),
	);
	const isAwaited = (branch: number) =>
		!read.has(branch) && now - (state.branches[branch].unreadAt ?? now) < PATIENCE_MS;
	const isUnfinished = lists.some(
		({ branch, look }) => look.list.next !== undefined && !state.branches[branch].isChosen,
	);
	// Who could be read has shown all that is from before this time.
	const shown = latest(state.done, isUnfinished ? '' : openDay(earliest(upTo, newest), now));
	const from = watched.some(isAwaited) ? state.done : shown;
	const { spans, done } = trimmed(withEntries(state.known, told), from, earliest(upTo, newest));
	const first = dayOf(latest(done, shown));
	const after = (branch: number) => {
		const [log, list] = [state.branches[branch], read.get(branch)];
		const most = MOST_OWN / watched.length;
		if (list !== undefined) return settled(log, list, { first, left, isBehind, most, now });
		const unread = { ...log, unreadAt: log.unreadAt ?? now };
		// What comes from when it was chosen on is news, once it can be read.
		return log.isChosen ? { ...unread, isChosen: undefined, since: latest(log.since, state.newest) } : unread;
	};
	const branches = Object.fromEntries(watched.map((branch) => [branch, after(branch)]));
	return { ...state, done, known: spans, newest, branches };
}

/**
 * What was reported, and what nobody wants. Of what lies above something that is left, only so much is kept: it is read
 * once more.
 */
function toldIn(
	{ entries, fresh }: Found['lists'][number],
	left: ReadonlySet<string>,
	reported: ReadonlySet<string>,
): Row[] {
	const end = entries.map(({ key }) => left.has(key)).lastIndexOf(true) + 1;
	const isUnwanted = (entry: Row) => fresh.has(entry) && !left.has(entry.key) && !reported.has(entry.key);
	const [above, below] = [entries.slice(0, end), entries.slice(end)].map((some) => some.filter(isUnwanted));
	return [...entries.filter(({ key }) => reported.has(key)), ...below, ...above.slice(-MOST_ABOVE)];
}

function settled(
	log: BranchLog,
	{ look: { list, isPart, page = 0 }, entries }: Found['lists'][number],
	{
		first,
		left,
		isBehind,
		most,
		now,
	}: { first: string; left: ReadonlySet<string>; isBehind: boolean; most: number; now: number },
): BranchLog {
	const pending = stampsOf(entries.filter(({ key }) => left.has(key)));
	const hasLeft = pending.length > 0;
	// Where nothing was read, all that is not known is as it was.
	const top = stampsOf(entries).reduce(latest, '') || (log.behind?.since ?? '9');
	const behindSince = hasLeft ? justBefore(pending.reduce(earliest)) : top;
	const isCut = log.isChosen && list.next !== undefined;
	const isUnfinished = list.next !== undefined && !isCut;
	// From another day on, it is another list.
	const from = isPart || isUnfinished || hasLeft ? log.from : first;
	// Of one that is too long to be read at once in the beginning, what is older than all that was read was there.
	const [oldest = ''] = stampsOf(entries).sort();
	const there =
		log.isChosen && isBehind
			? trimmed(withEntries({}, entries), '', newestOf(stampsOf(entries), now), most)
			: { spans: log.own, done: '' };
	return {
		from,
		since: [isCut ? justAfter(oldest) : '', there.done].reduce(latest, log.since),
		own: there.spans && trimmed(there.spans, from, '').spans,
		lookedAt: now,
		total: from === log.from ? list.total : undefined,
		readAt: isCut ? now : list.readAt,
		next: isUnfinished ? list.next : undefined,
		size: isUnfinished ? list.size : undefined,
		behind: isPart || hasLeft ? { since: behindSince, page: Math.max(0, page - 1) } : undefined,
	};
}

/** What was read apart may list an entry again. */
function entriesIn({ rows, apart = 0 }: Look, read: (rows: readonly IDataObject[]) => Row[]): Row[] {
	const entries = [rows.slice(0, apart), rows.slice(apart)].flatMap(read);
	return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}

const stampsOf = (entries: readonly Entry[]): string[] => entries.map(({ stamp }) => stamp);
