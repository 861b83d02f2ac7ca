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
/** Characters of IDs that are kept at most: of those that were seen, and all. */
const [MOST_SEEN, MOST_CHARACTERS] = [25_000, 30_000];

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
	/** What is the newest now; `at` is when nothing was left over. */
	newest: Mark;
	/** IDs above the first mark that were reported or not wanted, as runs. */
	seen: string;
	/** Those of them that are news as soon as they are wanted. */
	unwanted: string;
	/** False once a record was seen that has a lower ID than older ones. */
	isOrdered: boolean;
	/** By branch. */
	lists: Record<string, ListState>;
	/** What was the newest when a branch was chosen that has not been read since, by branch. */
	chosen: Record<string, Mark>;
	/** What decides which records are wanted. */
	filters: string;
	/** What the lists are asked for. */
	body: IDataObject;
}

type Settings = Pick<RecordsState, 'body' | 'filters'>;

/** What a poll saw of the branches that are watched. */
interface Seen {
	looks: ReadonlyMap<number, Look>;
	branches: readonly number[];
	/** Whether the list of a branch would have shown a row with the settings of the last poll. */
	wasListed?: (row: IDataObject, branch: number) => boolean;
	wants: (row: IDataObject) => boolean;
	/** n8n's time, milliseconds. */
	now: number;
}

export const idOf = (row: IDataObject): number => readId(row.id) ?? 0;
const timeOf = (row: IDataObject): string => stampOf(row, 'created_at');
const idsOf = (found: readonly News[]): number[] => found.map(({ row }) => idOf(row));
/** Records up to it are old. */
const watermarkOf = (marks: Mark[]): Mark => marks.at(-BEHIND) ?? marks[0];
const rowsIn = (looks: Seen['looks']): IDataObject[] => [...looks.values()].flatMap(({ rows }) => rows);

export function emptyState(since: string, settings: Settings, now: number): RecordsState {
	const newest = { id: 0, stamp: '', at: now };
	const none = { seen: '', unwanted: '', lists: {}, chosen: {} };
	return { hasBegun: false, since, marks: [newest], newest, isOrdered: true, ...none, ...settings };
}

/** What is there in the beginning is old, wanted or not. It may take several polls to read it. */
export function begin(state: RecordsState, seen: Omit<Seen, 'wants'>): RecordsState {
	const { looks, branches, now } = seen;
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
export function wantedIn(seen: Omit<Seen, 'branches'>, isOrdered = true): News[] {
	return candidates({ ...emptyState('', { filters: '', body: {} }, seen.now), isOrdered }, seen);
}

/** Makes news of the newest records that are there and wanted. */
export function startWith(state: RecordsState, there: Seen, count: number): RecordsState {
	const { newest, isOrdered } = state;
	const all = wantedIn(there, isOrdered);
	const start = all.slice(-count);
	if (start.length === 0) return state;
	const ids = idsOf(start).sort((a, b) => a - b);
	const first = start.map(({ row }) => timeOf(row)).find(Boolean) ?? newest.stamp;
	const mark = isOrdered ? newest : { ...newest, stamp: justBefore(first) };
	// Those between them were there before, even where lists do not show them yet.
	const seen = isOrdered
		? Runs.parse(`${ids[0]}-${newest.id}`).without(ids)
		: Runs.of(idsOf(all.slice(0, -count)));
	return { ...state, marks: [{ ...mark, id: ids[0] - 1 }], seen: seen.toString() };
}

/** With other filters or branches, what was seen is no news, nor what is in a branch that is chosen now. */
export function refilter(state: RecordsState, settings: Settings, branches: readonly number[]): RecordsState {
	if (settings.filters === state.filters) return state;
	const added = branches.filter((branch) => !(branch in state.lists));
	return {
		...state,
		...settings,
		unwanted: '',
		chosen: { ...state.chosen, ...Object.fromEntries(added.map((branch) => [branch, state.newest])) },
		lists: unknown(state.lists),
	};
}

/** Counts the rows that no earlier poll saw. */
export function countFresh(state: RecordsState, rows: IDataObject[]): number {
	const { isOrdered, newest } = state;
	const seen = Runs.parse(state.seen);
	const isYounger = (row: IDataObject) => (isOrdered ? idOf(row) > newest.id : timeOf(row) >= newest.stamp);
	return new Set(rows.filter((row) => isYounger(row) && !seen.has(idOf(row))).map(idOf)).size;
}

/**
 * What is new for a poll that saw this.
 *
 * @returns the new records, the oldest first, and what is known once so many of them have been reported
 */
export function step(
	state: RecordsState,
	seen: Seen,
): { news: News[]; after: (taken: number) => RecordsState } {
	const { looks, now, wasListed = () => true } = seen;
	const wasThere = (row: IDataObject, branch: number) =>
		!wasListed(row, branch) || (branch in state.chosen && !isAfter(row, state.chosen[branch], now));
	const isNew = ({ row, branches }: News) => !branches.every((branch) => wasThere(row, branch));
	const news = candidates(state, seen).filter(isNew);
	const all = candidates(state, { ...seen, wants: () => true });
	return {
		news: news.slice(0, ready(news, looks)),
		after: (taken) => {
			const left = news.slice(taken);
			const shown = Runs.parse(state.seen).with(idsOf(all)).without(idsOf(left)).toString();
			const others = Runs.parse(state.unwanted)
				.with(idsOf(all.filter(isNew)))
				.without(idsOf(news));
			const unwanted = others.above(others.cutFor(MOST_CHARACTERS - shown.length)).toString();
			return bounded(aged(noted({ ...state, seen: shown, unwanted }, seen, left), now), seen);
		},
	};
}

/** Records that are wanted and were neither reported nor there in the beginning. */
function candidates(state: RecordsState, { looks, wants, now }: Omit<Seen, 'branches'>): News[] {
	const [seen, unwanted] = [Runs.parse(state.seen), Runs.parse(state.unwanted)];
	const watermark = watermarkOf(state.marks);
	const found = new Map<number, News>();
	for (const [branch, { rows }] of looks) {
		for (const row of rows) {
			const id = idOf(row);
			const isNews = isAfter(row, watermark, now) && (!seen.has(id) || unwanted.has(id));
			if (!isNews || !wants(row)) continue;
			const one = found.get(id) ?? { row, branches: [] };
			found.set(id, one);
			one.branches.push(branch);
		}
	}
	const byId = (a: News, b: News) => idOf(a.row) - idOf(b.row);
	const byTime = (a: News, b: News) => timeOf(a.row).localeCompare(timeOf(b.row)) || byId(a, b);
	return [...found.values()].sort(state.isOrdered ? byId : byTime);
}

/** Whether it has a higher ID or was created later; the stamp may be unknown. */
function isAfter(row: IDataObject, { id, stamp }: Omit<Mark, 'at'>, now: number): boolean {
	return idOf(row) > id || (stamp !== '' && newestOf([timeOf(row)], now) > stamp);
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
	const { looks, branches, now } = seen;
	const { newest, isOrdered, chosen } = state;
	const { id, stamp } = watermarkOf(state.marks);
	const rows = rowsIn(looks);
	const listOf = (branch: number) => {
		const pending = left.filter((one) => one.branches.includes(branch)).length;
		return without(looks.get(branch)?.list ?? state.lists[branch] ?? { readAt: now }, pending);
	};
	// Younger by more than zones can explain, with a lower ID.
	const limit = stamp && hoursAfter(stamp, ZONES_HOURS);
	const isOdd = (row: IDataObject) => idOf(row) <= id && isAfter(row, { id, stamp: limit }, now);
	const isRead = (branch: number) => looks.has(branch) && looks.get(branch)?.list.next === undefined;
	const unread = branches.filter((branch) => branch in chosen && !isRead(branch));
	const isPending = left.length > 0 || [...looks.values()].some(({ isPart }) => isPart);
	return {
		...state,
		lists: Object.fromEntries(branches.map((branch) => [branch, listOf(branch)])),
		chosen: Object.fromEntries(unread.map((branch) => [branch, chosen[branch]])),
		isOrdered: isOrdered && !rows.some(isOdd),
		newest: isPending ? newest : markOf(rows, newest, now),
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
	const past = isOrdered && kept[0].at !== marks[0].at ? kept[0].id : 0;
	const { stamp, at } = watermarkOf(kept);
	const day = stamp && daysAfter(earliest(dayOf(stamp), dayAt(at)), -SPARE_DAYS);
	// What is from before the first day of the beginning was there.
	const since = latest(day, state.since);
	return {
		...state,
		marks: kept,
		seen: Runs.parse(state.seen).above(past).toString(),
		unwanted: Runs.parse(state.unwanted).above(past).toString(),
		since,
		// From another day on, it is another list.
		lists: since === state.since ? lists : unknown(lists),
	};
}

/** Where there is no room for all that was seen, rather one late record is unheard of than others come again. */
function bounded(state: RecordsState, { looks }: Seen): RecordsState {
	const { marks } = state;
	const seen = Runs.parse(state.seen);
	const cut = seen.cutFor(MOST_SEEN);
	if (cut === 0) return state;
	// Those that follow may be from before that, and must not go back.
	if (state.isOrdered) {
		// When that one was created is not known.
		const raised = marks.map((mark) => (mark.id < cut ? { ...mark, id: cut, stamp: '' } : mark));
		return { ...state, marks: raised, seen: seen.above(cut).toString() };
	}
	// Which of them lists may show again is known once all that can be read were read whole.
	if (![...looks.values()].every(({ isWhole }) => isWhole)) return { ...state, lists: unknown(state.lists) };
	const rows = rowsIn(looks);
	const done = rows.filter((row) => seen.has(idOf(row)));
	const stamp = justBefore(done.map(timeOf).reduce(latest, ''));
	const raised = marks.map((mark) => (mark.stamp < stamp ? { ...markOf(rows, mark, mark.at), stamp } : mark));
	const kept = Runs.of(done.filter((row) => timeOf(row) > stamp).map(idOf));
	return { ...state, marks: raised, seen: kept.toString(), unwanted: '' };
}

/** What has to be read whole. */
function unknown(lists: RecordsState['lists']): RecordsState['lists'] {
	return Object.fromEntries(Object.entries(lists).map(([branch, { readAt }]) => [branch, { readAt }]));
}
