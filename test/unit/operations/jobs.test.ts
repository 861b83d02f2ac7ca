import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, PAY_TYPE, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { customerForm, SmallSchool, upsertByPhoneForm } from './school';

/** The last day of customers who are not archived. */
const ACTIVE_UNTIL = '2030-12-31';
const TODAY = '2026-03-01';
/** The last day of customers who were archived before today. */
const ARCHIVED_ON = '2025-12-01';

/** A lead, unless a test makes her a client. */
const MIA = 1;
const GROUP = 1;
const MANAGER = 4;

let school: SmallSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(`${TODAY}T12:00:00Z`), advanceTimers: true });
	school = new SmallSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

/** Adds the lead Mia, who is active unless the values say otherwise. */
function addMia(values: IDataObject = {}): void {
	school.addLead({ id: MIA, e_date: ACTIVE_UNTIL, ...values });
}

describe('Actions that change the card of a customer', () => {
	it.each([
		{
			action: 'Convert to Client',
			operation: 'convertToClient',
			parameters: {},
			cardBefore: { is_study: CUSTOMER_TYPE.lead },
			cardAfter: { is_study: CUSTOMER_TYPE.client },
		},
		{
			action: 'Convert to Client with a study status',
			operation: 'convertToClient',
			parameters: { additionalFields: { study_status_id: 2 } },
			cardBefore: { is_study: CUSTOMER_TYPE.lead },
			cardAfter: { is_study: CUSTOMER_TYPE.client, study_status_id: 2 },
		},
		{
			action: 'Move to Stage',
			operation: 'moveToStage',
			parameters: { lead_status_id: 3 },
			cardBefore: { lead_status_id: 1 },
			cardAfter: { lead_status_id: 3 },
		},
		{
			action: 'Assign Manager',
			operation: 'assignManager',
			parameters: { assigned_id: '4' },
			cardBefore: { assigned_id: null },
			cardAfter: { assigned_id: MANAGER },
		},
		{
			action: 'Assign Teachers, which adds to the teachers by default,',
			operation: 'assignTeachers',
			parameters: { teacher_ids: '2, 3' },
			cardBefore: { teacher_ids: [1, 2] },
			cardAfter: { teacher_ids: [1, 2, 3] },
		},
		{
			action: 'Assign Teachers that replaces the teachers',
			operation: 'assignTeachers',
			parameters: { teacher_ids: [2, 3], listMode: 'replace' },
			cardBefore: { teacher_ids: [1, 2] },
			cardAfter: { teacher_ids: [2, 3] },
		},
		{
			action: 'Reject Lead',
			operation: 'reject',
			parameters: { lead_reject_id: 1 },
			cardBefore: { lead_reject_id: null },
			cardAfter: { lead_reject_id: 1, e_date: ACTIVE_UNTIL },
		},
		{
			action: 'Archive with a reason',
			operation: 'archive',
			parameters: { additionalFields: { customer_reject_id: 1 } },
			cardBefore: { e_date: ACTIVE_UNTIL },
			cardAfter: { customer_reject_id: 1, e_date: TODAY },
		},
		{
			action: 'Restore',
			operation: 'unarchive',
			parameters: {},
			cardBefore: { e_date: ARCHIVED_ON },
			cardAfter: { e_date: ACTIVE_UNTIL },
		},
	])(
		'$action changes the card of a customer, and saves nothing when it runs again',
		async ({ operation, parameters, cardBefore, cardAfter }) => {
			addMia(cardBefore);
			const form = customerForm(operation, { id: MIA, ...parameters });

			const results = await school.runInTurn(form, form);

			expect(results).toBe('updated, unchanged');
			expect(school.readRecord('customer', MIA)).toMatchObject(cardAfter);
			expect(school.readWrites()).toEqual(['customer/update']);
		},
	);

	it("Reject Lead calls the reason 'Reason', as the form does, in the error when AlfaCRM refuses it", async () => {
		addMia();
		school.onCall = (call) => {
			if (call !== 'customer/update') return undefined;
			return { success: false, errors: { lead_reject_id: ['Неверно'] } };
		};

		const { error } = await school.runToEnd(customerForm('reject', { id: MIA, lead_reject_id: 1 }));

		expect(error?.message).toBe(`AlfaCRM did not update customer ${MIA}: Reason – Неверно`);
		expect(error?.description).toContain("'Reason' (lead_reject_id)");
	});
});

describe('A change of a customer in the archive', () => {
	const HINT_LEFT_IN_ARCHIVE = `Archived customers were changed and stay in the archive; 'Restore' brings them back: customer ${MIA}`;

	it.each([
		{
			action: 'Convert to Client',
			operation: 'convertToClient',
			cardAfter: { is_study: CUSTOMER_TYPE.client },
		},
		{ action: 'Assign Manager', operation: 'assignManager', cardAfter: { assigned_id: MANAGER } },
	])(
		'$action leaves an archived customer in the archive, and says so in a hint',
		async ({ operation, cardAfter }) => {
			addMia({ e_date: ARCHIVED_ON });

			const { hints } = await school.run(customerForm(operation, { id: MIA, assigned_id: MANAGER }));

			expect(hints).toEqual([HINT_LEFT_IN_ARCHIVE]);
			expect(school.readRecord('customer', MIA)).toMatchObject({ ...cardAfter, e_date: ARCHIVED_ON });
		},
	);

	it('Convert to Client does not mention the archive in its hint when an archived customer is a client already', async () => {
		addMia({ e_date: ARCHIVED_ON, is_study: CUSTOMER_TYPE.client });

		const { hints } = await school.run(customerForm('convertToClient', { id: MIA }));

		expect(hints).toEqual([`Nothing of this customer had to be changed: customer ${MIA}`]);
	});

	it('Restore gives no hint about the archive, because it takes the customer out of it', async () => {
		addMia({ e_date: ARCHIVED_ON });

		const { hints } = await school.run(customerForm('unarchive', { id: MIA }));

		expect(hints).toEqual([]);
	});

	it('Convert to Client says in a hint that a customer whose last day is today stays in the archive', async () => {
		addMia({ e_date: TODAY });

		const { hints } = await school.run(customerForm('convertToClient', { id: MIA }));

		expect(hints).toEqual([HINT_LEFT_IN_ARCHIVE]);
	});

	it.each([
		{ customer: 'who will leave next month', e_date: '2026-04-01' },
		{ customer: 'whom nobody has archived', e_date: ACTIVE_UNTIL },
	])('Convert to Client gives no hint about the archive for a customer $customer', async ({ e_date }) => {
		addMia({ e_date });

		const { hints } = await school.run(customerForm('convertToClient', { id: MIA }));

		expect(hints).toEqual([]);
	});
});

describe('The stage of a lead', () => {
	const THIRD_STAGE = 3;

	beforeEach(() => {
		school.addRecord('lead-status', { id: 1, name: 'Этап 1', is_enabled: 1 });
		school.addRecord('lead-status', { id: 2, name: 'Этап 2', is_enabled: 1 });
		school.addRecord('lead-status', { id: THIRD_STAGE, name: 'Этап 3', is_enabled: 1 });
		school.addRecord('lead-status', { id: 4, name: 'Этап 4', is_enabled: 1 });
		addMia({ lead_status_id: THIRD_STAGE });
	});

	it.each([{ stage: 'none' }, { stage: 'Not Sorted' }])(
		'Move to Stage takes a lead out of its stage when Stage is "$stage"',
		async ({ stage }) => {
			const form = customerForm('moveToStage', { id: MIA, lead_status_id: stage });

			const { json } = await school.run(form);

			expect(json).toMatchObject([{ operationResult: 'updated', lead_status_id: null }]);
			expect(school.readRequests('customer/update')).toMatchObject([{ body: { lead_status_id: null } }]);
		},
	);

	it.each([{ stage: 'none' }, { stage: 'Not Sorted' }])(
		'Move to Stage leaves a lead who has no stage unchanged when Stage is "$stage"',
		async ({ stage }) => {
			school.changeRecord('customer', MIA, { lead_status_id: null });

			const { json } = await school.run(customerForm('moveToStage', { id: MIA, lead_status_id: stage }));

			expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
			expect(school.readWrites()).toEqual([]);
		},
	);

	it.each([{ stage: 'none' }, { stage: 'Not Sorted' }])(
		'Update takes a lead out of its stage when Stage is "$stage"',
		async ({ stage }) => {
			await school.run(customerForm('update', { id: MIA, updateFields: { lead_status_id: stage } }));

			expect(school.readRecord('customer', MIA)).toMatchObject({ lead_status_id: null });
		},
	);

	it.each([
		{ value: 'null', stage: null },
		{ value: 'undefined', stage: undefined },
		{ value: 'an empty text', stage: '' },
	])('Move to Stage refuses an empty stage: $value', async ({ stage }) => {
		const form = customerForm('moveToStage', { id: MIA, lead_status_id: stage });

		const { message } = await school.expectRefused(form);

		expect(message).toBe("'Stage' is empty, but it is required");
	});

	it.each([
		{ action: 'Create', form: customerForm('create') },
		{ action: 'Create or Update', form: upsertByPhoneForm() },
	])('$action sends no stage for a new lead when the stage in the JSON is "none"', async ({ form }) => {
		const newLead = { name: 'Анна', is_study: CUSTOMER_TYPE.lead, legal_type: 1, lead_status_id: 'none' };

		const { json } = await school.run({ ...form, inputMode: 'json', json: JSON.stringify(newLead) });

		const [{ body }] = school.readRequests('customer/create');
		expect(body).not.toHaveProperty('lead_status_id');
		expect(school.readRecord('customer', Number(json[0].id))).toMatchObject({ lead_status_id: null });
	});
});

describe('Get by Customer of groups', () => {
	const GET_MEMBERSHIPS_OF_MIA = customerForm('getByCustomer', {
		resource: 'cgi',
		customer_id: MIA,
		returnAll: true,
	});

	beforeEach(() => {
		school.addRecord('group', { id: GROUP, name: 'A', branch_ids: [1] });
		addMia();
	});

	it('Get by Customer returns the memberships of one customer, and not those of others', async () => {
		const otherCustomer = school.addLead();
		const membershipOfMia = addMembership(MIA);
		addMembership(otherCustomer);

		const { json } = await school.run(GET_MEMBERSHIPS_OF_MIA);

		expect(json).toMatchObject([{ id: membershipOfMia }]);
	});

	it("Get by Customer sends the customer in the query, and the days in the body in AlfaCRM's format", async () => {
		const additionalFields = { b_date: '2000-01-01', e_date: '2040-01-01' };

		await school.run({ ...GET_MEMBERSHIPS_OF_MIA, additionalFields });

		const [{ url, query, body }] = school.readRequests('cgi/customer');
		expect(url).toBe('https://demo.s20.online/v2api/1/cgi/customer');
		expect(query).toEqual({ customer_id: MIA });
		expect(body).toMatchObject({ b_date: '01.01.2000', e_date: '01.01.2040' });
	});

	it.each([
		{ value: 'an empty text', b_date: '' },
		{ value: 'null', b_date: null },
		{ value: 'undefined', b_date: undefined },
	])('Get by Customer refuses an empty start date: $value', async ({ b_date }) => {
		const form = { ...GET_MEMBERSHIPS_OF_MIA, additionalFields: { b_date } };

		const { message } = await school.expectRefused(form);

		expect(message).toContain("'Start Date' is set but came out empty");
	});

	/** Adds a membership of a customer in the group, for the year 2026. */
	function addMembership(customer: number): number {
		return school.addRecord('cgi', {
			customer_id: customer,
			group_id: GROUP,
			branch_id: 1,
			b_date: '01.01.2026',
			e_date: '31.12.2026',
		});
	}
});

describe('Get Calendar', () => {
	it('Get Calendar returns the lessons of a customer between two days', async () => {
		addMia();
		const teacher = school.addRecord('teacher', { name: 'Петров Лев', branch_ids: [1] });
		const subject = school.addRecord('subject', { name: 'Шахматы' });
		const lessonType = school.addRecord('lesson-type', { name: 'Индивидуальный' });
		school.addRecord('lesson', {
			branch_id: 1,
			status: LESSON_STATUS.planned,
			date: '2026-03-02',
			time_from: '2026-03-02 10:00:00',
			time_to: '2026-03-02 11:00:00',
			lesson_type_id: lessonType,
			subject_id: subject,
			teacher_ids: [teacher],
			customer_ids: [MIA],
		});

		const { json } = await school.run(
			customerForm('getCalendar', { id: MIA, date1: '2026-03-01', date2: '2026-03-03' }),
		);

		expect(json).toEqual([expect.objectContaining({ start: '2026-03-02 10:00:00' })]);
		const [{ url, query }] = school.readRequests('calendar/customer');
		expect(url).toBe('https://demo.s20.online/v2api/1/calendar/customer');
		expect(query).toEqual({ id: MIA, date1: '01.03.2026', date2: '03.03.2026' });
	});
});

describe('Change Bonus', () => {
	it('Change Bonus adds to the bonus of a client, and Get Overview shows the sum', async () => {
		addMia({ is_study: CUSTOMER_TYPE.client, balance_bonus: 0 });

		await school.run(
			customerForm('changeBonus', { id: MIA, change: 'bonus-add', amount: 50, note: 'Подарок' }),
		);

		const [{ url, query, body }] = school.readRequests('bonus/bonus-add');
		expect(url).toBe('https://demo.s20.online/v2api/1/bonus/bonus-add');
		expect(query).toEqual({ customer_id: MIA });
		expect(body).toEqual({ amount: 50, note: 'Подарок' });
		const overview = await school.run(customerForm('getOverview', { id: MIA }));
		expect(overview.json).toMatchObject([{ bonus: 50 }]);
	});

	it('Change Bonus takes from the bonus of a client, and Get Overview shows the rest', async () => {
		addMia({ is_study: CUSTOMER_TYPE.client, balance_bonus: 50 });

		await school.run(
			customerForm('changeBonus', { id: MIA, change: 'bonus-spend', amount: 20, note: 'Подарок' }),
		);

		const [{ url, query, body }] = school.readRequests('bonus/bonus-spend');
		expect(url).toBe('https://demo.s20.online/v2api/1/bonus/bonus-spend');
		expect(query).toEqual({ customer_id: MIA });
		expect(body).toEqual({ amount: 20, note: 'Подарок' });
		const overview = await school.run(customerForm('getOverview', { id: MIA }));
		expect(overview.json).toMatchObject([{ bonus: 30 }]);
	});
});

describe('Create Correction or Refund', () => {
	beforeEach(() => {
		addMia();
		school.addRecord('pay-account', { name: 'A' });
	});

	it("Create Correction or Refund sends the amount with its sign, the payment type, and the day in AlfaCRM's format", async () => {
		await school.run(refundForm());

		const [{ url, body }] = school.readRequests('pay/create');
		expect(url).toBe('https://demo.s20.online/v2api/1/pay/create');
		expect(body).toMatchObject({
			branch_id: 1,
			income: -250.5,
			pay_type_id: PAY_TYPE.refund,
			document_date: '09.02.2026',
		});
	});

	it('Create Correction or Refund saves the amount and the note', async () => {
		await school.run(refundForm({ additionalFields: { note: 'Ошибка кассы' } }));

		expect(school.readRecords('pay')).toMatchObject([{ income: '-250.50', note: 'Ошибка кассы' }]);
	});

	it('Create Correction or Refund returns the useful fields of the payment, with the day as an ISO date', async () => {
		const { json } = await school.run(refundForm());

		expect(json).toMatchObject([{ document_date: '2026-02-09', customer_id: MIA }]);
		expect(Object.keys(json[0]).sort()).toEqual([
			'branch_id',
			'changedFields',
			'customer_id',
			'document_date',
			'expenditure',
			'id',
			'income',
			'note',
			'operationResult',
			'pay_account_id',
			'pay_type_id',
			'payer_name',
		]);
	});

	it.each([
		{ label: 'Amount', parameters: { income: '' } },
		{ label: 'Payment Type', parameters: { pay_type_id: '' } },
		{ label: 'Payment Date', parameters: { document_date: '' } },
	])('Create Correction or Refund refuses a form without $label', async ({ label, parameters }) => {
		const { message } = await school.expectRefused(refundForm(parameters));

		expect(message).toContain(`'${label}'`);
	});

	/** Fills the form of Create Correction or Refund: Mia gets 250.50 back. */
	function refundForm(parameters: IDataObject = {}): IDataObject {
		return customerForm('createCorrection', {
			resource: 'pay',
			pay_account_id: 1,
			customer_id: MIA,
			income: -250.5,
			pay_type_id: PAY_TYPE.refund,
			document_date: '2026-02-09',
			...parameters,
		});
	}
});

describe('Get Working Hours', () => {
	it('Get Working Hours returns the working hours of all teachers when the form names no teacher', async () => {
		const workingHours = school.addRecord('working-hour', {
			teacher_id: 1,
			branch_id: 1,
			weekday: WORKING_HOUR_WEEKDAY.monday,
			time_from: '10:00',
			time_to: '12:59',
		});

		const { json } = await school.run(
			customerForm('getWorkingHours', { resource: 'teacher', returnAll: true }),
		);

		expect(json).toMatchObject([{ id: workingHours }]);
		const [{ url }] = school.readRequests('teacher/working-hour');
		expect(url).toBe('https://demo.s20.online/v2api/1/teacher/working-hour');
	});
});
