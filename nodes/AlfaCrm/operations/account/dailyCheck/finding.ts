/**
 * The name of a check of *Account → Daily Check*, in the output and in stored workflows. The form
 * shows the labels of `DAILY_CHECKS`.
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

/** The days that the checks look at, as `yyyy-mm-dd`, and the clock that decides them. */
export interface Days {
	/** The day to look back on: yesterday, unless the user has chosen another day. */
	checkedDay: string;
	today: string;
	tomorrow: string;
	/** The current time, `yyyy-mm-dd hh:mm`. */
	now: string;
	/** The time zone of the school, which is that of the workflow. */
	zone: string;
}

/**
 * Returns the names of records by their IDs. In place of an unknown name, returns a text with the
 * ID, such as `customer 501`. In place of an unknown room, returns the ID alone: the sentences
 * already say `room` before the name of a room.
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
	/** The day of the lesson or payment; for a group, today. `yyyy-mm-dd` */
	date: string;
	/** When the lesson begins: `hh:mm` */
	time?: string;
	/** The branch; null if it is unknown. */
	branch: number | null;
	/**
	 * Undefined if the finding is not about a lesson. Null for a regular lesson (a rule such as
	 * "Mondays at 17:00") whose lesson on that day is not in the calendar yet.
	 */
	lessonId?: number | null;
	paymentId?: number;
	groupIds?: readonly number[];
	customerIds?: readonly number[];
	teacherIds?: readonly number[];
	roomIds?: readonly number[];
	/** Writes the message: one sentence that says what is wrong. */
	describe: (names: Names) => string;
}
