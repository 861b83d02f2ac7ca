import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { changeOf } from '../change';
import type { Entry } from './logEntry';
import { entriesOf, KEY_CHARACTERS } from './logEntry';
import type { ListState, Look } from './look';
import { ready, without } from './look';
import { dayAt, dayOf, daysAfter, earliest, latest, newestOf } from './stamps';

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
	/** When the newest time of all entries, wanted or not, was asked for, n8n's time in milliseconds. */
	askedAt?: number;
	/** What decides which entries are listed and wanted. */
	filters: string;
}

/** Plain JSON, some kilobytes where much happens. */
export interface LogState {
	branches: Record<string, BranchLog>;
	/** The newest time in any of them. */
	newest: string;
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
	lists: Array<{ branch: number; look: Omit<Look, 'rows'>; entries: Entry[] }>;
	newest: string;
	filters: string;
}

export const emptyState = (): LogState => ({ branches: {}, newest: '' });

/** Adds branches of which all from before a time is known. */
export function add(state: LogState, branches: Iterable<number>, done: string, filters: string): LogState {
	const log: BranchLog = { from: dayOf(done), done, known: '', reported: '', filters };
	const added = Object.fromEntries([...branches].map((branch) => [branch, log]));
	return { ...state, branches: { ...state.branches, ...added } };
}

/** The first day that is still open: what is from it or younger may yet come late. '' as long as there was no entry. */
export const openDay = (newest: string, now: number): string =>
	newest === '' ? '' : daysAfter(earliest(dayOf(newest), dayAt(now)), -1);

/** Counts the entries that no earlier poll saw; those of them that are wanted. */
export function countFresh(
	state: LogState,
	branch: number,
	rows: readonly IDataObject[],
	wants?: (change: Change) => boolean,
): number {
	const fresh = entriesOf(rows).filter(isUnknown(state.branches[branch], allKeysIn(state)));
	if (wants === undefined) return fresh.length;
	return fresh.flatMap(({ row }) => changeOf(row, branch) ?? []).filter(wants).length;
}

/**
 * Finds what is new.
 *
 * @param past what branches list of days that another one is behind: it was reported
 */
export function examine(
	state: LogState,
	{ looks, past = new Map() }: { looks: ReadonlyMap<number, Look>; past?: ReadonlyMap<number, Look> },
	{ filters, wants, now }: { filters: string; wants: (change: Change) => boolean; now: number },
): Found {
	const lists = [...looks].map(([branch, look]) => ({ branch, look, entries: entriesOf(look.rows) }));
	const elsewhere = [...past].flatMap(([branch, { rows }]) =>
		entriesOf(rows).filter(({ stamp }) => stamp < state.branches[branch].done),
	);
	const keys = new Set([...allKeysIn(state), ...keysOf(elsewhere)]);
	const found = new Map<string, NewEntry>();
	for (const { branch, entries } of lists) {
		const log = state.branches[branch];
		// With other filters, what was there at the last poll is no news; what that could not report is.
		const wasThere = ({ stamp }: Entry) => filters !== log.filters && stamp <= log.reported;
		const fresh = entries.filter(isUnknown(log, keys)).filter((entry) => !wasThere(entry));
		// Of one second, the one that is listed later is the older one.
		for (const entry of fresh.reverse()) {
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
		lists: lists.map(({ branch, look: { list, isWhole, isPart, head }, entries }) => ({
			branch,
			look: { list, isWhole, isPart, head },
			entries: entries.map(({ key, stamp }) => ({ key, stamp })),
		})),
		newest: lists.map(({ look, entries }) => newestIn(look, entries, now)).reduce(latest, state.newest),
		filters,
	};
}

/**
 * What is known after a poll.
 *
 * @param left keys of what is still to be reported
 */
export function settle(
	state: LogState,
	{ lists, newest, filters }: Found,
	left: ReadonlySet<string>,
	now: number,
): LogState {
	const isLeft = ({ key }: Entry) => left.has(key);
	const pending = lists.flatMap(({ entries }) => stampsOf(entries.filter(isLeft)));
	const parts = lists.filter(({ look }) => look.isPart);
	const ends = parts.map(({ entries }) => newestOf(stampsOf(entries), now));
	// Up to here, nothing is left in any branch.
	const upTo = [...pending, ...ends].reduce(earliest, '9');
	const isFull = Object.values(state.branches).flatMap(keysIn).length > 2 * MOST_KEYS;
	const wholes = lists.filter(({ look }) => look.isWhole);
	const seen = wholes.flatMap(({ entries }) => entries.filter((entry) => !isLeft(entry)));
	// Of a second that other polls have read, too, the time cannot tell which are known.
	const isCut = isFull && parts.some(({ entries }) => stampsOf(entries).some((stamp) => stamp < upTo));
	const cut = isCut ? upTo : cutOf(stampsOf(seen), MOST_KEYS);
	const open = wholes.length === lists.length ? openDay(newest, now) : '';
	// All of them move on together, so that none is taken to be behind.
	const done = earliest(upTo, latest(open, cut));
	const logs = lists.map((list) =>
		settled(state.branches[list.branch], list, { done, left, isFull, isCut, now }),
	);
	// They are read whole in the same poll the next time.
	const readAt = Math.min(...logs.map((log) => log.readAt ?? 0));
	const settledLogs = lists.map(({ branch }, index) => [branch, { ...logs[index], readAt, filters }]);
	return { ...state, branches: { ...state.branches, ...Object.fromEntries(settledLogs) }, newest };
}

interface Limits {
	done: string;
	left: ReadonlySet<string>;
	/** There are more than twice as many keys as there is room for, for which `done` stands in lists that were read in part. */
	isFull: boolean;
	isCut: boolean;
	now: number;
}

function settled(
	log: BranchLog,
	{ look, entries }: Found['lists'][number],
	{ left, isFull, isCut, now, ...other }: Limits,
): Omit<BranchLog, 'filters'> {
	const seen = entries.filter(({ key }) => !left.has(key));
	const pending = entries.length - seen.length;
	const done = latest(log.done, other.done);
	const kept = keysOf(seen.filter(({ stamp }) => stamp === '' || stamp >= done));
	const others = look.isWhole || (look.isPart && isCut) ? [] : keysIn(log);
	const { total, readAt } = without(look.list, pending);
	// From another day on, it is another list.
	const from = look.isPart ? log.from : dayOf(done);
	const isDone = pending === 0 && !look.isPart;
	return {
		from,
		done,
		known: [...new Set([...others, ...kept])].join(''),
		reported: isDone ? latest(log.reported, newestIn(look, entries, now)) : log.reported,
		askedAt: look.head === undefined ? log.askedAt : now,
		total: from === log.from ? total : undefined,
		// Reading it whole tells which of many keys may go.
		readAt: isFull && !look.isWhole ? undefined : readAt,
	};
}

const newestIn = ({ head = '' }: Pick<Look, 'head'>, entries: readonly Entry[], now: number): string =>
	newestOf([head, ...stampsOf(entries)], now);

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

const stampsOf = (entries: readonly Entry[]): string[] => entries.map(({ stamp }) => stamp);
const keysOf = (entries: readonly Entry[]): string[] => entries.map(({ key }) => key);
const allKeysIn = ({ branches }: LogState): Set<string> => new Set(Object.values(branches).flatMap(keysIn));

const keysIn = ({ known: text }: BranchLog): string[] =>
	Array.from({ length: text.length / KEY_CHARACTERS }, (_, index) =>
		text.slice(index * KEY_CHARACTERS, (index + 1) * KEY_CHARACTERS),
	);
