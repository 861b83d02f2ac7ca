import type { PollRequest } from '../../eventSource';
import { idsIn, rangesOf } from '../../idRanges';
import {
	checkFlag,
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';

/**
 * What the trigger remembers of new records between two polls, and its stored form.
 * `newRecordsState.ts` explains the words.
 */
export interface RecordsMemory {
	mark: Mark;
	/** Above the mark: records that were reported, or that were there before. */
	reportedIds: ReadonlySet<number>;
	/** Above the mark: records that the filters left out. */
	unwantedIds: ReadonlySet<number>;
	/**
	 * Above the mark: records of other branches. Totals count them, but they are reported only if
	 * they come into a watched branch.
	 */
	otherBranchIds: ReadonlySet<number>;
	/**
	 * When all readable lists were last read whole, by n8n's clock in milliseconds; undefined if they
	 * must be read whole again.
	 */
	lastWholeReadingAt?: number;
	/** The watched branches. */
	branches: ReadonlyMap<number, BranchMemory>;
}

export interface Mark {
	/** Records up to this ID are old. */
	id: number;
	/**
	 * The day before the creation of the record with this ID, `yyyy-mm-dd`. Lists are asked for from
	 * this day on. Empty if AlfaCRM shows a day that does not exist; then lists are asked for whole.
	 */
	since: string;
}

export interface BranchMemory {
	/**
	 * How many rows AlfaCRM counts from the day of `since` on. Undefined while some of them are still
	 * to be reported.
	 */
	total?: number;
	/** Since when the branch could not be read, by n8n's clock in milliseconds. */
	unreadSince?: number;
	/**
	 * The branch was chosen, or could be read, only after the first poll. The records that its first
	 * reading shows are not reported, because they were there before.
	 */
	wasAddedLater: boolean;
}

/**
 * Restores the memory from what the last poll has stored, and adapts it to the settings of this
 * poll.
 */
export function restoreMemory(
	stored: RecordsState,
	{ branches, filters, scope }: Pick<PollRequest, 'branches' | 'filters' | 'scope'>,
): RecordsMemory {
	// If other branches are chosen now, those without a state were added. Otherwise a branch without
	// a state is a new one of the account, so that all its records are new.
	const hasChoiceChanged = scope !== stored.scope;
	const newBranch: BranchMemory = { wasAddedLater: hasChoiceChanged };
	const watchedBranches = branches.map((branch): [number, BranchMemory] => {
		const branchState = stored.branches[branch];
		return [branch, branchState === undefined ? newBranch : restoreBranch(branchState)];
	});

	// Records that the old filters left out are not reported under new filters.
	const haveFiltersChanged = filters !== stored.filters;
	const reported = haveFiltersChanged ? `${stored.told},${stored.unwanted}` : stored.told;
	const unwanted = haveFiltersChanged ? '' : stored.unwanted;
	return {
		mark: { id: stored.mark, since: stored.since },
		reportedIds: idsIn(reported),
		unwantedIds: idsIn(unwanted),
		otherBranchIds: idsIn(stored.foreign ?? ''),
		lastWholeReadingAt: stored.wholeAt,
		branches: new Map(watchedBranches),
	};
}

/** Makes the stored form of the memory. Leaves out IDs that are no longer above the mark. */
export function storeMemory(
	memory: RecordsMemory,
	{ filters, scope }: Pick<PollRequest, 'filters' | 'scope'>,
): RecordsState {
	const { mark, reportedIds, unwantedIds, otherBranchIds, lastWholeReadingAt, branches } = memory;
	const writeIds = (ids: ReadonlySet<number>) => rangesOf([...ids].filter((id) => id > mark.id));
	return {
		mark: mark.id,
		since: mark.since,
		told: writeIds(reportedIds),
		unwanted: writeIds(unwantedIds),
		foreign: writeIds(otherBranchIds) || undefined,
		wholeAt: lastWholeReadingAt,
		branches: Object.fromEntries(
			[...branches].map(([branch, branchMemory]) => [branch, storeBranch(branchMemory)]),
		),
		scope,
		filters,
	};
}

// ---------------------------------------------------------------- stored form

/**
 * The stored form of the memory, as plain JSON. Workflows store these names, so they must not
 * change.
 */
export interface RecordsState {
	/** The ID of the mark. */
	mark: number;
	/** The day of the mark. */
	since: string;
	/** `reportedIds` as ranges, such as "501-503,507". */
	told: string;
	/** `unwantedIds` as ranges. */
	unwanted: string;
	/** `otherBranchIds` as ranges. */
	foreign?: string;
	/** `lastWholeReadingAt` */
	wholeAt?: number;
	branches: Record<string, BranchState>;
	/** Identifies the branches that were chosen in the last poll. */
	scope: string;
	/** Identifies the filters of the last poll. */
	filters: string;
}

/** The stored form of `BranchMemory`. Workflows store these names, so they must not change. */
interface BranchState {
	/** `total` */
	total?: number;
	/** `unreadSince` */
	unreadAt?: number;
	/** `wasAddedLater` */
	isChosen?: true;
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

function restoreBranch({ total, unreadAt, isChosen }: BranchState): BranchMemory {
	return { total, unreadSince: unreadAt, wasAddedLater: isChosen === true };
}

function storeBranch({ total, unreadSince, wasAddedLater }: BranchMemory): BranchState {
	return { total, unreadAt: unreadSince, isChosen: wasAddedLater ? true : undefined };
}
