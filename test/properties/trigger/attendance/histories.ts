import fc from 'fast-check';

/**
 * A school whose lessons are planned, held and corrected, while a trigger polls the change log for
 * attendances, AlfaCRM fails, and n8n restarts.
 */
export interface History {
	account: Account;
	/** The event that the trigger reports: customers who attended a lesson (1), or who missed it (0). */
	attended: 0 | 1;
	/** The largest number of items that a poll reports, as the user has set it. */
	maxRecords: number;
	/** The number of existing attendances that the first poll reports. */
	firstReportCount: number;
	watchedBranches: number[];
	/**
	 * The time that AlfaCRM takes for an answer. If it is 0, a poll has no limit of time, otherwise it has 4
	 * seconds.
	 */
	secondsPerRequest: number;
	/** The changes before the first poll. */
	changesBefore: SchoolChange[];
	steps: Step[];
}

/** Ways in which an account logs attendances and shows them. */
export interface Account {
	/** The classes of records whose changes are in the log. */
	loggedClasses: LogClass[];
	/** Whether the log of each branch shows the entries of all branches. */
	sharesLog: boolean;
	/** Whether entries of LessonDetails name their lesson. */
	logsLessonId: boolean;
	/** Whether the entry of a new attendance says so when the customer was absent. */
	logsAbsence: boolean;
	/**
	 * Whether AlfaCRM creates the attendances with the planned lesson. Otherwise they come when it is
	 * completed.
	 */
	createsAttendancesEarly: boolean;
	/** Whether a lesson shows its attendances even if the list is not filtered by a customer. */
	showsAllAttendances: boolean;
	pageSize: number;
}

export type LogClass = 'Lesson' | 'LessonDetails';

/** A change of the school. `lesson` counts lessons back from the newest one, which is 0. */
export type SchoolChange =
	| { kind: 'planLesson'; branch: number; customers: number[] }
	| { kind: 'completeLesson'; lesson: number; presentCustomers: number[] }
	| { kind: 'correctAttendance'; lesson: number; customer: number }
	| { kind: 'addAttendance'; lesson: number; customer: number }
	| { kind: 'deleteAttendance'; lesson: number; customer: number }
	| { kind: 'editNote'; lesson: number; customer: number }
	| { kind: 'planLessonAgain'; lesson: number }
	| { kind: 'deleteLesson'; lesson: number }
	| { kind: 'moveToBranch'; lesson: number; branch: number }
	/** AlfaCRM fails from now on when it is asked for this lesson. */
	| { kind: 'breakLesson'; lesson: number }
	| { kind: 'repairLesson'; lesson: number }
	| { kind: 'breakBranch'; branch: number }
	| { kind: 'repairBranch'; branch: number }
	| { kind: 'wait'; minutes: number };

export type Step =
	| SchoolChange
	/** A poll whose items n8n takes at most `takenItems` of. */
	| { kind: 'poll'; takenItems: number }
	/** A poll in which AlfaCRM fails at one request, counted from 1. */
	| { kind: 'pollWithFailure'; request: number }
	/** A poll during which the school changes, before the answer to one request. */
	| { kind: 'pollWithChange'; request: number; change: SchoolChange }
	/** A lesson that cannot be read in two polls, but can be read after them. */
	| { kind: 'outageOfLesson'; lesson: number; minutes: number }
	/** n8n starts again with the state that it has saved last. */
	| { kind: 'restart' };

export const BRANCHES = [1, 2];
export const CUSTOMERS = [1, 2, 3, 4];
const BOTH_CLASSES: LogClass[] = ['Lesson', 'LessonDetails'];

/** More items than a history has. */
export const ALL_ITEMS = 500;

// ---------------------------------------------------------------- the generator

const branch = fc.constantFrom(...BRANCHES);
const customer = fc.constantFrom(...CUSTOMERS);
/** Most histories have few lessons, so the last four are mostly all of them. */
const lesson = fc.nat({ max: 3 });
const customers = fc.constantFrom(CUSTOMERS, CUSTOMERS, [1], [2, 3]);
const presentCustomers = fc.constantFrom(CUSTOMERS, CUSTOMERS, [], [], [1], [2, 3]);
const request = fc.integer({ min: 1, max: 8 });

const planLesson = fc.record({ kind: fc.constant('planLesson' as const), branch, customers });
const completeLesson = fc.record({
	kind: fc.constant('completeLesson' as const),
	lesson,
	presentCustomers,
});
const moveToBranch = fc.record({ kind: fc.constant('moveToBranch' as const), lesson, branch });

/** A change that may happen at any time, even in the middle of a poll. */
const staffChange = fc.oneof<Array<fc.WeightedArbitrary<SchoolChange>>>(
	{ weight: 5, arbitrary: planLesson },
	{ weight: 6, arbitrary: completeLesson },
	{ weight: 3, arbitrary: makeAttendanceChange('correctAttendance') },
	{ weight: 1, arbitrary: makeAttendanceChange('addAttendance') },
	{ weight: 1, arbitrary: makeAttendanceChange('deleteAttendance') },
	{ weight: 1, arbitrary: makeAttendanceChange('editNote') },
	{ weight: 1, arbitrary: makeLessonChange('planLessonAgain') },
	{ weight: 1, arbitrary: makeLessonChange('deleteLesson') },
);

const poll = fc.record({
	kind: fc.constant('poll' as const),
	takenItems: fc.constantFrom(ALL_ITEMS, ALL_ITEMS, 1),
});
const pollWithFailure = fc.record({ kind: fc.constant('pollWithFailure' as const), request });
const pollWithChange = fc.record({
	kind: fc.constant('pollWithChange' as const),
	request,
	change: staffChange,
});
const outageOfLesson = fc.record({
	kind: fc.constant('outageOfLesson' as const),
	lesson,
	minutes: fc.constantFrom(30, 61),
});
const wait = fc.record({
	kind: fc.constant('wait' as const),
	minutes: fc.constantFrom(1, 10, 61, 200),
});
const restart = fc.record({ kind: fc.constant('restart' as const) });
const breakBranch = fc.record({ kind: fc.constant('breakBranch' as const), branch });
const repairBranch = fc.record({ kind: fc.constant('repairBranch' as const), branch });

const step = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 12, arbitrary: staffChange },
	// Between two polls only: a poll looks for a lesson in one branch after the other.
	{ weight: 1, arbitrary: moveToBranch },
	{ weight: 6, arbitrary: poll },
	{ weight: 3, arbitrary: wait },
	{ weight: 1, arbitrary: restart },
	{ weight: 1, arbitrary: pollWithFailure },
	{ weight: 2, arbitrary: pollWithChange },
	{ weight: 3, arbitrary: makeLessonChange('breakLesson') },
	{ weight: 1, arbitrary: makeLessonChange('repairLesson') },
	{ weight: 2, arbitrary: outageOfLesson },
	{ weight: 1, arbitrary: breakBranch },
	{ weight: 1, arbitrary: repairBranch },
);

const lessonThatWasHeld = fc.tuple(
	planLesson,
	fc.record({
		kind: fc.constant('completeLesson' as const),
		lesson: fc.constant(0),
		presentCustomers,
	}),
);
/** Generates what happens before the first poll: a lesson that was held, or some other change. */
const changesBefore = fc.oneof<Array<fc.WeightedArbitrary<SchoolChange[]>>>(
	{ weight: 4, arbitrary: lessonThatWasHeld },
	{ weight: 4, arbitrary: staffChange.map((change) => [change]) },
	{ weight: 1, arbitrary: moveToBranch.map((change) => [change]) },
);

export const histories: fc.Arbitrary<History> = fc.record({
	account: fc.record({
		loggedClasses: fc.constantFrom<LogClass[][]>(BOTH_CLASSES, BOTH_CLASSES, ['Lesson'], ['LessonDetails']),
		sharesLog: fc.boolean(),
		logsLessonId: fc.boolean(),
		logsAbsence: fc.boolean(),
		createsAttendancesEarly: fc.boolean(),
		showsAllAttendances: fc.constantFrom(true, true, false),
		pageSize: fc.constantFrom(2, 5, 20, 500),
	}),
	attended: fc.constantFrom<Array<0 | 1>>(0, 1),
	maxRecords: fc.constantFrom(1, 2, ALL_ITEMS),
	firstReportCount: fc.constantFrom(0, 2, 5),
	watchedBranches: fc.constantFrom([1, 2], [1, 2], [1]),
	secondsPerRequest: fc.constantFrom(0, 0, 1),
	changesBefore: fc.array(changesBefore, { maxLength: 4 }).map((parts) => parts.flat()),
	steps: fc.array(step, { maxLength: 30 }),
});

/** Generates changes of one kind that are about a customer at a lesson. */
function makeAttendanceChange<
	K extends 'correctAttendance' | 'addAttendance' | 'deleteAttendance' | 'editNote',
>(kind: K) {
	return fc.record({ kind: fc.constant(kind), lesson, customer });
}

/** Generates changes of one kind that are about a lesson. */
function makeLessonChange<K extends 'planLessonAgain' | 'deleteLesson' | 'breakLesson' | 'repairLesson'>(
	kind: K,
) {
	return fc.record({ kind: fc.constant(kind), lesson });
}

// ---------------------------------------------------------------- histories by hand

/** An account that logs and shows everything. */
const DETAILED_ACCOUNT: Account = {
	loggedClasses: BOTH_CLASSES,
	sharesLog: false,
	logsLessonId: true,
	logsAbsence: true,
	createsAttendancesEarly: false,
	showsAllAttendances: true,
	pageSize: 500,
};

/**
 * Makes a history with given steps, of a trigger that reports who attended a lesson. Nothing limits its
 * polls.
 */
export function historyWithSteps(steps: Step[], account: Partial<Account> = {}): History {
	return {
		account: { ...DETAILED_ACCOUNT, ...account },
		attended: 1,
		maxRecords: ALL_ITEMS,
		firstReportCount: 0,
		watchedBranches: BRANCHES,
		secondsPerRequest: 0,
		changesBefore: [],
		steps,
	};
}

/** A history in which a lesson can be read only between two polls, so that no poll sees it. */
export const lessonBrokenAtEachPoll = historyWithSteps(
	[
		{ kind: 'planLesson', branch: 1, customers: CUSTOMERS },
		{ kind: 'completeLesson', lesson: 0, presentCustomers: [1] },
		{ kind: 'outageOfLesson', lesson: 0, minutes: 30 },
		{ kind: 'outageOfLesson', lesson: 0, minutes: 30 },
	],
	{ logsAbsence: false, pageSize: 20 },
);
