import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { changeOf } from '../change';
import type { Look, ListState } from './reading';
import { ready, without } from './reading';
import { dayAt, dayOf, daysAfter, earlier, newestOf, stampOf } from './stamps';

/** Characters of a key: of 10,000 known entries, one in ten million new ones is taken for one of them. */
const KEY_CHARACTERS = 6;
/** How many entries of a branch are known one by one; of more, those of the oldest seconds are known by their time. */
export const MOST_KEYS = 2_000;
const STAMP = 'date_time';

/** What is known of the log of one branch. */
export interface BranchLog extends ListState {
	/** The days before this one are closed, and known. `yyyy-mm-dd`; null as long as there was no entry at all. */
	day: string | null;
	/** Entries from before this time are known too. */
	done: string;
	/** Keys of the others that are known. */
	known: string;
	/** The newest time. */
	newest: string;
}

/** Plain JSON, some kilobytes where much happens. */
export interface LogState {
	branches: Record<string, BranchLog>;
	/** What decides which entries are listed and wanted. */
	filters: string;
}

/** An entry of the log that was not there before. */
export interface NewEntry {
	row: IDataObject;
	/** All that list it. */
	branches: number[];
	keys: string[];
	stamp: string;
}

/** What a poll read of some days: closed ones whole, or those from the open day on. */
export interface Chunk {
	looks: ReadonlyMap<number, Look>;
	/** What other branches hold of closed days that they are past: it was reported there. */
	elsewhere: readonly IDataObject[][];
	/** The first day after closed ones, `yyyy-mm-dd`; missing for the open ones. */
	until?: string;
	filters: string;
	wants: (change: Change) => boolean;
	/** n8n's time, milliseconds. */
	now: number;
}

export const emptyLog = (day: string | null): BranchLog => ({ day, done: '', known: '', newest: '' });

const mostOf = (branches: number): number => Math.ceil(MOST_KEYS / Math.max(1, branches));

/** An entry as it is listed, by what tells it from all others. */
interface Entry {
	row: IDataObject;
	key: string;
	stamp: string;
}

/** The first day that is still open: what is from it or younger may yet come late. Null as long as there was no entry. */
export function openDay({ day, newest }: BranchLog, now: number): string | null {
	if (newest === '') return day;
	const open = daysAfter(earlier(dayOf(newest), dayAt(now)), -1);
	return day !== null && day > open ? day : open;
}

/** What is there in the beginning is known, except for some that are news all the same. */
export function begin(
	looks: ReadonlyMap<number, Look>,
	{
		since,
		start,
		filters,
		now,
	}: { since: string | null; start: readonly NewEntry[]; filters: string; now: number },
): LogState {
	const pending = new Set(start.flatMap(({ keys }) => keys));
	const branches = [...looks].map(([branch, look]) => {
		const context = { entries: entriesOf(look.rows), look, pending, most: mostOf(looks.size), now };
		return [branch, known(emptyLog(since), context)] as const;
	});
	return { branches: Object.fromEntries(branches), filters };
}

/** Counts the entries that no earlier poll saw. */
export function countFresh(state: LogState, branch: number, rows: readonly IDataObject[]): number {
	const keys = keysOf(state);
	const isNew = isUnknown(state.branches[branch], keys);
	return entriesOf(rows).filter(isNew).length;
}

/**
 * What is new for a poll that read this.
 *
 * @returns the new entries, the oldest first, and what is known once so many of them have been reported
 */
export function step(
	state: LogState,
	chunk: Chunk,
): { news: NewEntry[]; after: (taken: number) => LogState } {
	const { looks, elsewhere, until, filters, wants, now } = chunk;
	const keys = keysOf(state);
	for (const rows of elsewhere) for (const { key } of entriesOf(rows)) keys.add(key);
	const read = [...looks].map(([branch, look]) => ({ branch, look, entries: entriesOf(look.rows) }));
	const found = new Map<string, NewEntry>();
	for (const { branch, entries } of read) {
		const log = state.branches[branch];
		const isNew = isUnknown(log, keys);
		// With other filters, what was there at the last poll is no news; what that could not report is.
		const isOther = filters !== state.filters;
		for (const { row, key, stamp } of [...entries].reverse()) {
			const change = changeOf(row, branch);
			if (!isNew({ row, key, stamp }) || change === undefined || !wants(change)) continue;
			if (isOther && stamp <= log.newest) continue;
			const one = found.get(key) ?? { row, branches: [], keys: [key], stamp };
			found.set(key, one);
			one.branches.push(branch);
		}
	}
	// Of one second, the one that is listed later is the older one.
	const news = [...found.values()].sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
	const most = mostOf(Object.keys(state.branches).length);
	return {
		news: news.slice(0, ready(news, looks)),
		after: (taken) => {
			const pending = new Set(news.slice(taken).flatMap((one) => one.keys));
			const branches = { ...state.branches };
			for (const { branch, look, entries } of read) {
				const context = { entries, look, pending, most, now };
				branches[branch] =
					until === undefined ? known(branches[branch], context) : closed(branches[branch], context, until);
			}
			return { branches, filters };
		},
	};
}

interface Context {
	entries: Entry[];
	look: Look;
	pending: ReadonlySet<string>;
	most: number;
	now: number;
}

/** The open days after a look at them. */
function known(log: BranchLog, { entries, look, pending, most, now }: Context): BranchLog {
	const left = entries.filter(({ key }) => pending.has(key));
	const seen = entries.filter(({ key }) => !pending.has(key));
	const first = left.length > 0 ? earliest(left.map(({ stamp }) => stamp)) : undefined;
	const before = entries.filter(({ stamp }) => first === undefined || stamp < first);
	const newest = newestIn(before, log, now);
	const list = without(look.list, left.length);
	// Without a total, a list that grows by a page while it is read looks as if it had ended.
	const isAll = look.isWhole && (look.list.total !== null || seen.length > most);
	if (!isAll) {
		const keys = joined([...keysIn(log), ...seen.map(({ key }) => key)]);
		// Reading it whole tells which of them may go.
		const isTooLong = keys.length > 2 * most * KEY_CHARACTERS;
		return { ...log, ...list, ...(isTooLong ? { readAt: undefined } : {}), newest, known: keys };
	}
	const cut = seen.length > most ? earliest([cutOf(seen, most), ...left.map(({ stamp }) => stamp)]) : '';
	const done = cut > log.done ? cut : log.done;
	const kept = seen.filter(({ stamp }) => stamp === '' || stamp >= done);
	return { ...log, ...list, next: undefined, newest, done, known: joined(kept.map(({ key }) => key)) };
}

/** Closed days after all of them were read. */
function closed(log: BranchLog, { entries, pending, now }: Context, until: string): BranchLog {
	const here = new Set(entries.map(({ key }) => key));
	const others = keysIn(log).filter((key) => !here.has(key));
	const left = entries.filter(({ key }) => pending.has(key)).map(({ stamp }) => stamp);
	if (left.length === 0) {
		const newest = newestIn(entries, log, now);
		return { ...log, total: undefined, next: undefined, newest, day: until, known: joined(others) };
	}
	const done = earliest(left);
	const kept = entries.filter(({ key, stamp }) => !pending.has(key) && (stamp === '' || stamp >= done));
	return { ...log, done, known: joined([...others, ...kept.map(({ key }) => key)]) };
}

function newestIn(entries: readonly Entry[], { newest }: BranchLog, now: number): string {
	const stamp = newestOf(
		entries.map((entry) => entry.stamp),
		now,
	);
	return stamp > newest ? stamp : newest;
}

/** The time from which on there are no more than so many entries, but for those of that very second. */
function cutOf(entries: readonly Entry[], most: number): string {
	const stamps = entries.map(({ stamp }) => stamp).sort();
	const cut = stamps[stamps.length - most];
	// Of the oldest second not all may have been read.
	return cut > stamps[0] ? cut : (stamps.find((stamp) => stamp > stamps[0]) ?? '');
}

const earliest = (stamps: readonly string[]): string => stamps.reduce((a, b) => (a < b ? a : b));

function isUnknown({ day, done }: BranchLog, keys: ReadonlySet<string>): (entry: Entry) => boolean {
	return ({ key, stamp }) =>
		!keys.has(key) && (stamp === '' || (stamp >= done && (day === null || dayOf(stamp) >= day)));
}

/** Equal entries are told apart by counting them. */
function entriesOf(rows: readonly IDataObject[]): Entry[] {
	const counts = new Map<string, number>();
	return rows.map((row) => {
		const content = contentOf(row);
		const count = (counts.get(content) ?? 0) + 1;
		counts.set(content, count);
		const digest = createHash('sha256').update(`${content} ${count}`).digest('base64url');
		return { row, key: digest.slice(0, KEY_CHARACTERS), stamp: stampOf(row, STAMP) };
	});
}

/** What stays the same whenever an entry is listed: names that are rendered beside it may change. */
function contentOf(row: IDataObject): string {
	const change = changeOf(row, null);
	if (change === undefined) return sorted(row);
	const { event, entity, entity_id, user_id, datetime, fields_old, fields_new } = change;
	return sorted([event, entity, entity_id, user_id, datetime, fields_old, fields_new]);
}

/** JSON in which the order of keys does not matter. */
const sorted = (value: unknown): string =>
	JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === 'object' && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);

const keysOf = ({ branches }: LogState): Set<string> => new Set(Object.values(branches).flatMap(keysIn));

const keysIn = ({ known: text }: BranchLog): string[] =>
	Array.from({ length: text.length / KEY_CHARACTERS }, (_, index) =>
		text.slice(index * KEY_CHARACTERS, (index + 1) * KEY_CHARACTERS),
	);

const joined = (keys: readonly string[]): string => [...new Set(keys)].join('');
