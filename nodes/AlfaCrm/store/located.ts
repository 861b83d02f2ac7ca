import type { IDataObject } from 'n8n-workflow';

import type { FallbackDates } from './fallbackDates';

/** The ID of a branch; undefined for the whole account, or where no branch is known. */
export type Branch = number | undefined;

/** A record and a branch in which it can be read and written. */
export interface LocatedRecord {
	row: IDataObject;
	branch?: Branch;
}

/** Where the calls about a record go, and how messages speak of its fields. */
export interface Target {
	/** The path of the entity, such as `customer`. */
	path: string;
	branch?: Branch;
	/** IDs that travel in the query, besides that of the record. */
	query: IDataObject;
	/** What the form calls the fields, by AlfaCRM's names. */
	labels: Record<string, string>;
	fallbackDates?: FallbackDates;
}
