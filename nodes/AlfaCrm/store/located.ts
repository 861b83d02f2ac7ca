import type { IDataObject } from 'n8n-workflow';

import type { FallbackDates } from './fallbackDates';

/** The ID of a branch; undefined for the whole account, or if no branch is known. */
export type Branch = number | undefined;

/** A record, and a branch in which it can be read and written. */
export interface LocatedRecord {
	row: IDataObject;
	branch?: Branch;
}

/** Where the calls about the records of an entity go, and how messages speak of their fields. */
export interface Target {
	/** The path of the entity, such as `customer`. */
	path: string;
	branch?: Branch;
	/**
	 * The IDs that the query of each call holds, for records that belong to another one. The record's
	 * own ID is not among them.
	 */
	query: IDataObject;
	/** What the form calls the fields, by AlfaCRM's names. */
	labels: Record<string, string>;
	fallbackDates?: FallbackDates;
}
