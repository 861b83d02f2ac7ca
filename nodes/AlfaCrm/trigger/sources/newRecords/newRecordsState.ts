import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../../../api/list';
import { daysAfter } from '../../../values/formats';
import { DAY_MS, HOUR_MS } from '../../../values/time';
import type { NewRecord, PollRequest, PollResult } from '../../eventSource';
import {
	makeBranchStates,
	isOfOtherBranch,
	mapBranchStates,
	listBranchesOf,
	joinBranchLists,
	rowId,
} from '../../eventSource';
import { idsIn, rangesOf } from '../../idRanges';
import { dayOf, hoursAfter, latest, readStamp, utcTimeAt, ZONES_HOURS } from '../../stamps';
import {
	checkFlag,
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';

/**
 * Decides which records are new. It reads nothing from AlfaCRM: `newRecords.ts` does.
 *
 * - **Baseline.** The first poll takes every record that is there as already reported.
 * - **Mark.** IDs grow with each new record. Records up to the ID of the mark are old, and are not
 *   looked at any more. The mark moves on to the last record that was created two days ago. So a
 *   record that shows up late, such as a lead that was moved into a watched branch a day later, is
 *   still above the mark.
 * - **Above the mark**, the state remembers the IDs of all records that the trigger has come
 *   across: reported ones, unwanted ones (which the filters left out), and those of other branches.
 * - **Whole reading.** Once an hour all lists are read whole, and only then the mark moves. In
 *   between, the first pages are enough.
 */

/** A record may show up this much later than it was created. */
const LATE_HOURS = 48;

/** For a branch that cannot be read, the mark waits this long. */
const PATIENCE_MS = 7 * DAY_MS;

/** All lists are read whole this often. */
const WHOLE_MS = HOUR_MS;

/** What is remembered of a branch. Workflows store these names. */
interface BranchState {
	/**
	 * How many rows AlfaCRM counts from the day of `since` on. Undefined while some of them are still
	 * to be reported.
	 */
	total?: number;
	/** Since when the branch could not be read, by n8n's clock in milliseconds. */
	unreadAt?: number;
	/**
	 * The branch was chosen, or could be read, only after the first poll. The records that its first
	 * reading shows are not reported, because they were there before.
	 */
	isChosen?: true;
}

/** What is remembered of new records, as plain JSON. Workflows store these names. */
export interface RecordsState {
	/** Records up to this ID are old. */
	mark: number;
	/**
	 * The day before the creation of the mark, `yyyy-mm-dd`. Lists are asked for from this day on.
	 */
	since: string;
	/** Ranges of IDs above the mark: records that were reported, or that were there before. */
	told: string;
	/** Ranges of IDs above the mark: records that the filters left out. */
	unwanted: string;
	/**
	 * Ranges of IDs above the mark: records of other branches. Totals count them, but they are
	 * reported only if they come into a watched branch.
	 */
	foreign?: string;
	/** When all readable lists were last read whole, by n8n's clock in milliseconds. */
	wholeAt?: number;
	/** The state of each watched branch, by its ID. */
	branches: Record<string, BranchState>;
	/** Identifies the chosen branches and the filters of the last poll. */
	scope: string;
	filters: string;
}

export const checkRecordsState = makeObjectCheck<RecordsState>({
	mark: checkNumber,
	since: checkText,
	told: checkText,
	unwanted: checkText,
	foreign: makeOptional(checkText),
	wholeAt: makeOptional(checkNumber),
	branches: makeRecordCheck(
		makeObjectCheck<BranchState>({
			total: makeOptional(checkNumber),
			unreadAt: makeOptional(checkNumber),
			isChosen: makeOptional(checkFlag),
		}),
	),
	scope: checkText,
	filters: checkText,
});

/** The lists of branches as a poll has read them: whole, or the first pages. */
type Snapshots = ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows' | 'total'>>;

export interface ListedRecord extends NewRecord {
	id: number;
	/** The time as AlfaCRM shows it, in an unknown time zone; empty if it cannot be read. */
	createdAt: string;
}

// ---------------------------------------------------------------- the first poll

/**
 * Takes a baseline: every record up to the newest one counts as already reported.
 *
 * @param newest the newest record that is there, if there is any
 * @param failedBranches the branches that could not be read
 * @param today `yyyy-mm-dd`
 */
export function takeBaseline(
	{ branches, filters, scope }: PollRequest,
	newest: ListedRecord | undefined,
	failedBranches: ReadonlyMap<number, unknown>,
	today: string,
): RecordsState {
	const { id = 0, createdAt = '' } = newest ?? {};
	return {
		...markAt({ id, createdAt: createdAt || today }),
		told: '',
		unwanted: '',
		branches: makeBranchStates(branches, (branch) =>
			failedBranches.has(branch) ? { isChosen: true } : {},
		),
		scope,
		filters,
	};
}

// ---------------------------------------------------------------- later polls

/** Adapts the state to the settings of this poll. */
export function withSettings(
	state: RecordsState,
	{ branches, filters, scope }: PollRequest,
): RecordsState {
	const stateOfAddedBranch: BranchState = scope === state.scope ? {} : { isChosen: true };
	const watchedBranches = makeBranchStates(
		branches,
		(branch) => state.branches[branch] ?? stateOfAddedBranch,
	);

	// Records that the old filters left out are not reported under new filters.
	const haveFiltersChanged = filters !== state.filters;
	const told = haveFiltersChanged ? `${state.told},${state.unwanted}` : state.told;
	const unwanted = haveFiltersChanged ? '' : state.unwanted;
	return { ...state, told, unwanted, branches: watchedBranches, scope, filters };
}

/**
 * Decides which of the listed records are new.
 *
 * @param snapshots the lists of the branches that could be read
 * @param wants tells whether the filters let a record pass
 * @param now by n8n's clock in milliseconds
 * @returns the new records, the lowest ID first, and the state after so many of them were reported
 */
export function step(
	state: RecordsState,
	snapshots: Snapshots,
	wants: (row: IDataObject) => boolean,
	now: number,
): Pick<PollResult, 'stateAfter' | 'records'> {
	const toldIds = idsIn(state.told);
	const listed = listedIn(snapshots);
	const unknownRecords = listed.filter(({ id }) => id > state.mark && !toldIds.has(id));
	const ownRecords = unknownRecords.filter((record) => !isOfOtherBranch(record));

	const wasThereBefore = makeEarlierTest(state);
	const earlierRecords = ownRecords.filter(wasThereBefore);
	const records = ownRecords.filter((record) => !wasThereBefore(record) && wants(record.row));
	const { unwantedIds, foreignIds } = sortOut(state, { unknownRecords, ownRecords, records });

	const stateAfter = (reportedCount: number): RecordsState => {
		const isAllReported = reportedCount >= records.length;
		const isWhole = isWholeDue(state, now);
		const branches = branchesAfter(state, snapshots, now, { isAllReported });
		const mayMoveMark = isAllReported && isWhole && areAllRead(branches, now);
		const { mark, since } = mayMoveMark ? moveMark(state, listed, now) : state;

		const aboveMark = (ids: Iterable<number>) => rangesOf([...ids].filter((id) => id > mark));
		const reportedRecords = [...earlierRecords, ...records.slice(0, reportedCount)];
		return {
			...state,
			mark,
			since,
			told: aboveMark([...toldIds, ...reportedRecords.map(({ id }) => id)]),
			unwanted: aboveMark(unwantedIds),
			foreign: aboveMark(foreignIds) || undefined,
			wholeAt: wholeAtAfter(state, { since, isWhole, now }),
			branches,
		};
	};
	return { records, stateAfter };
}

/** Returns the records of all lists, the lowest ID first. */
export const listedIn = (snapshots: Snapshots): ListedRecord[] =>
	[...joinBranchLists(snapshots)]
		.map(([id, record]) => ({ ...record, id, createdAt: readStamp(record.row, 'created_at') }))
		.sort((a, b) => a.id - b.id);

/**
 * Makes a function that tells whether a record was there before its branch was watched. A record
 * counts as new if a branch that was watched before shows it too.
 */
function makeEarlierTest({ branches }: RecordsState): (record: NewRecord) => boolean {
	const isNewlyWatched = (branch: number) => !(branch in branches) || branches[branch].isChosen;
	return (record) => listBranchesOf(record).every(isNewlyWatched);
}

interface SortedRecords {
	/** The records that the trigger has never come across. */
	unknownRecords: readonly ListedRecord[];
	/** Those of them that belong to a watched branch. */
	ownRecords: readonly ListedRecord[];
	/** Those of them that are to be reported. */
	records: readonly ListedRecord[];
}

/** Adds the records that are not reported to the unwanted ones or to those of other branches. */
function sortOut(
	state: RecordsState,
	{ unknownRecords, ownRecords, records }: SortedRecords,
): { unwantedIds: Set<number>; foreignIds: Set<number> } {
	const foreignIds = idsIn(state.foreign ?? '');
	for (const { id } of unknownRecords) foreignIds.add(id);

	const unwantedIds = idsIn(state.unwanted);
	for (const { id } of ownRecords) {
		foreignIds.delete(id);
		unwantedIds.add(id);
	}
	for (const { id } of records) unwantedIds.delete(id);
	return { unwantedIds, foreignIds };
}

// ---------------------------------------------------------------- branches

function branchesAfter(
	state: RecordsState,
	snapshots: Snapshots,
	now: number,
	{ isAllReported }: { isAllReported: boolean },
): RecordsState['branches'] {
	return mapBranchStates(state.branches, (branchState, branch) => {
		const { isComplete, total } = snapshots.get(branch) ?? {};
		const newTotal = { total: isAllReported ? total : undefined };
		if (isComplete) return newTotal;

		// If the first pages were enough, nothing else has become known about the branch.
		const wasUnread = isWholeDue(state, now) || !snapshots.has(branch);
		return wasUnread
			? { ...branchState, unreadAt: branchState.unreadAt ?? now }
			: { ...branchState, ...newTotal, unreadAt: undefined };
	});
}

/**
 * Tells whether all branches could be read, except those that have been unreadable for too long.
 */
function areAllRead(branches: RecordsState['branches'], now: number): boolean {
	return Object.values(branches).every(
		({ unreadAt }) => unreadAt === undefined || now - unreadAt >= PATIENCE_MS,
	);
}

/** Tells whether the lists are to be read whole. All are read whole in the same poll. */
export const isWholeDue = ({ wholeAt = 0 }: RecordsState, now: number): boolean =>
	// `Math.abs`, because the clock may have been set back.
	Math.abs(now - wholeAt) >= WHOLE_MS;

function wholeAtAfter(
	state: RecordsState,
	{ since, isWhole, now }: { since: string; isWhole: boolean; now: number },
): number | undefined {
	// Lists from another day on have other totals, so they are read whole once more.
	if (since !== state.since) return undefined;

	return isWhole ? now : state.wholeAt;
}

// ---------------------------------------------------------------- the mark

/** Moves the mark to the last record that is old enough, but never back. */
function moveMark(
	state: RecordsState,
	listed: readonly ListedRecord[],
	now: number,
): Pick<RecordsState, 'mark' | 'since'> {
	const lastOldRecord = findLastOldRecord(listed, now);
	return lastOldRecord !== undefined && lastOldRecord.id > state.mark
		? markAt(lastOldRecord)
		: state;
}

/**
 * Finds the last record that was created at least two days ago. AlfaCRM's present time is that of
 * the newest record, or that of n8n's clock in the time zone that is furthest behind.
 */
function findLastOldRecord(listed: readonly ListedRecord[], now: number): ListedRecord | undefined {
	const datedRecords = listed.filter(({ createdAt }) => createdAt !== '');
	const newestTime = datedRecords.at(-1)?.createdAt ?? '';
	const presentTime = latest(newestTime, hoursAfter(utcTimeAt(now), -ZONES_HOURS));
	const twoDaysAgo = hoursAfter(presentTime, -LATE_HOURS);
	return datedRecords.filter(({ createdAt }) => createdAt <= twoDaysAgo).at(-1);
}

/** Makes a mark of a record. Lists are asked for from the day before on. */
export const markAt = ({
	id,
	createdAt,
}: Pick<ListedRecord, 'createdAt' | 'id'>): Pick<RecordsState, 'mark' | 'since'> => ({
	mark: id,
	since: daysAfter(dayOf(createdAt), -1),
});

/** Makes a function that tells whether the trigger has never come across a record. */
export function makeUnknownTest({
	mark,
	told,
	unwanted,
	foreign,
}: RecordsState): (row: IDataObject) => boolean {
	const knownIds = idsIn([told, unwanted, foreign].join());
	return (row) => rowId(row) > mark && !knownIds.has(rowId(row));
}
