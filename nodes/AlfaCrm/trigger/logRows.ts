import type { IDataObject } from 'n8n-workflow';

import { entryTime, makeNamer } from './logEntries';

/**
 * Puts the pages of a change log together.
 *
 * AlfaCRM sorts the log by time, to the second. Nobody knows whether the entries of one second keep their order between two
 * calls. If they do not, an entry may be on two pages while another one is on none of them. So equal entries count as different
 * ones only if they are on the same page. The total tells how many places the entries of a second take. If fewer different
 * entries were seen than there are places, an entry is missing, and the pages with that second have to be read again.
 */

/**
 * If entries of a second are still missing after this many readings, equal entries on different pages count as different ones.
 * That is right for a log that keeps its order and has equal entries on two pages.
 */
const MOST_READINGS = 20;

/** A page of a log. */
export interface LogPage {
	/** The newest first. */
	rows: readonly IDataObject[];
	/** How many entries the log had when it listed the page. */
	total: number;
	/** How many of them were above the page. */
	offset: number;
}

/** A part of the log: from one time until before another one. */
export interface TimeSpan {
	from: string;
	until: string;
}

interface PlacedRow {
	row: IDataObject;
	/** The place in the log, counted from the oldest entry on, so that it stays the same while new entries come on top. */
	place: number;
}

/** The entries of a second. */
export class LogSecond {
	private readonly differentRows = new Map<string, PlacedRow>();
	/** The rows of the last reading. */
	private rowsByPlace = new Map<number, PlacedRow>();
	/** How often the second was read. */
	readings = 1;

	constructor(readonly time: string) {}

	/** @param name tells the row from the other rows of its page */
	add(name: string, placedRow: PlacedRow): void {
		this.differentRows.set(name, placedRow);
		this.rowsByPlace.set(placedRow.place, placedRow);
	}

	/** Begins another reading: the places count anew, and the rows that were seen stay known. */
	startReading(): void {
		this.rowsByPlace = new Map();
		this.readings++;
	}

	/** Whether reading the second again may show an entry that was not seen yet. */
	get needsReading(): boolean {
		return !this.isComplete && this.readings <= MOST_READINGS;
	}

	get topPlace(): number {
		return Math.max(...this.rowsByPlace.keys());
	}

	get lowestPlace(): number {
		return Math.min(...this.rowsByPlace.keys());
	}

	/** The rows in the order of the log, as far as the log keeps one. */
	get rows(): IDataObject[] {
		const placedRows = this.isComplete ? this.differentRows : this.rowsByPlace;
		const newestFirst = [...placedRows.values()].sort((a, b) => b.place - a.place);
		return newestFirst.map(({ row }) => row);
	}

	private get isComplete(): boolean {
		return this.differentRows.size >= this.rowsByPlace.size;
	}
}

/** The rows of the pages of a log that were read. Pages may overlap and come in any order, but leave no gap. */
export class LogRows {
	/** The place of the newest row, which is the number of entries in the log if page 0 was read; 0 without rows. */
	topPlace = 0;
	/** How many entries the log has, as its last answer tells. */
	private total = 0;
	private readonly seconds = new Map<string, LogSecond>();

	addPage({ rows, total, offset }: LogPage): void {
		const topPlace = total - offset;
		if (rows.length > 0) this.topPlace = Math.max(this.topPlace, topPlace);
		this.total = Math.max(this.total, total);
		const nameOf = makeNamer();
		rows.forEach((row, index) => {
			const time = entryTime(row);
			const second = this.seconds.get(time) ?? new LogSecond(time);
			this.seconds.set(time, second);
			second.add(nameOf(row), { row, place: topPlace - index });
		});
	}

	/** Returns the newest time of all rows; '' if there are none. */
	get newestTime(): string {
		return this.newestFirst.at(0)?.time ?? '';
	}

	/** Finds the newest second of a part of the log that has to be read again. */
	secondToReadAgain({ from, until }: TimeSpan): LogSecond | undefined {
		return this.newestFirst.find(({ time, needsReading }) => time >= from && time < until && needsReading);
	}

	/** Returns the rows before a time, the newest first. */
	rowsBefore(until: string): IDataObject[] {
		return this.newestFirst.filter(({ time }) => time < until).flatMap(({ rows }) => rows);
	}

	/** Counts the entries of the log above a second. */
	countAbove(second: LogSecond): number {
		return this.total - second.topPlace;
	}

	/** Counts the entries of the log before the second of a row. */
	countBefore(time: string): number {
		const second = this.seconds.get(time);
		return second === undefined ? 0 : second.lowestPlace - 1;
	}

	private get newestFirst(): LogSecond[] {
		return [...this.seconds.values()].sort((a, b) => (a.time < b.time ? 1 : -1));
	}
}
