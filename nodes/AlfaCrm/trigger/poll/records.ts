import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import type { ListState, Look } from './reading';
import { HOUR_MS, ready, without } from './reading';
import { Runs } from './runs';
import { dayAt, dayOf, daysAfter, earlier, hoursAfter, newestOf, stampOf, ZONES_HOURS } from './stamps';

/** How long after its creation a record may show up, e.g. since somebody moves it to a watched branch. */
const LATE_MS = 48 * HOUR_MS;
/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 30 * 24 * HOUR_MS;
/** Days by which zones may make a creation look older than it is. */
const SPARE_DAYS = 2;
/** Characters of reported IDs that are kept at most. */
const MOST_CHARACTERS = 12_000;
/** From so many points on, since a list could not be read for long, one in twelve hours will do. */
const MANY_POINTS = 60;
const STAMP = 'created_at';

/** The newest record that was known at some time, by its ID and by when it was created. */
export interface Mark {
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
	/** The first day of creation that is asked for, `yyyy-mm-dd`; null asks for all. */
	since: string | null;
	/** Records up to this one are old. It follows the newest one, two days behind. */
	watermark: Mark;
	/** What was the newest in the hours since. */
	points: Mark[];
	newest: Mark;
	/** IDs above the watermark that were reported or were there before, as runs. */
	reported: string;
	/** False once a record was seen that has a lower ID than older ones. */
	isOrdered: boolean;
	/** By branch. */
	lists: Record<string, ListState>;
	/** Branches that could not be read in the beginning: what is there when they can be was there before. */
	unread: number[];
	/** What decides which records are wanted. */
	filters: string;
}

/** What a poll saw of the branches that are watched. */
export interface Seen {
	looks: ReadonlyMap<number, Look>;
	branches: readonly number[];
	/** Other records of the account, wanted or not, where an hour has passed. */
	account?: readonly IDataObject[];
	filters: string;
	wants: (row: IDataObject) => boolean;
	/** n8n's time, milliseconds. */
	now: number;
}

export interface NewRecord {
	row: IDataObject;
	branches: number[];
}

const idOf = (row: IDataObject): number => readId(row.id) ?? 0;
const timeOf = (row: IDataObject): string => stampOf(row, STAMP);
const rowsOf = (looks: Seen['looks']): IDataObject[] => [...looks.values()].flatMap(({ rows }) => rows);

export function emptyState(since: string | null, filters: string, now: number): RecordsState {
	const mark = { id: 0, stamp: '', at: now };
	return {
		hasBegun: false,
		since,
		watermark: mark,
		points: [],
		newest: mark,
		reported: '',
		isOrdered: true,
		lists: {},
		unread: [],
		filters,
	};
}

/** What is there in the beginning is old, wanted or not. It may take several polls to read it. */
export function begin(
	state: RecordsState,
	{ looks, branches, now }: Pick<Seen, 'branches' | 'looks' | 'now'>,
): RecordsState {
	const rows = rowsOf(looks);
	const newest = markOf(rows, state.newest, now);
	const isOrdered = state.isOrdered && areOrdered(rows, now);
	const hasBegun = [...looks.values()].every(({ list }) => list.next === undefined);
	const lists = Object.fromEntries([...looks].map(([branch, { list }]) => [branch, hasBegun ? {} : list]));
	// Times are as coarse as a second or a day, so of the newest one only the IDs tell.
	const twins = rows.filter((row) => newest.stamp !== '' && timeOf(row) >= newest.stamp);
	const reported = Runs.of(twins.map(idOf)).toString();
	const unread = branches.filter((branch) => !looks.has(branch));
	const begun = { hasBegun, newest, isOrdered, watermark: newest, reported, unread };
	return { ...state, ...begun, lists };
}

/** Makes news of the newest records that are there and wanted. */
export function startWith(state: RecordsState, seen: Seen, count: number): RecordsState {
	const { newest, isOrdered, watermark } = state;
	const all = candidates({ ...state, watermark: { id: 0, stamp: '', at: 0 }, reported: '' }, seen);
	const start = all.slice(-count).map(({ row }) => row);
	const ids = start.map(idOf).sort((a, b) => a - b);
	const stamp = start.map(timeOf).reduce(earlier, watermark.stamp);
	const others = all.slice(0, -count).map(({ row }) => row);
	// Those between them were there before, even where lists do not show them yet.
	const gaps = ids
		.map((id, index) => [id + 1, (ids[index + 1] ?? newest.id + 1) - 1])
		.filter(([from, to]) => from <= to)
		.map((gap) => gap.join('-'));
	const reported = isOrdered ? gaps.join(',') : Runs.of(others.map(idOf)).toString();
	return ids.length === 0
		? state
		: { ...state, watermark: { ...watermark, id: ids[0] - 1, stamp }, reported };
}

/** Counts the rows that no earlier poll saw. */
export function countFresh(state: RecordsState, rows: readonly IDataObject[]): number {
	return new Set(rows.filter(youngerThan(state)).map(idOf)).size;
}

export const isPointDue = ({ points, watermark }: RecordsState, now: number): boolean =>
	Math.abs(now - (points.at(-1) ?? watermark).at) >= (points.length < MANY_POINTS ? 1 : 12) * HOUR_MS;

/**
 * What is new for a poll that saw this.
 *
 * @returns the new records, the oldest first, and what is known once so many of them have been reported
 */
export function step(
	state: RecordsState,
	seen: Seen,
): { news: NewRecord[]; after: (taken: number) => RecordsState } {
	const found = candidates(state, seen);
	const isOther = seen.filters !== state.filters;
	const isYounger = youngerThan(state);
	const added = isOther ? seen.branches.filter((branch) => !(branch in state.lists)) : [];
	const unread = [...state.unread, ...added];
	// With other filters, what was there at the last poll is no news; nor is what a branch that is chosen too held before.
	const isOld = ({ row, branches }: NewRecord) =>
		branches.every((branch) => unread.includes(branch)) || (isOther && !isYounger(row));
	const news = found.filter((one) => !isOld(one));
	return {
		news: news.slice(0, ready(news, seen.looks)),
		after: (taken) => {
			const done = [...found.filter(isOld), ...news.slice(0, taken)].map(({ row }) => idOf(row));
			const reported = Runs.parse(state.reported).with(done).toString();
			const next = { ...state, reported, unread, filters: seen.filters };
			return bounded(aged(noted(next, seen, news.slice(taken)), seen), seen);
		},
	};
}

/** Records that are wanted and were neither reported nor there in the beginning. */
function candidates(
	{ watermark, reported, isOrdered }: RecordsState,
	{ looks, wants, now }: Seen,
): NewRecord[] {
	const known = Runs.parse(reported);
	const isNew = (id: number, row: IDataObject) =>
		id > watermark.id || isLater(newestOf([timeOf(row)], now), watermark.stamp, isOrdered);
	const found = new Map<number, NewRecord>();
	for (const [branch, { rows }] of looks) {
		for (const row of rows) {
			const id = idOf(row);
			if (!wants(row) || known.has(id) || !isNew(id, row)) continue;
			const one = found.get(id) ?? { row, branches: [] };
			found.set(id, one);
			one.branches.push(branch);
		}
	}
	const byId = (a: NewRecord, b: NewRecord) => idOf(a.row) - idOf(b.row);
	const byTime = (a: NewRecord, b: NewRecord) => timeOf(a.row).localeCompare(timeOf(b.row)) || byId(a, b);
	return [...found.values()].sort(isOrdered ? byId : byTime);
}

/** Whether a time is after another one. Where IDs grow with time, zones must not be able to explain it. */
function isLater(time: string, before: string, isOrdered: boolean): boolean {
	if (time === '' || before === '') return false;
	return isOrdered ? time > hoursAfter(before, ZONES_HOURS) : time >= before;
}

/** Tells rows that no earlier poll saw or reported. */
function youngerThan({ newest, reported, isOrdered }: RecordsState): (row: IDataObject) => boolean {
	const known = Runs.parse(reported);
	return (row) => (isOrdered ? idOf(row) > newest.id : timeOf(row) >= newest.stamp) && !known.has(idOf(row));
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
	// A clock that is far behind cannot tell when that was, and an earlier time would make older ones look new.
	const isAhead = rows.some((row) => idOf(row) === id && timeOf(row) > newest);
	// n8n's clock may have been put back.
	const stamp = newest > before.stamp ? newest : before.stamp;
	return { id, stamp: isAhead && newest < before.stamp ? '' : stamp, at: now };
}

/** Takes down what the lists looked like. */
function noted(
	state: RecordsState,
	{ looks, branches, account = [], now }: Seen,
	left: readonly NewRecord[],
): RecordsState {
	const rows = [...rowsOf(looks), ...account];
	const lists: RecordsState['lists'] = {};
	for (const branch of branches) {
		const list = looks.get(branch)?.list ?? state.lists[branch] ?? {};
		lists[branch] = without(list, left.filter((one) => one.branches.includes(branch)).length);
	}
	const { watermark, newest } = state;
	// A record that is younger by more than zones explain, and has a lower ID.
	const isOdd = (row: IDataObject) =>
		idOf(row) <= watermark.id && isLater(newestOf([timeOf(row)], now), watermark.stamp, true);
	const isOrdered = state.isOrdered && !rows.some(isOdd);
	const unread = state.unread.filter((branch) => !looks.has(branch));
	const isPending = left.length > 0 || [...looks.values()].some(({ isPart }) => isPart);
	return { ...state, lists, unread, isOrdered, newest: isPending ? newest : markOf(rows, newest, now) };
}

/** Moves the watermark to what was the newest two days before all lists were read whole. */
function aged(state: RecordsState, { account, now }: Seen): RecordsState {
	const { newest, lists, isOrdered } = state;
	// n8n's clock may have been put back.
	const points = state.points.map((point) => ({ ...point, at: Math.min(point.at, now) }));
	if (account && newest.at === now) points.push(newest);
	const readAt = Object.values(lists).map(({ readAt = 0 }) => readAt);
	const isOld = ({ at }: Mark) =>
		at <= Math.min(now, ...readAt.filter((time) => time > now - PATIENCE_MS)) - LATE_MS;
	const watermark = points.filter(isOld).at(-1);
	if (watermark === undefined) return { ...state, points };
	const reported = isOrdered ? Runs.parse(state.reported).above(watermark.id).toString() : state.reported;
	const day = watermark.stamp === '' ? '' : earlier(dayOf(watermark.stamp), dayAt(watermark.at));
	const since = day === '' ? state.since : daysAfter(day, -SPARE_DAYS);
	// From another day on, it is another list.
	const isSame = since === state.since;
	const next = Object.fromEntries(Object.entries(lists).map(([branch, { readAt }]) => [branch, { readAt }]));
	const young = points.filter((point) => !isOld(point));
	return { ...state, watermark, points: young, reported, since, lists: isSame ? lists : next };
}

/** Where there is no room for all that was reported, rather one late record is unheard of than others come again. */
function bounded(state: RecordsState, { looks, branches }: Seen): RecordsState {
	const reported = Runs.parse(state.reported);
	const cut = reported.cutFor(MOST_CHARACTERS);
	if (cut === 0) return state;
	// Those that may be listed again are known after all lists were read whole.
	const isWhole = branches.every((branch) => looks.get(branch)?.isWhole);
	if (!state.isOrdered && !isWhole && reported.cutFor(2 * MOST_CHARACTERS) === 0)
		return { ...state, lists: {} };
	const { watermark, isOrdered } = state;
	if (isOrdered)
		return { ...state, watermark: { ...watermark, id: cut }, reported: reported.above(cut).toString() };
	const late = rowsOf(looks).filter((row) => timeOf(row) >= watermark.stamp && reported.has(idOf(row)));
	return { ...state, reported: Runs.of(late.map(idOf)).toString() };
}
