import type { IDataObject } from 'n8n-workflow';

import { daysAfter } from '../../values/formats';
import { DAY_MS, HOUR_MS } from '../../values/time';
import type { Beginning, ListState, News, Watched } from './look';
import { isUnseen, mayShowMore, PATIENCE_MS, ready, without } from './look';
import type { Mark } from '../memory/marks';
import { rowId, isAfter, isRecent, markOf, createdAt } from '../memory/marks';
import { Runs } from '../memory/runs';
import { dayAt, dayOf, earliest, hoursAfter, justBefore, latest, timeAt, ZONES_HOURS } from '../stamps';

/** How long after its creation a record may show up. */
const LATE_MS = 2 * DAY_MS;
/** Which mark from the end the watermark is: a record may show up as late as two days after its creation. */
const BEHIND = 3;
/** Marks that are kept, a day apart. What was reported while an earlier one was the watermark stays known for as long. */
const MARKS = 5;
/** Days by which zones may make a creation look older than it is. */
const SPARE_DAYS = 2;
/** Nothing is newer. */
const ALL: Mark = { id: Number.MAX_SAFE_INTEGER, stamp: '', at: 0 };
/** Characters of IDs that are kept at most: of those that were seen, and all. */
const [MOST_SEEN, MOST_CHARACTERS] = [25_000, 30_000];

/** Plain JSON of some hundred bytes. */
export interface RecordsState {
	/** False while the trigger gets to know what is there. */
	hasBegun: boolean;
	/** The first day of creation that is asked for, `yyyy-mm-dd`; '' asks for all. */
	since: string;
	/** A day apart, the oldest first. */
	marks: Mark[];
	/** What is the newest now; `at` is when nothing was left over. */
	newest: Mark;
	/** What is the newest, left over or not. */
	latest: Mark;
	/** The account's clock is not more than zones behind n8n's. */
	isNear: boolean;
	/** IDs above the first mark that were reported or not wanted, as runs. */
	seen: string;
	/** Those of them that are news as soon as they are wanted. */
	unwanted: string;
	/** Those from the beginning that are still to be reported, if any. */
	start: string;
	startOf?: Beginning;
	/** False once a record was seen that has a lower ID than older ones. */
	isOrdered: boolean;
	/** By branch. */
	lists: Record<string, ListState>;
	/** What was the newest when a branch was chosen that has not been read since, by branch. */
	chosen: Record<string, Mark>;
	/** What decides which records are wanted, and which branches are watched. */
	filters: string;
	scope: string;
	/** What the lists are asked for. */
	body: IDataObject;
}

type Settings = Pick<RecordsState, 'body' | 'filters' | 'scope'>;

/** What a poll saw of the branches that are watched. */
export interface Seen extends Watched {
	/** Whether the list of a branch would have shown a row with the settings of the last poll. */
	wasListed?: (row: IDataObject, branch: number) => boolean;
	wants: (row: IDataObject) => boolean;
}

export const newsIds = (found: readonly News[]): number[] => found.map(({ row }) => rowId(row));
/** Records up to it are old. */
const watermarkOf = (marks: Mark[]): Mark => marks.at(-BEHIND) ?? marks[0];
export const rowsIn = (looks: Seen['looks']): IDataObject[] =>
	[...looks.values()].flatMap(({ rows }) => rows);

export function emptyRecordsState(since: string, settings: Settings, now: number): RecordsState {
	const newest = { id: 0, stamp: '', at: now };
	const none = { seen: '', unwanted: '', start: '', lists: {}, chosen: {}, isNear: false, isOrdered: true };
	return { hasBegun: false, since, marks: [newest], newest, latest: newest, ...none, ...settings };
}

/** With other filters, what was seen is no news; with other branches, what is in one that is chosen now. */
export function refilter(state: RecordsState, settings: Settings, branches: readonly number[]): RecordsState {
	const isSame = settings.filters === state.filters;
	if (isSame && settings.scope === state.scope) return state;
	const added = branches.filter((branch) => !(branch in state.lists));
	return {
		...state,
		...settings,
		unwanted: isSame ? state.unwanted : '',
		chosen: { ...state.chosen, ...Object.fromEntries(added.map((branch) => [branch, state.latest])) },
		lists: unknown(state.lists),
	};
}

/** Counts the rows that no earlier poll saw. */
export function countFresh(state: RecordsState, rows: IDataObject[]): number {
	const { isOrdered, newest } = state;
	const [seen, start] = [Runs.parse(state.seen), Runs.parse(state.start)];
	const isYounger = (row: IDataObject) =>
		isOrdered ? rowId(row) > newest.id : createdAt(row) >= newest.stamp;
	const isFresh = (row: IDataObject) => !seen.has(rowId(row)) && (isYounger(row) || start.has(rowId(row)));
	return new Set(rows.filter(isFresh).map(rowId)).size;
}

/**
 * What is new for a poll that saw this.
 *
 * @returns the new records, the oldest first, and what is known once so many of them have been reported
 */
export function step(
	known: RecordsState,
	seen: Seen,
): { news: News[]; after: (taken: number) => RecordsState } {
	const { looks, now, wasListed = () => true } = seen;
	// After a gap, n8n's clock may be another one.
	const isSteady = known.isNear && Math.abs(now - known.newest.at) < ZONES_HOURS * HOUR_MS;
	const state = { ...known, isNear: isSteady || rowsIn(looks).some((row) => isRecent(row, now)) };
	const { chosen, isOrdered } = state;
	const wasThere = (row: IDataObject, branch: number) =>
		isFirst(state, branch) ||
		!wasListed(row, branch) ||
		(branch in chosen && !isAfter(row, chosen[branch], now, isOrdered));
	const isNew = ({ row, branches }: News) => !branches.every((branch) => wasThere(row, branch));
	const news = candidates(state, seen).filter(isNew);
	const all = candidates(state, { ...seen, wants: () => true });
	const wanted = new Set(newsIds(news));
	const others = all.filter((one) => isNew(one) && !wanted.has(rowId(one.row)));
	return {
		news: news.slice(0, ready(news, looks)),
		after: (taken) => {
			const left = news.slice(taken);
			const shown = Runs.parse(state.seen).with(newsIds(all)).without(newsIds(left));
			const unwanted = Runs.parse(state.unwanted).without(newsIds(news)).with(newsIds(others));
			// What is younger than what is left over comes again, so there need be no room for it.
			const isYounger = new Set(left.length === 0 ? [] : all.slice(all.findIndex(isSame(left[0]))));
			const again = shown.cutFor(MOST_SEEN) === 0 ? [] : others.filter((one) => isYounger.has(one));
			const kept = {
				seen: shown.without(newsIds(again)).toString(),
				unwanted: unwanted.without(newsIds(again)).toString(),
			};
			const start = Runs.parse(state.start);
			// What no list shows any more does not come.
			const pending = isShownWhole(state, seen)
				? Runs.of(newsIds(left).filter((id) => start.has(id)))
				: start.without(newsIds(news.slice(0, taken)));
			const startOf = pending.toString() === '' ? undefined : state.startOf;
			const next = { ...state, ...kept, start: pending.toString(), startOf };
			return bounded(aged(noted(next, known, seen, [...left, ...again]), seen), seen, left);
		},
	};
}

/** All of the beginning can be seen. */
const isShownWhole = ({ startOf }: RecordsState, seen: Seen): boolean =>
	(startOf === undefined || !mayShowMore(startOf, seen)) &&
	[...seen.looks.values()].every((look) => look.isWhole || isUnseen(look));

/** It was chosen after the last poll, and what it holds was there. */
const isFirst = ({ chosen, lists }: RecordsState, branch: number): boolean =>
	branch in chosen && !(branch in lists);
const isSame = (one: News) => (other: News) => rowId(one.row) === rowId(other.row);

/** Records that are wanted and were neither reported nor there in the beginning. */
export function candidates(state: RecordsState, { looks, wants, now }: Omit<Seen, 'branches'>): News[] {
	const { isOrdered } = state;
	const [seen, unwanted, start] = [state.seen, state.unwanted, state.start].map((text) => Runs.parse(text));
	const watermark = watermarkOf(state.marks);
	// What shows up too late is old, whatever its ID. What n8n's clock says counts where the account's is near.
	const limit = state.isNear ? hoursAfter(timeAt(Math.min(watermark.at, now - LATE_MS)), -ZONES_HOURS) : '';
	const isTooOld = (row: IDataObject) => createdAt(row) !== '' && createdAt(row) < limit;
	const found = new Map<number, News>();
	for (const [branch, { rows }] of looks) {
		for (const row of rows) {
			const id = rowId(row);
			const isUnknown = !seen.has(id) || unwanted.has(id);
			const isNew = isUnknown && isAfter(row, watermark, now, isOrdered) && !isTooOld(row);
			if (!(isNew || start.has(id)) || !wants(row)) continue;
			const one = found.get(id) ?? { row, branches: [] };
			found.set(id, one);
			one.branches.push(branch);
		}
	}
	const byId = (a: News, b: News) => rowId(a.row) - rowId(b.row);
	const byTime = (a: News, b: News) => createdAt(a.row).localeCompare(createdAt(b.row)) || byId(a, b);
	return [...found.values()].sort(isOrdered ? byId : byTime);
}

/** Takes down what the lists looked like. */
function noted(
	state: RecordsState,
	before: RecordsState,
	{ looks, branches, now }: Seen,
	left: readonly News[],
): RecordsState {
	const { newest, latest: last, isOrdered, chosen } = state;
	const known = Runs.parse(before.seen);
	const { id, stamp } = watermarkOf(state.marks);
	const rows = rowsIn(looks);
	const listOf = (branch: number) => {
		const pending = left.filter((one) => one.branches.includes(branch)).length;
		const { unreadAt = now, ...list } = state.lists[branch] ?? { readAt: now };
		const seen = looks.get(branch)?.list;
		return without(seen ? { ...seen, unreadAt: undefined } : { ...list, unreadAt }, pending);
	};
	// Younger by more than zones can explain, with a lower ID.
	const limit = stamp && hoursAfter(stamp, ZONES_HOURS);
	const isOdd = (row: IDataObject) =>
		rowId(row) <= id && !known.has(rowId(row)) && isAfter(row, { id, stamp: limit }, now);
	const isRead = (branch: number) => looks.has(branch) && looks.get(branch)?.list.next === undefined;
	const unread = branches.filter((branch) => branch in chosen && !isRead(branch));
	// What is not in order is all old until it has been read whole.
	const markIn = (branch: number): Mark => {
		const look = looks.get(branch);
		if (look === undefined || !isFirst(state, branch)) return chosen[branch];
		return look.hasNewest ? markOf(look.rows, chosen[branch], now) : ALL;
	};
	const isPending = left.length > 0 || [...looks.values()].some(({ isPart }) => isPart);
	return {
		...state,
		lists: Object.fromEntries(branches.map((branch) => [branch, listOf(branch)])),
		chosen: Object.fromEntries(unread.map((branch) => [branch, markIn(branch)])),
		isOrdered: isOrdered && !rows.some(isOdd),
		newest: isPending ? newest : markOf(rows, newest, now),
		latest: markOf(rows, last, now),
	};
}

/** Moves the watermark on once a day, when all lists were read whole. */
function aged(state: RecordsState, { looks, now }: Seen): RecordsState {
	const { lists, newest, isOrdered } = state;
	// n8n's clock may have been put back.
	const marks = state.marks.map((mark) => ({ ...mark, at: Math.min(mark.at, now) }));
	const due = marks[marks.length - 1].at + DAY_MS;
	// Of months in which nobody polled, a branch that cannot be read now must not be blamed.
	const isRead = ({ readAt = 0, unreadAt = readAt }: ListState) =>
		readAt >= due || unreadAt < now - PATIENCE_MS;
	if (newest.at < due || !Object.values(lists).every(isRead)) return { ...state, marks };
	const kept = [...marks, newest].slice(-MARKS);
	const past = isOrdered && kept[0].at !== marks[0].at ? kept[0].id : 0;
	const { stamp, at } = watermarkOf(kept);
	// A stamp that lies in the future may be new one day.
	const ahead = rowsIn(looks).filter((row) => rowId(row) <= past && createdAt(row) > stamp);
	const day = stamp && daysAfter(earliest(dayOf(stamp), dayAt(at)), -SPARE_DAYS);
	// What is from before the first day of the beginning was there.
	const since = state.start === '' ? latest(day, state.since) : state.since;
	return {
		...state,
		marks: kept,
		seen: Runs.parse(state.seen).above(past).with(ahead.map(rowId)).toString(),
		unwanted: Runs.parse(state.unwanted).above(past).toString(),
		since,
		// From another day on, it is another list.
		lists: since === state.since ? lists : unknown(lists),
	};
}

/** Where there is no room for all that was seen, rather one late record is unheard of than others come again. */
function bounded(state: RecordsState, seen: Seen, left: readonly News[]): RecordsState {
	const kept = Runs.parse(state.seen).cutFor(MOST_SEEN) === 0 ? state : cut(state, seen, left);
	const unwanted = Runs.parse(kept.unwanted);
	const room = unwanted.cutFor(MOST_CHARACTERS - kept.seen.length);
	return { ...kept, unwanted: unwanted.above(room).toString() };
}

/** Takes for old what is older than all that is left over. */
function cut(state: RecordsState, { looks }: Seen, left: readonly News[]): RecordsState {
	const { marks } = state;
	const seen = Runs.parse(state.seen);
	const last = Math.min(seen.cutFor(MOST_SEEN), ...newsIds(left).map((id) => id - 1));
	if (state.isOrdered && last > watermarkOf(marks).id) {
		// What comes with a lower ID all the same is younger than all that were reported.
		const stamp = rowsIn(looks)
			.filter((row) => rowId(row) <= last)
			.map(createdAt)
			.reduce(latest, '');
		const raised = marks.map((mark) => (mark.id < last ? { ...mark, id: last, stamp } : mark));
		return { ...state, marks: raised, seen: seen.above(last).toString() };
	}
	// So many new ones with IDs below the watermark: they do not grow.
	if (state.isOrdered) return { ...state, isOrdered: false, lists: unknown(state.lists) };
	// Which of them lists may show again is known once all that can be read were read whole.
	if (![...looks.values()].every(({ isWhole }) => isWhole)) return { ...state, lists: unknown(state.lists) };
	const rows = rowsIn(looks);
	const done = rows.filter((row) => seen.has(rowId(row)));
	const first = left.length > 0 ? createdAt(left[0].row) : '9';
	const stamp = justBefore(earliest(done.map(createdAt).reduce(latest, ''), first));
	const raised = marks.map((mark) => (mark.stamp < stamp ? { ...markOf(rows, mark, mark.at), stamp } : mark));
	const kept = Runs.of(done.filter((row) => createdAt(row) > stamp).map(rowId));
	return { ...state, marks: raised, seen: kept.toString(), unwanted: '' };
}

/** What has to be read whole. */
function unknown(lists: RecordsState['lists']): RecordsState['lists'] {
	const left = ({ readAt, unreadAt }: ListState) => ({ readAt, unreadAt });
	return Object.fromEntries(Object.entries(lists).map(([branch, list]) => [branch, left(list)]));
}
