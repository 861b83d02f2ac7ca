import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, PAY_TYPE, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { customerForm, SmallSchool, upsertByPhoneForm } from './school';

/** The last day of every customer whom nobody has archived. */
const OPEN_END = '2030-12-31';
const TODAY = '2026-03-01';
/** A day on which a customer was archived before today. */
const PAST_DAY = '2025-12-01';

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
	school.addLead({ id: MIA, e_date: OPEN_END, ...values });
}

describe('Actions that change the card of a customer', () => {
	it.each([
		{
			action: 'Convert to Client',
			operation: 'convertToClient',
			parameters: {},
			before: { is_study: CUSTOMER_TYPE.lead },
			after: { is_study: CUSTOMER_TYPE.client },
		},
		{
			action: 'Convert to Client with a study status',
			operation: 'convertToClient',
			parameters: { additionalFields: { study_status_id: 2 } },
			before: { is_study: CUSTOMER_TYPE.lead },
			after: { is_study: CUSTOMER_TYPE.client, study_status_id: 2 },
		},
		{
			action: 'Move to Stage',
			operation: 'moveToStage',
			parameters: { lead_status_id: 3 },
			before: { lead_status_id: 1 },
			after: { lead_status_id: 3 },
		},
		{
			action: 'Assign Manager',
			operation: 'assignManager',
			parameters: { assigned_id: '4' },
			before: { assigned_id: null },
			after: { assigned_id: MANAGER },
		},
		{
			action: 'Assign Teachers, which adds teachers by default,',
			operation: 'assignTeachers',
			parameters: { teacher_ids: '2, 3' },
			before: { teacher_ids: [1, 2] },
			after: { teacher_ids: [1, 2, 3] },
		},
		{
			action: 'Assign Teachers that replaces the teachers',
			operation: 'assignTeachers',
			parameters: { teacher_ids: [2, 3], listMode: 'replace' },
			before: { teacher_ids: [1, 2] },
			after: { teacher_ids: [2, 3] },
		},
		{
			action: 'Reject Lead',
			operation: 'reject',
			parameters: { lead_reject_id: 1 },
			before: { lead_reject_id: null },
			after: { lead_reject_id: 1, e_date: OPEN_END },
		},
		{
			action: 'Archive with a reason',
			operation: 'archive',
			parameters: { additionalFields: { customer_reject_id: 1 } },
			before: { e_date: OPEN_END },
			after: { customer_reject_id: 1, e_date: TODAY },
		},
		{
			action: 'Restore',
			operation: 'unarchive',
			parameters: {},
			before: { e_date: PAST_DAY },
			after: { e_date: OPEN_END },
		},
	])(
		'$action changes the card, and sends nothing in a second run',
		async ({ operation, parameters, before, after }) => {
			addMia(before);
			const form = customerForm(operation, { id: MIA, ...parameters });

			const results = await school.runInTurn(form, form);

			expect(results).toBe('updated, unchanged');
			expect(school.readRecord('customer', MIA)).toMatchObject(after);
			expect(school.readWrites()).toEqual(['customer/update']);
		},
	);

	it('Reject Lead names the reason as the form does when AlfaCRM refuses it', async () => {
		addMia();
		school.onCall = (call) => {
			if (call !== 'customer/update') return undefined;
			return { success: false, errors: { lead_reject_id: ['Неверно'] } };
		};

		const { error } = await school.runToEnd(customerForm('reject', { id: MIA, lead_reject_id: 1 }));

		expect(error?.message).toBe('AlfaCRM did not update customer 1: Reason – Неверно');
		expect(error?.description).toContain("'Reason' (lead_reject_id)");
	});
});

describe('A change of a customer in the archive', () => {
	const HINT_LEFT_IN_ARCHIVE =
		"Archived customers were changed and stay in the archive; 'Restore' brings them back: customer 1";

	it.each([
		{ action: 'Convert to Client', operation: 'convertToClient', after: { is_study: CUSTOMER_TYPE.client } },
		{ action: 'Assign Manager', operation: 'assignManager', after: { assigned_id: MANAGER } },
	])('$action leaves the customer in the archive and says so in a hint', async ({ operation, after }) => {
		addMia({ e_date: PAST_DAY });

		const { hints } = await school.run(customerForm(operation, { id: MIA, assigned_id: MANAGER }));

		expect(hints).toEqual([HINT_LEFT_IN_ARCHIVE]);
		expect(school.readRecord('customer', MIA)).toMatchObject({ ...after, e_date: PAST_DAY });
	});

	it('Convert to Client does not mention the archive when it changes nothing', async () => {
		addMia({ e_date: PAST_DAY, is_study: CUSTOMER_TYPE.client });

		const { hints } = await school.run(customerForm('convertToClient', { id: MIA }));

		expect(hints).toEqual(['Nothing of this customer had to be changed: customer 1']);
	});

	it('Restore gives no hint, because the customer does not stay in the archive', async () => {
		addMia({ e_date: PAST_DAY });

		const { hints } = await school.run(customerForm('unarchive', { id: MIA }));

		expect(hints).toEqual([]);
	});

	it('Convert to Client counts a customer who leaves today as archived', async () => {
		addMia({ e_date: TODAY });

		const { hints } = await school.run(customerForm('convertToClient', { id: MIA }));

		expect(hints).toEqual([HINT_LEFT_IN_ARCHIVE]);
	});

	it.each([
		{ customer: 'who will leave next month', e_date: '2026-04-01' },
		{ customer: 'without a last day', e_date: OPEN_END },
	])('Convert to Client gives no hint for a customer $customer', async ({ e_date }) => {
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

	it.each(['none', 'Not Sorted'])('Move to Stage takes a lead out of its stage by "%s"', async (stage) => {
		const form = customerForm('moveToStage', { id: MIA, lead_status_id: stage });

		const { json } = await school.run(form);

		expect(json).toMatchObject([{ operationResult: 'updated', lead_status_id: null }]);
		expect(school.readRequests('customer/update')).toMatchObject([{ body: { lead_status_id: null } }]);
	});

	it.each(['none', 'Not Sorted'])(
		'Move to Stage leaves a lead without a stage unchanged by "%s"',
		async (stage) => {
			school.changeRecord('customer', MIA, { lead_status_id: null });

			const { json } = await school.run(customerForm('moveToStage', { id: MIA, lead_status_id: stage }));

			expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
			expect(school.readWrites()).toEqual([]);
		},
	);

	it.each(['none', 'Not Sorted'])('Update takes a lead out of its stage by "%s"', async (stage) => {
		await school.run(customerForm('update', { id: MIA, updateFields: { lead_status_id: stage } }));

		expect(school.readRecord('customer', MIA)).toMatchObject({ lead_status_id: null });
	});

	it.each([null, undefined, ''])('Move to Stage refuses %j as a stage', async (stage) => {
		const form = customerForm('moveToStage', { id: MIA, lead_status_id: stage as string });

		const { message } = await school.expectRefused(form);

		expect(message).toBe("'Stage' is empty, but it is required");
	});

	it.each([
		{ action: 'Create', form: customerForm('create') },
		{ action: 'Create or Update', form: upsertByPhoneForm() },
	])('$action from JSON sends no stage for a new lead who is not sorted', async ({ form }) => {
		const newLead = { name: 'Анна', is_study: CUSTOMER_TYPE.lead, legal_type: 1, lead_status_id: 'none' };

		const { json } = await school.run({ ...form, inputMode: 'json', json: JSON.stringify(newLead) });

		const [{ body }] = school.readRequests('customer/create');
		expect(body).not.toHaveProperty('lead_status_id');
		expect(school.readRecord('customer', Number(json[0].id))).toMatchObject({ lead_status_id: null });
	});
});

describe('Get by Customer of groups', () => {
	const form = customerForm('getByCustomer', { resource: 'cgi', customer_id: MIA, returnAll: true });

	beforeEach(() => {
		school.addRecord('group', { id: GROUP, name: 'A', branch_ids: [1] });
		addMia();
	});

	it('returns the memberships of the customer only', async () => {
		const ownMembership = addMembership(MIA);
		addMembership(school.addLead());

		const { json } = await school.run(form);

		expect(json).toMatchObject([{ id: ownMembership }]);
	});

	it('sends the customer in the query and the days as AlfaCRM writes them', async () => {
		const additionalFields = { b_date: '2000-01-01', e_date: '2040-01-01' };

		await school.run({ ...form, additionalFields });

		const [{ url, query, body }] = school.readRequests('cgi/customer');
		expect(url).toBe('https://demo.s20.online/v2api/1/cgi/customer');
		expect(query).toEqual({ customer_id: MIA });
		expect(body).toMatchObject({ b_date: '01.01.2000', e_date: '01.01.2040' });
	});

	it.each(['', null, undefined])('refuses %j as the start date', async (b_date) => {
		const additionalFields = { b_date } as IDataObject;

		const { message } = await school.expectRefused({ ...form, additionalFields });

		expect(message).toContain("'Start Date' is set but came out empty");
	});

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
	it('returns the lessons of a customer between two days, which AlfaCRM sends as a bare list', async () => {
		addMia();
		school.addRecord('teacher', { name: 'A', branch_ids: [1] });
		school.addRecord('subject', { name: 'A' });
		school.addRecord('lesson-type', { name: 'A' });
		school.addRecord('lesson', {
			branch_id: 1,
			status: LESSON_STATUS.planned,
			date: '2026-03-02',
			time_from: '2026-03-02 10:00:00',
			time_to: '2026-03-02 11:00:00',
			lesson_type_id: 1,
			subject_id: 1,
			teacher_ids: [1],
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
	it.each([
		{ verb: 'adds', change: 'bonus-add', before: 0, amount: 50, after: 50 },
		{ verb: 'spends', change: 'bonus-spend', before: 50, amount: 20, after: 30 },
	])('$verb bonus money, and Get Overview shows the sum', async ({ change, before, amount, after }) => {
		addMia({ is_study: CUSTOMER_TYPE.client, balance_bonus: before });

		await school.run(customerForm('changeBonus', { id: MIA, change, amount, note: 'Подарок' }));

		const [{ url, query, body }] = school.readRequests(`bonus/${change}`);
		expect(url).toBe(`https://demo.s20.online/v2api/1/bonus/${change}`);
		expect(query).toEqual({ customer_id: MIA });
		expect(body).toEqual({ amount, note: 'Подарок' });
		const overview = await school.run(customerForm('getOverview', { id: MIA }));
		expect(overview.json).toMatchObject([{ bonus: after }]);
	});
});

describe('Create Correction or Refund', () => {
	beforeEach(() => {
		addMia();
		school.addRecord('pay-account', { name: 'A' });
	});

	it('sends the sum with its sign, the type and the day', async () => {
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

	it('saves the sum and the note', async () => {
		await school.run(refundForm({ additionalFields: { note: 'Ошибка кассы' } }));

		expect(school.readRecords('pay')).toMatchObject([{ income: '-250.50', note: 'Ошибка кассы' }]);
	});

	it('returns the useful fields of the payment, with the day as an ISO date', async () => {
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
	])('Create Correction or Refund is refused without $label', async ({ label, parameters }) => {
		const { message } = await school.expectRefused(refundForm(parameters));

		expect(message).toContain(`'${label}'`);
	});

	/** Fills the form: 250.50 are given back to Mia. */
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
	it('returns the working hours of all teachers', async () => {
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
