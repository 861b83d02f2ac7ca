import type { PollRequest } from '../../eventSource';
import {
	checkFlag,
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';
import { KnownRecords } from './knownRecords';

/**
 * Keeps what the trigger remembers of new records between two polls, and its stored form.
 * `newRecordsState.ts` explains the words.
 */
export interface RecordsMemory {
	boundary: Boundary;
	knownRecords: KnownRecords;
	/**
	 * When all readable lists were last read whole, by n8n's clock in milliseconds; undefined if they
	 * must be read whole again.
	 */
	lastWholeReadingAt?: number;
	/** The watched branches. */
	branches: ReadonlyMap<number, BranchMemory>;
}

/** Tells which records are old, so that they are not looked at any more. */
export interface Boundary {
	/** All records up to this ID are old. */
	lastOldId: number;
	/**
	 * The day before the creation of the record with this ID, `yyyy-mm-dd`. Lists are asked for from
	 * this day on. It is empty if the record shows a day that does not exist, such as 31 February,
	 * because it has no day before. Then lists are asked for whole.
	 */
	firstDay: string;
}

export interface BranchMemory {
	/**
	 * How many rows AlfaCRM counts in the list from the boundary's `firstDay` on. Undefined while
	 * some of them are still to be reported.
	 */
	total?: number;
	/** Since when the branch could not be read, by n8n's clock in milliseconds. */
	unreadSince?: number;
	/**
	 * Whether the trigger knows which records existed before it watched the branch. If not, the
	 * records that the first reading shows are not reported, because they may be old. This is
	 * so in a branch that was chosen, or could be read, only after the first poll.
	 */
	knowsExistingRecords: boolean;
}

/**
 * Restores what the trigger remembers from the state that the last poll has stored, and adapts it
 * if the user has chosen other branches or filters since then. Stored names, such as `told`, stay
 * as they are; the code uses clearer ones.
 */
export function restoreMemory(
	stored: RecordsState,
	settings: Pick<PollRequest, 'branches' | 'branchesDigest' | 'filtersDigest'>,
): RecordsMemory {
	return {
		boundary: { lastOldId: stored.mark, firstDay: stored.since },
		knownRecords: restoreKnownRecords(stored, settings.filtersDigest),
		lastWholeReadingAt: stored.wholeAt,
		branches: restoreBranches(stored, settings),
	};
}

/**
 * Restores what the trigger remembers of each watched branch. A branch may have been added since
 * the last poll, so that nothing is stored about it.
 */
function restoreBranches(
	stored: RecordsState,
	settings: Pick<PollRequest, 'branches' | 'branchesDigest'>,
): Map<number, BranchMemory> {
	// If the user has added a branch, its existing records must not be reported, and they are not
	// known yet. If somebody has opened it in AlfaCRM, all of its records are new.
	const hasUserChosenOtherBranches = settings.branchesDigest !== stored.scope;
	const addedBranch: BranchMemory = { knowsExistingRecords: !hasUserChosenOtherBranches };

	const branches = new Map<number, BranchMemory>();
	for (const branch of settings.branches) {
		const branchState = stored.branches[branch];
		branches.set(branch, branchState === undefined ? addedBranch : restoreBranch(branchState));
	}
	return branches;
}

/** Restores the IDs of the records that the trigger has come across. */
function restoreKnownRecords(stored: RecordsState, filtersDigest: string): KnownRecords {
	const { told: reported, unwanted: filteredOut, foreign: ofOtherBranches = '' } = stored;
	const hasUserChangedFilters = filtersDigest !== stored.filters;
	if (!hasUserChangedFilters) return new KnownRecords({ reported, filteredOut, ofOtherBranches });

	// Records that the old filters left out must not be reported under the new filters, so they count
	// as reported. If one of the texts is empty, the comma does no harm.
	const reportedOrFilteredOut = `${reported},${filteredOut}`;
	return new KnownRecords({ reported: reportedOrFilteredOut, filteredOut: '', ofOtherBranches });
}

/**
 * Makes the state to store from what the trigger remembers, under the names that workflows store.
 * Leaves out known records up to the ID `lastOldId`, because all records up to it are old anyway.
 */
export function storeMemory(
	memory: RecordsMemory,
	settings: Pick<PollRequest, 'branchesDigest' | 'filtersDigest'>,
): RecordsState {
	const { boundary, knownRecords, lastWholeReadingAt } = memory;
	const { reported, filteredOut, ofOtherBranches } = knownRecords.toStored(boundary.lastOldId);

	const branches: Record<string, BranchState> = {};
	for (const [branch, branchMemory] of memory.branches) {
		branches[branch] = storeBranch(branchMemory);
	}
	return {
		mark: boundary.lastOldId,
		since: boundary.firstDay,
		told: reported,
		unwanted: filteredOut,
		foreign: ofOtherBranches === '' ? undefined : ofOtherBranches,
		wholeAt: lastWholeReadingAt,
		branches,
		scope: settings.branchesDigest,
		filters: settings.filtersDigest,
	};
}

// ---------------------------------------------------------------- stored form

/**
 * The stored form of the memory, as plain JSON. Workflows store these names, so they must not
 * change.
 */
export interface RecordsState {
	/** `lastOldId` of the boundary */
	mark: number;
	/** `firstDay` of the boundary */
	since: string;
	/** The IDs of reported records as ranges, such as "501-503,507". */
	told: string;
	/** The IDs of records that the filters left out, in the same form. */
	unwanted: string;
	/** The IDs of records of other branches, in the same form; missing if there are none. */
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
	/** `true` if `knowsExistingRecords` is false; otherwise missing */
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
	return { total, unreadSince: unreadAt, knowsExistingRecords: isChosen !== true };
}

function storeBranch({ total, unreadSince, knowsExistingRecords }: BranchMemory): BranchState {
	return { total, unreadAt: unreadSince, isChosen: knowsExistingRecords ? undefined : true };
}
