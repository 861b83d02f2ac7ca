import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../../../api/pages';
import { LARGEST_PAGE, SMALLEST_PAGE } from '../../../api/pages';
import { readEntryTime } from './logEntries';
import type { LogExcerpt, EntriesBefore } from './logExcerpt';
import { FOREVER, mayHaveLateEntry } from './logExcerpt';
import type { BranchLog, DownwardReading, PagesDown, PageStart } from './logPages';
import { readPagesDown } from './logPages';
import type { LogSecond } from './logRows';
import { LogRows } from './logRows';

/**
 * Reads the entries of a branch's change log that may be new, while the log grows.
 *
 * AlfaCRM lists the newest entries on page 0. Each new entry moves all others down by one, so pages
 * shift between two calls. Entries have no ID, only a time to the second.
 *
 * - **Most polls** find nothing new, or little. So a small page 0 is read first. If it does not
 *   show all new entries, reading starts again with large pages, because page numbers depend on the
 *   length of the pages.
 * - **Large pages** are read from page 0 down to a time from which on entries may be new.
 * - **After a long pause** too many pages are new for one poll, and the oldest entries have to be
 *   reported first. So reading starts at the oldest page with new entries and goes up, towards page
 *   0, until the poll has enough.
 * - **When pages have shifted** between two of these calls, the number of entries in the log has
 *   grown. Then some entries have moved below the page that is read next, so reading goes down from
 *   that page until it meets the entries read before.
 * - **The entries of one second** may be split over two pages. So the newest second of a page is
 *   left to the next page up. If they change their order between two calls, the second is read
 *   again until each of its entries was seen (`logRows.ts`).
 * - **Late entries** get into the log below newer ones. They change the number of entries before a
 *   known time.
 */

/** If new entries fill more pages than this, the oldest ones are read first. */
const MOST_NEW_PAGES = 10;

/** Decides when a reading that goes up has enough new entries. */
export interface EntryGoal {
	/** Takes the entries that were read next, each once. */
	add(rows: readonly IDataObject[]): void;
	isReached(): boolean;
}

/** What the last poll has left about the log of a branch. */
interface LogProgress {
	/** Entries before this time are not new. */
	earliestNewTime: string;
	/**
	 * How many entries there were before a later time. While the number is the same, none of them is
	 * new, and reading can stop at that time instead of going down to `since`.
	 */
	entriesBefore?: EntriesBefore;
}

/**
 * Reads the entries of a log that may be new. If there are many, reads only the oldest of them,
 * until a goal is reached.
 *
 * @param makeGoal makes a goal for a reading that goes up; there may be two such readings
 */
export async function readNewEntries(
	log: BranchLog,
	{ earliestNewTime: since, entriesBefore: older }: LogProgress,
	makeGoal: () => EntryGoal,
): Promise<LogExcerpt> {
	if (older === undefined) return await readAllSince(log, since);

	const smallExcerpt = await readSmallExcerpt(log, older);
	if (smallExcerpt !== undefined) return smallExcerpt;

	const oldCount = older.count;
	const excerpt = await readOldestSince(log, { from: older.time, oldCount }, makeGoal);
	if (!mayHaveLateEntry(excerpt, older)) return excerpt;

	return await readOldestSince(log, { from: since, oldCount }, makeGoal);
}

/** Reads a log from page 0 down to a time, however many pages that takes. */
export async function readAllSince(log: BranchLog, from: string): Promise<LogExcerpt> {
	const reading = new ExcerptReading(log, from);
	const { pageLength } = await reading.readDown({ downTo: from });
	return await reading.completeExcerpt({ until: FOREVER, pageLength });
}

/** Reads a small page 0. Returns undefined if there may be new entries that it does not show. */
async function readSmallExcerpt(
	log: BranchLog,
	older: EntriesBefore,
): Promise<LogExcerpt | undefined> {
	const reading = new ExcerptReading(log, older.time);
	const { isReadDown, pageLength } = await reading.readDown({
		pageSize: SMALLEST_PAGE,
		downTo: older.time,
		stopAfter: () => true,
	});
	if (!isReadDown) return undefined;

	const excerpt = await reading.completeExcerpt({ until: FOREVER, pageLength });
	return mayHaveLateEntry(excerpt, older) ? undefined : excerpt;
}

/**
 * Reads the oldest entries from a time on. That is all of them, from page 0 down to the time,
 * unless they fill too many pages for one poll. Then reading starts at the oldest of these pages
 * and goes up until a goal is reached.
 *
 * @param oldCount how many entries of the log are not new
 */
async function readOldestSince(
	log: BranchLog,
	{ from, oldCount }: { from: string; oldCount: number },
	makeGoal: () => EntryGoal,
): Promise<LogExcerpt> {
	const reading = new ExcerptReading(log, from);
	const { isReadDown, pageLength, total } = await reading.readDown({
		downTo: from,
		stopAfter: (page) => page.number === 0 && showsManyNewPages(page, oldCount),
	});
	// Without a total, reading has not stopped at page 0, because nobody knows how much is new.
	if (isReadDown || total === undefined) {
		return await reading.completeExcerpt({ until: FOREVER, pageLength });
	}

	const pageNumber = choosePageToStart({ total, oldCount, pageLength });
	return await readUpwards(log, from, { pageNumber, pageLength }, makeGoal());
}

/** Whether the total of a page shows that new entries fill too many pages for one poll. */
function showsManyNewPages({ items, total = 0 }: Page, oldCount: number): boolean {
	const newCount = total - oldCount;
	return newCount > MOST_NEW_PAGES * items.length;
}

/** Chooses the page with the newest entry that is not new or, if all are new, the last page. */
function choosePageToStart(log: { total: number; oldCount: number; pageLength: number }): number {
	// Entries are counted from the newest one, which is entry 0. So the first entry after the new
	// ones has their number.
	const newCount = log.total - log.oldCount;
	const lastEntry = log.total - 1;
	return Math.floor(Math.min(newCount, lastEntry) / log.pageLength);
}

// ---------------------------------------------------------------- reading up

/** What is known after a page, and all pages below it, were read. */
interface ReachedPage extends PageStart {
	/** How many entries the log had when the page was read. */
	total?: number;
	/**
	 * All entries of the page and of those below it, except the newest second unless this is page 0.
	 */
	excerpt: LogExcerpt;
}

/**
 * Reads the entries from a page down to a time, then the pages above it one by one, until the goal
 * is reached.
 */
async function readUpwards(
	log: BranchLog,
	from: string,
	start: PageStart,
	goal: EntryGoal,
): Promise<LogExcerpt> {
	const reading = new ExcerptReading(log, from);
	let reached = await readFromPage(reading, start, { downTo: from });
	goal.add(reached.excerpt.rows);

	while (reached.pageNumber > 0 && !goal.isReached()) {
		const previousEnd = reached.excerpt.until;
		reached = await readPageAbove(reading, reached);
		const addedRows = reached.excerpt.rows.filter((row) => readEntryTime(row) >= previousEnd);
		goal.add(addedRows);
	}
	return reached.excerpt;
}

/** Reads the page above the one that was reached. */
async function readPageAbove(
	reading: ExcerptReading,
	{ pageNumber, pageLength, total: previousTotal, excerpt }: ReachedPage,
): Promise<ReachedPage> {
	const start = { pageNumber: pageNumber - 1, pageLength };
	return await readFromPage(reading, start, {
		downTo: excerpt.until,
		// If the log has not grown, the page ends where the page below it begins.
		stopAfter: (page) => page.total === previousTotal,
	});
}

/** Reads a page, and the pages below it down to a time. */
async function readFromPage(
	reading: ExcerptReading,
	start: PageStart,
	end: Pick<DownwardReading, 'downTo' | 'stopAfter'>,
): Promise<ReachedPage> {
	const { total } = await reading.readDown({ start, ...end });
	const until = reading.findEnd(start.pageNumber);
	const excerpt = await reading.completeExcerpt({ until, pageLength: start.pageLength });
	return { ...start, total, excerpt };
}

// ---------------------------------------------------------------- one excerpt

/** Reads pages of a log for one excerpt, and keeps their rows. */
class ExcerptReading {
	private readonly rows = new LogRows();
	/** Whether AlfaCRM counts the entries of the log. */
	private hasTotal = false;

	/** @param from the time from which on the excerpt has all entries */
	constructor(
		private readonly log: BranchLog,
		private readonly from: string,
	) {}

	/** Reads pages, and adds their rows. */
	async readDown(reading: DownwardReading): Promise<PagesDown> {
		const result = await readPagesDown(this.log, reading);
		for (const page of result.pages) this.rows.addPage(page);
		this.hasTotal = result.total !== undefined;
		return result;
	}

	/**
	 * Returns the time before which all entries were read, once a page and those below it were read.
	 * It is the newest second of the page, because the page above may have more entries of it. Page 0
	 * has no page above it.
	 */
	findEnd(pageNumber: number): string {
		return pageNumber === 0 ? FOREVER : this.rows.newestTime;
	}

	/** Reads incomplete seconds again, then makes an excerpt of the rows before a time. */
	async completeExcerpt({
		until,
		pageLength,
	}: {
		until: string;
		pageLength: number;
	}): Promise<LogExcerpt> {
		await this.completeSeconds(until, pageLength);

		const count = until === FOREVER ? this.rows.topPosition : this.rows.countBefore(until);
		// Rows before `from` are left out, because their seconds may be incomplete. Equal entries would
		// be numbered in another way, and pass for new ones.
		const rows = this.rows.listRowsBefore(until).filter((row) => readEntryTime(row) >= this.from);
		return { rows, from: this.from, until, count: this.hasTotal ? count : undefined };
	}

	/**
	 * Reads seconds again of which entries are missing, because entries have changed their order
	 * between two pages.
	 */
	private async completeSeconds(until: string, pageLength: number): Promise<void> {
		const span = { from: this.from, until };
		let second = this.rows.findSecondToReadAgain(span);
		while (second !== undefined) {
			await this.readSecondAgain(second, pageLength);
			second = this.rows.findSecondToReadAgain(span);
		}
	}

	/**
	 * Reads all pages with entries of a second.
	 *
	 * Each reading asks for shorter pages than the one before, so that other entries come together on
	 * a page. If AlfaCRM does not send as many rows as it is asked for, the pages keep their length.
	 */
	private async readSecondAgain(second: LogSecond, usualLength: number): Promise<void> {
		const obeysPageSize = usualLength === LARGEST_PAGE;
		const pageLength = obeysPageSize ? LARGEST_PAGE - second.readings : usualLength;
		const pageNumber = Math.floor(this.rows.countAbove(second) / pageLength);

		second.startReading();
		const { pages } = await readPagesDown(this.log, {
			start: { pageNumber, pageLength },
			pageSize: obeysPageSize ? pageLength : undefined,
			downTo: second.time,
		});
		for (const page of pages) this.rows.addPage(page);
	}
}
