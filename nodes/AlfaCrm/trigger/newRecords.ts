import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import { daysAfter, dotted, readId } from '../values/formats';
import { DAY_MS, HOUR_MS } from '../values/time';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { inEach } from './eventSource';
import { IdRanges } from './idRanges';
import { dayAt, stampOf } from './stamps';

/** How late a record may show up: a lead that is moved into a watched branch the next day is the one ordinary case. */
const LATE_MS = 48 * HOUR_MS;
/** How often the highest ID is noted. */
const PEAK_MS = 6 * HOUR_MS;
/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 7 * DAY_MS;
/** How often a list of several pages is read whole, whatever its first page and its total say. */
const WHOLE_MS = HOUR_MS;
/** The clocks of n8n and of an account may be a day apart, zones and all. */
const SPARE_DAYS = 2;
/** How long the IDs above the mark may be as text. */
const MOST_CHARACTERS = 25_000;
/** How far back the newest records are looked for; at last among all. */
const SAMPLE_DAYS = [2, 40];

interface BranchState {
	/** Rows that AlfaCRM counts, where none of them is left to be reported. */
	total?: number;
	/** When it was last read whole, and since when it cannot be; n8n's time in milliseconds. */
	readAt?: number;
	unreadAt?: number;
	/** It was chosen after the beginning, so what it holds when it is read first was there. */
	isChosen?: true;
}

/** What is known of new records, as plain JSON. IDs grow with creation. */
export interface RecordsState {
	/** Records up to this ID are old. */
	mark: number;
	/** Ranges of IDs above it: those that were reported or there in the beginning, and those that were not wanted. */
	told: string;
	unwanted: string;
	/** The day of creation that lists are asked for, `yyyy-mm-dd`. */
	since: string;
	/** The highest ID at some times of the last two days, the oldest first; n8n's time in milliseconds. */
	peaks: Array<{ id: number; at: number }>;
	branches: Record<string, BranchState>;
	/** The settings of the last poll. */
	scope: string;
	filters: string;
	body: IDataObject;
}

type Settings = Pick<RecordsState, 'body' | 'filters' | 'scope'> & Pick<PollRequest, 'branches'>;

/** A list as a poll read it: whole, or its first page. */
export type Snapshot = Pick<Collected, 'isComplete' | 'next' | 'rows' | 'total'>;

const rowId = ({ id }: IDataObject): number => readId(id) ?? 0;
const newsIds = (news: readonly NewRecord[]): number[] => news.map(({ row }) => rowId(row));
const firstDay = (at: number): string => daysAfter(dayAt(at), -SPARE_DAYS);

function isBefore(row: IDataObject, day: string): boolean {
	const stamp = stampOf(row, 'created_at');
	return stamp !== '' && stamp < day;
}

/** The state after the first poll: all that is there is old. */
export function begin(
	{ branches, ...settings }: Settings,
	rows: readonly IDataObject[],
	now: number,
): RecordsState {
	const since = firstDay(now);
	const ids = rows.map(rowId);
	// A list that ignores the day shows the old ones as well, whose IDs need not be kept.
	const mark = Math.max(0, ...rows.filter((row) => isBefore(row, since)).map(rowId));
	return {
		...settings,
		mark,
		told: IdRanges.of(ids).above(mark).toString(),
		unwanted: '',
		since,
		peaks: [{ id: Math.max(mark, ...ids), at: now }],
		branches: Object.fromEntries(branches.map((branch) => [branch, {}])),
	};
}

/** The state under the settings of this poll. */
export function withSettings(state: RecordsState, { branches, ...settings }: Settings): RecordsState {
	const isChosen = settings.scope === state.scope ? undefined : true;
	const [told, unwanted] = [IdRanges.parse(state.told), IdRanges.parse(state.unwanted)];
	const isSame = settings.filters === state.filters;
	return {
		...state,
		...settings,
		branches: Object.fromEntries(branches.map((branch) => [branch, state.branches[branch] ?? { isChosen }])),
		// Who was not wanted by then is old.
		told: (isSame ? told : told.with(unwanted.ids())).toString(),
		unwanted: isSame ? state.unwanted : '',
	};
}

interface Seen {
	snapshots: ReadonlyMap<number, Snapshot>;
	wants: (row: IDataObject) => boolean;
	now: number;
	/** Whether the settings of the last poll hide a row that these show. */
	wasHidden?: (row: IDataObject, branch: number) => boolean;
}

/** One poll: what is new, the lowest ID first, and what is known once so many of them were reported. */
export function step(
	state: RecordsState,
	{ snapshots, wants, now, wasHidden = () => false }: Seen,
): Pick<PollResult, 'after' | 'news'> {
	const [told, unwanted] = [IdRanges.parse(state.told), IdRanges.parse(state.unwanted)];
	const listed = new Map<number, NewRecord>();
	const there = new Set<number>();
	for (const [branch, { rows }] of snapshots) {
		for (const row of rows) {
			const id = rowId(row);
			if (id <= state.mark || told.has(id) || isBefore(row, state.since)) continue;
			if (state.branches[branch].isChosen || wasHidden(row, branch)) there.add(id);
			else listed.set(id, { row, branches: [...(listed.get(id)?.branches ?? []), branch] });
		}
	}
	const all = [...listed.values()].sort((one, other) => rowId(one.row) - rowId(other.row));
	const news = all.filter(({ row }) => wants(row));
	const others = newsIds(all.filter(({ row }) => !wants(row)));
	return {
		news,
		after: (taken) => {
			const isDone = taken >= news.length;
			// One that a branch lists in which it is news is no less new for being in another one.
			const noted = [...there].filter((id) => !listed.has(id));
			const next = {
				...state,
				told: told.with([...newsIds(news.slice(0, taken)), ...noted]).toString(),
				unwanted: unwanted.without(newsIds(news)).with(others).toString(),
				branches: branchesAfter(state, snapshots, now, isDone),
			};
			return bounded(isDone ? withMark(next, now) : next);
		},
	};
}

function branchesAfter(
	{ branches }: RecordsState,
	snapshots: ReadonlyMap<number, Snapshot>,
	now: number,
	isDone: boolean,
): RecordsState['branches'] {
	const after = Object.entries(branches).map(([branch, before]): [string, BranchState] => {
		const { isComplete, next, total } = snapshots.get(Number(branch)) ?? {};
		if (!isComplete && next === undefined) return [branch, { ...before, unreadAt: before.unreadAt ?? now }];
		return [branch, { total: isDone ? total : undefined, readAt: isComplete ? now : before.readAt }];
	});
	return Object.fromEntries(after);
}

/** Moves the mark to what was highest two days ago, unless some branch may yet have something to tell. */
function withMark(state: RecordsState, now: number): RecordsState {
	// n8n's clock may have been put back.
	const peaks = state.peaks.map(({ id, at }) => ({ id, at: Math.min(at, now) }));
	const known = [state.told, state.unwanted].map((text) => IdRanges.parse(text).last);
	if (now - peaks[peaks.length - 1].at >= PEAK_MS)
		peaks.push({ id: Math.max(state.mark, ...known), at: now });
	const isRead = ({ readAt, unreadAt = now }: BranchState) => readAt === now || now - unreadAt >= PATIENCE_MS;
	const passed = peaks.filter(({ at }) => now - at >= LATE_MS);
	if (passed.length === 0 || !Object.values(state.branches).every(isRead)) return { ...state, peaks };
	const { id, at } = passed[passed.length - 1];
	return { ...withMarkAt(state, id), peaks: peaks.slice(passed.length - 1), since: firstDay(at) };
}

/** Where there is no room for all IDs, rather one record that shows up late is unheard of than others come again. */
function bounded(state: RecordsState): RecordsState {
	const cut = IdRanges.parse(state.told).cutFor(MOST_CHARACTERS);
	const kept = cut === 0 ? state : withMarkAt(state, cut);
	const unwanted = IdRanges.parse(kept.unwanted);
	return { ...kept, unwanted: unwanted.above(unwanted.cutFor(MOST_CHARACTERS)).toString() };
}

function withMarkAt(state: RecordsState, mark: number): RecordsState {
	const above = (ids: string) => IdRanges.parse(ids).above(mark).toString();
	return {
		...state,
		mark: Math.max(mark, state.mark),
		told: above(state.told),
		unwanted: above(state.unwanted),
	};
}

/** Tells new records by the list of an entity, which can be asked for a day of creation. API notes 5.3 and 5.16. */
export class NewRecords implements EventSource {
	/**
	 * @param body what the list is asked for
	 * @param wants whether a record is to be reported
	 */
	constructor(
		private readonly list: Pick<ListQuery, 'path' | 'task'>,
		private readonly body: IDataObject,
		private readonly wants: (row: IDataObject) => boolean,
	) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		if (before === undefined) return await this.first(request);
		const { body, wants } = this;
		const { branches, filters, now, scope } = request;
		const state = withSettings(before as RecordsState, { body, branches, filters, scope });
		const { found: snapshots, failures } = await inEach(
			branches,
			async (branch) => await this.read(request, branch, state),
		);
		const wasHidden = await this.hidden(request, before as RecordsState, [...snapshots.keys()]);
		return { failures, ...step(state, { snapshots, wants, now, wasHidden }) };
	}

	async samples(request: SampleRequest, count: number): Promise<Samples> {
		for (const days of [...SAMPLE_DAYS, Infinity]) {
			const since = days === Infinity ? '' : daysAfter(dayAt(request.now), -days);
			const { found } = await inEach(
				request.branches,
				async (branch) =>
					await request.reader.collect(this.listOf(this.body, branch, since), { isEnough: request.isLate }),
			);
			const settings = { body: {}, branches: request.branches, filters: '', scope: '' };
			const none = { ...begin(settings, [], request.now), since };
			const { news } = step(none, { snapshots: found, wants: this.wants, now: request.now });
			const isAll = days === Infinity && !request.isLate();
			if (news.length >= count || isAll || request.isLate()) return { news: news.slice(-count), isAll };
		}
		return { news: [], isAll: true };
	}

	/** Notes what is there, in closed branches as well: nothing of it is new when they are opened. */
	private async first(request: PollRequest): Promise<PollResult> {
		const { branches, client, closed, filters, now, reader, scope, startWith } = request;
		const settings = { body: this.body, branches, filters, scope };
		const since = firstDay(now);
		const readAll = async (some: readonly number[]) =>
			await inEach(some, async (branch) => await reader.collect(this.listOf(this.body, branch, since), {}));
		const { found, failures } = await readAll(branches);
		const others = await readAll(closed).catch(() => ({ found: new Map<number, Collected>() }));
		const rows = [...found.values(), ...others.found.values()].flatMap((one) => one.rows);
		const state = begin(settings, rows, now);
		if (startWith === 0) return { news: [], failures, after: () => state };
		const { news } = await this.samples({ branches, client, now, reader, isLate: () => false }, startWith);
		return { news, failures, after: () => state };
	}

	/** The list of a branch: its first page where nothing on it is unknown and the total is as it was, else all of it. */
	private async read(
		{ now, reader }: PollRequest,
		branch: number,
		{ branches, mark, since, ...state }: RecordsState,
	): Promise<Collected> {
		const { total, readAt = 0 } = branches[branch];
		const [told, unwanted] = [IdRanges.parse(state.told), IdRanges.parse(state.unwanted)];
		const isKnown = (row: IDataObject) => {
			const id = rowId(row);
			return id <= mark || told.has(id) || (unwanted.has(id) && !this.wants(row)) || isBefore(row, since);
		};
		const isQuiet = Math.abs(now - readAt) < WHOLE_MS && total !== undefined;
		const isEnough = (page: Page) => isQuiet && page.total === total && page.rows.every(isKnown);
		return await reader.collect(this.listOf(this.body, branch, since), { isEnough });
	}

	/**
	 * Tells rows that the settings of the last poll would not show now, such as archived ones. They are asked for last, so that
	 * nobody who came meanwhile is taken for hidden.
	 */
	private async hidden(
		{ reader }: PollRequest,
		{ body, since }: RecordsState,
		branches: readonly number[],
	): Promise<Seen['wasHidden']> {
		if (JSON.stringify(body) === JSON.stringify(this.body)) return undefined;
		const { found, failures } = await inEach(
			branches,
			async (branch) => await reader.collect(this.listOf(body, branch, since), {}),
		);
		for (const failure of failures.values()) throw failure;
		const shown = new Map([...found].map(([branch, { rows }]) => [branch, new Set(rows.map(rowId))]));
		return (row, branch) => shown.get(branch)?.has(rowId(row)) === false;
	}

	private listOf(body: IDataObject, branch: number, since: string): ListQuery {
		const created = since === '' ? {} : { created_at_from: dotted(since) };
		return { ...this.list, branch, body: { ...body, ...created } };
	}
}
