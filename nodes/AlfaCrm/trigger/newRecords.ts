import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import { daysAfter, dotted, readId } from '../values/formats';
import { DAY_MS, HOUR_MS } from '../values/time';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { inEach } from './eventSource';
import { IdRanges } from './idRanges';
import { dayAt, dayOf, latest, stampOf } from './stamps';

/** How late a record may show up: a lead that is moved into a watched branch the next day is the one ordinary case. */
const LATE_MS = 48 * HOUR_MS;
/** How often the highest ID is noted. */
const PEAK_MS = 6 * HOUR_MS;
/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 7 * DAY_MS;
/** How often a list of several pages is read whole, whatever its first page and its total say. */
const WHOLE_MS = HOUR_MS;
/** How long the IDs above the mark may be as text. */
const MOST_CHARACTERS = 25_000;
/** How far back the newest records are looked for, in days; at last among all. */
const DAYS_BACK = [2, 40, 400, Infinity];

interface BranchState {
	/** Rows that AlfaCRM counts, where none of them is left to be reported. */
	total?: number;
	/** When it was last read whole, and since when it cannot be; n8n's time in milliseconds. */
	readAt?: number;
	unreadAt?: number;
	/** It was chosen after the beginning, so what it holds when it is read first was there. */
	isChosen?: true;
}

interface Newest {
	id: number;
	/** The day of its creation as AlfaCRM shows it, `yyyy-mm-dd`, which n8n's clock may differ from. */
	day: string;
}

/** What is known of new records, as plain JSON. IDs grow with creation. */
interface RecordsState {
	/** Records up to this ID are old. */
	mark: number;
	/** Ranges of IDs above it: those that were reported or there in the beginning, and those that were not wanted. */
	told: string;
	unwanted: string;
	/** The day of creation that lists are asked for, `yyyy-mm-dd`. */
	since: string;
	/** The newest record, and which one it was at some times of the last two days, the oldest first; n8n's time in milliseconds. */
	newest: Newest;
	peaks: Array<Newest & { at: number }>;
	branches: Record<string, BranchState>;
	/** The settings of the last poll. */
	scope: string;
	filters: string;
	body: IDataObject;
}

type Settings = Pick<RecordsState, 'body' | 'filters' | 'scope'> & Pick<PollRequest, 'branches'>;

/** A list as a poll read it: whole, or its first page. */
type Snapshot = Pick<Collected, 'isComplete' | 'next' | 'rows' | 'total'>;

const rowId = ({ id }: IDataObject): number => readId(id) ?? 0;
const newsIds = (news: readonly NewRecord[]): number[] => news.map(({ row }) => rowId(row));
const dayBefore = ({ day }: Newest): string => daysAfter(day, -1);

function newestOf(rows: readonly IDataObject[], before: Newest): Newest {
	const newest = rows.reduce<IDataObject>((one, other) => (rowId(other) > rowId(one) ? other : one), {
		id: before.id,
	});
	return { id: rowId(newest), day: dayOf(stampOf(newest, 'created_at')) || before.day };
}

function isBefore(row: IDataObject, day: string): boolean {
	const stamp = stampOf(row, 'created_at');
	return stamp !== '' && stamp < day;
}

/**
 * The state after the first poll: all that is there is old.
 *
 * @param asked the day from which on the rows were asked for: nobody knows what is there from before it
 */
function begin(
	{ branches, ...settings }: Settings,
	rows: readonly IDataObject[],
	now: number,
	asked: string,
): RecordsState {
	const newest = newestOf(rows, { id: 0, day: dayAt(now) });
	const since = latest(dayBefore(newest), asked);
	// A list that ignores the day shows the old ones as well, whose IDs need not be kept.
	const mark = Math.max(0, ...rows.filter((row) => isBefore(row, since)).map(rowId));
	return {
		...settings,
		mark,
		told: IdRanges.of(rows.map(rowId)).above(mark).toString(),
		unwanted: '',
		since,
		newest,
		peaks: [{ ...newest, at: now }],
		branches: Object.fromEntries(branches.map((branch) => [branch, {}])),
	};
}

/** The state under the settings of this poll. */
function withSettings(state: RecordsState, { branches, ...settings }: Settings): RecordsState {
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
function step(
	state: RecordsState,
	{ snapshots, wants, now, wasHidden = () => false }: Seen,
): Pick<PollResult, 'after' | 'news'> {
	const [told, unwanted] = [IdRanges.parse(state.told), IdRanges.parse(state.unwanted)];
	const listed = new Map<number, NewRecord>();
	const there = new Set<number>();
	for (const [branch, { rows }] of snapshots) {
		for (const row of rows) {
			const id = rowId(row);
			if (id <= state.mark || told.has(id)) continue;
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
				newest: newestOf(
					all.map(({ row }) => row),
					state.newest,
				),
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
	const peaks = state.peaks.map((peak) => ({ ...peak, at: Math.min(peak.at, now) }));
	if (now - peaks[peaks.length - 1].at >= PEAK_MS) peaks.push({ ...state.newest, at: now });
	const isRead = ({ readAt, unreadAt = now }: BranchState) => readAt === now || now - unreadAt >= PATIENCE_MS;
	const passed = peaks.filter(({ at }) => now - at >= LATE_MS);
	if (passed.length === 0 || !Object.values(state.branches).every(isRead)) return { ...state, peaks };
	const last = passed[passed.length - 1];
	return { ...withMarkAt(state, last.id), peaks: peaks.slice(passed.length - 1), since: dayBefore(last) };
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
		const { branches, deadline, now } = request;
		const settings = { body: {}, branches, filters: '', scope: '' };
		for (let tries = 0; ; tries++) {
			const { found, since } = await this.newest(request, tries);
			const none = { ...begin(settings, [], now, ''), since };
			const { news } = step(none, { snapshots: found, wants: this.wants, now });
			const isLate = Date.now() >= deadline;
			const isAll = since === '' && !isLate;
			if (news.length >= count || isAll || isLate) return { news: news.slice(-count), isAll };
		}
	}

	/** Notes what is there, in closed branches as well: nothing of it is new when they are opened. */
	private async first(request: PollRequest): Promise<PollResult> {
		const { branches, closed, filters, now, scope, startWith } = request;
		// What is not read now would be news later.
		const asked = { ...request, deadline: Infinity };
		for (let tries = 0; ; tries++) {
			const { found, failures, since } = await this.newest(asked, tries);
			const elsewhere = await this.newest({ ...asked, branches: closed }, tries).catch(() => undefined);
			const rows = [...found.values(), ...(elsewhere?.found.values() ?? [])].flatMap((one) => one.rows);
			// The newest record tells the day of the account, whatever n8n's clock says.
			if (rows.length === 0 && since !== '') continue;
			const state = begin({ body: this.body, branches, filters, scope }, rows, now, since);
			const news = startWith === 0 ? [] : (await this.samples(asked, startWith)).news;
			return { news, failures, after: () => state };
		}
	}

	/** The lists from some days ago on, further back at each try, and at last whole. */
	private async newest({ branches, deadline, now, reader }: SampleRequest, tries: number) {
		const days = DAYS_BACK[tries] ?? Infinity;
		const since = days === Infinity ? '' : daysAfter(dayAt(now), -days);
		const read = async (branch: number) =>
			await reader.collect(this.listOf(this.body, branch, since), {
				isEnough: () => Date.now() >= deadline,
			});
		return { ...(await inEach(branches, read)), since };
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
			return id <= mark || told.has(id) || (unwanted.has(id) && !this.wants(row));
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
