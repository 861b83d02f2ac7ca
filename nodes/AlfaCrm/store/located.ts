import type { IDataObject } from 'n8n-workflow';

import type { FallbackFormats } from './fallbackDates';

/**
 * The ID of a branch. Undefined means a call without a branch: for an entity that all branches
 * share, or because the branch is not known.
 */
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
	 * The IDs of the parent in the query of each call, for records that belong to a parent: for
	 * example `customer_id` for a subscription. The ID of the record itself is not among them.
	 */
	query: IDataObject;
	/** The labels of the fields in the form, by AlfaCRM's names. */
	labels: Record<string, string>;
	/** The second formats for days that AlfaCRM may not read: see `fallbackDates.ts`. */
	fallbackFormats?: FallbackFormats;
}
