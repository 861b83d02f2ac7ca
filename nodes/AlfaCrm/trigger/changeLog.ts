import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { nodeError } from '../api/failures';
import type { ListReader } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import { dotted } from '../values/formats';
import { DAY_MS } from '../values/time';
import type { Change } from './change';
import { changeOf } from './change';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { inEach } from './eventSource';
import type { Entry, KeyBuckets } from './keys';
import { entriesOf, isTimed, keysIn, timeOf, trimmed, withEntries } from './keys';
import { dayOf, earliest, hoursAfter, latest, newestOf, timeAt, ZONES_HOURS } from './stamps';

/** How late an entry may get into the log. */
const LATE_HOURS = 2;
/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 7 * DAY_MS;
/** A list that has grown by more than so many pages is read from its oldest entry on. */
const PAGES_AT_ONCE = 10;
/** Later than all times. */
const NEVER = '9';

interface Below {
	count: number;
	time: string;
}

interface BranchState {
	/** Entries from before this time are known. */
	since: string;
	/** What the branch listed when it was read first, after it was chosen: up to this time nothing of it is new. */
	chosenAt?: string;
	/** It was chosen after the beginning and not read yet. */
	isChosen?: true;
	/** Since when it cannot be read, n8n's time in milliseconds. */
	unreadAt?: number;
	/** Where much is left to be reported: that from the day of `since` on, so many entries are from before a time. */
	below?: Below;
	/** Entries that AlfaCRM counts from the day of that time on, where none of them is left to be reported. */
	total?: number;
}

/** What is known of the change log, as plain JSON. Its entries have no ID, but a time; the newest come first. */
interface LogState {
	/** Keys of the entries that are known, wanted or not, from the earliest time of the branches on. */
	known: KeyBuckets;
	branches: Record<string, BranchState>;
	/** The setting of the last poll. */
	scope: string;
}

/** The log of a branch as a poll read it, the newest entry first. */
interface LogSnapshot {
	rows: IDataObject[];
	isComplete: boolean;
	total?: number;
	/** It was read from the oldest entry on, of which so many were passed over, and up to this time only. */
	skipped?: number;
	upTo?: string;
}

interface NewEntry extends Entry, NewRecord {}

interface Seen extends Pick<PollRequest, 'now'> {
	snapshots: ReadonlyMap<number, LogSnapshot>;
	wants: (change: Change) => boolean;
}

const reachOf = (stamp: string): string => hoursAfter(stamp, -LATE_HOURS);

/** The state after the first poll: all that is there is known. */
function begin(
	snapshots: ReadonlyMap<number, LogSnapshot>,
	{ branches, now, scope }: Pick<PollRequest, 'branches' | 'now' | 'scope'>,
): LogState {
	const entries = [...snapshots.values()].flatMap(({ rows }) => entriesOf(rows));
	const newest = newestOf(
		entries.map(({ stamp }) => stamp),
		now,
	);
	const since = newest === '' ? hoursAfter(timeAt(now), -ZONES_HOURS) : reachOf(newest);
	const { buckets } = trimmed(withEntries({}, entries), since, NEVER);
	return {
		known: buckets,
		scope,
		branches: Object.fromEntries(branches.map((branch) => [branch, { since }])),
	};
}

/** The state under the settings of this poll. */
function withSettings(
	state: LogState,
	{ branches, scope }: Pick<PollRequest, 'branches' | 'scope'>,
): LogState {
	const since = Object.values(state.branches)
		.map((one) => one.since)
		.reduce(earliest, NEVER);
	const added: BranchState = { since, ...(scope === state.scope ? {} : { isChosen: true }) };
	const watched = branches.map((branch) => [branch, state.branches[branch] ?? added]);
	return { ...state, scope, branches: Object.fromEntries(watched) as LogState['branches'] };
}

/** Tells which rows of a branch are new to it. */
function freshIn({ known, branches }: LogState, branch: number) {
	const keys = new Set(keysIn(known));
	const { since, chosenAt = '', isChosen } = branches[branch];
	return (rows: readonly IDataObject[]) =>
		isChosen
			? []
			: entriesOf(rows).filter(({ key, stamp }) => stamp >= since && stamp > chosenAt && !keys.has(key));
}

/** One poll: what is new, the oldest first, and what is known once so many of it were reported. */
function step(state: LogState, { snapshots, wants, now }: Seen): Pick<PollResult, 'after' | 'news'> {
	// A branch that was read in part holds back what is younger in the others.
	const end = [...snapshots.values()].map(({ upTo = NEVER }) => upTo).reduce(earliest, NEVER);
	const found = new Map<string, NewEntry>();
	const unwanted: Entry[] = [];
	for (const [branch, { rows }] of snapshots) {
		// Of one second, the one that is listed later is the older one.
		for (const entry of freshIn(state, branch)(rows).reverse()) {
			const change = changeOf(entry.row, branch);
			if (entry.stamp >= end) continue;
			if (change === undefined || !wants(change)) unwanted.push(entry);
			else found.set(entry.key, { ...entry, branches: [...(found.get(entry.key)?.branches ?? []), branch] });
		}
	}
	const news = [...found.values()].sort((one, other) =>
		one.stamp < other.stamp ? -1 : one.stamp > other.stamp ? 1 : 0,
	);
	const stamps = [...snapshots.values()].flatMap(({ rows }) => rows.map(timeOf));
	return {
		news,
		after: (taken) => {
			const left = taken < news.length ? news[taken].stamp : end;
			const passed = unwanted.filter(({ stamp }) => stamp < left);
			const known = withEntries(state.known, [...news.slice(0, taken), ...passed]);
			const newest = earliest(newestOf(stamps, now), left);
			return settled({ ...state, known }, snapshots, { left, newest, now, isDone: left === NEVER });
		},
	};
}

/** Moves the times of the branches on, and forgets what is from before all of them. */
function settled(
	state: LogState,
	snapshots: ReadonlyMap<number, LogSnapshot>,
	{ left, newest, now, isDone }: { left: string; newest: string; now: number; isDone: boolean },
): LogState {
	const reach = newest === '' ? '' : reachOf(newest);
	const after = Object.entries(state.branches).map(([branch, before]): [string, BranchState] => {
		const { since, chosenAt, isChosen, unreadAt = now } = before;
		const snapshot = snapshots.get(Number(branch));
		if (!snapshot?.isComplete) return [branch, { ...before, unreadAt }];
		const there = isChosen ? newestOf(snapshot.rows.map(timeOf), now) : chosenAt;
		const moved = latest(since, reach);
		// From another day on, it is another list.
		const isSame = dayOf(moved) === dayOf(since);
		const total = isSame && isDone ? snapshot.total : undefined;
		const passed = snapshot.rows.filter((row) => timeOf(row) < left).length;
		const isLeft = isSame && !isDone && snapshot.skipped !== undefined;
		const below = isLeft ? { count: (snapshot.skipped ?? 0) + passed, time: left } : undefined;
		return [branch, { since: moved, total, below, ...(there === undefined ? {} : { chosenAt: there }) }];
	});
	const isAwaited = ({ unreadAt = now }: BranchState) => now - unreadAt < PATIENCE_MS;
	const first = after
		.filter(([, one]) => isAwaited(one))
		.map(([, { since }]) => since)
		.reduce(earliest, NEVER);
	const { buckets, done } = trimmed(state.known, first === NEVER ? '' : first, left);
	const branches = after.map(([branch, one]) => [branch, { ...one, since: latest(one.since, done) }]);
	return { ...state, known: buckets, branches: Object.fromEntries(branches) as LogState['branches'] };
}

/** Tells changes by the log. API notes 5.21. */
export class ChangeLog implements EventSource {
	/**
	 * @param wants whether a change is to be reported
	 * @param body a filter that lists no others, where only the newest are looked for
	 */
	constructor(
		private readonly wants: (change: Change) => boolean,
		private readonly body: IDataObject,
	) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		if (before === undefined) return await this.first(request);
		const { wants } = this;
		const { branches, deadline, most, now } = request;
		const state = withSettings(before as LogState, request);
		const { found: snapshots, failures } = await inEach(branches, async (branch) => {
			const fresh = freshIn(state, branch);
			const isEnough = (rows: IDataObject[]) => {
				const found = fresh(rows);
				const isLate = Date.now() >= deadline && found.length > 0;
				return isLate || found.filter(({ row }) => this.isWanted(row, branch)).length >= most;
			};
			const isKnown = ({ number, items, total }: Page) =>
				number === 0 &&
				total !== undefined &&
				total === state.branches[branch].total &&
				fresh(items).length === 0;
			const snapshot = await this.read(request, branch, state.branches[branch], { isEnough, isKnown });
			return timed(request.client, branch, snapshot);
		});
		return { failures, ...step(state, { snapshots, wants, now }) };
	}

	async samples({ branches, deadline, now, reader }: SampleRequest, count: number): Promise<Samples> {
		let isAll = true;
		const { found } = await inEach(branches, async (branch) => {
			let wanted = 0;
			const isEnough = ({ rows }: Page) => {
				wanted += rows.filter((row) => this.isWanted(row, branch)).length;
				return wanted >= count || Date.now() >= deadline;
			};
			const { rows, next } = await reader.collect(listOf(branch, this.body), { isEnough });
			isAll &&= next === undefined;
			return { rows, isComplete: true };
		});
		const none = {
			known: {},
			scope: '',
			branches: Object.fromEntries(branches.map((branch) => [branch, { since: '' }])),
		};
		const { news } = step(none, { snapshots: found, wants: this.wants, now });
		return { news: news.slice(-count), isAll };
	}

	private async first(request: PollRequest): Promise<PollResult> {
		const { branches, client, reader, startWith } = request;
		const { found, failures } = await inEach(branches, async (branch) => {
			let top = '';
			const isEnough = ({ rows }: Page) => {
				top ||= timeOf(rows[0]);
				return isReached(rows, reachOf(top));
			};
			return timed(client, branch, await reader.collect(listOf(branch), { isEnough }));
		});
		const state = begin(found, request);
		if (startWith === 0) return { news: [], failures, after: () => state };
		const { news } = await this.samples({ ...request, deadline: Infinity }, startWith);
		return { news, failures, after: () => state };
	}

	/** The log of a branch down to a time; where those are many pages, from the oldest entry up until there is enough. */
	private async read(
		request: PollRequest,
		branch: number,
		state: BranchState,
		{ isEnough, isKnown }: { isEnough: (rows: IDataObject[]) => boolean; isKnown: (page: Page) => boolean },
	): Promise<LogSnapshot> {
		const { since } = state;
		const list = listOf(branch, { date_from: dotted(dayOf(since)) });
		const isEnd = ({ rows }: Page) => isReached(rows, since);
		let [isLong, length] = [false, 0];
		const top = await request.reader.collect(list, {
			isEnough: (page) => {
				if (isEnd(page) || isKnown(page)) return true;
				if (page.number > 0) return false;
				length = page.items.length;
				// Of those that were there when nothing was left, only the newest are read.
				isLong = (page.total ?? 0) - (state.total ?? 0) > PAGES_AT_ONCE * length;
				return isLong;
			},
		});
		if (top.next === undefined) return top;
		if (!isLong) return { ...top, isComplete: true };
		const up = await readUp(request.reader, list, { ...state, total: top.total, length }, isEnough);
		if (up !== undefined) return up;
		const whole = await request.reader.collect(list, { isEnough: isEnd });
		return { ...whole, isComplete: whole.isComplete || whole.next !== undefined };
	}

	private isWanted(row: IDataObject, branch: number): boolean {
		const change = changeOf(row, branch);
		return change !== undefined && this.wants(change);
	}
}

/**
 * Pages of a list from the oldest entry on. Entries are known by their place from the bottom, which stays when others come on top.
 *
 * @returns undefined where AlfaCRM ignores the day, or the pages are not as long as the first one
 */
async function readUp(
	reader: ListReader,
	list: ListQuery,
	{ since, below, total = 0, length }: BranchState & { length: number },
	isEnough: (rows: IDataObject[]) => boolean,
): Promise<LogSnapshot | undefined> {
	let rows: IDataObject[] = [];
	let skipped = below?.count ?? 0;
	for (let [read, all] = [skipped, total]; ; ) {
		const number = Math.floor((all - read - 1) / length);
		const page = await reader.collect({ ...list, firstPage: number }, { isEnough: () => true });
		all = page.total ?? all;
		const lower = all - number * length - page.rows.length;
		// So many have come on top meanwhile that the next ones are on the page below.
		if (lower > read) continue;
		const next = page.rows.slice(0, lower + page.rows.length - read);
		if (next.length === 0 || dayOf(timeOf(next[next.length - 1])) < dayOf(since)) return undefined;
		if (rows.length === 0 && skipped > 0 && timeOf(next[next.length - 1]) < (below?.time ?? '')) {
			// One that got in late has moved the others.
			[read, skipped] = [0, 0];
			continue;
		}
		rows = [...next, ...rows];
		read = lower + page.rows.length;
		if (read >= all) return { rows, isComplete: true, total: all, skipped };
		// The page above may hold more of the second in which this one begins.
		const upTo = timeOf(rows[0]);
		const whole = rows.filter((row) => timeOf(row) < upTo);
		if (isEnough(whole)) return { rows, isComplete: true, upTo, skipped };
	}
}

/** @throws NodeApiError for an entry without a time: nobody could tell what is older, and for how long to remember it */
function timed<T extends { rows: IDataObject[] }>({ node }: ApiClient, branch: number, snapshot: T): T {
	if (snapshot.rows.every(isTimed)) return snapshot;
	const text = {
		message: "AlfaCRM's change log shows an entry without a time that can be read",
		description: `It is in the log of branch ${branch}. Nothing is lost: what is in the log is reported once its times can be read. Until then, choose the other branches in 'Branch Names or IDs'.`,
	};
	throw nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

/** Whether rows, the newest first, go down to before a time. */
const isReached = (rows: readonly IDataObject[], since: string): boolean =>
	rows.length > 0 && timeOf(rows[rows.length - 1]) < since;

const listOf = (branch: number, body: IDataObject = {}): ListQuery => ({
	path: 'log',
	task: 'read the change log',
	branch,
	body,
});
