/**
 * What a source of events is, and what all sources use for reading.
 *
 * A source (`sources/<kind>/`) reads lists of AlfaCRM and finds out what is new. It stores nothing
 * itself. `poll.ts` hands it the state that the previous poll has stored. The source returns the
 * new records, oldest first, and a function: `stateAfter(n)` makes the state to store once the
 * first n of them are reported. So a poll may report only some of the records, and the next poll
 * finds the other ones again.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError, hasStatus, nodeError } from '../api/failures';
import type { Collected, ListReader, ReadingGoal } from '../api/list';
import { collect, ONE_PAGE } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import { SMALLEST_PAGE } from '../api/pages';
import { belongsToBranch, shownBranches } from '../entities/branch';
import { readId } from '../values/formats';
import type { Check } from './storedShape';

/** A list of AlfaCRM that tells of events, and the rules by which something in it is new. */
export interface EventSource {
	/** Finds what is wrong with a stored state, before it is handed to `poll`. */
	readonly checkState: Check;
	/**
	 * Finds what is new. The first poll notes what is there already, and reports only what the user
	 * wants to start with.
	 *
	 * @param state what `stateAfter` of the previous poll has returned; undefined in the first poll
	 */
	poll: (request: PollRequest, state: unknown) => Promise<PollResult>;
	/** Finds the newest records that would be reported, for a test in the editor. */
	samples: (request: SampleRequest, count: number) => Promise<Samples>;
}

/** What a source needs for a poll. */
export interface PollRequest {
	client: ApiClient;
	reader: ListReader;
	/** When the poll began, by n8n's clock in milliseconds since 1970. */
	now: number;
	/**
	 * Milliseconds since 1970 after which the source looks for no more, if what it has found is of
	 * use without the rest; Infinity for no limit.
	 */
	deadline: number;
	/** The IDs of the branches that are watched. */
	branches: readonly number[];
	/** A digest of the branches that the user has chosen. It differs for another choice. */
	branchesDigest: string;
	/** A digest of the filters that the user has set. It differs for other filters. */
	filtersDigest: string;
	/** How many records a poll reports at most. */
	maxRecords: number;
	/** How many of the records that are there already the first poll reports. */
	startWith: number;
	/**
	 * Whether the trigger has polled before, but its state cannot be read. Then the poll is a first
	 * one that reports nothing.
	 */
	hasLostState?: boolean;
}

/** A record or a change that is to be reported. */
export interface NewRecord {
	row: IDataObject;
	/**
	 * The watched branches that list it. For a record, only branches to which it belongs: see
	 * `isOfOtherBranch`.
	 */
	branches: number[];
}

/** What a source has found in a poll. */
export interface PollResult {
	/** Oldest first. */
	records: NewRecord[];
	/** The failures of the branches that could not be read, by the IDs of the branches. */
	failures: ReadonlyMap<number, unknown>;
	/**
	 * Makes the state to store, as plain JSON.
	 *
	 * @param reportedCount how many of `records` have been reported, from the first one on
	 */
	stateAfter: (reportedCount: number) => unknown;
}

export type SampleRequest = Pick<
	PollRequest,
	'branches' | 'client' | 'deadline' | 'now' | 'reader'
>;

/** What a test in the editor shows. */
export interface Samples {
	/** Oldest first. */
	records: NewRecord[];
	/** Whether everything was looked at, so that there are no other records to show. */
	isComplete: boolean;
}

// ---------------------------------------------------------------- reading lists

/**
 * Makes a reader of lists for a poll. It reads a list to its end, or as far as the goal of the
 * reading says. If it cannot, it fails, because a part of a list would look as if nothing else was
 * there.
 *
 * An empty list is a failure if AlfaCRM counts rows in it. Another client of AlfaCRM, STUD, treats
 * such an answer as a failure to repeat too, not as the end of the list. API notes 3.
 *
 * @param deadline milliseconds since 1970 after which no further page is read
 * @throws NodeApiError for such an empty list, and for a list that takes longer than the deadline
 */
export const makePollReader = (client: ApiClient, deadline: number): ListReader => ({
	async collect(list, options): Promise<Collected> {
		const goal = new DeadlineGoal(deadline, options.goal);
		const collected = await collect(client, list, { ...options, goal });
		// A reading that stops before the last page has reached its own goal, or only the deadline.
		const wasCutShort = collected.nextPage !== undefined && options.goal?.isReached() !== true;
		if (wasCutShort) throw makeTooLongError(client, list);

		const isEmptyThoughCounted =
			collected.readCount === 0 && (collected.total ?? 0) >= SMALLEST_PAGE;
		if (isEmptyThoughCounted) throw makeEmptyListError(client, list);
		return collected;
	},
});

/** Is reached when the time is over, or when another goal is reached before that. */
export class DeadlineGoal implements ReadingGoal {
	/** @param deadline milliseconds since 1970 */
	constructor(
		private readonly deadline: number,
		private readonly goal?: ReadingGoal,
	) {}

	add(page: Page): void {
		this.goal?.add(page);
	}

	isReached(): boolean {
		return this.goal?.isReached() === true || Date.now() >= this.deadline;
	}
}

/**
 * Reads a small page 0 of a list, which shows most polls that there is nothing new. It has 20 rows,
 * since no page was seen to have fewer unless AlfaCRM was asked for them. API notes 3.
 */
export const readSmallPage = async (reader: ListReader, list: ListQuery): Promise<Collected> =>
	await reader.collect({ ...list, pageSize: SMALLEST_PAGE }, { goal: ONE_PAGE });

/**
 * Reads something in each branch. A branch that cannot be read does not keep the other branches
 * from being read.
 *
 * @returns what was read and what failed, by the IDs of the branches
 * @throws the failure of the first branch, if no branch could be read
 */
export async function readEachBranch<T>(
	branches: readonly number[],
	read: (branch: number) => Promise<T>,
): Promise<{ found: Map<number, T>; failures: Map<number, unknown> }> {
	const found = new Map<number, T>();
	const failures = new Map<number, unknown>();
	const results = await Promise.allSettled(branches.map(read));
	results.forEach((result, index) => {
		const branch = branches[index];
		if (result.status === 'fulfilled') {
			found.set(branch, result.value);
		} else {
			failures.set(branch, result.reason);
		}
	});

	const isNothingRead = found.size === 0 && failures.size > 0;
	if (isNothingRead) throw [...failures.values()][0];
	return { found, failures };
}

/**
 * The HTTP statuses with which AlfaCRM refuses what this user may not read or what is not there.
 */
const LASTING_STATUSES = [400, 403, 404];

/** Whether a failure is a refusal that the next poll would meet again. */
export const isLastingFailure = ({ node }: ApiClient, failure: unknown): boolean =>
	hasStatus(asNodeError(node, failure), ...LASTING_STATUSES);

export function makeEmptyListError({ node }: ApiClient, { task, branch }: ListQuery): Error {
	const text = {
		message: `AlfaCRM sent an empty list when asked to ${task}, though there is something in it`,
		description: `It is the one of branch ${String(branch)}. Try again later, as an active workflow does by itself. If it stays empty, choose the other branches in 'Branch'.`,
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

function makeTooLongError({ node }: ApiClient, { task, branch }: ListQuery): Error {
	const text = {
		message: `There was not enough time to ${task} in branch ${String(branch)}`,
		description:
			"The list has more pages than n8n gives a poll time for. Nothing is lost: the next poll begins anew. If it stays so, let several triggers watch a branch each, or raise 'Requests per Second' in the credential if your account allows more.",
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

// ---------------------------------------------------------------- records of several branches

/** Reads the ID of a row; 0 if it has none. */
export const readIdOrZero = ({ id }: IDataObject): number => readId(id) ?? 0;

/**
 * Joins the lists of branches: a record that several branches list becomes one `NewRecord`. Some
 * of the records may belong to other branches: see `isOfOtherBranch`.
 *
 * @param lists what was read, by the IDs of the branches; undefined for a branch that was not read
 * @param counts whether a row counts; other rows are left out
 * @returns the records by their IDs
 */
export function joinBranchLists(
	lists: ReadonlyMap<number, Pick<Collected, 'rows'> | undefined>,
	counts: (row: IDataObject) => boolean = () => true,
): Map<number, NewRecord> {
	const records = new Map<number, NewRecord>();
	for (const [branch, list] of lists) {
		const rows = (list?.rows ?? []).filter(counts);
		for (const row of rows) {
			const earlierBranches = records.get(readIdOrZero(row))?.branches ?? [];
			const branches = belongsToBranch(row, branch)
				? [...earlierBranches, branch]
				: earlierBranches;
			records.set(readIdOrZero(row), { row, branches });
		}
	}
	return records;
}

/**
 * Whether a record belongs to none of the watched branches, although one of them lists it: some
 * branches also list the records of other branches. API notes 3.
 */
export const isOfOtherBranch = ({ branches }: NewRecord): boolean => branches.length === 0;

/**
 * Lists the branches in which a record may be: those that list it, and those that the record itself
 * names. The latter may be branches that could not be read just now.
 */
export const listBranchesOf = ({ branches, row }: NewRecord): number[] => [
	...branches,
	...shownBranches(row),
];

/** Makes the part of a state that differs by branch: the ID of each branch with its state. */
export const makeBranchStates = <S>(
	branches: readonly number[],
	makeState: (branch: number) => S,
): Record<string, S> => Object.fromEntries(branches.map((branch) => [branch, makeState(branch)]));

/** Makes the states of all branches from their previous states. */
export const mapBranchStates = <S>(
	states: Readonly<Record<string, S>>,
	makeNext: (state: S, branch: number) => S,
): Record<string, S> =>
	makeBranchStates(Object.keys(states).map(Number), (branch) => makeNext(states[branch], branch));

// ---------------------------------------------------------------- working through records

/**
 * Converts items one after the other, and stops early if there are enough results or if an item
 * fails. The items that were not converted are left to the next poll, so a failure in the middle
 * does not lose what was converted before it.
 *
 * At least one item is converted, however late it is: otherwise a trigger with too little time
 * would report nothing for ever.
 *
 * @throws the failure of the first item, because then there is no result to return
 */
export async function convertInOrder<T, R>(
	items: readonly T[],
	isEnough: (results: readonly R[]) => boolean,
	convert: (item: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	for (const item of items) {
		if (results.length > 0 && isEnough(results)) break;

		const [outcome] = await Promise.allSettled([convert(item)]);
		if (outcome.status === 'rejected') {
			if (results.length === 0) throw outcome.reason;
			break;
		}
		results.push(outcome.value);
	}
	return results;
}
