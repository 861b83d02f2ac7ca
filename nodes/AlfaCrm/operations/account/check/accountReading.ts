/**
 * The types for everything that *Account → Check* reads of an account: the first page of every list
 * in one branch, and some lists in other branches.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';

/** An account as the AlfaCRM user of the credential sees it. Below, "the user" is this user. */
export interface AccountReading {
	/** The branch in which the lists of all entities were read. */
	branch: number;
	/**
	 * Whether the user may list records in a branch, by branch ID, in the order in which the branches
	 * were probed. To probe a branch is to request some lists in it, such as customers.
	 */
	branchAccess: ReadonlyMap<number, BranchAccess>;
	/**
	 * The first page of customers in each probed branch in which the user may list customers, by
	 * branch ID.
	 */
	customersByBranch: ReadonlyMap<number, readonly IDataObject[]>;
	/** One reading for each entity, in the order of the entities. */
	lists: readonly ListReading[];
	/**
	 * The paths of the lists that AlfaCRM refused while the call requested a page size. They were
	 * then requested again without a page size.
	 */
	pathsWithoutPageSize: readonly string[];
	/**
	 * For each list that was read: how many milliseconds AlfaCRM took to answer its last call. There
	 * are several calls if the list takes two pages or a call is repeated.
	 */
	answerTimesMs: readonly number[];
	/**
	 * How many calls AlfaCRM refused as too many requests while the account was read. Calls of other
	 * workflows to the same host count as well, if they run in the same n8n process.
	 */
	tooManyRequestsCount: number;
}

/** A list that AlfaCRM has shown: its first page, or its first two pages. */
export interface ShownList {
	outcome: 'read';
	entity: Entity;
	/**
	 * The rows of the first page. If AlfaCRM names no total, the second page is read as well, to see
	 * whether the list goes on, and its rows are included.
	 */
	rows: IDataObject[];
	/** How many rows the whole list has; undefined if AlfaCRM does not say it. */
	total?: number;
	/**
	 * How many rows a full page of this list has: the rows of the first page, if another page
	 * follows. Undefined for a list of one page, because this page is perhaps not full.
	 */
	fullPageSize?: number;
}

/** A list that AlfaCRM refused. */
export interface RefusedList {
	outcome: 'refused';
	entity: Entity;
	/** The HTTP status of the refusal. */
	status: number;
}

/**
 * A list that was not requested, because no owner was found. AlfaCRM lists such records for one
 * owner at a time, for example the subscriptions of one customer.
 */
interface SkippedList {
	outcome: 'skipped';
	entity: Entity;
	/** The resource of the missing owner, such as `customer`. */
	missingOwner: string;
}

export type ListReading = ShownList | RefusedList | SkippedList;

/**
 * Whether the user may list records in a branch. The lists that nearly every user may read, such as
 * customers, are requested one after the other until AlfaCRM shows a list or fails.
 *
 * - `readable`: AlfaCRM showed a list.
 * - `denied`: AlfaCRM refused all lists with HTTP 403.
 * - `unknown`: AlfaCRM refused a list with another status.
 */
export type BranchAccess = 'readable' | 'denied' | 'unknown';

/** Returns the rows of a list. Returns no rows if AlfaCRM did not show the list. */
export const getRows = (list: ListReading | undefined): IDataObject[] =>
	list?.outcome === 'read' ? list.rows : [];

/**
 * Returns the rows of the list with the given path, such as `customer`. Returns no rows if AlfaCRM
 * did not show the list.
 */
export function findRowsByPath({ lists }: AccountReading, path: string): IDataObject[] {
	const list = lists.find(({ entity }) => entity.path === path);
	return getRows(list);
}
