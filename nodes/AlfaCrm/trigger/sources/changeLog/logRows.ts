import type { IDataObject } from 'n8n-workflow';

import { readEntryTime, EqualRowCounter } from './logEntries';
import type { TimeSpan } from './logExcerpt';

/**
 * Puts the pages of a change log together, and notices when an entry is missing.
 *
 * A *moment* is one second of the clock. AlfaCRM sorts the log by time, to the second, so several
 * entries may be of the same moment. Nobody knows whether they keep their order between two calls.
 * If they do not, one entry may be on two pages and another on none.
 *
 * Example: the log has the entries A, B and C of one moment. Page 0 shows A and B. Before page 1 is
 * read, B and C change places, so page 1 shows B again. Three positions were read, but only two
 * different entries: C is missing.
 *
 * 1. **Each row has a position in the log.** The oldest entry has position 1. A new entry comes on
 *    top, so the older entries keep their positions.
 * 2. **Each row has an identity**, made of its content and a number (`logEntries.ts`). The number
 *    counts the equal rows of a page, so two equal entries on one page get different identities. It
 *    begins with 1 on each page, so an entry that two pages show gets the same identity twice.
 * 3. **A moment is complete** if its rows have at least as many identities as positions.
 * 4. **Otherwise the pages with that moment are read again**, until it is complete.
 */

/**
 * The pages of a moment are read again at most this many times. If the moment is still not
 * complete, its rows are taken as the last reading listed them.
 *
 * One kind of moment is never complete: the log keeps its order, but two equal entries of the
 * moment are on different pages and get the same identity. Its last reading is right.
 */
const MAX_REPEATED_READINGS = 20;

/** A page of a log. */
export interface LogPage {
	/** The newest first. */
	rows: readonly IDataObject[];
	/** The number of entries in the log when AlfaCRM listed the page. */
	total: number;
	/** The number of entries of the log above the page. */
	entriesAbove: number;
}

/**
 * Collects the rows of the pages that were read. Pages may come in any order and may overlap, but
 * together they must not leave a gap.
 */
export class LogRows {
	/**
	 * The position of the newest row; 0 without rows. If page 0 was read, this is the number of
	 * entries in the log.
	 */
	topPosition = 0;
	/** The largest total of the pages. The log only grows, so this is the latest one. */
	private total = 0;
	private readonly momentsByTime = new Map<string, LogMoment>();

	/**
	 * Adds the rows of a page of the log. Each row gets a position, which counts the entries from the
	 * oldest one. For example, the log has 70 entries, and 20 of them are newer than those of the page.
	 * So the first row of the page has position 50, and the next row 49.
	 */
	addPage({ rows, total, entriesAbove }: LogPage): void {
		const positionOfFirstRow = total - entriesAbove;
		const hasRows = rows.length > 0;
		if (hasRows) this.topPosition = Math.max(this.topPosition, positionOfFirstRow);
		this.total = Math.max(this.total, total);

		// Entries have no ID, so each gets an identity: its content, with a number if several rows of
		// the page have that content.
		const equalRowCounter = new EqualRowCounter();
		for (const [index, row] of rows.entries()) {
			const identity = equalRowCounter.makeIdentity(row);
			const position = positionOfFirstRow - index;
			const moment = this.getMoment(readEntryTime(row));
			moment.add(identity, { row, position });
		}
	}

	/** The newest time of all rows; empty if there are none. */
	get newestTime(): string {
		return this.newestFirst.at(0)?.time ?? '';
	}

	/**
	 * Finds the newest moment (one second of the clock) in a span of time of which entries are
	 * missing, so that its pages have to be read again. Returns undefined if no entry is missing.
	 */
	findMomentToReadAgain({ from, until }: TimeSpan): LogMoment | undefined {
		for (const moment of this.newestFirst) {
			const isInSpan = moment.time >= from && moment.time < until;
			if (isInSpan && moment.needsAnotherReading) return moment;
		}
		return undefined;
	}

	/** Lists the rows in a span of time, the newest first. */
	listRows({ from, until }: TimeSpan): IDataObject[] {
		const moments = this.newestFirst.filter(({ time }) => time >= from && time < until);
		return moments.flatMap(({ rows }) => rows);
	}

	/** Counts the entries of the log that are above the entries of a moment. */
	countAbove(moment: LogMoment): number {
		return this.total - moment.topPosition;
	}

	/** Counts the entries of the log before a time; 0 if no entry with exactly that time was read. */
	countBefore(time: string): number {
		const moment = this.momentsByTime.get(time);
		return moment === undefined ? 0 : moment.lowestPosition - 1;
	}

	private get newestFirst(): LogMoment[] {
		return [...this.momentsByTime.values()].sort((a, b) => (a.time < b.time ? 1 : -1));
	}

	/**
	 * Returns the moment that collects all rows with a time, such as 2026-03-01 14:05:00. Makes it if
	 * no row had that time so far.
	 */
	private getMoment(time: string): LogMoment {
		const moment = this.momentsByTime.get(time) ?? new LogMoment(time);
		this.momentsByTime.set(time, moment);
		return moment;
	}
}

interface PositionedRow {
	row: IDataObject;
	/** The position in the log, 1 for the oldest entry. */
	position: number;
}

/** Collects the rows that have the same time, from one or more readings. */
export class LogMoment {
	/** The rows of all readings. */
	private readonly rowsByIdentity = new Map<string, PositionedRow>();
	/** The rows of the last reading. */
	private rowsByPosition = new Map<number, PositionedRow>();
	/** The number of readings so far. */
	readingCount = 1;

	/** @param time `yyyy-mm-dd hh:mm:ss` */
	constructor(readonly time: string) {}

	add(identity: string, positionedRow: PositionedRow): void {
		this.rowsByIdentity.set(identity, positionedRow);
		this.rowsByPosition.set(positionedRow.position, positionedRow);
	}

	/**
	 * Begins another reading of the rows of this moment. Keeps the rows of earlier readings, but
	 * forgets their positions.
	 *
	 * The next pages always show rows of this moment. New entries only move them down, so they are not
	 * above the page where the reading begins.
	 */
	startReading(): void {
		this.rowsByPosition = new Map();
		this.readingCount++;
	}

	/** Whether entries are missing, and their pages were not read too often yet. */
	get needsAnotherReading(): boolean {
		return !this.isComplete && this.readingCount <= MAX_REPEATED_READINGS;
	}

	/** The position of the newest row. */
	get topPosition(): number {
		return Math.max(...this.rowsByPosition.keys());
	}

	/** The position of the oldest row. */
	get lowestPosition(): number {
		return Math.min(...this.rowsByPosition.keys());
	}

	/**
	 * The rows, the newest first. Their order may be wrong if AlfaCRM lists them in another order at
	 * each call.
	 */
	get rows(): IDataObject[] {
		// If entries are missing, only the rows of the last reading are sure to be different entries.
		const positionedRows = this.isComplete ? this.rowsByIdentity : this.rowsByPosition;
		const newestFirst = [...positionedRows.values()].sort((a, b) => b.position - a.position);
		return newestFirst.map(({ row }) => row);
	}

	/**
	 * Whether the rows have at least as many identities as positions, so that no entry is missing.
	 */
	private get isComplete(): boolean {
		return this.rowsByIdentity.size >= this.rowsByPosition.size;
	}
}
