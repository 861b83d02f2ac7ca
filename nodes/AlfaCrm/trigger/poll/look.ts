import type { IDataObject } from 'n8n-workflow';

import { DAY_MS } from '../../values/time';

/** How long a branch that cannot be read is waited for. */
export const PATIENCE_MS = 30 * DAY_MS;

/** What is known of a list from one poll to the next. */
export interface ListState {
	/**
	 * How many rows AlfaCRM counted, less those that are still to be reported; null if it does not count, missing when the
	 * list has to be read whole.
	 */
	total?: number | null;
	/** When it was last read whole, and since when it could not be read at all, n8n's time in milliseconds. */
	readAt?: number;
	unreadAt?: number;
	/** The page where reading it whole goes on, and how many rows the pages before it held. */
	next?: number;
	size?: number;
}

/** What a poll saw of a list. */
export interface Look {
	rows: IDataObject[];
	list: ListState;
	/** All rows are among them, as far as AlfaCRM shows them. */
	isWhole: boolean;
	/** Younger ones that no poll saw are left for the next poll. */
	isPart?: boolean;
	/** The newest record is among them, though not all are. */
	hasNewest?: boolean;
	/** Where rows begin that were read apart from those before them. */
	apart?: number;
	/** The page that the rows begin on, if not the first one. */
	page?: number;
}

/** Something to report, and the branches that list it. */
export interface News {
	row: IDataObject;
	branches: number[];
}

/** The branches of the beginning, and when that was, n8n's time in milliseconds. */
export interface Beginning {
	branches: readonly number[];
	at: number;
}

/** What a poll was to look into, and did. */
export interface Watched {
	looks: ReadonlyMap<number, Look>;
	branches: readonly number[];
	/** All branches of the account are watched, so that one which is not there is closed and not left out. */
	isAll?: boolean;
	/** n8n's time in milliseconds. */
	now: number;
}

/** It shows nothing of what is counted, which is a failure or a wrong total. */
export const isUnseen = ({ rows, isWhole }: Look): boolean => rows.length === 0 && !isWhole;

/** Whether what was there in the beginning may yet be seen: in a branch that cannot be read, is closed or shows nothing. */
export const mayShowMore = (begun: Beginning, { looks, branches, isAll, now }: Watched): boolean =>
	Math.abs(now - begun.at) < PATIENCE_MS &&
	([...looks.values()].some(isUnseen) ||
		begun.branches.some((branch) => !looks.has(branch) && (isAll || branches.includes(branch))));

/** How many of the news are next: what is younger than those of a list that was read in part waits for the rest of it. */
export function ready(news: readonly News[], looks: ReadonlyMap<number, Look>): number {
	const parts = [...looks.keys()].filter((branch) => looks.get(branch)?.isPart);
	return Math.min(
		news.length,
		...parts.map((branch) => news.map(({ branches }) => branches.includes(branch)).lastIndexOf(true) + 1),
	);
}

/** What is known of a list of which so many rows are still to be reported. */
export function without(list: ListState, left: number): ListState {
	return left === 0
		? list
		: { ...list, total: typeof list.total === 'number' ? list.total - left : undefined };
}
