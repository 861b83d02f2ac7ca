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
export interface EntryGoal {
	/** Counts the entries of rows that were just read. Each row is passed only once. */
	add(rows: readonly IDataObject[]): void;
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
 * Reads the entries of a log that may be new. If there are many, reads only the oldest of them,
 * until a goal is reached.
 *
 * @param makeUpwardGoal makes the goal of a reading that goes up, towards page 0. It may be called
 * twice, because the log may be read twice.
 */
export async function readNewEntries(
	log: BranchLog,
	{ earliestNewTime, entriesBefore }: LogProgress,
	makeUpwardGoal: () => EntryGoal,
): Promise<LogExcerpt> {
	if (entriesBefore === undefined) return await readAllSince(log, earliestNewTime);

	const smallExcerpt = await readSmallExcerpt(log, entriesBefore);
	if (smallExcerpt !== undefined) return smallExcerpt;

	// The entries that the last poll counted are old, so reading usually stops at their time.
	const oldCount = entriesBefore.count;
	const onTopOfCounted = { from: entriesBefore.time, oldCount };
	const excerpt = await readOldestSince(log, onTopOfCounted, makeUpwardGoal);
	if (!mayHaveLateEntry(excerpt, entriesBefore)) return excerpt;

	// A late entry may have got in among the counted ones. So the log is read again, further down.
	const withLateEntries = { from: earliestNewTime, oldCount };
	return await readOldestSince(log, withLateEntries, makeUpwardGoal);
}

/** Reads a log from page 0 down to a time, however many pages that takes. */
export async function readAllSince(log: BranchLog, from: string): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	const { pageLength } = await reader.readDown({ readDownToTime: from });
	return await reader.completeExcerpt({ until: FOREVER, pageLength });
}

/** Reads a small page 0. Returns undefined if there may be new entries that it does not show. */
async function readSmallExcerpt(
	log: BranchLog,
	entriesBefore: EntriesBefore,
): Promise<LogExcerpt | undefined> {
	const reader = new ExcerptReader(log, entriesBefore.time);
	const { isReadDown, pageLength } = await reader.readDown({
		pageSize: SMALLEST_PAGE,
		readDownToTime: entriesBefore.time,
		shouldStopAfterPage: stopAfterFirstPage,
	});
	if (!isReadDown) return undefined;

	const excerpt = await reader.completeExcerpt({ until: FOREVER, pageLength });
	return mayHaveLateEntry(excerpt, entriesBefore) ? undefined : excerpt;
}

const stopAfterFirstPage = (): boolean => true;

/**
 * Reads the oldest entries from a time on. Usually it reads all of them, from page 0 down to the
 * time. If they fill too many pages for one poll, it starts at the oldest of these pages instead,
 * and goes up until a goal is reached.
 *
 * @param oldCount how many entries of the log are not new
 */
async function readOldestSince(
	log: BranchLog,
	{ from, oldCount }: { from: string; oldCount: number },
	makeUpwardGoal: () => EntryGoal,
): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	const { isReadDown, pageLength, total } = await reader.readDown({
		readDownToTime: from,
		shouldStopAfterPage: (page) => page.number === 0 && showsManyNewPages(page, oldCount),
	});
	// Without a total, nobody knows how many entries are new, so reading has not stopped at page 0.
	const isEverythingRead = isReadDown || total === undefined;
	if (isEverythingRead) return await reader.completeExcerpt({ until: FOREVER, pageLength });

	const pageNumber = choosePageToStart({ total, oldCount, pageLength });
	return await readUpwards(log, from, { pageNumber, pageLength }, makeUpwardGoal());
}

/** Whether the total of a page shows that new entries fill too many pages for one poll. */
function showsManyNewPages({ allRows, total }: Page, oldCount: number): boolean {
	if (total === undefined) return false;

	const newCount = total - oldCount;
	const pageLength = allRows.length;
	return newCount > MOST_NEW_PAGES * pageLength;
}

/** Chooses the page that shows the newest old entry or, if all entries are new, the last page. */
function choosePageToStart(log: { total: number; oldCount: number; pageLength: number }): number {
	// Entries are numbered from the top. If 3 are new, they are 0, 1 and 2, and entry 3 is old.
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
 * Reads the entries from a page down to a time, then the pages above it one by one, until the goal
 * is reached.
 */
async function readUpwards(
	log: BranchLog,
	from: string,
	start: PageStart,
	goal: EntryGoal,
): Promise<LogExcerpt> {
	const reader = new ExcerptReader(log, from);
	let reachedPage = await readFromPage(reader, start, { readDownToTime: from });
	goal.add(reachedPage.excerpt.rows);

	while (reachedPage.pageNumber > 0 && !goal.isReached()) {
		const previousEnd = reachedPage.excerpt.until;
		reachedPage = await readPageAbove(reader, reachedPage);

		const addedRows = reachedPage.excerpt.rows.filter((row) => readEntryTime(row) >= previousEnd);
		goal.add(addedRows);
	}
	return reachedPage.excerpt;
}

/** Reads the page above the one that was reached. */
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

/** Reads a page, and the pages below it down to a time. */
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

	/** Reads pages towards older entries, and keeps their rows. */
	async readDown(options: ReadDownOptions): Promise<PagesDown> {
		const result = await readPagesDown(this.log, options);
		for (const page of result.pages) this.rows.addPage(page);
		this.hasTotal = result.total !== undefined;
		return result;
	}

	/**
	 * Returns the time before which all entries were read, once a page and those below it were read.
	 * It is the newest time on the page, because the page above may have more entries with that time.
	 * Page 0 has no page above it.
	 */
	findEnd(pageNumber: number): string {
		return pageNumber === 0 ? FOREVER : this.rows.newestTime;
	}

	/**
	 * Makes an excerpt of the rows before a time. Where entries of a moment are missing, reads their
	 * pages again first.
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
		const count = until === FOREVER ? logRows.topPosition : logRows.countBefore(until);
		return { rows, from, until, count: this.hasTotal ? count : undefined };
	}

	/**
	 * Reads the pages of moments again of which entries are missing, because entries have changed
	 * their order between two pages.
	 */
	private async completeMoments(span: TimeSpan, pageLength: number): Promise<void> {
		let moment = this.rows.findMomentToReadAgain(span);
		while (moment !== undefined) {
			await this.readMomentAgain(moment, pageLength);
			moment = this.rows.findMomentToReadAgain(span);
		}
	}

	/**
	 * Reads all pages with entries of a moment.
	 *
	 * Each repeated reading asks for shorter pages than the previous one, so that pages begin and end
	 * between other entries. If AlfaCRM does not send as many rows as it is asked for, the pages keep
	 * their length.
	 *
	 * @param usualLength how many rows came on a page when the largest page was asked for
	 */
	private async readMomentAgain(moment: LogMoment, usualLength: number): Promise<void> {
		const obeysPageSize = usualLength === LARGEST_PAGE;
		const pageSize = obeysPageSize ? LARGEST_PAGE - moment.readings : LARGEST_PAGE;
		const pageLength = obeysPageSize ? pageSize : usualLength;
		const pageNumber = Math.floor(this.rows.countAbove(moment) / pageLength);

		moment.startReading();
		const { pages } = await readPagesDown(this.log, {
			start: { pageNumber, pageLength },
			pageSize,
			readDownToTime: moment.time,
		});
		for (const page of pages) this.rows.addPage(page);
	}
}
