import type { IDataObject } from 'n8n-workflow';

import type { List } from '../../api/page';
import type { Page } from '../../api/pages';
import type { Change } from '../change';
import type { LogState } from './log';
import * as log from './log';
import type { Look, LookOptions, Reader } from './reading';
import { HOUR_MS, isLasting, readEach } from './reading';
import type { RecordsState } from './records';
import * as records from './records';
import { dayAt, dayOf, daysAfter, dotted, earlier, newestOf, stampOf } from './stamps';

/** How far back the newest records are looked for; at last among all. */
const DAYS_BACK = [2, 10, 40, 160, 640, null];

/** An entity's own list, which tells new records. */
export interface RecordsWatch {
	kind: 'records';
	path: string;
	/** For messages, to follow "could not". */
	task: string;
	/** Filters of the list that is watched, and of all records of the account. */
	body: IDataObject;
	allBody: IDataObject;
	wants: (row: IDataObject) => boolean;
}

/** The change log, which tells everything else. */
export interface LogWatch {
	kind: 'log';
	body: IDataObject;
	wants: (change: Change) => boolean;
}

export interface PollSettings {
	watch: RecordsWatch | LogWatch;
	/** All branches of the account if undefined. */
	branches?: number[];
	/** Account and event: another one begins anew. */
	subject: string;
	/** What decides which news are wanted. */
	filters: string;
	/** How many records are reported at most; the rest with the next poll. */
	most: number;
	/** How many of the records that are there already are reported in the beginning. */
	startWith: number;
}

/** All that is kept between two polls: plain JSON. */
export interface PollState {
	subject: string;
	/** Branches of the account, when all are watched, and when they were read, n8n's time in milliseconds. */
	branches?: number[];
	branchesReadAt?: number;
	records?: RecordsState;
	log?: LogState;
}

/** Something to report, and the branches that list it. */
export interface News {
	row: IDataObject;
	branches: number[];
}

export interface Outcome {
	/** The oldest first. */
	news: News[];
	/** What went wrong, by branch. */
	failures: ReadonlyMap<number, unknown>;
	/** What is known once so many of them have been reported. */
	after: (taken: number) => PollState;
}

/**
 * One poll: what is new since the last one. The first ones only take down what is there.
 *
 * @param isFirst no state of other settings went before, so some of what is there may be asked for
 */
export async function poll(
	reader: Reader,
	settings: PollSettings,
	known: PollState | undefined,
	isFirst: boolean,
): Promise<Outcome> {
	const { state, branches } = await branchesOf(reader, settings, known ?? { subject: settings.subject });
	const { watch } = settings;
	return watch.kind === 'records'
		? await pollRecords({ reader, settings, state, branches, isFirst }, watch)
		: await pollLog({ reader, settings, state, branches, isFirst }, watch);
}

/** Some of the newest, whatever was reported before; the oldest first. */
export async function sample(reader: Reader, settings: PollSettings, count: number): Promise<News[]> {
	const { branches } = await branchesOf(reader, settings, { subject: '' });
	const { news } = await newest(reader, settings.watch, branches, count);
	return news;
}

interface Poll {
	reader: Reader;
	settings: PollSettings;
	state: PollState;
	branches: number[];
	isFirst: boolean;
}

/** The branches to look into. */
async function branchesOf(
	reader: Reader,
	{ branches }: PollSettings,
	state: PollState,
): Promise<{ state: PollState; branches: number[] }> {
	if (branches) return { state: { ...state, branches: undefined, branchesReadAt: undefined }, branches };
	const { branches: known, branchesReadAt = 0 } = state;
	if (known && Math.abs(reader.now - branchesReadAt) < HOUR_MS) return { state, branches: known };
	const { ids, isWhole } = await reader.branches();
	// One that was overlooked must not be unknown for an hour.
	return {
		state: { ...state, branches: ids, branchesReadAt: isWhole ? reader.now : undefined },
		branches: ids,
	};
}

async function pollRecords(
	{ reader, settings, state, branches, isFirst }: Poll,
	watch: RecordsWatch,
): Promise<Outcome> {
	const { now } = reader;
	const { filters } = settings;
	const none = (known: RecordsState) => ({
		news: [],
		failures: new Map(),
		after: () => ({ ...state, records: known }),
	});
	const lookAll = async (lists: RecordsState['lists'], since: string | null, options?: LookOptions) =>
		await readEach(branches, async (branch) => {
			const all = recordsSince(watch, branch, since, watch.allBody);
			return await reader.look(all, lists[branch], { mayPause: true, ...options });
		});

	let known = state.records ?? records.emptyState(await firstDay(reader, watch, branches), filters, now);
	if (!known.hasBegun) {
		const there = await lookAll(known.lists, known.since);
		const passing = [...there.failures.values()].find((failure) => !isLasting(reader.client, failure));
		if (passing !== undefined) throw passing;
		known = records.begin(known, { looks: there.looks, branches, now });
		if (!known.hasBegun || !isFirst || settings.startWith === 0) return none(known);
		const { looks, since } = await newest(reader, watch, branches, settings.startWith);
		const seen = { looks, branches, filters, wants: watch.wants, now };
		const begun = { ...records.startWith(known, seen, settings.startWith), since };
		const { news, after } = records.step(begun, seen);
		return { news, failures: new Map(), after: (taken) => ({ ...state, records: after(taken) }) };
	}
	// What was the newest is looked for first, so that all that is older shows in the lists.
	const isDue = records.isPointDue(known, now);
	const isNarrow = JSON.stringify(watch.body) !== JSON.stringify(watch.allBody);
	const all =
		isDue && isNarrow
			? (await lookAll({}, known.since, { isEnd: () => true })).looks
			: new Map<number, Look>();
	const account = isDue ? [...all.values()].flatMap(({ rows }) => rows) : undefined;
	const { since } = known;
	const lists = filters === known.filters ? known.lists : {};
	const fresh = (rows: IDataObject[]) => records.countFresh(known, rows);
	const { looks, failures } = await readEach(branches, async (branch) => {
		const list = recordsSince(watch, branch, since, watch.body);
		return await reader.look(list, lists[branch], { fresh, mayPause: true });
	});
	const { news, after } = records.step(known, { looks, branches, account, filters, wants: watch.wants, now });
	return { news, failures, after: (taken) => ({ ...state, records: after(taken) }) };
}

/** The day to begin with: some days back, or as far as it takes to find records at all. */
async function firstDay(
	reader: Reader,
	watch: RecordsWatch,
	branches: readonly number[],
): Promise<string | null> {
	for (const days of DAYS_BACK) {
		const since = days === null ? null : daysAfter(dayAt(reader.now), -days);
		const { looks } = await readEach(branches, async (branch) => {
			return await reader.look(recordsSince(watch, branch, since, watch.allBody), {}, { isEnd: () => true });
		});
		if ([...looks.values()].some(({ rows }) => rows.length > 0)) return since;
	}
	return null;
}

function recordsSince(
	{ path, task }: RecordsWatch,
	branch: number,
	since: string | null,
	body: IDataObject,
): List {
	return {
		path,
		task,
		branch,
		body: { ...body, ...(since === null ? {} : { created_at_from: dotted(since) }) },
	};
}

function entriesOf(branch: number, { body }: LogWatch, from: string | null, to?: string): List {
	const days = {
		...(from === null ? {} : { date_from: dotted(from) }),
		...(to === undefined ? {} : { date_to: dotted(to) }),
	};
	return { path: 'log', task: 'read the change log', branch, body: { ...body, ...days } };
}

async function pollLog(
	{ reader, settings, state, branches, isFirst }: Poll,
	watch: LogWatch,
): Promise<Outcome> {
	const { now } = reader;
	const { filters, most } = settings;
	const begun = await beginLog({ reader, settings, state, branches, isFirst }, watch);
	const steps: Array<ReturnType<typeof log.step>> = [];
	const failures = new Map<number, unknown>();
	let current = begun;
	let news: log.NewEntry[] = [];
	const take = (chunk: Pick<log.Chunk, 'elsewhere' | 'looks' | 'until'>) => {
		const one = log.step(current, { ...chunk, filters, wants: watch.wants, now });
		steps.push(one);
		news = [...news, ...one.news];
		current = one.after(one.news.length);
	};
	const read = async (look: (branch: number) => Promise<Look>) => {
		const found = await readEach(
			branches.filter((branch) => !failures.has(branch)),
			look,
		);
		for (const [branch, failure] of found.failures) failures.set(branch, failure);
		return found.looks;
	};
	const openDayOf = (branch: number) => log.openDay(current.branches[branch], now);
	const isLagging = (branch: number) => {
		const { day } = current.branches[branch];
		return day !== null && day < (openDayOf(branch) ?? day) && !failures.has(branch);
	};

	// Each poll gets ahead, however little time it has.
	const isOn = () => news.length < most && (steps.length === 0 || !reader.isLate);
	let lagging = branches.filter(isLagging);
	for (; lagging.length > 0 && isOn(); lagging = branches.filter(isLagging)) {
		const from = lagging.map((branch) => current.branches[branch].day ?? '').reduce(earlier);
		const ends = branches.flatMap((branch) => [current.branches[branch].day ?? '', openDayOf(branch) ?? '']);
		const end = ends.filter((day) => day > from).reduce(earlier);
		const [until, looks] = await closedDays(read, reader, watch, from, end);
		const isPast = (branch: number) => (current.branches[branch].day ?? '') > from;
		const elsewhere = [...looks].filter(([branch]) => isPast(branch)).map(([, { rows }]) => rows);
		const late = [...looks].filter(([branch]) => lagging.includes(branch) && !isPast(branch));
		take({ looks: new Map(late), elsewhere, until });
	}
	if (lagging.length === 0 && news.length < most) {
		const isOther = filters !== current.filters;
		const looks = await read(async (branch) => {
			const known = current.branches[branch];
			const fresh = (rows: IDataObject[]) => log.countFresh(current, branch, rows);
			const list = entriesOf(branch, watch, known.day);
			return await reader.look(list, isOther ? {} : known, { fresh, isEnd: pastAll(known.done) });
		});
		take({ looks, elsewhere: [] });
	}
	return {
		news,
		failures,
		after: (taken) => {
			let left = taken;
			let after = begun;
			for (const one of steps) {
				after = one.after(Math.min(left, one.news.length));
				if (left < one.news.length) break;
				left -= one.news.length;
			}
			return { ...state, log: after };
		},
	};
}

/** Takes down what is there, for a branch that is chosen; one that is new to the account has only news. */
async function beginLog(
	{ reader, settings, state, branches, isFirst }: Poll,
	watch: LogWatch,
): Promise<LogState> {
	const { now } = reader;
	const { filters } = settings;
	const known = state.log ?? { branches: {}, filters };
	const unknown = branches.filter((branch) => known.branches[branch] === undefined);
	if (unknown.length === 0) return known;
	const isNew = state.log !== undefined && settings.branches === undefined;
	if (isNew) {
		const days = Object.values(known.branches).map((one) => log.openDay(one, now));
		const day = days.reduce(earliest);
		const added = unknown.map((branch) => [branch, log.emptyLog(day)] as const);
		return { ...known, branches: { ...known.branches, ...Object.fromEntries(added) } };
	}
	const count = isFirst && state.log === undefined ? settings.startWith : 0;
	const since = await lastDay(reader, watch, unknown);
	const found = count > 0 ? await newest(reader, watch, unknown, count) : undefined;
	const from = found === undefined ? since : earliest(found.since, since);
	const { looks } = await readEach(unknown, async (branch) => {
		return await reader.look(entriesOf(branch, watch, from), {}, { isEnd: afterMany() });
	});
	const start = (found?.news ?? []) as log.NewEntry[];
	const begun = log.begin(looks, { since: from, start, filters, now });
	return { filters: known.filters, branches: { ...known.branches, ...begun.branches } };
}

/** The day before that of the newest entry: nothing that comes later is from before it. */
async function lastDay(reader: Reader, watch: LogWatch, branches: readonly number[]): Promise<string | null> {
	const { looks } = await readEach(branches, async (branch) => {
		return await reader.look(entriesOf(branch, watch, null), {}, { isEnd: () => true });
	});
	const newestIn = ({ rows }: Look) =>
		newestOf(
			rows.map((row) => stampOf(row, 'date_time')),
			reader.now,
		);
	const days = [...looks.values()].map(newestIn).filter(Boolean).map(dayOf);
	return days.length === 0 ? null : daysAfter([...days, dayAt(reader.now)].reduce(earlier), -1);
}

/** Closed days from one on: all up to the end if they are few, else the first. */
async function closedDays(
	read: (look: (branch: number) => Promise<Look>) => Promise<Map<number, Look>>,
	reader: Reader,
	watch: LogWatch,
	from: string,
	end: string,
): Promise<[until: string, looks: Map<number, Look>]> {
	const days = async (until: string, isEnd?: () => boolean) =>
		await read(async (branch) => {
			return await reader.look(entriesOf(branch, watch, from, daysAfter(until, -1)), {}, { isEnd });
		});
	const next = daysAfter(from, 1);
	if (next < end) {
		let isLong = false;
		const looks = await days(end, () => (isLong = true));
		if (!isLong) return [end, looks];
	}
	return [next, await days(next)];
}

/** Ends at a page of which all entries are from before a time; not while a list is in another order. */
function pastAll(done: string): (page: Page) => boolean {
	const isInOrder = orderOf();
	return ({ items }) => {
		const stamps = items.map((row) => stampOf(row, 'date_time'));
		return isInOrder(stamps) && done !== '' && stamps.every((stamp) => stamp !== '' && stamp < done);
	};
}

/** Ends where there are more entries than can be known one by one. */
function afterMany(): (page: Page) => boolean {
	const isInOrder = orderOf();
	let count = 0;
	return ({ items }) => {
		count += items.length;
		return isInOrder(items.map((row) => stampOf(row, 'date_time'))) && count > log.MOST_KEYS;
	};
}

/** Whether all times so far came with the newest first. */
function orderOf(): (stamps: readonly string[]) => boolean {
	let last = '9';
	let isInOrder = true;
	return (stamps) => {
		for (const stamp of stamps.filter(Boolean)) {
			isInOrder &&= stamp <= last;
			last = stamp;
		}
		return isInOrder;
	};
}

/** The newest that are wanted, the oldest first, and the day from which on they were looked for. */
async function newest(
	reader: Reader,
	watch: RecordsWatch | LogWatch,
	branches: readonly number[],
	count: number,
): Promise<{ news: News[]; looks: Map<number, Look>; since: string | null }> {
	const { now } = reader;
	let found: News[] = [];
	let looks = new Map<number, Look>();
	let since: string | null = null;
	for (const days of DAYS_BACK) {
		since = days === null ? null : daysAfter(dayAt(now), -days);
		const day = since;
		({ looks } = await readEach(branches, async (branch) => {
			const list =
				watch.kind === 'records'
					? recordsSince(watch, branch, day, watch.body)
					: entriesOf(branch, watch, day);
			return await reader.look(list);
		}));
		found = allIn(watch, looks, now);
		if (found.length >= count || reader.isLate) break;
	}
	return { news: found.slice(-count), looks, since };
}

function allIn(watch: RecordsWatch | LogWatch, looks: Map<number, Look>, now: number): News[] {
	const branches = [...looks.keys()];
	if (watch.kind === 'records') {
		const state = records.emptyState(null, '', now);
		return records.step(state, { looks, branches, filters: '', wants: watch.wants, now }).news;
	}
	const known = Object.fromEntries(branches.map((branch) => [branch, log.emptyLog(null)]));
	return log.step(
		{ branches: known, filters: '' },
		{ looks, elsewhere: [], filters: '', wants: watch.wants, now },
	).news;
}

const earliest = (one: string | null, other: string | null): string | null =>
	one === null || other === null ? null : earlier(one, other);
