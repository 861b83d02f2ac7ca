/**
 * The name of a check in the output and in stored workflows. The labels in the form are in
 * `DAILY_CHECKS`.
 *
 * - `stillPlanned`: a lesson is over, but nobody has completed or cancelled it.
 * - `overlap`: two lessons need the same teacher or room at the same time.
 * - `smallGroup`: a group has too few members.
 * - `notMarked`: in a completed lesson nobody is marked as present or absent.
 * - `noPayer`: a payment belongs to no customer.
 * - `comesUnpaid`: a client comes to a lesson in debt or without paid lessons.
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
 * Returns the names of records by their IDs. If a name is unknown, returns a text with the ID, such
 * as `customer 501`; for a room the ID alone, because sentences say `room` before it.
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
