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

/** After how many pages it shows whether a list keeps moving. */
const SOME_PAGES = 3;
/** How often a list is read whose order is not to be relied on. */
const MOST_READINGS = 3;

/** A short list comes twice in the same order by chance. */
const readingsOf = (pageCount: number): number =>
	pageCount > SOME_PAGES ? MOST_READINGS : 2 * MOST_READINGS;

/**
 * Reads the log of a branch. It has the newest first and only grows at its top, so what is new lies side by side there,
 * but for what shows up late. Its rows have no IDs: what tells two pages' equal rows apart is where they lie.
 */
export class LogReader {
	/** What page 0 was asked for; the others are asked for as many as came. */
	private size: number | undefined = LARGEST_PAGE;
	private first?: Page;
	private requests = 0;
	/** Pages that were read in order to find the oldest that is new. */
	private readonly read = new Map<number, Page>();
	private readonly order = new Map<number, number>();

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
			const grown = Math.max(0, (counted ?? 0) - (log.total ?? 0));
			const part = await this.up(log, log.behind?.page ?? Math.floor(grown / rows.length));
			if (part === undefined || !isInOrder(part.rows)) return await this.whole(read);
			if (fresh(part.rows).length > 0 || this.reader.isLate)
				return { ...part, list: { ...list, total: counted } };
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
		for (let reading = 1; hasRepeated(parts) && reading < readingsOf(parts.length); reading++) {
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
		let above: Page | undefined;
		for (let number = first; ; number++) {
			const page = number === 0 ? await this.front() : await this.page(number);
			const isLast = page.last || page.items.length === 0 || this.isAgain(page, above?.items);
			if (!isLast || number === 0) parts.push(await this.below(above, page));
			if (isLast || (isEnd(page) && isInOrder(parts.flat()))) return { parts };
			// The last page is read once more then, so that equal rows of two pages are told apart.
			if (parts.length > 1 && (parts.length >= mostPages || this.reader.isLate))
				return { parts, next: number };
			above = page;
		}
	}

	/** The rows of a page that were not on the page above, from which they may have moved when others came on top. */
	private async below(above: Page | undefined, { items, total = NaN }: Page): Promise<Rows> {
		const common = above === undefined ? 0 : overlap(above.items, items);
		if (above === undefined || common === 0) return items;
		if (total - (above.total ?? NaN) === common) return items.slice(common);
		const { items: again } = await this.page(above.number);
		// How far it has moved; not at all where two rows are equal.
		const moved = above.items.findIndex((_row, by) => overlapsAt(again.slice(by), above.items));
		return items.slice(Math.min(common, Math.max(moved, 0)));
	}

	/**
	 * Reads upwards what is new, with a page of what is known below it.
	 *
	 * @param near a page that is near the oldest that is new
	 * @returns undefined where the order is not to be relied on
	 */
	private async up({ behind }: Partial<BranchLog>, near: number): Promise<Look | undefined> {
		const { fresh } = this.options;
		const isNew = (rows: Rows) =>
			fresh(rows).length > 0 || (behind !== undefined && rows.some((row) => timeOf(row) > behind.since));
		const lowest = await this.deepest(isNew, near);
		let bottom = lowest + 1;
		if (behind === undefined && !this.reader.isLate) {
			// What shows up late now, below, would be taken for known once the backlog has gone by.
			const last = await this.deepest((rows) => rows.length > 0 && !this.isEnd(rows), bottom);
			if (last - lowest < MOST_PAGES) bottom = last;
		}
		const { parts, top, isStill } = await this.climb(bottom, Math.max(2, MOST_PAGES - this.requests - 1));
		const isStop = ({ items, number }: Page) => number >= bottom && fresh(items).length === 0;
		// What moves to a page that had been read is missing. Who reads downwards meets it again.
		const first = isStill || this.reader.isLate ? top : Math.min(top, this.above(bottom));
		const found = isStill ? { parts, next: undefined } : await this.pagesFrom(first, Infinity, isStop);
		if (found.next !== undefined) return undefined;
		const rows = found.parts.flat();
		if (hasRepeated(found.parts)) {
			this.read.clear();
			this.first = undefined;
			const again = isStill
				? await this.climb(bottom, parts.length)
				: await this.pagesFrom(first, Infinity, isStop);
			if (!isSame(rows, again.parts.flat())) return undefined;
		}
		return { rows, list: {}, isWhole: false, isPart: first > 0, page: first };
	}

	/** The page from which on downwards as many rows lie as are to be reported at most. */
	private above(bottom: number): number {
		const length = this.first?.items.length ?? LARGEST_PAGE;
		return Math.max(0, bottom - Math.ceil(Math.min(this.options.most, LARGEST_PAGE) / length));
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
		let lowest: Rows = [];
		let isUpwards = false;
		while (top > 0 && parts.length < mostPages && count < most) {
			if (this.reader.isLate && parts.length > 1) break;
			const page = await this.known(--top);
			if (this.isAgain({ ...page, number: top + 1 }, parts[0])) parts.shift();
			if (page.items.length > 0) parts.unshift(page.items);
			if (top === bottom) lowest = page.items;
			count += wanted(fresh(page.items));
			isUpwards ||= this.orderOf(top) > this.orderOf(top + 1);
			if (parts.length === SOME_PAGES && !isSame((await this.page(bottom)).items, lowest)) break;
		}
		// Who has only read downwards has met what moved.
		const isStill = !isUpwards || isSame((await this.page(bottom)).items, lowest);
		return { parts, top, isStill };
	}

	/** The last page, from one on that is near it, for which something holds, as it does for all before it. */
	private async deepest(holds: (rows: Rows) => boolean, near = 1): Promise<number> {
		let [low, high] = [0, Infinity];
		let { items: lowest } = await this.front();
		const full = lowest.length;
		for (let at = Math.max(1, near), step = 1; high - low > 1; step *= 2) {
			const page = await this.known(at);
			if (holds(page.items) && !this.isAgain(page, lowest)) [low, lowest] = [at, page.items];
			else high = at;
			// A page that is not full is the last one.
			if (low === at && page.items.length < full) high = at + 1;
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

	/** A page as it was read before in this poll. */
	private async known(number: number): Promise<Page> {
		const page = number === 0 ? await this.front() : (this.read.get(number) ?? (await this.page(number)));
		this.read.set(number, page);
		return page;
	}

	/** What was read later has a higher one. */
	private readonly orderOf = (number: number): number => this.order.get(number) ?? 0;

	private async page(firstPage: number): Promise<Page> {
		const { client } = this.reader;
		this.order.set(firstPage, (this.requests += 1));
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
