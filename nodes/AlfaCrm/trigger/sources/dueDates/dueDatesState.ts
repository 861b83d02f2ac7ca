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
 *   card shows its value. `dueKinds.ts` explains value, level and limit.
 * - A **look** at a branch reads the cards of all its clients.
 * - A **dated** occasion belongs to a day. It is **open** until a look on a later day, so it is
 *   reported even if n8n was off on the day itself.
 * - A **lasting** occasion, such as a debt, has no day. It ends when a look shows a level above the
 *   limit. After that, the client can have another one.
 * - The **baseline** is what was due when the trigger began. It is not reported. If a branch is
 *   added later, what is due at the first look at this branch belongs to the baseline, too.
 */

/**
 * The trigger makes up for this many days on which a branch could not be read, or n8n was off. What
 * fell due earlier is not reported.
 */
const MOST_DAYS_MADE_UP = 60;

/** A client for whom something falls due. */
export interface DueRecord extends NewRecord {
	/** The value on the client's card. See `dueKinds.ts`. */
	value: number;
}

/** What a poll has read, and the settings by which it decides. */
interface DuePoll {
	kind: DueKind;
	/** The highest level at which an occasion is due. */
	limit: number;
	/**
	 * Whether the first poll reports the dated occasions that fall due on the day of this poll, and
	 * all lasting occasions that are due.
	 */
	reportsAtStart: boolean;
	/** The cards of the clients, by branch; only of the branches that were looked at. */
	looks: ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows'>>;
	/** A day number in the time zone of the workflow. See `dayNumbers.ts`. */
	today: number;
	/** The time of n8n, in milliseconds. */
	now: number;
}

/**
 * Finds the clients to report, the lowest value first: the earliest day, the highest debt, the
 * fewest lessons left.
 *
 * @returns also the state to store once some of them were reported
 */
export function findDueRecords(
	memory: DueMemory,
	poll: DuePoll,
): { records: DueRecord[]; stateAfter: (reportedCount: number) => DueState } {
	const known = memory.known.copy();
	const records: DueRecord[] = [];
	for (const [clientId, client] of joinBranchLists(poll.looks)) {
		if (isOfOtherBranch(client)) continue;
		const value = readOpenValue(client, memory, poll);
		if (value === undefined) continue;

		const verdict = judgeOccasion(client, value, memory, poll);
		if (verdict === 'new') {
			records.push({ ...client, value });
		} else if (verdict === 'baseline') {
			known.addToBaseline(clientId, value);
		} else if (verdict === 'lasts') {
			known.lowerValue(clientId, value);
		} else if (verdict === 'hasEnded') {
			known.forget(clientId);
		}
	}

	records.sort((a, b) => a.value - b.value || readIdOrZero(a.row) - readIdOrZero(b.row));
	return {
		records,
		stateAfter: (reportedCount) =>
			stateAfterReporting(reportedCount, records, { ...memory, known }, poll),
	};
}

// ---------------------------------------------------------------- judging an occasion

/**
 * Reads the value on a client's card. Returns undefined if there is none, or if it is a day that is
 * no longer open.
 */
function readOpenValue(client: NewRecord, memory: DueMemory, poll: DuePoll): number | undefined {
	const lastLookDay = findLastLookDay(client.branches, memory, poll.today);
	const lowestValue = findLowestOpenValue(lastLookDay, poll);
	const value = poll.kind.readValue(client.row, lowestValue);
	return value !== undefined && value >= lowestValue ? value : undefined;
}

/**
 * Finds the day on which all of some branches had been looked at. A branch that has had no look yet
 * counts from the first poll.
 */
function findLastLookDay(branches: readonly number[], memory: DueMemory, today: number): number {
	const days = branches.map((branch) => {
		const { lastLook, firstPollDay } = memory.branches.get(branch) ?? {};
		return lastLook?.day ?? firstPollDay ?? today;
	});
	return Math.max(Math.min(today, ...days), today - MOST_DAYS_MADE_UP);
}

/** Returns the first open day. The values of lasting occasions are no days, so all are open. */
function findLowestOpenValue(lastLookDay: number, { kind, limit }: DuePoll): number {
	return kind.isLasting ? -Infinity : kind.findFirstOpenDay(lastLookDay, limit);
}

/**
 * What to do about something that falls due for a client, such as a birthday or a debt:
 *
 * - `new`: report it.
 * - `baseline`: do not report it, neither now nor later. It was due when the trigger began.
 * - `lasts`: note the value of a known lasting occasion.
 * - `hasEnded`: forget a lasting occasion, if one is known.
 * - `nothing`: the occasion is dated. It is known already, or not due yet. A dated occasion is
 *   never forgotten before its day is over, because its day tells it from the next one.
 */
type Verdict = 'baseline' | 'hasEnded' | 'lasts' | 'new' | 'nothing';

/**
 * Decides what to do about a birthday, a debt or the like of one client: whether to report it, and
 * whether to remember or forget it.
 *
 * @param value what the client's card shows, as a number
 */
function judgeOccasion(
	client: NewRecord,
	value: number,
	memory: DueMemory,
	poll: DuePoll,
): Verdict {
	const { kind, limit, today } = poll;
	const isDue = kind.computeLevel(value, today) <= limit;
	if (!isDue) return kind.isLasting ? 'hasEnded' : 'nothing';

	const knownValue = memory.known.getValue(readIdOrZero(client.row));
	const isKnown = knownValue !== undefined && kind.isSameOccasion(knownValue, value);
	if (isKnown) return kind.isLasting ? 'lasts' : 'nothing';

	const wereCardsReadBefore = listBranchesOf(client).some(
		(branch) => memory.branches.get(branch)?.lastLook !== undefined,
	);
	if (wereCardsReadBefore) return 'new';

	return isNewAtFirstLook(client, value, memory, poll) ? 'new' : 'baseline';
}

/**
 * Whether an occasion is reported although this is the first look at the client's branches: it fell
 * due after the first poll, or the user has chosen to have reported what is due at the start.
 */
function isNewAtFirstLook(
	{ branches }: NewRecord,
	value: number,
	memory: DueMemory,
	{ kind, limit, reportsAtStart }: DuePoll,
): boolean {
	const firstPollDay = branches
		.map((branch) => memory.branches.get(branch)?.firstPollDay)
		.find((day) => day !== undefined);
	const wereAllAddedLater = firstPollDay === undefined;
	if (wereAllAddedLater) return false;
	if (kind.isLasting) return reportsAtStart;

	// Levels fall from day to day. So what had the limit as its level on the day of the first poll
	// fell due on that day, and what had a higher level fell due later.
	const levelAtFirstPoll = kind.computeLevel(value, firstPollDay);
	return reportsAtStart ? levelAtFirstPoll >= limit : levelAtFirstPoll > limit;
}

// ---------------------------------------------------------------- before the poll

/**
 * Whether a poll is to read all cards of a branch: now and then, and when a day begins.
 *
 * @param everyMs the time between two readings of all cards, in milliseconds
 */
export function isLookDue(
	{ lastLook }: BranchLooks = {},
	{ everyMs, now, today }: Pick<DuePoll, 'now' | 'today'> & { everyMs: number },
): boolean {
	if (lastLook === undefined || lastLook.day !== today) return true;

	return isIntervalOver(lastLook.at, everyMs, now);
}

// ---------------------------------------------------------------- after the poll

/** Returns what to store once the first `reportedCount` records were reported. */
function stateAfterReporting(
	reportedCount: number,
	records: readonly DueRecord[],
	memory: DueMemory,
	poll: DuePoll,
): DueState {
	const known = memory.known.copy();
	for (const { row, value } of records.slice(0, reportedCount)) {
		known.addReported(readIdOrZero(row), value);
	}

	// Until all records are reported, each poll looks at the branches again and finds the others.
	const areAllReported = reportedCount >= records.length;
	const branches = areAllReported ? branchesAfterLooks(memory.branches, poll) : memory.branches;
	return storeMemory({ known, branches }, poll);
}

/**
 * Notes when the cards of each branch were read. A reading that has missed clients does not count.
 */
function branchesAfterLooks(
	branches: DueMemory['branches'],
	{ looks, today, now }: DuePoll,
): DueMemory['branches'] {
	const after = new Map(branches);
	for (const branch of branches.keys()) {
		if (looks.get(branch)?.isComplete) after.set(branch, { lastLook: { day: today, at: now } });
	}
	return after;
}

// ---------------------------------------------------------------- memory

/** What the trigger remembers between two polls. */
interface DueMemory {
	known: KnownOccasions;
	/** The watched branches. */
	branches: ReadonlyMap<number, BranchLooks>;
}

/**
 * When a branch was looked at. If both properties are undefined, the branch was added after the
 * first poll, and has had no look yet.
 */
interface BranchLooks {
	/**
	 * The day of the trigger's first poll, the same in all branches. Undefined after the first look
	 * at the branch.
	 */
	firstPollDay?: number;
	/** The last look that showed all clients; undefined before the first one. */
	lastLook?: {
		/** A day number in the time zone of the workflow. */
		day: number;
		/** The time of n8n, in milliseconds. */
		at: number;
	};
}

/** Makes the memory of a trigger that starts today. */
function startMemory(branches: readonly number[], today: number): DueMemory {
	return {
		known: new KnownOccasions(),
		branches: new Map(branches.map((branch) => [branch, { firstPollDay: today }])),
	};
}

/**
 * Makes the memory of a trigger whose state was lost. Its branches count as added later, so that
 * all that is due becomes the baseline.
 */
export const makeMemoryAfterLoss = (branches: readonly number[]): DueMemory => ({
	known: new KnownOccasions(),
	branches: new Map(branches.map((branch) => [branch, {}])),
});

/**
 * Makes the memory for a test in the editor. Its branches count as looked at before, so that
 * nothing becomes the baseline.
 */
export const makeMemoryForSamples = (
	branches: readonly number[],
	{ today, now }: Pick<DuePoll, 'now' | 'today'>,
): DueMemory => ({
	known: new KnownOccasions(),
	branches: new Map(branches.map((branch) => [branch, { lastLook: { day: today, at: now } }])),
});

/**
 * Restores the memory from what the last poll has stored. If the user has changed the limit
 * meanwhile, the trigger starts again, but still knows what was reported.
 */
export function restoreMemory(
	stored: DueState | undefined,
	{ branches, limit, today }: { branches: readonly number[] } & Pick<DuePoll, 'limit' | 'today'>,
): DueMemory {
	if (stored === undefined) return startMemory(branches, today);
	if (stored.limit !== limit) {
		return { ...startMemory(branches, today), known: new KnownOccasions(stored.known) };
	}

	return {
		known: new KnownOccasions(stored.known, stored.noted),
		branches: new Map(branches.map((branch) => [branch, restoreLooks(stored.branches[branch])])),
	};
}

function restoreLooks({ day, at }: BranchState = {}): BranchLooks {
	if (day === undefined || at === undefined) return { firstPollDay: day };
	return { lastLook: { day, at } };
}

function storeMemory({ known, branches }: DueMemory, poll: DuePoll): DueState {
	// Later polls look back no further than that, so earlier days need not be remembered.
	const earliestLookDay = poll.today - MOST_DAYS_MADE_UP;
	const { reported, baseline } = known.toStored(findLowestOpenValue(earliestLookDay, poll));
	return {
		known: reported,
		noted: baseline,
		limit: poll.limit,
		branches: Object.fromEntries(
			[...branches].map(([branch, looks]) => [branch, storeLooks(looks)]),
		),
	};
}

function storeLooks({ firstPollDay, lastLook }: BranchLooks): BranchState {
	if (lastLook !== undefined) return lastLook;
	return firstPollDay === undefined ? {} : { day: firstPollDay };
}

// ---------------------------------------------------------------- stored form

/** The stored form of `BranchLooks`. Workflows store these names, so they must not change. */
interface BranchState {
	/** The day of the last look; before the first look, the day of the first poll. */
	day?: number;
	/** When the last look began, in milliseconds; missing before the first look. */
	at?: number;
}

/**
 * The stored form of the memory, as plain JSON. Workflows store these names, so they must not
 * change.
 */
export interface DueState {
	/** The clients who were reported: their IDs as ranges, by the value on the card. */
	known: Record<string, string>;
	/** The clients of the baseline, in the same form. */
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
