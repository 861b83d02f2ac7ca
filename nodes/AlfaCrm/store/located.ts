import type { IDataObject } from 'n8n-workflow';

import type { FallbackFormats } from './fallbackDates';

/**
 * The ID of a branch. Undefined means that calls name no branch, because all branches share the
 * entity or because the branch is not known.
 */
export type Branch = number | undefined;

/** A record, and a branch in which the record can be read and written. */
export interface LocatedRecord {
	row: IDataObject;
	branch?: Branch;
}

/**
 * The settings that all calls about some records of an entity share: the path, the branch and the
 * query, and two settings for writes: the labels of the fields and their fallback formats.
 */
export interface Target {
	/** The path of the entity, such as `customer`. */
	path: string;
	branch?: Branch;
	/**
	 * The ID of the parent record, such as `{ customer_id: 501 }` for the subscriptions of a
	 * customer. Empty for records without a parent.
	 */
	query: IDataObject;
	/** The labels by which messages name the fields, by AlfaCRM's names. */
	labels: Record<string, string>;
	/** Second formats for dates, in case AlfaCRM refuses the first: see `fallbackDates.ts`. */
	fallbackFormats?: FallbackFormats;
}
