import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../../../api/pages';
import { LARGEST_PAGE, SMALLEST_PAGE } from '../../../api/pages';
import { readEntryTime } from './logEntries';
import type { EntriesBefore, LogExcerpt, TimeSpan } from './logExcerpt';
import { FOREVER, mayHaveMissedLateEntry } from './logExcerpt';
import type { BranchLog, ReadDownOptions, PagesDown, PageStart } from './logPages';
import { readPagesDown } from './logPages';
import type { LogMoment } from './logRows';
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
 * - **Large pages** are read from page 0 down to the earliest time that a new entry may have.
 * - **After a long pause** too many pages are new for one poll, and the oldest entries have to be
 *   reported first. So reading starts at the oldest page with new entries and goes up, towards page
 *   0, until the poll has enough.
 * - **When pages have shifted** between two calls of an upward reading, the number of entries in
 *   the log has grown. Then some entries have moved below the page that is read next, so reading
 *   goes down from that page until it meets entries that were read before.
 * - **Entries of the same moment** (the same second of the clock) may be split over two pages. So
 *   the newest moment of a page is left to the next page up. If such entries change their order
 *   between two calls, their pages are read again until each entry was seen (`logRows.ts`).
 * - **Late entries** get into the log below newer ones. They change the number of entries before a
 *   known time.
 */

/** If new entries fill more pages than this, the oldest ones are read first. */
const MAX_NEW_PAGES = 10;

/**
 * Counts the entries that a reading brings, and tells when they are as many as one poll can report.
 */
export interface EntryLimit {
	/** Counts the entries of rows that were just read. Call it once for each row. */
	countRows(rows: readonly IDataObject[]): void;
	isReached(): boolean;
}

/** How far the last poll has read the log of a branch. */
interface LogProgress {
	/** Entries before this time are not new. */
	earliestNewTime: string;
	/**
	 * How many entries the log had before a time later than `earliestNewTime`. While the number stays
	 * the same, none of them is new, so reading can stop at the later time.
	 */
	entriesBefore?: EntriesBefore;
}

/**
 * Reads the entries of a log that may be new, in up to three attempts. For example, the last poll has
 * counted 500 entries before 12:00, and knows that no entry before 10:00 is new any more.
 *
 * 1. Reads the newest 20 entries. They usually show all new ones.
 * 2. If they do not, reads all entries from 12:00 on.
 * 3. If there are now more than 500 entries before 12:00, one has got into the log late, below newer
 *    entries. So reads the log again, from 10:00 on.
 *
 * @param makeLimit makes a counter that stops a reading at as many entries as one poll can report.
 * Each reading counts from zero.
 */
export async function readNewEntries(
	log: BranchLog,
	{ earliestNewTime, entriesBefore: previousCount }: LogProgress,
	makeLimit: () => EntryLimit,
): Promise<LogExcerpt> {
	// Without an earlier count, a late entry would not be noticed.
	if (previousCount === undefined) return await readAllSince(log, earliestNewTime);

	const newestEntries = await readNewestIfEnough(log, previousCount);
	if (newestEntries !== undefined) return newestEntries;

	const { time: countedTime, count: oldCount } = previousCount;
	const laterEntries = await readOldestFirst(log, { from: countedTime, oldCount }, makeLimit());
	const hasLateEntry = mayHaveMissedLateEntry(laterEntries, previousCount);
	if (!hasLateEntry) return laterEntries;

	return await readOldestFirst(log, { from: earliestNewTime, oldCount }, makeLimit());
}

/** Reads all entries from a time on, from the newest page of the log down to that time. */
export async function readAllSince(log: BranchLog, from: string): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	const { pageLength } = await reader.readDown({ readDownToTime: from });
	return await reader.completeExcerpt({ until: FOREVER, pageLength });
}

/**
 * Reads the newest 20 entries of the log, and returns them if they show everything that is new. The
 * last poll has counted the entries before a certain time, for example 500 entries before 12:00, and
 * all of them are old.
 *
 * @returns undefined if there may be other new entries: the newest 20 do not go back to 12:00, or
 * there are not 500 entries before 12:00 any more
 */
async function readNewestIfEnough(
	log: BranchLog,
	previousCount: EntriesBefore,
): Promise<LogExcerpt | undefined> {
	const stopAfterFirstPage = () => true;
	const reader = new ExcerptReader(log, previousCount.time);
	const { hasReachedTime, pageLength } = await reader.readDown({
		pageSize: SMALLEST_PAGE,
		readDownToTime: previousCount.time,
		shouldStopAfterPage: stopAfterFirstPage,
	});
	if (!hasReachedTime) return undefined;

	const excerpt = await reader.completeExcerpt({ until: FOREVER, pageLength });
	const hasLateEntry = mayHaveMissedLateEntry(excerpt, previousCount);
	return hasLateEntry ? undefined : excerpt;
}

/**
 * Reads the entries of a log from a time on. If they are on few pages, reads all of them. Otherwise
 * reads the oldest of them first, and stops when the poll has enough entries. Later polls read the
 * newer ones.
 *
 * Page 0 shows the newest entries. So to begin with the oldest ones is to begin at a page with a high
 * number, and to go up to page 0.
 *
 * @param from the time
 * @param oldCount how many entries of the log the last poll has counted as old
 * @param limit tells when the poll has enough entries
 */
async function readOldestFirst(
	log: BranchLog,
	{ from, oldCount }: { from: string; oldCount: number },
	limit: EntryLimit,
): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	// Page 0 shows how many entries the log has. If too many of them are new, reading stops there.
	const hasTooManyNewEntries = (page: Page) =>
		page.number === 0 && hasTooManyNewPages(page, oldCount);
	const { hasReachedTime, pageLength, total } = await reader.readDown({
		readDownToTime: from,
		shouldStopAfterPage: hasTooManyNewEntries,
	});
	// Without a total, nobody knows how many entries there are, so reading has not stopped early.
	const isEverythingRead = hasReachedTime || total === undefined;
	if (isEverythingRead) return await reader.completeExcerpt({ until: FOREVER, pageLength });

	const pageNumber = findOldestNewPage({ total, oldCount, pageLength });
	return await readUpwards(log, from, { pageNumber, pageLength }, limit);
}

/**
 * Whether the new entries of a log fill more than 10 pages, which are too many for one poll. With
 * 5,600 entries in the log, 400 of them old, and 500 on a page, 5,200 are new and fill 11 pages.
 *
 * @param page page 0; its total is the number of entries in the log
 * @param oldCount how many entries of the log are not new
 */
function hasTooManyNewPages({ allRows, total }: Page, oldCount: number): boolean {
	if (total === undefined) return false;

	const newCount = total - oldCount;
	const pageLength = allRows.length;
	return newCount > MAX_NEW_PAGES * pageLength;
}

/**
 * Finds the page of a log that shows the newest old entry, and above it the oldest new entries. If
 * all entries are new, it is the last page.
 *
 * For example, 700 entries are new, so entries 0 to 699 are new, and entry 700 is the newest old one.
 * With 500 entries on a page, entry 700 is on page 1.
 */
function findOldestNewPage(log: { total: number; oldCount: number; pageLength: number }): number {
	const { total, oldCount, pageLength } = log;
	const newestOldEntry = total - oldCount;
	const lastEntry = total - 1;
	const entryToShow = Math.min(newestOldEntry, lastEntry);
	return Math.floor(entryToShow / pageLength);
}

// ---------------------------------------------------------------- reading up

/** A page up to which a log was read: all of its entries, and those of all pages below it. */
interface ReachedPage extends PageStart {
	/** How many entries the log had when the page was read. */
	total?: number;
	/**
	 * All entries of the page and of the pages below it. The page's newest moment is left out,
	 * because the page above may have more entries of it. Only page 0 has no page above, so its
	 * newest moment is included.
	 */
	excerpt: LogExcerpt;
}

/**
 * Reads a page of a log and the older pages below it down to a time, and then the newer pages above
 * it, one by one. Stops when the poll has enough entries, or when page 0 was read, which shows the
 * newest ones.
 *
 * @param from the time
 * @param start the first page to read
 * @param limit counts the entries, and tells when the poll has enough of them
 * @returns all entries that were read
 */
async function readUpwards(
	log: BranchLog,
	from: string,
	start: PageStart,
	limit: EntryLimit,
): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	let reachedPage = await readFromPage(reader, start, { readDownToTime: from });
	limit.countRows(reachedPage.excerpt.rows);

	while (reachedPage.pageNumber > 0 && !limit.isReached()) {
		const countedUntil = reachedPage.excerpt.until;
		reachedPage = await readNextNewerPage(reader, reachedPage);

		// The excerpt has the rows of all pages so far. The limit has counted the older ones already.
		const { rows } = reachedPage.excerpt;
		const addedRows = rows.filter((row) => readEntryTime(row) >= countedUntil);
		limit.countRows(addedRows);
	}
	return reachedPage.excerpt;
}

/**
 * Reads the next newer page of a log: after page 7, page 6. If the log has grown since page 7 was
 * read, some entries have moved down from page 6 to page 7 meanwhile. So also reads page 7 again,
 * and further pages below it, down to the entries that were read before.
 *
 * @param reachedPage the last page that was read, with all entries up to it
 */
async function readNextNewerPage(
	reader: ExcerptReader,
	reachedPage: ReachedPage,
): Promise<ReachedPage> {
	const { pageNumber, pageLength, total: previousTotal, excerpt } = reachedPage;
	const newerPage = { pageNumber: pageNumber - 1, pageLength };
	// If the log still has as many entries, none has moved, and one page is enough.
	const hasSameTotal = (page: Page) => page.total === previousTotal;
	return await readFromPage(reader, newerPage, {
		readDownToTime: excerpt.until,
		shouldStopAfterPage: hasSameTotal,
	});
}

/**
 * Reads a page, and the older pages below it down to a time.
 *
 * @param start the page
 * @param end the time, and a condition for stopping earlier
 * @returns the page, with all entries that the reader has read so far, up to this page
 */
async function readFromPage(
	reader: ExcerptReader,
	start: PageStart,
	end: Pick<ReadDownOptions, 'readDownToTime' | 'shouldStopAfterPage'>,
): Promise<ReachedPage> {
	const { total } = await reader.readDown({ start, ...end });
	// All entries before this time were read. The page above may show others of the same second.
	const until = reader.findEndOfExcerpt(start.pageNumber);
	const excerpt = await reader.completeExcerpt({ until, pageLength: start.pageLength });
	return { ...start, total, excerpt };
}

// ---------------------------------------------------------------- one excerpt

/** Reads pages of a log for one excerpt (a part of the log), and keeps their rows. */
class ExcerptReader {
	private readonly rows = new LogRows();
	/** Whether AlfaCRM counts the entries of the log. */
	private hasTotal = false;

	/** @param from the time at which the excerpt begins */
	constructor(
		private readonly log: BranchLog,
		private readonly from: string,
	) {}

	/** Reads pages towards older entries, as far as the options say, and keeps their rows. */
	async readDown(options: ReadDownOptions): Promise<PagesDown> {
		const result = await readPagesDown(this.log, options);
		for (const page of result.pages) this.rows.addPage(page);
		this.hasTotal = result.total !== undefined;
		return result;
	}

	/**
	 * Returns the time at which an excerpt has to end if a page is the highest one that was read: all
	 * entries before this time are on the page or below it. It is the newest time on the page,
	 * because the page above may have more entries with that time. Page 0 has no page above it, so
	 * its excerpt has no end.
	 */
	findEndOfExcerpt(pageNumber: number): string {
		return pageNumber === 0 ? FOREVER : this.rows.newestTime;
	}

	/**
	 * Returns the entries before a time that were read, as an excerpt of the log. If AlfaCRM has
	 * changed the order of entries between two calls, some may be missing. Then reads their pages
	 * again first.
	 *
	 * @param until the time; `FOREVER` for the newest entries too
	 * @param pageLength how many rows each page has had
	 */
	async completeExcerpt({
		until,
		pageLength,
	}: {
		until: string;
		pageLength: number;
	}): Promise<LogExcerpt> {
		const { from } = this;
		await this.readMissingEntries({ from, until }, pageLength);

		// Entries before `from` are left out. Some of the same second may be missing, and then equal
		// entries would be numbered differently, and look new.
		const rows = this.rows.listRows({ from, until });
		return { rows, from, until, count: this.countEntriesBefore(until) };
	}

	/** Counts the entries of the log before a time; undefined if AlfaCRM does not count entries. */
	private countEntriesBefore(time: string): number | undefined {
		if (!this.hasTotal) return undefined;

		return time === FOREVER ? this.rows.topPosition : this.rows.countBefore(time);
	}

	/**
	 * Reads pages again if entries in a span of time are missing. AlfaCRM may change the order of
	 * entries of the same second (a *moment*) between two calls, so that no page has shown one of
	 * them. The pages of that second are read again until no entry is missing, 20 times at most.
	 */
	private async readMissingEntries(span: TimeSpan, pageLength: number): Promise<void> {
		let moment = this.rows.findMomentToReadAgain(span);
		while (moment !== undefined) {
			await this.readMomentAgain(moment, pageLength);
			moment = this.rows.findMomentToReadAgain(span);
		}
	}

	/**
	 * Reads all pages again that show entries of a moment (one second of the clock), because one of
	 * these entries is missing.
	 *
	 * @param usualLength how many rows came on a page when 500 were asked for
	 */
	private async readMomentAgain(moment: LogMoment, usualLength: number): Promise<void> {
		const { pageSize, pageLength } = chooseSizeForRepeatedReading(moment, usualLength);
		const entriesAbove = this.rows.countAbove(moment);
		const pageOfNewestEntry = Math.floor(entriesAbove / pageLength);

		moment.startReading();
		const { pages } = await readPagesDown(this.log, {
			start: { pageNumber: pageOfNewestEntry, pageLength },
			pageSize,
			readDownToTime: moment.time,
		});
		for (const page of pages) this.rows.addPage(page);
	}
}

/**
 * Chooses how many rows to ask for on a page when the pages of a moment are read again: 499 rows
 * instead of 500 the first time, 498 the second time, and so on. So the boundary between two pages
 * falls between other entries each time.
 *
 * @param usualLength how many rows came on a page when 500 were asked for
 * @returns how many rows to ask for (`pageSize`), and how many will come (`pageLength`)
 */
function chooseSizeForRepeatedReading(
	moment: LogMoment,
	usualLength: number,
): { pageSize: number; pageLength: number } {
	// If AlfaCRM sends shorter pages than it is asked for, asking for another size changes nothing.
	const sendsAskedSize = usualLength === LARGEST_PAGE;
	if (!sendsAskedSize) return { pageSize: LARGEST_PAGE, pageLength: usualLength };

	const pageSize = LARGEST_PAGE - moment.readingCount;
	return { pageSize, pageLength: pageSize };
}
