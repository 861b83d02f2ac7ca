import type { IDataObject } from 'n8n-workflow';

import type { Collected, ListReader } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { dotted } from '../../../values/formats';
import type {
	EventSource,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { StopAtDeadline, readEachBranch, isOfOtherBranch, readSmallPage } from '../../eventSource';
import { writeUtcDay } from '../../stamps';
import { DayRangeSearch } from './dayRangeSearch';
import type { ListedRecord } from './newRecordsState';
import {
	combineLists,
	findNewRecords,
	isWholeReadingDue,
	makeUnknownTest,
	doListsReachBackTo,
	takeBaseline,
} from './newRecordsState';
import { StopAfterAllNewRecords, StopIfListIsTooLong } from './readingGoals';
import type { RecordsMemory, RecordsState } from './recordsMemory';
import { checkRecordsState, restoreMemory } from './recordsMemory';

/** The newest records of all branches. `records` has those that the trigger would report. */
interface NewestRecords extends Samples {
	/** The newest of all listed records, whether it passes the filters or not; undefined if none. */
	newestListed: ListedRecord | undefined;
	/** The errors of the branches that could not be read. */
	failures: PollResult['failures'];
}

/** The records of the last days, as the lists of all branches show them. */
interface DaysReading {
	/** The first of the days, `yyyy-mm-dd`; empty for all records. */
	firstDay: string;
	/** The records of all lists, the lowest ID first. */
	listedRecords: ListedRecord[];
	/** Whether a list was not read to its end, because it has too many rows. */
	isTooLong: boolean;
	/** Whether the deadline is over. Then the lists may have been read only in part. */
	isLate: boolean;
	/** The errors of the branches that could not be read. */
	failures: PollResult['failures'];
}

/**
 * Reports new records by the list of an entity. AlfaCRM can be asked for the records that were
 * created from a day on (API notes 5.3 and 5.16).
 *
 * This file reads the lists. `newRecordsState.ts` decides what is new, and explains the words.
 */
export class NewRecords implements EventSource {
	readonly checkState = checkRecordsState;

	/**
	 * @param body the filters with which AlfaCRM is asked for the list
	 * @param passesFilters whether the filters of the trigger let a record pass
	 */
	constructor(
		private readonly list: Pick<ListQuery, 'path' | 'task'>,
		private readonly body: IDataObject,
		private readonly passesFilters: (row: IDataObject) => boolean,
	) {}

	/**
	 * Reads the lists of the branches, and finds the records that are new since the last poll. The
	 * first poll, which has no stored state, takes the existing records as already reported.
	 */
	async poll(request: PollRequest, stored: unknown): Promise<PollResult> {
		const isFirstPoll = stored === undefined;
		if (isFirstPoll) return await this.pollFirst(request);

		const memory = restoreMemory(stored as RecordsState, request);
		const readBranch = async (branch: number) => await this.readBranch(request, branch, memory);
		const { results: lists, failures } = await readEachBranch(request.branches, readBranch);

		const poll = { request, lists, passesFilters: this.passesFilters };
		const { records, stateAfter } = findNewRecords(memory, poll);
		return { records, failures, stateAfter };
	}

	/** Returns the newest records that the trigger would report, for a test in the editor. */
	async readSamples(request: SampleRequest, count: number): Promise<Samples> {
		const { records, hasSeenAllRecords } = await this.findNewest(request, count);
		return { records: records.slice(-count), hasSeenAllRecords };
	}

	/**
	 * Runs the first poll. Takes all existing records as already reported. Reports only as many of the
	 * newest ones as the user has chosen in 'Start With Newest' (`firstReportCount`).
	 */
	private async pollFirst(request: PollRequest): Promise<PollResult> {
		const { now, firstReportCount } = request;
		// The first poll has no deadline. If it left a record unread, a later poll would report it as
		// a new one.
		const requestWithoutDeadline = { ...request, deadline: Infinity };
		const newest = await this.findNewest(requestWithoutDeadline, firstReportCount);

		const { failures, newestListed: newestRecord } = newest;
		const today = writeUtcDay(now);
		const firstState = takeBaseline(request, { newestRecord, failures, today });
		// `slice(-0)` would return all records.
		const recordsToReport = firstReportCount === 0 ? [] : newest.records.slice(-firstReportCount);
		// The state does not depend on how many records were reported: all existing ones count as
		// reported in any case.
		return { records: recordsToReport, failures, stateAfter: () => firstState };
	}

	// ---------------------------------------------------------------- the newest records

	/**
	 * Finds the newest records, at least `count` that the trigger would report. AlfaCRM cannot be asked
	 * for the newest ten records, only for those of the last days. So the search asks for two days
	 * first, and then for more days or fewer, until the lists show enough records, but not many more.
	 */
	private async findNewest(request: SampleRequest, count: number): Promise<NewestRecords> {
		const search = new DayRangeSearch();
		let reading = await this.readDays(search, request);
		// The search comes to an end: if nothing else is enough, it asks for all records.
		while (!reading.isLate && !this.hasEnoughRecords(reading, count)) {
			if (reading.isTooLong) {
				search.takeFewerDays();
			} else {
				search.takeMoreDays();
			}
			reading = await this.readDays(search, request);
		}

		const { failures, firstDay, isLate, listedRecords } = reading;
		const areAllDaysListed = firstDay === '';
		return {
			records: this.chooseReportable(listedRecords),
			newestListed: listedRecords.at(-1),
			failures,
			hasSeenAllRecords: areAllDaysListed && !isLate,
		};
	}

	/**
	 * Reads the records that were created in the last days, in all branches.
	 *
	 * @param search tells how many days to ask for, and how many rows a list may have. If a list has
	 * more rows, only its first page is read, and `isTooLong` is true.
	 */
	private async readDays(search: DayRangeSearch, request: SampleRequest): Promise<DaysReading> {
		const { branches, deadline, now, reader } = request;
		const { maxRows } = search;
		const firstDay = search.getFirstDay(writeUtcDay(now));

		const readBranch = async (branch: number) => {
			const query = this.makeListQuery(branch, firstDay);
			const stopIfTooLong = new StopIfListIsTooLong(maxRows);
			const goal = new StopAtDeadline(deadline, stopIfTooLong);
			return await reader.collect(query, { goal });
		};
		const { results: lists, failures } = await readEachBranch(branches, readBranch);
		const isLate = Date.now() >= deadline;

		const isTooLong = [...lists.values()].some((list) => wasTooLongToRead(list, maxRows));
		const listedRecords = combineLists(lists);
		return { firstDay, listedRecords, isTooLong, isLate, failures };
	}

	/**
	 * Whether the lists of the last days were read to their end, and show the `count` newest records
	 * that the trigger would report.
	 */
	private hasEnoughRecords(reading: DaysReading, count: number): boolean {
		const { firstDay, isTooLong, listedRecords } = reading;
		if (isTooLong) return false;

		// Lists of all days are enough in any case: there are no other records.
		const areAllDaysListed = firstDay === '';
		if (areAllDaysListed) return true;

		const oldestNeeded = this.findOldestNeeded(listedRecords, count);
		return doListsReachBackTo(oldestNeeded, firstDay);
	}

	/**
	 * Finds the oldest of the records that are needed: the `count` newest ones that the trigger would
	 * report. A first poll that reports none needs the newest record of all, because everything up to
	 * it will count as reported.
	 *
	 * @returns undefined if the lists do not show enough records
	 */
	private findOldestNeeded(
		listedRecords: readonly ListedRecord[],
		count: number,
	): ListedRecord | undefined {
		if (count === 0) return listedRecords.at(-1);

		const reportableRecords = this.chooseReportable(listedRecords);
		return reportableRecords.at(-count);
	}

	/** Chooses the records of the watched branches that the filters let pass. */
	private chooseReportable(listedRecords: readonly ListedRecord[]): ListedRecord[] {
		return listedRecords.filter(
			(record) => !isOfOtherBranch(record) && this.passesFilters(record.row),
		);
	}

	// ---------------------------------------------------------------- later polls

	/**
	 * Reads the list of a branch: once an hour to its end, in other polls only the pages that are
	 * needed to see all new records.
	 */
	private async readBranch(
		{ now, reader }: PollRequest,
		branch: number,
		memory: RecordsMemory,
	): Promise<Collected> {
		const query = this.makeListQuery(branch, memory.boundary.firstDay);
		// Without the total of the last poll, nobody can tell how many records are new.
		const totalBefore = memory.branches.get(branch)?.total;
		const mustReadToEnd = totalBefore === undefined || isWholeReadingDue(memory, now);
		if (mustReadToEnd) return await reader.collect(query, {});

		const isUnknown = makeUnknownTest(memory);
		return await readAllNewRecords(reader, query, { isUnknown, totalBefore });
	}

	/**
	 * Makes the call for the records of a branch that were created from a day on.
	 *
	 * @param firstDay `yyyy-mm-dd`; empty for all records
	 */
	private makeListQuery(branch: number, firstDay: string): ListQuery {
		const body = { ...this.body };
		if (firstDay !== '') {
			body.created_at_from = dotted(firstDay);
		}
		return { ...this.list, branch, body };
	}
}

/**
 * Reads a list until its pages have shown all new records. For example, the list had 500 records in
 * the last poll and has 503 now. So reading ends once three unknown records were shown.
 *
 * Reads a page of 20 rows first, because few records are new in most polls. If it does not show all
 * new records, reads the list again from the beginning, in large pages.
 *
 * @param isUnknown whether the trigger has never come across the record of a row
 * @param totalBefore how many records the list had in the last poll
 */
async function readAllNewRecords(
	reader: ListReader,
	query: ListQuery,
	{ isUnknown, totalBefore }: { isUnknown: (row: IDataObject) => boolean; totalBefore: number },
): Promise<Collected> {
	const smallPage = await readSmallPage(reader, query);
	const smallPageGoal = new StopAfterAllNewRecords(isUnknown, totalBefore);
	smallPageGoal.add({ newRows: smallPage.rows, total: smallPage.total });
	const showsAllNewRecords = smallPageGoal.isReached() || smallPage.isComplete;
	if (showsAllNewRecords) return smallPage;

	// The large pages show the records of the small page again, so a new goal counts them anew.
	const goal = new StopAfterAllNewRecords(isUnknown, totalBefore);
	return await reader.collect(query, { goal });
}

/** Whether a list was not read to its end, because it has too many rows. */
function wasTooLongToRead(list: Collected, maxRows: number): boolean {
	const rowCount = list.total ?? 0;
	return !list.isComplete && rowCount > maxRows;
}
