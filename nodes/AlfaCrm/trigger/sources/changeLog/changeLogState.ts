import type { IDataObject } from 'n8n-workflow';

import type { NewRecord, PollRequest } from '../../eventSource';
import { makeBranchStates, mapBranchStates } from '../../eventSource';
import { earliest, hoursAfter, justAfter, latest, findNewestStamp } from '../../stamps';
import {
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';
import type { KeyBuckets } from './knownKeys';
import { KnownKeys } from './knownKeys';
import type { LogEntry } from './logEntries';
import { readEntryTime, toEntries } from './logEntries';
import type { LogExcerpt, OlderEntries } from './logExcerpt';
import { countOlderEntries, listEntries, FOREVER } from './logExcerpt';

/**
 * Decides which entries of the change log are new. It reads nothing from AlfaCRM: `changeLog.ts`
 * does.
 *
 * - **Key.** Entries have no ID. A key made of the content tells an entry from others
 *   (`logEntries.ts`). The keys of entries that the trigger has seen are known.
 * - **New entry.** An entry is new if its key is not known and its time is not before the `since`
 *   of its branch. Without `since`, keys would have to be kept forever.
 * - **Late entry.** An entry may get into the log up to two hours after its time, below newer ones.
 *   So `since` stays two hours behind the newest entry that was dealt with.
 * - **Excerpt.** What a poll has read of the log of a branch (`logExcerpt.ts`). It goes up to the
 *   newest entry, or after a long pause only as far as one poll gets.
 * - **Added branch.** If the user has chosen a branch, what its log has so far is not new. If a
 *   branch was opened in AlfaCRM, all of its entries are new.
 *
 * Times are texts `yyyy-mm-dd hh:mm:ss`, which sort by time. An empty text is before all times, and
 * `FOREVER` is after them.
 */

/** An entry gets into the log at most this many hours after its time. */
const LATE_HOURS = 2;

/** What is known of the log of a branch. Workflows store these names, so they must not change. */
interface BranchState {
	/**
	 * Entries before this time are not new. Undefined for a branch that the user has chosen and whose
	 * log was not read yet.
	 */
	since?: string;
	/**
	 * How many entries there were before a later time. While the number is the same, none of them is
	 * new.
	 */
	older?: OlderEntries;
}

/**
 * What the trigger remembers of the logs, as plain JSON. Workflows store these names, so they must
 * not change.
 */
export interface LogState {
	/** The known keys, from the earliest `since` of the branches on. */
	known: KeyBuckets;
	/** The state of each watched branch, by its ID. */
	branches: Record<string, BranchState>;
	/** Identifies the chosen branches of the last poll. */
	scope: string;
}

export const checkLogState = makeObjectCheck<LogState>({
	known: makeRecordCheck(checkText),
	branches: makeRecordCheck(
		makeObjectCheck<BranchState>({
			since: makeOptional(checkText),
			older: makeOptional(makeObjectCheck<OlderEntries>({ time: checkText, count: checkNumber })),
		}),
	),
	scope: checkText,
});

/** The excerpts of the branches whose logs could be read, by branch. */
type Excerpts = ReadonlyMap<number, LogExcerpt>;

/** Tells whether the user wants the change of an entry to be reported. */
type WantedTest = (row: IDataObject) => boolean;

interface NewEntry extends LogEntry, NewRecord {}

interface EvaluatedExcerpts {
	/** The new entries to report, the oldest first. */
	records: NewRecord[];
	/**
	 * Makes the state to store once this many of the records were reported. A poll that dies before
	 * leaves the old state, so the next poll finds the same records again.
	 */
	stateAfter: (reportedCount: number) => LogState;
}

// ---------------------------------------------------------------- the first poll

/**
 * Takes a baseline: all entries that the logs have so far count as seen.
 *
 * @param excerpts the latest hours of the logs. A branch without an excerpt could not be read. It
 * is treated like a branch that the user chooses later.
 */
export function takeBaseline(
	{
		branches,
		now,
		branchesDigest: scope,
	}: Pick<PollRequest, 'branches' | 'now' | 'branchesDigest'>,
	excerpts: Excerpts,
): LogState {
	const since = earliestLateTime(findNewestTime(excerpts.values(), now));
	const branchStates = makeBranchStates(branches, (branch) =>
		excerpts.has(branch) ? { since } : {},
	);
	const state: LogState = { known: {}, branches: branchStates, scope };

	// An entry that nobody wants counts as seen, so a poll that wants nothing leaves a baseline.
	const wantsNothing = () => false;
	return evaluateExcerpts(state, excerpts, wantsNothing, now).stateAfter(0);
}

/** Finds all wanted entries of excerpts, the oldest first, as if none was seen before. */
export function findWantedEntries(excerpts: Excerpts, isWanted: WantedTest): NewRecord[] {
	const branchStates = makeBranchStates([...excerpts.keys()], () => ({ since: '' }));
	const emptyState: LogState = { known: {}, branches: branchStates, scope: '' };
	const entries = findNewEntries(emptyState, excerpts, FOREVER);
	return entries.filter(({ row }) => isWanted(row));
}

// ---------------------------------------------------------------- later polls

/** Adapts the state to the branches that are watched now. */
export function withSettings(
	state: LogState,
	{ branches, branchesDigest: scope }: Pick<PollRequest, 'branches' | 'branchesDigest'>,
): LogState {
	// If the user has not changed the choice, an added branch was opened in AlfaCRM.
	const wasOpened = scope === state.scope;
	const stateOfAddedBranch: BranchState = wasOpened
		? { since: findEarliestSince(state.branches) }
		: {};
	const branchStates = makeBranchStates(
		branches,
		(branch) => state.branches[branch] ?? stateOfAddedBranch,
	);
	return { ...state, branches: branchStates, scope };
}

/**
 * Finds the new entries to report in the excerpts that a poll has read, and prepares the state that
 * is stored once they were reported.
 *
 * @param now by n8n's clock in milliseconds
 */
export function evaluateExcerpts(
	state: LogState,
	excerpts: Excerpts,
	isWanted: WantedTest,
	now: number,
): EvaluatedExcerpts {
	// Entries of all branches are reported in the order of time. So a branch that was read only in
	// part holds back the entries of the others that are later.
	const readUntil = [...excerpts.values()].map(({ until }) => until).reduce(earliest, FOREVER);
	const newEntries = findNewEntries(state, excerpts, readUntil);
	const records = newEntries.filter(({ row }) => isWanted(row));
	const unwantedEntries = newEntries.filter(({ row }) => !isWanted(row));

	// The log of a chosen branch may list entries of the other branches too. If not all of them were
	// read, nobody knows which entries in its log are new there.
	const hasReadAll = readUntil === FOREVER && excerpts.size === Object.keys(state.branches).length;
	const entriesOfChosenBranches = hasReadAll
		? findEntriesOfChosenBranches(state, excerpts, newEntries)
		: [];

	const stateAfter = (reportedCount: number): LogState => {
		const isAllReported = reportedCount >= records.length;
		const doneUntil = isAllReported ? readUntil : records[reportedCount].time;
		const seenEntries = [
			...records.slice(0, reportedCount),
			...unwantedEntries.filter(({ time }) => time < doneUntil),
			...entriesOfChosenBranches,
		];
		const knownKeys = new KnownKeys(state.known);
		seenEntries.forEach((entry) => knownKeys.add(entry));

		const outcome = { doneUntil, hasReadAll, now };
		const branches = moveTimesForward(state.branches, excerpts, outcome);
		return forgetOldEntries({ ...state, branches }, knownKeys, doneUntil);
	};
	return { records, stateAfter };
}

/** Finds the new entries of a branch among rows of its log. */
export class NewEntryFinder {
	private readonly knownKeys: KnownKeys;
	private readonly since: string;

	constructor({ known, branches }: LogState, branch: number) {
		this.knownKeys = new KnownKeys(known);
		// In the log of a branch that was just chosen, no entry is new.
		this.since = branches[branch].since ?? FOREVER;
	}

	/** @param rows the newest first */
	findNewEntries(rows: readonly IDataObject[]): LogEntry[] {
		return toEntries(rows).filter(
			(entry) => entry.time >= this.since && !this.knownKeys.has(entry),
		);
	}
}

/**
 * Finds the new entries before a time, the oldest first. An entry that several branches list is
 * returned only once, with all these branches.
 */
function findNewEntries(state: LogState, excerpts: Excerpts, until: string): NewEntry[] {
	const newEntries = new Map<string, NewEntry>();
	for (const [branch, { rows }] of excerpts) {
		const finder = new NewEntryFinder(state, branch);
		const oldestFirst = finder.findNewEntries(rows).reverse();
		for (const entry of oldestFirst.filter(({ time }) => time < until)) {
			const otherBranches = newEntries.get(entry.key)?.branches ?? [];
			newEntries.set(entry.key, { ...entry, branches: [...otherBranches, branch] });
		}
	}
	// The sort is stable, so entries of one second stay in the order of the log.
	return [...newEntries.values()].sort(compareByTime);
}

function compareByTime(a: LogEntry, b: LogEntry): number {
	if (a.time === b.time) return 0;
	return a.time < b.time ? -1 : 1;
}

// ---------------------------------------------------------------- chosen branches

/** Whether the user has chosen a branch since the last poll, or its log could not be read yet. */
const isJustChosen = ({ since }: BranchState): boolean => since === undefined;

/**
 * Finds the entries in the logs of branches that the user has just chosen, each once. They count as
 * seen, except those that are new in another branch.
 */
function findEntriesOfChosenBranches(
	state: LogState,
	excerpts: Excerpts,
	newEntries: readonly NewEntry[],
): LogEntry[] {
	const entries = [...excerpts]
		.filter(([branch]) => isJustChosen(state.branches[branch]))
		.flatMap(([, excerpt]) => listEntries(excerpt));

	const knownKeys = new KnownKeys(state.known);
	newEntries.forEach((entry) => knownKeys.add(entry));

	const seenEntries: LogEntry[] = [];
	for (const entry of entries) {
		if (knownKeys.has(entry)) continue;

		knownKeys.add(entry);
		seenEntries.push(entry);
	}
	return seenEntries;
}

// ---------------------------------------------------------------- the state after a poll

interface PollOutcome {
	/** All new entries before this time were reported, or are unwanted. */
	doneUntil: string;
	/** Whether the logs of all branches were read up to their newest entries. */
	hasReadAll: boolean;
	/** By n8n's clock in milliseconds. */
	now: number;
}

/**
 * Moves the times of the branches that were read forward, up to the entries that were dealt with,
 * and counts the entries before.
 */
function moveTimesForward(
	branches: LogState['branches'],
	excerpts: Excerpts,
	{ doneUntil, hasReadAll, now }: PollOutcome,
): LogState['branches'] {
	const newestDone = earliest(findNewestTime(excerpts.values(), now), doneUntil);
	return mapBranchStates(branches, (before, branch): BranchState => {
		const excerpt = excerpts.get(branch);
		if (excerpt === undefined) return before;

		// The keys of the entries in its log are not known, so only entries of a later time are new.
		const lacksKeys = isJustChosen(before) && !hasReadAll;
		if (lacksKeys) return { since: justAfter(findNewestTime([excerpt], now)) };

		return {
			since: latest(before.since ?? excerpt.from, earliestLateTime(newestDone)),
			older: countOlderEntries(excerpt, latest(excerpt.from, newestDone)),
		};
	});
}

/**
 * Forgets the keys of entries that are not new by their time.
 *
 * If there are still too many keys, forgets the oldest ones as well, and moves `since` forward, so
 * that the entries without a key do not count as new. `since` of a branch that cannot be read does
 * not move otherwise, so its keys would grow without end.
 */
function forgetOldEntries(state: LogState, knownKeys: KnownKeys, doneUntil: string): LogState {
	const earliestSince = findEarliestSince(state.branches) ?? '';
	knownKeys.forgetBefore(earliestSince);
	const forgottenUntil = knownKeys.forgetOldestIfTooMany({ keepFrom: doneUntil });

	const completeFrom = latest(earliestSince, forgottenUntil);
	const branches = mapBranchStates(state.branches, (branch): BranchState => {
		if (branch.since === undefined) return branch;
		return { ...branch, since: latest(branch.since, completeFrom) };
	});
	return { ...state, known: knownKeys.toStored(), branches };
}

// ---------------------------------------------------------------- times

/**
 * Returns the earliest time that a late entry may have, given the newest time in the log; empty
 * without a newest time.
 */
export const earliestLateTime = (newestTime: string): string =>
	newestTime === '' ? '' : hoursAfter(newestTime, -LATE_HOURS);

/**
 * Finds the time from which on any branch may have new entries; undefined if no branch was read
 * yet.
 */
function findEarliestSince(branches: LogState['branches']): string | undefined {
	const times = Object.values(branches).map(({ since }) => since);
	return times
		.filter((since) => since !== undefined)
		.sort()
		.at(0);
}

/** Finds the newest time of the entries that were read; empty if there are none. */
function findNewestTime(excerpts: Iterable<LogExcerpt>, now: number): string {
	const times = [...excerpts].flatMap(({ rows }) => rows.map(readEntryTime));
	return findNewestStamp(times, now);
}
