import type { IDataObject } from 'n8n-workflow';

import type { ReadingGoal } from '../../../api/list';
import type { Page } from '../../../api/pages';

/** Is reached when a list turns out to have more rows than are worth reading. */
export class RowLimitGoal implements ReadingGoal {
	private total = 0;

	constructor(private readonly mostRows: number) {}

	add({ total = 0 }: Page): void {
		this.total = total;
	}

	isReached(): boolean {
		return this.total > this.mostRows;
	}
}

/**
 * Is reached when the pages have shown as many unknown records as the list has grown by. Then the
 * pages that follow have only known records.
 */
export class AllNewRecordsGoal implements ReadingGoal {
	private unknownCount = 0;
	private total?: number;

	/** @param totalBefore how many records the list had in the last poll */
	constructor(
		private readonly isUnknown: (row: IDataObject) => boolean,
		private readonly totalBefore: number,
	) {}

	add({ rows, total }: Pick<Page, 'rows' | 'total'>): void {
		this.unknownCount += rows.filter(this.isUnknown).length;
		this.total = total;
	}

	isReached(): boolean {
		return this.total === this.totalBefore + this.unknownCount;
	}
}
