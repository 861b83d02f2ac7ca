/**
 * The name of a check in the form and in the output; workflows store it. `DAILY_CHECKS` has what
 * the form calls each. `comesUnpaid` finds clients who come to a lesson in debt or without paid
 * lessons.
 */
export type CheckName =
	| 'stillPlanned'
	| 'overlap'
	| 'smallGroup'
	| 'notMarked'
	| 'noPayer'
	| 'comesUnpaid';

/** The days that the checks look at, as `yyyy-mm-dd`, by the clock of the school. */
export interface Days {
	/** The day to look back on: yesterday, unless the user has chosen another day. */
	checkedDay: string;
	today: string;
	tomorrow: string;
	/** `yyyy-mm-dd hh:mm` */
	now: string;
	/** The time zone of the school. */
	zone: string;
}

/**
 * Returns the name of the record that has an ID. If the name is unknown, returns a text with the
 * ID, such as `customer 501`; for a room the ID alone, because sentences say `room` before it.
 */
export interface Names {
	customer(id: number): string;
	group(id: number): string;
	room(id: number): string;
	teacher(id: number): string;
}

/** One thing that somebody has to put right, and the records that it is about. */
export interface Finding {
	check: CheckName;
	/** `yyyy-mm-dd` */
	date: string;
	/** `hh:mm` */
	time?: string;
	/** Null if unknown. */
	branch: number | null;
	/** Null for a regular lesson that is not in the calendar yet; missing if no lesson is meant. */
	lessonId?: number | null;
	paymentId?: number;
	groupIds?: readonly number[];
	customerIds?: readonly number[];
	teacherIds?: readonly number[];
	roomIds?: readonly number[];
	/** Says in one sentence what is wrong. */
	describe: (names: Names) => string;
}
