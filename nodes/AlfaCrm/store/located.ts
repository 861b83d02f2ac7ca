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

/**
 * What all calls about the records of an entity have in common: where they go, the labels by which
 * messages name the fields, and the formats for days.
 */
export interface Target {
	/** The path of the entity, such as `customer`. */
	path: string;
	branch?: Branch;
	/**
	 * The ID of the parent in the query of each call, for records that belong to a parent, such as `{
	 * customer_id: 501 }` for a subscription. The ID of the record itself is not in it.
	 */
	query: IDataObject;
	/** The labels of the fields in the form, by AlfaCRM's names. */
	labels: Record<string, string>;
	/** The second formats for days that AlfaCRM may not accept: see `fallbackDates.ts`. */
	fallbackFormats?: FallbackFormats;
}
