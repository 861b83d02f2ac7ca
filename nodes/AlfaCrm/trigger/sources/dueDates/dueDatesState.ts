import type { Collected } from '../../../api/list';
import type { NewRecord } from '../../eventSource';
import { isOfOtherBranch, listBranchesOf, joinBranchLists, readIdOrZero } from '../../eventSource';
import { isIntervalOver } from '../../intervals';
import {
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';
import type { DueKind } from './dueKinds';
import { KnownOccasions } from './knownOccasions';

/**
 * Decides which clients to report because something falls due, and what the trigger remembers until
 * its next poll. It reads nothing from AlfaCRM: `dueDates.ts` does.
 *
 * - An **occasion** is what falls due for one client, such as a birthday or a debt. The client's
 *   card (the record of this client) shows its value. `dueKinds.ts` explains value, level and
 *   limit.
 * - An occasion **with a day**, such as a birthday, is reported even if n8n was off on that day: it
 *   is over only when the cards have been read on a later day.
 * - An occasion **without a day**, such as a debt, ends when a card shows a level above the limit.
 *   After that, the client can have another one.
 * - The **baseline** is what was due when the trigger began. It is not reported. If a branch is
 *   added later, what is due when its cards are read for the first time belongs to the baseline,
 *   too.
 */

/**
 * The trigger makes up for this many days on which a branch could not be read, or n8n was off. What
 * fell due earlier is not reported.
 */
const MOST_DAYS_MADE_UP = 60;

/** The card of a client, and the value on it that falls due now or later. */
export interface DueRecord extends NewRecord {
	/** A number that the card shows, such as the balance. See `dueKinds.ts`. */
	value: number;
}

/** The cards that a poll has read, and the settings by which it decides whom to report. */
interface DueDatesPoll {
	kind: DueKind;
	/** The highest level at which an occasion is due. */
	highestDueLevel: number;
	/**
	 * Whether the first poll reports the occasions that fall due on its day, and all debts and other
	 * occasions without a day that are due.
	 */
	reportsAtStart: boolean;
	/** The cards of the clients, by branch; only of the branches that were read in this poll. */
	clientLists: ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows'>>;
	/** A day number in the time zone of the workflow. See `dayNumbers.ts`. */
	today: number;
	/** The time of n8n, in milliseconds. */
	now: number;
}

/**
 * Finds the clients to report because something has fallen due for them, such as a birthday or a
 * debt. They are sorted by the value on their cards, the lowest first: the earliest day, the
 * largest debt (the lowest balance), the fewest lessons left.
 *
 * @returns the clients, and `stateAfter(n)`, which makes the state to store once the first n of
 * them were reported; the next poll finds the others again
 */
export function findDueRecords(
	memory: DueDatesMemory,
	poll: DueDatesPoll,
): { records: DueRecord[]; stateAfter: (reportedCount: number) => DueState } {
	const knownOccasions = memory.knownOccasions.copy();
	const recordsToReport: DueRecord[] = [];
	for (const record of readRecords(memory, poll)) {
		const action = chooseAction(record, memory, poll);
		if (action === 'report') {
			recordsToReport.push(record);
		} else {
			updateKnownOccasions(knownOccasions, record, action);
		}
	}
	recordsToReport.sort(compareByValue);

	const decision = { records: recordsToReport, knownOccasions, branches: memory.branches };
	return {
		records: recordsToReport,
		stateAfter: (reportedCount) => makeStateAfterReporting(reportedCount, decision, poll),
	};
}

/** Compares the values of two clients; for equal values, their IDs. */
function compareByValue(a: DueRecord, b: DueRecord): number {
	const difference = a.value - b.value;
	return difference === 0 ? readIdOrZero(a.row) - readIdOrZero(b.row) : difference;
}

// ---------------------------------------------------------------- reading the values

/**
 * Reads from the cards of all clients the value that something falls due by, such as the balance or
 * the day of the next birthday. Leaves out the clients of other branches, and those whose card has
 * no value, or a day that is too long ago to be reported.
 */
function readRecords(memory: DueDatesMemory, poll: DueDatesPoll): DueRecord[] {
	const records: DueRecord[] = [];
	for (const client of joinBranchLists(poll.clientLists).values()) {
		if (isOfOtherBranch(client)) continue;

		const value = readReportableValue(client, memory, poll);
		if (value !== undefined) {
			records.push({ ...client, value });
		}
	}
	return records;
}

/**
 * Reads from a client's card the value that something falls due by: a day, such as that of the next
 * birthday, or a number, such as the balance.
 *
 * @returns undefined if the card has no value, or a day that is too long ago to be reported
 */
function readReportableValue(
	client: NewRecord,
	memory: DueDatesMemory,
	poll: DueDatesPoll,
): number | undefined {
	const lastReadingDay = findLastReadingDay(client.branches, memory, poll.today);
	const lowestValue = findLowestReportableValue(lastReadingDay, poll);
	const value = poll.kind.readValue(client.row, lowestValue);

	const isReportable = value !== undefined && value >= lowestValue;
	return isReportable ? value : undefined;
}

/**
 * Finds the day up to which the trigger has read the cards of all these branches: the earliest of
 * their last reading days. A branch whose cards were never read counts from the first poll. The
 * trigger makes up for 60 days, so an earlier day is not returned.
 */
function findLastReadingDay(
	branches: readonly number[],
	memory: DueDatesMemory,
	today: number,
): number {
	let earliestDay = today;
	for (const branch of branches) {
		const { lastReading, unreadSince } = memory.branches.get(branch) ?? {};
		const lastDay = lastReading?.day ?? unreadSince ?? today;
		earliestDay = Math.min(earliestDay, lastDay);
	}
	return Math.max(earliestDay, today - MOST_DAYS_MADE_UP);
}

/**
 * Finds the lowest value that can still be reported. If values are days, such as birthdays, it is
 * the first day that is not over. Values of other kinds, such as balances, have no lower limit.
 */
function findLowestReportableValue(lastReadingDay: number, poll: DueDatesPoll): number {
	const { kind, highestDueLevel } = poll;
	return kind.hasDay ? kind.findFirstReportableDay(lastReadingDay, highestDueLevel) : -Infinity;
}

// ---------------------------------------------------------------- judging an occasion

/**
 * An action for a client's birthday, debt or other occasion:
 *
 * - `report`: the occasion is new.
 * - `addToBaseline`: it was due when the trigger began. It is reported neither now nor later.
 * - `noteLowestValue`: an occasion without a day, such as a debt, is known and still due. Its value
 *   may have fallen further.
 * - `forget`: an occasion without a day has ended.
 * - `ignore`: an occasion with a day, such as a birthday, is known already, or not due yet. A known
 *   one is never forgotten before its day is over, because its day tells it from the next one.
 */
type Action = 'addToBaseline' | 'forget' | 'ignore' | 'noteLowestValue' | 'report';

/**
 * Chooses whether to report a client's birthday, debt or other occasion, or to remember it without
 * a report, or to forget it. An occasion is due once its level, such as 3 lessons left, is not
 * higher than the limit that the user has chosen.
 */
function chooseAction(record: DueRecord, memory: DueDatesMemory, poll: DueDatesPoll): Action {
	const { kind, highestDueLevel, today } = poll;
	// The level is the number of days left, of lessons left, or the balance.
	const level = kind.computeLevel(record.value, today);
	const isDue = level <= highestDueLevel;
	// A birthday is still to come, but a debt that is not due has been paid.
	if (!isDue) return kind.hasDay ? 'ignore' : 'forget';

	const knownValue = memory.knownOccasions.getValue(readIdOrZero(record.row));
	const isKnown = knownValue !== undefined && kind.isSameOccasion(knownValue, record.value);
	if (isKnown) return kind.hasDay ? 'ignore' : 'noteLowestValue';

	if (wasCardReadBefore(record, memory)) return 'report';

	return isNewAtFirstReading(record, memory, poll) ? 'report' : 'addToBaseline';
}

/**
 * Whether an earlier poll has read the cards of any branch of a client. A branch that only the card
 * names counts as well: the client may be listed there, although this poll could not read the list.
 */
function wasCardReadBefore(record: DueRecord, memory: DueDatesMemory): boolean {
	return listBranchesOf(record).some((branch) => {
		const lastReading = memory.branches.get(branch)?.lastReading;
		return lastReading !== undefined;
	});
}

/**
 * Whether an occasion is reported although the client's card is read for the first time. It is if
 * it fell due after the first poll, or if the user has chosen that the first poll reports it.
 */
function isNewAtFirstReading(
	record: DueRecord,
	memory: DueDatesMemory,
	poll: DueDatesPoll,
): boolean {
	const { kind, highestDueLevel, reportsAtStart } = poll;
	const firstPollDay = findFirstPollDay(record.branches, memory);
	// The trigger polled for the first time before the user chose these branches.
	if (firstPollDay === undefined) return false;

	if (!kind.hasDay) return reportsAtStart;

	// The level is the number of days left. It falls from day to day, and the occasion falls due on
	// the day when it has come down to the limit, such as 3 days before the birthday.
	const levelAtFirstPoll = kind.computeLevel(record.value, firstPollDay);
	const fellDueAfterFirstPoll = levelAtFirstPoll > highestDueLevel;
	const fellDueOnFirstPollDay = levelAtFirstPoll === highestDueLevel;
	return fellDueAfterFirstPoll || (fellDueOnFirstPollDay && reportsAtStart);
}

/**
 * Finds the day of the trigger's first poll. It is stored with each branch whose cards were never
 * read, and is the same in all of them.
 *
 * @param branches branches whose cards were never read
 * @returns undefined if all of them were added after the first poll
 */
function findFirstPollDay(branches: readonly number[], memory: DueDatesMemory): number | undefined {
	const days = branches.map((branch) => memory.branches.get(branch)?.unreadSince);
	return days.find((day) => day !== undefined);
}

/**
 * Remembers or forgets an occasion (a client's birthday, debt and so on) that this poll does not
 * report, as the chosen action says.
 */
function updateKnownOccasions(
	knownOccasions: KnownOccasions,
	record: DueRecord,
	action: Exclude<Action, 'report'>,
): void {
	const clientId = readIdOrZero(record.row);
	if (action === 'addToBaseline') {
		knownOccasions.addToBaseline(clientId, record.value);
	} else if (action === 'noteLowestValue') {
		knownOccasions.noteLowestValue(clientId, record.value);
	} else if (action === 'forget') {
		knownOccasions.forget(clientId);
	}
}

// ---------------------------------------------------------------- before the poll

/**
 * Whether a poll reads the cards of a branch. Reading all of them takes many calls, so a poll does
 * so only after an interval, and whenever a new day has begun.
 *
 * @param branchMemory undefined for a branch that is watched for the first time
 */
export function areCardsDueForReading(
	branchMemory: BranchMemory | undefined,
	poll: { intervalMs: number } & Pick<DueDatesPoll, 'now' | 'today'>,
): boolean {
	const lastReading = branchMemory?.lastReading;
	if (lastReading === undefined) return true;

	const hasDayBegun = lastReading.day !== poll.today;
	return hasDayBegun || isIntervalOver(lastReading.beganAt, poll.intervalMs, poll.now);
}

// ---------------------------------------------------------------- after the poll

/** The records to report, and the memory as it is before any of them is reported. */
interface DueDecision extends DueDatesMemory {
	/** The records to report. */
	records: readonly DueRecord[];
}

/**
 * Makes the state to store once the first `reportedCount` clients were reported: it remembers their
 * occasions (birthdays, debts and so on), so that these are not reported again.
 */
function makeStateAfterReporting(
	reportedCount: number,
	decision: DueDecision,
	poll: DueDatesPoll,
): DueState {
	const knownOccasions = decision.knownOccasions.copy();
	const reportedRecords = decision.records.slice(0, reportedCount);
	for (const { row, value } of reportedRecords) {
		knownOccasions.addReported(readIdOrZero(row), value);
	}

	// A branch whose cards do not count as read is read again in the next poll, which then finds the
	// clients that were not reported.
	const areAllReported = reportedCount >= decision.records.length;
	const branches = areAllReported ? noteReadings(decision.branches, poll) : decision.branches;
	return storeMemory({ knownOccasions, branches }, poll);
}

/**
 * Notes that the cards of some branches were read now. A reading that has missed clients does not
 * count, so the next poll reads the branch again.
 */
function noteReadings(
	branches: DueDatesMemory['branches'],
	poll: DueDatesPoll,
): DueDatesMemory['branches'] {
	const lastReading = { day: poll.today, beganAt: poll.now };
	const updatedBranches = new Map(branches);
	for (const branch of branches.keys()) {
		const hasReadAllClients = poll.clientLists.get(branch)?.isComplete === true;
		if (hasReadAllClients) {
			updatedBranches.set(branch, { lastReading });
		}
	}
	return updatedBranches;
}

// ---------------------------------------------------------------- memory

/** The memory of the trigger between two polls. */
export interface DueDatesMemory {
	knownOccasions: KnownOccasions;
	/** The watched branches. */
	branches: ReadonlyMap<number, BranchMemory>;
}

/**
 * When the cards of a branch were read. If both properties are undefined, the branch was added
 * after the first poll, and its cards were never read.
 */
interface BranchMemory {
	/**
	 * The day of the trigger's first poll, if the branch is watched since then and its cards were
	 * never read. Undefined after the first reading.
	 */
	unreadSince?: number;
	/** The last reading that showed all clients; undefined before the first one. */
	lastReading?: {
		/** A day number in the time zone of the workflow. */
		day: number;
		/** The time of n8n, in milliseconds. */
		beganAt: number;
	};
}

/** Makes the memory of a trigger that starts today. */
function startMemory(branches: readonly number[], today: number): DueDatesMemory {
	return {
		knownOccasions: new KnownOccasions(),
		branches: new Map(branches.map((branch) => [branch, { unreadSince: today }])),
	};
}

/**
 * Makes the memory of a trigger whose state was lost. Its branches count as added later, so that
 * all that is due becomes the baseline.
 */
export function makeMemoryAfterLoss(branches: readonly number[]): DueDatesMemory {
	return {
		knownOccasions: new KnownOccasions(),
		branches: new Map(branches.map((branch) => [branch, {}])),
	};
}

/**
 * Makes the memory for a test in the editor. The cards of its branches count as read before, so
 * that nothing becomes the baseline.
 */
export function makeMemoryForSamples(
	branches: readonly number[],
	{ today, now }: Pick<DueDatesPoll, 'now' | 'today'>,
): DueDatesMemory {
	const lastReading = { day: today, beganAt: now };
	return {
		knownOccasions: new KnownOccasions(),
		branches: new Map(branches.map((branch) => [branch, { lastReading }])),
	};
}

/**
 * Restores the memory from what the last poll has stored. If the user has changed the limit
 * meanwhile, the trigger starts again, but still knows what was reported.
 */
export function restoreMemory(
	stored: DueState | undefined,
	poll: { branches: readonly number[] } & Pick<DueDatesPoll, 'highestDueLevel' | 'today'>,
): DueDatesMemory {
	if (stored === undefined) return startMemory(poll.branches, poll.today);

	const hasLimitChanged = stored.limit !== poll.highestDueLevel;
	if (hasLimitChanged) {
		const reportedOccasions = new KnownOccasions({ reported: stored.known });
		return { ...startMemory(poll.branches, poll.today), knownOccasions: reportedOccasions };
	}

	const branches = new Map<number, BranchMemory>();
	for (const branch of poll.branches) {
		branches.set(branch, restoreBranch(stored.branches[branch]));
	}
	const knownOccasions = new KnownOccasions({ reported: stored.known, baseline: stored.noted });
	return { knownOccasions, branches };
}

/**
 * Restores when a branch was read.
 *
 * @param stored undefined for a branch that was added after the last poll
 */
function restoreBranch(stored: BranchState | undefined): BranchMemory {
	const { day, at } = stored ?? {};
	// Only a reading has a time of day. A day alone is that of the trigger's first poll.
	if (day === undefined || at === undefined) return { unreadSince: day };

	return { lastReading: { day, beganAt: at } };
}

/**
 * Makes the state to store from what the trigger remembers, in the names that stored states have
 * (see `DueState`). Leaves out birthdays and other occasions whose day is over for so long that
 * they are not reported in any case.
 */
function storeMemory(memory: DueDatesMemory, poll: DueDatesPoll): DueState {
	const earliestReadingDay = poll.today - MOST_DAYS_MADE_UP;
	const lowestReportableValue = findLowestReportableValue(earliestReadingDay, poll);
	const occasions = memory.knownOccasions.toStored(lowestReportableValue);

	const branches: Record<string, BranchState> = {};
	for (const [branch, branchMemory] of memory.branches) {
		branches[branch] = storeBranch(branchMemory);
	}
	return {
		known: occasions.reported,
		noted: occasions.baseline,
		limit: poll.highestDueLevel,
		branches,
	};
}

/**
 * Makes the stored form of when a branch was read. The one stored day is that of the last reading;
 * in a branch that was never read, that of the trigger's first poll.
 */
function storeBranch({ unreadSince, lastReading }: BranchMemory): BranchState {
	if (lastReading !== undefined) return { day: lastReading.day, at: lastReading.beganAt };

	return unreadSince === undefined ? {} : { day: unreadSince };
}

// ---------------------------------------------------------------- stored form

/** The stored form of `BranchMemory`. Workflows store these names, so they must not change. */
interface BranchState {
	/** The day of the last reading; before the first reading, the day of the first poll. */
	day?: number;
	/** The time of the last reading, in milliseconds; missing before the first one. */
	at?: number;
}

/**
 * The stored form of the memory, as plain JSON. Workflows store these names, so they must not
 * change.
 */
export interface DueState {
	/**
	 * The occasions that were reported: IDs of clients as ranges, by the value on their cards. In
	 * memory, those of the baseline count as known, too.
	 */
	known: Record<string, string>;
	/** The occasions of the baseline, in the same form. */
	noted?: Record<string, string>;
	/** The limit of the last poll. */
	limit: number;
	branches: Record<string, BranchState>;
}

export const checkDueState = makeObjectCheck<DueState>({
	known: makeRecordCheck(checkText),
	noted: makeOptional(makeRecordCheck(checkText)),
	limit: checkNumber,
	branches: makeRecordCheck(
		makeObjectCheck<BranchState>({
			day: makeOptional(checkNumber),
			at: makeOptional(checkNumber),
		}),
	),
});
