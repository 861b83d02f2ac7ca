import type { IDataObject } from 'n8n-workflow';

/** Where an item works if 'Branch' is empty. */
export interface Place {
	/** Undefined for an operation that looks in all branches by itself. */
	branch?: number;
	/** Whether the record was found in this branch. It may be in other branches as well. */
	hasRecord: boolean;
}

/** A record that belongs to certain branches, and that a parameter gives by its name. */
export interface BoundRecord {
	/** The parameter and the name, for a message: "'Room' (Blue)". */
	given: string;
	branches: readonly number[];
}

/** What was found out about an item before its operation begins: see `resolveItem`. */
export interface Resolution {
	/** Whether the operation saves nothing, so that no error says what was saved. */
	readonly onlyReads: boolean;
	/** Undefined if a branch was chosen, or the operation needs none. */
	readonly place?: Place;
	/**
	 * The values of parameters that hold IDs in place of names, or in place of the key of a record,
	 * by parameter.
	 */
	readonly parameters: ReadonlyMap<string, unknown>;
	/** The input item with IDs in place of names, if all of it is mapped to fields. */
	readonly json?: IDataObject;
	readonly boundRecords: readonly BoundRecord[];
}

export const NOTHING_RESOLVED: Resolution = {
	onlyReads: false,
	parameters: new Map(),
	boundRecords: [],
};
