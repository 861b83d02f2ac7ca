import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject, Settings } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { makeHttpFailure } from '../support/directSchool';
import {
	CUSTOMER_CREATED,
	interceptCalls,
	LARGE_PAGES,
	listNumbers,
	PolledSchool,
	RECORD_CHANGED,
	SMALL_PAGES,
} from '../support/polledSchool';
import { answerEverything } from './alfaCrmFailures';

const HOUR = 60;
const DAY = 24 * HOUR;

afterEach(() => {
	jest.restoreAllMocks();
});

/** Makes a school of two branches, watched for new customers, that the trigger has not polled yet. */
function makeSchool(
	settings: Partial<Settings> = LARGE_PAGES,
	parameters: INodeParameters = {},
): PolledSchool {
	return new PolledSchool({
		settings: { ...settings },
		branches: 2,
		parameters: { ...CUSTOMER_CREATED, ...parameters },
	});
}

/** Makes a school with one old customer, of whom the trigger knows. */
async function startTrigger(
	settings: Partial<Settings> = LARGE_PAGES,
	parameters: INodeParameters = {},
): Promise<PolledSchool> {
	const school = makeSchool(settings, parameters);
	school.addCustomer();
	await expectNothingReported(school);
	return school;
}

async function expectNothingReported(school: PolledSchool): Promise<void> {
	const ids = await school.poll();
	expect(ids).toEqual([]);
}

/** Sorts the IDs of all customers reported so far. */
function sortReportedIds(school: PolledSchool): number[] {
	return [...school.reportedIds].sort((a, b) => a - b);
}

/**
 * Polls every six hours for two weeks. A customer comes before each poll. Returns the IDs of these customers.
 */
async function pollForTwoWeeksWithCustomers(school: PolledSchool): Promise<number[]> {
	const customers: number[] = [];
	await school.pollRepeatedly(60, { minutesApart: 6 * HOUR }, () => {
		customers.push(school.addCustomer());
	});
	return customers;
}

describe('Customer Created for clients, Start With Newest: 3', () => {
	let school: PolledSchool;
	let leads: number[];
	let clients: number[];

	/** Adds six clients and six leads by turns, ten hours apart. */
	beforeEach(() => {
		school = makeSchool(LARGE_PAGES, { is_study: CUSTOMER_TYPE.client, options: { startWith: 3 } });
		leads = [];
		clients = [];
		for (let hoursAgo = 120; hoursAgo > 0; hoursAgo -= 20) {
			clients.push(school.addCustomer({ is_study: CUSTOMER_TYPE.client }, { minutesAgo: hoursAgo * HOUR }));
			leads.push(
				school.addCustomer({ is_study: CUSTOMER_TYPE.lead }, { minutesAgo: (hoursAgo - 10) * HOUR }),
			);
		}
	});

	it('Customer Created starts with the three newest clients', async () => {
		const reportedIds = await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(reportedIds).toEqual(clients.slice(-3));
	});

	it('Customer Created does not report an old lead who becomes a client', async () => {
		await school.pollRepeatedly(3, { minutesApart: 5 });

		for (const lead of leads) {
			school.changeRecord('customer', lead, { is_study: CUSTOMER_TYPE.client });
		}

		const reportedIds = await school.pollRepeatedly(15, { minutesApart: 10 });
		expect(reportedIds).toEqual([]);
	});
});

describe('Customer Created with long lists', () => {
	it('Customer Created reports 2,200 waiting customers once each, the oldest first', async () => {
		const school = await startTrigger(SMALL_PAGES, { options: { maxPerPoll: 2_100 } });
		school.passMinutes(3 * DAY);
		const waitingCustomers = school.addCustomers(2_200, { minutesApart: 1 });

		await school.pollRepeatedly(5, { minutesApart: 31 });

		expect(school.reportedIds).toEqual(waitingCustomers);
	});

	it('Customer Created reports only the two new customers of a school that had 2,100 at the start', async () => {
		const school = makeSchool(SMALL_PAGES);
		for (let count = 1; count <= 2_100; count++) {
			school.addCustomer({ branch_ids: [2] }, { minutesAgo: 60 });
		}
		await school.poll();
		school.passMinutes(5);
		const newInBranch1 = school.addCustomer();
		const newInBranch2 = school.addCustomer({ branch_ids: [2] });

		await school.pollRepeatedly(4, { minutesApart: 5 });

		expect(school.reportedIds).toEqual([newInBranch1, newInBranch2]);
	});
});

describe('The hourly list of branches', () => {
	/** Lets AlfaCRM answer 500 to the list of branches from now on. */
	function breakBranchList(school: PolledSchool): void {
		interceptCalls(school, async (request, askAlfaCrm) => {
			if (request.url.includes('branch/index')) {
				throw makeHttpFailure(500);
			}
			return await askAlfaCrm();
		});
	}

	/** Repairs the list of branches and returns the paths of all requests from now on, as they come. */
	function repairBranchListAndRecordRequests(school: PolledSchool): string[] {
		const paths: string[] = [];
		interceptCalls(school, async (request, askAlfaCrm) => {
			paths.push(new URL(request.url).pathname);
			return await askAlfaCrm();
		});
		return paths;
	}

	it("Customer Created polls the known branches when their list fails, and says so in n8n's log", async () => {
		const school = await startTrigger();
		breakBranchList(school);
		school.passMinutes(61);
		const customer = school.addCustomer();

		const reportedIds = await school.poll();

		expect(reportedIds).toEqual([customer]);
		expect(school.poller.logLines).toEqual([
			expect.stringContaining('could not list the branches, and looks into those it knows'),
			expect.stringContaining('could not list the branches, so names are missing'),
		]);
	});

	it('the poll after a failed list of branches requests the list again', async () => {
		const school = await startTrigger();
		breakBranchList(school);
		await school.pollRepeatedly(1, { minutesApart: 61 });

		const paths = repairBranchListAndRecordRequests(school);
		await school.pollRepeatedly(1, { minutesApart: 5 });

		expect(paths).toContain('/v2api/branch/index');
	});

	it('Customer Created does not request the branches again within the hour after it has read them', async () => {
		const school = await startTrigger();
		breakBranchList(school);
		await school.pollRepeatedly(1, { minutesApart: 61 });
		repairBranchListAndRecordRequests(school);
		await school.pollRepeatedly(1, { minutesApart: 5 });

		const paths = repairBranchListAndRecordRequests(school);
		await school.pollRepeatedly(1, { minutesApart: 5 });

		expect(paths).not.toContain('/v2api/branch/index');
		expect(paths).not.toEqual([]);
	});
});

describe('Record Changed with a backlog, while AlfaCRM lists the branches wrongly', () => {
	interface SchoolWithBacklog {
		school: PolledSchool;
		changedRecords: number[];
	}

	/** Starts a trigger. Twelve records of three branches change, and the trigger reports two of them so far. */
	async function startTriggerWithBacklog(): Promise<SchoolWithBacklog> {
		const parameters = { ...RECORD_CHANGED, options: { maxPerPoll: 1 } };
		const school = new PolledSchool({ settings: LARGE_PAGES, branches: 3, parameters });
		school.addLogEntry();
		await school.poll();
		school.passMinutes(5 * DAY);
		const changedRecords = listNumbers(1, 12).map((n) =>
			school.addLogEntry({ branches: [1 + (n % 3)], minutesAgo: (12 - n) * 500 + 1 }),
		);
		await school.pollRepeatedly(2, { minutesApart: 5 });
		return { school, changedRecords };
	}

	function answerBranchListWith(school: PolledSchool, wrongAnswer: JsonObject): void {
		interceptCalls(school, async (request, askAlfaCrm) => {
			const answer = await askAlfaCrm();
			return request.url.includes('branch/index') ? { ...answer, ...wrongAnswer } : answer;
		});
	}

	const noBranches = { items: [], total: 0 };
	const twoOfThreeBranches = {
		items: [
			{ id: 1, name: 'Филиал 1', is_active: 1 },
			{ id: 2, name: 'Филиал 2', is_active: 1 },
		],
		total: 3,
	};

	it.each([
		{ answer: 'no branches', wrongAnswer: noBranches },
		{ answer: 'two of three branches', wrongAnswer: twoOfThreeBranches },
	])(
		'Record Changed reports all waiting changes in order, although AlfaCRM lists $answer for a while',
		async ({ wrongAnswer }) => {
			const { school, changedRecords } = await startTriggerWithBacklog();

			answerBranchListWith(school, wrongAnswer);
			await school.pollRepeatedly(2, { minutesApart: 61 });
			answerEverything(school);
			await school.pollRepeatedly(10, { minutesApart: 5 });

			expect(school.reportedIds).toEqual(changedRecords);
		},
	);

	it.each([
		{ answer: 'no branches', wrongAnswer: noBranches, reason: 'AlfaCRM returned no branches' },
		{
			answer: 'two of three branches',
			wrongAnswer: twoOfThreeBranches,
			reason: 'AlfaCRM did not list all of them',
		},
	])("Record Changed says in n8n's log that AlfaCRM lists $answer", async ({ wrongAnswer, reason }) => {
		const { school } = await startTriggerWithBacklog();

		answerBranchListWith(school, wrongAnswer);
		await school.pollRepeatedly(2, { minutesApart: 61 });

		expect(school.poller.logLines.at(-1)).toContain(
			`could not list the branches, and looks into those it knows: ${reason}`,
		);
	});
});

describe('Customer Created with wrong clocks and times', () => {
	it.each([
		{ difference: 'nine months behind', aheadHours: -9 * 730 },
		{ difference: 'nine months ahead', aheadHours: 9 * 730 },
	])(
		"Customer Created reports each new customer once when AlfaCRM's clock is $difference",
		async ({ aheadHours }) => {
			const school = new PolledSchool({ branches: 2, parameters: CUSTOMER_CREATED, aheadHours });
			for (const n of listNumbers(1, 30)) {
				school.addCustomer({}, { minutesAgo: (31 - n) * 20 * HOUR });
			}
			await school.pollRepeatedly(2, { minutesApart: 5 });

			const newCustomers: number[] = [];
			for (let day = 1; day <= 8; day++) {
				school.passMinutes(DAY);
				newCustomers.push(school.addCustomer());
				// AlfaCRM dates this new customer 40 hours back.
				newCustomers.push(school.addCustomer({ branch_ids: [2] }, { minutesAgo: 40 * HOUR }));
				await school.poll();
				await school.poll();
			}

			expect(school.reportedIds).toEqual(newCustomers);
			expect(school.stateBytes).toBeLessThan(3_000);
		},
	);

	it('Customer Created never reports an old customer who is dated eight days ahead', async () => {
		const school = makeSchool();
		school.addCustomer();
		// AlfaCRM dates this customer eight days ahead.
		school.addCustomer({}, { minutesAgo: -8 * DAY });
		school.addCustomer();
		await expectNothingReported(school);

		const newCustomers = await pollForTwoWeeksWithCustomers(school);

		expect(sortReportedIds(school)).toEqual(newCustomers);
	});

	it('Customer Created reports a new customer who is dated eight days ahead once', async () => {
		const school = await startTrigger();
		const datedAhead = school.addCustomer({}, { minutesAgo: -8 * DAY });

		const laterCustomers = await pollForTwoWeeksWithCustomers(school);

		expect(sortReportedIds(school)).toEqual([datedAhead, ...laterCustomers]);
	});

	it('Customer Created reports new customers whose time of creation is unreadable', async () => {
		// Only a server that ignores the filter by time lists these customers.
		const school = await startTrigger({
			...LARGE_PAGES,
			ignoredFilters: ['customer.created_at_from'],
		});
		await school.pollRepeatedly(40, { minutesApart: 4 * HOUR });
		const withoutTime = school.addCustomer({ created_at: null });
		const withRussianTime = school.addCustomer({ created_at: '10.01.2026 12:00' });
		const withWords = school.addCustomer({ created_at: 'yesterday' });

		await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(school.reportedIds).toEqual([withoutTime, withRussianTime, withWords]);
	});
});

describe('Customer Created for a branch that is forbidden in the first poll after nine days without n8n', () => {
	/**
	 * Starts a trigger in a school with 45 old customers in each branch, and lets it report one new customer.
	 */
	async function startTriggerInLargeSchool(): Promise<PolledSchool> {
		const school = makeSchool(SMALL_PAGES);
		for (const n of listNumbers(1, 90)) {
			school.addCustomer({ branch_ids: [1 + (n % 2)] }, { minutesAgo: HOUR });
		}
		await school.pollRepeatedly(3, { minutesApart: 5 });
		await reportNewCustomer(school);
		return school;
	}

	/** Adds a customer, whom the next poll must report. Clears the list of reported customers afterwards. */
	async function reportNewCustomer(school: PolledSchool): Promise<void> {
		const customer = school.addCustomer();
		await school.pollRepeatedly(1, { minutesApart: 5 });
		expect(school.reportedIds).toEqual([customer]);
		school.reportedIds.length = 0;
	}

	/** Switches n8n off for nine days. On each day a customer comes to each branch. Returns their IDs. */
	function passNineDaysWithoutN8n(school: PolledSchool): number[] {
		school.poller.restart();
		const customers: number[] = [];
		for (let day = 1; day <= 9; day++) {
			school.passMinutes(DAY);
			customers.push(school.addCustomer({ branch_ids: [2] }));
			customers.push(school.addCustomer());
		}
		return customers;
	}

	async function pollWhileBranchIsForbidden(school: PolledSchool, branch: number): Promise<void> {
		school.changeBranch(branch, 'forbidden');
		await school.poll();
		school.changeBranch(branch, 'allowed');
	}

	it('Customer Created reports every customer of nine days once, although it may not read branch 2 in its first poll after them', async () => {
		const school = await startTriggerInLargeSchool();
		await school.pollRepeatedly(1, { minutesApart: 5 });
		await reportNewCustomer(school);
		const customersOfNineDays = passNineDaysWithoutN8n(school);

		await pollWhileBranchIsForbidden(school, 2);
		await school.pollRepeatedly(3, { minutesApart: 30 });

		expect(sortReportedIds(school)).toEqual(customersOfNineDays);
	});

	it('Customer Created reports every customer of nine days once, although it also could not read branch 2 before them', async () => {
		const school = await startTriggerInLargeSchool();
		school.passMinutes(5);
		await pollWhileBranchIsForbidden(school, 2);
		await reportNewCustomer(school);
		const customersOfNineDays = passNineDaysWithoutN8n(school);

		await pollWhileBranchIsForbidden(school, 2);
		await school.pollRepeatedly(3, { minutesApart: 30 });

		expect(sortReportedIds(school)).toEqual(customersOfNineDays);
	});
});
