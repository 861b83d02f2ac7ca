import type { IDataObject } from 'n8n-workflow';

/** One list of AlfaCRM that is watched for rows that were not there before. */
export interface Watch {
	path: string;
	/** Filters that are always sent. */
	body: IDataObject;
	/** The filter that names the first day to list, `dd.mm.yyyy`. */
	sinceFilter: 'created_at_from' | 'date_from';
	/** Field of a row with the time that `sinceFilter` looks at: `yyyy-mm-dd hh:mm:ss`, account time. */
	stampField: 'created_at' | 'date_time';
	/** How long after its time a row may show up for the first time, in hours. */
	lateHours: number;
	/** Rows never leave this list, so what its total grows by is the number of new ones. */
	onlyGrows: boolean;
	/** For messages, to follow "could not": "look for new customers". */
	task: string;
	/** Filters of a list that is sure to have rows if the account has any, to find the newest time there. */
	anchorBody: IDataObject;
	/** How exactly the time of a known row is kept. */
	grain: 'day' | 'minute';
	/** Tells rows apart for ever. */
	keyOf: (row: IDataObject) => Key;
	/** True for a row that the user wants to hear of. */
	wants: (row: IDataObject) => boolean;
	/** True when a row that is not wanted may become so. */
	mayChange: boolean;
	/** Sorts the oldest first. */
	compare: (a: News, b: News) => number;
}

export type Key = number | string;

/** A row that was not there before. */
export interface Found {
	key: Key;
	/** Its time, as exactly as the watch keeps it; '' when it has none. */
	time: string;
	/** Missing when the user does not want it. */
	news?: News;
}

export interface News {
	row: IDataObject;
	/** The branch whose list held it. */
	branch: number;
	/** Counts up as rows are read. */
	place: number;
}
