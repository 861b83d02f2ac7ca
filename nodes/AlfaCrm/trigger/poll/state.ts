import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { SeenJson } from './seen';
import type { Key } from './types';

/** Raised when the shape changes; a state of another shape is begun anew. */
const SHAPE = 1;

/** What is known of the list of one branch. */
export interface ListState {
	/** First day that AlfaCRM is asked for, `yyyy-mm-dd`; null asks for all rows. */
	since: string | null;
	/** Rows from before this time are old, whatever they look like: all of those were looked at. */
	horizon: string;
	/** How many rows the list had when all of them were known; missing while there may be unknown ones. */
	total?: number;
	/** Rows that a page holds. */
	pageSize?: number;
	/** The page that the next quiet look reads: one after the other, so that every row is looked at again. */
	turn: number;
	/** True once all rows that were there in the beginning are known; nothing is reported before. */
	isLearned?: boolean;
	/** The newest time known when that round began. */
	roundFrom: string;
	/** Where a walk goes on that had no time to come to an end. */
	resumeAt?: number;
	/** The first row of the page before that. */
	pausedAt?: Key;
	/** Set when AlfaCRM listed rows from before `since`: it ignores the filter. */
	isUnfiltered?: boolean;
}

/** All that is kept between two polls: plain JSON, a few kilobytes. */
export interface State {
	shape: number;
	/** Digest of the settings that decide which rows there are. */
	settings: string;
	/** The newest time of any row, account time. */
	newest: string;
	/** When the account's newest row was looked for (milliseconds). */
	newestReadAt?: number;
	/** True once a total was larger than its page, so that it is more than the page's length. */
	totalsCount: boolean;
	seen: SeenJson;
	lists: Record<string, ListState>;
	/** Branches of the account, when all are watched, and when they were read (milliseconds). */
	branches?: number[];
	branchesReadAt?: number;
}

/** Long enough to tell thousands of rows apart: 1 of 10^11 would be taken for another one. */
const DIGEST_CHARACTERS = 8;

export function digestOf(value: unknown): string {
	const digest = createHash('sha256').update(JSON.stringify(value)).digest('base64url');
	return `#${digest.slice(0, DIGEST_CHARACTERS)}`;
}

/** @returns undefined when nothing usable is stored */
export function readState({ state }: IDataObject): State | undefined {
	const stored = state as unknown as State | undefined;
	return stored?.shape === SHAPE ? deepCopy(stored) : undefined;
}

/** Assigned as a whole, because n8n notices only what is set on the outermost object. */
export function writeState(data: IDataObject, state: State): void {
	if (JSON.stringify(data.state) !== JSON.stringify(state)) data.state = state as unknown as IDataObject;
}

export function newState(settings: string): State {
	return {
		shape: SHAPE,
		settings,
		newest: '',
		totalsCount: false,
		seen: {},
		lists: {},
	};
}

export function newList(since: string | null): ListState {
	return { since, horizon: since ?? '', turn: 0, roundFrom: '' };
}
