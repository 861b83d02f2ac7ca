import fc from 'fast-check';

/**
 * Some days of a school with three branches, while a trigger polls the log of changes: entries are written,
 * some of them late, branches fail, connections break, n8n restarts, and the user changes the settings of the
 * trigger.
 */
export interface History {
	account: AccountSettings;
	/** Ages of the entries that are there in the beginning, in minutes. */
	agesInMinutes: number[];
	settings: TriggerSettings;
	steps: Step[];
}

export interface AccountSettings {
	/** The largest number of rows on a page of a log. */
	pageSize: number;
	hasTotals: boolean;
	/** True if each request lists the entries of one second in another order. */
	isShuffled: boolean;
	/** The number of hours by which the clock of the account is ahead of n8n's. */
	zoneHours: number;
	/** Whether the log of each branch shows the entries of all branches. */
	isLogShared: boolean;
}

export interface TriggerSettings {
	/** The branches that the user has chosen; none for all open ones. */
	chosenBranches: number[];
	/** The classes of records that the user has chosen; none for all classes. */
	classes: RecordClass[];
	/** The largest number of entries that a poll reports. */
	maxRecords: number;
}

export type RecordClass = 'Customer' | 'Lesson' | 'Task';

export type Step =
	| Write
	| { kind: 'wait'; minutes: number }
	| { kind: 'poll' }
	| ConnectionLoss
	| WriteDuringPoll
	| BranchChange
	| { kind: 'changeSettings'; settings: Partial<TriggerSettings> }
	/** n8n stops, and starts again with the state that it has saved. */
	| { kind: 'restart' };

/** AlfaCRM writes entries into the log. */
export interface Write {
	kind: 'write';
	branch: number;
	entity: RecordClass;
	count: number;
	/** Whether the entries are equal, except where equal entries could not be counted. */
	isTwin: boolean;
	/**
	 * The number of minutes after which the log shows the entries. Nothing is promised of entries that come two
	 * hours late or later.
	 */
	lateMinutes: number;
	/** Whether the next step happens in the same second. */
	isInstant: boolean;
}

/** A poll one of whose requests fails. */
export interface ConnectionLoss {
	kind: 'loseConnection';
	/** The number of the request, from 1. */
	request: number;
}

/** A poll during which entries are written. */
export interface WriteDuringPoll {
	kind: 'writeDuringPoll';
	/** They are written before this request is answered. Requests of a poll count from 1. */
	request: number;
	write: Write;
}

export interface BranchChange {
	kind: 'failBranch' | 'repairBranch' | 'openBranch' | 'closeBranch';
	branch: number;
}

// ---------------------------------------------------------------- the generator

export const BRANCHES = [1, 2, 3];

const branch = fc.constantFrom(...BRANCHES);

const write: fc.Arbitrary<Write> = fc.record({
	kind: fc.constant('write'),
	branch,
	entity: fc.constantFrom<RecordClass[]>('Customer', 'Lesson', 'Task'),
	count: fc.constantFrom(1, 1, 2, 3, 25),
	isTwin: fc.boolean(),
	lateMinutes: fc.constantFrom(0, 0, 0, 5, 100),
	isInstant: fc.constantFrom(true, false, false),
});

const poll: fc.Arbitrary<Step> = fc.constant({ kind: 'poll' });

const wait: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('wait'),
	minutes: fc.constantFrom(1, 10, 61, 600, 3_000, 9_000),
});

const restart: fc.Arbitrary<Step> = fc.constant({ kind: 'restart' });

const requestNumber = fc.integer({ min: 1, max: 15 });

const connectionLoss: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('loseConnection'),
	request: requestNumber,
});

const writeDuringPoll: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('writeDuringPoll'),
	request: requestNumber,
	write,
});

const branchChange: fc.Arbitrary<Step> = fc.record({
	kind: fc.constantFrom('failBranch', 'repairBranch', 'openBranch', 'closeBranch'),
	branch,
});

const settingsChange: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('changeSettings'),
	settings: fc.constantFrom<Array<Partial<TriggerSettings>>>(
		{ chosenBranches: [] },
		{ chosenBranches: [1] },
		{ chosenBranches: [2, 3] },
		{ chosenBranches: [1, 2] },
		{ classes: [] },
		{ classes: ['Customer'] },
		{ classes: ['Lesson', 'Task'] },
		{ maxRecords: 500 },
	),
});

const step = fc.oneof(
	{ weight: 9, arbitrary: write },
	{ weight: 7, arbitrary: poll },
	{ weight: 4, arbitrary: wait },
	{ weight: 1, arbitrary: restart },
	{ weight: 1, arbitrary: connectionLoss },
	{ weight: 3, arbitrary: writeDuringPoll },
	{ weight: 4, arbitrary: branchChange },
	{ weight: 2, arbitrary: settingsChange },
);

/** Generates steps in which nothing goes wrong and no entry is late. */
const calmStep = fc.oneof(
	{ weight: 3, arbitrary: write.map((entries): Step => ({ ...entries, lateMinutes: 0 })) },
	{ weight: 1, arbitrary: poll },
	{ weight: 1, arbitrary: fc.constant<Step>({ kind: 'wait', minutes: 10 }) },
);

const account: fc.Arbitrary<AccountSettings> = fc.record({
	pageSize: fc.constantFrom(2, 2, 5, 500),
	hasTotals: fc.constantFrom(true, true, true, false),
	isShuffled: fc.constantFrom(true, false, false),
	zoneHours: fc.constantFrom(0, 0, 12, -11),
	isLogShared: fc.boolean(),
});

const firstSettings: fc.Arbitrary<TriggerSettings> = fc.record({
	chosenBranches: fc.constantFrom<number[][]>([], [], [1], [1, 2]),
	classes: fc.constantFrom<RecordClass[][]>([], [], ['Customer']),
	maxRecords: fc.constantFrom(1, 10, 500),
});

export const histories: fc.Arbitrary<History> = fc.record({
	account,
	agesInMinutes: fc.array(fc.constantFrom(0, 1, 90, 600, 5_000, 100_000), { maxLength: 5 }),
	settings: firstSettings,
	steps: fc.oneof(
		{ weight: 2, arbitrary: fc.array(step, { maxLength: 25, size: 'max' }) },
		{ weight: 1, arbitrary: fc.array(calmStep, { maxLength: 12, size: 'max' }) },
	),
});

/** Tells whether a history brings no older entry later than a younger one. */
export function isCalm({ steps }: History): boolean {
	return steps.every((step) => {
		if (step.kind === 'write') return step.lateMinutes === 0;
		return step.kind === 'wait' || step.kind === 'poll';
	});
}
