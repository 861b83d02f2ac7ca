import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { dotted } from '../../../values/formats';
import type {
	EventSource,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { DeadlineGoal, readEachBranch, isOfOtherBranch, readSmallPage } from '../../eventSource';
import { utcDayAt } from '../../stamps';
import { DayRangeSearch } from './dayRange';
import type { ListedRecord } from './newRecordsState';
import {
	combineLists,
	findNewRecords,
	isWholeReadingDue,
	makeUnknownTest,
	doListsReachBackTo,
	takeBaseline,
} from './newRecordsState';
import { AllNewRecordsGoal, RowLimitGoal } from './readingGoals';
import type { RecordsMemory, RecordsState } from './recordsMemory';
import { checkRecordsState, restoreMemory } from './recordsMemory';

/** The newest records of all branches. */
interface NewestRecords extends Samples {
	/** The newest of all listed records, unwanted ones included; undefined if there is none. */
	newestListed: ListedRecord | undefined;
	/** What went wrong, by branch. */
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
	 * @param body what the list is asked for
	 * @param isWanted whether the filters let a record pass
	 */
	constructor(
		private readonly list: Pick<ListQuery, 'path' | 'task'>,
		private readonly body: IDataObject,
		private readonly isWanted: (row: IDataObject) => boolean,
	) {}

	async poll(request: PollRequest, stored: unknown): Promise<PollResult> {
		if (stored === undefined) return await this.pollFirst(request);

		const memory = restoreMemory(stored as RecordsState, request);
		const readBranch = async (branch: number) => await this.readBranch(request, branch, memory);
		const { found: lists, failures } = await readEachBranch(request.branches, readBranch);

		return { failures, ...findNewRecords(memory, { request, lists, isWanted: this.isWanted }) };
	}

	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { records, isComplete } = await this.findNewest(request, count);
		return { records: records.slice(-count), isComplete };
	}

	/**
	 * Takes the baseline, and reports as many of the newest records as 'Start With Newest' asks for.
	 */
	private async pollFirst(request: PollRequest): Promise<PollResult> {
		const { now, startWith } = request;
		// Without a deadline: a record that is not read now would be reported by a later poll.
		const endlessRequest = { ...request, deadline: Infinity };
		const newest = await this.findNewest(endlessRequest, startWith);

		const baseline = takeBaseline(request, newest.newestListed, newest.failures, utcDayAt(now));
		return {
			records: startWith === 0 ? [] : newest.records.slice(-startWith),
			failures: newest.failures,
			stateAfter: () => baseline,
		};
	}

	// ---------------------------------------------------------------- the newest records

	/**
	 * Finds the newest records, at least `count` of which are wanted. It asks for the records of the
	 * last two days, and then for more days or fewer, until the lists have enough records and are not
	 * much longer than needed.
	 */
	private async findNewest(request: SampleRequest, count: number): Promise<NewestRecords> {
		const range = new DayRangeSearch();
		// The search ends at the latest when it asks for all records.
		for (;;) {
			const firstDay = range.getFirstDay(utcDayAt(request.now));
			const { mostRows } = range;
			const { found: lists, failures } = await this.readFrom(firstDay, mostRows, request);
			const isLate = Date.now() >= request.deadline;

			const isTooLong = [...lists.values()].some((list) => wasLeftUnread(list, mostRows));
			if (isTooLong && !isLate) {
				range.takeFewerDays();
				continue;
			}

			const listed = combineLists(lists);
			const records = listed.filter((record) => this.isWantedHere(record));
			const newestListed = listed.at(-1);
			const areAllListed = firstDay === '';
			// The baseline alone needs only the newest record.
			const oldestNeeded = count === 0 ? newestListed : records.at(-count);
			if (areAllListed || isLate || doListsReachBackTo(oldestNeeded, firstDay)) {
				return { records, newestListed, failures, isComplete: areAllListed && !isLate };
			}
			range.takeMoreDays();
		}
	}

	/**
	 * Reads the records that were created from a day on in all branches. A list with more than
	 * `mostRows` rows is left after its first page.
	 */
	private async readFrom(
		firstDay: string,
		mostRows: number,
		{ branches, deadline, reader }: SampleRequest,
	): Promise<{ found: Map<number, Collected>; failures: Map<number, unknown> }> {
		return await readEachBranch(branches, async (branch) => {
			const goal = new DeadlineGoal(deadline, new RowLimitGoal(mostRows));
			return await reader.collect(this.makeList(branch, firstDay), { goal });
		});
	}

	private isWantedHere(record: ListedRecord): boolean {
		return !isOfOtherBranch(record) && this.isWanted(record.row);
	}

	// ---------------------------------------------------------------- later polls

	/**
	 * Reads the list of a branch. Stops after its first pages if they show as many unknown records as
	 * AlfaCRM's count of the list has grown by since the last poll.
	 *
	 * Most polls find nothing new, or little, so a small page 0 is read first. If it is not enough,
	 * reading starts again with large pages, because page numbers depend on the size of the pages.
	 */
	private async readBranch(
		{ now, reader }: PollRequest,
		branch: number,
		memory: RecordsMemory,
	): Promise<Collected> {
		const list = this.makeList(branch, memory.mark.firstDay);
		const totalBefore = memory.branches.get(branch)?.total;
		if (isWholeReadingDue(memory, now) || totalBefore === undefined) {
			return await reader.collect(list, {});
		}

		const isUnknown = makeUnknownTest(memory);
		const smallPage = await readSmallPage(reader, list);
		const smallPageGoal = new AllNewRecordsGoal(isUnknown, totalBefore);
		smallPageGoal.add(smallPage);
		if (smallPageGoal.isReached() || smallPage.isComplete) return smallPage;

		// A new goal, because the large pages show the records of the small page again.
		const largePagesGoal = new AllNewRecordsGoal(isUnknown, totalBefore);
		return await reader.collect(list, { goal: largePagesGoal });
	}

	/**
	 * Makes the call for the records of a branch that were created from a day on.
	 *
	 * @param firstDay `yyyy-mm-dd`; empty for all records
	 */
	private makeList(branch: number, firstDay: string): ListQuery {
		const createdFrom = firstDay === '' ? {} : { created_at_from: dotted(firstDay) };
		return { ...this.list, branch, body: { ...this.body, ...createdFrom } };
	}
}

/** Whether a list was not read to its end, because it has too many rows. */
function wasLeftUnread({ isComplete, total = 0 }: Collected, mostRows: number): boolean {
	return !isComplete && total > mostRows;
}
