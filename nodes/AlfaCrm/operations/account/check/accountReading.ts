import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';

/** An account as one user sees it. */
export interface AccountReading {
	/** The branch whose lists were read. */
	branch: number;
	/**
	 * Whether the user may list records in a branch, by branch ID. It has the branches that were
	 * tried, in the order in which they were tried.
	 */
	branchAccess: ReadonlyMap<number, BranchAccess>;
	/**
	 * The first page of customers, by branch ID. It has the tried branches in which this user may
	 * list customers.
	 */
	customersByBranch: ReadonlyMap<number, readonly IDataObject[]>;
	/** One reading for each entity, in the order of the entities. */
	lists: readonly ListReading[];
	/** The paths of the lists that AlfaCRM refused because a page size was requested. */
	pathsRefusingPageSize: readonly string[];
	/**
	 * For each list that was read, how many milliseconds AlfaCRM took to answer the last call. A call
	 * may be sent again, and a list may take two calls.
	 */
	answerTimesMs: readonly number[];
	/**
	 * How many calls AlfaCRM refused as too many requests while the account was read. Calls of other
	 * workflows to the same host count as well, if they run in the same n8n process.
	 */
	tooManyRequestsCount: number;
}

/** A list whose first page was read. */
export interface ReadList {
	outcome: 'read';
	entity: Entity;
	/**
	 * The rows of the first page. If AlfaCRM names no total, also those of the second page, because
	 * only that page shows whether the list goes on.
	 */
	rows: IDataObject[];
	/** How many rows the whole list has, if AlfaCRM says so. */
	total?: number;
	/**
	 * How many rows the first page held. Undefined if no other page follows, because then the first
	 * page is perhaps not full.
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
 * A list that was not requested. AlfaCRM only lists its records for one owner, as subscriptions for
 * one customer, and the list of owners showed none.
 */
interface SkippedList {
	outcome: 'skipped';
	entity: Entity;
	/** The resource of the missing owner. */
	missingOwner: string;
}

export type ListReading = ReadList | RefusedList | SkippedList;

/**
 * Whether a user may list records in a branch.
 *
 * - `readable`: AlfaCRM showed one of the lists that nearly every user may read.
 * - `denied`: it refused all of these lists with HTTP 403.
 * - `unknown`: it refused one of them with another status, before any was shown.
 */
export type BranchAccess = 'readable' | 'denied' | 'unknown';

/** Returns the rows of a list, or none if AlfaCRM did not show the list. */
export const getRows = (list: ListReading | undefined): IDataObject[] =>
	list?.outcome === 'read' ? list.rows : [];

/**
 * Returns the rows of the list that has a path, such as `customer`, or none if AlfaCRM did not show
 * the list.
 */
export function findRowsByPath({ lists }: AccountReading, path: string): IDataObject[] {
	const list = lists.find(({ entity }) => entity.path === path);
	return getRows(list);
}
