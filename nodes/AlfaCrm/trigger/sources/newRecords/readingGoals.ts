import type { IDataObject } from 'n8n-workflow';

import type { ReadingGoal } from '../../../api/list';
import type { Page } from '../../../api/pages';

/**
 * Stops the reading of a list after its first page if AlfaCRM counts more rows in the list than are
 * worth reading.
 */
export class StopIfListIsTooLong implements ReadingGoal {
	private total = 0;

	constructor(private readonly maxRows: number) {}

	add(page: Page): void {
		this.total = page.total ?? 0;
	}

	isReached(): boolean {
		return this.total > this.maxRows;
	}
}

/**
 * Stops the reading of a list once its pages have shown all new records. If the list has grown by
 * three records since the last poll, these are three records that the trigger does not know.
 */
export class StopAfterAllNewRecords implements ReadingGoal {
	private unknownCount = 0;
	private total?: number;

	/**
	 * @param isUnknown whether the trigger has never come across the record of a row
	 * @param totalBefore how many records the list had in the last poll
	 */
	constructor(
		private readonly isUnknown: (row: IDataObject) => boolean,
		private readonly totalBefore: number,
	) {}

	add(page: Pick<Page, 'newRows' | 'total'>): void {
		const unknownRows = page.newRows.filter(this.isUnknown);
		this.unknownCount += unknownRows.length;
		this.total = page.total;
	}

	/**
	 * Whether the list has grown by exactly as many records as the pages have shown unknown ones:
	 * from 500 to 503 records, and three were unknown. If records were deleted meanwhile, the numbers
	 * differ, and the list is read to its end.
	 */
	isReached(): boolean {
		const expectedTotal = this.totalBefore + this.unknownCount;
		return this.total === expectedTotal;
	}
}
