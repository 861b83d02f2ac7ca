import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import type { ListState, Look, News } from './look';
import { HOUR_MS, ready, without } from './look';
import { Runs } from './runs';
import {
	dayAt,
	dayOf,
	daysAfter,
	earliest,
	hoursAfter,
	justBefore,
	latest,
	newestOf,
	stampOf,
	ZONES_HOURS,
} from './stamps';

const DAY_MS = 24 * HOUR_MS;
/** Which mark from the end the watermark is: a record may show up as late as two days after its creation. */
const BEHIND = 3;
/** Marks that are kept, a day apart. What was reported while an earlier one was the watermark stays known for as long. */
const MARKS = 5;
/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 30 * DAY_MS;
/** Days by which zones may make a creation look older than it is. */
const SPARE_DAYS = 2;
/** Characters of reported IDs that are kept at most. */
const MOST_CHARACTERS = 25_000;

/** The newest record of the account at some time, by its ID and by when it was created. */
interface Mark {
	id: number;
	/** As AlfaCRM writes it; '' when not known. */
	stamp: string;
	/** n8n's time, milliseconds. */
	at: number;
}

/** Plain JSON of some hundred bytes. */
export interface RecordsState {
	/** False while the trigger gets to know what is there. */
	hasBegun: boolean;
	/** The first day of creation that is asked for, `yyyy-mm-dd`; '' asks for all. */
	since: string;
	/** A day apart, the oldest first. */
	marks: Mark[];
	/** What is the newest now; `at` is when all of the account were asked for it. */
	newest: Mark;
	/** IDs above the first mark that were reported, as runs. */
	reported: string;
	/** False once a record was seen that has a lower ID than older ones. */
	isOrdered: boolean;
	/** By branch. */
	lists: Record<string, ListState>;
	/** What decides which records are wanted. */
	filters: string;
}

/** What a poll saw of the branches that are watched. */
interface Seen {
	looks: ReadonlyMap<number, Look>;
	branches: readonly number[];
	/** Those of them that were chosen since the last poll. */
	added?: readonly number[];
	/** Other records of the account, wanted or not, where an hour has passed. */
	account?: readonly IDataObject[];
	wants: (row: IDataObject) => boolean;
	/** n8n's time, milliseconds. */
	now: number;
}

const idOf = (row: IDataObject): number => readId(row.id) ?? 0;
const timeOf = (row: IDataObject): string => stampOf(row, 'created_at');
const idsOf = (found: readonly News[]): number[] => found.map(({ row }) => idOf(row));
/** Records up to it are old. */
const watermarkOf = (marks: Mark[]): Mark => marks.at(-BEHIND) ?? marks[0];
const rowsIn = (looks: Seen['looks']): IDataObject[] => [...looks.values()].flatMap(({ rows }) => rows);

export function emptyState(since: string, filters: string, now: number): RecordsState {
	const newest = { id: 0, stamp: '', at: now };
	const none = { reported: '', lists: {} };
	return { hasBegun: false, since, marks: [newest], newest, isOrdered: true, filters, ...none };
}

/** What is there in the beginning is old, wanted or not. It may take several polls to read it. */
export function begin(
	state: RecordsState,
	{ looks, branches, now }: Pick<Seen, 'branches' | 'looks' | 'now'>,
): RecordsState {
	const rows = rowsIn(looks);
	const newest = markOf(rows, state.newest, now);
	const hasBegun = [...looks.values()].every(({ list }) => list.next === undefined);
	const listOf = (branch: number) => (hasBegun ? { readAt: now } : (looks.get(branch)?.list ?? {}));
	return {
		...state,
		hasBegun,
		marks: [newest],
		newest,
		isOrdered: state.isOrdered && areOrdered(rows, now),
		lists: Object.fromEntries(branches.map((branch) => [branch, listOf(branch)])),
	};
}

/** All records that are wanted, old or new. */
export function wantedIn(seen: Pick<Seen, 'looks' | 'wants' | 'now'>, isOrdered = true): News[] {
	return candidates({ ...emptyState('', '', seen.now), isOrdered }, seen);
}

/** Makes news of the newest records that are there and wanted. */
export function startWith(state: RecordsState, seen: Seen, count: number): RecordsState {
	const { newest, isOrdered } = state;
	const all = wantedIn(seen, isOrdered);
	const start = all.slice(-count);
	if (start.length === 0) return state;
	const ids = idsOf(start).sort((a, b) => a - b);
	if (isOrdered) {
		// Those between them were there before, even where lists do not show them yet.
		const reported = Runs.between([...ids, newest.id + 1]).toString();
		return { ...state, marks: [{ ...newest, id: ids[0] - 1 }], reported };
	}
	const first = start.map(({ row }) => timeOf(row)).find(Boolean) ?? newest.stamp;
	const reported = Runs.of(idsOf(all.slice(0, -count))).toString();
	return { ...state, marks: [{ ...newest, id: ids[0] - 1, stamp: justBefore(first) }], reported };
}

/** With other filters or branches, what was there at the last poll is no news. */
export function refilter(state: RecordsState, filters: string): RecordsState {
	if (filters === state.filters) return state;
	return { ...state, filters, marks: [state.newest], lists: unknown(state.lists) };
}

/** Counts the rows that no earlier poll saw. */
export function countFresh({ isOrdered, newest, reported }: RecordsState, rows: IDataObject[]): number {
	const known = Runs.parse(reported);
	const isFresh = (row: IDataObject) => (isOrdered ? idOf(row) > newest.id : timeOf(row) >= newest.stamp);
	return new Set(
		rows
			.filter(isFresh)
			.map(idOf)
			.filter((id) => !known.has(id)),
	).size;
}

/** Whether it is time to ask what is the newest of all. */
export const isDue = ({ newest }: RecordsState, now: number): boolean => Math.abs(now - newest.at) >= HOUR_MS;

/**
 * What is new for a poll that saw this.
 *
 * @returns the new records, the oldest first, and what is known once so many of them have been reported
 */
export function step(
	state: RecordsState,
	seen: Seen,
): { news: News[]; after: (taken: number) => RecordsState } {
	const { added = [], looks, now } = seen;
	const found = candidates(state, seen);
	// What a branch holds when it is chosen was there before.
	const isOld = ({ branches }: News) => branches.every((branch) => added.includes(branch));
	const news = found.filter((one) => !isOld(one));
	return {
		news: news.slice(0, ready(news, looks)),
		after: (taken) => {
			const done = idsOf([...found.filter(isOld), ...news.slice(0, taken)]);
			const reported = Runs.parse(state.reported).with(done).toString();
			const next = noted({ ...state, reported }, seen, news.slice(taken));
			return bounded(aged(next, now), seen);
		},
	};
}

/** Records that are wanted and were neither reported nor there in the beginning. */
function candidates(
	{ marks, reported, isOrdered }: RecordsState,
	{ looks, wants, now }: Pick<Seen, 'looks' | 'wants' | 'now'>,
): News[] {
	const known = Runs.parse(reported);
	const watermark = watermarkOf(marks);
	const found = new Map<number, News>();
	for (const [branch, { rows }] of looks) {
		for (const row of rows) {
			const id = idOf(row);
			const isNew = id > watermark.id || isLater(row, watermark.stamp, now);
			if (!isNew || known.has(id) || !wants(row)) continue;
			const one = found.get(id) ?? { row, branches: [] };
			found.set(id, one);
			one.branches.push(branch);
		}
	}
	const byId = (a: News, b: News) => idOf(a.row) - idOf(b.row);
	const byTime = (a: News, b: News) => timeOf(a.row).localeCompare(timeOf(b.row)) || byId(a, b);
	return [...found.values()].sort(isOrdered ? byId : byTime);
}

/** Whether a record was created after a time. */
function isLater(row: IDataObject, before: string, now: number): boolean {
	return before !== '' && newestOf([timeOf(row)], now) > before;
}

/** IDs are in order as long as none is lower than that of a record which is older by more than zones explain. */
function areOrdered(rows: readonly IDataObject[], now: number): boolean {
	const stamps = [...rows].sort((a, b) => idOf(a) - idOf(b)).map((row) => newestOf([timeOf(row)], now));
	let newest = '';
	return stamps.every((stamp) => {
		if (stamp > newest) newest = stamp;
		return stamp === '' || hoursAfter(stamp, ZONES_HOURS) >= newest;
	});
}

function markOf(rows: readonly IDataObject[], before: Mark, now: number): Mark {
	const id = rows.reduce((most, row) => Math.max(most, idOf(row)), before.id);
	const newest = newestOf(rows.map(timeOf), now);
	// When n8n's clock is far behind, what seems to be the newest time makes younger records that are there look new.
	const isAhead = rows.some((row) => idOf(row) === id && timeOf(row) > newest);
	// n8n's clock may have been put back.
	return { id, stamp: isAhead ? '' : latest(newest, before.stamp), at: now };
}

/** Takes down what the lists looked like. */
function noted(state: RecordsState, seen: Seen, left: readonly News[]): RecordsState {
	const { looks, branches, account, now } = seen;
	const { newest, isOrdered } = state;
	const { id, stamp } = watermarkOf(state.marks);
	const rows = [...rowsIn(looks), ...(account ?? [])];
	const listOf = (branch: number) => {
		const pending = left.filter((one) => one.branches.includes(branch)).length;
		return without(looks.get(branch)?.list ?? state.lists[branch] ?? { readAt: now }, pending);
	};
	// Younger by more than zones can explain, with a lower ID.
	const limit = stamp && hoursAfter(stamp, ZONES_HOURS);
	const isOdd = (row: IDataObject) => idOf(row) <= id && isLater(row, limit, now);
	const isPending = left.length > 0 || [...looks.values()].some(({ isPart }) => isPart);
	return {
		...state,
		lists: Object.fromEntries(branches.map((branch) => [branch, listOf(branch)])),
		isOrdered: isOrdered && !rows.some(isOdd),
		newest: isPending ? newest : markOf(rows, newest, account ? now : newest.at),
	};
}

/** Moves the watermark on once a day, when all lists were read whole. */
function aged(state: RecordsState, now: number): RecordsState {
	const { lists, newest, isOrdered } = state;
	// n8n's clock may have been put back.
	const marks = state.marks.map((mark) => ({ ...mark, at: Math.min(mark.at, now) }));
	const due = marks[marks.length - 1].at + DAY_MS;
	const isRead = ({ readAt = 0 }: ListState) => readAt >= due || readAt < now - PATIENCE_MS;
	if (newest.at < due || !Object.values(lists).every(isRead)) return { ...state, marks };
	const kept = [...marks, newest].slice(-MARKS);
	const isPast = isOrdered && kept[0].at !== marks[0].at;
	const { stamp, at } = watermarkOf(kept);
	const day = stamp && daysAfter(earliest(dayOf(stamp), dayAt(at)), -SPARE_DAYS);
	// What is from before the first day of the beginning was there.
	const since = latest(day, state.since);
	return {
		...state,
		marks: kept,
		reported: isPast ? Runs.parse(state.reported).above(kept[0].id).toString() : state.reported,
		since,
		// From another day on, it is another list.
		lists: since === state.since ? lists : unknown(lists),
	};
}

/** Where there is no room for all that was reported, rather one late record is unheard of than others come again. */
function bounded(state: RecordsState, { looks, branches }: Seen): RecordsState {
	const { marks, isOrdered, lists } = state;
	const reported = Runs.parse(state.reported);
	const cut = reported.cutFor(MOST_CHARACTERS);
	if (cut === 0) return state;
	// Those that follow may be from before that, and must not go back.
	if (isOrdered) {
		// When that one was created is not known.
		const raised = marks.map((mark) => (mark.id < cut ? { ...mark, id: cut, stamp: '' } : mark));
		return { ...state, marks: raised, reported: reported.above(cut).toString() };
	}
	// Which of them lists may show again is known once all were read whole.
	if (!branches.every((branch) => looks.get(branch)?.isWhole)) return { ...state, lists: unknown(lists) };
	const rows = rowsIn(looks);
	const done = rows.filter((row) => reported.has(idOf(row)));
	const stamp = justBefore(done.map(timeOf).reduce(latest, ''));
	const raised = marks.map((mark) => (mark.stamp < stamp ? { ...markOf(rows, mark, mark.at), stamp } : mark));
	const kept = Runs.of(done.filter((row) => timeOf(row) > stamp).map(idOf));
	return { ...state, marks: raised, reported: kept.toString() };
}

/** What has to be read whole. */
function unknown(lists: RecordsState['lists']): RecordsState['lists'] {
	return Object.fromEntries(Object.entries(lists).map(([branch, { readAt }]) => [branch, { readAt }]));
}
