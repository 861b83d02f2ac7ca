import type { IDataObject } from 'n8n-workflow';

import { asNodeError } from '../../api/failures';
import type { ListRequest, Page } from '../../api/pages';
import { endlessError, LARGEST_PAGE, MOST_PAGES, pages, SMALLEST_PAGE } from '../../api/pages';
import { contentOf, timeOf } from '../logEntry';
import { failsForLong, failsNoMore } from '../memory/failing';
import type { Reader } from './reader';
import { emptyError, isEmptyByMistake } from './reader';

/** How long a page that comes empty holds up its list, though more rows are counted than those above it. */
const EMPTY_MS = 3_600_000;
/** Pages hold 20, 50, 500 rows: the only page of a list is a full one by chance alone. */
const ROUND = 10;

export type Rows = readonly IDataObject[];

/** The rows by page, and the page to go on with where not all were read. */
interface Walked {
	parts: Rows[];
	next?: number;
}

/** The pages of a log. Its rows have no IDs: what tells two pages' equal rows apart is where they lie. */
export class LogPages {
	/** What pages are asked for, unless AlfaCRM takes no size. */
	private size: number | undefined = LARGEST_PAGE;
	private first?: Page;
	/** What page 0 was like when it was read last: the rows of a full page, and the total. */
	private full = 0;
	private total?: number;
	requests = 0;
	/** Pages that were read in order to find the oldest that is new. */
	private readonly held = new Map<number, Page>();
	private readonly order = new Map<number, number>();

	/** @param from a day from which on the list is asked for, if AlfaCRM heeds that; '' for all */
	constructor(
		private readonly reader: Reader,
		private readonly list: ListRequest,
		private readonly from: string,
	) {}

	/** The first page. */
	async front(): Promise<Page> {
		this.first ??= await this.page(0);
		[this.full, this.total] = [this.first.items.length, this.first.total];
		return this.first;
	}

	/**
	 * Page after page down to the end of the list, or to where a reader has enough or no time.
	 *
	 * @returns undefined where the order is not to be relied on
	 */
	async down(
		first: number,
		mostPages: number,
		isEnd: (page: Page) => boolean = ({ items }) => this.isEnd(items),
	): Promise<Walked | undefined> {
		const found = await this.downOnce(first, mostPages, isEnd);
		if (!hasJumped(found.parts) || this.reader.isLate) return found;
		this.forget();
		const again = await this.downOnce(first, mostPages, isEnd);
		return isSameBelow(again.parts.flat(), distinct(found.parts.flat())) ? again : undefined;
	}

	private async downOnce(first: number, mostPages: number, isEnd: (page: Page) => boolean): Promise<Walked> {
		const parts: Rows[] = [];
		let above: Page | undefined;
		for (let number = first; number < first + MOST_PAGES; number++) {
			const page = number === 0 ? await this.front() : await this.page(number);
			await this.assertEnd(page, above);
			const isLast = page.last || page.items.length === 0 || (await this.isRepeated(page, above?.items));
			if (!isLast || number === 0) parts.push(await this.below(above, page));
			if (isLast || (isEnd(page) && isInOrder(parts.flat()))) return { parts };
			// The last page is read once more then, so that equal rows of two pages are told apart.
			if (parts.length > 1 && (parts.length >= mostPages || this.reader.isLate))
				return { parts, next: number };
			above = page;
		}
		throw endlessError(this.reader.client, this.list);
	}

	/** The rows of a page that were not on the page above, from which they may have moved when others came on top. */
	async below(above: Page | undefined, { items, total = NaN }: Page): Promise<Rows> {
		const common = above === undefined ? 0 : overlap(above.items, items);
		if (above === undefined || common === 0) return items;
		const shift = total - (above.total ?? NaN);
		if (!Number.isNaN(shift)) return items.slice(Math.min(common, Math.max(0, shift)));
		const { items: again } = await this.read(above.number);
		// How far it has moved; not at all where two rows are equal.
		const moved = above.items.findIndex((_row, by) => overlapsAt(again.slice(by), above.items));
		return items.slice(Math.min(common, Math.max(moved, 0)));
	}

	/** The last page, from one on that is near it, for which something holds, as it does for all before it. */
	async deepest(holds: (rows: Rows) => boolean, near = 1): Promise<number> {
		let [low, high] = [0, MOST_PAGES];
		let { items: lowest } = await this.front();
		const full = lowest.length;
		for (let at = Math.min(Math.max(1, near), MOST_PAGES), step = 1; high - low > 1; step *= 2) {
			const page = await this.known(at);
			if (holds(page.items) && !(await this.isRepeated(page, lowest, low))) [low, lowest] = [at, page.items];
			else high = at;
			// A page that is not full is the last one.
			if (low === at && page.items.length < full) high = at + 1;
			const middle = Math.floor((low + high) / 2);
			at = high === MOST_PAGES ? Math.min(low + step, middle) : middle;
		}
		const below = this.held.get(low + 1);
		if (below !== undefined) await this.assertEnd(below, this.held.get(low));
		return low;
	}

	/**
	 * Whether a page shows the rows of one above once more, as some servers do after the last one. Where no total tells, that
	 * one is read again: if it has none of them any more, as many have come on top as a page holds.
	 */
	async isRepeated(page: Page, above: Rows = [], number = page.number - 1): Promise<boolean> {
		if (!this.isAgain(page, above)) return false;
		if ((page.total ?? 0) > page.items.length || this.reader.isLate) return true;
		const contents = new Set(above.map(contentOf));
		return (await this.read(number)).items.some((row) => contents.has(contentOf(row)));
	}

	/**
	 * Whether a page is the one above once more, to which some may have come. Where full pages hold nothing but equal rows,
	 * the total tells.
	 */
	private isAgain({ items, number, total = 0 }: Page, above: Rows = []): boolean {
		const tail = items.slice(-above.length);
		if (above.length === 0 || !isSame(sorted(tail), sorted(above))) return false;
		const isCounted = total > number * this.full;
		if (!isSame(tail, above)) return !isCounted;
		// As many have come on top as a page holds.
		if (isCounted && total !== this.total) return false;
		const isFull = items.length === above.length && above.length >= this.full;
		return !(isFull && new Set(above.map(contentOf)).size === 1 && isCounted);
	}

	/** Whether a page is from before what was asked for, so that AlfaCRM ignores the day. */
	isEnd(rows: Rows): boolean {
		const stamps = rows.map(timeOf);
		return isInOrder(rows) && stamps.every((stamp) => stamp !== '' && stamp < this.from);
	}

	/** What was read is read anew. */
	forget(): void {
		this.held.clear();
		this.first = undefined;
	}

	/** The rows of a full page. */
	get length(): number {
		return this.full || LARGEST_PAGE;
	}

	/** A page as it was read before in this poll. */
	async known(number: number): Promise<Page> {
		const page = number === 0 ? await this.front() : (this.held.get(number) ?? (await this.page(number)));
		this.held.set(number, page);
		return page;
	}

	/** What was read later has a higher one. */
	readonly orderOf = (number: number): number => this.order.get(number) ?? 0;

	async page(number: number): Promise<Page> {
		this.order.set(number, this.requests + 1);
		return await this.read(number);
	}

	/** What is read only in order to compare does not count as the page that is known. */
	private async read(number: number): Promise<Page> {
		const page = await this.readOnce(number);
		if (page.items.length > 0) failsNoMore(...(await this.emptyPage(number)));
		return this.isEmptyByMistake(page) ? await this.readOnce(number) : page;
	}

	/** An empty one that should hold some rows may be a failure. API notes 3. */
	private isEmptyByMistake({ items, number, total = 0 }: Page): boolean {
		return number > 0 && isEmptyByMistake(items, total - number * this.length);
	}

	/**
	 * What is below an empty page would be taken for known. Under a page that is not full it is the end of the list, and the
	 * total is wrong; so it is where it stays empty.
	 *
	 * @throws NodeApiError if the page should hold some rows
	 */
	async assertEnd(page: Page, above?: Page): Promise<void> {
		if (!this.isEmptyByMistake(page)) return;
		const { items } = above ?? (await this.read(page.number - 1));
		const isFull = items.length >= Math.max(this.length, SMALLEST_PAGE) && items.length % ROUND === 0;
		const isEnd = items.length > 0 && !isFull;
		if (!isEnd && !failsForLong(...(await this.emptyPage(page.number)), EMPTY_MS))
			throw emptyError(this.reader.client, this.list);
	}

	private async emptyPage(number: number): Promise<[list: string, what: string]> {
		return [`${await this.reader.client.origin()} log ${this.list.branch}`, `page ${number}`];
	}

	private async readOnce(firstPage: number): Promise<Page> {
		const { client } = this.reader;
		this.requests += 1;
		const asked = { ...this.list, firstPage, pageSize: this.size };
		try {
			const page = (await pages(client, asked).next()).value as Page;
			this.size = page.size;
			return page;
		} catch (caught) {
			throw asNodeError(client.node, caught);
		}
	}
}

const isEqual = (one: IDataObject, other: IDataObject): boolean => contentOf(one) === contentOf(other);
/** Rows of equal times may come in another order each time. */
const sorted = (rows: Rows): Rows =>
	[...rows].sort((one, other) => (contentOf(one) < contentOf(other) ? -1 : 1));

const distinct = (rows: Rows): Rows => [...new Map(rows.map((row) => [contentOf(row), row])).values()];

export const isSame = (some: Rows, others: Rows): boolean =>
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

/** Whether rows are as before, but for others that have come on top and moved some down. */
export function isSameBelow(rows: Rows, before: Rows): boolean {
	const count = overlap(rows, before);
	const seen = new Set(before.map(contentOf));
	const top = rows.slice(0, rows.length - count);
	const isRest = count > 0 && count >= before.length - top.length;
	return isSame(rows, before) || (isRest && !top.some((row) => seen.has(contentOf(row))));
}

/** Parts with rows that are on others as well: equal ones, or one that changes places, for which another is on none. */
export function repeatedParts(parts: readonly Rows[]): number[] {
	const places = new Map<string, Set<number>>();
	parts.forEach((rows, index) => {
		for (const row of rows) {
			const content = contentOf(row);
			places.set(content, (places.get(content) ?? new Set()).add(index));
		}
	});
	const several = [...places.values()].filter(({ size }) => size > 1).flatMap((those) => [...those]);
	return [...new Set(several)].sort((a, b) => a - b);
}

/**
 * Whether a page holds nothing but what is on those above it: more may have come on top between the two readings than a
 * page holds.
 */
export function hasJumped(parts: readonly Rows[]): boolean {
	const above = new Set<string>();
	return parts.some((rows) => {
		const contents = rows.map(contentOf);
		const isKnown = contents.length > 0 && contents.every((content) => above.has(content));
		for (const content of contents) above.add(content);
		return isKnown;
	});
}

/** Clocks are put back now and then, and some lie; where more times than that rise, the order is another one. */
export function isInOrder(rows: Rows): boolean {
	const stamps = rows.map(timeOf).filter(Boolean);
	return stamps.filter((stamp, index) => index > 0 && stamp > stamps[index - 1]).length * 10 <= stamps.length;
}
