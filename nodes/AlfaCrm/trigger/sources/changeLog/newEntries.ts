import type { IDataObject } from 'n8n-workflow';

import type { Page } from '../../../api/pages';
import { LARGEST_PAGE, SMALLEST_PAGE } from '../../../api/pages';
import { readEntryTime } from './logEntries';
import type { EntriesBefore, LogExcerpt, TimeSpan } from './logExcerpt';
import { FOREVER, mayHaveLateEntry } from './logExcerpt';
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
const MOST_NEW_PAGES = 10;

/** Decides when an upward reading has enough new entries. */
export interface EntryLimit {
	/** Counts the entries of rows that were just read. Each row is passed only once. */
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
 * Reads the entries of a log that may be new, in up to three attempts:
 *
 * 1. Reads a small page 0, which shows all new entries in most polls.
 * 2. Otherwise reads the entries from the time on before which the last poll has counted the
 *    entries of the log (`entriesBefore`). All counted entries are old.
 * 3. If the number of entries before that time has changed, one has got into the log late. Then
 *    reads the log again, from the earliest time on that a new entry may have.
 *
 * If one poll cannot report all of these entries, reads only the oldest of them.
 *
 * @param makeGoal makes the goal that says when a poll has enough of the oldest entries. The second
 * and the third attempt need a goal each, because a goal counts the entries that were read.
 */
export async function readNewEntries(
	log: BranchLog,
	{ earliestNewTime, entriesBefore }: LogProgress,
	makeGoal: () => EntryLimit,
): Promise<LogExcerpt> {
	// Without an earlier count, a late entry would not be noticed.
	if (entriesBefore === undefined) return await readAllSince(log, earliestNewTime);

	const smallExcerpt = await readSmallExcerpt(log, entriesBefore);
	if (smallExcerpt !== undefined) return smallExcerpt;

	const oldCount = entriesBefore.count;
	const fromCountedTime = { from: entriesBefore.time, oldCount };
	const excerpt = await readOldestSince(log, fromCountedTime, makeGoal);
	if (!mayHaveLateEntry(excerpt, entriesBefore)) return excerpt;

	const fromEarliestNewTime = { from: earliestNewTime, oldCount };
	return await readOldestSince(log, fromEarliestNewTime, makeGoal);
}

/** Reads all entries from a time on: the newest pages of the log, down to that time. */
export async function readAllSince(log: BranchLog, from: string): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	const { pageLength } = await reader.readDown({ readDownToTime: from });
	return await reader.completeExcerpt({ until: FOREVER, pageLength });
}

/**
 * Reads only page 0, and asks for no more than the newest 20 entries of the log.
 *
 * @param previousCount how many entries the last poll has counted, and before which time. All of
 * them are old.
 * @returns undefined if there may be new entries below the page: it does not go down to that time,
 * or the number of entries before the time has changed
 */
async function readSmallExcerpt(
	log: BranchLog,
	previousCount: EntriesBefore,
): Promise<LogExcerpt | undefined> {
	const reader = new ExcerptReader(log, previousCount.time);
	const { hasReachedTime, pageLength } = await reader.readDown({
		pageSize: SMALLEST_PAGE,
		readDownToTime: previousCount.time,
		shouldStopAfterPage: stopAfterFirstPage,
	});
	if (!hasReachedTime) return undefined;

	const excerpt = await reader.completeExcerpt({ until: FOREVER, pageLength });
	return mayHaveLateEntry(excerpt, previousCount) ? undefined : excerpt;
}

const stopAfterFirstPage = (): boolean => true;

/**
 * Reads the entries from a time on. Usually it reads all of them, from page 0, which shows the
 * newest, down to the time. If they fill too many pages for one poll, it starts at the oldest of
 * these pages instead, and goes up towards page 0 until the poll has enough.
 *
 * @param from the time
 * @param oldCount how many entries of the log the last poll has counted as old
 * @param makeGoal makes the goal that says when the poll has enough
 */
async function readOldestSince(
	log: BranchLog,
	{ from, oldCount }: { from: string; oldCount: number },
	makeGoal: () => EntryLimit,
): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	const { hasReachedTime, pageLength, total } = await reader.readDown({
		readDownToTime: from,
		shouldStopAfterPage: (page) => page.number === 0 && showsManyNewPages(page, oldCount),
	});
	// Without a total, nobody knows how many entries are new, so reading has not stopped at page 0.
	const isEverythingRead = hasReachedTime || total === undefined;
	if (isEverythingRead) return await reader.completeExcerpt({ until: FOREVER, pageLength });

	const pageNumber = choosePageToStart({ total, oldCount, pageLength });
	const startPage = { pageNumber, pageLength };
	return await readUpwards(log, from, startPage, makeGoal());
}

/**
 * Whether new entries fill too many pages for one poll. With 5,600 entries in the log, 400 of them
 * old, and 500 on a page, the new ones fill more than 10 pages.
 *
 * @param page page 0, with the number of entries in the log as its total
 * @param oldCount how many entries of the log are not new
 */
function showsManyNewPages({ allRows, total }: Page, oldCount: number): boolean {
	if (total === undefined) return false;

	const newCount = total - oldCount;
	const pageLength = allRows.length;
	return newCount > MOST_NEW_PAGES * pageLength;
}

/**
 * Chooses the page at which an upward reading starts: the one that shows the newest old entry or,
 * if all entries are new, the last page.
 *
 * Entries are numbered from the newest one down, from 0 on. If 700 are new, entry 700 is the newest
 * old one, and with 500 entries on a page it is on page 1.
 */
function choosePageToStart(log: { total: number; oldCount: number; pageLength: number }): number {
	const newestOldEntry = log.total - log.oldCount;
	const lastEntry = log.total - 1;
	return Math.floor(Math.min(newestOldEntry, lastEntry) / log.pageLength);
}

// ---------------------------------------------------------------- reading up

/** A page of which all entries were read, and those of all pages below it. */
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
 * Reads the entries from a page down to a time, then the newer pages above it one by one, until the
 * goal is reached or page 0, which shows the newest entries, was read.
 *
 * @param from the time
 * @param goal counts the entries, and says when a poll has enough of them
 */
async function readUpwards(
	log: BranchLog,
	from: string,
	start: PageStart,
	goal: EntryLimit,
): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	let reachedPage = await readFromPage(reader, start, { readDownToTime: from });
	goal.countRows(reachedPage.excerpt.rows);

	while (reachedPage.pageNumber > 0 && !goal.isReached()) {
		const previousEnd = reachedPage.excerpt.until;
		reachedPage = await readPageAbove(reader, reachedPage);

		// The excerpt grows upwards, so it has all rows of the pages below as well.
		const { rows } = reachedPage.excerpt;
		const addedRows = rows.filter((row) => readEntryTime(row) >= previousEnd);
		goal.countRows(addedRows);
	}
	return reachedPage.excerpt;
}

/**
 * Reads the next page towards the newest entries. If the log has grown since the last page was
 * read, some entries have moved down below the next page, so the pages below it are read as well,
 * down to the entries that are known.
 *
 * @param reachedPage the last page that was read, with the entries up to it
 */
async function readPageAbove(
	reader: ExcerptReader,
	reachedPage: ReachedPage,
): Promise<ReachedPage> {
	const { pageNumber, pageLength, total: previousTotal, excerpt } = reachedPage;
	const start = { pageNumber: pageNumber - 1, pageLength };
	return await readFromPage(reader, start, {
		readDownToTime: excerpt.until,
		// If the log has not grown, the page ends where the page below it begins.
		shouldStopAfterPage: (page) => page.total === previousTotal,
	});
}

/**
 * Reads a page, and the older pages below it down to a time.
 *
 * @param end the time, and a condition for stopping earlier
 * @returns the page, with all entries that the reader has read so far
 */
async function readFromPage(
	reader: ExcerptReader,
	start: PageStart,
	end: Pick<ReadDownOptions, 'readDownToTime' | 'shouldStopAfterPage'>,
): Promise<ReachedPage> {
	const { total } = await reader.readDown({ start, ...end });
	const until = reader.findEnd(start.pageNumber);
	const excerpt = await reader.completeExcerpt({ until, pageLength: start.pageLength });
	return { ...start, total, excerpt };
}

// ---------------------------------------------------------------- one excerpt

/** Reads pages of a log for one excerpt, and keeps their rows. */
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
	findEnd(pageNumber: number): string {
		return pageNumber === 0 ? FOREVER : this.rows.newestTime;
	}

	/**
	 * Makes the excerpt of all rows before a time that were read. If entries have changed their order
	 * between two calls, one may be missing. Then reads the pages of its time again first.
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
		const { from, rows: logRows } = this;
		await this.completeMoments({ from, until }, pageLength);

		// Rows before `from` are left out, because some entries of their moment may be missing. A
		// number tells equal entries apart (`logEntries.ts`), so without one of them the others would
		// get other numbers, and look new.
		const rows = logRows.listRowsBefore(until).filter((row) => readEntryTime(row) >= from);
		const entryCount = until === FOREVER ? logRows.topPosition : logRows.countBefore(until);
		const count = this.hasTotal ? entryCount : undefined;
		return { rows, from, until, count };
	}

	/**
	 * Looks in a span of time for moments (a moment is one second of the clock) that lack entries,
	 * because entries with equal times have changed their order between two calls. Reads the pages of
	 * each such moment again, until it lacks none or was read too often.
	 */
	private async completeMoments(span: TimeSpan, pageLength: number): Promise<void> {
		let moment = this.rows.findMomentToReadAgain(span);
		while (moment !== undefined) {
			await this.readMomentAgain(moment, pageLength);
			moment = this.rows.findMomentToReadAgain(span);
		}
	}

	/**
	 * Reads all pages again that show entries of a moment, which is one second of the clock.
	 *
	 * Each repeated reading asks for pages that are one row shorter, 499 rows instead of 500, then
	 * 498 and so on. So the boundary between two pages falls between other entries. If AlfaCRM sends
	 * fewer rows than it is asked for, asking for shorter pages would change nothing.
	 *
	 * @param usualLength how many rows came on a page when the largest page was asked for
	 */
	private async readMomentAgain(moment: LogMoment, usualLength: number): Promise<void> {
		const readingsSoFar = moment.readingCount;
		const shortenedSize = LARGEST_PAGE - readingsSoFar;
		const obeysPageSize = usualLength === LARGEST_PAGE;
		const pageSize = obeysPageSize ? shortenedSize : LARGEST_PAGE;
		const pageLength = obeysPageSize ? shortenedSize : usualLength;

		const entriesAbove = this.rows.countAbove(moment);
		const pageWithNewestEntry = Math.floor(entriesAbove / pageLength);

		moment.startReading();
		const { pages } = await readPagesDown(this.log, {
			start: { pageNumber: pageWithNewestEntry, pageLength },
			pageSize,
			readDownToTime: moment.time,
		});
		for (const page of pages) this.rows.addPage(page);
	}
}
