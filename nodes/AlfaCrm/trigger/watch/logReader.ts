import { collect } from '../../api/list';
import { isPageLength, LARGEST_PAGE } from '../../api/pages';
import type { ListRequest, Page } from '../../api/pages';
import { HOUR_MS } from '../../values/time';
import { isTimed, timeOf } from '../logEntry';
import type { BranchLog } from '../poll/log';
import type { Look } from '../poll/look';
import { PATIENCE_MS } from '../poll/look';
import type { Rows } from './logPages';
import { hasJumped, isInOrder, isSame, isSameBelow, LogPages, repeatedParts } from './logPages';
import type { Reader } from './reader';
import { emptyError, isEmptyByMistake, PAGES_PER_POLL, timelessError } from './reader';

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
/** How often a list is read that has equal rows on several pages, or whose order changes. */
const MOST_READINGS = 3;

/** Of a longer list only the pages are read again that hold such rows. */
const MOST_READ_AGAIN = 10;

/** A short list comes twice in the same order by chance. */
const readingsOf = (pageCount: number): number =>
	pageCount > SOME_PAGES ? MOST_READINGS : 2 * MOST_READINGS;

/**
 * Reads the log of a branch. It has the newest first and only grows at its top, so what is new lies side by side there,
 * but for what shows up late. Its rows have no IDs: what tells two pages' equal rows apart is where they lie.
 */
export class LogReader {
	readonly pages: LogPages;
	private readonly options: Required<Omit<LogOptions, 'all'>> & Pick<LogOptions, 'all'>;

	constructor(
		private readonly reader: Reader,
		private readonly list: ListRequest,
		options: LogOptions,
	) {
		this.pages = new LogPages(reader, list, options.from);
		const fresh = (rows: Rows) => rows;
		this.options = { fresh, wanted: (rows) => rows.length, most: Infinity, ...options };
	}

	/** One request while nothing is new. What is new comes the oldest first, as much as is enough; hourly all is read. */
	async look(log: Partial<BranchLog>): Promise<Look> {
		const look = await this.lookOnce(log);
		if (look.rows.length > 0 && !look.rows.some(isTimed)) throw timelessError(this.reader.client, this.list);
		return look;
	}

	private async lookOnce(log: Partial<BranchLog>): Promise<Look> {
		const { fresh, all } = this.options;
		const { items: rows, total, last } = await this.pages.front();
		// A total that may just be the length of the page says nothing.
		const counted = total === undefined || isPageLength(rows, total, LARGEST_PAGE) ? null : total;
		const read = { total: counted, readAt: this.reader.now };
		// All that a branch holds that is chosen would be news later.
		const isMistake = this.hasLeft(log) || (log.isChosen && isEmptyByMistake(rows, total));
		if (rows.length === 0 && isMistake) throw emptyError(this.reader.client, this.list);
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
		if (isBehind || fresh(rows).includes(lastOf(rows))) {
			const grown = Math.max(0, (counted ?? 0) - (log.total ?? 0));
			const part = await this.up(log, log.behind?.page ?? Math.floor(grown / rows.length));
			if (part === undefined || !isInOrder(part.rows)) return await this.whole(read);
			if (fresh(part.rows).length > 0 || this.reader.isLate)
				return { ...part, list: { ...list, total: counted } };
		} else if (!isDue && !this.mayHide(rows, log, most)) {
			return { rows, list, isWhole: false };
		}
		// With pages of another size than in the last poll, it begins anew.
		const isSameSize = log.size === this.pages.length;
		const below = await this.down((isSameSize ? log.next : undefined) ?? 0, PAGES_PER_POLL, read);
		if (below === undefined) return await this.whole(read);
		// The time of a reading over several polls is that of its end.
		const after = below.list.next === undefined ? {} : { readAt: log.readAt, size: this.pages.length };
		if (log.next === undefined) return { ...below, list: { ...below.list, ...after } };
		return {
			rows: [...rows, ...below.rows],
			apart: rows.length,
			list: { ...below.list, ...after, total: list.total },
			isWhole: false,
		};
	}

	/**
	 * Whether more has come than what looks new on the first page: equal rows that fill pages look known on each of them, as
	 * does one whose equals, of the second in which the page ends, are on the next.
	 */
	private mayHide(rows: Rows, { total }: Partial<BranchLog>, counted: number): boolean {
		if (counted > (total ?? 0) + rows.length) return true;
		const [news, end] = [new Set(this.options.fresh(rows)), timeOf(lastOf(rows))];
		const added = rows.slice(0, counted - (total ?? counted));
		return added.some((row) => !news.has(row) && timeOf(row) === end);
	}

	/** A log only grows, so what was left over is still there; who has looked for it for a month gives up. */
	private hasLeft({ behind, lookedAt = 0 }: Partial<BranchLog>): boolean {
		return behind !== undefined && Math.abs(this.reader.now - lookedAt) < PATIENCE_MS;
	}

	/** Reads a list whose order is not to be relied on. */
	private async whole(read: Look['list']): Promise<Look> {
		const isEnough = (page: Page) => this.reader.isLate && page.number > 0;
		const { rows, next, isComplete } = await collect(this.reader.client, this.list, { isEnough });
		const list = next === undefined ? read : { ...read, next: 0 };
		return { rows, list, isWhole: isComplete };
	}

	/**
	 * Reads page after page to the end of the list, or as far as there is time for.
	 *
	 * @returns undefined where the order is not to be relied on
	 */
	private async down(first: number, mostPages: number, read: Look['list']): Promise<Look | undefined> {
		const found = await this.pages.down(first, mostPages);
		if (found === undefined) return undefined;
		const { parts, next } = found;
		const again = async () => (await this.pages.down(first, mostPages))?.parts ?? [];
		if (!(await this.isConfirmed(parts, first, again))) return undefined;
		return { rows: parts.flat(), list: { ...read, next }, isWhole: first === 0 && next === undefined };
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
			fresh(rows).length > 0 ||
			(behind !== undefined && rows.some((row) => timeOf(row) > behind.since)) ||
			// What is below them may be.
			(rows.length > 0 && !rows.some(isTimed));
		const lowest = await this.pages.deepest(isNew, near);
		let bottom = lowest + 1;
		if (behind === undefined && !this.reader.isLate) {
			// What shows up late now, below, would be taken for known once the backlog has gone by.
			const last = await this.pages.deepest((rows) => rows.length > 0 && !this.pages.isEnd(rows), bottom);
			// A page that is full may have lost rows to the one below, which was empty when it was read.
			const isFull = (await this.pages.known(last)).items.length >= this.pages.length;
			if (last - lowest < PAGES_PER_POLL) bottom = isFull ? last + 1 : last;
		}
		const { parts, top, isStill } = await this.climb(
			bottom,
			Math.max(2, PAGES_PER_POLL - this.pages.requests - 1),
		);
		const isStop = ({ items, number }: Page) => number > lowest && fresh(items).length === 0;
		// What moves to a page that had been read is missing. Who reads downwards meets it again.
		const first = isStill || this.reader.isLate ? top : Math.min(top, this.above(lowest + 1));
		const found = isStill ? { parts, next: undefined } : await this.pages.down(first, Infinity, isStop);
		if (found === undefined || found.next !== undefined) return undefined;
		const again = async () =>
			isStill
				? (await this.climb(bottom, parts.length)).parts
				: ((await this.pages.down(first, Infinity, isStop))?.parts ?? []);
		if (!(await this.isConfirmed(found.parts, first, again))) return undefined;
		const rows = found.parts.flat();
		return { rows, list: {}, isWhole: false, isPart: first > 0, page: first };
	}

	/**
	 * Whether rows that are on several pages are equal ones, which come the same again; else the order is not to be relied
	 * on. There may be no time to tell.
	 */
	private async isConfirmed(
		parts: readonly Rows[],
		first: number,
		readAgain: () => Promise<Rows[]>,
	): Promise<boolean> {
		const repeated = repeatedParts(parts);
		const isLong = parts.length > MOST_READ_AGAIN;
		for (let reading = 1; repeated.length > 0 && reading < readingsOf(parts.length); reading++) {
			if (this.reader.isLate) return true;
			this.pages.forget();
			if (!isLong) {
				const again = await readAgain();
				if (this.reader.isLate) return true;
				if (!isSameBelow(again.flat(), parts.flat())) return false;
				continue;
			}
			for (const index of repeated) {
				const { items } = await this.pages.page(first + index);
				if (!isSameBelow(items, parts[index])) return false;
			}
		}
		return true;
	}

	/** The page from which on downwards as many rows lie as are to be reported at most. */
	private above(bottom: number): number {
		const { length } = this.pages;
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
		// Of the pages above which others were read later, the one that was read first: it tells whether anything has moved.
		let first: { page: Page; order: number } | undefined;
		let under: Page | undefined;
		const hasStayed = async () =>
			first === undefined || isSame((await this.pages.page(first.page.number)).items, first.page.items);
		while (top > 0 && parts.length < mostPages && count < most) {
			if (this.reader.isLate && parts.length > 1) break;
			const page = await this.pages.known(--top);
			// The page at the bottom may be past the end.
			if (top < bottom) await this.pages.assertEnd(page);
			const order = this.pages.orderOf(top + 1);
			const isDownwards = under !== undefined && this.pages.orderOf(top) < order;
			if (await this.pages.isRepeated({ ...page, number: top + 1 }, parts[0])) parts.shift();
			else if (under !== undefined && isDownwards && parts.length > 0)
				parts[0] = await this.pages.below(page, under);
			if (page.items.length > 0) parts.unshift(page.items);
			count += wanted(fresh(page.items));
			if (under !== undefined && !isDownwards && order < (first?.order ?? Infinity))
				first = { page: under, order };
			under = page;
			if (parts.length === SOME_PAGES && !(await hasStayed())) return { parts, top, isStill: false };
		}
		// Who has only read downwards has met what moved.
		return { parts, top, isStill: (await hasStayed()) && !hasJumped(parts) };
	}
}

/** The last entry that has a time. */
const lastOf = (rows: Rows) => rows.filter(isTimed).at(-1) ?? {};

const stateOf = ({ readAt, next, size }: Partial<BranchLog>) => ({ readAt, next, size });
