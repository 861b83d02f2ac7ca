import type { IDataObject } from 'n8n-workflow';

import type { Collected, ReadingGoal } from '../../../api/list';
import type { ListQuery, Page } from '../../../api/pages';
import { daysAfter, dotted } from '../../../values/formats';
import type {
	EventSource,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { DeadlineGoal, readEachBranch, isOfOtherBranch, readSmallPage } from '../../eventSource';
import { utcDayAt } from '../../stamps';
import type { ListedRecord, RecordsState } from './newRecordsState';
import {
	checkRecordsState,
	isWholeDue,
	listedIn,
	makeUnknownTest,
	markAt,
	step,
	takeBaseline,
	withSettings,
} from './newRecordsState';

/** The search for the newest records begins with those of the last two days. */
const FIRST_DAYS = 2;

/** A search over so many days asks for all records. */
const ALL_DAYS = 8_192;

/** A list with more rows is not read to its end, as long as fewer days may be enough. */
const ENOUGH_ROWS = 200;

/** The newest records of all branches. */
interface NewestRecords extends Samples {
	/** All records that were listed, unwanted ones included, the lowest ID first. */
	listed: ListedRecord[];
	failures: PollResult['failures'];
}

/**
 * Finds new records by the list of an entity. The list can be asked for records from a day of
 * creation on. API notes 5.3 and 5.16.
 *
 * This file reads the lists. `newRecordsState.ts` decides what is new.
 */
export class NewRecords implements EventSource {
	readonly checkState = checkRecordsState;

	/**
	 * @param body what the list is asked for
	 * @param wants tells whether the filters let a record pass
	 */
	constructor(
		private readonly list: Pick<ListQuery, 'path' | 'task'>,
		private readonly body: IDataObject,
		private readonly wants: (row: IDataObject) => boolean,
	) {}

	async poll(request: PollRequest, storedState: unknown): Promise<PollResult> {
		if (storedState === undefined) return await this.pollFirst(request);

		const state = withSettings(storedState as RecordsState, request);
		const { found: snapshots, failures } = await readEachBranch(
			request.branches,
			async (branch) => await this.readBranch(request, branch, state),
		);
		return { failures, ...step(state, snapshots, this.wants, request.now) };
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
		const { listed, records, failures } = await this.findNewest(endlessRequest, startWith);

		const baseline = takeBaseline(request, listed.at(-1), failures, utcDayAt(now));
		return {
			records: startWith === 0 ? [] : records.slice(-startWith),
			failures,
			stateAfter: () => baseline,
		};
	}

	/**
	 * Finds the newest records, at least `count` of which are wanted. Their number a day is not
	 * known. So the search asks for the last two days, then for four times as many, and for fewer
	 * again where a list turns out to be much longer than needed.
	 */
	private async findNewest(request: SampleRequest, count: number): Promise<NewestRecords> {
		const { deadline, now } = request;
		const isLate = () => Date.now() >= deadline;
		const range = new DayRange();
		for (;;) {
			const since = range.days < ALL_DAYS ? daysAfter(utcDayAt(now), -range.days) : '';
			const { found: lists, failures } = await this.readSince(request, since, range.mostRows);
			const isTooLong = ({ isComplete, total = 0 }: Collected) =>
				!isComplete && total > range.mostRows;
			if (!isLate() && [...lists.values()].some(isTooLong)) {
				range.takeFewerDays();
				continue;
			}

			const listed = listedIn(lists);
			const records = listed.filter((record) => !isOfOtherBranch(record) && this.wants(record.row));
			const areAllListed = since === '';
			const isEnough = reachesBack(count === 0 ? listed.at(-1) : records.at(-count), since);
			if (isEnough || areAllListed || isLate()) {
				return { listed, records, failures, isComplete: areAllListed && !isLate() };
			}
			range.takeMoreDays();
		}
	}

	private async readSince(
		{ branches, deadline, reader }: SampleRequest,
		since: string,
		mostRows: number,
	): Promise<{ found: Map<number, Collected>; failures: Map<number, unknown> }> {
		return await readEachBranch(branches, async (branch) => {
			const goal = new DeadlineGoal(deadline, new TooLongListGoal(mostRows));
			return await reader.collect(this.listOf(branch, since), { goal });
		});
	}

	/**
	 * Reads the list of a branch, or only its first pages if they show as many unknown records as the
	 * total has grown by.
	 *
	 * Most polls find nothing new, or little, so a small page 0 is read first. If it is not enough,
	 * reading starts again with large pages, because page numbers depend on the size of the pages.
	 */
	private async readBranch(
		{ now, reader }: PollRequest,
		branch: number,
		state: RecordsState,
	): Promise<Collected> {
		const list = this.listOf(branch, state.since);
		const { total } = state.branches[branch];
		if (isWholeDue(state, now) || total === undefined) return await reader.collect(list, {});

		const isUnknown = makeUnknownTest(state);
		const smallPage = await readSmallPage(reader, list);
		const smallPageGoal = new GrowthGoal(isUnknown, total);
		smallPageGoal.add(smallPage);
		if (smallPageGoal.isReached() || smallPage.isComplete) return smallPage;

		return await reader.collect(list, { goal: new GrowthGoal(isUnknown, total) });
	}

	/** @param since `yyyy-mm-dd`; empty for all records */
	private listOf(branch: number, since: string): ListQuery {
		const createdFrom = since === '' ? {} : { created_at_from: dotted(since) };
		return { ...this.list, branch, body: { ...this.body, ...createdFrom } };
	}
}

/**
 * Tells whether lists from a day on certainly hold all records that are newer than `oldest`. Where
 * the clock of a branch is slow, a record with a higher ID may show the day before.
 *
 * @param oldest the oldest record that is needed; undefined if there are not enough
 */
function reachesBack(oldest: ListedRecord | undefined, since: string): boolean {
	if (oldest === undefined) return false;

	return oldest.createdAt === '' || markAt(oldest).since >= since;
}

/** Searches for a number of days that has enough records, and not many more. */
class DayRange {
	days = FIRST_DAYS;
	/** So many days had too few records. */
	private tooFew = 0;
	/** So many days had too many. */
	private tooMany = Infinity;
	private enoughRows = ENOUGH_ROWS;

	/** How many rows a list may have; any number if there is no number of days left to try. */
	get mostRows(): number {
		return this.tooMany - this.tooFew > 1 ? this.enoughRows : Infinity;
	}

	takeFewerDays(): void {
		this.tooMany = this.days;
		this.chooseDays();
	}

	takeMoreDays(): void {
		this.tooFew = this.days;
		if (this.tooFew >= this.tooMany) {
			// One more day has too many records, as after an import, and without it there are too few.
			this.tooMany = Infinity;
			this.enoughRows *= 4;
		}
		this.chooseDays();
	}

	private chooseDays(): void {
		this.days =
			this.tooMany === Infinity ? this.days * 4 : Math.ceil((this.tooFew + this.tooMany) / 2);
	}
}

/** Is reached when a list turns out to have more rows than are worth reading. */
class TooLongListGoal implements ReadingGoal {
	private total = 0;

	constructor(private readonly mostRows: number) {}

	add({ total = 0 }: Page): void {
		this.total = total;
	}

	isReached(): boolean {
		return this.total > this.mostRows;
	}
}

/** Is reached with as many unknown records as the list has grown by: then there are no others. */
class GrowthGoal implements ReadingGoal {
	private unknownCount = 0;
	private total?: number;

	/** @param totalBefore how many records the list had in the last poll */
	constructor(
		private readonly isUnknown: (row: IDataObject) => boolean,
		private readonly totalBefore: number,
	) {}

	add({ rows, total }: Pick<Page, 'rows' | 'total'>): void {
		this.unknownCount += rows.filter(this.isUnknown).length;
		this.total = total;
	}

	isReached(): boolean {
		return this.total === this.totalBefore + this.unknownCount;
	}
}
