import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { LESSON_STATUS, PAY_TYPE } from '../support/codes';
import {
	customerForm,
	findByPhoneForm,
	NULL,
	recordWithId,
	UNDEFINED,
	upsertByPhoneForm,
} from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { callInProcess } from './support/inProcess';
import { useSchool } from './support/school';
import { stopClock } from './support/stoppedClock';

callInProcess();

/** Tests how the values of a form reach AlfaCRM, and how the node reads the values that AlfaCRM has. */
const school = useSchool({ customers: 40 });
const {
	addClient,
	addLead,
	addRecord,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readCustomer,
	readRecord,
	readRecords,
	readWrites,
	run,
	runToEnd,
} = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const GROUP = 1;
const SUBJECT = 1;
const LESSON_TYPE = { individual: 1, group: 2 } as const;
const STUDY_STATUS = 2;

const NEW_YORK = 'America/New_York';
const VLADIVOSTOK = 'Asia/Vladivostok';

afterEach(() => {
	jest.useRealTimers();
});

/** The card of a lead of whom much is known. */
const FULL_CARD = {
	phone: [PHONE],
	email: ['mia@example.org'],
	dob: '04.09.2015',
	note: 'Важное',
	lead_source_id: 1,
	teacher_ids: [1, 2],
	custom_school: '12',
};

/** A row of a sheet that has a new note, and blanks in all other cells. */
const ROW_WITH_A_NOTE = {
	phone: '  ',
	email: '  ',
	dob: '  ',
	note: 'Новое',
	lead_source_id: '  ',
	teacher_ids: '  ',
	custom_school: '  ',
};

const UPDATE_FROM_ITEM: Array<{ way: string; parameters: INodeParameters }> = [
	{
		way: 'are mapped automatically',
		parameters: {
			inputMode: 'map',
			columns: { mappingMode: 'autoMapInputData', value: null },
		},
	},
	{
		way: 'are given as JSON',
		parameters: { inputMode: 'json', json: '={{ $json }}' },
	},
	{
		way: 'are expressions in the form',
		parameters: {
			updateFields: {
				phone: '={{ $json.phone }}',
				email: '={{ $json.email }}',
				dob: '={{ $json.dob }}',
				note: '={{ $json.note }}',
				lead_source_id: '={{ $json.lead_source_id }}',
				teacher_ids: '={{ $json.teacher_ids }}',
			},
		},
	},
];

describe.each(UPDATE_FROM_ITEM)('Update of a customer whose fields $way', ({ parameters }) => {
	it('Update keeps the fields whose cells are blank', async () => {
		const lead = addLead(FULL_CARD);

		await run(customerForm('update', recordWithId(lead), parameters), { items: [ROW_WITH_A_NOTE] });

		expect(readCustomer(lead)).toMatchObject({ ...FULL_CARD, note: 'Новое' });
		expect(readBodies('customer/update')).toEqual([{ note: 'Новое' }]);
	});

	it('Update empties the fields whose cells are blank when Overwrite With Empty Values is on', async () => {
		const lead = addLead(FULL_CARD);
		const form = customerForm('update', recordWithId(lead), {
			...parameters,
			options: { overwriteWithEmpty: true },
		});

		await run(form, { items: [ROW_WITH_A_NOTE] });

		expect(readCustomer(lead)).toMatchObject({
			phone: [],
			email: [],
			dob: null,
			note: 'Новое',
			lead_source_id: null,
			teacher_ids: [],
		});
	});

	it('Update keeps the fields that the item lacks, even when Overwrite With Empty Values is on', async () => {
		const lead = addLead(FULL_CARD);
		const form = customerForm('update', recordWithId(lead), {
			...parameters,
			options: { overwriteWithEmpty: true },
		});

		await run(form, { items: [{ note: 'Новое', dob: null } as unknown as IDataObject] });

		expect(readCustomer(lead)).toMatchObject({ ...FULL_CARD, note: 'Новое', dob: null });
	});

	it('Update refuses a row in which all cells are blank', async () => {
		const lead = addLead(FULL_CARD);
		const form = customerForm('update', recordWithId(lead), parameters);

		await expectRefusedUnsent(form, 'nothing to update', { items: [{ ...ROW_WITH_A_NOTE, note: '  ' }] });
	});
});

describe('an operation on a customer whose parameter is empty', () => {
	it.each([
		{ content: 'an empty list', teacher_ids: '[]' },
		{ content: 'a list that contains null', teacher_ids: '={{ [null] }}' },
		{ content: 'null', teacher_ids: NULL },
	])('Assign Teachers refuses $content as Teacher', async ({ teacher_ids }) => {
		const lead = addLead();

		await expectRefusedUnsent(
			customerForm('assignTeachers', recordWithId(lead), { teacher_ids }),
			"'Teacher'",
		);
	});

	it('Assign Manager refuses null as Manager', async () => {
		const lead = addLead();

		await expectRefusedUnsent(
			customerForm('assignManager', recordWithId(lead), { assigned_id: NULL }),
			"'Manager'",
		);
	});

	it('Convert to Client keeps the study status when Study Status is null', async () => {
		const lead = addLead({ study_status_id: STUDY_STATUS });

		await run(
			customerForm('convertToClient', recordWithId(lead), { additionalFields: { study_status_id: NULL } }),
		);

		expect(readCustomer(lead)).toMatchObject({ is_study: 1, study_status_id: STUDY_STATUS });
	});
});

describe('Update with an expression in a picker and Overwrite With Empty Values', () => {
	it.each([{ expression: UNDEFINED }, { expression: '={{ $json.misspelt }}' }])(
		'Update keeps the customers of a lesson when $expression has no value',
		async ({ expression }) => {
			const lesson = addLesson({ customer_ids: [1, 2] });

			await run(
				recordForm('lesson', 'update', {
					id: recordWithId(lesson),
					updateFields: { customer_ids: recordWithId(expression), note: 'Новое' },
					options: { overwriteWithEmpty: true },
				}),
			);

			expect(readRecord('lesson', lesson)).toMatchObject({ customer_ids: [1, 2], note: 'Новое' });
		},
	);

	it('Update removes the customers of a lesson when the expression is null', async () => {
		const lesson = addLesson({ customer_ids: [1, 2] });

		await run(
			recordForm('lesson', 'update', {
				id: recordWithId(lesson),
				updateFields: { customer_ids: recordWithId(NULL), note: 'Новое' },
				options: { overwriteWithEmpty: true },
			}),
		);

		expect(readRecord('lesson', lesson)).toMatchObject({ customer_ids: [], note: 'Новое' });
	});

	it.each([{ expression: UNDEFINED }, { expression: '={{ $json.misspelt }}' }])(
		'Update keeps the group of a payment when $expression has no value',
		async ({ expression }) => {
			const payment = addPaymentOfGroup();

			await run(
				recordForm('pay', 'update', {
					id: payment,
					updateFields: { group_id: recordWithId(expression), note: 'Новое' },
					options: { overwriteWithEmpty: true },
				}),
			);

			expect(readRecord('pay', payment)).toMatchObject({ group_id: GROUP, note: 'Новое' });
		},
	);

	it('Update removes the group of a payment when the expression is null', async () => {
		const payment = addPaymentOfGroup();

		await run(
			recordForm('pay', 'update', {
				id: payment,
				updateFields: { group_id: recordWithId(NULL), note: 'Новое' },
				options: { overwriteWithEmpty: true },
			}),
		);

		expect(readRecord('pay', payment)).toMatchObject({ group_id: null, note: 'Новое' });
	});
});

/**
 * A long number, such as a tax number or a barcode, as a narrow column of a sheet shows it. Two people may have
 * the same rounded number.
 */
const ROUNDED_NUMBER = '7,72345E+11';

describe('an operation that is given a number which a sheet has rounded', () => {
	it('Create or Update refuses a rounded match value, even if a customer has the same text in the field', async () => {
		addLead({ custom_inn: ROUNDED_NUMBER });
		const form = {
			...upsertByPhoneForm('', { name: 'Лисова Ева', note: 'Вторая' }),
			matchBy: 'customField',
			matchField: 'custom_inn',
			matchValue: ROUNDED_NUMBER,
		};

		await expectRefusedUnsent(form, "'custom_inn' must be");
	});

	it('Create or Update refuses a rounded barcode and says that its last digits are lost', async () => {
		addLead({ phone: [PHONE], barcode: '772345678901' });
		const form = {
			...upsertByPhoneForm(PHONE),
			inputMode: 'json',
			json: JSON.stringify({ barcode: ROUNDED_NUMBER }),
		};

		const { message } = await expectRefusedUnsent(form, 'must be a text');

		expect(message).toMatch(/, a number that was rounded: its last digits are lost$/);
	});

	it('Update refuses a rounded barcode', async () => {
		const lead = addLead({ barcode: '772345678901' });
		const form = customerForm('update', recordWithId(lead), {
			inputMode: 'json',
			json: JSON.stringify({ barcode: ROUNDED_NUMBER }),
		});

		await expectRefusedUnsent(form, 'must be');
	});
});

const SAVING_OPERATIONS: Array<{
	operation: string;
	collection: string;
	makeParameters: () => INodeParameters;
}> = [
	{
		operation: 'create',
		collection: 'additionalFields',
		makeParameters: () => ({ name: 'Орлова Мия', is_study: 0, legal_type: 1 }),
	},
	{
		operation: 'update',
		collection: 'updateFields',
		makeParameters: () => ({ id: recordWithId(addLead()), listMode: 'replace' }),
	},
	{
		operation: 'upsert',
		collection: 'fieldsToSet',
		makeParameters: () => ({ matchBy: 'phone', phone: PHONE, name: 'Орлова Мия' }),
	},
];

describe.each(SAVING_OPERATIONS)(
	'$operation of a customer with a custom field',
	({ operation, collection, makeParameters }) => {
		const WAYS: Array<{ way: string; giveField: (name: string) => INodeParameters }> = [
			{
				way: 'in the form',
				giveField: (name) => ({
					[collection]: {
						name: 'Орлова Мия',
						customFields: { values: [{ name, value: 'Д-новый' }] },
					},
				}),
			},
			{
				way: 'as JSON',
				giveField: (name) => ({
					inputMode: 'json',
					json: JSON.stringify({ name: 'Орлова Мия', is_study: 0, legal_type: 1, [name]: 'Д-новый' }),
				}),
			},
			{
				way: 'in the mapper',
				giveField: (name) => ({
					inputMode: 'map',
					columns: {
						mappingMode: 'defineBelow',
						value: { name: 'Орлова Мия', is_study: 0, legal_type: 1, [name]: 'Д-новый' },
					},
				}),
			},
		];

		it.each(WAYS)(
			'the node saves a custom field that is given $way, without a hint',
			async ({ giveField }) => {
				const form = recordForm('customer', operation, {
					options: {},
					...makeParameters(),
					...giveField('custom_dogovor'),
				});

				const { json, error, hints } = await runToEnd(form);

				expect(error).toBeUndefined();
				expect(hints).toEqual([]);
				expect(readCustomer(json[0].id)).toMatchObject({ custom_dogovor: 'Д-новый' });
			},
		);

		it.each(WAYS)(
			'the node names an unknown custom field that is given $way in a hint',
			async ({ giveField }) => {
				const form = recordForm('customer', operation, {
					options: {},
					...makeParameters(),
					...giveField('custom_dogvor'),
				});

				const { json, error, hints } = await runToEnd(form);

				expect(error).toBeUndefined();
				expect(hints).toEqual([expect.stringContaining('custom_dogvor')]);
				expect(readCustomer(json[0].id)).not.toHaveProperty('custom_dogvor');
			},
		);
	},
);

describe('Get Many with a day in a filter', () => {
	it.each([
		{ filter: 'created_at_from', day: '2026-02-28', sent: '28.02.2026' },
		{ filter: 'next_lesson_date_from', day: '28.02.2026', sent: '2026-02-28' },
	])('Get Many sends the day $day as $sent in the filter $filter', async ({ filter, day, sent }) => {
		await run(recordForm('customer', 'getAll', { filters: { [filter]: day } }));

		expect(readBodies('customer/index')).toMatchObject([{ [filter]: sent }]);
	});
});

/**
 * Birth dates as moments in UTC, in a workflow whose time zone is that of New York. Midnight stands for the written
 * day. Any other moment stands for its day in New York.
 */
const BIRTH_DATES = [
	{ kind: 'midnight in UTC as a text', dob: '2015-09-04T00:00:00.000Z', day: '04.09.2015' },
	{
		kind: 'midnight in UTC as a DateTime',
		dob: '={{ DateTime.fromISO("2015-09-04", { zone: "utc" }) }}',
		day: '04.09.2015',
	},
	{
		kind: 'half past two in UTC as a Date',
		dob: '={{ new Date("2015-09-04T02:30:00.000Z") }}',
		day: '03.09.2015',
	},
];

describe('a birth date that is a moment in UTC', () => {
	it.each(BIRTH_DATES)('Create saves $day as the birth date for $kind', async ({ dob, day }) => {
		const form = recordForm('customer', 'create', {
			name: 'Лисова Ева',
			is_study: 0,
			legal_type: 1,
			additionalFields: { dob },
		});

		const [customer] = await run(form, { timezone: NEW_YORK });

		expect(readCustomer(customer.id)).toMatchObject({ dob: day });
	});

	it.each(BIRTH_DATES)(
		'Create or Update changes nothing when the customer was born on $day and it gets $kind',
		async ({ dob, day }) => {
			const lead = addLead({ phone: [PHONE], dob: day });

			const customers = await run(upsertByPhoneForm(PHONE, { dob }), { timezone: NEW_YORK });

			expect(customers).toMatchObject([{ id: lead, operationResult: 'unchanged' }]);
		},
	);

	it.each(BIRTH_DATES)('Find returns the namesake who was born on $day for $kind', async ({ dob, day }) => {
		addLead({ name: 'Лисова Ева', dob: '05.09.2015' });
		const lead = addLead({ name: 'Лисова Ева', dob: day });
		const form = {
			...findByPhoneForm(''),
			matchBy: 'nameAndBirthDate',
			name: 'Лисова Ева',
			dob,
		};

		const customers = await run(form, { timezone: NEW_YORK });

		expect(customers).toMatchObject([{ id: lead }]);
	});
});

describe('a workflow in New York at a school in Vladivostok, where the next day has begun', () => {
	const OTHER_GROUP = { name: 'Сборка роботов', branch_ids: [1], e_date: '2035-05-31' };

	let client: number;
	let group: number;

	beforeEach(() => {
		stopClock('2026-02-10T18:00:00Z');
		changeSettings({ timeZone: VLADIVOSTOK });
		client = addClient();
		group = addRecord('group', OTHER_GROUP);
	});

	/** Runs Add to Group in the workflow in New York. */
	const addToGroup = async (days: INodeParameters = {}) =>
		await run(
			customerForm('addToGroup', recordWithId(client), {
				group_id: recordWithId(group),
				additionalFields: days,
			}),
			{ timezone: NEW_YORK },
		);

	/** Runs Remove from Group in the workflow in New York. */
	const removeFromGroup = async () =>
		await run(
			customerForm('removeFromGroup', recordWithId(client), {
				group_id: recordWithId(group),
				leave_by: 'end',
			}),
			{ timezone: NEW_YORK },
		);

	it('Remove from Group ends a membership that began today', async () => {
		await addToGroup();

		const memberships = await removeFromGroup();

		expect(memberships).toMatchObject([{ operationResult: 'updated', alreadyLeft: false }]);
		expect(readMembershipsOf(group)).toMatchObject([{ customer_id: client, e_date: '10.02.2026' }]);
	});

	it('Remove from Group changes nothing when the membership that began today has ended already', async () => {
		await addToGroup();
		await removeFromGroup();

		const memberships = await removeFromGroup();

		expect(memberships).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
	});

	it('Add to Group adds a later membership when the one that began today has ended', async () => {
		await addToGroup();
		await removeFromGroup();

		const memberships = await addToGroup({ b_date: '2026-03-01' });

		expect(memberships).toMatchObject([{ operationResult: 'created', alreadyMember: false }]);
	});

	it('Add Comment adds a comment once, although its time is in the future for the workflow', async () => {
		const form = customerForm('addComment', recordWithId(client), { comment: 'Ждёт звонка' });

		const comments = await run(form, { timezone: NEW_YORK });
		const repeatedComments = await run(form, { timezone: NEW_YORK });

		expect(comments).toMatchObject([{ operationResult: 'created' }]);
		expect(repeatedComments).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('Add Comment recognises its comment in a second workflow, whose zone is Vladivostok', async () => {
		const form = customerForm('addComment', recordWithId(client), { comment: 'Ждёт звонка' });
		await run(form, { timezone: NEW_YORK });

		const comments = await run(form, { timezone: VLADIVOSTOK });

		expect(comments).toMatchObject([{ operationResult: 'unchanged' }]);
	});
});

describe('an operation on the days of a membership', () => {
	let client: number;
	let group: number;

	beforeEach(() => {
		stopClock('2026-02-10T09:00:00Z');
		client = addClient();
		group = addGroup();
	});

	it('Remove from Group ends the membership on Last Day', async () => {
		const membership = addMembership(client, group);

		const memberships = await run(leaveOnFebruary20Form(client, group));

		expect(memberships).toMatchObject([{ operationResult: 'updated', id: membership, e_date: '2026-02-20' }]);
		expect(readRecord('cgi', membership)).toMatchObject({ b_date: '01.02.2026', e_date: '20.02.2026' });
	});

	it("Remove from Group shows AlfaCRM's refusal and leaves the membership as it was", async () => {
		const membership = addMembership(client, group);
		refuseUpdates('cgi', { e_date: ['Дата окончания должна быть больше даты начала.'] });

		const { message } = await expectRefused(leaveOnFebruary20Form(client, group));

		expect(message).toContain('Дата окончания должна быть больше');
		expect(readWrites()).toEqual(['cgi/update']);
		expect(readRecord('cgi', membership)).toMatchObject({ e_date: '31.05.2026' });
	});

	it('Add to Group begins and ends the membership on the given days', async () => {
		await run(joinOnMarch1Form(client, group, { until: '2026-04-30' }));

		expect(readMembershipsOf(group)).toMatchObject([
			{ customer_id: client, b_date: '01.03.2026', e_date: '30.04.2026' },
		]);
	});

	it('Add to Group changes the last day of an existing membership', async () => {
		await run(joinOnMarch1Form(client, group, { until: '2026-04-30' }));

		await run(joinOnMarch1Form(client, group, { until: '2026-05-15' }));

		expect(readMembershipsOf(group)).toMatchObject([
			{ customer_id: client, b_date: '01.03.2026', e_date: '15.05.2026' },
		]);
	});
});

describe.each([
	{ format: 'dotted', example: '01.03.2026' },
	{ format: 'iso', example: '2026-03-01' },
])('in an account whose groups and lessons take only days such as $example', ({ format }) => {
	beforeEach(() => {
		stopClock('2026-02-10T09:00:00Z');
		changeSettings({
			dateFormats: {
				'group.b_date': format,
				'group.e_date': format,
				'lesson.lesson_date': format,
			},
		});
	});

	it('Create saves the days of a group', async () => {
		const [group] = await run(
			recordForm('group', 'create', {
				name: 'Шашки',
				additionalFields: { b_date: '2026-03-01', e_date: '2026-05-31' },
			}),
		);

		expect(readRecord('group', group.id)).toMatchObject({ b_date: '2026-03-01', e_date: '2026-05-31' });
	});

	it('Update saves another last day of a group', async () => {
		const group = addGroup();

		await run(
			recordForm('group', 'update', {
				id: recordWithId(group),
				updateFields: { e_date: '2026-06-30' },
			}),
		);

		expect(readRecord('group', group)).toMatchObject({ b_date: '2020-09-01', e_date: '2026-06-30' });
	});

	it('Create saves the day of a lesson', async () => {
		const [lesson] = await run(
			recordForm('lesson', 'create', {
				customer_ids: recordWithId(1),
				lesson_date: '2026-03-03',
				time_from: '17:00',
				lesson_type_id: LESSON_TYPE.individual,
				subject_id: SUBJECT,
				additionalFields: { duration: 60 },
			}),
		);

		expect(readRecord('lesson', lesson.id)).toMatchObject({
			date: '2026-03-03',
			time_from: '2026-03-03 17:00:00',
		});
	});

	it('Update saves the day of the second group, although AlfaCRM has refused both formats for the first', async () => {
		const firstGroup = addGroup();
		const secondGroup = addGroup();
		refuseUpdates('group', { e_date: ['Неверный формат значения «Дата окончания».'] }, 2);
		const form = recordForm('group', 'update', {
			id: recordWithId('={{ $json.id }}'),
			updateFields: { e_date: '2026-06-30', limit: 5 },
		});

		const { error, errorItems, json } = await runToEnd(form, {
			items: [{ id: firstGroup }, { id: secondGroup }],
			onError: 'continueErrorOutput',
		});

		expect(error).toBeUndefined();
		expect(errorItems).toHaveLength(1);
		expect(json).toMatchObject([{ id: secondGroup }]);
		expect(readRecord('group', firstGroup)).toMatchObject({ e_date: '2035-05-31' });
		expect(readRecord('group', secondGroup)).toMatchObject({ e_date: '2026-06-30' });
	});
});

describe('Update of a lesson in which AlfaCRM has 0 in place of nothing', () => {
	it.each([
		{ field: 'room', values: { room_id: 0 } },
		{ field: 'customers', values: { customer_ids: [0] } },
	])('Update changes only the homework of a lesson whose $field is 0 in AlfaCRM', async ({ values }) => {
		const lesson = addLesson({ teacher_ids: [1], ...values });
		const before = structuredClone(readRecord('lesson', lesson));

		await run(
			recordForm('lesson', 'update', {
				id: recordWithId(lesson),
				updateFields: { homework: 'Читать' },
			}),
		);

		expect(readRecord('lesson', lesson)).toEqual({
			...before,
			homework: 'Читать',
			updated_at: expect.any(String) as string,
		});
	});
});

describe('Change Bonus in an account whose answer does not say whether it succeeded', () => {
	beforeEach(() => {
		changeSettings({ bonusAnswer: 'bare' });
	});

	it.each([
		{ verb: 'adds', change: 'bonus-add', balance: 130 },
		{ verb: 'spends', change: 'bonus-spend', balance: 70 },
	])(
		'Change Bonus $verb 30 of 100 roubles and returns the balance of $balance',
		async ({ change, balance }) => {
			const client = addClient({ balance_bonus: 100 });
			const form = customerForm('changeBonus', recordWithId(client), { change, amount: 30, note: 'Подарок' });

			const customers = await run(form);

			expect(customers).toMatchObject([{ id: client, balance_bonus: balance }]);
			expect(readCustomer(client)).toMatchObject({ balance_bonus: balance });
		},
	);
});

/** Fills the form of an operation in branch 1. */
function recordForm(resource: string, operation: string, parameters: INodeParameters): INodeParameters {
	return { resource, operation, branchId: 1, ...parameters };
}

/** Fills the form of Remove from Group with 20 February as the last day. */
function leaveOnFebruary20Form(client: number, group: number): INodeParameters {
	return customerForm('removeFromGroup', recordWithId(client), {
		group_id: recordWithId(group),
		additionalFields: { e_date: '2026-02-20' },
	});
}

/** Fills the form of Add to Group with a membership that begins on 1 March. */
function joinOnMarch1Form(client: number, group: number, { until }: { until: string }): INodeParameters {
	return customerForm('addToGroup', recordWithId(client), {
		group_id: recordWithId(group),
		additionalFields: { b_date: '2026-03-01', e_date: until },
	});
}

/** Adds a planned lesson of group 1 without a room. */
function addLesson(values: IDataObject): number {
	return addRecord('lesson', {
		branch_id: 1,
		lesson_type_id: LESSON_TYPE.group,
		subject_id: SUBJECT,
		status: LESSON_STATUS.planned,
		date: '2026-03-02',
		time_from: '2026-03-02 17:00:00',
		time_to: '2026-03-02 18:00:00',
		room_id: null,
		customer_ids: [1, 2],
		group_ids: [GROUP],
		...values,
	});
}

/** Adds a payment for a subscription, which belongs to group 1. */
function addPaymentOfGroup(): number {
	const client = addClient();
	const subscription = addRecord('customer-tariff', { customer_id: client, tariff_id: 1, branch_id: 1 });
	return addRecord('pay', {
		branch_id: 1,
		customer_id: client,
		pay_type_id: PAY_TYPE.income,
		pay_account_id: 1,
		income: '500.00',
		document_date: '05.02.2026',
		ctt_id: subscription,
		group_id: GROUP,
	});
}

/** Adds a group that exists from 2020 to 2035. */
function addGroup(): number {
	return addRecord('group', {
		name: 'Шахматы',
		branch_ids: [1],
		b_date: '2020-09-01',
		e_date: '2035-05-31',
	});
}

/** Adds the membership of a customer from February to May 2026. */
function addMembership(customer: number, group: number): number {
	return addRecord('cgi', {
		customer_id: customer,
		group_id: group,
		b_date: '01.02.2026',
		e_date: '31.05.2026',
	});
}

/** Lets AlfaCRM refuse the next updates of an entity with messages about fields. */
function refuseUpdates(entity: string, errors: Record<string, string[]>, times = 1): void {
	school.sandbox.faults.add({
		kind: 'successFalse',
		errors,
		times,
		match: { entity, action: 'update' },
	});
}

function readMembershipsOf(group: number): IDataObject[] {
	return readRecords('cgi').filter(({ group_id }) => group_id === group);
}

/** Reads the bodies of the calls so far to one action, such as "customer/update". */
function readBodies(call: string): unknown[] {
	return school.readJournal(call).map(({ body }) => body);
}
