import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { changeOf } from '../change';
import type { Entry } from '../logEntry';
import { entriesOf } from '../logEntry';
import type { ListState, Look, News } from './look';
import { HOUR_MS, ready, without } from './look';
import type { Spans } from './spans';
import { keysIn, trimmed, withEntries } from './spans';
import { dayAt, dayOf, daysAfter, earliest, justAfter, latest, newestOf } from './stamps';

/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 30 * 24 * HOUR_MS;

/** What is known of the log of one branch. */
interface BranchLog extends ListState {
	/** The first day that its list is asked for; '' for all. */
	from: string;
	/** What it lists from before this time is no news. */
	since: string;
	/**
	 * It was not read yet. Of one that was `chosen`, what it alone lists was there before; of one that is new to the account,
	 * what is from before the days that are open.
	 */
	isAdded?: 'chosen' | 'new';
	/** When it was read last, n8n's time in milliseconds. */
	lookedAt: number;
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
	start: { keys: string[]; from: string };
}

/** An entry of the log that was not there before. */
export interface NewEntry extends Entry, News {}

/** What a poll found. */
interface Found {
	/** The oldest first. */
	news: NewEntry[];
	/** Younger ones, which wait until a list that was read in part is read on. */
	later: NewEntry[];
	lists: Array<{ branch: number; look: Look; entries: Entry[] }>;
	newest: string;
}

export const emptyState = (): LogState => ({
	done: '',
	known: {},
	newest: '',
	branches: {},
	isAll: false,
	start: { keys: [], from: '' },
});

/** Adds branches, which have no news from before a day. */
export function add(
	state: LogState,
	branches: Iterable<number>,
	{ day, isAdded, now }: { day: string; isAdded?: BranchLog['isAdded']; now: number },
): LogState {
	const since = latest(state.done, day);
	const log: BranchLog = { from: dayOf(since), since, isAdded, lookedAt: now };
	const added = Object.fromEntries([...branches].map((branch) => [branch, log]));
	return { ...state, branches: { ...state.branches, ...added } };
}

/** The first day that is still open: what is from it or younger may yet come late. '' as long as there was no entry. */
export const openDay = (newest: string, now: number): string =>
	newest === '' ? '' : daysAfter(earliest(dayOf(newest), dayAt(now)), -1);

/** Counts the entries that no earlier poll saw; those of them that are wanted. */
export function countFresh(
	state: LogState,
	rows: readonly IDataObject[],
	wants?: (change: Change) => boolean,
): number {
	const fresh = entriesOf(rows).filter(isUnknown(state));
	if (wants === undefined) return fresh.length;
	return fresh.flatMap(({ row }) => changeOf(row, null) ?? []).filter(wants).length;
}

/** Finds what is new. */
export function examine(
	state: LogState,
	looks: ReadonlyMap<number, Look>,
	{ wants, now }: { wants: (change: Change) => boolean; now: number },
): Found {
	const lists = [...looks].map(([branch, look]) => ({ branch, look, entries: entriesIn(look) }));
	const stamps = stampsOf(lists.flatMap(({ entries }) => entries));
	const newest = latest(state.newest, newestOf(stamps, now));
	const isFresh = isUnknown(state);
	const found = new Map<string, NewEntry & { wasThere: boolean }>();
	for (const { branch, entries } of lists) {
		const { isAdded, ...log } = state.branches[branch];
		const since = isAdded === 'new' ? latest(log.since, openDay(newest, now)) : log.since;
		// Of one second, the one that is listed later is the older one.
		for (const entry of entries.filter(isFresh).reverse()) {
			const change = changeOf(entry.row, branch);
			if (change === undefined || !wants(change)) continue;
			const isOld = isAdded === 'chosen' || (entry.stamp !== '' && entry.stamp < since);
			const wasThere = isOld && !state.start.keys.includes(entry.key);
			const one = found.get(entry.key) ?? { ...entry, branches: [], wasThere };
			found.set(entry.key, one);
			one.branches.push(branch);
			one.wasThere &&= wasThere;
		}
	}
	const news = [...found.values()]
		.filter(({ wasThere }) => !wasThere)
		.sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
	const count = ready(news, looks);
	return {
		news: news.slice(0, count),
		later: news.slice(count),
		lists,
		newest,
	};
}

/**
 * What is known after a poll.
 *
 * @param left keys of what is still to be reported
 * @param watched branches that are watched, also those that could not be read
 */
export function settle(
	state: LogState,
	{ lists, newest }: Found,
	left: ReadonlySet<string>,
	{ watched, now }: { watched: readonly number[]; now: number },
): LogState {
	const seen = lists.flatMap(({ entries }) => entries);
	const told = seen.filter(({ key }) => !left.has(key));
	const pending = stampsOf(seen.filter(({ key }) => left.has(key)));
	const parts = lists.filter(({ look }) => look.isPart);
	const ends = parts.map(({ entries }) => newestOf(stampsOf(entries), now));
	// Up to here, nothing is left in any branch.
	const upTo = [...pending, ...ends].reduce(earliest, '9');
	const read = new Set(lists.map(({ branch }) => branch));
	const isAwaited = (branch: number) =>
		!read.has(branch) && Math.abs(now - state.branches[branch].lookedAt) < PATIENCE_MS;
	const isUnfinished = lists.some(({ look }) => look.list.next !== undefined);
	// Who could be read has shown all that is from before this time.
	const shown = latest(state.done, earliest(upTo, isUnfinished ? '' : openDay(newest, now)));
	const from = watched.some(isAwaited) ? state.done : shown;
	const isWhole = watched.every((branch) => read.has(branch)) && lists.every(({ look }) => look.isWhole);
	// Those without a time are known as long as they are listed.
	const known = withEntries(isWhole ? { ...state.known, '': '' } : state.known, told);
	const { spans, done } = trimmed(known, from, earliest(upTo, newest));
	const keys = new Set(seen.map(({ key }) => key));
	const isLeft = (key: string) => left.has(key) || !(isWhole || keys.has(key));
	const start = { ...state.start, keys: state.start.keys.filter(isLeft) };
	const day = dayOf(latest(done, shown));
	const first = start.keys.length > 0 ? earliest(start.from, day) : day;
	const branches = Object.fromEntries(watched.map((branch) => [branch, state.branches[branch]]));
	for (const list of lists)
		branches[list.branch] = settled(branches[list.branch], list, { first, left, now });
	return { ...state, done, known: spans, newest, branches, start };
}

function settled(
	log: BranchLog,
	{ look: { list, isPart }, entries }: Found['lists'][number],
	{ first, left, now }: { first: string; left: ReadonlySet<string>; now: number },
): BranchLog {
	const isCut = log.isAdded !== undefined && list.next !== undefined;
	const isUnfinished = list.next !== undefined && !isCut;
	// From another day on, it is another list.
	const from = isPart || isUnfinished ? log.from : first;
	const { total, readAt, next } = without(list, entries.filter(({ key }) => left.has(key)).length);
	// Of one that is too long to be read at once in the beginning, what is older than all that was read was there.
	const [oldest = ''] = stampsOf(entries).filter(Boolean).sort();
	return {
		from,
		since: isCut ? latest(log.since, justAfter(oldest)) : log.since,
		lookedAt: now,
		total: from === log.from ? total : undefined,
		readAt: isCut ? now : readAt,
		next: isUnfinished ? next : undefined,
	};
}

/** What was read apart may list an entry again. */
function entriesIn({ rows, apart = 0 }: Look): Array<Entry & { row: IDataObject }> {
	const entries = [rows.slice(0, apart), rows.slice(apart)].flatMap(entriesOf);
	return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}

function isUnknown({ done, known, start }: LogState): (entry: Entry) => boolean {
	const keys = new Set(keysIn(known));
	return ({ key, stamp }) => start.keys.includes(key) || (!keys.has(key) && (stamp === '' || stamp >= done));
}

const stampsOf = (entries: readonly Entry[]): string[] => entries.map(({ stamp }) => stamp);
