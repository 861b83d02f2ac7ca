import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../api/collect';
import { asNodeError } from '../../api/errors';
import type { ListRequest } from '../../api/page';
import { LARGEST_PAGE, looksLikePageSize, PageTooLarge } from '../../api/page';
import type { Page } from '../../api/pages';
import { pages } from '../../api/pages';
import { contentOf, timeOf } from '../logEntry';
import type { BranchLog } from '../poll/log';
import type { Look } from '../poll/look';
import { HOUR_MS } from '../poll/look';
import type { Reader } from './reader';
import { MOST_PAGES } from './reader';

type Rows = readonly IDataObject[];

export interface LogOptions {
	/** Those of some rows, which are side by side in the list, that no earlier poll saw. */
	fresh?: (rows: Rows) => Rows;
	/** How many rows are to be reported. */
	wanted?: (rows: Rows) => number;
	/** How many of those are enough. */
	most?: number;
	/** What is asked for comes from this day on, if AlfaCRM heeds that; '' for all. */
	from: string;
	/** Everything is read, whatever is known, as far as there is time or so many pages. */
	all?: { mostPages: number };
}

/** How often a list is read whose order is not to be relied on. */
const MOST_READINGS = 3;

/**
 * Reads the log of a branch. It has the newest first and only grows at its top, so what is new lies side by side there,
 * but for what shows up late. Its rows have no IDs: what tells two pages' equal rows apart is where they lie.
 */
export class LogReader {
	/** What page 0 was asked for; the others are asked for as many as came. */
	private size: number | undefined = LARGEST_PAGE;
	private first?: Page;
	private requests = 0;

	private readonly options: Required<Omit<LogOptions, 'all'>> & Pick<LogOptions, 'all'>;

	constructor(
		private readonly reader: Reader,
		private readonly list: ListRequest,
		options: LogOptions,
	) {
		const fresh = (rows: Rows) => rows;
		this.options = { fresh, wanted: (rows) => rows.length, most: Infinity, ...options };
	}

	/** One request while nothing is new. What is new comes the oldest first, as much as is enough; hourly all is read. */
	async look(log: Partial<BranchLog>): Promise<Look> {
		const { fresh, all } = this.options;
		const { items: rows, total, last } = await this.front();
		// A total that may just be the length of the page says nothing.
		const counted = total === undefined || looksLikePageSize(rows, total, LARGEST_PAGE) ? null : total;
		const read = { total: counted, readAt: this.reader.now };
		if (last) return { rows, list: read, isWhole: rows.length > 0 || counted === 0 || total === undefined };
		if (all) return (await this.down(0, all.mostPages, read)) ?? (await this.whole(read));
		const most = Math.max(counted ?? 0, log.total ?? 0);
		const list = { ...stateOf(log), total: counted === null ? null : most };
		const isDue = log.next !== undefined || Math.abs(this.reader.now - (log.readAt ?? 0)) >= HOUR_MS;
		const isBehind = log.behind !== undefined;
		if (!isInOrder(rows)) {
			const isQuiet = !isDue && !isBehind && most === log.total;
			return isQuiet ? { rows, list, isWhole: false } : await this.whole(read);
		}
		if (isBehind || fresh(rows).includes(rows[rows.length - 1])) {
			const part = await this.up(log);
			if (part === undefined || !isInOrder(part.rows)) return await this.whole(read);
			if (fresh(part.rows).length > 0) return { ...part, list: { ...list, total: counted } };
			// Equal rows that fill pages look known on each of them.
		} else if (!isDue && most <= (log.total ?? 0) + rows.length) {
			return { rows, list, isWhole: false };
		}
		const below = await this.down(log.next ?? 0, MOST_PAGES, read);
		if (below === undefined) return await this.whole(read);
		// The time of a reading over several polls is that of its end.
		const after = below.list.next === undefined ? {} : { readAt: log.readAt };
		if (log.next === undefined) return { ...below, list: { ...below.list, ...after } };
		return {
			rows: [...rows, ...below.rows],
			apart: rows.length,
			list: { ...below.list, ...after, total: list.total },
			isWhole: false,
		};
	}

	/** The first page. */
	async front(): Promise<Page> {
		this.first ??= await this.page(0);
		return this.first;
	}

	/** Reads a list whose order is not to be relied on, as often as it takes. */
	private async whole(read: Look['list']): Promise<Look> {
		const { client } = this.reader;
		const isEnough = (page: Page) => this.reader.isLate && page.number > 0;
		const { rows, next, isComplete, isTotalWrong } = await collect(client, this.list, {
			isEnough,
			grows: true,
			maxReadings: MOST_READINGS,
		});
		const isCut = next !== undefined;
		return {
			rows,
			list: isCut ? { ...read, next: 0 } : read,
			isWhole: !isCut && (isComplete || isTotalWrong),
		};
	}

	/**
	 * Reads page after page to the end of the list, or as far as there is time for.
	 *
	 * @returns undefined where the order is not to be relied on
	 */
	private async down(first: number, mostPages: number, read: Look['list']): Promise<Look | undefined> {
		const { parts, next } = await this.pagesFrom(first, mostPages);
		if (hasRepeated(parts)) {
			this.first = undefined;
			const again = await this.pagesFrom(first, mostPages);
			if (!isSame(parts.flat(), again.parts.flat())) return undefined;
		}
		return { rows: parts.flat(), list: { ...read, next }, isWhole: first === 0 && next === undefined };
	}

	private async pagesFrom(
		first: number,
		mostPages: number,
		isEnd: (page: Page) => boolean = ({ items }) => this.isEnd(items),
	): Promise<{ parts: Rows[]; next?: number }> {
		const parts: Rows[] = [];
		let above: Rows = [];
		for (let number = first; ; number++) {
			const page = number === 0 ? await this.front() : await this.page(number);
			const isLast = page.last || page.items.length === 0 || this.isAgain(page, above);
			if (!isLast || number === 0) parts.push(await this.below(above, number - 1, page.items));
			if (isLast || (isEnd(page) && isInOrder(parts.flat()))) return { parts };
			// The last page is read once more then, so that equal rows of two pages are told apart.
			if (parts.length > 1 && (parts.length >= mostPages || this.reader.isLate))
				return { parts, next: number };
			above = page.items;
		}
	}

	/** The rows of a page that were not on the page above, from which they may have moved when others came on top. */
	private async below(above: Rows, number: number, rows: Rows): Promise<Rows> {
		const common = overlap(above, rows);
		if (common === 0) return rows;
		const { items } = await this.page(number);
		// How far it has moved; not at all where two rows are equal.
		const moved = above.findIndex((_row, by) => overlapsAt(items.slice(by), above));
		return rows.slice(Math.min(common, Math.max(moved, 0)));
	}

	/** Reads upwards what is new, with a page of what is known below it. */
	private async up(log: Partial<BranchLog>): Promise<Look | undefined> {
		const { fresh } = this.options;
		const isListed = (rows: Rows) => rows.length > 0 && !this.isEnd(rows);
		let bottom = await this.deepest((rows) => fresh(rows).length > 0, log.behind);
		if (log.behind === undefined) {
			// What shows up late now, below, would be taken for known once the backlog has gone by.
			const last = await this.deepest(isListed, bottom);
			bottom = last - bottom < MOST_PAGES ? last : bottom + 1;
		} else if (isListed((await this.page(bottom + 1)).items)) bottom += 1;
		const { parts, top, isStill } = await this.climb(bottom, Math.max(2, MOST_PAGES - this.requests - 1));
		const isStop = ({ items, number }: Page) => number >= bottom && fresh(items).length === 0;
		// What moves to a page that had been read is missing. Who reads downwards meets it again.
		const found = isStill ? { parts, next: undefined } : await this.pagesFrom(top, Infinity, isStop);
		if (found.next !== undefined) return undefined;
		const rows = found.parts.flat();
		if (hasRepeated(found.parts)) {
			const again = isStill
				? await this.climb(bottom, parts.length)
				: await this.pagesFrom(top, Infinity, isStop);
			if (!isSame(rows, again.parts.flat())) return undefined;
		}
		return { rows, list: {}, isWhole: false, isPart: top > 0, page: top };
	}

	/** As many pages from one upwards as hold enough, or as there is time for. */
	private async climb(
		bottom: number,
		mostPages: number,
	): Promise<{ parts: Rows[]; top: number; isStill: boolean }> {
		const { fresh, wanted, most } = this.options;
		const parts: Rows[] = [];
		let count = 0;
		let top = bottom + 1;
		while (top > 0 && parts.length < mostPages && count < most) {
			if (this.reader.isLate && parts.length > 1) break;
			const page = await this.page(--top);
			if (this.isAgain({ ...page, number: top + 1 }, parts[0])) parts.shift();
			parts.unshift(page.items);
			count += wanted(fresh(page.items));
		}
		const { items: again } = await this.page(bottom);
		const isStill = isSame(again, parts[parts.length - 1]);
		return { parts: [...parts.slice(0, -1), again], top, isStill };
	}

	/** The last page, from one on that is near it, for which something holds, as it does for all before it. */
	private async deepest(holds: (rows: Rows) => boolean, near = 1): Promise<number> {
		let [low, high] = [0, Infinity];
		let { items: lowest } = await this.front();
		for (let at = Math.max(1, near), step = 1; high - low > 1; step *= 2) {
			const page = await this.page(at);
			if (holds(page.items) && !this.isAgain(page, lowest)) [low, lowest] = [at, page.items];
			else high = at;
			at = high === Infinity ? low + step : Math.floor((low + high) / 2);
		}
		return low;
	}

	/**
	 * Whether a page is the one above once more, to which some may have come: some servers show their last page for ever.
	 * Where full pages hold nothing but equal rows, the total tells.
	 */
	private isAgain({ items, number, total = 0 }: Page, above: Rows = []): boolean {
		const isIt =
			above.length > 0 && items.length >= above.length && isSame(items.slice(-above.length), above);
		const full = this.first?.items.length ?? 0;
		const isFull = items.length === above.length && above.length >= full;
		return isIt && !(isFull && new Set(above.map(contentOf)).size === 1 && total > number * full);
	}

	/** Whether a page is from before what was asked for, so that AlfaCRM ignores the day. */
	private isEnd(rows: Rows): boolean {
		const stamps = rows.map(timeOf);
		return isInOrder(rows) && stamps.every((stamp) => stamp !== '' && stamp < this.options.from);
	}

	private async page(firstPage: number): Promise<Page> {
		const { client } = this.reader;
		this.requests += 1;
		const asked = { ...this.list, firstPage, pageSize: this.size };
		try {
			const page = (await pages(client, asked).next()).value as Page;
			// A server that gives less than it is asked for may still count from what it was asked for.
			if (firstPage === 0 && this.size !== undefined) this.size = page.items.length || undefined;
			return page;
		} catch (caught) {
			if (!(caught instanceof PageTooLarge)) throw asNodeError(client.node, caught);
			if (this.size === undefined) throw asNodeError(client.node, caught);
			this.size = undefined;
			return await this.page(firstPage);
		}
	}
}

const stateOf = ({ readAt, next }: Partial<BranchLog>) => ({ readAt, next });

const isEqual = (one: IDataObject, other: IDataObject): boolean => contentOf(one) === contentOf(other);
const isSame = (some: Rows, others: Rows): boolean =>
	some.length === others.length && overlapsAt(some, others);

/** Whether rows begin as others do. */
const overlapsAt = (some: Rows, others: Rows): boolean =>
	some.every((row, index) => isEqual(row, others[index]));

/** How many of the last rows of some are the first ones of others. */
function overlap(some: Rows, others: Rows): number {
	for (let count = Math.min(some.length, others.length); count > 0; count--)
		if (overlapsAt(some.slice(-count), others)) return count;
	return 0;
}

/** Rows that are on several parts: equal ones, or one that changes places, for which another one is on none. */
function hasRepeated(parts: readonly Rows[]): boolean {
	const seen = new Set<string>();
	return parts.some((rows) => {
		const own = rows.map(contentOf);
		const isRepeated = own.some((content) => seen.has(content));
		for (const content of own) seen.add(content);
		return isRepeated;
	});
}

/** Clocks are put back now and then, and some lie; where more times than that rise, the order is another one. */
function isInOrder(rows: Rows): boolean {
	const stamps = rows.map(timeOf).filter(Boolean);
	return stamps.filter((stamp, index) => index > 0 && stamp > stamps[index - 1]).length * 10 <= stamps.length;
}
