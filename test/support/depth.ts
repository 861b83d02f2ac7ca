/** Set by jest.config.js: 0 in `npm test`, and a multiple of the usual depth in `npm run test:deep`. */
declare const DEPTH: number;

/** Whether the tests run in `npm run test:deep`. */
export const isDeep = DEPTH > 0;

/** Chooses how often a property runs. */
function runs(inQuickTest: number, inDeepTest: number): number {
	return isDeep ? Math.ceil(inDeepTest * DEPTH) : inQuickTest;
}

/** Numbers of runs of each property, in `npm test` and in `npm run test:deep`. */
export const depth = {
	recordHistories: runs(1_000, 10_000),
	logHistories: runs(1_000, 4_000),
	attendanceHistories: runs(1_000, 10_000),
	derivedEvents: runs(100, 2_000),
	memberships: runs(60, 1_500),
	freeSlotsOfSchools: runs(15, 300),
	sideBySide: runs(8, 200),
	payments: runs(4, 40),
	phoneSpellings: runs(200, 1_000),
	/** Pairs for each distance in time and each number of workers. */
	pairsOfBookings: runs(6, 84),
	timetables: runs(200, 10_000),
	lessonStories: runs(60, 150),
	dailyChecks: runs(40, 200),
	lists: runs(120, 10_000),
	rate: runs(60, 1_000),
	logins: runs(12, 30),
	databaseLock: runs(10, 100),
	dueDates: runs(1_000, 10_000),
	comingLessons: runs(60, 1_000),
	busySchools: runs(12, 200),
	triggerSteps: runs(12, 150),
	deliveries: runs(200, 10_000),
	valuesAtFirstPlace: runs(6, 91),
	valuesAtOtherPlaces: runs(1, 14),
	sameInEachWay: runs(60, 500),
	customersOfAccount: runs(10_000, 130_000),
	itemsOfRun: runs(1_000, 10_000),
	twice: runs(3, 16),
	together: runs(1, 8),
	togetherOnOneRecord: runs(1, 3),
	interruptedCandidates: runs(6, 16),
	interruptedRuns: runs(1, 3),
	examplePhones: runs(150, 3_000),
	echoedRows: runs(6, 200),
	simplifiedLists: runs(300, 20_000),
	fieldValues: runs(60, 2_500),
	largeLists: runs(10, 300),
};

/** The seed of all random tests. Jest prints it, and `npm test -- --seed=<n>` plays a run again. */
export const seed = jest.getSeed();
