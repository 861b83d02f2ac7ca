import type { IDataObject } from 'n8n-workflow';

/** The branch in which an item works if 'Branch' is empty, and how it was found. */
export interface Place {
	/** The ID of the branch; undefined for an operation that searches all branches itself. */
	branch?: number;
	/**
	 * Whether the branch was found through the item's record, which may be in other branches as well.
	 * If not, `branch` is the only branch of the account, or undefined.
	 */
	hasRecord: boolean;
}

/** A record that the user gives by its name, and that belongs to certain branches only. */
export interface BoundRecord {
	/** The parameter and the record as messages name them: "'Room' (Blue)". */
	description: string;
	branches: readonly number[];
}

/** Everything that is found out about an item before its operation begins: see `resolveItem`. */
export interface Resolution {
	/** Whether the operation saves nothing. Then errors do not tell what was saved. */
	readonly onlyReads: boolean;
	/** Undefined if the user has chosen a branch, or the operation needs none. */
	readonly place?: Place;
	/**
	 * The values of parameters in which an ID has replaced a name or a match value, by the name of
	 * the parameter.
	 */
	readonly parameters: ReadonlyMap<string, unknown>;
	/**
	 * The JSON of the input item with IDs in place of names. Set if *Field Mapper* maps the whole
	 * item and the item holds names.
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
