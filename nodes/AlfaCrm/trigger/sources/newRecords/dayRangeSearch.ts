import { daysAfter } from '../../../values/formats';

/** The search begins with the records of the last two days. */
const FIRST_DAYS = 2;

/** A search over this many days, some 22 years, asks for all records instead. */
const ALL_DAYS = 8_192;

/** The longest list that the search reads to its end at first, in rows. */
const FIRST_ROW_LIMIT = 200;

/**
 * Searches for a number of days in which enough records were created, and not many more. How many
 * records a school adds in a day is not known.
 *
 * While there are too few records, the search multiplies the number of days by four. Once a number
 * of days has had too many records, it takes the middle between this number and the largest number
 * that had too few. For example: 2 days have too few records, 8 too few, 32 too many, so it tries
 * 20, and then 14 or 26.
 */
export class DayRangeSearch {
	private days = FIRST_DAYS;
	/** The largest number of days that had too few records. */
	private tooFewDays = 0;
	/** The smallest number of days that had too many records; Infinity if none had. */
	private tooManyDays = Infinity;
	/** The longest list that the search reads to its end, in rows, while it can take fewer days. */
	private rowLimit = FIRST_ROW_LIMIT;

	/**
	 * Returns the first day to ask for, such as 2026-03-08 for two days; an empty text to ask for all
	 * records.
	 *
	 * @param today `yyyy-mm-dd`
	 */
	getFirstDay(today: string): string {
		const asksForAll = this.days >= ALL_DAYS;
		return asksForAll ? '' : daysAfter(today, -this.days);
	}

	/**
	 * How many rows a list may have without being too long. Infinity if no smaller number of days is
	 * left to try.
	 */
	get maxRows(): number {
		const canTakeFewerDays = this.tooManyDays - this.tooFewDays > 1;
		return canTakeFewerDays ? this.rowLimit : Infinity;
	}

	/**
	 * Chooses a smaller number of days, because a list of these days has more than `maxRows` rows.
	 */
	takeFewerDays(): void {
		this.tooManyDays = this.days;
		this.days = this.chooseDays();
	}

	/**
	 * Chooses a larger number of days, because the lists of these days do not show enough records
	 * that the trigger would report.
	 */
	takeMoreDays(): void {
		this.tooFewDays = this.days;

		// Example: the list of 13 days has 50 rows, and the list of 14 days has 900, because somebody
		// imported records on one day. The 900 rows were read in the end, but the filters of the trigger
		// let too few of them pass. Now the search can go on only with longer lists.
		const wasListTooLongBefore = this.days >= this.tooManyDays;
		if (wasListTooLongBefore) this.allowLongerLists();

		this.days = this.chooseDays();
	}

	/**
	 * Lets lists be four times as long from now on. So the numbers of days whose lists were too long
	 * may be tried again.
	 */
	private allowLongerLists(): void {
		this.tooManyDays = Infinity;
		this.rowLimit *= 4;
	}

	/** Chooses the next number of days: four times as many, or the middle between the two bounds. */
	private chooseDays(): number {
		if (this.tooManyDays === Infinity) return this.days * 4;

		const middle = (this.tooFewDays + this.tooManyDays) / 2;
		return Math.ceil(middle);
	}
}
