import type { IDataObject } from 'n8n-workflow';

import type { Collected, ReadingGoal } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import { daysAfter, dotted } from '../values/formats';
import { DAY_MS, HOUR_MS } from '../values/time';
import type {
	EventSource,
	NewRecord,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from './eventSource';
import {
	byBranch,
	DeadlineGoal,
	inEach,
	isOfOtherBranch,
	mapBranches,
	placesOf,
	readSmallPage,
	recordsIn,
	rowId,
} from './eventSource';
import { idsIn, rangesOf } from './idRanges';
import { dayAt, dayOf, hoursAfter, latest, stampOf, timeAt, ZONES_HOURS } from './stamps';
import {
	checkFlag,
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from './storedShape';

/**
 * How late a record may show up: a lead that is moved into a watched branch the next day is the one
 * ordinary case.
 */
const LATE_HOURS = 48;
/** How long a branch that cannot be read is waited for. */
const PATIENCE_MS = 7 * DAY_MS;
/** How often a list of several pages is read whole, whatever its first pages and its total say. */
const WHOLE_MS = HOUR_MS;
/** Of how many days the newest records are looked for at first, and at last all. */
const [DAYS_BACK, ALL_DAYS] = [2, 8_192];
/** Where a branch has more of those days, they are looked for among fewer. */
const ENOUGH_ROWS = 200;

interface BranchState {
	/** Rows that AlfaCRM counts from that day on, where none of them is left to be reported. */
	total?: number;
	/** Since when it could not be read, n8n's time in milliseconds. */
	unreadAt?: number;
	/**
	 * It was chosen, or could be read, only after the beginning: what it holds when it is read first
	 * was there.
	 */
	isChosen?: true;
}

/** What is known of new records, as plain JSON. IDs grow with creation. */
interface RecordsState {
	/** Records up to this ID are old. */
	mark: number;
	/**
	 * The day of creation that lists are asked for, `yyyy-mm-dd`: the day before that of the mark.
	 */
	since: string;
	/**
	 * Ranges of IDs above the mark: those that were reported or there before, and those that were not
	 * wanted.
	 */
	told: string;
	unwanted: string;
	/**
	 * Ranges of IDs above the mark that belong to other branches. Totals count them, but they are
	 * reported only in a watched branch.
	 */
	foreign?: string;
	/** When all lists were last read whole, as far as they could be; n8n's time in milliseconds. */
	wholeAt?: number;
	branches: Record<string, BranchState>;
	/** The choice of branches and the filters of the last poll. */
	scope: string;
	filters: string;
}

const checkState = makeObjectCheck<RecordsState>({
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

/** The lists of some branches as a poll read them: whole, or the first pages. */
type Snapshots = ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows' | 'total'>>;

interface ListedRecord extends NewRecord {
	id: number;
	/** As AlfaCRM shows it, in a zone of its own; '' where it cannot be read. */
	createdAt: string;
}

/** The lowest ID first. */
const listedIn = (snapshots: Snapshots): ListedRecord[] =>
	[...recordsIn(snapshots)]
		.map(([id, one]) => ({ ...one, id, createdAt: stampOf(one.row, 'created_at') }))
		.sort((one, other) => one.id - other.id);

/** The state under the settings of this poll. */
function withSettings(
	{ branches: before, told, unwanted, ...state }: RecordsState,
	{ branches, filters, scope }: PollRequest,
): RecordsState {
	const added: BranchState = scope === state.scope ? {} : { isChosen: true };
	// Who was not wanted by then is old.
	const ids =
		filters === state.filters ? { told, unwanted } : { told: `${told},${unwanted}`, unwanted: '' };
	const watched = byBranch(branches, (branch) => before[branch] ?? added);
	return { ...state, ...ids, branches: watched, scope, filters };
}

/**
 * One poll: what is new, the lowest ID first, and what is known once so many of it were reported.
 */
function step(
	state: RecordsState,
	snapshots: Snapshots,
	wants: (row: IDataObject) => boolean,
	now: number,
): Pick<PollResult, 'stateAfter' | 'records'> {
	const told = idsIn(state.told);
	const listed = listedIn(snapshots);
	const unknown = listed.filter(({ id }) => id > state.mark && !told.has(id));
	// A branch that was chosen a moment ago lists old records. A record counts as new if a branch
	// that was watched before lists it too.
	const isOld = (branch: number) => !(branch in state.branches) || state.branches[branch].isChosen;
	const own = unknown.filter((one) => !isOfOtherBranch(one));
	const isNoted = (one: NewRecord) => placesOf(one).every(isOld);
	const noted = own.filter(isNoted);
	const records = own.filter((one) => !isNoted(one) && wants(one.row));
	const foreign = idsIn(state.foreign ?? '');
	for (const { id } of unknown) foreign.add(id);
	const unwanted = idsIn(state.unwanted);
	for (const { id } of own) {
		foreign.delete(id);
		unwanted.add(id);
	}
	for (const { id } of records) unwanted.delete(id);
	return {
		records,
		stateAfter: (taken) => {
			const isDone = taken >= records.length;
			const isWhole = isWholeDue(state, now);
			const branches = branchesAfter(state, snapshots, now, isDone);
			const isRead = ({ unreadAt }: BranchState) =>
				unreadAt === undefined || now - unreadAt >= PATIENCE_MS;
			const isOver = isDone && isWhole && Object.values(branches).every(isRead);
			const last = isOver ? lastOld(listed, now) : undefined;
			const { mark, since } = last && last.id > state.mark ? markAt(last) : state;
			const above = (ids: number[]) => rangesOf(ids.filter((id) => id > mark));
			const known = [...noted, ...records.slice(0, taken)].map(({ id }) => id);
			return {
				...state,
				mark,
				since,
				told: above([...told, ...known]),
				unwanted: above([...unwanted]),
				foreign: above([...foreign]) || undefined,
				// Another day's list has another total.
				wholeAt: since !== state.since ? undefined : isWhole ? now : state.wholeAt,
				branches,
			};
		},
	};
}

/**
 * The last record that was created two days ago. The newest one tells AlfaCRM's time, or n8n's
 * clock, which may be in another zone.
 */
function lastOld(listed: readonly ListedRecord[], now: number): ListedRecord | undefined {
	const dated = listed.filter(({ createdAt }) => createdAt !== '');
	const time = latest(dated.at(-1)?.createdAt ?? '', hoursAfter(timeAt(now), -ZONES_HOURS));
	const twoDaysAgo = hoursAfter(time, -LATE_HOURS);
	return dated.filter(({ createdAt }) => createdAt <= twoDaysAgo).at(-1);
}

const markAt = ({ id, createdAt }: Pick<ListedRecord, 'createdAt' | 'id'>) => ({
	mark: id,
	since: daysAfter(dayOf(createdAt), -1),
});

function branchesAfter(
	state: RecordsState,
	snapshots: Snapshots,
	now: number,
	isDone: boolean,
): RecordsState['branches'] {
	return mapBranches(state.branches, (before, branch) => {
		const { isComplete, total } = snapshots.get(branch) ?? {};
		const left = { total: isDone ? total : undefined };
		if (isComplete) return left;
		// Of a list whose first pages were enough, nothing else is known than before.
		const isUnread = isWholeDue(state, now) || !snapshots.has(branch);
		return isUnread
			? { ...before, unreadAt: before.unreadAt ?? now }
			: { ...before, ...left, unreadAt: undefined };
	});
}

/** Makes a function that tells whether the trigger has never come across a record. */
function makeUnknownTest({
	mark,
	told,
	unwanted,
	foreign,
}: RecordsState): (row: IDataObject) => boolean {
	const known = idsIn([told, unwanted, foreign].join());
	return (row) => rowId(row) > mark && !known.has(rowId(row));
}

/** All lists are read whole in one poll, for the mark moves only then. */
const isWholeDue = ({ wholeAt = 0 }: RecordsState, now: number): boolean =>
	Math.abs(now - wholeAt) >= WHOLE_MS;

/**
 * Tells new records by the list of an entity, which can be asked for a day of creation.
 * API notes 5.3 and 5.16.
 */
export class NewRecords implements EventSource {
	readonly checkState = checkState;

	/**
	 * @param body what the list is asked for
	 * @param wants whether a record is to be reported
	 */
	constructor(
		private readonly list: Pick<ListQuery, 'path' | 'task'>,
		private readonly body: IDataObject,
		private readonly wants: (row: IDataObject) => boolean,
	) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		if (before === undefined) return await this.first(request);
		const state = withSettings(before as RecordsState, request);
		const { found, failures } = await inEach(
			request.branches,
			async (branch) => await this.read(request, branch, state),
		);
		return { failures, ...step(state, found, this.wants, request.now) };
	}

	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { records, isComplete } = await this.newest(request, count);
		return { records: records.slice(-count), isComplete };
	}

	/** All up to the newest record is old. */
	private async first(request: PollRequest): Promise<PollResult> {
		const { branches, filters, now, scope, startWith } = request;
		// A newer record that is not read now would be reported by a later poll.
		const { all, records, failures } = await this.newest(
			{ ...request, deadline: Infinity },
			startWith,
		);
		const { id = 0, createdAt = '' } = all.at(-1) ?? {};
		const state: RecordsState = {
			...markAt({ id, createdAt: createdAt || dayAt(now) }),
			told: '',
			unwanted: '',
			branches: byBranch(branches, (branch) => (failures.has(branch) ? { isChosen: true } : {})),
			scope,
			filters,
		};
		return {
			records: startWith === 0 ? [] : records.slice(-startWith),
			failures,
			stateAfter: () => state,
		};
	}

	/**
	 * The newest records, so many of them wanted: of so many days that there are enough, and not many
	 * more.
	 */
	private async newest(
		request: SampleRequest,
		count: number,
	): Promise<Samples & { all: ListedRecord[]; failures: PollResult['failures'] }> {
		const { branches, deadline, now, reader } = request;
		let [tooFew, tooMany, days, enough] = [0, Infinity, DAYS_BACK, ENOUGH_ROWS];
		for (;;) {
			const since = days < ALL_DAYS ? daysAfter(dayAt(now), -days) : '';
			const isLate = () => Date.now() >= deadline;
			const mostRows = tooMany - tooFew > 1 ? enough : Infinity;
			const isMany = ({ total = 0 }: Pick<Collected, 'total'>) => total > mostRows;
			const { found, failures } = await inEach(branches, async (branch) => {
				const goal = new DeadlineGoal(deadline, new TooLongListGoal(mostRows));
				return await reader.collect(this.listOf(branch, since), { goal });
			});
			if (!isLate() && [...found.values()].some((one) => !one.isComplete && isMany(one)))
				tooMany = days;
			else {
				const all = listedIn(found);
				const records = all.filter((record) => !isOfOtherBranch(record) && this.wants(record.row));
				const oldest = count === 0 ? all.at(-1) : records.at(-count);
				// Where the clock of a branch is slow, one with a higher ID may show the day before.
				const isEnough =
					oldest !== undefined && (oldest.createdAt === '' || markAt(oldest).since >= since);
				const isAll = since === '';
				if (isEnough || isAll || isLate())
					return { all, records, failures, isComplete: isAll && !isLate() };
				tooFew = days;
				// An import: a day more has too many, and they are not enough.
				if (tooFew >= tooMany) [tooMany, enough] = [Infinity, enough * 4];
			}
			days = tooMany === Infinity ? days * 4 : Math.ceil((tooFew + tooMany) / 2);
		}
	}

	/**
	 * Reads the list of a branch, or only its first pages if they show as many unknown records as the
	 * total has grown by.
	 *
	 * Most polls find nothing new, or little, so a small page 0 is read first. If it is not enough,
	 * reading starts again with large pages, because page numbers depend on the size of the pages.
	 */
	private async read(
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

	private listOf(branch: number, since: string): ListQuery {
		const created = since === '' ? {} : { created_at_from: dotted(since) };
		return { ...this.list, branch, body: { ...this.body, ...created } };
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
