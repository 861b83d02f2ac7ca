import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { ApiClient } from '../../api/client';
import { asNodeError } from '../../api/errors';
import { readId } from '../../api/formats';
import type { List } from '../../api/page';
import { LARGEST_PAGE, looksLikePageSize, PageTooLarge } from '../../api/page';
import type { Page } from '../../api/pages';
import { collect, pages } from '../../api/pages';

/** How long a glance at the first page may stand for the whole list, and the list of branches for itself. */
export const HOUR_MS = 3_600_000;
/** Pages of one list in one poll; a longer one is read on by the next polls. */
const MOST_PAGES = 100;
/** What this user may not read, or what is not there: the next poll would meet it again. */
const LASTING = ['400', '403', '404'];

/** What is known of a list from one poll to the next. */
export interface ListState {
	/** How many rows AlfaCRM counted, null if it does not count; missing when the list has to be read whole. */
	total?: number | null;
	/** When it was last read whole, n8n's time in milliseconds. */
	readAt?: number;
	/** The page where reading it whole goes on. */
	next?: number;
}

/** What a poll saw of a list. */
export interface Look {
	rows: IDataObject[];
	list: ListState;
	/** All rows are among them, as far as AlfaCRM shows them. */
	isWhole: boolean;
}

export interface LookOptions {
	/** Counts the rows that no earlier poll saw. */
	fresh?: (rows: IDataObject[]) => number;
	/** Whether only rows that are known follow. */
	isEnd?: (page: Page) => boolean;
	/** A list that is too long for one poll may come in parts. */
	mayPause?: boolean;
}

/** Reads lists as far as one poll has time for. */
export class Reader {
	/** @param deadline milliseconds since 1970 after which no list is read on */
	constructor(
		readonly client: ApiClient,
		private readonly deadline: number,
		readonly now = Date.now(),
	) {}

	get isLate(): boolean {
		return Date.now() >= this.deadline;
	}

	/**
	 * Looks at a list, with one request while nothing is new. The first page tells whether the others are needed, by what
	 * is fresh on it and by the total; once an hour the list is read whole whatever they say.
	 */
	async look(list: List, state: ListState = {}, options: LookOptions = {}): Promise<Look> {
		const isDue = Math.abs(this.now - (state.readAt ?? 0)) >= HOUR_MS;
		const isGlance = state.total !== undefined && state.next === undefined && !isDue;
		const front = isGlance ? await this.front(list, state, options.fresh) : undefined;
		return front ?? (await this.whole(list, state, options));
	}

	/** All rows, or as many as there is time for. */
	private async whole(list: List, state: ListState, { isEnd, mayPause }: LookOptions): Promise<Look> {
		const mostPages = mayPause ? MOST_PAGES : Infinity;
		let isEnded = false;
		const isEnough = (page: Page): boolean => {
			isEnded = isEnd?.(page) === true;
			const count = page.number - (state.next ?? 0) + 1;
			// A last page that is shown for ever is known by those before it.
			const isPaused = count > 2 && (this.isLate || count >= mostPages);
			return isEnded || (isPaused && mayPause === true);
		};
		const asked = { ...list, firstPage: state.next };
		// What went before is not read again for a total that says more than the rest.
		const readings = state.next === undefined ? {} : { readings: 1 };
		const { rows, whole, stable, total, next } = await collect(this.client, asked, { ...readings, isEnough });
		// A total that is wrong is so each time.
		const isRead = isEnded || (next === undefined && (whole || stable || state.next !== undefined));
		// What comes while it is read over several polls counts as grown since.
		const counted = state.next === undefined ? (total ?? null) : state.total;
		const after = isRead
			? { total: counted, readAt: this.now }
			: { total: counted, readAt: state.readAt, next };
		return { rows, list: after, isWhole: isEnded || whole };
	}

	/** The pages from the first on, until all that is fresh was seen; undefined if they do not tell. */
	private async front(list: List, state: ListState, fresh: LookOptions['fresh']): Promise<Look | undefined> {
		const rows: IDataObject[] = [];
		let total: number | undefined;
		let found = 0;
		try {
			for await (const page of pages(this.client, { ...list, pageSize: LARGEST_PAGE })) {
				// Rows have moved to other pages meanwhile, or equal ones without IDs are on both.
				const isAgain = page.rows.length < page.items.length;
				if (page.number > 0 && (page.total !== total || isAgain)) return undefined;
				total = page.total;
				rows.push(...page.rows);
				const before = found;
				found = fresh?.(rows) ?? 0;
				// A total that may just be the length of the page does not tell how many are new.
				const isCounted = total !== undefined && !looksLikePageSize(page.items, total, LARGEST_PAGE);
				const grown = isCounted ? (total ?? 0) - (state.total ?? NaN) : NaN;
				// The total may have been wrong, so what is fresh must have come to its end as well.
				const isPast = found < rows.length || grown <= 0;
				const isSeen = Number.isNaN(grown) ? found === before : found >= grown && isPast;
				if (page.last) return { rows, list: { total: total ?? null, readAt: this.now }, isWhole: true };
				if (isSeen) return { rows, list: { ...state, total: total ?? null }, isWhole: false };
				if (this.isLate) return undefined;
			}
		} catch (caught) {
			if (!(caught instanceof PageTooLarge)) throw asNodeError(this.client.node, caught);
		}
		return undefined;
	}

	/** The branches of the account that are active. */
	async branches(): Promise<{ ids: number[]; isWhole: boolean }> {
		const { rows, whole, stable } = await collect(this.client, { path: 'branch', task: 'list the branches' });
		const ids = rows.filter(({ is_active }) => Number(is_active ?? 1) !== 0).map(({ id }) => readId(id) ?? 0);
		return { ids: ids.sort((a, b) => a - b), isWhole: whole || stable };
	}
}

/**
 * Reads the lists of several branches. One that cannot be read stops no other.
 *
 * @throws what went wrong, if it did so with all of them
 */
export async function readEach(
	branches: readonly number[],
	read: (branch: number) => Promise<Look>,
): Promise<{ looks: Map<number, Look>; failures: Map<number, unknown> }> {
	const looks = new Map<number, Look>();
	const failures = new Map<number, unknown>();
	const results = await Promise.allSettled(branches.map(read));
	results.forEach((result, index) => {
		if (result.status === 'fulfilled') looks.set(branches[index], result.value);
		else failures.set(branches[index], result.reason);
	});
	if (looks.size === 0 && failures.size > 0) throw [...failures.values()][0];
	return { looks, failures };
}

/** Whether a failure is one that the next poll would meet again. */
export function isLasting({ node }: ApiClient, failure: unknown): boolean {
	const error = asNodeError(node, failure);
	return error instanceof NodeApiError && LASTING.includes(error.httpCode ?? '');
}
