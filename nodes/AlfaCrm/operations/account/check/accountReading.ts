import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';

/** An account as one user sees it. */
export interface AccountReading {
	/** The branch whose lists were read. */
	branch: number;
	/** By the ID of the branch, in the order in which they were probed. */
	branchAccess: ReadonlyMap<number, BranchAccess>;
	/** The first page of customers of each probed branch where this user may list customers. */
	customersByBranch: ReadonlyMap<number, readonly IDataObject[]>;
	/** One reading for each entity, in the order of the entities. */
	lists: readonly ListReading[];
	/** The paths of the lists that AlfaCRM refused because a page size was requested. */
	pathsRefusingPageSize: readonly string[];
	/** Milliseconds from each call to its answer. */
	answerTimesMs: readonly number[];
	/** How many calls of this process AlfaCRM refused meanwhile as too many requests. */
	tooManyRequestsCount: number;
}

/** A list whose first page was read. */
export interface ReadList {
	outcome: 'read';
	entity: Entity;
	/** The rows of the first page; those of the second one too if AlfaCRM names no total. */
	rows: IDataObject[];
	/** How many rows the whole list has, if AlfaCRM says so. */
	total?: number;
	/** How many rows the first page held, if more pages follow. */
	pageSize?: number;
}

/** A list that AlfaCRM refused. */
export interface RefusedList {
	outcome: 'refused';
	entity: Entity;
	/** The HTTP status of the refusal. */
	status: number;
}

/** A list that was not requested, because it belongs to one record, and no such record came. */
interface SkippedList {
	outcome: 'skipped';
	entity: Entity;
	/** The resource of the missing owner. */
	missingOwner: string;
}

export type ListReading = ReadList | RefusedList | SkippedList;

/**
 * Whether a user may list anything usual in a branch; `unknown` if AlfaCRM answered with something
 * else.
 */
export type BranchAccess = 'readable' | 'denied' | 'unknown';

/** Returns the rows of a list; none if it was not read. */
export const rowsIn = (list: ListReading | undefined): IDataObject[] =>
	list?.outcome === 'read' ? list.rows : [];

/** Returns the rows of the list with a path; none if it was not read. */
export const rowsAt = ({ lists }: AccountReading, path: string): IDataObject[] =>
	rowsIn(lists.find(({ entity }) => entity.path === path));
