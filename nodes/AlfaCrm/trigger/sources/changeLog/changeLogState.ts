import type { IDataObject } from 'n8n-workflow';

import type { NewRecord, PollRequest } from '../../eventSource';
import { makeBranchStates, mapBranchStates } from '../../eventSource';
import { addHours, addOneSecond, earliest, findNewestStamp, latest } from '../../stamps';
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
import { makeEntries, readEntryTime } from './logEntries';
import type { EntriesBefore, LogExcerpt } from './logExcerpt';
import { countEntriesBefore, FOREVER } from './logExcerpt';

/**
 * Decides which entries of the change log are new. It reads nothing from AlfaCRM: `changeLog.ts`
 * does.
 *
 * - **Key.** Entries have no ID. A key made of the content tells an entry from others
 *   (`logEntries.ts`). The keys of entries that the trigger has seen are known.
 * - **New entry.** An entry is new if its key is not known and its time is not before the
 *   `earliestNewTime` of its branch. Without this time, keys would have to be kept forever.
 * - **Handled entry.** A new entry is handled once it is reported or the user does not want it.
 * - **Late entry.** An entry may get into the log up to two hours after its time, below newer ones.
 *   So `earliestNewTime` stays two hours behind the newest handled entry.
 * - **Excerpt.** The part of a branch's log that a poll has read (`logExcerpt.ts`). It goes up to
 *   the newest entry, or after a long pause only as far as one poll gets.
 * - **Added branch.** If the user has added a branch to the watched ones, the entries that its log
 *   has so far are not new. If somebody has opened a branch in AlfaCRM, its entries are new from
 *   the earliest `earliestNewTime` of the other branches on.
 *
 * Times are texts `yyyy-mm-dd hh:mm:ss`, which sort by time. An empty text is before all times, and
 * `FOREVER` is after them.
 */

/** An entry gets into the log at most this many hours after its time. */
const LATE_HOURS = 2;

/** The trigger remembers this of the logs between two polls. */
export interface LogState {
	/** The known keys, from the earliest `earliestNewTime` of the branches on. */
	keyBuckets: KeyBuckets;
	/** How far each watched branch was read, by its ID. */
	branches: Record<string, BranchProgress>;
	/** Identifies the choice of branches at the last poll. */
	scope: string;
}

/** How far the log of a branch was read. */
interface BranchProgress {
	/**
	 * Entries before this time are not new. Undefined for a branch that the user has chosen and whose
	 * log was not read yet.
	 */
	earliestNewTime?: string;
	/**
	 * How many entries the log had before a certain time at the last poll, all of them seen. While
	 * the number stays the same, no new entry has got in before that time.
	 */
	entriesBefore?: EntriesBefore;
}

/** The excerpts of the branches whose logs could be read, by branch. */
type Excerpts = ReadonlyMap<number, LogExcerpt>;

/** Tells whether the user wants the change of an entry to be reported. */
type WantedTest = (row: IDataObject) => boolean;

/** A new entry, and the watched branches that list it. */
interface NewEntry extends LogEntry, NewRecord {}

interface EvaluatedExcerpts {
	/** The new entries to report, the oldest first. */
	records: NewRecord[];
	/**
	 * Makes the state to store once this many of the records were reported. If a poll dies before the
	 * state is stored, the old one stays, and the next poll finds the same records again.
	 */
	stateAfter: (reportedCount: number) => StoredLogState;
}

// ---------------------------------------------------------------- the stored state

/**
 * The state as plain JSON. Workflows store these names, so they must not change. `readStoredState`
 * and `toStoredState` translate them, because the code uses clearer ones.
 */
export interface StoredLogState {
	/** `keyBuckets` of `LogState`. */
	known: KeyBuckets;
	branches: Record<string, StoredBranchProgress>;
	scope: string;
}

interface StoredBranchProgress {
	/** `earliestNewTime` of `BranchProgress`. */
	since?: string;
	/** `entriesBefore` of `BranchProgress`. */
	older?: EntriesBefore;
}

export const checkLogState = makeObjectCheck<StoredLogState>({
	known: makeRecordCheck(checkText),
	branches: makeRecordCheck(
		makeObjectCheck<StoredBranchProgress>({
			since: makeOptional(checkText),
			older: makeOptional(makeObjectCheck<EntriesBefore>({ time: checkText, count: checkNumber })),
		}),
	),
	scope: checkText,
});

/** Translates a stored state into the names that the code uses. */
export function readStoredState({ known, branches, scope }: StoredLogState): LogState {
	const progressByBranch: LogState['branches'] = {};
	for (const [branch, { since, older }] of Object.entries(branches)) {
		progressByBranch[branch] = { earliestNewTime: since, entriesBefore: older };
	}
	return { keyBuckets: known, branches: progressByBranch, scope };
}

/** Translates a state into the names under which workflows store it. */
function toStoredState({ keyBuckets, branches, scope }: LogState): StoredLogState {
	const storedBranches: StoredLogState['branches'] = {};
	for (const [branch, progress] of Object.entries(branches)) {
		storedBranches[branch] = { since: progress.earliestNewTime, older: progress.entriesBefore };
	}
	return { known: keyBuckets, branches: storedBranches, scope };
}

// ---------------------------------------------------------------- the first poll

/**
 * Makes the state after the first poll, in which all entries that the logs have so far count as
 * seen.
 *
 * @param excerpts the latest hours of the logs. A branch without an excerpt could not be read. It
 * is treated like a branch that the user chooses later.
 */
export function takeBaseline(
	request: Pick<PollRequest, 'branches' | 'branchesDigest' | 'now'>,
	excerpts: Excerpts,
): StoredLogState {
	const newestTime = findNewestTime(excerpts.values(), request.now);
	const earliestLateTime = subtractLateHours(newestTime);
	const branches = makeBranchStates(request.branches, (): BranchProgress => ({}));
	for (const [branch, excerpt] of excerpts) {
		const entriesBefore = countHandledEntries(excerpt, newestTime);
		branches[branch] = { earliestNewTime: earliestLateTime, entriesBefore };
	}
	const state: LogState = { keyBuckets: {}, branches, scope: request.branchesDigest };

	const knownKeys = new KnownKeys(state.keyBuckets);
	for (const entry of findNewEntries(state, excerpts, FOREVER)) knownKeys.add(entry);

	return toStoredState(forgetOldEntries(state, knownKeys, FOREVER));
}

/**
 * Adds the entries of the first report to those that the baseline counts as seen. One of them may
 * have come after the baseline was read.
 *
 * @param records the oldest first
 */
export function addFirstReport(
	storedBaseline: StoredLogState,
	records: readonly NewRecord[],
): StoredLogState {
	const baseline = readStoredState(storedBaseline);
	const knownKeys = new KnownKeys(baseline.keyBuckets);
	const newestFirst = records.map(({ row }) => row).reverse();
	for (const entry of makeEntries(newestFirst)) {
		if (!knownKeys.has(entry)) knownKeys.add(entry);
	}
	knownKeys.forgetBefore(findEarliestNewTime(baseline.branches) ?? '');
	return toStoredState({ ...baseline, keyBuckets: knownKeys.toStored() });
}

/** Finds all wanted entries of excerpts, the oldest first, as if none was seen before. */
export function findWantedEntries(excerpts: Excerpts, isWanted: WantedTest): NewRecord[] {
	const branches = makeBranchStates([...excerpts.keys()], () => ({ earliestNewTime: '' }));
	const emptyState: LogState = { keyBuckets: {}, branches, scope: '' };
	const entries = findNewEntries(emptyState, excerpts, FOREVER);
	return entries.filter(({ row }) => isWanted(row));
}

// ---------------------------------------------------------------- later polls

/**
 * Adapts the state to the branches that are watched now: adds the branches that were not watched at
 * the last poll, and drops those that are no longer watched.
 */
export function adaptToWatchedBranches(
	state: LogState,
	request: Pick<PollRequest, 'branches' | 'branchesDigest'>,
): LogState {
	// If the user has not changed the choice, an added branch was opened in AlfaCRM. All of its
	// entries are new, so it may be read from the same time on as the branches that were there
	// before.
	const hasSameChoice = request.branchesDigest === state.scope;
	const progressOfAddedBranch: BranchProgress = hasSameChoice
		? { earliestNewTime: findEarliestNewTime(state.branches) }
		: {};

	const watchedBranches = makeBranchStates(
		request.branches,
		(branch) => state.branches[branch] ?? progressOfAddedBranch,
	);
	return { ...state, branches: watchedBranches, scope: request.branchesDigest };
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
	const allReadBefore = findEarliestEnd(excerpts);
	const newEntries = findNewEntries(state, excerpts, allReadBefore);
	const wantedEntries = newEntries.filter(({ row }) => isWanted(row));
	const unwantedEntries = newEntries.filter(({ row }) => !isWanted(row));

	const areAllBranchesRead = excerpts.size === Object.keys(state.branches).length;
	const isEveryLogRead = areAllBranchesRead && allReadBefore === FOREVER;
	// The log of a branch that the user has just chosen may list entries of the other branches too.
	// Only if all logs were read is it known which of these entries another branch has yet to report.
	const seenEntries = isEveryLogRead
		? findSeenEntriesOfChosenBranches(state, excerpts, newEntries)
		: [];

	const outcome: PollOutcome = {
		state,
		excerpts,
		now,
		wantedEntries,
		unwantedEntries,
		seenEntries,
		allReadBefore,
		isEveryLogRead,
	};
	return {
		records: wantedEntries,
		stateAfter: (reportedCount) => makeStateAfter(outcome, reportedCount),
	};
}

/**
 * Finds the time at which the first of the excerpts ends: the entries before it were read in the
 * logs of all branches.
 *
 * A poll reports no entry after that time, because entries of all branches are reported in the
 * order of time. So a log that was read only in part holds back the later entries of the other
 * logs.
 */
function findEarliestEnd(excerpts: Excerpts): string {
	let earliestEnd = FOREVER;
	for (const { until } of excerpts.values()) earliestEnd = earliest(earliestEnd, until);
	return earliestEnd;
}

/** Picks the new entries of a branch out of rows of its log. */
export class NewEntryFinder {
	private readonly knownKeys: KnownKeys;
	private readonly earliestNewTime: string;

	constructor(state: LogState, branch: number) {
		this.knownKeys = new KnownKeys(state.keyBuckets);
		// In the log of a branch that was just chosen, no entry is new.
		this.earliestNewTime = state.branches[branch].earliestNewTime ?? FOREVER;
	}

	/**
	 * Picks the entries whose key is not known and whose time is not too early to be new.
	 *
	 * @param rows the newest first
	 */
	pickNewEntries(rows: readonly IDataObject[]): LogEntry[] {
		return makeEntries(rows).filter(
			(entry) => entry.time >= this.earliestNewTime && !this.knownKeys.has(entry),
		);
	}
}

/**
 * Finds the new entries of all branches before a time, the oldest first. An entry that several
 * branches list is returned only once, with all these branches.
 */
function findNewEntries(state: LogState, excerpts: Excerpts, until: string): NewEntry[] {
	const entriesByKey = new Map<string, NewEntry>();
	for (const [branch, { rows }] of excerpts) {
		const finder = new NewEntryFinder(state, branch);
		const oldestFirst = finder.pickNewEntries(rows).reverse();
		for (const entry of oldestFirst) {
			if (entry.time >= until) continue;

			const otherBranches = entriesByKey.get(entry.key)?.branches ?? [];
			entriesByKey.set(entry.key, { ...entry, branches: [...otherBranches, branch] });
		}
	}
	// The sort is stable, so entries with the same time stay in the order of the log.
	return [...entriesByKey.values()].sort(compareByTime);
}

function compareByTime(a: LogEntry, b: LogEntry): number {
	if (a.time === b.time) return 0;
	return a.time < b.time ? -1 : 1;
}

// ---------------------------------------------------------------- chosen branches

/** Whether the user has chosen a branch since the last poll, or its log could not be read yet. */
const isJustChosen = ({ earliestNewTime }: BranchProgress): boolean =>
	earliestNewTime === undefined;

/**
 * Finds the entries that count as seen because they are in the log of a branch that the user has
 * just chosen. Leaves out entries that another branch lists and has not reported yet. Returns each
 * entry once, and none whose key is known already.
 *
 * @param newEntries the new entries of the other branches
 */
function findSeenEntriesOfChosenBranches(
	state: LogState,
	excerpts: Excerpts,
	newEntries: readonly NewEntry[],
): LogEntry[] {
	const keysToSkip = new KnownKeys(state.keyBuckets);
	for (const entry of newEntries) keysToSkip.add(entry);

	const seenEntries: LogEntry[] = [];
	for (const [branch, { rows }] of excerpts) {
		if (!isJustChosen(state.branches[branch])) continue;

		for (const entry of makeEntries(rows)) {
			if (keysToSkip.has(entry)) continue;

			keysToSkip.add(entry);
			seenEntries.push(entry);
		}
	}
	return seenEntries;
}

// ---------------------------------------------------------------- the state after a poll

/** The excerpts that a poll has read of the logs, and the entries that it has found in them. */
interface PollOutcome {
	/** The state before the poll. */
	state: LogState;
	excerpts: Excerpts;
	/** By n8n's clock in milliseconds. */
	now: number;
	/** The new entries to report, the oldest first. */
	wantedEntries: readonly NewEntry[];
	/** The new entries that the user does not want. */
	unwantedEntries: readonly NewEntry[];
	/** Entries of branches that were just chosen. They count as seen, and are not reported. */
	seenEntries: readonly LogEntry[];
	/** All entries before this time were read. */
	allReadBefore: string;
	/** Whether the logs of all branches were read up to their newest entries. */
	isEveryLogRead: boolean;
}

/** Makes the state to store once a poll has reported the first `reportedCount` wanted entries. */
function makeStateAfter(outcome: PollOutcome, reportedCount: number): StoredLogState {
	const { state, wantedEntries, unwantedEntries, seenEntries } = outcome;
	const reportedEntries = wantedEntries.slice(0, reportedCount);
	const firstUnreported = wantedEntries.at(reportedCount);
	const allHandledBefore = firstUnreported?.time ?? outcome.allReadBefore;
	const handledUnwanted = unwantedEntries.filter(({ time }) => time < allHandledBefore);

	const knownKeys = new KnownKeys(state.keyBuckets);
	for (const entry of [...reportedEntries, ...handledUnwanted, ...seenEntries]) {
		knownKeys.add(entry);
	}

	const branches = moveProgressForward(outcome, allHandledBefore);
	return toStoredState(forgetOldEntries({ ...state, branches }, knownKeys, allHandledBefore));
}

/**
 * Notes for each branch how far the entries of its log were handled. A branch whose log could not
 * be read keeps its progress.
 *
 * @param allHandledBefore all new entries before this time were reported, or are unwanted
 */
function moveProgressForward(outcome: PollOutcome, allHandledBefore: string): LogState['branches'] {
	const { state, excerpts, now } = outcome;
	const newestTime = findNewestTime(excerpts.values(), now);
	// If everything was handled, `allHandledBefore` is `FOREVER`. Progress ends at the newest entry.
	const handledUpTo = earliest(newestTime, allHandledBefore);

	const branches = { ...state.branches };
	for (const [branch, excerpt] of excerpts) {
		const progress = state.branches[branch];
		// If a log was not read, `seenEntries` is empty, so the keys of this branch are not known.
		const lacksKeys = isJustChosen(progress) && !outcome.isEveryLogRead;
		branches[branch] = lacksKeys
			? makeProgressAfterNewestEntry(excerpt, now)
			: makeNextProgress(progress, excerpt, handledUpTo);
	}
	return branches;
}

/**
 * Makes the progress of a branch whose entries count as seen although their keys are not known. So
 * only entries with a later time than its newest entry are new.
 */
function makeProgressAfterNewestEntry(excerpt: LogExcerpt, now: number): BranchProgress {
	return { earliestNewTime: addOneSecond(findNewestTime([excerpt], now)) };
}

/**
 * Makes the progress of a branch after a poll.
 *
 * @param excerpt what the poll has read of the log of the branch
 * @param handledUpTo the entries before this time were handled
 */
function makeNextProgress(
	progress: BranchProgress,
	excerpt: LogExcerpt,
	handledUpTo: string,
): BranchProgress {
	const previousTime = progress.earliestNewTime ?? excerpt.from;
	return {
		// It never moves back, because the keys of earlier entries are forgotten.
		earliestNewTime: latest(previousTime, subtractLateHours(handledUpTo)),
		entriesBefore: countHandledEntries(excerpt, handledUpTo),
	};
}

/**
 * Counts the entries of a log that are older than the newest handled one. An excerpt can only count
 * entries before a time that it covers, so it counts those before its beginning if nothing in it
 * was handled.
 */
function countHandledEntries(excerpt: LogExcerpt, handledUpTo: string): EntriesBefore | undefined {
	return countEntriesBefore(excerpt, latest(excerpt.from, handledUpTo));
}

/**
 * Forgets the keys of entries that are too old to be new.
 *
 * If there are still too many keys, forgets the oldest ones as well. Entries without a key would
 * look new, so `earliestNewTime` is moved after them. This matters for a branch that cannot be
 * read: its `earliestNewTime` does not move otherwise, and the number of keys would grow without
 * end.
 *
 * @param allHandledBefore the keys of entries from this time on are kept in any case
 */
function forgetOldEntries(
	state: LogState,
	knownKeys: KnownKeys,
	allHandledBefore: string,
): LogState {
	const earliestNewTime = findEarliestNewTime(state.branches) ?? '';
	knownKeys.forgetBefore(earliestNewTime);
	const forgottenBefore = knownKeys.forgetOldestIfTooMany({ keepFrom: allHandledBefore });
	const keysKnownFrom = latest(earliestNewTime, forgottenBefore);

	const branches = mapBranchStates(state.branches, (progress): BranchProgress => {
		if (progress.earliestNewTime === undefined) return progress;
		return { ...progress, earliestNewTime: latest(progress.earliestNewTime, keysKnownFrom) };
	});
	return { ...state, keyBuckets: knownKeys.toStored(), branches };
}

// ---------------------------------------------------------------- times

/**
 * Returns the earliest time of an entry that may still get into a log late; empty if the log has no
 * entry.
 *
 * @param newestTime the time of the newest entry in the log; empty if there is none
 */
export const subtractLateHours = (newestTime: string): string =>
	newestTime === '' ? '' : addHours(newestTime, -LATE_HOURS);

/**
 * Finds the earliest time that a new entry of any branch may have; undefined if no branch was read
 * yet.
 */
function findEarliestNewTime(branches: LogState['branches']): string | undefined {
	const times = Object.values(branches).map(({ earliestNewTime }) => earliestNewTime);
	return times
		.filter((time) => time !== undefined)
		.sort()
		.at(0);
}

/**
 * Finds the newest time of the entries that were read; empty if there are none.
 *
 * @param now n8n's time in milliseconds. Times far in the future are mistakes, and are left out.
 */
function findNewestTime(excerpts: Iterable<LogExcerpt>, now: number): string {
	const times = [...excerpts].flatMap(({ rows }) => rows.map(readEntryTime));
	return findNewestStamp(times, now);
}
