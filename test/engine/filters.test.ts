import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../sandbox';
import {
	CUSTOMER_TYPE,
	LESSON_STATUS,
	PAY_TYPE,
	RECORD_STATUS,
	WORKING_HOUR_WEEKDAY,
} from '../support/codes';
import { asExpression, paymentForm, recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

/** Get Many returns the records that the form asks for, even if AlfaCRM ignores a filter. */
const school = useSchool({ customers: 0 });
const {
	addClient,
	addLead,
	addRecord,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readRecords,
	run,
	runToEnd,
} = frontDeskOf(school);

/** A branch that the tests add. It has only the records of the test. */
const EAST_BRANCH = 50;

const addEastBranch = () => addRecord('branch', { id: EAST_BRANCH, name: 'Восточный', is_active: 1 });

/** Fills the form of Get Many with Return All, in branch 1. */
function getManyForm(
	resource: string,
	filters: INodeParameters = {},
	parameters: INodeParameters = {},
): INodeParameters {
	return {
		resource,
		operation: 'getAll',
		branchId: 1,
		returnAll: true,
		simplify: false,
		filters,
		...parameters,
	};
}

/** Fills the form of Get Many for leads and clients, with those in the archive. */
function getCustomersForm(filters: INodeParameters, parameters: INodeParameters = {}): INodeParameters {
	return getManyForm('customer', filters, {
		is_study: CUSTOMER_TYPE.all,
		removed: RECORD_STATUS.all,
		...parameters,
	});
}

const sortIds = (records: readonly IDataObject[]) =>
	records.map(({ id }) => Number(id)).sort((a, b) => a - b);

/** Runs a form, and returns the sorted IDs of the records. */
const runForIds = async (form: INodeParameters) => sortIds(await run(form));

/** Reads the bodies that AlfaCRM has received with a call. */
const readBodies = (call: string) => school.readJournal(call).map(({ body }) => body as IDataObject);

/** Reads the values of a field in the bodies that AlfaCRM has received with a call. */
const readSentValues = (call: string, field: string) => readBodies(call).map((body) => body[field]);

afterEach(() => {
	jest.useRealTimers();
});

describe('Get Many of customers', () => {
	/**
	 * Adds three customers with the email, and 60 newer ones without it, who fill the first pages. Returns
	 * the three.
	 */
	function addThreeOldCustomersWithEmail(): number[] {
		const customersWithEmail = [
			addLead({ email: ['sokol@example.org'] }),
			addLead({ email: ['sokol@example.org'] }),
			addLead({ email: ['sokol@example.org'] }),
		];
		for (let number = 1; number <= 60; number++) {
			addLead({ name: `Солнечная Вера ${number}` });
		}
		return customersWithEmail;
	}

	it('Get Many returns only the customers with the email when AlfaCRM ignores the filter', async () => {
		changeSettings({ ignoredFilters: ['customer.email'] });
		const customersWithEmail = addThreeOldCustomersWithEmail();

		const { json, hints } = await runToEnd(getCustomersForm({ email: 'SOKOL@example.org' }));

		expect(sortIds(json)).toEqual(customersWithEmail);
		expect(hints).toEqual([]);
	});

	it('Get Many fills a limit with customers who have the email when AlfaCRM ignores the filter', async () => {
		changeSettings({ ignoredFilters: ['customer.email'] });
		addThreeOldCustomersWithEmail();

		const customers = await run(
			getCustomersForm({ email: 'SOKOL@example.org' }, { returnAll: false, limit: 2 }),
		);

		expect(customers).toMatchObject([{ email: ['sokol@example.org'] }, { email: ['sokol@example.org'] }]);
	});

	it('Get Many returns no client as a lead when AlfaCRM ignores the type of customer', async () => {
		changeSettings({ ignoredFilters: ['customer.is_study'] });
		addClient();

		const leads = await run(getCustomersForm({}, { is_study: CUSTOMER_TYPE.lead }));

		expect(leads).toEqual([]);
	});

	it('Get Many returns the clients when AlfaCRM ignores the type of customer', async () => {
		changeSettings({ ignoredFilters: ['customer.is_study'] });
		const client = addClient();

		const ids = await runForIds(getCustomersForm({}, { is_study: CUSTOMER_TYPE.client }));

		expect(ids).toEqual([client]);
	});

	it.each([
		{ email: 'Ева <Sokol.Eva@example.org>', sentEmail: 'Sokol.Eva@example.org' },
		{ email: 'sokol.eva', sentEmail: 'sokol.eva' },
	])('Get Many finds the customer by the email $email and sends $sentEmail', async ({ email, sentEmail }) => {
		const eva = addLead({ email: ['eva@school.example', 'Sokol.Eva@example.org'] });
		addLead({ email: ['eva@school.example'] });

		const ids = await runForIds(getCustomersForm({ email }));

		expect(ids).toEqual([eva]);
		expect(readSentValues('customer/index', 'email')).toEqual([sentEmail]);
	});

	it('Get Many refuses a filter with two emails before it sends anything', async () => {
		await expectRefusedUnsent(
			getCustomersForm({ email: 'Sokol.Eva@example.org; eva@school.example' }),
			"'Email' must be one email address",
		);
	});
});

describe('Get Many of leads that are not sorted', () => {
	const FIRST_STAGE = 1;
	const NOT_SORTED = { lead_status_id: 'none' };

	let leadsWithoutStage: number[];

	beforeEach(() => {
		const oldLead = addLead({ lead_status_id: null });
		addLead({ lead_status_id: FIRST_STAGE });
		addClient({ lead_status_id: null });
		const newLead = addLead({ lead_status_id: null });
		addLead({ lead_status_id: FIRST_STAGE });
		leadsWithoutStage = [oldLead, newLead];
	});

	it.each<{ account: string; settings: Partial<Settings> }>([
		{ account: 'lists leads of every stage', settings: {} },
		{
			account: 'shows several stages of a lead',
			settings: { shownFields: ['customer.lead_status_ids'] },
		},
		{
			account: 'hides leads that are not sorted from a list of active ones',
			settings: { removedZero: 'hidesUnsorted' },
		},
	])('Get Many returns the leads without a stage when AlfaCRM $account', async ({ settings }) => {
		changeSettings(settings);

		const { json, hints } = await runToEnd(getCustomersForm(NOT_SORTED));

		expect(sortIds(json)).toEqual(leadsWithoutStage);
		expect(hints).toEqual([]);
	});

	it('Get Many sends no stage for leads that are not sorted, because AlfaCRM cannot filter by none', async () => {
		await run(getCustomersForm(NOT_SORTED));

		expect(readSentValues('customer/index', 'lead_status_id')).toEqual([undefined]);
	});

	it('Get Many returns nobody for clients that are not sorted, because only leads have stages', async () => {
		const customers = await run(getCustomersForm(NOT_SORTED, { is_study: CUSTOMER_TYPE.client }));

		expect(customers).toEqual([]);
	});

	it('Get Many fills a limit with leads without a stage', async () => {
		const customers = await run(getCustomersForm(NOT_SORTED, { returnAll: false, limit: 2, simplify: true }));

		expect(customers).toMatchObject([
			{ lead_status_id: null, lead_status_name: null },
			{ lead_status_id: null, lead_status_name: null },
		]);
	});
});

describe('Get Many of groups', () => {
	it.each<{ choice: string; parameters: INodeParameters; sent: number | undefined }>([
		{ choice: 'nothing', parameters: {}, sent: undefined },
		{ choice: 'active groups', parameters: { removed: RECORD_STATUS.active }, sent: undefined },
		{ choice: 'archived groups', parameters: { removed: RECORD_STATUS.archived }, sent: 2 },
	])(
		'Get Many of groups sends $sent as the archive status when the user chooses $choice',
		async ({ parameters, sent }) => {
			await run(getManyForm('group', {}, parameters));

			expect(readSentValues('group/index', 'removed')).toEqual([sent]);
		},
	);
});

describe.each<{ account: string; settings: Partial<Settings> }>([
	{ account: 'lists all subscriptions by default', settings: { deadDefault: 'all' } },
	{
		account: 'lists current subscriptions by default, and shows whether one has ended',
		settings: { deadDefault: 'current', shownFields: ['customer-tariff.dead'] },
	},
])('Get Many of subscriptions, where AlfaCRM $account,', ({ settings }) => {
	const FEBRUARY_11_IN_MOSCOW = '2026-02-10T22:30:00Z';
	const CLIENT = 601;
	const ENDS_TODAY = 701;
	const ENDS_IN_MAY = 702;
	const WITHOUT_END = 703;
	const ENDED_YESTERDAY = 704;
	const ENDED_LAST_YEAR = 705;

	/** Adds a subscription of the client. */
	function addSubscription(id: number, lastDay: string | null): void {
		addRecord('customer-tariff', {
			id,
			customer_id: CLIENT,
			tariff_id: 1,
			b_date: '01.09.2024',
			e_date: lastDay,
		});
	}

	beforeEach(() => {
		stopClock(FEBRUARY_11_IN_MOSCOW);
		changeSettings(settings);
		addClient({ id: CLIENT });
		addSubscription(ENDS_TODAY, '11.02.2026');
		addSubscription(ENDS_IN_MAY, '31.05.2026');
		addSubscription(WITHOUT_END, null);
		addSubscription(ENDED_YESTERDAY, '10.02.2026');
		addSubscription(ENDED_LAST_YEAR, '31.05.2025');
	});

	it.each<{
		expected: string;
		choice: string;
		parameters: INodeParameters;
		sent: unknown;
		ids: number[];
	}>([
		{
			expected: 'current subscriptions',
			choice: 'nothing',
			parameters: {},
			sent: undefined,
			ids: [ENDS_TODAY, ENDS_IN_MAY, WITHOUT_END],
		},
		{
			expected: 'current subscriptions',
			choice: 'current ones',
			parameters: { dead: RECORD_STATUS.active },
			sent: undefined,
			ids: [ENDS_TODAY, ENDS_IN_MAY, WITHOUT_END],
		},
		{
			expected: 'current and ended subscriptions',
			choice: 'all',
			parameters: { dead: RECORD_STATUS.all },
			sent: false,
			ids: [ENDS_TODAY, ENDS_IN_MAY, WITHOUT_END, ENDED_YESTERDAY, ENDED_LAST_YEAR],
		},
		{
			expected: 'ended subscriptions',
			choice: 'ended ones',
			parameters: { dead: RECORD_STATUS.archived },
			sent: true,
			ids: [ENDED_YESTERDAY, ENDED_LAST_YEAR],
		},
	])('Get Many returns $expected when the user chooses $choice', async ({ parameters, sent, ids }) => {
		const form = getManyForm('customerTariff', {}, { customer_id: recordWithId(CLIENT), ...parameters });

		const foundIds = await runForIds(form);

		expect(foundIds).toEqual(ids);
		expect(readSentValues('customer-tariff/index', 'dead')).toEqual([sent]);
	});
});

describe.each<{ entity: string; sentField: string; parameters: INodeParameters }>([
	{
		entity: 'customer',
		sentField: 'id',
		parameters: { is_study: CUSTOMER_TYPE.all, removed: RECORD_STATUS.all },
	},
	{ entity: 'group', sentField: 'ids', parameters: { removed: RECORD_STATUS.all } },
])('Get Many with several IDs of the resource $entity', ({ entity, sentField, parameters }) => {
	beforeEach(() => {
		addRecord(entity, { id: 601, name: 'Первая', branch_ids: [1] });
		addRecord(entity, { id: 602, name: 'Вторая', branch_ids: [1] });
		addRecord(entity, { id: 603, name: 'Третья', branch_ids: [1] });
	});

	it('Get Many requests the records of several IDs in one call', async () => {
		const ids = await runForIds(getManyForm(entity, { ids: asExpression([601, 603]) }, parameters));

		expect(ids).toEqual([601, 603]);
		expect(readSentValues(`${entity}/index`, sentField)).toEqual([[601, 603]]);
	});

	it('Get Many returns only the records of the given IDs when AlfaCRM ignores a list of IDs', async () => {
		changeSettings({ ignoredFilters: ['customer.id', 'group.ids'] });

		const ids = await runForIds(getManyForm(entity, { ids: '601, 603' }, parameters));

		expect(ids).toEqual([601, 603]);
	});
});

describe('Get Many of lessons', () => {
	/** Adds a lesson in the eastern branch. */
	function addLesson(day: string): number {
		return addRecord('lesson', {
			branch_id: EAST_BRANCH,
			date: day,
			time_from: `${day} 17:00:00`,
			time_to: `${day} 18:00:00`,
			lesson_type_id: 2,
			subject_id: 1,
			status: LESSON_STATUS.planned,
		});
	}

	const FROM_SECOND_TO_FOURTH: INodeParameters = { date_from: '2026-02-02', date_to: '2026-02-04' };
	let lessonsOfChosenDays: number[];

	beforeEach(() => {
		addEastBranch();
		addLesson('2026-02-01');
		lessonsOfChosenDays = [addLesson('2026-02-02'), addLesson('2026-02-03'), addLesson('2026-02-04')];
		addLesson('2026-02-05');
	});

	it.each([{ format: 'iso' }, { format: 'dotted' }])(
		'Get Many returns the lessons of the chosen days when AlfaCRM reads only $format dates',
		async ({ format }) => {
			changeSettings({ dateFormats: { 'lesson.date_from': format, 'lesson.date_to': format } });

			const ids = await runForIds(getManyForm('lesson', FROM_SECOND_TO_FOURTH, { branchId: EAST_BRANCH }));

			expect(ids).toEqual(lessonsOfChosenDays);
		},
	);

	it.each([{ format: 'iso' }, { format: 'dotted' }])(
		'Get Many fills a limit with lessons of the chosen days when AlfaCRM reads only $format dates',
		async ({ format }) => {
			changeSettings({ dateFormats: { 'lesson.date_from': format, 'lesson.date_to': format } });

			const ids = await runForIds(
				getManyForm('lesson', FROM_SECOND_TO_FOURTH, {
					branchId: EAST_BRANCH,
					returnAll: false,
					limit: 3,
				}),
			);

			expect(ids).toEqual(lessonsOfChosenDays);
		},
	);
});

describe('Get Many of regular lessons', () => {
	const GROUP = 601;

	it("Get Many returns the group's regular lesson, and not that of the customer with the same ID", async () => {
		addEastBranch();
		addRecord('group', { id: GROUP, name: 'Шахматы', branch_ids: [EAST_BRANCH] });
		const lessonOfGroup = addRecord('regular-lesson', {
			branch_id: EAST_BRANCH,
			related_class: 'Group',
			related_id: GROUP,
		});
		addRecord('regular-lesson', {
			branch_id: EAST_BRANCH,
			related_class: 'Customer',
			related_id: GROUP,
		});

		const ids = await runForIds(
			getManyForm('regularLesson', { group_id: recordWithId(GROUP) }, { branchId: EAST_BRANCH }),
		);

		expect(ids).toEqual([lessonOfGroup]);
	});
});

describe('Get Working Hours', () => {
	const NOVIKOVA = 601;
	const HOURS_ON_MONDAY = 701;
	const HOURS_ON_TUESDAY = 702;

	/** Fills the form of Get Working Hours. */
	function workingHoursForm(
		additionalFields: INodeParameters = {},
		parameters: INodeParameters = {},
	): INodeParameters {
		return {
			resource: 'teacher',
			operation: 'getWorkingHours',
			branchId: 1,
			returnAll: true,
			additionalFields,
			...parameters,
		};
	}

	beforeEach(() => {
		addRecord('teacher', { id: NOVIKOVA, name: 'Новикова Яна', branch_ids: [1] });
		addRecord('working-hour', {
			id: HOURS_ON_MONDAY,
			teacher_id: NOVIKOVA,
			branch_id: 1,
			weekday: WORKING_HOUR_WEEKDAY.monday,
		});
		addRecord('working-hour', {
			id: HOURS_ON_TUESDAY,
			teacher_id: NOVIKOVA,
			branch_id: 1,
			weekday: WORKING_HOUR_WEEKDAY.tuesday,
		});
		changeSettings({ ignoredFilters: ['working-hour.teacher_id'] });
	});

	it("Get Working Hours returns only the teacher's hours when AlfaCRM ignores the teacher", async () => {
		const ids = await runForIds(workingHoursForm({ teacher_id: recordWithId(NOVIKOVA) }));

		expect(ids).toEqual([HOURS_ON_MONDAY, HOURS_ON_TUESDAY]);
		expect(readBodies('teacher/working-hour')[0]).toMatchObject({ teacher_id: NOVIKOVA });
	});

	it("Get Working Hours fills a limit with the teacher's hours when AlfaCRM ignores the teacher", async () => {
		const hours = await run(
			workingHoursForm({ teacher_id: recordWithId(NOVIKOVA) }, { returnAll: false, limit: 2 }),
		);

		expect(hours).toMatchObject([{ teacher_id: NOVIKOVA }, { teacher_id: NOVIKOVA }]);
	});

	it('Get Working Hours returns the hours of all teachers when no teacher is given', async () => {
		const ids = await runForIds(workingHoursForm());

		expect(ids).toEqual(sortIds(readRecords('working-hour')));
	});
});

describe.each<{ account: string; payDefault: Settings['payDefault'] }>([
	{ account: 'payments of all types', payDefault: 'all' },
	{ account: 'only income', payDefault: 'income' },
])('Payments, where AlfaCRM lists $account by default,', ({ payDefault }) => {
	const CUSTOMER = 601;
	const OTHER_CUSTOMER = 602;
	const INCOME = 701;
	const REFUND = 702;
	const INCOME_OF_OTHER_CUSTOMER = 703;
	const REFUND_OF_OTHER_CUSTOMER = 704;

	/** Adds a payment of 100 roubles. */
	function addPayment(
		id: number,
		payment: { customer_id: number; pay_type_id: number; document_date: string },
	): void {
		addRecord('pay', {
			id,
			branch_id: EAST_BRANCH,
			pay_account_id: 1,
			income: '100.00',
			payer_name: 'Орлова А.',
			...payment,
		});
	}

	/** Fills the form of Get Many for the payments of the branch. */
	function getPaymentsForm(filters: INodeParameters = {}, parameters: INodeParameters = {}): INodeParameters {
		return getManyForm('pay', filters, { branchId: EAST_BRANCH, ...parameters });
	}

	/** Fills the form of Get. */
	function getPaymentForm(id: number): INodeParameters {
		return { resource: 'pay', operation: 'get', branchId: EAST_BRANCH, id };
	}

	beforeEach(() => {
		changeSettings({ payDefault });
		addEastBranch();
		addLead({ id: CUSTOMER, branch_ids: [EAST_BRANCH] });
		addLead({ id: OTHER_CUSTOMER, branch_ids: [EAST_BRANCH] });
		addPayment(INCOME, {
			customer_id: CUSTOMER,
			pay_type_id: PAY_TYPE.income,
			document_date: '03.02.2026',
		});
		addPayment(REFUND, {
			customer_id: CUSTOMER,
			pay_type_id: PAY_TYPE.refund,
			document_date: '04.02.2026',
		});
		addPayment(INCOME_OF_OTHER_CUSTOMER, {
			customer_id: OTHER_CUSTOMER,
			pay_type_id: PAY_TYPE.income,
			document_date: '05.02.2026',
		});
		addPayment(REFUND_OF_OTHER_CUSTOMER, {
			customer_id: OTHER_CUSTOMER,
			pay_type_id: PAY_TYPE.refund,
			document_date: '06.02.2026',
		});
	});

	it('Get Many returns the payments of every type once', async () => {
		const ids = await runForIds(getPaymentsForm());

		expect(ids).toEqual([INCOME, REFUND, INCOME_OF_OTHER_CUSTOMER, REFUND_OF_OTHER_CUSTOMER]);
	});

	it('Get Many returns the income and the refund of the chosen customer', async () => {
		const ids = await runForIds(getPaymentsForm({ customer_id: recordWithId(CUSTOMER) }));

		expect(ids).toEqual([INCOME, REFUND]);
	});

	it.each([
		{ limit: 1, count: 1 },
		{ limit: 2, count: 2 },
		{ limit: 7, count: 2 },
	])('Get Many returns $count of the two payments of a customer for a limit of $limit', async (testCase) => {
		const { limit, count } = testCase;

		const ids = await runForIds(
			getPaymentsForm({ customer_id: recordWithId(CUSTOMER) }, { returnAll: false, limit }),
		);

		expect(ids).toHaveLength(count);
		expect(new Set(ids).size).toBe(count);
	});

	it('Get Many returns only the payments of the chosen type after one call', async () => {
		const ids = await runForIds(getPaymentsForm({ pay_type_id: PAY_TYPE.refund }));

		expect(ids).toEqual([REFUND, REFUND_OF_OTHER_CUSTOMER]);
		expect(school.readJournal('pay/index')).toHaveLength(1);
	});

	it('Get returns a refund', async () => {
		const payments = await run(getPaymentForm(REFUND));

		expect(payments).toMatchObject([{ id: REFUND }]);
	});

	it('Get says that AlfaCRM has no payment with an unknown ID', async () => {
		const { message } = await expectRefused(getPaymentForm(99_999));

		expect(message).toContain('has no payment with ID 99999');
	});

	it.each<{ reaction: string; ignoredFilters: string[] }>([
		{ reaction: 'ignores the days', ignoredFilters: ['pay.date_from', 'pay.date_to'] },
		{ reaction: 'filters by the days', ignoredFilters: [] },
	])('Get Many returns income and refunds of the chosen days when AlfaCRM $reaction', async (testCase) => {
		changeSettings({ ignoredFilters: testCase.ignoredFilters, wrongFilterValue: 'matchesNothing' });

		const ids = await runForIds(getPaymentsForm({ date_from: '2026-02-04', date_to: '2026-02-05' }));

		expect(ids).toEqual([REFUND, INCOME_OF_OTHER_CUSTOMER]);
	});

	it('Get Many of payments sends its days with the year first and with dots', async () => {
		await run(getPaymentsForm({ date_from: '2026-02-04', date_to: '2026-02-05' }));

		expect(readBodies('pay/index')[0]).toMatchObject({ date_from: '2026.02.04', date_to: '2026.02.05' });
	});

	it('Take Payment enters a refund once, although AlfaCRM shows its sum as an expenditure', async () => {
		changeSettings({ refundSum: 'expenditure' });
		const form = paymentForm(recordWithId(CUSTOMER), {
			branchId: EAST_BRANCH,
			income: 300,
			additionalFields: { document_date: '2026-02-07', pay_type_id: PAY_TYPE.refund },
		});
		const [enteredRefund] = await run(form);

		const [repeatedRefund] = await run(form);

		expect(enteredRefund).toMatchObject({ operationResult: 'created' });
		expect(repeatedRefund).toMatchObject({ operationResult: 'unchanged', id: enteredRefund.id });
	});

	it('Get Many reads the types of payments once for three items', async () => {
		await run(getPaymentsForm({ customer_id: recordWithId(CUSTOMER) }), { items: [{}, {}, {}] });

		expect(school.readJournal('pay-type/index')).toHaveLength(1);
	});

	it('Get Many returns income and a hint at missing payments when the user may not list the types of payments', async () => {
		changeSettings({ forbiddenCalls: ['pay-type/index'] });

		const { json, hints, error } = await runToEnd(getPaymentsForm());

		expect(error).toBeUndefined();
		expect(sortIds(json)).toEqual(expect.arrayContaining([INCOME, INCOME_OF_OTHER_CUSTOMER]));
		expect(hints).toEqual([expect.stringContaining('may leave out some payments')]);
	});

	it('Get Many asks again for the refunds when AlfaCRM counts them but sends none', async () => {
		school.sandbox.faults.add({
			kind: 'emptyItems',
			match: { entity: 'pay', bodyContains: `"pay_type_id":${PAY_TYPE.refund}` },
			times: 1,
		});

		const { json, hints } = await runToEnd(getPaymentsForm());

		expect(sortIds(json)).toEqual([INCOME, REFUND, INCOME_OF_OTHER_CUSTOMER, REFUND_OF_OTHER_CUSTOMER]);
		expect(hints).toEqual([]);
	});

	it('Get Many warns in a hint when AlfaCRM counts a type of payment but does not show it', async () => {
		school.sandbox.store.hide('pay-type', PAY_TYPE.refund, 'counted');

		const { hints } = await runToEnd(getPaymentsForm());

		expect(hints).toEqual([
			expect.stringMatching(/A list did not come whole.* AlfaCRM reported 5 payment types/),
		]);
	});
});
