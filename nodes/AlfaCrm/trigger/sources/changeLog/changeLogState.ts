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

interface EntriesToReport {
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
 * Makes the state to store after the first poll. All entries that the logs have so far count as
 * seen: later polls do not report an entry that is older than the latest two hours, or whose key is
 * in the state.
 *
 * @param excerpts the entries of the latest two hours, by branch
 */
export function takeBaseline(
	request: Pick<PollRequest, 'branches' | 'branchesDigest' | 'now'>,
	excerpts: Excerpts,
): StoredLogState {
	const branches = makeFirstProgress(request, excerpts);
	const stateWithoutKeys: LogState = { keyBuckets: {}, branches, scope: request.branchesDigest };

	// As no key is known yet, every entry of the latest two hours counts as new here.
	const latestEntries = findNewEntries(stateWithoutKeys, excerpts, FOREVER);
	const knownKeys = new KnownKeys(stateWithoutKeys.keyBuckets);
	for (const entry of latestEntries) knownKeys.add(entry);

	const baseline = forgetOldEntries(stateWithoutKeys, knownKeys, FOREVER);
	return toStoredState(baseline);
}

/**
 * Makes the progress of all branches at the first poll: an entry that is older than the latest two
 * hours is not new. A branch whose log could not be read gets an empty progress, like a branch that
 * the user chooses later.
 */
function makeFirstProgress(
	request: Pick<PollRequest, 'branches' | 'now'>,
	excerpts: Excerpts,
): LogState['branches'] {
	const newestTime = findNewestTime(excerpts.values(), request.now);
	const twoHoursEarlier = subtractLateHours(newestTime);

	const branches = makeBranchStates(request.branches, (): BranchProgress => ({}));
	for (const [branch, excerpt] of excerpts) {
		const entriesBefore = countOldEntries(excerpt, newestTime);
		branches[branch] = { earliestNewTime: twoHoursEarlier, entriesBefore };
	}
	return branches;
}

/**
 * Adds the keys of the entries that the first poll reports to its state, so that the second poll
 * does not report them again. Most of these keys are known: only an entry that got into the log
 * after the state was made has an unknown one.
 *
 * @param storedBaseline the state of the first poll, in which all entries so far count as seen
 * @param records the reported entries, the oldest first
 */
export function addReportedToBaseline(
	storedBaseline: StoredLogState,
	records: readonly NewRecord[],
): StoredLogState {
	const baseline = readStoredState(storedBaseline);
	const knownKeys = new KnownKeys(baseline.keyBuckets);

	const newestFirst = records.map(({ row }) => row).reverse();
	for (const entry of makeEntries(newestFirst)) {
		if (!knownKeys.has(entry)) knownKeys.add(entry);
	}
	// Earlier entries are never new, so their keys are not needed.
	const earliestNewTime = findEarliestNewTime(baseline.branches) ?? '';
	knownKeys.forgetBefore(earliestNewTime);

	return toStoredState({ ...baseline, keyBuckets: knownKeys.toStored() });
}

/**
 * Finds all wanted entries that were read, the oldest first, as if none was seen before. An entry
 * that several branches list is returned once.
 */
export function findWantedEntries(excerpts: Excerpts, isWanted: WantedTest): NewRecord[] {
	const branches = makeBranchStates([...excerpts.keys()], () => ({ earliestNewTime: '' }));
	const emptyState: LogState = { keyBuckets: {}, branches, scope: '' };
	const entries = findNewEntries(emptyState, excerpts, FOREVER);
	return entries.filter(({ row }) => isWanted(row));
}

// ---------------------------------------------------------------- later polls

/**
 * Adapts the state to the branches that are watched now. Adds a progress (how far the log was read)
 * for each branch that was not watched at the last poll, and drops the branches that are no longer
 * watched.
 */
export function adaptToChosenBranches(
	state: LogState,
	request: Pick<PollRequest, 'branches' | 'branchesDigest'>,
): LogState {
	const hasUserChangedBranches = request.branchesDigest !== state.scope;
	const progressOfAddedBranch = makeProgressOfAddedBranch(state, hasUserChangedBranches);

	const watchedBranches = makeBranchStates(
		request.branches,
		(branch) => state.branches[branch] ?? progressOfAddedBranch,
	);
	return { ...state, branches: watchedBranches, scope: request.branchesDigest };
}

/**
 * Makes the progress of a branch that was not watched at the last poll. If the user has chosen it,
 * the entries that its log has so far are not reported, so the progress is empty. Otherwise somebody
 * has opened the branch in AlfaCRM. Then its entries are new from the same time on as those of the
 * other branches.
 */
function makeProgressOfAddedBranch(
	state: LogState,
	hasUserChangedBranches: boolean,
): BranchProgress {
	if (hasUserChangedBranches) return {};

	return { earliestNewTime: findEarliestNewTime(state.branches) };
}

/**
 * Finds the new entries to report among those that a poll has read in the logs.
 *
 * @param excerpts the entries that were read, by branch; none for a branch that could not be read
 * @param now by n8n's clock in milliseconds
 * @returns the entries, and a function that makes the state to store once the first of them are
 * reported
 */
export function findEntriesToReport(
	state: LogState,
	excerpts: Excerpts,
	isWanted: WantedTest,
	now: number,
): EntriesToReport {
	// A log may have been read only in part: up to 09:30, for example.
	const readUntil = findEarliestEnd(excerpts);
	const newEntries = findNewEntries(state, excerpts, readUntil);
	const wantedEntries = newEntries.filter(({ row }) => isWanted(row));
	const unwantedEntries = newEntries.filter(({ row }) => !isWanted(row));

	const areAllBranchesRead = excerpts.size === Object.keys(state.branches).length;
	const isEveryLogRead = areAllBranchesRead && readUntil === FOREVER;
	// The log of a branch that the user has just chosen may show entries that another branch has yet
	// to report. They can be told from the seen ones only if all logs were read.
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
		readUntil,
		isEveryLogRead,
	};
	return {
		records: wantedEntries,
		stateAfter: (reportedCount) => makeStateAfter(outcome, reportedCount),
	};
}

/**
 * Finds the time before which the entries were read in the logs of all branches. For logs that were
 * read up to 10:00, 09:30 and the newest entry, it is 09:30.
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
	 * Picks the entries whose key is not known and whose time is not too early to be new. An earlier
	 * entry cannot be told from a known one, because the keys of early entries are forgotten.
	 *
	 * @param rows the newest first
	 */
	pickNewEntries(rows: readonly IDataObject[]): LogEntry[] {
		const newEntries: LogEntry[] = [];
		for (const entry of makeEntries(rows)) {
			const isTooEarly = entry.time < this.earliestNewTime;
			if (!isTooEarly && !this.knownKeys.has(entry)) newEntries.push(entry);
		}
		return newEntries;
	}
}

/**
 * Finds the new entries of all branches before a time, the oldest first. An entry that several
 * branches list is returned only once, with all these branches.
 *
 * @param state says which entries are not new
 * @param excerpts the entries that were read, by branch
 * @param until the time; `FOREVER` for all entries
 */
function findNewEntries(state: LogState, excerpts: Excerpts, until: string): NewEntry[] {
	const entriesByKey = new Map<string, NewEntry>();
	for (const [branch, { rows }] of excerpts) {
		const finder = new NewEntryFinder(state, branch);
		const oldestFirst = finder.pickNewEntries(rows).reverse();
		for (const entry of oldestFirst) {
			if (entry.time >= until) continue;

			// The logs of several branches may list the same entry.
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
 * Finds the entries in the logs of branches that the user has just chosen. They count as seen, and
 * are never reported. Returns each entry once, and leaves out those that are known already.
 *
 * @param newEntries the new entries of the other branches. They are left out as well: they are
 * reported even if a branch that was just chosen lists them too.
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
		const wasWatchedBefore = !isJustChosen(state.branches[branch]);
		if (wasWatchedBefore) continue;

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
	/** The entries before this time were read in all logs. */
	readUntil: string;
	/** Whether the logs of all branches were read up to their newest entries. */
	isEveryLogRead: boolean;
}

/**
 * Makes the state to store once a poll has reported the first `reportedCount` of its new entries.
 * In this state, each entry is known that needs no report any more:
 *
 * - the reported entries,
 * - the entries that the user does not want, if they are older than the first unreported one,
 * - the entries that count as seen because the user has just chosen their branch.
 */
function makeStateAfter(outcome: PollOutcome, reportedCount: number): StoredLogState {
	const { state, wantedEntries, unwantedEntries, seenEntries } = outcome;
	const reportedEntries = wantedEntries.slice(0, reportedCount);
	// Entries are reported in the order of time. So before this time, nothing is left to report.
	const firstUnreportedEntry = wantedEntries.at(reportedCount);
	const firstUnreportedTime = firstUnreportedEntry?.time ?? outcome.readUntil;
	const earlierUnwanted = unwantedEntries.filter(({ time }) => time < firstUnreportedTime);

	const entriesToRemember = [...reportedEntries, ...earlierUnwanted, ...seenEntries];
	const knownKeys = new KnownKeys(state.keyBuckets);
	for (const entry of entriesToRemember) knownKeys.add(entry);

	const branches = moveProgressForward(outcome, firstUnreportedTime);
	const nextState = forgetOldEntries({ ...state, branches }, knownKeys, firstUnreportedTime);
	return toStoredState(nextState);
}

/**
 * Makes the progress of all branches after a poll, which tells how far each log was read and
 * reported. A branch whose log could not be read keeps its progress.
 *
 * @param firstUnreportedTime before this time, nothing is left to report; `FOREVER` if the poll has
 * reported all new entries
 */
function moveProgressForward(
	outcome: PollOutcome,
	firstUnreportedTime: string,
): LogState['branches'] {
	const { state, excerpts, now } = outcome;
	// Progress does not go beyond the newest entry.
	const newestTime = findNewestTime(excerpts.values(), now);
	const reportedUntil = earliest(newestTime, firstUnreportedTime);

	const branches = { ...state.branches };
	for (const [branch, excerpt] of excerpts) {
		const progress = state.branches[branch];
		// If the user has just chosen the branch, the keys of its entries are stored only by a poll that
		// has read all logs. Without keys, only the time tells these entries from later ones.
		const lacksKeys = isJustChosen(progress) && !outcome.isEveryLogRead;
		if (lacksKeys) {
			branches[branch] = makeProgressAfterNewestEntry(excerpt, now);
		} else {
			branches[branch] = makeNextProgress(progress, excerpt, reportedUntil);
		}
	}
	return branches;
}

/**
 * Makes the progress of a branch whose entries so far all count as seen, although their keys are
 * not known. So only an entry that is later than the newest one, by a second or more, is new for
 * the next poll.
 */
function makeProgressAfterNewestEntry(excerpt: LogExcerpt, now: number): BranchProgress {
	return { earliestNewTime: addOneSecond(findNewestTime([excerpt], now)) };
}

/**
 * Makes the progress of a branch after a poll, from which the next poll goes on.
 *
 * An entry may get into the log up to two hours after its time. So if the poll has reported all
 * entries up to 12:00, an entry of 10:00 or later may still be new for the next poll. Progress never
 * moves back, because the keys of earlier entries are forgotten.
 *
 * @param progress the progress before the poll
 * @param excerpt the entries of the branch that the poll has read
 * @param reportedUntil before this time, nothing is left to report
 */
function makeNextProgress(
	progress: BranchProgress,
	excerpt: LogExcerpt,
	reportedUntil: string,
): BranchProgress {
	// A branch that the user has just chosen has no time yet.
	const previousTime = progress.earliestNewTime ?? excerpt.from;
	const twoHoursEarlier = subtractLateHours(reportedUntil);
	return {
		earliestNewTime: latest(previousTime, twoHoursEarlier),
		entriesBefore: countOldEntries(excerpt, reportedUntil),
	};
}

/**
 * Counts the entries that a log has before a time. The next poll counts them again: a larger number
 * shows that an entry got into the log late. If the part of the log that was read begins only after
 * the time, counts the entries before that part.
 *
 * @param excerpt the part of the log that was read
 * @param reportedUntil the time; before it, nothing is left to report
 * @returns the number and the time; undefined if AlfaCRM does not count entries
 */
function countOldEntries(excerpt: LogExcerpt, reportedUntil: string): EntriesBefore | undefined {
	const countedTime = latest(excerpt.from, reportedUntil);
	return countEntriesBefore(excerpt, countedTime);
}

/**
 * Forgets the keys of old log entries. A key tells the trigger that it has seen an entry before. An
 * entry before the `earliestNewTime` of all branches is never reported, so it needs no key.
 *
 * If there are still too many keys to store, forgets the oldest ones as well. Without their keys,
 * these entries would look new, so the `earliestNewTime` of each branch is moved after them.
 *
 * @param keepFrom the keys of entries from this time on are never forgotten
 */
function forgetOldEntries(state: LogState, knownKeys: KnownKeys, keepFrom: string): LogState {
	const earliestTimeOfAllBranches = findEarliestNewTime(state.branches) ?? '';
	knownKeys.forgetBefore(earliestTimeOfAllBranches);
	// There are too many keys if a branch cannot be read for a long time. Otherwise the time is empty,
	// and `latest` below changes nothing.
	const forgottenBefore = knownKeys.forgetOldestIfTooMany({ keepFrom });

	const branches = mapBranchStates(state.branches, (progress): BranchProgress => {
		const { earliestNewTime } = progress;
		if (earliestNewTime === undefined) return progress;

		return { ...progress, earliestNewTime: latest(earliestNewTime, forgottenBefore) };
	});
	return { ...state, keyBuckets: knownKeys.toStored(), branches };
}

// ---------------------------------------------------------------- times

/**
 * Subtracts two hours from the time of the newest entry of a log. AlfaCRM may add an entry up to
 * two hours late, so this is the earliest time of an entry that is still to come.
 *
 * @param newestTime empty if the log has no entry; then the result is empty too
 */
export const subtractLateHours = (newestTime: string): string =>
	newestTime === '' ? '' : addHours(newestTime, -LATE_HOURS);

/**
 * Finds the earliest time that a new entry of any branch may have; undefined if no branch was read
 * yet.
 */
function findEarliestNewTime(branches: LogState['branches']): string | undefined {
	const times = Object.values(branches).map(({ earliestNewTime }) => earliestNewTime);
	const definedTimes = times.filter((time) => time !== undefined);
	return definedTimes.sort().at(0);
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
