import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../api/pages';
import type { Change } from './change';
import { changeOf } from './change';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { byBranch, inEach, mapBranches } from './eventSource';
import type { Entry, KeyBuckets } from './logEntries';
import { entriesOf, keysIn, trimmed, withEntries } from './logEntries';
import type { LogPart, Older } from './logPages';
import { FOREVER, logOf, olderThan, readLog, timeOf } from './logPages';
import { earliest, hoursAfter, justAfter, latest, newestOf } from './stamps';

/** How late an entry may get into the log. */
const LATE_HOURS = 2;

interface BranchState {
	/** Entries from before this time are known; missing where the branch was not read yet. */
	since?: string;
	/** Nothing is new from before that time, as long as no more entries are from before it. */
	older?: Older;
}

/** What is known of the change log, as plain JSON. Its entries have no ID, but a time; the newest come first. */
interface LogState {
	/** Keys of the entries that are known, wanted or not, from the earliest time of the branches on. */
	known: KeyBuckets;
	branches: Record<string, BranchState>;
	/** The setting of the last poll. */
	scope: string;
}

interface NewEntry extends Entry, NewRecord {}

interface Seen extends Pick<PollRequest, 'now'> {
	snapshots: ReadonlyMap<number, LogPart>;
	wants: (row: IDataObject) => boolean;
}

/** The time from which on entries may still get in when that one is the newest; '' if there is none. */
const reachOf = (newest: string): string => (newest === '' ? '' : hoursAfter(newest, -LATE_HOURS));

/** The time from which on some branch has entries that may be new; undefined where none is read yet. */
const earliestIn = (branches: LogState['branches']): string | undefined =>
	Object.values(branches)
		.flatMap(({ since }) => since ?? [])
		.sort()[0];

/** The newest time in the logs that were read; '' if there is none. */
const newestIn = (parts: Iterable<LogPart>, now: number): string =>
	newestOf(
		[...parts].flatMap(({ rows }) => rows.map(timeOf)),
		now,
	);

/** The state under the settings of this poll. */
function withSettings(
	state: LogState,
	{ branches, scope }: Pick<PollRequest, 'branches' | 'scope'>,
): LogState {
	const added = scope === state.scope ? { since: earliestIn(state.branches) } : {};
	const watched = byBranch(branches, (branch) => state.branches[branch] ?? added);
	return { ...state, scope, branches: watched };
}

/** Tells which rows of a branch are new to it. */
function freshIn({ known, branches }: LogState, branch: number) {
	const keys = new Set(keysIn(known));
	// What a branch holds when it was chosen and is read for the first time is not new.
	const { since = FOREVER } = branches[branch];
	return (rows: readonly IDataObject[]): Entry[] =>
		entriesOf(rows).filter(({ key, stamp }) => stamp >= since && !keys.has(key));
}

/** One poll: what is new, the oldest first, and what is known once so many of it were reported. */
function step(state: LogState, { snapshots, wants, now }: Seen): Pick<PollResult, 'after' | 'news'> {
	// A branch that was read in part holds back what is younger in the others.
	const until = [...snapshots.values()].map((part) => part.until).reduce(earliest, FOREVER);
	const fresh = new Map<string, NewEntry>();
	for (const [branch, { rows }] of snapshots) {
		// Of one second, the one that is listed later is the older one.
		for (const entry of freshIn(state, branch)(rows).reverse()) {
			if (entry.stamp >= until) continue;
			fresh.set(entry.key, { ...entry, branches: [...(fresh.get(entry.key)?.branches ?? []), branch] });
		}
	}
	const all = [...fresh.values()].sort((one, other) =>
		one.stamp < other.stamp ? -1 : one.stamp > other.stamp ? 1 : 0,
	);
	const wanted = new Set(all.filter(({ row }) => wants(row)));
	const news = [...wanted];
	return {
		news,
		after: (taken) => {
			const left = taken < news.length ? news[taken].stamp : until;
			const passed = all.filter((one) => !wanted.has(one) && one.stamp < left);
			const known = withEntries(state.known, [...news.slice(0, taken), ...passed]);
			const branches = branchesAfter(state.branches, snapshots, { left, now });
			return bounded({ ...state, known, branches }, left);
		},
	};
}

/**
 * Moves the times of the branches on.
 *
 * @param left the time of the first entry that is left to be reported
 */
function branchesAfter(
	branches: LogState['branches'],
	snapshots: ReadonlyMap<number, LogPart>,
	{ left, now }: { left: string; now: number },
): LogState['branches'] {
	const newest = earliest(newestIn(snapshots.values(), now), left);
	const reach = reachOf(newest);
	return mapBranches(branches, (before, branch) => {
		const part = snapshots.get(branch);
		if (part === undefined) return before;
		const { since } = before;
		if (since === undefined) return { since: justAfter(newestIn([part], now)) };
		return { since: latest(since, reach), older: olderThan(part, latest(part.from, newest)) };
	});
}

/** Forgets what is from before the times of all branches. Where there is too much, a branch that cannot be read has to wait no longer. */
function bounded(state: LogState, limit: string): LogState {
	const { buckets, since } = trimmed(state.known, earliestIn(state.branches) ?? '', limit);
	const branches = mapBranches(state.branches, (one) =>
		one.since === undefined ? one : { ...one, since: latest(one.since, since) },
	);
	return { ...state, known: buckets, branches };
}

/** Tells changes by the log. API notes 5.21. */
export class ChangeLog implements EventSource {
	/**
	 * @param wants whether a change is to be reported, whose branch does not matter
	 * @param body a filter that lists no others, where only the newest are looked for
	 */
	constructor(
		private readonly wants: (change: Change) => boolean,
		private readonly body: IDataObject,
	) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		if (before === undefined) return await this.first(request);
		const { branches, deadline, most, now } = request;
		const state = withSettings(before as LogState, request);
		const { found: snapshots, failures } = await inEach(branches, async (branch) => {
			const { since = FOREVER, older } = state.branches[branch];
			const fresh = freshIn(state, branch);
			const judge = () => {
				let [found, wanted] = [0, 0];
				return (rows: IDataObject[]) => {
					const more = fresh(rows);
					found += more.length;
					wanted += more.filter(({ row }) => this.isWanted(row)).length;
					return wanted >= most || (found > 0 && Date.now() >= deadline);
				};
			};
			return await readLog({ ...request, branch }, { since, older }, judge);
		});
		return { failures, ...step(state, { snapshots, wants: (row) => this.isWanted(row), now }) };
	}

	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { branches, deadline, now, reader } = request;
		let isAll = true;
		const { found: snapshots } = await inEach(branches, async (branch): Promise<LogPart> => {
			let wanted = 0;
			const isEnough = ({ rows }: Page) => {
				wanted += rows.filter((row) => this.isWanted(row)).length;
				return wanted >= count || Date.now() >= deadline;
			};
			const { rows, next } = await reader.collect(logOf(branch, this.body), { isEnough });
			isAll &&= next === undefined;
			return { rows, from: '', until: FOREVER };
		});
		const none: LogState = { known: {}, scope: '', branches: byBranch(branches, () => ({ since: '' })) };
		const { news } = step(none, { snapshots, wants: (row) => this.isWanted(row), now });
		return { news: news.slice(-count), isAll };
	}

	/** All that is there is known. */
	private async first(request: PollRequest): Promise<PollResult> {
		const { branches, now, reader, scope, startWith } = request;
		const { found: snapshots, failures } = await inEach(branches, async (branch) => {
			const { rows } = await reader.collect(logOf(branch), { isEnough: () => true });
			const [since = ''] = rows.map((row) => reachOf(timeOf(row)));
			return await readLog({ ...request, branch }, { since }, () => () => false);
		});
		const since = reachOf(newestIn(snapshots.values(), now));
		const begun = byBranch(branches, (branch) => (snapshots.has(branch) ? { since } : {}));
		const { after } = step({ known: {}, scope, branches: begun }, { snapshots, wants: () => false, now });
		const asked = { ...request, deadline: Infinity };
		const news = startWith === 0 ? [] : (await this.samples(asked, startWith)).news;
		return { news, failures, after: () => after(0) };
	}

	private isWanted(row: IDataObject): boolean {
		const change = changeOf(row, null);
		return change !== undefined && this.wants(change);
	}
}
