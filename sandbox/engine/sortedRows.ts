import type { Row } from '../model/json';

/**
 * Rows in the order in which lists show them: by their sort key, and rows with equal keys newest
 * first. The order is kept while rows are added and removed.
 */
export class SortedRows {
	private readonly sorted: Row[];

	constructor(
		rows: Iterable<Row>,
		private readonly sortKey: (row: Row) => number,
	) {
		// Each key is computed once, and not at every comparison.
		const entries = [...rows].map((row) => ({ row, key: sortKey(row) }));
		entries.sort((a, b) => a.key - b.key || b.row.id - a.row.id);
		this.sorted = entries.map(({ row }) => row);
	}

	get rows(): readonly Row[] {
		return this.sorted;
	}

	add(row: Row): void {
		this.sorted.splice(this.findPlace(row), 0, row);
	}

	remove(row: Row): void {
		const place = this.findPlace(row);
		if (this.sorted[place] === row) this.sorted.splice(place, 1);
	}

	/** Finds the place where the row is or, if it is not in the list, belongs. This is a binary search. */
	private findPlace(row: Row): number {
		const key = this.sortKey(row);
		let low = 0;
		let high = this.sorted.length;

		while (low < high) {
			const middle = (low + high) >>> 1;
			const middleRow = this.sorted[middle] as Row;
			const order = this.sortKey(middleRow) - key || row.id - middleRow.id;
			if (order < 0) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		return low;
	}
}
