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
	MAX_HOURS_BETWEEN_CLOCKS,
} from '../../stamps';
import { KnownRecords } from './knownRecords';
import type { BranchMemory, Boundary, RecordsMemory, RecordsState } from './recordsMemory';
import { storeMemory } from './recordsMemory';

/**
 * Decides which records are new, and what the trigger remembers until its next poll. It reads
 * nothing from AlfaCRM: `newRecords.ts` does.
 *
 * - **Baseline.** The first poll takes every existing record as already reported.
 * - **Boundary.** IDs grow with each new record. Records up to the ID of the boundary are old, and
 *   are not looked at any more. The boundary moves on to the last record that is at least two days
 *   old. So a record that shows up late, such as a lead that was moved into a watched branch a day
 *   later, is still above the boundary.
 * - **Known records.** Above the boundary, the trigger remembers the IDs of all records that it has
 *   come across: reported ones, ones that the filters left out, and those of other
 *   branches.
 * - **Whole reading.** Once an hour all lists are read whole, and only then the boundary moves. In
 *   between, the first pages of a list are enough. AlfaCRM counts the records of the list. If the
 *   count has grown by 3 since the last poll, three unknown records are enough.
 */

/** A record may show up this much later than it was created. */
const LATE_HOURS = 48;

/** If a branch cannot be read, the boundary waits this long for it. */
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
 * Makes the state of a trigger that starts now: every existing record, up to the newest one, counts
 * as already reported. If a branch cannot be read now, its existing records are not known yet. Then
 * the records that its first reading shows will count as reported.
 */
export function takeBaseline(request: PollRequest, reading: FirstReading): RecordsState {
	const { newestRecord, failures, today } = reading;
	const branches = new Map<number, BranchMemory>();
	for (const branch of request.branches) {
		const couldBeRead = !failures.has(branch);
		branches.set(branch, { knowsExistingRecords: couldBeRead });
	}

	const boundary = makeFirstBoundary(newestRecord, today);
	const memory: RecordsMemory = { boundary, knownRecords: new KnownRecords(), branches };
	return storeMemory(memory, request);
}

/**
 * Makes the boundary of a trigger that starts now: all records up to the ID of the newest one are
 * old. Later polls ask for the records from the day before its creation on.
 *
 * @param newestRecord undefined if there is no record
 */
function makeFirstBoundary(newestRecord: FirstReading['newestRecord'], today: string): Boundary {
	if (newestRecord === undefined) return { lastOldId: 0, firstDay: findFirstDayFor(today) };

	const { id, createdAt } = newestRecord;
	const hasReadableTime = createdAt !== '';
	const day = hasReadableTime ? createdAt : today;
	return { lastOldId: id, firstDay: findFirstDayFor(day) };
}

// ---------------------------------------------------------------- later polls

/** The lists that a poll has read, and the filters by which it decides which records are new. */
interface RecordsPoll {
	request: PollRequest;
	lists: ListsByBranch;
	/** Whether the filters let a record pass. */
	passesFilters: (row: IDataObject) => boolean;
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
	const { request, lists, passesFilters } = poll;
	const listedRecords = combineLists(lists);
	// Separates the records to report from those that are only remembered.
	const classified = classifyRecords(listedRecords, memory, passesFilters);

	const outcome: PollOutcome = { lists, listedRecords, classified, now: request.now };
	const stateAfter = (reportedCount: number): RecordsState => {
		const updatedMemory = updateMemory(memory, outcome, reportedCount);
		return storeMemory(updatedMemory, request);
	};
	return { records: classified.toReport, stateAfter };
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
	filteredOut: ListedRecord[];
	/** Records that the list of a watched branch shows, although they belong to another branch. */
	inOtherBranch: ListedRecord[];
}

/**
 * Sorts the records of the lists into four groups. Only the first one is reported; the others are
 * remembered, so that the next poll does not take them for new:
 *
 * - `toReport`: new records that pass the filters,
 * - `existedBefore`: records that existed before the trigger watched their branch,
 * - `filteredOut`: records that do not pass the filters,
 * - `inOtherBranch`: records of branches that the trigger does not watch.
 *
 * Records that are old, or were reported by an earlier poll, are left out.
 */
function classifyRecords(
	listedRecords: readonly ListedRecord[],
	memory: RecordsMemory,
	passesFilters: RecordsPoll['passesFilters'],
): ClassifiedRecords {
	const classified: ClassifiedRecords = {
		toReport: [],
		existedBefore: [],
		filteredOut: [],
		inOtherBranch: [],
	};
	for (const record of listedRecords) {
		const isOld = record.id <= memory.boundary.lastOldId;
		const wasReported = memory.knownRecords.wasReported(record.id);
		if (isOld || wasReported) continue;

		if (isOfOtherBranch(record)) {
			classified.inOtherBranch.push(record);
		} else if (existedBeforeWatching(record, memory.branches)) {
			classified.existedBefore.push(record);
		} else if (passesFilters(record.row)) {
			classified.toReport.push(record);
		} else {
			classified.filteredOut.push(record);
		}
	}
	return classified;
}

/**
 * Whether a record that is not known yet may have existed before the trigger watched its branches.
 * If the trigger knows the existing records of at least one of these branches, the record was not
 * among them, so it is new.
 *
 * @param branches what is remembered of each watched branch
 */
function existedBeforeWatching(record: NewRecord, branches: RecordsMemory['branches']): boolean {
	for (const branch of listBranchesOf(record)) {
		const knowsExistingRecords = branches.get(branch)?.knowsExistingRecords === true;
		if (knowsExistingRecords) return false;
	}
	return true;
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
 * Makes the memory of the trigger for the next poll, once the first `reportedCount` new records
 * were reported. The other new records are not remembered, so that the next poll finds them again.
 */
function updateMemory(
	memory: RecordsMemory,
	outcome: PollOutcome,
	reportedCount: number,
): RecordsMemory {
	const { classified, now } = outcome;
	const progress: PollProgress = {
		areAllReported: reportedCount >= classified.toReport.length,
		areListsReadWhole: isWholeReadingDue(memory, now),
	};
	const knownRecords = updateKnownRecords(memory.knownRecords, classified, reportedCount);
	const branches = updateBranches(memory, outcome, progress);
	const boundary = updateBoundary(memory.boundary, outcome, progress, branches);
	const lastWholeReadingAt = progress.areListsReadWhole ? now : memory.lastWholeReadingAt;

	// Polls list the records from `firstDay` on, and remember how many there are. If this day has
	// changed, these numbers are of no use, so the next poll must read all lists to their end.
	const hasFirstDayChanged = boundary.firstDay !== memory.boundary.firstDay;
	return {
		boundary,
		knownRecords,
		branches,
		lastWholeReadingAt: hasFirstDayChanged ? undefined : lastWholeReadingAt,
	};
}

/**
 * Moves the boundary, an ID, up if possible. All records up to this ID count as old and are not
 * looked at any more. So it stays where it is while a record below the new boundary may still have
 * to be found or reported.
 *
 * @param branches what is remembered of each branch after this poll
 */
function updateBoundary(
	boundary: Boundary,
	{ listedRecords, now }: PollOutcome,
	{ areAllReported, areListsReadWhole }: PollProgress,
	branches: RecordsMemory['branches'],
): Boundary {
	const wereAllRecordsFound = areListsReadWhole && isEveryBranchRead(branches, now);
	const mayMove = wereAllRecordsFound && areAllReported;
	return mayMove ? moveBoundary(boundary, listedRecords, now) : boundary;
}

/**
 * Adds the records that this poll has found to the known records, so that later polls do not take
 * them for new. A new record that the poll has not reported is left out: the next poll finds it
 * again.
 */
function updateKnownRecords(
	knownRecords: KnownRecords,
	classified: ClassifiedRecords,
	reportedCount: number,
): KnownRecords {
	const updatedRecords = knownRecords.copy();
	// The filters may have left a record out in an earlier poll, but it has changed and passes them
	// now. It is forgotten, so that the next poll finds it again if this poll does not report it.
	for (const { id } of classified.toReport) updatedRecords.forgetUnreported(id);

	const reportedRecords = classified.toReport.slice(0, reportedCount);
	for (const { id } of reportedRecords) updatedRecords.addReported(id);
	for (const { id } of classified.existedBefore) updatedRecords.addReported(id);
	for (const { id } of classified.filteredOut) updatedRecords.addFilteredOut(id);
	for (const { id } of classified.inOtherBranch) updatedRecords.addOfOtherBranch(id);
	return updatedRecords;
}

/** How far a poll has got. */
interface PollProgress {
	/** Whether all new records were reported. */
	areAllReported: boolean;
	/** Whether the poll had to read all lists to their end, not only their first pages. */
	areListsReadWhole: boolean;
}

/**
 * Makes what is remembered of each branch after a poll: the number of records in its list, or since
 * when the list could not be read.
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

/**
 * Whether the list of a branch was read as far as it had to be: to its end once an hour, in other
 * polls only its first pages.
 *
 * @param list undefined if the branch could not be read
 */
function wasListRead(list: ReadList | undefined, progress: PollProgress): list is ReadList {
	if (list === undefined) return false;

	const hadToBeReadWhole = progress.areListsReadWhole;
	return hadToBeReadWhole ? list.isComplete : true;
}

/**
 * Makes what is remembered of a branch whose list was read: how many records the list has
 * (`total`), and whether the trigger knows which records existed before it watched the branch. It
 * knows them once it has read the list to its end.
 */
function updateReadBranch(
	branchMemory: BranchMemory,
	list: ReadList,
	progress: PollProgress,
): BranchMemory {
	const knowsExistingRecords = branchMemory.knowsExistingRecords || list.isComplete;
	if (progress.areAllReported) return { total: list.total, knowsExistingRecords };

	// The next poll must find the records again that this poll has not reported. If it knew the
	// total, it would see that the list has not grown, and would stop reading before it finds them.
	// It does not know the total, so it reads the list to its end.
	return { total: undefined, knowsExistingRecords };
}

/**
 * Whether all branches could be read. Only then may older records be forgotten. A branch that could
 * not be read for a week no longer counts.
 */
function isEveryBranchRead(branches: RecordsMemory['branches'], now: number): boolean {
	for (const { unreadSince } of branches.values()) {
		const wasRead = unreadSince === undefined;
		if (wasRead) continue;

		const isUnreadForLessThanWeek = now - unreadSince < PATIENCE_MS;
		if (isUnreadForLessThanWeek) return false;
	}
	return true;
}

/** Whether a poll must read all lists to their end, as one poll an hour does. */
export function isWholeReadingDue({ lastWholeReadingAt }: RecordsMemory, now: number): boolean {
	if (lastWholeReadingAt === undefined) return true;

	// If the clock of n8n was set back, the last reading is in the future. The trigger must not wait
	// for it.
	const passedMs = Math.abs(now - lastWholeReadingAt);
	return passedMs >= WHOLE_READING_MS;
}

// ---------------------------------------------------------------- the boundary

/**
 * Moves the boundary, the ID up to which all records are old, up to the last record that is at
 * least two days old. It never moves back.
 */
function moveBoundary(
	boundary: Boundary,
	listedRecords: readonly ListedRecord[],
	now: number,
): Boundary {
	const lastOldRecord = findLastOldRecord(listedRecords, now);
	if (lastOldRecord === undefined) return boundary;

	const { id, createdAt } = lastOldRecord;
	const wouldMoveBack = id <= boundary.lastOldId;
	if (wouldMoveBack) return boundary;

	return { lastOldId: id, firstDay: findFirstDayFor(createdAt) };
}

/**
 * Finds the last record that was created at least two days ago, by AlfaCRM's clock.
 *
 * @param listedRecords the lowest ID first
 */
function findLastOldRecord(
	listedRecords: readonly ListedRecord[],
	now: number,
): ListedRecord | undefined {
	const recordsWithTime = listedRecords.filter(({ createdAt }) => createdAt !== '');
	const newestTime = recordsWithTime.at(-1)?.createdAt ?? '';
	const presentTime = estimatePresentTime(newestTime, now);
	const twoDaysAgo = addHours(presentTime, -LATE_HOURS);

	const oldRecords = recordsWithTime.filter(({ createdAt }) => createdAt <= twoDaysAgo);
	return oldRecords.at(-1);
}

/**
 * Estimates what AlfaCRM's clock shows now. Its time zone is unknown, but it is at most 26 hours
 * behind UTC, and it is not before the time of the newest record.
 *
 * Example: it is 20:00 UTC on 10 March, so AlfaCRM's clock shows at least 18:00 on 9 March. If the
 * newest record is of 10 March 09:00, the clock shows at least that.
 *
 * @param newestTime empty if there is no record
 */
function estimatePresentTime(newestTime: string, now: number): string {
	const earliestPossibleTime = addHours(writeUtcTime(now), -MAX_HOURS_BETWEEN_CLOCKS);
	return latest(newestTime, earliestPossibleTime);
}

/**
 * Finds the first day for a request that has to list all records newer than a certain record. It is
 * the day before that record was created: a branch in another time zone may show the earlier day
 * for a newer record.
 *
 * @param createdAt when the record was created, as AlfaCRM shows it
 */
function findFirstDayFor(createdAt: string): string {
	return daysAfter(dayOf(createdAt), -1);
}

/**
 * Whether lists that were asked for the records from a day on show all records that are newer than
 * a certain record. If not, they have to be asked for from an earlier day on.
 *
 * @param record undefined if the lists show fewer records than needed
 * @param firstDay the day, `yyyy-mm-dd`; empty for lists of all records
 */
export function doListsReachBackTo(record: ListedRecord | undefined, firstDay: string): boolean {
	if (record === undefined) return false;

	// A record without a readable time gives no day to compare. Lists of more days would not help.
	if (record.createdAt === '') return true;

	return findFirstDayFor(record.createdAt) >= firstDay;
}

// ---------------------------------------------------------------- known records

/**
 * Makes a function that tells whether the record of a row is unknown, which means that no earlier
 * poll has come across it in the list of any branch.
 */
export function makeUnknownTest(memory: RecordsMemory): (row: IDataObject) => boolean {
	return (row) => {
		const id = readIdOrZero(row);
		const isOld = id <= memory.boundary.lastOldId;
		return !isOld && !memory.knownRecords.has(id);
	};
}
