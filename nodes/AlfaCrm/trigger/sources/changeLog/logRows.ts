import type { IDataObject } from 'n8n-workflow';

import { readEntryTime, RowIdentifier } from './logEntries';
import type { TimeSpan } from './logExcerpt';

/**
 * Puts the pages of a change log together, and notices when an entry is missing.
 *
 * AlfaCRM sorts the log by time, to the second. Nobody knows whether the entries of one second keep
 * their order between two calls. If they do not, one entry may be on two pages and another on none.
 *
 * Example: the log has the entries A, B and C of one second. Page 0 shows A and B. Before page 1 is
 * read, B and C change places, so page 1 shows B again. Three positions were read, but only two
 * different entries: C is missing.
 *
 * 1. **Each row has a position in the log.** The oldest entry has position 1. A new entry comes on
 *    top, so the older entries keep their positions.
 * 2. **Each row has an identity**, made of its content and a number (`logEntries.ts`). Equal rows
 *    of one page are different entries, so the numbers make their identities differ. Equal rows of
 *    two pages may be one entry that was listed twice, so each page counts from 1 again.
 * 3. **A second is complete** if its rows have at least as many identities as positions.
 * 4. **Otherwise the pages with that second are read again**, until it is complete.
 */

/**
 * A second is read again at most this many times. If it is still not complete then, its rows are
 * taken as the last reading listed them. This is right for a log that keeps its order and has two
 * equal entries on different pages.
 */
const MOST_REPEATED_READINGS = 20;

/** A page of a log. */
export interface LogPage {
	/** The newest first. */
	rows: readonly IDataObject[];
	/** The number of entries in the log when AlfaCRM listed the page. */
	total: number;
	/** The number of entries above the page. */
	offset: number;
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
	private readonly secondsByTime = new Map<string, LogSecond>();

	addPage({ rows, total, offset }: LogPage): void {
		const topPosition = total - offset;
		if (rows.length > 0) this.topPosition = Math.max(this.topPosition, topPosition);
		this.total = Math.max(this.total, total);

		// Each page has another identifier, so that it counts equal rows from 1.
		const identifier = new RowIdentifier();
		rows.forEach((row, index) => {
			const second = this.getSecond(readEntryTime(row));
			const position = topPosition - index;
			second.add(identifier.identify(row), { row, position });
		});
	}

	/** The newest time of all rows; empty if there are none. */
	get newestTime(): string {
		return this.newestFirst.at(0)?.time ?? '';
	}

	/** Finds the newest second in a span that has to be read again; undefined if there is none. */
	findSecondToReadAgain({ from, until }: TimeSpan): LogSecond | undefined {
		return this.newestFirst.find(
			({ time, needsReading }) => time >= from && time < until && needsReading,
		);
	}

	/** Lists the rows before a time, the newest first. */
	listRowsBefore(until: string): IDataObject[] {
		return this.newestFirst.filter(({ time }) => time < until).flatMap(({ rows }) => rows);
	}

	/** Counts the entries of the log that are above a second. */
	countAbove(second: LogSecond): number {
		return this.total - second.topPosition;
	}

	/** Counts the entries of the log that are older than a second; 0 if the second was not read. */
	countBefore(time: string): number {
		const second = this.secondsByTime.get(time);
		return second === undefined ? 0 : second.lowestPosition - 1;
	}

	private get newestFirst(): LogSecond[] {
		return [...this.secondsByTime.values()].sort((a, b) => (a.time < b.time ? 1 : -1));
	}

	private getSecond(time: string): LogSecond {
		const second = this.secondsByTime.get(time) ?? new LogSecond(time);
		this.secondsByTime.set(time, second);
		return second;
	}
}

interface PositionedRow {
	row: IDataObject;
	/** The position in the log, 1 for the oldest entry. */
	position: number;
}

/** Collects the rows of one second, from one or more readings. */
export class LogSecond {
	/** The rows of all readings. */
	private readonly rowsByIdentity = new Map<string, PositionedRow>();
	/** The rows of the last reading. */
	private rowsByPosition = new Map<number, PositionedRow>();
	/** The number of readings so far. */
	readings = 1;

	/** @param time `yyyy-mm-dd hh:mm:ss` */
	constructor(readonly time: string) {}

	add(identity: string, positionedRow: PositionedRow): void {
		this.rowsByIdentity.set(identity, positionedRow);
		this.rowsByPosition.set(positionedRow.position, positionedRow);
	}

	/**
	 * Begins another reading. It counts the positions anew, and keeps the entries that earlier
	 * readings have shown.
	 */
	startReading(): void {
		this.rowsByPosition = new Map();
		this.readings++;
	}

	/** Whether the second has to be read again: it is not complete, and was not read too often. */
	get needsReading(): boolean {
		return !this.isComplete && this.readings <= MOST_REPEATED_READINGS;
	}

	get topPosition(): number {
		return Math.max(...this.rowsByPosition.keys());
	}

	get lowestPosition(): number {
		return Math.min(...this.rowsByPosition.keys());
	}

	/** The rows, the newest first. Their order is right only if the log keeps its order. */
	get rows(): IDataObject[] {
		// A complete second has each entry once by its identity. An incomplete one is taken as the last
		// reading has listed it.
		const positionedRows = this.isComplete ? this.rowsByIdentity : this.rowsByPosition;
		const newestFirst = [...positionedRows.values()].sort((a, b) => b.position - a.position);
		return newestFirst.map(({ row }) => row);
	}

	/** Whether the rows have at least as many identities as positions. */
	private get isComplete(): boolean {
		return this.rowsByIdentity.size >= this.rowsByPosition.size;
	}
}
