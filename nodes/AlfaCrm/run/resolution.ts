import type { IDataObject } from 'n8n-workflow';

/** The branch in which an item works if 'Branch' is empty, and how it was found. */
export interface Place {
	/** The ID of the branch; undefined for an operation that searches all branches itself. */
	branch?: number;
	/**
	 * Whether the item's record was found in this branch; it may be in other branches as well. If
	 * false, and there is a branch, it is the only branch of the account.
	 */
	hasRecord: boolean;
}

/** A record that the user gives by its name, and that belongs to certain branches only. */
export interface BoundRecord {
	/** Names the parameter and the record in a message: "'Room' (Blue)". */
	description: string;
	branches: readonly number[];
}

/** The findings about an item before its operation begins: see `resolveItem`. */
export interface Resolution {
	/** Whether the operation saves nothing. Then no error says what was saved. */
	readonly onlyReads: boolean;
	/** Undefined if the user has chosen a branch, or the operation needs none. */
	readonly place?: Place;
	/**
	 * The values of parameters in which an ID has replaced a name or a match value, by the name of
	 * the parameter.
	 */
	readonly parameters: ReadonlyMap<string, unknown>;
	/**
	 * The JSON of the input item with IDs in place of names. Set if *Field Mapper* maps all of it.
	 */
	readonly json?: IDataObject;
	/**
	 * The records that were found by their names and belong to certain branches only. `owner.ts`
	 * checks that they belong to the branch of a new record.
	 */
	readonly boundRecords: readonly BoundRecord[];
}

export const NOTHING_RESOLVED: Resolution = {
	onlyReads: false,
	parameters: new Map(),
	boundRecords: [],
};
