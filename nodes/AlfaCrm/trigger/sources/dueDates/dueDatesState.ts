import type { Collected } from '../../../api/list';
import type { NewRecord } from '../../eventSource';
import { isOfOtherBranch, placesOf, recordsIn, rowId } from '../../eventSource';
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
 * - A **lasting** occasion, such as a debt, has no day. It is reported once. It can be reported
 *   again only after a look at which the level was above the limit.
 * - The **baseline** is what was due when the trigger began. It is not reported. If a branch is
 *   added later, what is due at the first look at this branch belongs to the baseline, too.
 */

/**
 * The trigger makes up for this many days on which a branch could not be read, or n8n was off. What
 * fell due earlier is not reported.
 */
const MOST_DAYS_MADE_UP = 60;

/** Polls come a little early or late, so a look is due after this share of the time between two. */
const DUE_SHARE = 0.9;

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
	 * Whether the first poll reports the dated occasions that fall due on its very day, and all
	 * lasting ones.
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
 * Finds the clients to report, the lowest value first: the earliest day, the highest debt.
 *
 * @returns also the state to store once some of them were reported
 */
export function findDueRecords(
	memory: DueMemory,
	poll: DuePoll,
): { records: DueRecord[]; stateAfter: (reportedCount: number) => DueState } {
	const { isLasting } = poll.kind;
	const known = memory.known.copy();
	const records: DueRecord[] = [];
	for (const [clientId, client] of recordsIn(poll.looks)) {
		if (isOfOtherBranch(client)) continue;
		const value = readOpenValue(client, memory, poll);
		if (value === undefined) continue;

		const verdict = judgeOccasion(client, value, memory, poll);
		if (verdict === 'new') {
			records.push({ ...client, value });
		} else if (verdict === 'baseline') {
			known.addToBaseline(clientId, value);
		} else if (verdict === 'known' && isLasting) {
			known.lowerValue(clientId, value);
		} else if (verdict === 'notDue' && isLasting) {
			known.forget(clientId);
		}
	}

	records.sort((a, b) => a.value - b.value || rowId(a.row) - rowId(b.row));
	return {
		records,
		stateAfter: (reportedCount) =>
			stateAfterReporting(reportedCount, records, { ...memory, known }, poll),
	};
}

// ---------------------------------------------------------------- judging an occasion

/**
 * Reads the value on a client's card. Returns undefined if there is none, or it is of a past day.
 */
function readOpenValue(client: NewRecord, memory: DueMemory, poll: DuePoll): number | undefined {
	const lastLookDay = findLastLookDay(client.branches, memory, poll.today);
	const firstOpenDay = findFirstOpenDay(lastLookDay, poll);
	const value = poll.kind.readValue(client.row, firstOpenDay);
	return value !== undefined && value >= firstOpenDay ? value : undefined;
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

/** Returns the first open day. Lasting occasions have no day, so none of them is over. */
function findFirstOpenDay(lastLookDay: number, { kind, limit }: DuePoll): number {
	return kind.isLasting ? -Infinity : kind.findFirstOpenDay(lastLookDay, limit);
}

/**
 * What is to be done about an occasion: report it as `new`, or add it to the `baseline`. A `known`
 * one was reported, or is in the baseline already.
 */
type Verdict = 'baseline' | 'known' | 'new' | 'notDue';

/** Decides what to do about an occasion of a client. */
function judgeOccasion(
	client: NewRecord,
	value: number,
	memory: DueMemory,
	poll: DuePoll,
): Verdict {
	const { kind, limit, today } = poll;
	if (kind.computeLevel(value, today) > limit) return 'notDue';

	const knownValue = memory.known.getValue(rowId(client.row));
	if (knownValue !== undefined && kind.isSameOccasion(knownValue, value)) return 'known';

	const hadLook = placesOf(client).some(
		(branch) => memory.branches.get(branch)?.lastLook !== undefined,
	);
	return hadLook || isNewAtFirstLook(client, value, memory, poll) ? 'new' : 'baseline';
}

/**
 * Whether an occasion is reported although this is the first look at the client's branches: it fell
 * due after the first poll, or the user wants to know what is due at the start.
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

// ---------------------------------------------------------------- looks

/** Whether the clients of a branch are to be read: now and then, and when a day begins. */
export function isLookDue(
	{ lastLook }: BranchLooks = {},
	{ everyMs, now, today }: Pick<DuePoll, 'now' | 'today'> & { everyMs: number },
): boolean {
	if (lastLook === undefined || lastLook.day !== today) return true;

	// The clock of n8n may have been set back.
	const passedMs = Math.abs(now - lastLook.at);
	return passedMs >= everyMs * DUE_SHARE;
}

/** Returns what to store once the first `reportedCount` records were reported. */
function stateAfterReporting(
	reportedCount: number,
	records: readonly DueRecord[],
	memory: DueMemory,
	poll: DuePoll,
): DueState {
	const known = memory.known.copy();
	for (const { row, value } of records.slice(0, reportedCount)) {
		known.addReported(rowId(row), value);
	}

	// Until all records are reported, each poll looks at the branches again and finds the others.
	const areAllReported = reportedCount >= records.length;
	const branches = areAllReported ? branchesAfterLooks(memory.branches, poll) : memory.branches;
	return storeMemory({ known, branches }, poll);
}

/** Notes the looks of a poll. A look that has missed clients does not count. */
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
export interface DueMemory {
	known: KnownOccasions;
	/** The watched branches. */
	branches: ReadonlyMap<number, BranchLooks>;
}

/** When a branch was looked at. Without both, the branch was added after the first poll. */
interface BranchLooks {
	/** The day of the trigger's first poll. Forgotten after the first look. */
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
	const earliestLookDay = poll.today - MOST_DAYS_MADE_UP;
	const { reported, baseline } = known.toStored(findFirstOpenDay(earliestLookDay, poll));
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
