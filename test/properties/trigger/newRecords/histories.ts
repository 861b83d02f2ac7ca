import fc from 'fast-check';

import { CUSTOMER_TYPE } from '../../../support/codes';

/**
 * Some weeks of a school with three branches, while a trigger polls for new customers: customers come and
 * change, branches fail, connections break, n8n restarts, and the user changes the settings of the trigger.
 */
export interface History {
	account: AccountSettings;
	/** Ages of the customers who are there in the beginning, in hours. */
	agesInHours: number[];
	settings: TriggerSettings;
	/** The number of these customers that the first poll reports. */
	firstReportCount: number;
	steps: Step[];
}

export interface AccountSettings {
	/** The largest number of rows on a page of a list. */
	pageSize: number;
	hasTotals: boolean;
	isNewestFirst: boolean;
	/** True if a list leaves out customers of earlier days than it is asked for. */
	heedsDay: boolean;
	/** The time of the day at which the history begins, `hh:mm`. */
	startTime: string;
	/** The number of hours by which the clock of branch 2 is behind. */
	hoursBehind: number;
	/** Branches that are closed in the beginning. */
	closedBranches: number[];
	/** Branches whose lists show the customers of all branches. */
	pooledBranches: number[];
}

export interface TriggerSettings {
	/** The branches that the user has chosen; none for all open ones. */
	chosenBranches: number[];
	customerType: ChosenType;
	includesArchived: boolean;
	/** The largest number of customers that a poll reports. */
	maxRecords: number;
}

export type CustomerType = 0 | 1;
export type ChosenType = 0 | 1 | 2;

export type Step =
	| Change
	| { kind: 'wait'; minutes: number }
	| { kind: 'poll' }
	| ConnectionLoss
	| ChangeDuringPoll
	| BusyDays
	| SettingsChange
	/** n8n stops, and starts again with the state that it has saved. */
	| { kind: 'restart' };

/** A change in AlfaCRM. */
export type Change =
	| CustomerChange
	| { kind: 'failBranch' | 'repairBranch' | 'openBranch' | 'closeBranch'; branch: number };

/** A change of customers. */
export type CustomerChange = Arrival | CardChange;

/** Customers come into a branch, and perhaps into a second one. */
export interface Arrival {
	kind: 'create';
	branch: number;
	secondBranch: number | undefined;
	type: CustomerType;
	count: number;
	/** The number of minutes in which no list shows them, as if they were in a branch of somebody else. */
	minutesHidden: number;
}

/** A change of one customer. */
export type CardChange =
	| { kind: 'convert' | 'archive' | 'restore' | 'remove'; customerIndex: number }
	| { kind: 'move'; customerIndex: number; branch: number };

/** A poll one of whose requests fails. */
export interface ConnectionLoss {
	kind: 'loseConnection';
	/** The number of the request, from 1. */
	request: number;
}

/** A poll during which something happens in AlfaCRM. */
export interface ChangeDuringPoll {
	kind: 'changeDuringPoll';
	/** It happens before this request is answered. Requests of a poll count from 1. */
	request: number;
	change: CustomerChange;
}

/**
 * Days with two polls each. Before each poll a lead comes into a branch, and another into the next branch.
 */
export interface BusyDays {
	kind: 'busyDays';
	days: number;
	branch: number;
	/** This branch cannot be read on these days. */
	failingBranch: number | undefined;
}

export interface SettingsChange {
	kind: 'changeSettings';
	settings: Partial<TriggerSettings>;
	/** This branch cannot be read in the first poll after the change. Undefined if no poll follows at once. */
	failingBranch: number | undefined;
}

// ---------------------------------------------------------------- the generator

export const BRANCHES = [1, 2, 3];
const NO_BRANCH = undefined;

const { lead, client, all } = CUSTOMER_TYPE;

const branch = fc.constantFrom(...BRANCHES);

/**
 * Generates the index of the customer whom a change is about. It is taken modulo the number of customers,
 * because there may be fewer.
 */
const customerIndex = fc.nat(1_000);

const arrival: fc.Arbitrary<CustomerChange> = fc.record({
	kind: fc.constant('create'),
	branch,
	secondBranch: fc.oneof({ weight: 3, arbitrary: fc.constant(NO_BRANCH) }, { weight: 1, arbitrary: branch }),
	type: fc.constantFrom<CustomerType[]>(lead, client),
	count: fc.constantFrom(1, 1, 1, 2, 3, 30),
	minutesHidden: fc.constantFrom(0, 0, 0, 30, 600, 2_700),
});

const cardChange: fc.Arbitrary<CustomerChange> = fc.record({
	kind: fc.constantFrom('convert', 'archive', 'restore', 'remove'),
	customerIndex,
});

const move: fc.Arbitrary<CustomerChange> = fc.record({ kind: fc.constant('move'), customerIndex, branch });

const customerChange = fc.oneof(
	{ weight: 8, arbitrary: arrival },
	{ weight: 3, arbitrary: cardChange },
	{ weight: 1, arbitrary: move },
);

const branchChange: fc.Arbitrary<Change> = fc.record({
	kind: fc.constantFrom('failBranch', 'repairBranch', 'openBranch', 'closeBranch'),
	branch,
});

const poll: fc.Arbitrary<Step> = fc.constant({ kind: 'poll' });

const wait: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('wait'),
	minutes: fc.constantFrom(1, 10, 61, 600, 1_500, 9_000, 20_000),
});

const busyDays: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('busyDays'),
	days: fc.constantFrom(1, 2, 3, 6, 12),
	branch,
	failingBranch: fc.constantFrom(NO_BRANCH, ...BRANCHES),
});

const restart: fc.Arbitrary<Step> = fc.constant({ kind: 'restart' });

const requestNumber = fc.integer({ min: 1, max: 6 });

const connectionLoss: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('loseConnection'),
	request: requestNumber,
});

const changeDuringPoll: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('changeDuringPoll'),
	request: requestNumber,
	change: customerChange,
});

const settingsChange: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('changeSettings'),
	settings: fc.constantFrom<Array<Partial<TriggerSettings>>>(
		{ chosenBranches: [] },
		{ chosenBranches: [1] },
		{ chosenBranches: [2, 3] },
		{ customerType: lead },
		{ customerType: client },
		{ customerType: all },
		{ includesArchived: true },
		{ includesArchived: false },
		{ maxRecords: 500 },
	),
	failingBranch: fc.constantFrom(NO_BRANCH, NO_BRANCH, ...BRANCHES),
});

const step = fc.oneof(
	{ weight: 9, arbitrary: customerChange },
	{ weight: 7, arbitrary: poll },
	{ weight: 4, arbitrary: wait },
	{ weight: 1, arbitrary: busyDays },
	{ weight: 1, arbitrary: restart },
	{ weight: 1, arbitrary: connectionLoss },
	{ weight: 2, arbitrary: changeDuringPoll },
	{ weight: 4, arbitrary: branchChange },
	{ weight: 2, arbitrary: settingsChange },
);

const account: fc.Arbitrary<AccountSettings> = fc.record({
	pageSize: fc.constantFrom(2, 5, 20, 500),
	hasTotals: fc.constantFrom(true, true, true, false),
	isNewestFirst: fc.boolean(),
	heedsDay: fc.constantFrom(true, true, true, false),
	startTime: fc.constantFrom('00:30', '09:00'),
	hoursBehind: fc.constantFrom(0, 0, 2),
	closedBranches: fc.constantFrom<number[][]>([], [], [3], [2, 3]),
	pooledBranches: fc.constantFrom<number[][]>([], [], [2], [1, 2, 3]),
});

const firstSettings: fc.Arbitrary<TriggerSettings> = fc.record({
	chosenBranches: fc.constantFrom<number[][]>([], [], [1], [1, 2]),
	customerType: fc.constantFrom<ChosenType[]>(lead, client, all, all),
	includesArchived: fc.boolean(),
	maxRecords: fc.constantFrom(1, 2, 500, 500),
});

export const histories: fc.Arbitrary<History> = fc.record({
	account,
	agesInHours: fc.array(fc.constantFrom(0, 1, 30, 100, 10_000), { maxLength: 8 }),
	settings: firstSettings,
	firstReportCount: fc.constantFrom(0, 0, 2),
	steps: fc.array(step, { maxLength: 40 }),
});
