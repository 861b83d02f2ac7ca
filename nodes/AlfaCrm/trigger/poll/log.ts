import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { changeOf } from '../change';
import type { Entry } from './logEntry';
import { entriesOf, KEY_CHARACTERS, timeOf } from './logEntry';
import type { ListState, Look } from './look';
import { ready, without } from './look';
import { dayAt, dayOf, daysAfter, earlier, justAfter, newestOf } from './stamps';

/** How many entries are known one by one; of more, those of the oldest seconds are known by their time. */
export const MOST_KEYS = 2_000;

/** What is known of the log of one branch. */
interface BranchLog extends ListState {
	/** The first day that is asked for; '' for all. */
	from: string;
	/** All from before this time is known. '' as long as there was no entry at all. */
	done: string;
	/** Keys of the others that are known. */
	known: string;
	/** The newest time when nothing was left to report. */
	reported: string;
}

/** Plain JSON, some kilobytes where much happens. */
export interface LogState {
	branches: Record<string, BranchLog>;
	/** The newest time in any of them. */
	newest: string;
	/** What decides which entries are listed and wanted. */
	filters: string;
}

/** An entry of the log that was not there before. */
export interface NewEntry extends Entry {
	row: IDataObject;
	/** All that list it. */
	branches: number[];
}

/** What a poll found. Rows that nobody waits for are left out: there may be many. */
export interface Found {
	/** The oldest first. */
	news: NewEntry[];
	/** Younger ones, which wait until a list that was read in part is read on. */
	later: NewEntry[];
	lists: Array<{ branch: number; look: Pick<Look, 'list' | 'isWhole' | 'isPart'>; entries: Entry[] }>;
	newest: string;
}

export const emptyState = (filters: string): LogState => ({ branches: {}, newest: '', filters });

/** Adds branches of which all from before a time is known. */
export function add(state: LogState, branches: Iterable<number>, done: string): LogState {
	const log: BranchLog = { from: dayOf(done), done, known: '', reported: '' };
	const added = Object.fromEntries([...branches].map((branch) => [branch, log]));
	return { ...state, branches: { ...state.branches, ...added } };
}

/** With other filters, what was there at the last poll is no news; what that could not report is. */
export function refilter(state: LogState, filters: string): LogState {
	if (filters === state.filters) return state;
	const branches = Object.entries(state.branches).map(([branch, { from, done, known, reported }]) => [
		branch,
		{ from, done: later(done, justAfter(reported)), known, reported },
	]);
	return { ...state, branches: Object.fromEntries(branches) as LogState['branches'], filters };
}

/** The first day that is still open: what is from it or younger may yet come late. '' as long as there was no entry. */
export const openDay = (newest: string, now: number): string =>
	newest === '' ? '' : daysAfter(earlier(dayOf(newest), dayAt(now)), -1);

/** Counts the entries that no earlier poll saw. */
export function countFresh(state: LogState, branch: number, rows: readonly IDataObject[]): number {
	return entriesOf(rows).filter(isUnknown(state.branches[branch], allKeysIn(state))).length;
}

/**
 * Finds what is new.
 *
 * @param past what branches list of days that another one is behind: it was reported
 */
export function examine(
	state: LogState,
	{ looks, past = new Map() }: { looks: ReadonlyMap<number, Look>; past?: ReadonlyMap<number, Look> },
	wants: (change: Change) => boolean,
	now: number,
): Found {
	const lists = [...looks].map(([branch, look]) => ({ branch, look, entries: entriesOf(look.rows) }));
	const elsewhere = [...past].flatMap(([branch, { rows }]) =>
		entriesOf(rows).filter(({ stamp }) => stamp < state.branches[branch].done),
	);
	const keys = new Set([...allKeysIn(state), ...keysOf(elsewhere)]);
	const found = new Map<string, NewEntry>();
	for (const { branch, entries } of lists) {
		// Of one second, the one that is listed later is the older one.
		for (const entry of entries.filter(isUnknown(state.branches[branch], keys)).reverse()) {
			const change = changeOf(entry.row, branch);
			if (change === undefined || !wants(change)) continue;
			const one = found.get(entry.key) ?? { ...entry, branches: [] };
			found.set(entry.key, one);
			one.branches.push(branch);
		}
	}
	const news = [...found.values()].sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
	const count = ready(news, looks);
	const stamps = [...looks.values()].flatMap(({ rows, first = [] }) => [...rows, ...first].map(timeOf));
	return {
		news: news.slice(0, count),
		later: news.slice(count),
		lists: lists.map(({ branch, look: { list, isWhole, isPart }, entries }) => ({
			branch,
			look: { list, isWhole, isPart },
			entries: entries.map(({ key, stamp }) => ({ key, stamp })),
		})),
		newest: later(state.newest, newestOf(stamps, now)),
	};
}

/**
 * What is known after a poll.
 *
 * @param left keys of what is still to be reported
 */
export function settle(
	state: LogState,
	{ lists, newest }: Found,
	left: ReadonlySet<string>,
	now: number,
): LogState {
	const branches = { ...state.branches };
	const most = Math.ceil(MOST_KEYS / Object.keys(branches).length);
	const pending = lists.flatMap(({ entries }) => stampsOf(entries.filter(({ key }) => left.has(key))));
	const ends = lists.flatMap(({ look, entries }) => (look.isPart ? [newestOf(stampsOf(entries), now)] : []));
	// Up to here, nothing is left in any branch.
	const upTo = [...pending, ...ends].reduce(earliest, '9');
	const cuts = lists.map(({ branch, look, entries }) => {
		if (look.isPart) return entries.length + keysIn(branches[branch]).length > 2 * most ? upTo : '';
		return cutOf(stampsOf(entries.filter(({ key }) => !left.has(key))), most);
	});
	// All of them move on together, so that none is taken to be behind.
	const isRead = lists.every(({ look }) => look.isWhole || look.isPart);
	const done = isRead ? earliest(upTo, [openDay(newest, now), ...cuts].reduce(later)) : '';
	for (const list of lists)
		branches[list.branch] = settled(branches[list.branch], list, { done, left, most, now });
	return { ...state, branches, newest };
}

function settled(
	log: BranchLog,
	{ look, entries }: Found['lists'][number],
	{ left, most, now, ...other }: { done: string; left: ReadonlySet<string>; most: number; now: number },
): BranchLog {
	const seen = entries.filter(({ key }) => !left.has(key));
	const pending = entries.length - seen.length;
	const done = later(log.done, other.done);
	const isTooLong = log.known.length > 2 * most * KEY_CHARACTERS;
	// Without a total, a list that grows by a page while it is read looks as if it had ended.
	const isAll = look.isWhole && (look.list.total !== null || isTooLong);
	const kept = keysOf(seen.filter(({ stamp }) => stamp === '' || stamp >= done));
	const others = isAll || (look.isPart && isTooLong) ? [] : keysIn(log);
	const { total, readAt } = without(look.list, pending);
	// From another day on, it is another list.
	const from = look.isPart ? log.from : dayOf(done);
	const isDone = pending === 0 && !look.isPart;
	return {
		from,
		done,
		known: [...new Set([...others, ...kept])].join(''),
		reported: isDone ? later(log.reported, newestOf(stampsOf(entries), now)) : log.reported,
		total: from === log.from ? total : undefined,
		// Reading it whole tells which of many keys may go.
		readAt: isTooLong && !isAll ? undefined : readAt,
	};
}

/** The time from which on there are no more than so many entries, but for those of that very second; '' for all. */
function cutOf(stamps: readonly string[], most: number): string {
	if (stamps.length <= most) return '';
	const sorted = [...stamps].sort();
	const cut = sorted[sorted.length - most];
	// Of the oldest second not all may have been read.
	return cut > sorted[0] ? cut : (sorted.find((stamp) => stamp > sorted[0]) ?? '');
}

const isUnknown =
	({ done }: BranchLog, keys: ReadonlySet<string>) =>
	({ key, stamp }: Entry): boolean =>
		!keys.has(key) && (stamp === '' || stamp >= done);

const earliest = (one: string, other: string): string => (one < other ? one : other);
const later = (one: string, other: string): string => (one > other ? one : other);
const stampsOf = (entries: readonly Entry[]): string[] => entries.map(({ stamp }) => stamp);
const keysOf = (entries: readonly Entry[]): string[] => entries.map(({ key }) => key);
const allKeysIn = ({ branches }: LogState): Set<string> => new Set(Object.values(branches).flatMap(keysIn));

const keysIn = ({ known: text }: BranchLog): string[] =>
	Array.from({ length: text.length / KEY_CHARACTERS }, (_, index) =>
		text.slice(index * KEY_CHARACTERS, (index + 1) * KEY_CHARACTERS),
	);
