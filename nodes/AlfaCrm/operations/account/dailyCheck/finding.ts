/** The name of a check in the form and in the output; workflows store it. */
export type CheckName =
	| 'stillPlanned'
	| 'overlap'
	| 'smallGroup'
	| 'notMarked'
	| 'noPayer'
	| 'comesUnpaid';

/** The days that the checks look at, as `yyyy-mm-dd`, by the clock of the school. */
export interface Days {
	/** The day to look back on: yesterday, unless the user has chosen another one. */
	day: string;
	today: string;
	tomorrow: string;
	/** `yyyy-mm-dd hh:mm` */
	now: string;
	/** The time zone of the school. */
	zone: string;
}

/** Names records by their IDs. If a name is not known, the ID is named: `customer 501`. */
export interface Names {
	customer(id: number): string;
	group(id: number): string;
	room(id: number): string;
	teacher(id: number): string;
}

/** One thing that somebody has to put right, and the records that it is about. */
export interface Finding {
	check: CheckName;
	date: string;
	/** `hh:mm` */
	time?: string;
	branch: number | null;
	lessonId?: number | null;
	paymentId?: number;
	groupIds?: readonly number[];
	customerIds?: readonly number[];
	teacherIds?: readonly number[];
	roomIds?: readonly number[];
	/** Says in one sentence what is wrong. */
	describe: (names: Names) => string;
}
