import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../api/client';
import { asNodeError, hasStatus, nodeError } from '../../api/failures';
import { collect } from '../../api/list';
import type { ListRequest, Page } from '../../api/pages';
import { isPageLength, LARGEST_PAGE, pages, SMALLEST_PAGE } from '../../api/pages';
import { readId } from '../../values/formats';
import { HOUR_MS } from '../../values/time';
import type { ListState, Look } from '../poll/look';

/** Pages of one list in one poll; a longer one is read on by the next polls. */
export const PAGES_PER_POLL = 100;
/** How often the news are looked for when rows move to other pages at once. */
const MOST_TRIES = 3;
/** What this user may not read, or what is not there: the next poll would meet it again. */
const LASTING = [400, 403, 404];

export interface LookOptions {
	/** Counts the rows that no earlier poll saw. */
	fresh?: (rows: IDataObject[]) => number;
	/** A list that is too long for one poll may come in parts: so many pages of it, or as many as there is time for. */
	pause?: 'whenLong' | 'whenLate';
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

	/** One that has half of the time that is left, where what is found has to be read as well. */
	sooner(): Reader {
		const now = Date.now();
		return new Reader(this.client, now + (this.deadline - now) / 2, this.now);
	}

	/**
	 * Looks at a list, with one request while nothing is new. The first page tells whether others are needed, by what is
	 * fresh on it and by the total; once an hour the list is read whole whatever they say.
	 */
	async look(list: ListRequest, state: ListState = {}, options: LookOptions = {}): Promise<Look> {
		const isDue = state.next !== undefined || Math.abs(this.now - (state.readAt ?? 0)) >= HOUR_MS;
		const front = state.total === undefined ? undefined : await this.front(list, state, options);
		if (front && (front.isPart || front.isLong || front.isWhole || !isDue)) return front;
		const whole = await this.whole(list, state, options);
		const isBegun = state.next !== undefined || whole.list.next !== undefined;
		if (front === undefined || !isBegun) return whole;
		// What is new does not wait until a long list has been read, of which the newest may come first.
		const read = { ...whole.list, total: front.list.total };
		return { ...whole, rows: [...front.rows, ...whole.rows], apart: front.rows.length, list: read };
	}

	/** The first page of a list, whatever its total says. */
	async first(list: ListRequest): Promise<Look> {
		const { rows } = await this.page(list, 0, LARGEST_PAGE);
		return { rows, list: {}, isWhole: false };
	}

	/** The first page of a list, and the last one of a list that is counted. */
	async ends(list: ListRequest): Promise<{ first: IDataObject[]; last: IDataObject[] }> {
		const { rows: first, items, total = 0 } = await this.page(list, 0, LARGEST_PAGE);
		const number = Math.ceil(total / Math.max(1, items.length)) - 1;
		if (number < 1) return { first, last: [] };
		return { first, last: (await this.page(list, number, items.length)).rows };
	}

	/** All rows, or as many as there is time for. */
	private async whole(
		list: ListRequest,
		state: ListState,
		{ pause, fresh = () => 0 }: LookOptions,
	): Promise<Look> {
		const mostPages = pause === 'whenLong' ? PAGES_PER_POLL : Infinity;
		let isEnded = false;
		let { size = 0 } = state;
		// News that come the newest first are read to their end, for the oldest are reported first.
		const isNews = ({ rows }: Page) =>
			state.next === undefined && rows.length > 0 && fresh(rows) === rows.length;
		const isEnough = (page: Page): boolean => {
			// A last page that is shown for ever looks like another one to who begins there.
			isEnded = state.next !== undefined && page.rows.length === 0;
			const count = page.number - (state.next ?? 0) + 1;
			if (state.next === undefined) size = Math.max(size, page.items.length);
			// A last page that is shown for ever is known by those before it.
			const isPaused = count > 2 && (this.isLate || (count >= mostPages && !isNews(page)));
			return isEnded || (isPaused && pause !== undefined);
		};
		// The size says which page it is.
		const asked = { ...list, firstPage: state.next, ...(state.next === undefined ? {} : { pageSize: size }) };
		const { rows, isComplete, total, next = 0 } = await collect(this.client, asked, { isEnough });
		// What comes while it is read over several polls counts as grown since.
		const known = state.next === undefined ? (total ?? null) : state.total;
		const isPaused = next > 0 && !isEnded;
		const goOn = { readAt: state.readAt, next, size };
		const after = isPaused ? goOn : { readAt: this.now };
		const isWhole = state.next === undefined && isComplete;
		return { rows, list: { total: known, ...after }, isWhole };
	}

	/** As many pages as hold what is fresh; undefined if they do not tell. */
	private async front(
		list: ListRequest,
		state: ListState,
		options: LookOptions,
		tries = 1,
	): Promise<(Look & { isLong?: boolean }) | undefined> {
		const { fresh = () => 0 } = options;
		const { rows, items, keys, total, last } = await this.page(list, 0, LARGEST_PAGE);
		// If no row comes at all where some are counted, that is a failure. API notes 3.
		if (rows.length === 0 && total) return { rows, list: state, isWhole: false };
		if (last) return { rows, list: { total: total ?? null, readAt: this.now }, isWhole: true };
		const found = fresh(rows);
		// A total that may just be the length of the page does not tell how many are new.
		const isCounted = total !== undefined && !isPageLength(items, total, LARGEST_PAGE);
		const grown = isCounted ? total - (state.total ?? NaN) : NaN;
		// The total may have been wrong, so what is fresh must have come to its end as well. Without one, the order must tell.
		const isTold = !Number.isNaN(grown) || isFalling(rows.map(({ id }) => readId(id) ?? 0));
		const isSeen = isTold && !(found < grown) && found < rows.length;
		if (isSeen) return { rows, list: { ...state, total: total ?? null }, isWhole: false };
		if (!(grown >= found)) return undefined;
		// The oldest first, for there may be more than a poll has time to read.
		let behind: IDataObject[] = [];
		const bottom = Math.floor(grown / items.length);
		const below = bottom > 0 ? await this.below(list, bottom, items.length, fresh) : [];
		let number = bottom + Math.max(0, below.length - 1);
		const seen = new Set(keys);
		for (; number > 0 && !(behind.length > 0 && this.isLate); number--) {
			const page = below[number - bottom] ?? (await this.page(list, number, items.length));
			// Rows have moved to other pages meanwhile. Those that were read lie side by side, the others come later.
			const isMoved = page.total !== total;
			if (isMoved && behind.length > 0) break;
			if (isMoved && tries < MOST_TRIES) return await this.front(list, state, options, tries + 1);
			if (isMoved || page.keys.some((key) => seen.has(key))) return undefined;
			for (const key of page.keys) seen.add(key);
			behind = [...page.rows, ...behind];
		}
		const isPart = number > 0;
		// Reading it whole can wait for the next poll.
		const isLong = grown > PAGES_PER_POLL * items.length;
		const all = isPart ? behind : [...rows, ...behind];
		const news = fresh(all);
		// They are not where the newest are.
		if (news < (isPart ? 1 : grown)) return undefined;
		const known = isPart ? (state.total ?? 0) + news : total;
		return { rows: all, list: { ...state, total: known }, isWhole: false, isPart, isLong };
	}

	/** A page and those below it on which the news go on: where others were deleted, the total has grown by less than these. */
	private async below(
		list: ListRequest,
		first: number,
		size: number,
		fresh: NonNullable<LookOptions['fresh']>,
	): Promise<Page[]> {
		const found = [await this.page(list, first, size)];
		for (
			let page = found[0];
			page.rows.length > 0 && fresh(page.rows) === page.rows.length;
			found.push(page)
		) {
			if (this.isLate) break;
			page = await this.page(list, first + found.length, size);
			// Some servers show their last page for ever.
			if (page.rows.length === 0 || page.keys[0] === found[found.length - 1].keys[0]) break;
		}
		return found;
	}

	private async page(list: ListRequest, firstPage: number, pageSize?: number): Promise<Page> {
		try {
			return (await pages(this.client, { ...list, firstPage, pageSize }).next()).value as Page;
		} catch (caught) {
			throw asNodeError(this.client.node, caught);
		}
	}
}

/** Whether those at the beginning are all higher than those at the end. */
export function isFalling(ids: readonly number[]): boolean {
	const part = Math.ceil(ids.length / 3);
	return Math.min(...ids.slice(0, part)) > Math.max(...ids.slice(-part));
}

/**
 * Reads the lists of several branches. One that cannot be read stops no other.
 *
 * @throws what went wrong, if it did so with all of them
 */
export async function readEach<L extends Look>(
	branches: readonly number[],
	read: (branch: number) => Promise<L>,
): Promise<{ looks: Map<number, L>; failures: Map<number, unknown> }> {
	const looks = new Map<number, L>();
	const failures = new Map<number, unknown>();
	const results = await Promise.allSettled(branches.map(read));
	results.forEach((result, index) => {
		if (result.status === 'fulfilled') looks.set(branches[index], result.value);
		else failures.set(branches[index], result.reason);
	});
	if (looks.size === 0 && failures.size > 0) throw [...failures.values()][0];
	return { looks, failures };
}

/** Rows are counted, more than a total may be wrong by, and none came. API notes 3. */
export const isEmptyByMistake = (rows: readonly unknown[], total?: number | null): boolean =>
	rows.length === 0 && (total ?? 0) >= SMALLEST_PAGE;

/** A list that cannot be empty. */
export function emptyError({ node }: ApiClient, { task, branch }: ListRequest): Error {
	const text = {
		message: `AlfaCRM sent an empty list when asked to ${task}, though there is something in it`,
		description: `It is the one of branch ${String(branch)}. Try again later, as an active workflow does by itself. If it stays empty, choose the other branches in 'Branch Names or IDs'.`,
	};
	return nodeError(node, text, undefined, { cause: 'temporarily-unavailable' });
}

/** A log of which nothing can be reported. */
export function timelessError({ node }: ApiClient, { branch }: ListRequest): Error {
	const text = {
		message: "AlfaCRM's change log shows no time that can be read, so nothing in it can be reported",
		description: `It is the one of branch ${String(branch)}. 'Get Many' of 'Change Log' shows it: date_time should be like 2026-02-10 09:31:00.`,
	};
	return nodeError(node, text, undefined);
}

/** Whether a failure is one that the next poll would meet again. */
export function isLasting({ node }: ApiClient, failure: unknown): boolean {
	return hasStatus(asNodeError(node, failure), ...LASTING);
}
