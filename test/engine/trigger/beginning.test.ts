import type { INodeParameters } from 'n8n-workflow';

import {
	CUSTOMER_CREATED,
	interceptCalls,
	isCallOfBranch,
	LARGE_PAGES,
	PolledSchool,
	RECORD_CHANGED,
} from '../support/polledSchool';
import { answerEverything, failRecord } from './alfaCrmFailures';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

interface WatchedList {
	event: string;
	parameters: INodeParameters;
	/** Adds a record that the event reports, made some minutes ago, and returns its ID. */
	addRecord: (school: PolledSchool, place: { branch: number; minutesAgo?: number }) => number;
}

const WATCHED_LISTS: WatchedList[] = [
	{
		event: 'Customer Created',
		parameters: { ...CUSTOMER_CREATED, simplify: false },
		addRecord: (school, { branch, minutesAgo = 0 }) =>
			school.addCustomer({ branch_ids: [branch] }, { minutesAgo }),
	},
	{
		event: 'Record Changed',
		parameters: RECORD_CHANGED,
		addRecord: (school, { branch, minutesAgo = 0 }) => school.addLogEntry({ branches: [branch], minutesAgo }),
	},
];

/** Lets AlfaCRM send the lists of a branch without rows from now on, although it counts the rows. */
function emptyListsOfBranch(school: PolledSchool, branch: number): void {
	interceptCalls(school, async (call, askAlfaCrm) => {
		const answer = await askAlfaCrm();
		return isCallOfBranch(call, branch) ? { ...answer, items: [] } : answer;
	});
}

/** Lets AlfaCRM send an empty list of branches from now on. */
function emptyBranchList(school: PolledSchool): void {
	interceptCalls(school, async (call, askAlfaCrm) =>
		call.url.includes('branch/index') ? { total: 0, items: [] } : await askAlfaCrm(),
	);
}

describe.each(WATCHED_LISTS)('$event', ({ parameters, addRecord }) => {
	/** Adds 30 records to a branch, a minute apart, the last one a minute ago. */
	function addThirtyRecords(school: PolledSchool, branch: number): void {
		for (let minutesAgo = 30; minutesAgo >= 1; minutesAgo--) {
			addRecord(school, { branch, minutesAgo });
		}
	}

	describe('when AlfaCRM sends an empty list to the first poll, although it counts 30 rows', () => {
		let school: PolledSchool;

		beforeEach(() => {
			school = new PolledSchool({ settings: LARGE_PAGES, parameters });
			addThirtyRecords(school, 1);
			emptyListsOfBranch(school, 1);
		});

		it("a new trigger refuses to start when a branch's list comes empty, and advises to leave that branch out", async () => {
			await expect(school.poll()).rejects.toMatchObject({
				message: expect.stringContaining('AlfaCRM sent an empty list when asked to') as string,
				description: expect.stringMatching(/branch 1\..* choose the other branches in 'Branch'/) as string,
			});
		});

		it('a trigger starts once AlfaCRM sends the rows of its list, and reports only later records', async () => {
			await expect(school.poll()).rejects.toThrow('AlfaCRM sent an empty list');

			answerEverything(school);
			expect(await school.poll()).toEqual([]);

			const record = addRecord(school, { branch: 1 });
			expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([record]);
		});
	});

	describe('when AlfaCRM sends an empty list of a branch that the user has just chosen', () => {
		let school: PolledSchool;
		let recordOfBranch1: number;

		/** Makes a school with 30 records in branch 2, which the user chooses while its lists come empty. */
		beforeEach(async () => {
			school = new PolledSchool({
				settings: { ...LARGE_PAGES, logScope: 'branch' },
				branches: 2,
				parameters: { ...parameters, branchIds: [1] },
			});
			addRecord(school, { branch: 1, minutesAgo: 10 });
			await school.poll();
			addThirtyRecords(school, 2);
			recordOfBranch1 = addRecord(school, { branch: 1 });
			await school.pollRepeatedly(1, { minutesApart: 5 });

			emptyListsOfBranch(school, 2);
			school.poller.changeParameters({ ...parameters, branchIds: [1, 2] });
			// These polls may fail, because branch 2 cannot be read.
			await school.pollRepeatedly(3, { minutesApart: 5 }).catch(() => []);
		});

		it('the trigger reports none of the records that a branch had when the user chose it, although its list came empty at first', async () => {
			answerEverything(school);
			await school.pollRepeatedly(3, { minutesApart: 61 });

			expect(school.reportedIds).toEqual([recordOfBranch1]);
		});

		it('the trigger reports new records of a branch whose list came empty when the user chose it', async () => {
			answerEverything(school);
			await school.pollRepeatedly(3, { minutesApart: 61 });
			const record = addRecord(school, { branch: 2 });

			expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([record]);
		});
	});

	describe('with a branch that this user may not read until the trigger has begun', () => {
		let school: PolledSchool;

		beforeEach(async () => {
			school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters });
			addRecord(school, { branch: 1 });
			// Branch 2 has records of the last seven hours.
			for (let minutesAgo = 420; minutesAgo > 0; minutesAgo -= 40) {
				addRecord(school, { branch: 2, minutesAgo });
			}
			school.changeBranch(2, 'forbidden');
			await school.pollRepeatedly(2, { minutesApart: 10 });
			school.changeBranch(2, 'allowed');
		});

		it('the trigger reports none of the records that a branch had before the user was allowed to read it', async () => {
			expect(await school.pollRepeatedly(1, { minutesApart: 10 })).toEqual([]);
		});

		it('the trigger reports records that come after the user was allowed to read a branch', async () => {
			await school.pollRepeatedly(1, { minutesApart: 10 });
			const record = addRecord(school, { branch: 2 });

			expect(await school.pollRepeatedly(1, { minutesApart: 10 })).toEqual([record]);
		});
	});

	it('the trigger starts with the four newest records when Start With Newest is 4, although Max Records per Poll is 1', async () => {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			branches: 3,
			parameters: { ...parameters, options: { startWith: 4, maxPerPoll: 1 } },
		});
		addRecord(school, { branch: 1, minutesAgo: 100 });
		const newestFour = [
			addRecord(school, { branch: 2, minutesAgo: 99 }),
			addRecord(school, { branch: 1, minutesAgo: 98 }),
			addRecord(school, { branch: 2, minutesAgo: 97 }),
			addRecord(school, { branch: 3, minutesAgo: 96 }),
		];

		const idsOfFirstPoll = await school.poll();
		const idsOfLaterPolls = await school.pollRepeatedly(3, { minutesApart: 61 });

		expect(idsOfFirstPoll).toEqual(newestFour);
		expect(idsOfLaterPolls).toEqual([]);
	});
});

describe('Record Changed of a branch that the user has chosen', () => {
	describe('and has given up for days', () => {
		let school: PolledSchool;

		function chooseBranches(branchIds: number[]): void {
			school.poller.changeParameters({ ...RECORD_CHANGED, branchIds });
		}

		beforeEach(async () => {
			const parameters = { ...RECORD_CHANGED, branchIds: [1, 2] };
			school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters });
			school.addLogEntry({ branches: [2] });
			await school.pollRepeatedly(1, { minutesApart: 5 });
			chooseBranches([1]);
			await school.pollRepeatedly(1, { minutesApart: 5 });
			// Records of branch 2 change for five days in which the trigger does not watch the branch.
			await school.pollRepeatedly(5, { minutesApart: DAY }, () => school.addLogEntry({ branches: [2] }));
			chooseBranches([1, 2]);
		});

		it('Record Changed reports no changes from the days on which the user had not chosen their branch', async () => {
			expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([]);
		});

		it('Record Changed reports the changes of a branch that the user has chosen again', async () => {
			await school.pollRepeatedly(1, { minutesApart: 5 });
			const change = school.addLogEntry({ branches: [2] });

			expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([change]);
		});
	});
});

describe('Record Changed when AlfaCRM sends an empty list of branches', () => {
	/** Makes a school whose list of branches comes empty. It has the changes 1 to 30, a minute apart. */
	function makeSchoolWithoutBranchList(options: INodeParameters = {}): PolledSchool {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { ...RECORD_CHANGED, options },
		});
		school.addLogEntries(30, { minutesApart: 1 });
		emptyBranchList(school);
		return school;
	}

	it('Record Changed fails in every poll while AlfaCRM lists no branches', async () => {
		const school = makeSchoolWithoutBranchList();

		await expect(school.poll()).rejects.toThrow('AlfaCRM returned no branches');
		await expect(school.pollRepeatedly(1, { minutesApart: 5 })).rejects.toThrow(
			'AlfaCRM returned no branches',
		);
	});

	it.each([
		{ begins: 'without reporting anything', options: {}, reportedIds: [] },
		{
			begins: 'with the newest three changes for Start With Newest: 3',
			options: { startWith: 3 },
			reportedIds: [28, 29, 30],
		},
	])('Record Changed starts $begins once AlfaCRM lists the branches', async ({ options, reportedIds }) => {
		const school = makeSchoolWithoutBranchList(options);
		await expect(school.poll()).rejects.toThrow('AlfaCRM returned no branches');
		await expect(school.pollRepeatedly(1, { minutesApart: 5 })).rejects.toThrow(
			'AlfaCRM returned no branches',
		);

		answerEverything(school);
		expect(await school.pollRepeatedly(3, { minutesApart: 5 })).toEqual(reportedIds);

		const change = school.addLogEntry();
		expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([change]);
	});
});

describe('Customer Updated with Start With Newest', () => {
	it('Customer Updated reports the newest six customers in a later poll when AlfaCRM cannot show one of them in the first', async () => {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { event: 'customerUpdated', simplify: false, options: { startWith: 6 } },
		});
		const oldCustomers = [1, 2];
		const newestSix = [3, 4, 5, 6, 7, 8];
		for (const customer of [...oldCustomers, ...newestSix]) {
			school.addCustomer({ id: customer });
			school.addLogEntry({ values: { entity_id: customer }, minutesAgo: 61 - customer });
		}
		failRecord(school, 'customer', 5);
		await expect(school.poll()).rejects.toThrow('could not get customer');

		answerEverything(school);
		await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(school.reportedIds).toEqual(newestSix);
	});
});

describe('Customer Created in a school where the clock of branch 2 is two hours slow', () => {
	it.each([
		{ daysWithoutCustomer: 0 },
		{ daysWithoutCustomer: 1 },
		{ daysWithoutCustomer: 2 },
		{ daysWithoutCustomer: 3 },
		{ daysWithoutCustomer: 39 },
		{ daysWithoutCustomer: 40 },
		{ daysWithoutCustomer: 41 },
	])(
		'Customer Created does not report the newest customer as new when it starts $daysWithoutCustomer days later, although the clock of branch 2 is slow',
		async ({ daysWithoutCustomer }) => {
			const school = new PolledSchool({
				settings: LARGE_PAGES,
				branches: 2,
				parameters: CUSTOMER_CREATED,
				begin: '2026-02-10 00:30:00',
			});
			school.addCustomer();
			// The newest customer is dated two hours earlier than the one before.
			school.addCustomer({ branch_ids: [2] }, { minutesAgo: 120 });

			school.passMinutes(daysWithoutCustomer * DAY);

			expect(await school.pollRepeatedly(3, { minutesApart: 5 })).toEqual([]);
		},
	);
});
