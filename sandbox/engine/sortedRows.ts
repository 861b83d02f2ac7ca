import type { Row } from '../model/json';

/** Rows in the order of lists: by key, of equals the newest first. Kept in order while rows come and go. */
export class SortedRows {
	private readonly sorted: Row[];

	constructor(
		rows: Iterable<Row>,
		private readonly sortKey: (row: Row) => number,
	) {
		this.sorted = [...rows]
			.map((row) => ({ row, place: sortKey(row) }))
			.sort((a, b) => a.place - b.place || b.row.id - a.row.id)
			.map(({ row }) => row);
	}

	get rows(): readonly Row[] {
		return this.sorted;
	}

	add(row: Row): void {
		this.sorted.splice(this.placeOf(row), 0, row);
	}

	remove(row: Row): void {
		const place = this.placeOf(row);
		if (this.sorted[place] === row) this.sorted.splice(place, 1);
	}

	/** Where the row is, or belongs. */
	private placeOf(row: Row): number {
		const key = this.sortKey(row);
		let [from, to] = [0, this.sorted.length];
		while (from < to) {
			const middle = (from + to) >>> 1;
			const other = this.sorted[middle] as Row;
			const isBefore = this.sortKey(other) - key || row.id - other.id;
			if (isBefore < 0) from = middle + 1;
			else to = middle;
		}
		return from;
	}
}
