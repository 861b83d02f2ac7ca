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
 * What the trigger remembers of new records between two polls, and its stored form.
 * `newRecordsState.ts` explains the words.
 */
export interface RecordsMemory {
	mark: Mark;
	known: KnownRecords;
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
	{
		branches,
		filtersDigest: filters,
		branchesDigest: scope,
	}: Pick<PollRequest, 'branches' | 'filtersDigest' | 'branchesDigest'>,
): RecordsMemory {
	// If other branches are chosen now, those without a state were added. Otherwise a branch without
	// a state is a new one of the account, so that all its records are new.
	const hasChoiceChanged = scope !== stored.scope;
	const newBranch: BranchMemory = { wasAddedLater: hasChoiceChanged };
	const watchedBranches = branches.map((branch): [number, BranchMemory] => {
		const branchState = stored.branches[branch];
		return [branch, branchState === undefined ? newBranch : restoreBranch(branchState)];
	});

	return {
		mark: { id: stored.mark, since: stored.since },
		known: restoreKnown(stored, { haveFiltersChanged: filters !== stored.filters }),
		lastWholeReadingAt: stored.wholeAt,
		branches: new Map(watchedBranches),
	};
}

function restoreKnown(
	{ told, unwanted, foreign = '' }: RecordsState,
	{ haveFiltersChanged }: { haveFiltersChanged: boolean },
): KnownRecords {
	if (haveFiltersChanged) {
		// Records that the old filters left out are not reported under new filters.
		const reported = `${told},${unwanted}`;
		return new KnownRecords({ reported, unwanted: '', ofOtherBranches: foreign });
	}
	return new KnownRecords({ reported: told, unwanted, ofOtherBranches: foreign });
}

/** Makes the stored form of the memory. Leaves out IDs that are no longer above the mark. */
export function storeMemory(
	{ mark, known, lastWholeReadingAt, branches }: RecordsMemory,
	{
		filtersDigest: filters,
		branchesDigest: scope,
	}: Pick<PollRequest, 'filtersDigest' | 'branchesDigest'>,
): RecordsState {
	const { reported, unwanted, ofOtherBranches } = known.toStored(mark.id);
	return {
		mark: mark.id,
		since: mark.since,
		told: reported,
		unwanted,
		foreign: ofOtherBranches === '' ? undefined : ofOtherBranches,
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
	/** The IDs of reported records as ranges, such as "501-503,507". */
	told: string;
	/** The IDs of unwanted records, in the same form. */
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
