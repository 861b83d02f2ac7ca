import type {
	IDataObject,
	INodeParameters,
	INodeProperties,
	INodePropertyModeValidation,
} from 'n8n-workflow';

import { LESSON_STATUS, PAY_TYPE } from '../support/codes';
import { findShownParameters } from '../support/form';
import {
	customerForm,
	customerWithCustomField,
	customerWithEmail,
	customerWithPhone,
	findByPhoneForm,
	locate,
	paymentForm,
	recordWithId,
	recordWithName,
	upsertByPhoneForm,
} from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';
import { stopClock } from './support/stoppedClock';

/**
 * Operations on one customer, where the form names the customer by a phone, an email or a custom
 * field in place of the ID, or leaves the branch empty. `customerByKey.test.ts` shows which customer
 * a key finds.
 */
const school = useSchool({ customers: 30 });
const {
	addClient,
	addLead,
	addRecord,
	changeRecord,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readCustomer,
	readPaymentsOf,
	readRecords,
	run,
	runToEnd,
} = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const OTHER_PHONE = '+7(900)555-00-02';

const GROUP = 1;
const MANAGER = 3;
const TEACHER = 2;
const STAGE = 2;
const REJECT_REASON = 1;

/** Every operation that names its customer, with the other parameters that it needs. */
const OPERATIONS: Array<{ operation: string; parameters: INodeParameters }> = [
	{ operation: 'addComment', parameters: { comment: 'Звонили' } },
	{ operation: 'addToGroup', parameters: { group_id: recordWithId(GROUP) } },
	{ operation: 'archive', parameters: {} },
	{ operation: 'assignManager', parameters: { assigned_id: recordWithId(MANAGER) } },
	{ operation: 'assignTeachers', parameters: { teacher_ids: recordWithId(TEACHER) } },
	{
		operation: 'changeBonus',
		parameters: { change: 'bonus-add', amount: 10, note: 'За друга' },
	},
	{ operation: 'convertToClient', parameters: {} },
	{ operation: 'createTask', parameters: { title: 'Перезвонить' } },
	{ operation: 'get', parameters: {} },
	{ operation: 'getCalendar', parameters: { date1: '2026-02-01', date2: '2026-02-28' } },
	{ operation: 'moveToStage', parameters: { lead_status_id: recordWithId(STAGE) } },
	{ operation: 'reject', parameters: { lead_reject_id: recordWithId(REJECT_REASON) } },
	{ operation: 'removeFromGroup', parameters: { group_id: recordWithId(GROUP) } },
	{ operation: 'sellSubscription', parameters: { tariff_id: 1 } },
	{ operation: 'takePayment', parameters: { income: 500, pay_account_id: 1 } },
	{ operation: 'unarchive', parameters: {} },
	{ operation: 'update', parameters: { updateFields: { note: 'Новое' } } },
];

afterEach(() => {
	jest.useRealTimers();
});

describe('the picker of the customer', () => {
	it.each(OPERATIONS)(
		'$operation offers a list, the ID, the address and each key of one field',
		({ operation }) => {
			const picker = findCustomerPicker(operation);

			expect(picker?.modes).toMatchObject([
				{ name: 'list' },
				{ name: 'id' },
				{ name: 'url' },
				{
					name: 'phone',
					displayName: 'By Phone',
					placeholder: 'e.g. +7(900)000-22-33',
					hint: 'In any format',
				},
				{ name: 'email', displayName: 'By Email', placeholder: 'e.g. name@example.org' },
				{ name: 'web', displayName: 'By Telegram or Website' },
				{
					name: 'custom',
					displayName: 'By Custom Field',
					placeholder: 'e.g. custom_crm_id=1042',
					validation: [
						{
							properties: {
								regex: String.raw`\s*custom_\w+\s*=[\s\S]*\S[\s\S]*`,
								errorMessage: 'Write the field and its value, as in custom_crm_id=1042',
							},
						},
					],
				},
			]);
		},
	);

	it.each([{ text: 'custom_crm_id=1042' }, { text: ' custom_a = Школа 7\n' }])(
		'the picker accepts the custom field $text',
		({ text }) => {
			const pattern = readCustomFieldPattern();

			expect(text).toMatch(pattern);
		},
	);

	it.each([
		{ content: 'a name without a value', text: 'custom_crm_id=' },
		{ content: 'a name without custom_', text: 'crm_id=1042' },
		{ content: 'a value without a name', text: '1042' },
		{ content: 'an empty text', text: '' },
	])('the picker rejects a custom field that is $content', ({ text }) => {
		const pattern = readCustomFieldPattern();

		expect(text).not.toMatch(pattern);
	});

	// A key is not offered, because a second run would delete the next customer with that phone.
	it('Delete offers only a list, the ID and the address', () => {
		const picker = findCustomerPicker('delete');

		expect(picker?.modes).toMatchObject([{ name: 'list' }, { name: 'id' }, { name: 'url' }]);
		expect(picker?.modes).toHaveLength(3);
	});

	it('the picker of subscriptions asks for an ID when the customer is named by phone', async () => {
		const lead = addLead();
		const form = paymentForm(customerWithPhone(String(lead)));

		const { results } = await school.engine.searchPicker('customerSubscriptions', form, '', '');

		expect(results).toEqual([{ name: "Choose 'Customer' first, or give an ID", value: '' }]);
	});
});

describe('an operation that finds its record by ID alone', () => {
	it('Delete does not take the digits of a phone as the ID of a customer', async () => {
		const lead = addLead();
		const form = customerForm('delete', customerWithPhone(String(lead)));

		await expectRefusedUnsent(form, "'Customer' must be the number of a record");
	});

	it('Get does not take the digits of a phone as the ID of a group', async () => {
		const form = {
			resource: 'group',
			operation: 'get',
			branchId: 1,
			id: locate('phone', String(GROUP)),
		};

		await expectRefusedUnsent(form, "'Group' must be the number of a record");
	});

	it('Correct Payment does not take the digits of a phone as the ID of a customer', async () => {
		const lead = addLead();
		const form = {
			resource: 'pay',
			operation: 'createCorrection',
			branchId: 1,
			income: 5,
			document_date: '2026-02-10',
			pay_type_id: PAY_TYPE.refund,
			pay_account_id: 1,
			customer_id: customerWithPhone(String(lead)),
		};

		await expectRefusedUnsent(form, "'Customer' must be the number of a record");
	});
});

describe('an operation on the customer with a key', () => {
	it.each(OPERATIONS)(
		'$operation does the same for a customer by phone as for a customer by ID',
		async ({ operation, parameters }) => {
			stopClock('2026-02-10T09:00:00Z');
			addLead({ phone: [OTHER_PHONE] });
			const lead = addLead({ phone: [PHONE] });
			addLessonOf(lead);
			const customerById = recordWithId(lead);
			const customerByPhone = customerWithPhone('8 900 555 00 01');

			const outcomeById = await runAndUndo(customerForm(operation, customerById, parameters));
			const outcomeByPhone = await runAndUndo(customerForm(operation, customerByPhone, parameters));

			expect(outcomeByPhone).toEqual(outcomeById);
		},
	);

	it.each([
		{ key: 'phone in another spelling', customer: customerWithPhone('8 900 555 00 01') },
		{ key: 'phone that is a number', customer: customerWithPhone(79005550001) },
		{ key: 'email in another spelling', customer: customerWithEmail(' MIA@Example.ORG ') },
		{ key: 'custom field', customer: customerWithCustomField('custom_dogovor=Д-900') },
	])('Update changes only the customer with the $key', async ({ customer }) => {
		addLead({
			phone: [OTHER_PHONE],
			email: ['other@example.org'],
			custom_dogovor: 'Д-9001',
		});
		const lead = addLead({
			phone: [PHONE],
			email: ['mia@example.org'],
			custom_dogovor: 'Д-900',
		});
		const before = school.sandbox.snapshot();

		const customers = await run(customerForm('update', customer, { updateFields: { note: 'Новое' } }));

		expect(customers).toMatchObject([{ id: lead, note: 'Новое' }]);
		expect(school.sandbox.changes(before)).toMatchObject([
			{ entity: 'customer', id: lead, after: { note: 'Новое' } },
		]);
	});
});

describe.each([
	{ branchCount: 2, lastBranch: 2 },
	{ branchCount: 3, lastBranch: 3 },
])('an empty Branch in an account with $branchCount branches', ({ branchCount, lastBranch }) => {
	beforeEach(() => {
		keepBranches(branchCount);
	});

	it('Take Payment with an empty Branch uses the branch of the customer with a phone', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [lastBranch] });

		const { json, hints } = await runToEnd(paymentForm(customerWithPhone(PHONE), { branchId: '' }));

		expect(json).toMatchObject([{ customer_id: client, branch_id: lastBranch }]);
		expect(hints).toEqual([]);
	});

	it('Take Payment with an empty Branch uses the branch of the customer with an ID', async () => {
		const client = addClient({ branch_ids: [lastBranch] });

		const { json, hints } = await runToEnd(paymentForm(recordWithId(client), { branchId: '' }));

		expect(json).toMatchObject([{ customer_id: client, branch_id: lastBranch }]);
		expect(hints).toEqual([]);
	});

	it('Take Payment with an empty Branch enters one payment when the customer is named first by phone and then by ID', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [lastBranch] });

		await run(paymentForm(customerWithPhone(PHONE), { branchId: '' }));
		await run(paymentForm(recordWithId(client), { branchId: '' }));

		expect(readPaymentsOf(client)).toHaveLength(1);
	});

	it('Get Overview with an empty Branch finds the customer with an ID', async () => {
		const client = addClient({ branch_ids: [lastBranch] });
		const form = customerForm('getOverview', recordWithId(client), {
			branchId: '',
			matchBy: 'id',
		});

		const overviews = await run(form);

		expect(overviews).toMatchObject([{ id: client }]);
	});

	it('Find with an empty Branch finds the customer with a phone', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [lastBranch] });

		const customers = await run({ ...findByPhoneForm(PHONE), branchId: '' });

		expect(customers).toMatchObject([{ id: client }]);
	});
});

describe('an operation with an empty Branch', () => {
	it.each(OPERATIONS)(
		"$operation by phone does the same with an empty Branch as with the customer's branch",
		async ({ operation, parameters }) => {
			stopClock('2026-02-10T09:00:00Z');
			const lead = addLead({ phone: [PHONE], branch_ids: [3] });
			addLessonOf(lead);
			const form = customerForm(operation, customerWithPhone(PHONE), parameters);

			const outcome = await runAndUndo({ ...form, branchId: 3 });
			const outcomeWithoutBranch = await runAndUndo({ ...form, branchId: '' });

			expect(outcomeWithoutBranch).toEqual(outcome);
		},
	);

	it.each(OPERATIONS)(
		"$operation by ID does the same with an empty Branch as with the customer's branch",
		async ({ operation, parameters }) => {
			stopClock('2026-02-10T09:00:00Z');
			const lead = addLead({ branch_ids: [3] });
			addLessonOf(lead);
			const form = customerForm(operation, recordWithId(lead), parameters);

			const outcome = await runAndUndo({ ...form, branchId: 3 });
			const outcomeWithoutBranch = await runAndUndo({ ...form, branchId: '' });

			expect(outcomeWithoutBranch).toEqual(outcome);
		},
	);

	it.each([
		{ operation: 'Create', form: { operation: 'create', name: 'Мия' } },
		{ operation: 'Get Many', form: { operation: 'getAll' } },
		{ operation: 'Create or Update', form: upsertByPhoneForm(PHONE) },
		{
			operation: 'Create of a subject',
			form: { resource: 'subject', operation: 'create', name: 'Рисование' },
		},
	])('$operation refuses an empty Branch, because no record tells the branch', async ({ form }) => {
		keepBranches(2);

		const { message } = await expectRefused({ resource: 'customer', ...form, branchId: '' });

		expect(message).toBe("'Branch' is empty, and AlfaCRM shows 2 branches of the account");
	});

	it('Get refuses an empty Branch when no branch has a customer with the ID', async () => {
		keepBranches(2);

		const { message } = await expectRefused(customerForm('get', recordWithId(100_500), { branchId: '' }));

		expect(message).toBe('AlfaCRM has no customer with ID 100500 in the branches that could be searched');
	});
});

describe('an operation with an empty Branch on a customer of two branches', () => {
	it('Take Payment with an empty Branch is refused for the phone of a customer of two branches, and names both', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [1, 2] });

		const { message, description } = await expectRefused(
			paymentForm(customerWithPhone(PHONE), { branchId: '' }),
		);

		expect(message).toBe(`Customer ${client} is in the branches 1, 2, and 'Branch' is empty`);
		expect(description).toBe("Choose one of them in 'Branch of Payment'. Nothing was saved.");
	});

	it('Take Payment with an empty Branch is refused for the ID of a customer of two branches, and names both', async () => {
		const client = addClient({ branch_ids: [1, 2] });

		const { message, description } = await expectRefused(paymentForm(recordWithId(client), { branchId: '' }));

		expect(message).toBe(`Customer ${client} is in the branches 1, 2, and 'Branch' is empty`);
		expect(description).toBe("Choose one of them in 'Branch of Payment'. Nothing was saved.");
	});

	it('Take Payment enters a payment of a customer of two branches in the one that Branch of Payment chooses', async () => {
		addClient({ phone: [PHONE], branch_ids: [1, 2] });

		const payments = await run(
			paymentForm(customerWithPhone(PHONE), {
				branchId: '',
				additionalFields: { branch_id: recordWithId(2) },
			}),
		);

		expect(payments).toMatchObject([{ branch_id: 2 }]);
	});

	it('Add Comment needs no branch for a customer of two branches, because a comment belongs to none', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [1, 2] });
		const form = customerForm('addComment', customerWithPhone(PHONE), {
			branchId: '',
			comment: 'Звонили',
		});

		const comments = await run(form);

		expect(comments).toMatchObject([{ operationResult: 'created', related_id: client }]);
	});
});

describe('an operation with an empty Branch for a user who may not read one branch', () => {
	beforeEach(() => {
		changeSettings({ forbiddenBranches: [1] });
	});

	it('Get by phone finds the customer of a branch that the user may read, and mentions the others in a hint', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [3] });

		const { json, hints } = await runToEnd(customerForm('get', customerWithPhone(PHONE), { branchId: '' }));

		expect(json).toMatchObject([{ id: client }]);
		expect(hints.join()).toContain('This user may not see all branches');
	});

	it('Get by ID finds the customer of a branch that the user may read, and mentions the others in a hint', async () => {
		const client = addClient({ branch_ids: [3] });

		const { json, hints } = await runToEnd(customerForm('get', recordWithId(client), { branchId: '' }));

		expect(json).toMatchObject([{ id: client }]);
		expect(hints.join()).toContain('This user may not see all branches');
	});

	it('Find by phone finds the customer of a branch that the user may read, although another branch is forbidden', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [3] });

		const customers = await run({ ...findByPhoneForm(PHONE), branchId: '' });

		expect(customers).toMatchObject([{ id: client }]);
	});

	it('Get Overview by phone finds the customer of a branch that the user may read, although another branch is forbidden', async () => {
		const client = addClient({ phone: [PHONE], branch_ids: [3] });

		const overviews = await run({
			resource: 'customer',
			operation: 'getOverview',
			matchBy: 'phone',
			phone: PHONE,
		});

		expect(overviews).toMatchObject([{ id: client }]);
	});

	it('Get Overview by ID finds the customer of a branch that the user may read, although another branch is forbidden', async () => {
		const client = addClient({ branch_ids: [3] });

		const overviews = await run({
			resource: 'customer',
			operation: 'getOverview',
			matchBy: 'id',
			id: recordWithId(client),
		});

		expect(overviews).toMatchObject([{ id: client }]);
	});
});

describe('Move to Stage', () => {
	it('Move to Stage finds the stage by name in the branch of the customer', async () => {
		keepBranches(2);
		addLead({ phone: [PHONE], branch_ids: [2] });
		const stage = addRecord('lead-status', { name: 'Думает', pipeline_id: 1, weight: 1 });
		const form = customerForm('moveToStage', customerWithPhone(PHONE), {
			branchId: '',
			lead_status_id: recordWithName('думает'),
		});

		const customers = await run(form);

		expect(customers).toMatchObject([{ lead_status_id: stage }]);
	});

	it('Move to Stage finds the stage by name in a branch that is chosen by name', async () => {
		keepBranches(2);
		changeRecord('branch', 2, { name: 'Север' });
		addLead({ phone: [PHONE], branch_ids: [2] });
		const stage = addRecord('lead-status', { name: 'Думает', pipeline_id: 1, weight: 1 });
		const form = customerForm('moveToStage', customerWithPhone(PHONE), {
			branchId: recordWithName('север'),
			lead_status_id: recordWithName('думает'),
		});

		const customers = await run(form);

		expect(customers).toMatchObject([{ lead_status_id: stage }]);
	});
});

/** Finds the parameter in which an operation names its customer. */
function findCustomerPicker(operation: string): INodeProperties | undefined {
	return findShownParameters({ resource: 'customer', operation }).find(({ name }) => name === 'id');
}

/** Reads the pattern of a custom field, which must match the whole text, as in n8n's editor. */
function readCustomFieldPattern(): RegExp {
	const mode = findCustomerPicker('get')?.modes?.find(({ name }) => name === 'custom');
	const [validation] = mode?.validation as INodePropertyModeValidation[];
	const { regex } = validation.properties as Record<string, string>;
	return new RegExp(`^${regex}$`);
}

/** Leaves the account with its first branches. */
function keepBranches(count: number): void {
	for (const { id } of readRecords('branch').slice(count)) {
		school.sandbox.store.remove('branch', id as number);
	}
}

/** Adds a planned lesson of a customer, so that the calendar of February has something to show. */
function addLessonOf(customer: number): void {
	const { branch_ids } = readCustomer(customer);
	const [branch] = branch_ids as number[];
	addRecord('lesson', {
		branch_id: branch,
		date: '2026-02-12',
		time_from: '2026-02-12 17:00:00',
		time_to: '2026-02-12 18:00:00',
		lesson_type_id: 1,
		subject_id: 1,
		status: LESSON_STATUS.planned,
		customer_ids: [customer],
		teacher_ids: [TEACHER],
		group_ids: [],
	});
}

/** Runs a form that returns one item, takes its changes back, and returns the item and the changes. */
async function runAndUndo(form: INodeParameters): Promise<{ items: IDataObject[]; changes: unknown[] }> {
	const before = school.sandbox.snapshot();

	const items = await run(form);
	const changes = school.sandbox.changes(before);

	expect(items).toHaveLength(1);
	school.sandbox.restore(before);
	return { items, changes };
}
