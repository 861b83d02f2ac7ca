import { daysAfter } from '../../../values/formats';

/** The search begins with the records of the last two days. */
const FIRST_DAYS = 2;

/** A search over this many days, some 22 years, asks for all records instead. */
const ALL_DAYS = 8_192;

/** A list with more rows is too long to be read to its end, as long as fewer days may be enough. */
const ENOUGH_ROWS = 200;

/**
 * Searches for a number of days that has enough new records, and not many more. How many records a
 * school adds in a day is not known.
 *
 * The search takes four times as many days as long as there are too few records. Once a number of
 * days has turned out to have too many, it takes the middle between the two numbers.
 */
export class DayRangeSearch {
	private days = FIRST_DAYS;
	/** The largest number of days that had too few records. */
	private tooFewDays = 0;
	/** The smallest number of days that had too many records. */
	private tooManyDays = Infinity;
	private enoughRows = ENOUGH_ROWS;

	/**
	 * Returns the first day of the range, `yyyy-mm-dd`; an empty text for all records.
	 *
	 * @param today `yyyy-mm-dd`
	 */
	getFirstDay(today: string): string {
		return this.days < ALL_DAYS ? daysAfter(today, -this.days) : '';
	}

	/** How many rows a list may have. Any number, if no other number of days is left to try. */
	get mostRows(): number {
		const canTakeFewerDays = this.tooManyDays - this.tooFewDays > 1;
		return canTakeFewerDays ? this.enoughRows : Infinity;
	}

	/** Chooses fewer days, because a list has more than `mostRows` rows. */
	takeFewerDays(): void {
		this.tooManyDays = this.days;
		this.chooseDays();
	}

	/** Chooses more days, because there are too few records. */
	takeMoreDays(): void {
		this.tooFewDays = this.days;
		const isSearchStuck = this.tooFewDays >= this.tooManyDays;
		if (isSearchStuck) {
			// One more day has too many records, as after an import, and without it there are too few.
			this.tooManyDays = Infinity;
			this.enoughRows *= 4;
		}
		this.chooseDays();
	}

	private chooseDays(): void {
		const middle = Math.ceil((this.tooFewDays + this.tooManyDays) / 2);
		this.days = this.tooManyDays === Infinity ? this.days * 4 : middle;
	}
}
