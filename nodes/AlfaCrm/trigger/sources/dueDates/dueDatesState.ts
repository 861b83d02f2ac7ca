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
const MAX_DAYS_MADE_UP = 60;

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
	// An occasion is what falls due for one client. The known ones are not reported again.
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
	const stateAfter = (reportedCount: number) =>
		makeStateAfterReporting(reportedCount, decision, poll);
	return { records: recordsToReport, stateAfter };
}

/** Compares the values of two clients; for equal values, their IDs. */
function compareByValue(a: DueRecord, b: DueRecord): number {
	const difference = a.value - b.value;
	return difference === 0 ? readIdOrZero(a.row) - readIdOrZero(b.row) : difference;
}

// ---------------------------------------------------------------- reading the values

/**
 * Reads a value from the card of each client: the one by which something falls due, such as the
 * balance or the day of the next birthday. Leaves out clients of other branches, and clients whose
 * card has no value, or a day that is too long ago to be reported.
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
 * Reads the value from a client's card by which something falls due: a day, such as the day of the
 * next birthday, or another number, such as the balance.
 *
 * @returns undefined if the card has no value, or a day that is too long ago to be reported
 */
function readReportableValue(
	client: NewRecord,
	memory: DueDatesMemory,
	poll: DueDatesPoll,
): number | undefined {
	const lastReadingDay = findLastReadingDay(client.branches, memory, poll.today);
	const lowestReportableValue = findLowestReportableValue(lastReadingDay, poll);
	const value = poll.kind.readValue(client.row, lowestReportableValue);

	const isReportable = value !== undefined && value >= lowestReportableValue;
	return isReportable ? value : undefined;
}

/**
 * Finds the day up to which the trigger has read the cards of all these branches. If they were read
 * last on day 20494 and on day 20490, it is day 20490. The day of the first poll stands for a branch
 * that was never read. The result is at most 60 days ago: what fell due earlier is not reported.
 */
function findLastReadingDay(
	branches: readonly number[],
	memory: DueDatesMemory,
	today: number,
): number {
	let earliestDay = today;
	for (const branch of branches) {
		const { lastReading, unreadSince: firstPollDay } = memory.branches.get(branch) ?? {};
		const lastReadingDay = lastReading?.day ?? firstPollDay ?? today;
		earliestDay = Math.min(earliestDay, lastReadingDay);
	}

	const sixtyDaysAgo = today - MAX_DAYS_MADE_UP;
	return Math.max(earliestDay, sixtyDaysAgo);
}

/**
 * Finds the lowest value of a client's card that can still be reported. If the value is a day, such
 * as a birthday, earlier days are over. Other values, such as a balance, may be as low as they like.
 */
function findLowestReportableValue(lastReadingDay: number, poll: DueDatesPoll): number {
	const { kind, highestDueLevel } = poll;
	if (!kind.hasDay) return -Infinity;

	return kind.findFirstReportableDay(lastReadingDay, highestDueLevel);
}

// ---------------------------------------------------------------- judging an occasion

/**
 * An action for a client's birthday, debt or other occasion:
 *
 * - `report`: the occasion is new.
 * - `addToBaseline`: it was due when the trigger began. It is reported neither now nor later.
 * - `keepLowestValue`: an occasion without a day, such as a debt, is known and still due. Its value
 *   may have fallen further.
 * - `forget`: an occasion without a day has ended.
 * - `ignore`: an occasion with a day, such as a birthday, is known already, or not due yet. A known
 *   one is never forgotten before its day is over, because its day tells it from the next one.
 */
type Action = 'addToBaseline' | 'forget' | 'ignore' | 'keepLowestValue' | 'report';

/**
 * Chooses whether to report a client's occasion, such as a birthday or a debt, or to remember it
 * without a report, or to forget it. To add it to the baseline means never to report it, because it
 * was due when the trigger began.
 */
function chooseAction(record: DueRecord, memory: DueDatesMemory, poll: DueDatesPoll): Action {
	const isDue = isOccasionDue(record, poll);
	const isNew = isDue && !isOccasionKnown(record, memory, poll.kind);
	if (isNew) {
		const mustBeReported =
			wasCardReadBefore(record, memory) || mustBeReportedAtFirstReading(record, memory, poll);
		return mustBeReported ? 'report' : 'addToBaseline';
	}

	// A birthday that is not new is still to come, or was reported. There is nothing to do.
	const isOnCertainDay = poll.kind.hasDay;
	if (isOnCertainDay) return 'ignore';

	// A known debt may have grown, so the lowest balance is kept. A debt that was paid is forgotten.
	return isDue ? 'keepLowestValue' : 'forget';
}

/**
 * Whether an occasion is due: its level, such as 3 lessons left or 3 days left, is not higher than
 * the limit that the user has chosen.
 */
function isOccasionDue({ value }: DueRecord, poll: DueDatesPoll): boolean {
	const level = poll.kind.computeLevel(value, poll.today);
	return level <= poll.highestDueLevel;
}

/**
 * Whether the trigger knows an occasion of a client already, because it was reported or belongs to
 * the baseline. The value on the card may have been corrected since then.
 */
function isOccasionKnown(
	{ row, value }: DueRecord,
	{ knownOccasions }: DueDatesMemory,
	kind: DueKind,
): boolean {
	const knownValue = knownOccasions.getValue(readIdOrZero(row));
	return knownValue !== undefined && kind.isSameOccasion(knownValue, value);
}

/**
 * Whether an earlier poll has read the cards of any branch of a client. A branch that only the card
 * names counts as well: the client may be listed there, although this poll could not read the list.
 */
function wasCardReadBefore(record: DueRecord, memory: DueDatesMemory): boolean {
	for (const branch of listBranchesOf(record)) {
		const lastReading = memory.branches.get(branch)?.lastReading;
		if (lastReading !== undefined) return true;
	}
	return false;
}

/**
 * Whether to report an occasion (a client's birthday, debt and so on) that is due when the client's
 * card is read for the first time. It may have been due for a long time, so it is reported only if
 * it fell due after the first poll, or if the user wants the first poll to report it.
 */
function mustBeReportedAtFirstReading(
	record: DueRecord,
	memory: DueDatesMemory,
	poll: DueDatesPoll,
): boolean {
	const { kind, highestDueLevel, reportsAtStart } = poll;
	const firstPollDay = findFirstPollDay(record.branches, memory);
	const wereBranchesAddedLater = firstPollDay === undefined;
	if (wereBranchesAddedLater) return false;

	// The card of a client in debt shows the balance, but not since when the client is in debt.
	const isOnCertainDay = kind.hasDay;
	if (!isOnCertainDay) return reportsAtStart;

	// A birthday falls due when the number of days left has come down to the limit, such as 3 days.
	const daysLeftAtFirstPoll = kind.computeLevel(record.value, firstPollDay);
	const fellDueAfterFirstPoll = daysLeftAtFirstPoll > highestDueLevel;
	const fellDueOnFirstPollDay = daysLeftAtFirstPoll === highestDueLevel;
	return fellDueAfterFirstPoll || (fellDueOnFirstPollDay && reportsAtStart);
}

/**
 * Finds the day of the trigger's first poll. The trigger remembers it for each branch whose cards
 * were never read.
 *
 * @param branches branches whose cards were never read
 * @returns undefined if all of them were added after the first poll
 */
function findFirstPollDay(branches: readonly number[], memory: DueDatesMemory): number | undefined {
	for (const branch of branches) {
		const firstPollDay = memory.branches.get(branch)?.unreadSince;
		if (firstPollDay !== undefined) return firstPollDay;
	}
	return undefined;
}

/**
 * Remembers or forgets an occasion (a client's birthday, debt and so on) that this poll does not
 * report, as the chosen action says. To `ignore` it is to do nothing.
 */
function updateKnownOccasions(
	knownOccasions: KnownOccasions,
	record: DueRecord,
	action: Exclude<Action, 'report'>,
): void {
	const clientId = readIdOrZero(record.row);
	if (action === 'addToBaseline') {
		knownOccasions.addToBaseline(clientId, record.value);
	} else if (action === 'keepLowestValue') {
		knownOccasions.keepLowestValue(clientId, record.value);
	} else if (action === 'forget') {
		knownOccasions.forget(clientId);
	}
}

// ---------------------------------------------------------------- before the poll

/**
 * Whether a poll has to read the cards of a branch (the records of its clients). That takes many
 * calls, so it is done only once in an interval, and in the first poll of each day.
 *
 * @param branchMemory undefined for a branch that is watched for the first time
 */
export function areCardsDueForReading(
	branchMemory: BranchMemory | undefined,
	poll: { intervalMs: number } & Pick<DueDatesPoll, 'now' | 'today'>,
): boolean {
	const lastReading = branchMemory?.lastReading;
	const wasNeverRead = lastReading === undefined;
	if (wasNeverRead) return true;

	const hasNewDayBegun = lastReading.day !== poll.today;
	if (hasNewDayBegun) return true;

	return isIntervalOver(lastReading.beganAt, poll.intervalMs, poll.now);
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

	// If some clients were not reported, the cards count as unread. So the next poll reads them again,
	// and finds these clients.
	const areAllReported = reportedCount >= decision.records.length;
	const branches = areAllReported ? markBranchesAsRead(decision.branches, poll) : decision.branches;
	return storeMemory({ knownOccasions, branches }, poll);
}

/**
 * Marks the branches as read in which this poll has read the cards of all clients. If it has missed
 * some, the reading does not count, so the next poll reads the branch again.
 */
function markBranchesAsRead(
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
 * Restores what the trigger remembers from the state that the last poll has stored. If the user has
 * changed the limit since then, such as from 3 days before a birthday to 7, the trigger starts again,
 * but still knows what it has reported.
 */
export function restoreMemory(
	stored: DueState | undefined,
	poll: { branches: readonly number[] } & Pick<DueDatesPoll, 'highestDueLevel' | 'today'>,
): DueDatesMemory {
	const newMemory = startMemory(poll.branches, poll.today);
	if (stored === undefined) return newMemory;

	const { known: reported, noted: baseline, limit: previousLimit } = stored;
	const hasLimitChanged = previousLimit !== poll.highestDueLevel;
	if (hasLimitChanged) {
		return { knownOccasions: new KnownOccasions({ reported }), branches: newMemory.branches };
	}

	const branches = new Map<number, BranchMemory>();
	for (const branch of poll.branches) {
		branches.set(branch, restoreBranch(stored.branches[branch]));
	}
	return { knownOccasions: new KnownOccasions({ reported, baseline }), branches };
}

/**
 * Restores when a branch was read.
 *
 * @param stored undefined for a branch that was added after the last poll
 */
function restoreBranch(stored: BranchState | undefined): BranchMemory {
	if (stored === undefined) return {};

	const { day, at } = stored;
	// Only a reading has a time of day. A day alone is the day of the trigger's first poll.
	if (day === undefined || at === undefined) return { unreadSince: day };

	return { lastReading: { day, beganAt: at } };
}

/**
 * Makes the state to store from what the trigger remembers, under the names that workflows store.
 * Leaves out birthdays and other days that are over for more than 60 days, because they are not
 * reported any more.
 */
function storeMemory(memory: DueDatesMemory, poll: DueDatesPoll): DueState {
	const sixtyDaysAgo = poll.today - MAX_DAYS_MADE_UP;
	const lowestReportableValue = findLowestReportableValue(sixtyDaysAgo, poll);
	const { reported, baseline } = memory.knownOccasions.toStored(lowestReportableValue);

	const branches: Record<string, BranchState> = {};
	for (const [branch, branchMemory] of memory.branches) {
		branches[branch] = storeBranch(branchMemory);
	}
	return {
		known: reported,
		noted: baseline,
		limit: poll.highestDueLevel,
		branches,
	};
}

/**
 * Makes the stored form of when a branch was read. A branch that was never read has only the day of
 * the trigger's first poll, or nothing if it was added later.
 */
function storeBranch({ unreadSince, lastReading }: BranchMemory): BranchState {
	if (lastReading !== undefined) return { day: lastReading.day, at: lastReading.beganAt };
	if (unreadSince !== undefined) return { day: unreadSince };

	return {};
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
