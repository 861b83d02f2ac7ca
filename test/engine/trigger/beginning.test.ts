import type { INodeParameters } from 'n8n-workflow';

import {
	CUSTOMER_CREATED,
	interceptCalls,
	isCallOfBranch,
	LARGE_PAGES,
	listNumbers,
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
	/** Adds something that the event reports, made some minutes ago, and returns its ID. The IDs count from 1. */
	addRecord: (school: PolledSchool, place: { branch: number; ago?: number }) => number;
}

const WATCHED_LISTS: WatchedList[] = [
	{
		event: 'Customer Created',
		parameters: { ...CUSTOMER_CREATED, simplify: false },
		addRecord: (school, { branch, ago = 0 }) => school.addCustomer({ branch_ids: [branch] }, { ago }),
	},
	{
		event: 'Record Changed',
		parameters: RECORD_CHANGED,
		addRecord: (school, { branch, ago = 0 }) => school.addLogEntry({ branches: [branch], ago }),
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
		for (let ago = 30; ago >= 1; ago--) {
			addRecord(school, { branch, ago });
		}
	}

	describe('when AlfaCRM sends an empty list to the first poll, although it counts 30 rows', () => {
		let school: PolledSchool;

		beforeEach(() => {
			school = new PolledSchool({ settings: LARGE_PAGES, parameters });
			addThirtyRecords(school, 1);
			emptyListsOfBranch(school, 1);
		});

		it('does not begin, and advises to leave out the branch whose list is empty', async () => {
			await expect(school.poll()).rejects.toMatchObject({
				message: expect.stringContaining('AlfaCRM sent an empty list when asked to') as string,
				description: expect.stringMatching(/branch 1\..* choose the other branches in 'Branch'/) as string,
			});
		});

		it('begins when AlfaCRM sends the rows, and then reports only what is new', async () => {
			await expect(school.poll()).rejects.toThrow('AlfaCRM sent an empty list');

			answerEverything(school);
			expect(await school.poll()).toEqual([]);

			const record = addRecord(school, { branch: 1 });
			expect(await school.pollRepeatedly(1, 5)).toEqual([record]);
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
			addRecord(school, { branch: 1, ago: 10 });
			await school.poll();
			addThirtyRecords(school, 2);
			recordOfBranch1 = addRecord(school, { branch: 1 });
			await school.pollRepeatedly(1, 5);
			emptyListsOfBranch(school, 2);
			school.poller.changeParameters({ ...parameters, branchIds: [1, 2] });
			await school.pollRepeatedly(3, 5).catch(() => []);
		});

		it('reports only the record of the other branch, and nothing that the chosen branch had', async () => {
			answerEverything(school);
			await school.pollRepeatedly(3, 61);

			expect(school.reportedIds).toEqual([recordOfBranch1]);
		});

		it('reports what the branch gets afterwards', async () => {
			answerEverything(school);
			await school.pollRepeatedly(3, 61);
			const record = addRecord(school, { branch: 2 });

			expect(await school.pollRepeatedly(1, 5)).toEqual([record]);
		});
	});

	describe('with a branch that this user may not read until the trigger has begun', () => {
		let school: PolledSchool;

		beforeEach(async () => {
			school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters });
			addRecord(school, { branch: 1 });
			for (let n = 10; n >= 1; n--) {
				addRecord(school, { branch: 2, ago: n * 40 });
			}
			school.changeBranch(2, 'forbidden');
			await school.pollRepeatedly(2, 10);
			school.changeBranch(2, 'allowed');
		});

		it('reports nothing that the branch had already', async () => {
			expect(await school.pollRepeatedly(1, 10)).toEqual([]);
		});

		it('reports what the branch gets after the user may read it', async () => {
			await school.pollRepeatedly(1, 10);
			const record = addRecord(school, { branch: 2 });

			expect(await school.pollRepeatedly(1, 10)).toEqual([record]);
		});
	});

	it('begins with the four records of Start With Newest: 4, although Max Records per Poll is 1', async () => {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			branches: 3,
			parameters: { ...parameters, options: { startWith: 4, maxPerPoll: 1 } },
		});
		addRecord(school, { branch: 1, ago: 100 });
		addRecord(school, { branch: 2, ago: 99 });
		addRecord(school, { branch: 1, ago: 98 });
		addRecord(school, { branch: 2, ago: 97 });
		addRecord(school, { branch: 3, ago: 96 });

		expect(await school.poll()).toEqual([2, 3, 4, 5]);
		expect(await school.pollRepeatedly(3, 61)).toEqual([]);
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
			await school.pollRepeatedly(1, 5);
			chooseBranches([1]);
			await school.pollRepeatedly(1, 5);
			await school.pollRepeatedly(5, DAY, () => school.addLogEntry({ branches: [2] }));
			chooseBranches([1, 2]);
		});

		it('reports no change of these days when the user chooses the branch again', async () => {
			expect(await school.pollRepeatedly(1, 5)).toEqual([]);
		});

		it('reports the changes after the user has chosen the branch again', async () => {
			await school.pollRepeatedly(1, 5);
			const change = school.addLogEntry({ branches: [2] });

			expect(await school.pollRepeatedly(1, 5)).toEqual([change]);
		});
	});
});

describe('Record Changed when AlfaCRM sends an empty list of branches', () => {
	/** Makes a school with the changes 1 to 30, a minute apart, whose list of branches comes empty. */
	function makeSchoolWithoutBranchList(options: INodeParameters = {}): PolledSchool {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { ...RECORD_CHANGED, options },
		});
		for (const n of listNumbers(1, 30)) {
			school.addLogEntry({ ago: 31 - n });
		}
		emptyBranchList(school);
		return school;
	}

	it('fails in each poll, because every account has a branch', async () => {
		const school = makeSchoolWithoutBranchList();

		await expect(school.poll()).rejects.toThrow('AlfaCRM returned no branches');
		await expect(school.pollRepeatedly(1, 5)).rejects.toThrow('AlfaCRM returned no branches');
	});

	it.each([
		{ begins: 'without reporting anything', options: {}, reportedIds: [] },
		{
			begins: 'with the newest three changes for Start With Newest: 3',
			options: { startWith: 3 },
			reportedIds: [28, 29, 30],
		},
	])('begins $begins when AlfaCRM lists the branches', async ({ options, reportedIds }) => {
		const school = makeSchoolWithoutBranchList(options);
		await expect(school.poll()).rejects.toThrow('AlfaCRM returned no branches');
		await expect(school.pollRepeatedly(1, 5)).rejects.toThrow('AlfaCRM returned no branches');

		answerEverything(school);
		expect(await school.pollRepeatedly(3, 5)).toEqual(reportedIds);

		const change = school.addLogEntry();
		expect(await school.pollRepeatedly(1, 5)).toEqual([change]);
	});
});

describe('Customer Updated with Start With Newest', () => {
	it('loses none of the newest six customers when AlfaCRM fails to show one in the first poll', async () => {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { event: 'customerUpdated', simplify: false, options: { startWith: 6 } },
		});
		for (const customer of listNumbers(1, 8)) {
			school.addCustomer({ id: customer });
			school.addLogEntry({ values: { entity_id: customer }, ago: 61 - customer });
		}
		failRecord(school, 'customer', 5);
		await expect(school.poll()).rejects.toThrow('could not get customer');

		answerEverything(school);
		await school.pollRepeatedly(3, 5);

		expect(school.reportedIds).toEqual([3, 4, 5, 6, 7, 8]);
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
		'does not report the newest customer, of branch 2, when it begins $daysWithoutCustomer days later',
		async ({ daysWithoutCustomer }) => {
			const school = new PolledSchool({
				settings: LARGE_PAGES,
				branches: 2,
				parameters: CUSTOMER_CREATED,
				begin: '2026-02-10 00:30:00',
			});
			school.addCustomer();
			school.addCustomer({ branch_ids: [2] }, { ago: 120 });

			school.passMinutes(daysWithoutCustomer * DAY);

			expect(await school.pollRepeatedly(3, 5)).toEqual([]);
		},
	);
});
