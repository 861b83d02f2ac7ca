import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../../../api/list';
import { daysAfter } from '../../../values/formats';
import { DAY_MS, HOUR_MS } from '../../../values/time';
import type { NewRecord, PollRequest } from '../../eventSource';
import { isOfOtherBranch, listBranchesOf, joinBranchLists, readIdOrZero } from '../../eventSource';
import {
	dayOf,
	addHours,
	latest,
	readStamp,
	writeUtcTime,
	MOST_HOURS_BETWEEN_CLOCKS,
} from '../../stamps';
import { KnownRecords } from './knownRecords';
import type { BranchMemory, Boundary, RecordsMemory, RecordsState } from './recordsMemory';
import { storeMemory } from './recordsMemory';

/**
 * Decides which records are new, and what the trigger remembers until its next poll. It reads
 * nothing from AlfaCRM: `newRecords.ts` does.
 *
 * - **Baseline.** The first poll takes every existing record as already reported.
 * - **Mark.** IDs grow with each new record. Records up to the ID of the mark are old, and are not
 *   looked at any more. The mark moves on to the last record that is at least two days old. So a
 *   record that shows up late, such as a lead that was moved into a watched branch a day later, is
 *   still above the mark.
 * - **Known records.** Above the mark, the trigger remembers the IDs of all records that it has
 *   come across: reported ones, unwanted ones (which the filters left out), and those of other
 *   branches.
 * - **Whole reading.** Once an hour all lists are read whole, and only then the mark moves. In
 *   between, the first pages of a list are enough. AlfaCRM counts the records of the list. If the
 *   count has grown by 3 since the last poll, three unknown records are enough.
 */

/** A record may show up this much later than it was created. */
const LATE_HOURS = 48;

/** If a branch cannot be read, the mark waits this long for it. */
const PATIENCE_MS = 7 * DAY_MS;

/** All lists are read whole this often. */
const WHOLE_READING_MS = HOUR_MS;

/** A list as a poll has read it: whole, or only its first pages. */
type ReadList = Pick<Collected, 'isComplete' | 'rows' | 'total'>;

/** The lists of the branches that could be read. */
type ListsByBranch = ReadonlyMap<number, ReadList>;

/** A record that the list of at least one branch shows. */
export interface ListedRecord extends NewRecord {
	id: number;
	/**
	 * `yyyy-mm-dd hh:mm:ss` as AlfaCRM shows it, in an unknown time zone; empty if AlfaCRM shows no
	 * readable time.
	 */
	createdAt: string;
}

// ---------------------------------------------------------------- the first poll

/** The newest record and the failures that the first poll has found. */
interface FirstReading {
	/** Undefined if there is no record. */
	newestRecord: Pick<ListedRecord, 'createdAt' | 'id'> | undefined;
	/** The errors of the branches that could not be read. */
	failures: ReadonlyMap<number, unknown>;
	/** `yyyy-mm-dd` */
	today: string;
}

/**
 * Makes the state of a trigger that starts now: every record up to the newest one counts as already
 * reported. In a branch that cannot be read now, the records that its first reading shows will
 * count as reported.
 */
export function takeBaseline(request: PollRequest, reading: FirstReading): RecordsState {
	const { newestRecord, failures, today } = reading;
	const branches = new Map<number, BranchMemory>();
	for (const branch of request.branches) {
		const couldBeRead = !failures.has(branch);
		branches.set(branch, { knowsExistingRecords: couldBeRead });
	}

	const createdAt = newestRecord?.createdAt ?? '';
	const memory: RecordsMemory = {
		// Records up to the ID of the mark are old. Lists are asked for from its day on.
		boundary: {
			lastOldId: newestRecord?.id ?? 0,
			firstDay: findFirstDayFor(createdAt === '' ? today : createdAt),
		},
		knownRecords: new KnownRecords(),
		branches,
	};
	return storeMemory(memory, request);
}

// ---------------------------------------------------------------- later polls

/** The lists that a poll has read, and the filters by which it decides which records are new. */
interface RecordsPoll {
	request: PollRequest;
	lists: ListsByBranch;
	/** Whether the filters let a record pass. */
	isWanted: (row: IDataObject) => boolean;
}

/**
 * Finds the new records in the lists that a poll has read, the lowest ID first.
 *
 * @returns the records, and `stateAfter(n)`, which makes the state to store once the first n of
 * them were reported; the next poll finds the others again
 */
export function findNewRecords(
	memory: RecordsMemory,
	poll: RecordsPoll,
): { records: ListedRecord[]; stateAfter: (reportedCount: number) => RecordsState } {
	const { request, lists, isWanted } = poll;
	const listedRecords = combineLists(lists);
	// Tells the records to report from those that are only remembered, such as unwanted ones.
	const classified = classifyRecords(listedRecords, memory, isWanted);
	const outcome: PollOutcome = { lists, listedRecords, classified, now: request.now };

	const makeStateAfter = (reportedCount: number): RecordsState => {
		const updatedMemory = updateMemory(memory, outcome, reportedCount);
		return storeMemory(updatedMemory, request);
	};
	return { records: classified.toReport, stateAfter: makeStateAfter };
}

/** Returns the records of all lists, each once, the lowest ID first. */
export function combineLists(lists: ListsByBranch): ListedRecord[] {
	const listedRecords: ListedRecord[] = [];
	for (const [id, record] of joinBranchLists(lists)) {
		const createdAt = readStamp(record.row, 'created_at');
		listedRecords.push({ ...record, id, createdAt });
	}
	return listedRecords.sort((a, b) => a.id - b.id);
}

/** The records that were not reported before, sorted by what the poll does about them. */
interface ClassifiedRecords {
	/** New records of the watched branches. */
	toReport: ListedRecord[];
	/** Records that existed before their branch was watched. They count as reported. */
	existedBefore: ListedRecord[];
	/** Records that the filters left out. */
	unwanted: ListedRecord[];
	/** Records that the list of a watched branch shows, although they belong to another branch. */
	inOtherBranch: ListedRecord[];
}

/**
 * Sorts the records of the lists by what the poll does about them: report them, or only remember
 * them because they existed before (the baseline), or do not pass the filters (unwanted), or belong
 * to a branch that is not watched. Leaves out the records that are old or were reported before.
 */
function classifyRecords(
	listedRecords: readonly ListedRecord[],
	memory: RecordsMemory,
	isWanted: RecordsPoll['isWanted'],
): ClassifiedRecords {
	const classified: ClassifiedRecords = {
		toReport: [],
		existedBefore: [],
		unwanted: [],
		inOtherBranch: [],
	};
	for (const record of listedRecords) {
		const isOld = record.id <= memory.boundary.lastOldId;
		if (isOld || memory.knownRecords.wasReported(record.id)) continue;

		if (isOfOtherBranch(record)) {
			classified.inOtherBranch.push(record);
		} else if (existedBeforeWatching(record, memory.branches)) {
			classified.existedBefore.push(record);
		} else if (isWanted(record.row)) {
			classified.toReport.push(record);
		} else {
			classified.unwanted.push(record);
		}
	}
	return classified;
}

/**
 * Whether a record existed before its branches were watched. One branch that the trigger has
 * watched before is enough to make it a new record. Branches that are not watched do not count.
 */
function existedBeforeWatching(record: NewRecord, branches: RecordsMemory['branches']): boolean {
	const wasBranchWatchedBefore = listBranchesOf(record).some(
		(branch) => branches.get(branch)?.knowsExistingRecords === true,
	);
	return !wasBranchWatchedBefore;
}

// ---------------------------------------------------------------- after the poll

/** The lists that a poll has read, and the records that it has found in them. */
interface PollOutcome {
	lists: ListsByBranch;
	/** The records of all lists, the lowest ID first. */
	listedRecords: readonly ListedRecord[];
	classified: ClassifiedRecords;
	/** n8n's time in milliseconds. */
	now: number;
}

/**
 * Returns what the trigger remembers once the first `reportedCount` new records were reported. The
 * other new records are not remembered, so that the next poll finds them again.
 *
 * The mark is the ID up to which all records are old. It moves only after a poll that has read all
 * lists to their end (a whole reading) and has reported everything: otherwise an unreported record
 * could fall below it and be lost.
 */
function updateMemory(
	memory: RecordsMemory,
	outcome: PollOutcome,
	reportedCount: number,
): RecordsMemory {
	const { classified, listedRecords, now } = outcome;
	const areAllReported = reportedCount >= classified.toReport.length;
	const areListsReadWhole = isWholeReadingDue(memory, now);
	const branches = updateBranches(memory, outcome, { areAllReported, areListsReadWhole });

	const mayMoveBoundary = areAllReported && areListsReadWhole && isEveryBranchRead(branches, now);
	const boundary = mayMoveBoundary
		? moveBoundary(memory.boundary, listedRecords, now)
		: memory.boundary;

	// Lists are asked for the records from `firstDay` on, and their totals count these records. When
	// this day changes, all lists are read whole once more, for the new totals.
	const haveTotalsChanged = boundary.firstDay !== memory.boundary.firstDay;
	const lastWholeReadingAt = areListsReadWhole ? now : memory.lastWholeReadingAt;
	return {
		boundary,
		knownRecords: updateKnownRecords(memory.knownRecords, classified, reportedCount),
		lastWholeReadingAt: haveTotalsChanged ? undefined : lastWholeReadingAt,
		branches,
	};
}

/**
 * Returns the known records, with those added that this poll has come across. A new record that was
 * not reported is not added, so that the next poll finds it again.
 */
function updateKnownRecords(
	knownRecords: KnownRecords,
	classified: ClassifiedRecords,
	reportedCount: number,
): KnownRecords {
	const updatedRecords = knownRecords.copy();
	// A new record may be known as unwanted: it has changed since and passes the filters now. It is
	// forgotten, so that the next poll finds it again if this poll does not report it.
	for (const { id } of classified.toReport) updatedRecords.forgetUnreported(id);

	const reportedRecords = classified.toReport.slice(0, reportedCount);
	for (const { id } of reportedRecords) updatedRecords.addReported(id);
	for (const { id } of classified.existedBefore) updatedRecords.addReported(id);
	for (const { id } of classified.unwanted) updatedRecords.addUnwanted(id);
	for (const { id } of classified.inOtherBranch) updatedRecords.addOfOtherBranch(id);
	return updatedRecords;
}

/** How far a poll has got. */
interface PollProgress {
	/** Whether all new records were reported. */
	areAllReported: boolean;
	/** Whether the poll has read all lists whole, not only their first pages. */
	areListsReadWhole: boolean;
}

/**
 * Updates what is remembered of each branch by the list that the poll has read. For a branch that
 * could not be read, it notes since when.
 */
function updateBranches(
	memory: RecordsMemory,
	outcome: PollOutcome,
	progress: PollProgress,
): RecordsMemory['branches'] {
	const updatedBranches = new Map<number, BranchMemory>();
	for (const [branch, branchMemory] of memory.branches) {
		const list = outcome.lists.get(branch);
		if (wasListRead(list, progress)) {
			updatedBranches.set(branch, updateReadBranch(branchMemory, list, progress));
		} else {
			const unreadSince = branchMemory.unreadSince ?? outcome.now;
			updatedBranches.set(branch, { ...branchMemory, unreadSince });
		}
	}
	return updatedBranches;
}

/** Whether the list of a branch was read, and was read to its end if the poll has to do so. */
function wasListRead(list: ReadList | undefined, progress: PollProgress): list is ReadList {
	if (list === undefined) return false;

	return list.isComplete || !progress.areListsReadWhole;
}

/**
 * Updates what is remembered of a branch whose list was read: how many records the list has, and
 * whether it is known which records existed before the branch was watched (the baseline).
 */
function updateReadBranch(
	branchMemory: BranchMemory,
	list: ReadList,
	progress: PollProgress,
): BranchMemory {
	// While records of the list are still to be reported, the list must be read again, even if it
	// does not grow. Without a total, the next poll reads it whole.
	const total = progress.areAllReported ? list.total : undefined;
	const knowsExistingRecords = branchMemory.knowsExistingRecords || list.isComplete;
	return { total, knowsExistingRecords };
}

/**
 * Whether all branches could be read. A branch that could not be read for a week does not count any
 * more: the mark, the ID up to which records are old, waits no longer for it.
 */
function isEveryBranchRead(branches: RecordsMemory['branches'], now: number): boolean {
	for (const { unreadSince } of branches.values()) {
		if (unreadSince === undefined) continue;

		const isMarkWaiting = now - unreadSince < PATIENCE_MS;
		if (isMarkWaiting) return false;
	}
	return true;
}

/** Whether a poll must read all lists whole: once an hour. */
export function isWholeReadingDue({ lastWholeReadingAt }: RecordsMemory, now: number): boolean {
	if (lastWholeReadingAt === undefined) return true;

	// If the clock of n8n was set back, the last reading is in the future. The trigger must not wait
	// for it.
	const passedMs = Math.abs(now - lastWholeReadingAt);
	return passedMs >= WHOLE_READING_MS;
}

// ---------------------------------------------------------------- the mark

/**
 * Moves the mark, the ID up to which all records are old, to the last record that is at least two
 * days old. The mark never moves back.
 */
function moveBoundary(
	mark: Boundary,
	listedRecords: readonly ListedRecord[],
	now: number,
): Boundary {
	const lastOldRecord = findLastOldRecord(listedRecords, now);
	if (lastOldRecord === undefined) return mark;

	const wouldMoveBack = lastOldRecord.id <= mark.lastOldId;
	if (wouldMoveBack) return mark;

	return { lastOldId: lastOldRecord.id, firstDay: findFirstDayFor(lastOldRecord.createdAt) };
}

/**
 * Finds the last record that was created at least two days ago. AlfaCRM shows times without their
 * time zone, so the current time by its clock is only estimated, rather too early than too late: it
 * is the time of the newest record, or 26 hours before UTC (no time zone is further behind),
 * whichever is later. For example, at 20:00 UTC on 10 March, the estimate is at least 18:00 on
 * 9 March.
 */
function findLastOldRecord(
	listedRecords: readonly ListedRecord[],
	now: number,
): ListedRecord | undefined {
	const datedRecords = listedRecords.filter(({ createdAt }) => createdAt !== '');
	const newestTime = datedRecords.at(-1)?.createdAt ?? '';
	const timeInUtc = writeUtcTime(now);
	const earliestPossibleTime = addHours(timeInUtc, -MOST_HOURS_BETWEEN_CLOCKS);
	const estimatedTime = latest(newestTime, earliestPossibleTime);

	const twoDaysAgo = addHours(estimatedTime, -LATE_HOURS);
	return datedRecords.filter(({ createdAt }) => createdAt <= twoDaysAgo).at(-1);
}

/**
 * Finds the day from which lists must be asked for, so that they show all records with a higher ID
 * than a record. It is the day before the record was created, because a branch in another time zone
 * may show this earlier day for newer records.
 *
 * @param createdAt when the record was created, as AlfaCRM shows it
 */
function findFirstDayFor(createdAt: string): string {
	return daysAfter(dayOf(createdAt), -1);
}

/**
 * Whether lists that begin with a day hold all records that are newer than a record, so that the
 * lists need not begin earlier.
 *
 * @param record undefined if there are fewer records than needed
 * @param firstDay `yyyy-mm-dd`; empty for lists of all records
 */
export function doListsReachBackTo(record: ListedRecord | undefined, firstDay: string): boolean {
	if (record === undefined) return false;

	// A record without a readable time gives no day to compare. Lists of more days would not help.
	if (record.createdAt === '') return true;

	return findFirstDayFor(record.createdAt) >= firstDay;
}

// ---------------------------------------------------------------- known records

/**
 * Makes a function that tells whether the record of a row is unknown: the trigger has never come
 * across it, in a list of any branch.
 */
export function makeUnknownTest(memory: RecordsMemory): (row: IDataObject) => boolean {
	return (row) => {
		const id = readIdOrZero(row);
		const isOld = id <= memory.boundary.lastOldId;
		return !isOld && !memory.knownRecords.has(id);
	};
}
