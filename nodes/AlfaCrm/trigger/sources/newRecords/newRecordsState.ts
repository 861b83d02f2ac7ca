import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../../../api/list';
import { daysAfter } from '../../../values/formats';
import { DAY_MS, HOUR_MS } from '../../../values/time';
import type { NewRecord, PollRequest } from '../../eventSource';
import { isOfOtherBranch, listBranchesOf, joinBranchLists, readIdOrZero } from '../../eventSource';
import { dayOf, hoursAfter, latest, readStamp, utcTimeAt, ZONES_HOURS } from '../../stamps';
import { KnownRecords } from './knownRecords';
import type { BranchMemory, Mark, RecordsMemory, RecordsState } from './recordsMemory';
import { storeMemory } from './recordsMemory';

/**
 * Decides which records are new, and what the trigger remembers until its next poll. It reads
 * nothing from AlfaCRM: `newRecords.ts` does.
 *
 * - **Baseline.** The first poll takes every record that is there as already reported.
 * - **Mark.** IDs grow with each new record. Records up to the ID of the mark are old, and are not
 *   looked at any more. The mark moves on to the last record that was created two days ago. So a
 *   record that shows up late, such as a lead that was moved into a watched branch a day later, is
 *   still above the mark.
 * - **Known records.** Above the mark, the trigger remembers the IDs of all records that it has
 *   come across: reported ones, unwanted ones (which the filters left out), and those of other
 *   branches.
 * - **Whole reading.** Once an hour all lists are read whole, and only then the mark moves. In
 *   between, the first pages are enough, once they show as many unknown records as AlfaCRM's count
 *   of the list, its total, has grown by.
 */

/** A record may show up this much later than it was created. */
const LATE_HOURS = 48;

/** If a branch cannot be read, the mark waits this long for it. */
const PATIENCE_MS = 7 * DAY_MS;

/** All lists are read whole this often. */
const WHOLE_READING_MS = HOUR_MS;

/** The lists of branches as a poll has read them: whole, or the first pages. */
type ListsByBranch = ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows' | 'total'>>;

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

/**
 * Takes a baseline: every record up to the newest one counts as already reported.
 *
 * @param newestRecord undefined if there is no record
 * @param failures what went wrong, by branch; only the branches that could not be read
 * @param today `yyyy-mm-dd`
 */
export function takeBaseline(
	request: PollRequest,
	newestRecord: Pick<ListedRecord, 'createdAt' | 'id'> | undefined,
	failures: ReadonlyMap<number, unknown>,
	today: string,
): RecordsState {
	const { id = 0, createdAt = '' } = newestRecord ?? {};
	const createdOn = createdAt === '' ? today : createdAt;
	const branches = request.branches.map((branch): [number, BranchMemory] => [
		branch,
		{ wasAddedLater: failures.has(branch) },
	]);

	const memory: RecordsMemory = {
		mark: makeMark({ id, createdAt: createdOn }),
		known: new KnownRecords(),
		branches: new Map(branches),
	};
	return storeMemory(memory, request);
}

// ---------------------------------------------------------------- later polls

/** What is to be known to decide which of the listed records are new. */
interface RecordsPoll {
	request: PollRequest;
	/** The lists of the branches that could be read. */
	lists: ListsByBranch;
	/** Whether the filters let a record pass. */
	isWanted: (row: IDataObject) => boolean;
}

/**
 * Finds the new records among the listed ones, the lowest ID first.
 *
 * @returns also the state to store once some of them were reported
 */
export function findNewRecords(
	memory: RecordsMemory,
	{ request, lists, isWanted }: RecordsPoll,
): { records: ListedRecord[]; stateAfter: (reportedCount: number) => RecordsState } {
	const listedRecords = combineLists(lists);
	const classified = classifyRecords(listedRecords, memory, isWanted);
	return {
		records: classified.toReport,
		stateAfter: (reportedCount) => {
			// Records that this poll does not report stay unknown, so that the next poll finds them.
			const reading = { lists, listedRecords, now: request.now };
			const memoryAfter = memoryAfterReporting(reportedCount, classified, memory, reading);
			return storeMemory(memoryAfter, request);
		},
	};
}

/** Returns the records of all lists, each once, the lowest ID first. */
export function combineLists(lists: ListsByBranch): ListedRecord[] {
	const listedRecords = [...joinBranchLists(lists)].map(([id, record]) => ({
		...record,
		id,
		createdAt: readStamp(record.row, 'created_at'),
	}));
	return listedRecords.sort((a, b) => a.id - b.id);
}

/** Records that were not reported before, by what is to be done about them. */
interface ClassifiedRecords {
	/** New, so that they are to be reported. */
	toReport: ListedRecord[];
	/** In a branch that was added later. They were there before, so they count as reported. */
	earlier: ListedRecord[];
	/** Left out by the filters. */
	unwanted: ListedRecord[];
	/** Listed by a watched branch, but of another one. */
	ofOtherBranch: ListedRecord[];
}

/** Sorts the records that were not reported before by what is to be done about them. */
function classifyRecords(
	listedRecords: readonly ListedRecord[],
	{ mark, known, branches }: RecordsMemory,
	isWanted: RecordsPoll['isWanted'],
): ClassifiedRecords {
	const classified: ClassifiedRecords = {
		toReport: [],
		earlier: [],
		unwanted: [],
		ofOtherBranch: [],
	};
	for (const record of listedRecords) {
		if (record.id <= mark.id || known.wasReported(record.id)) continue;

		if (isOfOtherBranch(record)) {
			classified.ofOtherBranch.push(record);
		} else if (wasThereBefore(record, branches)) {
			classified.earlier.push(record);
		} else if (isWanted(record.row)) {
			classified.toReport.push(record);
		} else {
			classified.unwanted.push(record);
		}
	}
	return classified;
}

/**
 * Whether a record was there before its branches were watched. A record counts as new if one of its
 * branches was watched before.
 */
function wasThereBefore(record: NewRecord, branches: RecordsMemory['branches']): boolean {
	return listBranchesOf(record).every((branch) => branches.get(branch)?.wasAddedLater !== false);
}

// ---------------------------------------------------------------- after the poll

/** What a poll has read, and when. */
interface Reading {
	lists: ListsByBranch;
	/** The records of all lists, the lowest ID first. */
	listedRecords: readonly ListedRecord[];
	/** n8n's time in milliseconds. */
	now: number;
}

/**
 * Returns what to remember once the first `reportedCount` new records were reported. The next poll
 * finds the others again.
 */
function memoryAfterReporting(
	reportedCount: number,
	classified: ClassifiedRecords,
	memory: RecordsMemory,
	reading: Reading,
): RecordsMemory {
	const { now, listedRecords } = reading;
	const areAllReported = reportedCount >= classified.toReport.length;
	const isWholeReading = isWholeReadingDue(memory, now);
	const branches = branchesAfter(memory, reading, { areAllReported, isWholeReading });

	const mayMoveMark = areAllReported && isWholeReading && isEveryBranchRead(branches, now);
	const mark = mayMoveMark ? moveMark(memory.mark, listedRecords, now) : memory.mark;

	const reportedRecords = classified.toReport.slice(0, reportedCount);
	return {
		mark,
		known: knownAfter(memory.known, classified, reportedRecords),
		lastWholeReadingAt: wholeReadingAfter(memory, mark, { isWholeReading, now }),
		branches,
	};
}

/** Adds the records that the trigger has come across. */
function knownAfter(
	before: KnownRecords,
	classified: ClassifiedRecords,
	reportedRecords: readonly ListedRecord[],
): KnownRecords {
	const known = before.copy();
	for (const { id } of classified.toReport) known.forget(id);
	for (const { id } of reportedRecords) known.addReported(id);
	for (const { id } of classified.earlier) known.addReported(id);
	for (const { id } of classified.unwanted) known.addUnwanted(id);
	for (const { id } of classified.ofOtherBranch) known.addOfOtherBranch(id);
	return known;
}

function branchesAfter(
	memory: RecordsMemory,
	{ lists, now }: Reading,
	{ areAllReported, isWholeReading }: { areAllReported: boolean; isWholeReading: boolean },
): RecordsMemory['branches'] {
	const branches = new Map<number, BranchMemory>();
	for (const [branch, before] of memory.branches) {
		const list = lists.get(branch);
		// While records of the list are still to be reported, the list must be read again, even if it
		// does not grow.
		const total = areAllReported ? list?.total : undefined;

		const couldNotBeRead = list === undefined || (isWholeReading && !list.isComplete);
		if (couldNotBeRead) {
			branches.set(branch, { ...before, unreadSince: before.unreadSince ?? now });
		} else if (list.isComplete) {
			branches.set(branch, { total, wasAddedLater: false });
		} else {
			// The first pages were enough.
			branches.set(branch, { ...before, total, unreadSince: undefined });
		}
	}
	return branches;
}

/**
 * Whether all branches could be read, except those that could not be read for so long that the mark
 * does not wait for them any more.
 */
function isEveryBranchRead(branches: RecordsMemory['branches'], now: number): boolean {
	return [...branches.values()].every(
		({ unreadSince }) => unreadSince === undefined || now - unreadSince >= PATIENCE_MS,
	);
}

/** Whether all lists are to be read whole in this poll. */
export function isWholeReadingDue({ lastWholeReadingAt }: RecordsMemory, now: number): boolean {
	if (lastWholeReadingAt === undefined) return true;

	// The clock of n8n may have been set back.
	const passedMs = Math.abs(now - lastWholeReadingAt);
	return passedMs >= WHOLE_READING_MS;
}

function wholeReadingAfter(
	memory: RecordsMemory,
	mark: Mark,
	{ isWholeReading, now }: { isWholeReading: boolean; now: number },
): number | undefined {
	// Lists from another day on have other totals, so they are read whole once more.
	const haveTotalsChanged = mark.since !== memory.mark.since;
	if (haveTotalsChanged) return undefined;

	return isWholeReading ? now : memory.lastWholeReadingAt;
}

// ---------------------------------------------------------------- the mark

/** Moves the mark to the last record that is old enough, but never back. */
function moveMark(mark: Mark, listedRecords: readonly ListedRecord[], now: number): Mark {
	const lastOldRecord = findLastOldRecord(listedRecords, now);
	if (lastOldRecord === undefined || lastOldRecord.id <= mark.id) return mark;

	return makeMark(lastOldRecord);
}

/**
 * Finds the last record that was created at least two days ago. AlfaCRM's present time is that of
 * the newest record, or that of n8n's clock in the time zone that is furthest behind, whichever is
 * later.
 */
function findLastOldRecord(
	listedRecords: readonly ListedRecord[],
	now: number,
): ListedRecord | undefined {
	const datedRecords = listedRecords.filter(({ createdAt }) => createdAt !== '');
	const newestTime = datedRecords.at(-1)?.createdAt ?? '';
	const presentTime = latest(newestTime, hoursAfter(utcTimeAt(now), -ZONES_HOURS));
	const twoDaysAgo = hoursAfter(presentTime, -LATE_HOURS);
	return datedRecords.filter(({ createdAt }) => createdAt <= twoDaysAgo).at(-1);
}

/**
 * Makes a mark of a record. Lists are asked for from the day before on, because the clock of
 * another branch may be behind, so that a record with a higher ID shows the day before.
 */
function makeMark({ id, createdAt }: Pick<ListedRecord, 'createdAt' | 'id'>): Mark {
	return { id, since: daysAfter(dayOf(createdAt), -1) };
}

/**
 * Whether lists from a day on certainly hold all records that are newer than a record.
 *
 * @param record undefined if there are fewer records than needed
 * @param firstDay `yyyy-mm-dd`; empty for lists of all records
 */
export function doListsReachBackTo(record: ListedRecord | undefined, firstDay: string): boolean {
	if (record === undefined) return false;

	return record.createdAt === '' || makeMark(record).since >= firstDay;
}

// ---------------------------------------------------------------- known records

/** Makes a function that tells whether the trigger has never come across a record. */
export function makeUnknownTest(memory: RecordsMemory): (row: IDataObject) => boolean {
	return (row) => readIdOrZero(row) > memory.mark.id && !memory.known.has(readIdOrZero(row));
}
