/**
 * The interface of event sources, and the functions with which all sources read.
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
	readSamples: (request: SampleRequest, count: number) => Promise<Samples>;
}

/** The input of a poll: everything that a source needs. */
export interface PollRequest {
	client: ApiClient;
	reader: ListReader;
	/** When the poll began, by n8n's clock in milliseconds since 1970. */
	now: number;
	/**
	 * Milliseconds since 1970 after which a source stops looking for further records, if it can
	 * report a part of what is new; Infinity for no limit.
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
	/** How many existing records the first poll reports, the newest ones. */
	firstReportCount: number;
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

/** The result of a poll. */
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

/** The records that a test in the editor shows. */
export interface Samples {
	/** Oldest first. */
	records: NewRecord[];
	/** Whether all records were looked at, so that AlfaCRM has no others to show. */
	hasSeenAllRecords: boolean;
}

// ---------------------------------------------------------------- reading lists

/**
 * Makes the reader with which a poll reads lists. It reads a list to its end, or until the goal of
 * its caller is reached, such as "all new records were shown". If time runs out before that, it
 * throws, because a part of a list would look as if nothing else was there.
 *
 * @param deadline milliseconds since 1970 after which no further page is read
 * @throws NodeApiError for an empty list in which AlfaCRM counts rows, and for a list that takes
 * longer than the deadline
 */
export function makePollReader(client: ApiClient, deadline: number): ListReader {
	return {
		async collect(list, options): Promise<Collected> {
			const goalOfCaller = options.goal;
			const goal = new StopAtDeadline(deadline, goalOfCaller);
			const collected = await collect(client, list, { ...options, goal });

			// A reading ends before the last page if the caller's goal is reached, or at the deadline.
			const hasFurtherPages = collected.nextPage !== undefined;
			const isGoalOfCallerReached = goalOfCaller?.isReached() === true;
			const wasStoppedByDeadline = hasFurtherPages && !isGoalOfCallerReached;
			if (wasStoppedByDeadline) throw makeTooLongError(client, list);

			if (isEmptyThoughCounted(collected)) throw makeEmptyListError(client, list);
			return collected;
		},
	};
}

/**
 * Whether AlfaCRM sent a list without rows, although it counts at least a page of them. Another
 * program that reads AlfaCRM treats such an answer as a failure too. A smaller count is no failure,
 * because a list may count a few rows that it does not show. API notes 3.
 */
function isEmptyThoughCounted({ readCount, total = 0 }: Collected): boolean {
	return readCount === 0 && total >= SMALLEST_PAGE;
}

/**
 * Ends the reading of a list when time runs out, or when another goal is reached. A goal sees each
 * page of a reading, and decides when enough was read.
 */
export class StopAtDeadline implements ReadingGoal {
	/**
	 * @param deadline milliseconds since 1970
	 * @param otherGoal undefined to read until the deadline or the end of the list
	 */
	constructor(
		private readonly deadline: number,
		private readonly otherGoal?: ReadingGoal,
	) {}

	add(page: Page): void {
		this.otherGoal?.add(page);
	}

	isReached(): boolean {
		const isOtherGoalReached = this.otherGoal?.isReached() === true;
		return isOtherGoalReached || Date.now() >= this.deadline;
	}
}

/**
 * Reads the first rows of a list, which show most polls that there is nothing new. Asks for 20 rows
 * because that is the smallest page that AlfaCRM was seen to send by itself. API notes 3.
 */
export const readSmallPage = async (reader: ListReader, list: ListQuery): Promise<Collected> =>
	await reader.collect({ ...list, pageSize: SMALLEST_PAGE }, { goal: ONE_PAGE });

/**
 * Reads something in each branch, in all branches at the same time. A branch that cannot be read
 * does not keep the other branches from being read.
 *
 * @returns the results and the failures, by the IDs of the branches
 * @throws the failure of the first branch, if no branch could be read
 */
export async function readEachBranch<Result>(
	branches: readonly number[],
	readBranch: (branch: number) => Promise<Result>,
): Promise<{ results: Map<number, Result>; failures: Map<number, unknown> }> {
	const outcomes = await Promise.allSettled(branches.map(readBranch));

	const results = new Map<number, Result>();
	const failures = new Map<number, unknown>();
	for (const [index, outcome] of outcomes.entries()) {
		const branch = branches[index];
		if (outcome.status === 'fulfilled') {
			results.set(branch, outcome.value);
		} else {
			failures.set(branch, outcome.reason);
		}
	}

	const hasOnlyFailures = results.size === 0 && failures.size > 0;
	if (hasOnlyFailures) {
		const [firstFailure] = failures.values();
		throw firstFailure;
	}
	return { results, failures };
}

/**
 * The HTTP statuses with which AlfaCRM refuses to show something: this user may not read it, or it
 * is not there.
 */
const LASTING_STATUSES = [400, 403, 404];

/** Whether a failure is a refusal that the next poll would meet again. */
export const isLastingFailure = ({ node }: ApiClient, failure: unknown): boolean =>
	hasStatus(asNodeError(node, failure), ...LASTING_STATUSES);

/** Makes the error for a list that came without rows, although AlfaCRM counts rows in it. */
export function makeEmptyListError({ node }: ApiClient, { task, branch }: ListQuery): Error {
	const text = {
		message: `AlfaCRM sent an empty list when asked to ${task}, though there is something in it`,
		description: `It is the one of branch ${String(branch)}. Try again later, as an active workflow does by itself. If it stays empty, choose the other branches in 'Branch'.`,
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

/** Makes the error for a list that a poll could not read to its end in its time. */
function makeTooLongError({ node }: ApiClient, { task, branch }: ListQuery): Error {
	const text = {
		message: `There was not enough time to ${task} in branch ${String(branch)}`,
		description:
			"The list has more pages than n8n gives a poll time for. Nothing is lost: the next poll begins anew. If it stays so, let several triggers watch a branch each, or raise 'Requests per Second' in the credential if your account allows more.",
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

// ---------------------------------------------------------------- records of several branches

/**
 * Reads the ID of a row. Every record of AlfaCRM has one; 0 stands for an ID that is unreadable.
 */
export const readIdOrZero = ({ id }: IDataObject): number => readId(id) ?? 0;

/**
 * Joins the lists of several branches. A customer who is in the lists of branches 1 and 2 becomes
 * one record with `branches: [1, 2]`.
 *
 * A list may also show records that belong to other branches only. These records have
 * `branches: []`. API notes 3.
 *
 * @param listsByBranch undefined for a branch that was not read
 * @returns the records by their IDs
 */
export function joinBranchLists(
	listsByBranch: ReadonlyMap<number, Pick<Collected, 'rows'> | undefined>,
): Map<number, NewRecord> {
	const recordsById = new Map<number, NewRecord>();
	for (const [branch, list] of listsByBranch) {
		const rows = list?.rows ?? [];
		for (const row of rows) {
			const id = readIdOrZero(row);
			const branchesOfRecord = recordsById.get(id)?.branches ?? [];
			if (belongsToBranch(row, branch)) branchesOfRecord.push(branch);

			// The rows of several branches show the same record, so the last of them will do.
			recordsById.set(id, { row, branches: branchesOfRecord });
		}
	}
	return recordsById;
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

/** Makes one state for each branch, by the IDs of the branches. */
export function makeBranchStates<State>(
	branches: readonly number[],
	makeState: (branch: number) => State,
): Record<string, State> {
	const entries = branches.map((branch) => [branch, makeState(branch)] as const);
	return Object.fromEntries(entries);
}

/** Makes the next state of each branch from its previous state. */
export function mapBranchStates<State>(
	states: Readonly<Record<string, State>>,
	makeNext: (state: State, branch: number) => State,
): Record<string, State> {
	const branches = Object.keys(states).map(Number);
	return makeBranchStates(branches, (branch) => makeNext(states[branch], branch));
}

// ---------------------------------------------------------------- working through records

/**
 * Converts inputs one after the other, such as new records into items. Stops before the first input
 * that cannot be converted, or when `shouldStop` says so: there are enough results, or the time is
 * over. The next poll goes on with the inputs that are left.
 *
 * Converts at least one input even if the time is over. Otherwise a trigger with too little time
 * would report nothing for ever.
 *
 * @throws the failure of the first input, because then there is no result to return
 */
export async function convertUntilStopped<Input, Result>(
	inputs: readonly Input[],
	shouldStop: (results: readonly Result[]) => boolean,
	convert: (input: Input) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	for (const input of inputs) {
		const isFirstInput = results.length === 0;
		if (!isFirstInput && shouldStop(results)) break;

		// `allSettled` gives the failure as a value: n8n's linter refuses to rethrow a caught one.
		const [outcome] = await Promise.allSettled([convert(input)]);
		const hasFailed = outcome.status === 'rejected';
		if (hasFailed && isFirstInput) throw outcome.reason;
		if (hasFailed) break;

		results.push(outcome.value);
	}
	return results;
}
