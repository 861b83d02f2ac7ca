import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { CUSTOMER_TYPE, LIVE_PAY_TYPE, PAY_TYPE } from '../../support/codes';
import { interceptCalls, LARGE_PAGES, PolledSchool } from '../support/polledSchool';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

const LEAD = { is_study: CUSTOMER_TYPE.lead };
const CLIENT = { is_study: CUSTOMER_TYPE.client };
/** The field in which AlfaCRM shows that a customer is archived. */
const ARCHIVED = { e_date: '2026-01-01' };

function customerCreatedForm(parameters: INodeParameters): INodeParameters {
	return { event: 'customerCreated', ...parameters };
}

/** Makes a school of three branches with client 1 and lead 2, watched for new customers and not polled yet. */
function makeSchool(parameters: INodeParameters = {}): PolledSchool {
	const school = new PolledSchool({
		settings: { ...LARGE_PAGES },
		branches: 3,
		parameters: customerCreatedForm(parameters),
	});
	school.addCustomer(CLIENT, { minutesAgo: 3 * DAY });
	school.addCustomer(LEAD, { minutesAgo: 5 });
	return school;
}

/** Makes a school with client 1 and lead 2, and starts the trigger, which does not report them. */
async function startTrigger(parameters: INodeParameters = {}): Promise<PolledSchool> {
	const school = makeSchool(parameters);
	expect(await school.poll()).toEqual([]);
	return school;
}

describe('Customer Created', () => {
	it('Customer Created reports no customer who was there when the trigger started', async () => {
		const school = makeSchool();

		expect(await school.poll()).toEqual([]);
		expect(await school.poll()).toEqual([]);
	});

	it('Customer Created reports each new customer once, the oldest first', async () => {
		const school = await startTrigger();
		const lead = school.addCustomer(LEAD);
		const clientOfBranch2 = school.addCustomer({ ...CLIENT, branch_ids: [2] });

		expect(await school.poll()).toEqual([lead, clientOfBranch2]);
		expect(await school.poll()).toEqual([]);

		const leadAfterwards = school.addCustomer(LEAD);
		expect(await school.poll()).toEqual([leadAfterwards]);
	});

	describe('with filters', () => {
		/** Adds ten customers, whose names say in what they differ. */
		function addCustomersOfEveryKind(school: PolledSchool): void {
			const customers: JsonObject[] = [
				{ name: 'lead' },
				{ name: 'client', ...CLIENT },
				{ name: 'archived lead', ...ARCHIVED },
				{ name: 'archived client', ...CLIENT, ...ARCHIVED },
				{ name: 'lead of stage 2', lead_status_id: 2 },
				{ name: 'lead of stage 3', lead_status_id: 3 },
				{
					name: 'lead of stage 2, source 4 and manager 5',
					lead_status_id: 2,
					lead_source_id: 4,
					assigned_id: 5,
				},
				{ name: 'client of manager 5', ...CLIENT, assigned_id: 5 },
				{ name: 'lead of branch 2', branch_ids: [2] },
				{ name: 'client of branches 2 and 3', ...CLIENT, branch_ids: [2, 3] },
			];
			for (const customer of customers) {
				school.addCustomer({ ...LEAD, ...customer });
			}
		}

		it.each<{ customers: string; parameters: INodeParameters; names: string[] }>([
			{
				customers: 'all customers but the archived ones when nothing is filled in',
				parameters: {},
				names: [
					'lead',
					'client',
					'lead of stage 2',
					'lead of stage 3',
					'lead of stage 2, source 4 and manager 5',
					'client of manager 5',
					'lead of branch 2',
					'client of branches 2 and 3',
				],
			},
			{
				customers: 'the archived customers as well for Include Archived',
				parameters: { includeArchived: true },
				names: [
					'lead',
					'client',
					'archived lead',
					'archived client',
					'lead of stage 2',
					'lead of stage 3',
					'lead of stage 2, source 4 and manager 5',
					'client of manager 5',
					'lead of branch 2',
					'client of branches 2 and 3',
				],
			},
			{
				customers: 'only leads for the customer type Lead',
				parameters: LEAD,
				names: [
					'lead',
					'lead of stage 2',
					'lead of stage 3',
					'lead of stage 2, source 4 and manager 5',
					'lead of branch 2',
				],
			},
			{
				customers: 'only clients for the customer type Client',
				parameters: CLIENT,
				names: ['client', 'client of manager 5', 'client of branches 2 and 3'],
			},
			{
				customers: 'the customers of both stages for two stages',
				parameters: { filters: { lead_status_id: [2, 3] } },
				names: ['lead of stage 2', 'lead of stage 3', 'lead of stage 2, source 4 and manager 5'],
			},
			{
				customers: 'the customers who pass all filters for a stage, a source and a manager',
				parameters: { filters: { lead_status_id: [2, 3], lead_source_id: [4], assigned_id: [5, 6] } },
				names: ['lead of stage 2, source 4 and manager 5'],
			},
			{
				customers: 'the customers of the stage for a stage from an expression',
				parameters: { filters: { lead_status_id: '={{ [2] }}' } },
				names: ['lead of stage 2', 'lead of stage 2, source 4 and manager 5'],
			},
			{
				customers: 'the customers of the branch for one branch',
				parameters: { branchIds: [2] },
				names: ['lead of branch 2', 'client of branches 2 and 3'],
			},
			{
				customers: 'a client of two branches once for both branches',
				parameters: { branchIds: [2, 3], ...CLIENT },
				names: ['client of branches 2 and 3'],
			},
		])('Customer Created reports $customers', async ({ parameters, names }) => {
			const school = await startTrigger(parameters);
			addCustomersOfEveryKind(school);

			const items = await school.poller.poll();
			const itemsOfNextPoll = await school.poller.poll();

			expect(items.map(({ name }) => name)).toEqual(names);
			expect(itemsOfNextPoll).toEqual([]);
		});

		it('Customer Created skips a customer of another stage, although AlfaCRM ignores the filter', async () => {
			const school = await startTrigger({ filters: { lead_status_id: [2] } });
			school.changeSettings({ ignoredFilters: ['customer.lead_status_id'] });
			school.addCustomer({ lead_status_id: 3 });
			const leadOfStage2 = school.addCustomer({ lead_status_id: 2 });

			expect(await school.poll()).toEqual([leadOfStage2]);
		});
	});

	describe('with and without Simplify', () => {
		/** Lets customer 3, who has two phones, come to a trigger. Returns the reported item. */
		async function reportCustomerWithTwoPhones(simplify: boolean): Promise<IDataObject> {
			const school = await startTrigger({ simplify });
			school.addCustomer({ phone: ['+7(900)000-00-01', '+7(900)000-00-02'] });
			const [item] = await school.poller.poll();
			return item;
		}

		it('an item of Customer Created has the useful fields, with lists as texts, when Simplify is on', async () => {
			const item = await reportCustomerWithTwoPhones(true);

			expect(item).toMatchObject({ id: 3, phone: '+7(900)000-00-01, +7(900)000-00-02' });
			expect(item).not.toHaveProperty('gender');
		});

		it('an item of Customer Created has all fields as AlfaCRM sends them when Simplify is off', async () => {
			const item = await reportCustomerWithTwoPhones(false);

			expect(item).toMatchObject({
				id: 3,
				phone: ['+7(900)000-00-01', '+7(900)000-00-02'],
				gender: null,
			});
		});
	});

	describe('with Start With Newest in a school of four customers', () => {
		/** Makes a school with the customers 1 to 4. */
		function makeSchoolOfFour(startWith: number): PolledSchool {
			const school = makeSchool({ options: { startWith } });
			school.addCustomer();
			school.addCustomer({ branch_ids: [2] });
			return school;
		}

		it.each([
			{ startWith: 2, reportedIds: [3, 4] },
			{ startWith: 9, reportedIds: [1, 2, 3, 4] },
		])(
			'Customer Created starts with the customers $reportedIds of four when Start With Newest is $startWith',
			async ({ startWith, reportedIds }) => {
				const school = makeSchoolOfFour(startWith);

				expect(await school.poll()).toEqual(reportedIds);
			},
		);

		it('Customer Created reports the newest customers only in its first poll', async () => {
			const school = makeSchoolOfFour(2);
			await school.poll();

			expect(await school.poll()).toEqual([]);
		});

		it('Customer Created does not report the newest customers again when the user sets another filter', async () => {
			const school = makeSchoolOfFour(2);
			await school.poll();

			school.poller.changeParameters(customerCreatedForm({ ...LEAD, options: { startWith: 2 } }));

			expect(await school.poll()).toEqual([]);
		});
	});
});

describe('Payment Created', () => {
	/** Adds an income of customer 1, unless the values say otherwise. */
	function addPayment(school: PolledSchool, values: JsonObject): number {
		return school.addRecord('pay', {
			branch_id: 1,
			customer_id: 1,
			pay_type_id: PAY_TYPE.income,
			income: '500.00',
			...values,
		});
	}

	async function startPaymentTrigger(): Promise<PolledSchool> {
		const school = new PolledSchool({
			settings: { ...LARGE_PAGES },
			parameters: { event: 'paymentCreated' },
		});
		await school.poll();
		return school;
	}

	it('Payment Created does not report a cash collection, because no customer has paid it', async () => {
		const school = await startPaymentTrigger();
		addPayment(school, { pay_type_id: LIVE_PAY_TYPE.cashCollectionIn, customer_id: null });
		addPayment(school, { pay_type_id: LIVE_PAY_TYPE.cashCollectionOut, customer_id: null });
		const payment = addPayment(school, {});

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([payment]);
	});

	it('a test of Payment Created in the editor shows no cash collection', async () => {
		const school = await startPaymentTrigger();
		const payment = addPayment(school, {});
		addPayment(school, { pay_type_id: LIVE_PAY_TYPE.cashCollectionOut, customer_id: null });

		const samples = await school.poller.fetchTestEvent();

		expect(samples.map(({ id }) => id)).toEqual([payment]);
	});

	it('Payment Created reports a refund, a correction and an income without a customer', async () => {
		const school = await startPaymentTrigger();
		const refund = addPayment(school, { pay_type_id: LIVE_PAY_TYPE.refund });
		const correction = addPayment(school, { pay_type_id: LIVE_PAY_TYPE.correction });
		const incomeOfNobody = addPayment(school, { customer_id: null });

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([refund, correction, incomeOfNobody]);
	});

	it("Payment Created reports a customer's payment, although its type has the number of a cash collection", async () => {
		const school = await startPaymentTrigger();
		const payment = addPayment(school, { pay_type_id: LIVE_PAY_TYPE.cashCollectionIn, customer_id: 1 });

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([payment]);
	});
});

describe('Customer Created for all branches', () => {
	it('Customer Created reports the customers of a new branch within the hour, when it lists the branches again', async () => {
		const school = await startTrigger();
		const newBranch = school.addRecord('branch', { name: 'Новый', is_active: 1 });
		const customer = school.addCustomer({ branch_ids: [newBranch] });

		expect(await school.poll()).toEqual([]);
		expect(await school.pollRepeatedly(1, { minutesApart: 61 })).toEqual([customer]);
	});

	it('Customer Created never sends a request to a closed branch', async () => {
		const OPEN_BRANCH = 3;
		const CLOSED_BRANCH = 8;
		const school = makeSchool();
		school.addRecord('branch', { id: CLOSED_BRANCH, name: 'Закрытый', is_active: 0 });
		const requestedBranches: number[] = [];
		interceptCalls(school, async ({ url }, askAlfaCrm) => {
			const [, branch] = /v2api\/(\d+)/.exec(url) ?? [];
			requestedBranches.push(Number(branch));
			return await askAlfaCrm();
		});

		await school.poll();
		school.addCustomer({ branch_ids: [CLOSED_BRANCH] });
		await school.pollRepeatedly(1, { minutesApart: 61 });

		expect(requestedBranches).toContain(OPEN_BRANCH);
		expect(requestedBranches).not.toContain(CLOSED_BRANCH);
	});
});

describe('Customer Created in an account whose branches are all switched off', () => {
	const ALL_OFF = 'All branches of this AlfaCRM account are switched off, so there is nothing to watch';

	function switchAllBranchesOff(school: PolledSchool): void {
		school.changeBranch(1, 'closed');
		school.changeBranch(2, 'closed');
		school.changeBranch(3, 'closed');
	}

	it('a new trigger refuses to start when all branches are closed', async () => {
		const school = makeSchool();
		switchAllBranchesOff(school);

		await expect(school.poll()).rejects.toMatchObject({
			message: ALL_OFF,
			description: expect.stringContaining("choose in 'Branch'") as string,
		});
	});

	it('a poll fails when all branches have been closed', async () => {
		const school = await startTrigger();
		switchAllBranchesOff(school);

		await expect(school.pollRepeatedly(1, { minutesApart: 61 })).rejects.toThrow(ALL_OFF);
		await expect(school.pollRepeatedly(1, { minutesApart: 5 })).rejects.toThrow(ALL_OFF);
	});

	it('Customer Created reports the customers who came while all branches were closed, once one is open again', async () => {
		const school = await startTrigger();
		switchAllBranchesOff(school);
		await expect(school.pollRepeatedly(1, { minutesApart: 61 })).rejects.toThrow(ALL_OFF);
		const customer = school.addCustomer();
		await expect(school.pollRepeatedly(1, { minutesApart: 5 })).rejects.toThrow(ALL_OFF);

		school.changeBranch(1, 'open');

		expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([customer]);
	});

	it('Customer Created watches a closed branch that the user has chosen', async () => {
		const school = await startTrigger({ branchIds: [1] });
		switchAllBranchesOff(school);
		const customer = school.addCustomer();

		expect(await school.pollRepeatedly(1, { minutesApart: 61 })).toEqual([customer]);
	});
});

describe('Customer Created after its user has changed the settings', () => {
	/**
	 * Starts a trigger for leads. An archived lead, some clients and a lead come. It has not reported the
	 * lead yet.
	 */
	async function startTriggerOfLeads(): Promise<{ school: PolledSchool; archived: number; lead: number }> {
		const school = await startTrigger(LEAD);
		const archived = school.addCustomer({ ...LEAD, ...ARCHIVED });
		expect(await school.pollRepeatedly(3, { minutesApart: 5 }, () => school.addCustomer(CLIENT))).toEqual([]);
		const lead = school.addCustomer(LEAD);
		return { school, archived, lead };
	}

	it('Customer Created reports the archived customers who came while Include Archived was off and no poll saw them', async () => {
		const { school, archived, lead } = await startTriggerOfLeads();

		school.poller.changeParameters(customerCreatedForm({ includeArchived: true }));

		expect(await school.poll()).toEqual([archived, lead]);
		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([]);
	});

	it('Customer Created loses no customer when the user also changes the customer type', async () => {
		const { school } = await startTriggerOfLeads();
		school.poller.changeParameters(customerCreatedForm({ includeArchived: true }));
		await school.poll();
		const archivedAfterwards = school.addCustomer({ ...LEAD, ...ARCHIVED });

		school.poller.changeParameters(customerCreatedForm({ includeArchived: true, ...LEAD }));

		expect(await school.poll()).toEqual([archivedAfterwards]);
		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([]);
	});

	describe('to another event', () => {
		/** Lets the user choose Payment Created when there is one payment. */
		async function chooseAnotherEvent(): Promise<PolledSchool> {
			const school = await startTrigger({ branchIds: [1] });
			school.addRecord('pay', { branch_id: 1, customer_id: 1, income: '100.00' });
			school.poller.changeParameters({
				event: 'paymentCreated',
				branchIds: [1],
				options: { startWith: 5 },
			});
			return school;
		}

		it('the trigger reports no old payments after the user has chosen Payment Created, although Start With Newest is 5', async () => {
			const school = await chooseAnotherEvent();

			expect(await school.poll()).toEqual([]);
		});

		it('the trigger reports the new payments after the user has chosen Payment Created', async () => {
			const school = await chooseAnotherEvent();
			await school.poll();
			const payment = school.addRecord('pay', { branch_id: 1, customer_id: 1, income: '200.00' });

			expect(await school.poll()).toEqual([payment]);
		});

		it("the trigger says in n8n's log that it starts anew after the user has chosen Payment Created", async () => {
			const school = await chooseAnotherEvent();

			await school.poll();
			await school.poll();

			expect(school.poller.logLines).toEqual([
				"'AlfaCRM Trigger' watches something else now: it reports what happens from now on",
			]);
		});
	});

	it.each<{ setting: string; changes: INodeParameters }>([
		{ setting: 'Simplify', changes: { simplify: false } },
		{ setting: 'Max Records per Poll', changes: { options: { maxPerPoll: 7 } } },
		{ setting: 'the order of the values of a filter', changes: { filters: { lead_status_id: [3, 2] } } },
	])('Customer Created reports a customer who came before the user changed $setting', async ({ changes }) => {
		const settings = { branchIds: [2, 1], filters: { lead_status_id: [2, 3] } };
		const school = await startTrigger(settings);
		const customer = school.addCustomer({ lead_status_id: 2 });

		school.poller.changeParameters(customerCreatedForm({ ...settings, ...changes }));

		expect(await school.poll()).toEqual([customer]);
		expect(school.poller.logLines).toEqual([]);
	});
});
