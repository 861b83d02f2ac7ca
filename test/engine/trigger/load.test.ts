import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { LARGE_PAGES, listNumbers, PolledSchool, RECORD_CHANGED, SMALL_PAGES } from '../support/polledSchool';
import { describeScheduled } from '../support/version';
import { ShortOfTimeSchool } from './shortOfTimeSchool';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

describe('Customer Created in a school that gets no new customers', () => {
	/**
	 * Makes a school of two branches whose customers, every third of them a lead, came evenly over the days
	 * before.
	 */
	function makeSchool(
		{ customers, days }: { customers: number; days: number },
		settings: Partial<Settings> = {},
		parameters: INodeParameters = {},
	): PolledSchool {
		const school = new PolledSchool({
			settings,
			branches: 2,
			parameters: { event: 'customerCreated', ...parameters },
		});
		for (const n of listNumbers(1, customers)) {
			const is_study = n % 3 === 0 ? CUSTOMER_TYPE.lead : CUSTOMER_TYPE.client;
			const minutesAgo = ((customers - n + 1) * days * DAY) / customers;
			school.addCustomer({ branch_ids: [1 + (n % 2)], is_study }, { minutesAgo });
		}
		return school;
	}

	it.each<{ account: string; customers: number; days: number; settings: Partial<Settings> }>([
		{ account: 'has 1,000 customers of two years', customers: 1_000, days: 730, settings: {} },
		{
			account: 'ignores the filter by day',
			customers: 400,
			days: 730,
			settings: { ignoredFilters: ['customer.created_at_from'] },
		},
		{ account: 'sends 50 customers a page', customers: 400, days: 2, settings: { pageSize: 50 } },
	])(
		'Customer Created sends one request per branch and poll when AlfaCRM $account',
		async ({ customers, days, settings }) => {
			const school = makeSchool({ customers, days }, settings);
			// The first polls may still find out how AlfaCRM behaves.
			await school.pollRepeatedly(10, { minutesApart: 0 });
			school.callsPerPoll.length = 0;

			await school.pollRepeatedly(20, { minutesApart: 0 });

			const oneCallForEachOfTwoBranches = Array(20).fill(2);
			expect(school.reportedIds).toEqual([]);
			expect(school.callsPerPoll).toEqual(oneCallForEachOfTwoBranches);
		},
	);

	it('Customer Created sends one request a poll for one branch, although few customers pass the filters', async () => {
		const school = makeSchool(
			{ customers: 400, days: 10 },
			{},
			{
				branchIds: [2],
				is_study: CUSTOMER_TYPE.lead,
				filters: { lead_status_id: [7] },
			},
		);
		// The first poll reads all customers to find the newest one, and the second poll those who pass the
		// filters.
		await school.pollRepeatedly(2, { minutesApart: 0 });
		school.callsPerPoll.length = 0;

		await school.pollRepeatedly(5, { minutesApart: 0 });

		expect(school.callsPerPoll).toEqual([1, 1, 1, 1, 1]);
	});
});

describe('Record Changed', () => {
	it('Record Changed sends one request per branch and poll when nothing changes', async () => {
		const school = new PolledSchool({ branches: 2, parameters: RECORD_CHANGED });
		for (const n of listNumbers(1, 500)) {
			school.addLogEntry({ branches: [1, 2], minutesAgo: 500 - n });
		}
		// The first two polls read the last two hours of the log.
		await school.pollRepeatedly(2, { minutesApart: 0 });
		school.callsPerPoll.length = 0;

		await school.pollRepeatedly(18, { minutesApart: 0 });

		const oneCallForEachOfTwoBranches = Array(18).fill(2);
		expect(school.reportedIds).toEqual([]);
		expect(school.callsPerPoll).toEqual(oneCallForEachOfTwoBranches);
	});

	it('Record Changed reads fewer than 75 pages a poll while it reports 2,500 waiting changes and more come', async () => {
		const school = new PolledSchool({ settings: SMALL_PAGES, parameters: RECORD_CHANGED });
		school.addLogEntry();
		await school.pollRepeatedly(1, { minutesApart: 5 });
		for (let change = 1; change <= 2_500; change++) {
			school.addLogEntry();
			school.passMinutes(2);
		}
		// A record changes with every tenth call.
		school.school.beforeAnswer = (call) => {
			if (call % 10 === 0) {
				school.addLogEntry();
			}
		};
		school.callsPerPoll.length = 0;

		const reportedIds = await school.pollRepeatedly(5, { minutesApart: 1 });

		// 25 pages hold what a poll reports, and 25 more the reported changes of the day in which the poll
		// begins.
		expect(Math.max(...school.callsPerPoll)).toBeLessThan(75);
		expect(reportedIds.length).toBeGreaterThan(1_000);
		// The changes have the numbers 1, 2, 3 and so on. The first one was there when the trigger began.
		expect(reportedIds).toEqual(listNumbers(2, reportedIds.length + 1));
	});

	it('Record Changed reads fewer than 80 pages when a branch can be read again after six days', async () => {
		const school = new PolledSchool({ settings: SMALL_PAGES, branches: 2, parameters: RECORD_CHANGED });
		school.addLogEntry();
		await school.pollRepeatedly(1, { minutesApart: 5 });
		school.changeBranch(2, 'forbidden');
		for (let day = 1; day <= 6; day++) {
			for (let change = 1; change <= 100; change++) {
				school.addLogEntry();
				school.addLogEntry({ branches: [2] });
			}
			await school.pollRepeatedly(1, { minutesApart: DAY });
		}
		school.callsPerPoll.length = 0;

		school.changeBranch(2, 'allowed');
		const reportedIds = await school.pollRepeatedly(1, { minutesApart: 1 });

		expect(reportedIds).toHaveLength(500);
		// About 50 pages hold the reported changes of branch 2 and the changes of branch 1 on those days.
		expect(school.callsPerPoll[0]).toBeLessThan(80);
	});
});

describe('Lead Moved', () => {
	it('Lead Moved reports a moved lead in the next poll, although 1,200 other changes came before', async () => {
		const school = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { event: 'leadMoved', fetchRecord: false },
		});
		school.addLogEntry();
		await school.pollRepeatedly(1, { minutesApart: 5 });
		for (let n = 1; n <= 1_200; n++) {
			school.addLogEntry();
			school.passMinutes(10);
		}

		const movedLead = school.addLogEntry({ values: { fields_new: { lead_status_id: 2 } } });

		expect(await school.pollRepeatedly(1, { minutesApart: 1 })).toEqual([movedLead]);
	});
});

describe('A test of Lead Became Client in the editor', () => {
	it('a test in the editor gives up within 30 seconds when none of 4,000 changes is a conversion', async () => {
		const school = new PolledSchool({
			settings: SMALL_PAGES,
			parameters: { event: 'leadConverted', fetchRecord: false },
		});
		school.addLogEntries(4_000, { minutesApart: 30 });
		const begin = school.now;
		// A call takes 0.22 seconds, because AlfaCRM accepts five calls a second.
		school.school.beforeAnswer = () => school.passMinutes(0.22 / 60);

		await expect(school.poller.fetchTestEvent()).rejects.toThrow(
			'Among the newest records of AlfaCRM is none that this trigger would report',
		);
		expect(school.now.diff(begin, 'seconds').seconds).toBeLessThan(30);
	});
});

describeScheduled('Customer Created whose polls have ten seconds', () => {
	const NOT_ENOUGH_TIME = /^There was not enough time to look for new customers in branch \d$/;
	const SLOWLY = 1_000;
	const QUICKLY = 100;
	let school: ShortOfTimeSchool;

	beforeEach(() => {
		school = new ShortOfTimeSchool({ event: 'customerCreated' });
		school.addCustomers(160);
	});

	it('a new trigger refuses to start when its first poll takes more than ten seconds', async () => {
		school.answerMs = SLOWLY;

		await expect(school.poll()).rejects.toThrow(NOT_ENOUGH_TIME);
	});

	it('a trigger starts once AlfaCRM answers quickly', async () => {
		school.answerMs = SLOWLY;
		await expect(school.poll()).rejects.toThrow(NOT_ENOUGH_TIME);

		school.answerMs = QUICKLY;

		expect(await school.poll()).toEqual([]);
	});

	it('Customer Created loses none of 150 new customers when a poll is too slow to list them', async () => {
		school.answerMs = QUICKLY;
		await school.poll();
		const newCustomers = school.addCustomers(150);
		school.answerMs = SLOWLY;
		await expect(school.poll()).rejects.toThrow(NOT_ENOUGH_TIME);

		school.answerMs = QUICKLY;
		const idsOfPolls = await school.pollRepeatedly(2);

		expect(idsOfPolls.flat()).toEqual(newCustomers);
	});
});

describeScheduled('Customer Updated whose polls have ten seconds, of which each record takes one', () => {
	it("Customer Updated reports 30 customers within twelve polls when each record takes one of a poll's ten seconds", async () => {
		const school = new ShortOfTimeSchool({ event: 'customerUpdated', branchIds: [1] });
		await school.poll();
		const customers = listNumbers(1, 30);
		for (const customer of customers) {
			school.addChangedCustomer(customer);
		}

		const idsOfPolls = await school.pollRepeatedly(12);

		const sizesOfPolls = idsOfPolls.map((ids) => ids.length);
		expect(idsOfPolls.flat()).toEqual(customers);
		expect(sizesOfPolls[0]).toBeGreaterThan(1);
		expect(Math.max(...sizesOfPolls)).toBeLessThanOrEqual(8);
	});
});
