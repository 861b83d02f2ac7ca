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

/** A record or a change that is to be reported. */
export interface NewRecord {
	row: IDataObject;
	/**
	 * The watched branches that list it; of a record, only those to which it belongs: see
	 * `isOfOtherBranch`.
	 */
	branches: number[];
}

/** What a poll is asked for. */
export interface PollRequest {
	client: ApiClient;
	reader: ListReader;
	/** n8n's time in milliseconds. */
	now: number;
	/**
	 * Milliseconds since 1970 after which what was found is enough, where the rest can wait; Infinity
	 * for no limit.
	 */
	deadline: number;
	/** The branches that are watched. */
	branches: readonly number[];
	/** Tells which branches were chosen, and which filters: another one is another choice. */
	scope: string;
	filters: string;
	/** How many records are reported at most. */
	most: number;
	/** How many of those that are there already are reported in the first poll. */
	startWith: number;
	/**
	 * The trigger has polled before, but its state cannot be read. The poll is a first one that
	 * reports nothing.
	 */
	hasLostState?: boolean;
}

export interface PollResult {
	/** The oldest first. */
	records: NewRecord[];
	/** What went wrong, by branch. */
	failures: ReadonlyMap<number, unknown>;
	/** The state, plain JSON, once so many of the records have been reported. */
	stateAfter: (taken: number) => unknown;
}

/** What a test in the editor shows. */
export interface Samples {
	/** The oldest first. */
	records: NewRecord[];
	/** There is no more than was looked at. */
	isComplete: boolean;
}

/** A list of AlfaCRM that tells of events. The first poll only notes what is there. */
export interface EventSource {
	/** Finds what is wrong with the state that a poll has left. */
	readonly checkState: Check;
	/** @param state what the last poll left; undefined in the first one */
	poll: (request: PollRequest, state: unknown) => Promise<PollResult>;
	/** So many of the newest that would be reported. */
	samples: (request: SampleRequest, count: number) => Promise<Samples>;
}

export type SampleRequest = Pick<
	PollRequest,
	'branches' | 'client' | 'deadline' | 'now' | 'reader'
>;

/**
 * Makes something of each, one after the other, until there is enough or one fails: the next poll
 * begins with that one.
 *
 * @throws what went wrong with the first
 */
export async function oneByOne<T, R>(
	all: readonly T[],
	isEnough: (made: readonly R[]) => boolean,
	make: (one: T) => Promise<R>,
): Promise<R[]> {
	const made: R[] = [];
	for (const one of all) {
		if (made.length > 0 && isEnough(made)) break;
		const next = await make(one).then(
			(value) => [value],
			(failure: unknown) => {
				if (made.length === 0) throw failure;
			},
		);
		if (next === undefined) break;
		made.push(...next);
	}
	return made;
}

/**
 * Refusals that the next poll would meet again: what this user may not read, or what is not there.
 */
const LASTING = [400, 403, 404];

export const isLasting = ({ node }: ApiClient, failure: unknown): boolean =>
	hasStatus(asNodeError(node, failure), ...LASTING);

/**
 * Reads lists for a poll. A list that comes empty although rows are counted is a failure, which
 * STUD guards against. API notes 3.
 *
 * @param deadline milliseconds since 1970 after which no further page is read
 * @throws NodeApiError for such a list, and for one that takes longer than the poll may
 */
export const pollReader = (client: ApiClient, deadline: number): ListReader => ({
	async collect(list, options): Promise<Collected> {
		const goal = new DeadlineGoal(deadline, options.goal);
		const collected = await collect(client, list, { ...options, goal });
		const wasCutShort = collected.nextPage !== undefined && options.goal?.isReached() !== true;
		if (wasCutShort) throw tooLongError(client, list);

		const isEmptyThoughCounted =
			collected.readCount === 0 && (collected.total ?? 0) >= SMALLEST_PAGE;
		if (isEmptyThoughCounted) throw emptyError(client, list);
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
 * Reads a list in each branch. A branch that cannot be read stops no other.
 *
 * @throws what went wrong, if it did so in all of them
 */
export async function inEach<T>(
	branches: readonly number[],
	read: (branch: number) => Promise<T>,
): Promise<{ found: Map<number, T>; failures: Map<number, unknown> }> {
	const found = new Map<number, T>();
	const failures = new Map<number, unknown>();
	const results = await Promise.allSettled(branches.map(read));
	results.forEach((result, index) => {
		if (result.status === 'fulfilled') found.set(branches[index], result.value);
		else failures.set(branches[index], result.reason);
	});
	if (found.size === 0 && failures.size > 0) throw [...failures.values()][0];
	return { found, failures };
}

/** What is known of each branch, by its ID. */
export const byBranch = <S>(
	branches: readonly number[],
	stateOf: (branch: number) => S,
): Record<string, S> => Object.fromEntries(branches.map((branch) => [branch, stateOf(branch)]));

/** What is known of each branch once a poll has changed it. */
export const mapBranches = <S>(
	states: Readonly<Record<string, S>>,
	after: (before: S, branch: number) => S,
): Record<string, S> =>
	byBranch(Object.keys(states).map(Number), (branch) => after(states[branch], branch));

export const rowId = ({ id }: IDataObject): number => readId(id) ?? 0;

/**
 * Where a record is: the branches that list it, and those of its card, which could not be read just
 * now perhaps.
 */
export const placesOf = ({ branches, row }: NewRecord): number[] => [
	...branches,
	...shownBranches(row),
];

/**
 * Whether a record belongs to none of the watched branches, though one of them lists it.
 * API notes 3.
 */
export const isOfOtherBranch = ({ branches }: NewRecord): boolean => branches.length === 0;

/**
 * The records of what was read in each branch, each once, by ID. Some may be of other branches: see
 * `isOfOtherBranch`.
 */
export function recordsIn(
	lists: ReadonlyMap<number, Pick<Collected, 'rows'> | undefined>,
	counts: (row: IDataObject) => boolean = () => true,
): Map<number, NewRecord> {
	const found = new Map<number, NewRecord>();
	for (const [branch, { rows } = { rows: [] }] of lists)
		for (const row of rows.filter(counts)) {
			const { branches = [] } = found.get(rowId(row)) ?? {};
			const own = belongsToBranch(row, branch) ? [branch] : [];
			found.set(rowId(row), { row, branches: [...branches, ...own] });
		}
	return found;
}

export function emptyError({ node }: ApiClient, { task, branch }: ListQuery): Error {
	const text = {
		message: `AlfaCRM sent an empty list when asked to ${task}, though there is something in it`,
		description: `It is the one of branch ${String(branch)}. Try again later, as an active workflow does by itself. If it stays empty, choose the other branches in 'Branch'.`,
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

function tooLongError({ node }: ApiClient, { task, branch }: ListQuery): Error {
	const text = {
		message: `There was not enough time to ${task} in branch ${String(branch)}`,
		description:
			"The list has more pages than n8n gives a poll time for. Nothing is lost: the next poll begins anew. If it stays so, let several triggers watch a branch each, or raise 'Requests per Second' in the credential if your account allows more.",
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}
