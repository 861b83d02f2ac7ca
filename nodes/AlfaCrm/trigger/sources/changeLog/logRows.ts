import type { IDataObject } from 'n8n-workflow';

import { entryTime, makeRowKeyFunction } from './logEntries';

/**
 * Puts the pages of a change log together, and notices when an entry is missing.
 *
 * AlfaCRM sorts the log by time, to the second. Nobody knows whether the entries of one second keep
 * their order between two calls. If they do not, one entry may be on two pages and another on none.
 *
 * Example: the log has the entries A, B and C of one second. Page 0 shows A and B. Before page 1 is
 * read, B and C change places, so page 1 shows B again. Three places were read, but only two
 * different rows: C is missing.
 *
 * 1. **Each row has a place in the log**, counted from the oldest entry: total − offset − index.
 * 2. **Each row has a key**, made of its content. Rows with equal content have the same key if they
 *    are on different pages, because they may be one entry that was listed twice. On the same page
 *    they are different entries, so they have different keys.
 * 3. **A second is complete** if its rows have at least as many different keys as places.
 * 4. **Otherwise the pages with that second are read again**, until it is complete.
 */

/**
 * A second is read again at most this many times. If it is still not complete then, its rows are
 * taken as the last reading listed them. This is right for a log that keeps its order and has two
 * entries with equal content on different pages.
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

/** A part of the log: entries at or after `from` and before `until`. */
export interface TimeSpan {
	from: string;
	until: string;
}

interface PlacedRow {
	row: IDataObject;
	/**
	 * The place in the log, 1 for the oldest entry. It stays the same when new entries come on top.
	 */
	place: number;
}

/** Collects the rows of one second, from one or more readings. */
export class LogSecond {
	/** The rows of all readings, by their keys. */
	private readonly rowsByKey = new Map<string, PlacedRow>();
	/** The rows of the last reading, by their places. */
	private rowsByPlace = new Map<number, PlacedRow>();
	/** The number of readings so far. */
	readings = 1;

	constructor(readonly time: string) {}

	add(rowKey: string, placedRow: PlacedRow): void {
		this.rowsByKey.set(rowKey, placedRow);
		this.rowsByPlace.set(placedRow.place, placedRow);
	}

	/** Begins another reading. It counts the places anew and keeps the rows that were seen. */
	startReading(): void {
		this.rowsByPlace = new Map();
		this.readings++;
	}

	/** Whether the second is not complete and may be read again. */
	get needsReading(): boolean {
		return !this.isComplete && this.readings <= MOST_REPEATED_READINGS;
	}

	get topPlace(): number {
		return Math.max(...this.rowsByPlace.keys());
	}

	get lowestPlace(): number {
		return Math.min(...this.rowsByPlace.keys());
	}

	/** The rows, the newest first. Their order is right only if the log keeps its order. */
	get rows(): IDataObject[] {
		// A complete second has each entry under its own key. Otherwise the last reading counts.
		const placedRows = this.isComplete ? this.rowsByKey : this.rowsByPlace;
		const newestFirst = [...placedRows.values()].sort((a, b) => b.place - a.place);
		return newestFirst.map(({ row }) => row);
	}

	/** Whether the rows have at least as many different keys as places. */
	private get isComplete(): boolean {
		return this.rowsByKey.size >= this.rowsByPlace.size;
	}
}

/**
 * Collects the rows of the pages that were read. Pages may come in any order and may overlap, but
 * together they must not leave a gap.
 */
export class LogRows {
	/**
	 * The place of the newest row; 0 without rows. If page 0 was read, this is the number of entries
	 * in the log.
	 */
	topPlace = 0;
	/** The largest total of the pages. The log grows while it is read, so this is the newest one. */
	private total = 0;
	private readonly seconds = new Map<string, LogSecond>();

	addPage({ rows, total, offset }: LogPage): void {
		const topPlace = total - offset;
		if (rows.length > 0) this.topPlace = Math.max(this.topPlace, topPlace);
		this.total = Math.max(this.total, total);

		// Made for each page, so that equal rows of one page get different keys.
		const rowKeyOf = makeRowKeyFunction();
		rows.forEach((row, index) => {
			const time = entryTime(row);
			const second = this.seconds.get(time) ?? new LogSecond(time);
			this.seconds.set(time, second);
			second.add(rowKeyOf(row), { row, place: topPlace - index });
		});
	}

	/** Returns the newest time of all rows; '' if there are none. */
	get newestTime(): string {
		return this.newestFirst.at(0)?.time ?? '';
	}

	/** Finds the newest second of a part of the log that must be read again. */
	findSecondToReadAgain({ from, until }: TimeSpan): LogSecond | undefined {
		return this.newestFirst.find(
			({ time, needsReading }) => time >= from && time < until && needsReading,
		);
	}

	/** Returns the rows before a time, the newest first. */
	rowsBefore(until: string): IDataObject[] {
		return this.newestFirst.filter(({ time }) => time < until).flatMap(({ rows }) => rows);
	}

	/** Counts the entries of the log that are above a second. */
	countAbove(second: LogSecond): number {
		return this.total - second.topPlace;
	}

	/** Counts the entries of the log that are older than a second; 0 if the second was not read. */
	countBefore(time: string): number {
		const second = this.seconds.get(time);
		return second === undefined ? 0 : second.lowestPlace - 1;
	}

	private get newestFirst(): LogSecond[] {
		return [...this.seconds.values()].sort((a, b) => (a.time < b.time ? 1 : -1));
	}
}
