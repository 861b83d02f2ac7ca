import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { changeOf } from '../change';
import type { Entry } from '../logEntry';
import { entriesOf, KEY_CHARACTERS } from '../logEntry';
import { dayAt, dayOf, daysAfter, earlier, hoursAfter, newestOf } from '../stamps';
import type { ListState, Look } from './reading';
import { ready, without } from './reading';

/** How many entries are known one by one; of more, those of the oldest seconds are known by their time. */
export const MOST_KEYS = 2_000;

/** What is known of the log of one branch. */
interface BranchLog extends ListState {
	/** All from before this day or time is known. Earlier days are closed. '' as long as there was no entry at all. */
	done: string;
	/** Keys of the others that are known. */
	known: string;
	/** The newest time, and that of the last poll after which nothing was left. */
	newest: string;
	reported: string;
}

/** Plain JSON, some kilobytes where much happens. */
export interface LogState {
	branches: Record<string, BranchLog>;
	/** What decides which entries are listed and wanted. */
	filters: string;
}

/** An entry of the log that was not there before. */
export interface NewEntry extends Entry {
	row: IDataObject;
	/** All that list it. */
	branches: number[];
}

/** What a poll read: closed days whole, or those from the open day on. */
export interface Days {
	looks: ReadonlyMap<number, Look>;
	/** The first of the closed days, and the first after them, `yyyy-mm-dd`. */
	closed?: { from: string; until: string };
}

/** What is in such days. Rows that nobody waits for are left out: there may be many. */
export interface Found {
	/** The oldest first. */
	news: NewEntry[];
	/** Younger ones, which wait until a list that was read in part is read on. */
	later: NewEntry[];
	lists: Array<{ branch: number; look: Omit<Look, 'rows'>; entries: Entry[] }>;
	until?: string;
}

export const emptyLog = (done: string): BranchLog => ({ done, known: '', newest: '', reported: '' });

/** The first day that is still open: what is from it or younger may yet come late. '' as long as there was no entry. */
export function openDay({ done, newest }: BranchLog, now: number): string {
	if (newest === '') return dayOf(done);
	return later(dayOf(done), daysAfter(earlier(dayOf(newest), dayAt(now)), -1));
}

/** What branches hold in the beginning is known, except for some keys that are news all the same. */
export function begin(
	state: LogState,
	{ looks, since, start, now }: Days & { since: string; start: ReadonlySet<string>; now: number },
): LogState {
	const added = Object.fromEntries([...looks.keys()].map((branch) => [branch, emptyLog(since)]));
	const begun = { ...state, branches: { ...state.branches, ...added } };
	const found = examine(begun, { looks }, () => false);
	return settle(begun, found, start, now);
}

/** With other filters, what was there at the last poll is no news; what that could not report is. */
export function refilter(state: LogState, filters: string): LogState {
	if (filters === state.filters) return state;
	const branches = Object.entries(state.branches).map(([branch, { done, reported, ...log }]) => {
		const next = { ...log, reported, done: later(done, justAfter(reported)) };
		return [branch, { ...next, total: undefined, readAt: undefined }];
	});
	return { branches: Object.fromEntries(branches) as LogState['branches'], filters };
}

/** Counts the entries that no earlier poll saw. */
export function countFresh(state: LogState, branch: number, rows: readonly IDataObject[]): number {
	return entriesOf(rows).filter(isUnknown(state.branches[branch], allKeysIn(state))).length;
}

/** Finds what is new in some days. */
export function examine(state: LogState, { looks, closed }: Days, wants: (change: Change) => boolean): Found {
	const read = [...looks].map(([branch, { rows, ...look }]) => {
		// A list may show other days than those that were asked for.
		const isAsked = ({ stamp }: Entry) => closed === undefined || stamp < closed.until;
		return { branch, look, log: state.branches[branch], entries: entriesOf(rows).filter(isAsked) };
	});
	// What a branch that is past closed days holds of them was reported there.
	const isPast = ({ done }: BranchLog) => closed !== undefined && dayOf(done) > closed.from;
	const elsewhere = read.filter(({ log }) => isPast(log)).flatMap(({ entries }) => entries);
	const keys = new Set([...allKeysIn(state), ...keysOf(elsewhere)]);
	const lists = read.filter(({ log }) => !isPast(log));
	const found = new Map<string, NewEntry>();
	for (const { branch, log, entries } of lists) {
		// Of one second, the one that is listed later is the older one.
		for (const entry of entries.filter(isUnknown(log, keys)).reverse()) {
			const change = changeOf(entry.row, branch);
			if (change === undefined || !wants(change)) continue;
			const one = found.get(entry.key) ?? { ...entry, branches: [] };
			found.set(entry.key, one);
			one.branches.push(branch);
		}
	}
	const news = [...found.values()].sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
	const count = ready(news, looks);
	return {
		news: news.slice(0, count),
		later: news.slice(count),
		lists: lists.map(({ branch, look, entries }) => ({
			branch,
			look,
			entries: entries.map(({ key, stamp }) => ({ key, stamp })),
		})),
		until: closed?.until,
	};
}

/**
 * What is known after such days.
 *
 * @param left keys of what is still to be reported
 */
export function settle(state: LogState, found: Found, left: ReadonlySet<string>, now: number): LogState {
	const branches = { ...state.branches };
	const most = Math.ceil(MOST_KEYS / Object.keys(branches).length);
	for (const list of found.lists) {
		const log = settled(branches[list.branch], list, { until: found.until, left, most });
		const newest = later(log.newest, newestOf(stampsOf(list.entries), now));
		const isDone = list.entries.every(({ key }) => !left.has(key));
		branches[list.branch] = { ...log, newest, reported: isDone ? newest : log.reported };
	}
	return { ...state, branches };
}

/** Days that were read whole are known by their time, as far as nothing is left of them; the others by keys. */
function settled(
	log: BranchLog,
	{ look, entries }: Found['lists'][number],
	{ until, left, most }: { until?: string; left: ReadonlySet<string>; most: number },
): BranchLog {
	const pending = entries.filter(({ key }) => left.has(key));
	const seen = entries.filter(({ key }) => !left.has(key));
	// Without a total, a list that grows by a page while it is read looks as if it had ended.
	const isAll = look.isWhole && (look.list.total !== null || seen.length > most);
	const end = until ?? (isAll ? cutOf(stampsOf(seen), most) : '');
	const done = later(log.done, [end, ...stampsOf(pending)].reduce(earliest));
	const here = new Set(keysOf(seen));
	const others = keysIn(log).filter((key) => !here.has(key));
	const kept = keysOf(seen.filter(({ stamp }) => stamp === '' || stamp >= done));
	const known = joined(until === undefined && isAll ? kept : [...others, ...kept]);
	const { total, readAt } = without(look.list, pending.length);
	// From another day on, it is another list.
	const isSame = until === undefined && dayOf(done) === dayOf(log.done);
	// Reading it whole tells which of many keys may go.
	const isTooLong = !isAll && known.length > 2 * most * KEY_CHARACTERS;
	return { ...log, total: isSame ? total : undefined, readAt: isTooLong ? undefined : readAt, done, known };
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

const justAfter = (stamp: string): string => (stamp === '' ? '' : hoursAfter(stamp, 1 / 3_600));
const earliest = (one: string, other: string): string => (one < other ? one : other);
const later = (one: string, other: string): string => (one > other ? one : other);
const stampsOf = (entries: readonly Entry[]): string[] => entries.map(({ stamp }) => stamp);
const keysOf = (entries: readonly Entry[]): string[] => entries.map(({ key }) => key);
const allKeysIn = ({ branches }: LogState): Set<string> => new Set(Object.values(branches).flatMap(keysIn));

const keysIn = ({ known: text }: BranchLog): string[] =>
	Array.from({ length: text.length / KEY_CHARACTERS }, (_, index) =>
		text.slice(index * KEY_CHARACTERS, (index + 1) * KEY_CHARACTERS),
	);

const joined = (keys: readonly string[]): string => [...new Set(keys)].join('');
