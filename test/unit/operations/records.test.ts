import type { IDataObject } from 'n8n-workflow';

import { text } from '../../../nodes/AlfaCrm/entities/fields';
import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { buildRequestBody, buildUpdateBody } from '../../../nodes/AlfaCrm/run/body';
import { addToList, pickChangedValues } from '../../../nodes/AlfaCrm/run/saveChanges';
import { branchesOf } from '../../../nodes/AlfaCrm/run/target';
import { upsertByPhoneForm, customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';
import { openExecution } from './support';

const { item } = openExecution();
const customerEntity = entityOf('customer');

/**
 * The fields of an invented entity. `name` is required. The default of `day` is today, that of `count` is 3,
 * and that of `branch_ids` is the branch of the call.
 */
const FIELDS: Field[] = [
	{ type: 'text', name: 'name', label: 'Name', required: true },
	{ type: 'number', name: 'sum', label: 'Sum' },
	{ type: 'date', format: 'dotted', name: 'day', label: 'Day', fallback: 'today' },
	{ type: 'integer', name: 'count', label: 'Count', fallback: 3 },
	{ type: 'references', entity: 'branch', name: 'branch_ids', label: 'Branch', fromBranch: true },
];
const ENTITY = { ...customerEntity, fields: FIELDS };

/** The only field of another invented entity. AlfaCRM accepts at most five characters in it. */
const SHORT_TEXT_FIELDS = [text('name', 'Name', { longest: 5 })];
const ENTITY_WITH_SHORT_TEXT = { ...customerEntity, fields: SHORT_TEXT_FIELDS };
const TEXTS_OF_FIVE_CHARACTERS = [
	{ given: 'Мария', sent: 'Мария' },
	{ given: '  Мария  ', sent: 'Мария' },
	// A reader counts each thumb as one character. JavaScript counts it as four.
	{ given: '👍🏽👍🏽M', sent: '👍🏽👍🏽M' },
];

describe('buildRequestBody', () => {
	beforeEach(() => {
		// In Moscow it is 01:30 of 11 February, so this is "today".
		jest.useFakeTimers({ now: new Date('2026-02-10T22:30:00Z') });
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it('buildRequestBody trims a text and fills missing fields with their defaults', () => {
		const body = buildRequestBody(item, FIELDS, { name: ' Мия ' }, { branch: 1 });

		expect(body).toEqual({ name: 'Мия', day: '11.02.2026', count: 3, branch_ids: [1] });
	});

	it('buildRequestBody fills empty fields with their defaults, and leaves out those without a default', () => {
		const values = { name: 'Мия', sum: '', day: null, count: '' };

		const body = buildRequestBody(item, FIELDS, values);

		expect(body).toEqual({ name: 'Мия', day: '11.02.2026', count: 3 });
	});

	it('buildRequestBody writes the values of the user in place of the defaults, in the formats of AlfaCRM', () => {
		const values = { name: 'Мия', sum: 5, day: '2026-01-02', count: 0, branch_ids: '2, 3' };

		const body = buildRequestBody(item, FIELDS, values, { branch: 1 });

		expect(body).toEqual({ name: 'Мия', sum: 5, day: '02.01.2026', count: 0, branch_ids: [2, 3] });
	});

	it('buildRequestBody takes over custom fields and leaves out empty ones', () => {
		const values = { name: 'Мия', custom_a: 'x', custom_b: '' };

		const body = buildRequestBody(item, FIELDS, values);

		expect(body).toEqual({ name: 'Мия', custom_a: 'x', day: '11.02.2026', count: 3 });
	});

	it('buildRequestBody leaves out a value that is neither a field nor a custom field', () => {
		const body = buildRequestBody(item, FIELDS, { name: 'Мия', other: 1 });

		expect(body).toEqual({ name: 'Мия', day: '11.02.2026', count: 3 });
	});

	it('buildRequestBody throws an error when a required field is empty', () => {
		const buildBodyWithoutName = () => buildRequestBody(item, FIELDS, { name: ' ', sum: 5 });

		expect(buildBodyWithoutName).toThrow(
			expect.objectContaining({
				message: "'Name' is empty, but it is required",
				description: "Fill 'Name', or check the expression in it. Nothing was sent to AlfaCRM.",
			}),
		);
	});

	it.each(TEXTS_OF_FIVE_CHARACTERS)(
		'buildRequestBody accepts "$given" in a field of at most five characters',
		({ given, sent }) => {
			const body = buildRequestBody(item, SHORT_TEXT_FIELDS, { name: given });

			expect(body).toEqual({ name: sent });
		},
	);

	it('buildRequestBody throws an error when a text has one character too many', () => {
		const buildBodyWithLongName = () => buildRequestBody(item, SHORT_TEXT_FIELDS, { name: 'Марина' });

		expect(buildBodyWithLongName).toThrow("'Name' has 6 characters; AlfaCRM accepts at most 5");
	});
});

describe('buildUpdateBody', () => {
	it('buildUpdateBody leaves out empty values when they must not overwrite', () => {
		const values = { name: 'Мия', sum: '', custom_a: '', custom_b: 'x' };

		const body = buildUpdateBody(item, ENTITY, values, { overwritesWithEmpty: false });

		expect(body).toEqual({ name: 'Мия', custom_b: 'x' });
	});

	it('buildUpdateBody leaves out an empty required field and empty branches when they must not overwrite', () => {
		const values = { name: '', branch_ids: [] };

		const body = buildUpdateBody(item, ENTITY, values, { overwritesWithEmpty: false });

		expect(body).toEqual({});
	});

	it('buildUpdateBody empties fields and custom fields when empty values overwrite', () => {
		const values = { name: 'Мия', sum: '', day: null, custom_a: '' };

		const body = buildUpdateBody(item, ENTITY, values, { overwritesWithEmpty: true });

		expect(body).toEqual({ name: 'Мия', sum: null, day: null, custom_a: '' });
	});

	it('buildUpdateBody leaves out undefined values even when empty values overwrite', () => {
		const values = { sum: undefined, custom_a: undefined, custom_b: 1 };

		const body = buildUpdateBody(item, ENTITY, values, { overwritesWithEmpty: true });

		expect(body).toEqual({ custom_b: 1 });
	});

	it('buildUpdateBody takes over the branches that the user gives', () => {
		const body = buildUpdateBody(item, ENTITY, { branch_ids: [2] }, { overwritesWithEmpty: true });

		expect(body).toEqual({ branch_ids: [2] });
	});

	it('buildUpdateBody leaves out a value that is neither a field nor a custom field', () => {
		const values = { name: 'Мия', other: 1 };

		const body = buildUpdateBody(item, ENTITY, values, { overwritesWithEmpty: false });

		expect(body).toEqual({ name: 'Мия' });
	});

	it('buildUpdateBody throws an error when an empty value would overwrite a required field', () => {
		const buildBodyWithEmptyName = () =>
			buildUpdateBody(item, ENTITY, { name: '' }, { overwritesWithEmpty: true });

		expect(buildBodyWithEmptyName).toThrow("'Name' is empty, but it is required");
	});

	it('buildUpdateBody throws an error when an empty list would overwrite the branches', () => {
		const buildBodyWithoutBranches = () =>
			buildUpdateBody(item, ENTITY, { branch_ids: [] }, { overwritesWithEmpty: true });

		expect(buildBodyWithoutBranches).toThrow(
			"'Branch Names or IDs' is empty, but a record in no branch would be shown nowhere",
		);
	});

	it.each(TEXTS_OF_FIVE_CHARACTERS)(
		'buildUpdateBody accepts "$given" in a field of at most five characters',
		({ given, sent }) => {
			const body = buildUpdateBody(
				item,
				ENTITY_WITH_SHORT_TEXT,
				{ name: given },
				{ overwritesWithEmpty: false },
			);

			expect(body).toEqual({ name: sent });
		},
	);
});

/**
 * `pickChangedValues` compares the values of the user with a record, and picks those that AlfaCRM must
 * change.
 */
describe('pickChangedValues', () => {
	it.each<{ given: string; record: IDataObject; values: IDataObject }>([
		{ given: 'the name of the record', record: { name: 'Мия' }, values: { name: 'Мия' } },
		{ given: 'an empty text for null', record: { note: null }, values: { note: '' } },
		{
			given: 'empty values for fields that are not shown',
			record: {},
			values: { note: '', phone: [] },
		},
		{
			given: 'the phone in another spelling',
			record: { phone: ['+7(900)555-00-01'] },
			values: { phone: ['8 900 555 00 01'] },
		},
		{
			given: 'the note with other line breaks and without a space at its end',
			record: { note: 'Мама.\r\nПапа ' },
			values: { note: 'Мама.\nПапа' },
		},
		{
			given: 'the birthday in another format',
			record: { dob: '2015-09-04' },
			values: { dob: '04.09.2015' },
		},
		{
			given: 'the ID of the stage as a text',
			record: { lead_status_id: 1 },
			values: { lead_status_id: '1' },
		},
		{
			given: 'a number for the same text of a custom field',
			record: { custom_a: '1' },
			values: { custom_a: 1 },
		},
	])('pickChangedValues picks nothing when the user gives $given', ({ record, values }) => {
		const changes = pickChangedValues(item, customerEntity, record, values);

		expect(changes).toEqual({});
	});

	it.each<{ difference: string; record: IDataObject; values: IDataObject }>([
		{ difference: 'a capital letter', record: { name: 'мия' }, values: { name: 'Мия' } },
		{ difference: 'ё in place of е', record: { name: 'Семенов' }, values: { name: 'Семёнов' } },
		{
			difference: 'a line break in place of a space',
			record: { note: 'Мама. Папа' },
			values: { note: 'Мама.\nПапа' },
		},
		{
			difference: 'a small letter in an email',
			record: { email: ['Mia@a.example'] },
			values: { email: ['mia@a.example'] },
		},
		{ difference: 'a name that the record does not show', record: {}, values: { name: 'Мия' } },
		{ difference: 'an empty note', record: { note: 'a' }, values: { note: '' } },
		{
			difference: 'another phone',
			record: { phone: ['1234567'] },
			values: { phone: ['7654321'] },
		},
		{
			difference: 'a custom field that the record does not show',
			record: { custom_a: '1' },
			values: { custom_b: 2 },
		},
	])('pickChangedValues picks a value that differs from the record by $difference', ({ record, values }) => {
		const changes = pickChangedValues(item, customerEntity, record, values);

		expect(changes).toEqual(values);
	});

	it('pickChangedValues picks only the values that differ from the record', () => {
		const record = { custom_a: 'a', name: 'b' };
		const values = { custom_a: 'b', name: 'b' };

		const changes = pickChangedValues(item, customerEntity, record, values);

		expect(changes).toEqual({ custom_a: 'b' });
	});
});

describe('pickChangedValues with addToLists', () => {
	it.each<{ addition: string; record: IDataObject; values: IDataObject; changes: IDataObject }>([
		{
			addition: 'a phone to those of the record',
			record: { phone: ['1234567'] },
			values: { phone: ['7654321'] },
			changes: { phone: ['1234567', '7654321'] },
		},
		{
			addition: 'a phone to a list that is null',
			record: { phone: null },
			values: { phone: ['7654321'] },
			changes: { phone: ['7654321'] },
		},
		{
			addition: 'an ID to IDs that AlfaCRM shows as texts',
			record: { teacher_ids: ['1'] },
			values: { teacher_ids: [2] },
			changes: { teacher_ids: ['1', 2] },
		},
	])('pickChangedValues adds $addition', ({ record, values, changes }) => {
		const pickedValues = pickChangedValues(item, customerEntity, record, values, { addToLists: true });

		expect(pickedValues).toEqual(changes);
	});

	it('pickChangedValues picks nothing when the list of the record has the value already', () => {
		const record = { phone: ['1234567', '7654321'] };

		const changes = pickChangedValues(
			item,
			customerEntity,
			record,
			{ phone: ['7654321'] },
			{ addToLists: true },
		);

		expect(changes).toEqual({});
	});

	it('pickChangedValues empties a list when the user gives an empty list', () => {
		const record = { phone: ['1234567'] };

		const changes = pickChangedValues(item, customerEntity, record, { phone: [] }, { addToLists: true });

		expect(changes).toEqual({ phone: [] });
	});

	it('pickChangedValues replaces a value that is no list, even when it adds to lists', () => {
		const changes = pickChangedValues(
			item,
			customerEntity,
			{ name: 'a' },
			{ name: 'b' },
			{ addToLists: true },
		);

		expect(changes).toEqual({ name: 'b' });
	});

	it('pickChangedValues replaces the list of a custom field, even when it adds to lists', () => {
		const changes = pickChangedValues(
			item,
			customerEntity,
			{ custom_a: ['a'] },
			{ custom_a: ['b'] },
			{ addToLists: true },
		);

		expect(changes).toEqual({ custom_a: ['b'] });
	});
});

describe('addToList', () => {
	const TEACHERS = fieldOfCustomer('teacher_ids');
	const WEBSITES = fieldOfCustomer('web');
	const ADVICE =
		"Leave 'Teacher' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values. Nothing was sent to AlfaCRM.";

	/** Finds a field of customers, which must exist. */
	function fieldOfCustomer(fieldName: string): Field {
		const field = customerEntity.fields.find(({ name }) => name === fieldName);
		if (field === undefined) throw new Error(`Customers have no field ${fieldName}`);
		return field;
	}

	it('addToList throws an error when AlfaCRM does not show the list', () => {
		const addToHiddenList = () => addToList(item, TEACHERS, undefined, [1]);

		expect(addToHiddenList).toThrow(
			expect.objectContaining({
				message: "Nothing can be added to 'Teacher', because AlfaCRM does not show what is in it",
				description: ADVICE,
			}),
		);
	});

	it('addToList throws an error when AlfaCRM shows names in place of IDs', () => {
		const addToListOfNames = () => addToList(item, TEACHERS, [1, 'Иванов'], [1]);

		expect(addToListOfNames).toThrow(
			expect.objectContaining({
				message: "Nothing can be added to 'Teacher', because AlfaCRM shows no IDs in it",
				description: ADVICE,
			}),
		);
	});

	it('addToList returns an empty list when nothing is added and AlfaCRM does not show the list', () => {
		const list = addToList(item, TEACHERS, undefined, []);

		expect(list).toEqual([]);
	});

	it('addToList adds a text to a list of texts', () => {
		const list = addToList(item, WEBSITES, ['a.example'], ['b.example']);

		expect(list).toEqual(['a.example', 'b.example']);
	});
});

describe('branchesOf', () => {
	it.each([
		{ record: 'a record that names no branch', values: {}, branches: [1] },
		{
			record: 'a record in branches 1, 2 and 3',
			values: { branch_ids: [1, '2', 3], other: [9] },
			branches: [1, 2, 3],
		},
		{ record: 'a record whose branch is no list', values: { branch_ids: 2 }, branches: [1, 2] },
		{
			record: 'a record with an unreadable branch',
			values: { branch_ids: ['x', 2] },
			branches: [1, 2],
		},
	])(
		'branchesOf lists branch 1, to which the call goes, and then the branches of $record',
		({ values, branches }) => {
			expect(branchesOf(1, FIELDS, values)).toEqual(branches);
		},
	);

	it('branchesOf lists no branch for a call that goes to no branch', () => {
		expect(branchesOf(undefined, FIELDS, { branch_ids: [2] })).toEqual([undefined]);
	});
});

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

/** Makes the form of Update of a customer. */
function updateForm(id: number, updateFields: IDataObject, parameters: IDataObject = {}): IDataObject {
	return customerForm('update', { id, updateFields, ...parameters });
}

describe('Update of a record', () => {
	it('Update refuses a form in which no field has a value', async () => {
		const customer = school.addLead();

		const { message, description } = await school.expectRefusedUnsent(updateForm(customer, { note: '' }));

		expect(message).toBe('There is nothing to update: no field was given a value');
		expect(description).toBe(
			"Give at least one field of the record. To empty a field, turn on 'Overwrite With Empty Values' in 'Options'. Nothing was sent to AlfaCRM.",
		);
	});

	it('Update of a room does not advise to turn on Overwrite With Empty Values, as its form has no such option', async () => {
		const room = school.addRecord('room', { name: 'A' });

		const { description } = await school.expectRefusedUnsent(
			updateForm(room, { name: '' }, { resource: 'room' }),
		);

		expect(description).toBe('Give at least one field of the record. Nothing was sent to AlfaCRM.');
	});

	it('Update names the unusable phone when the form has no other value', async () => {
		const customer = school.addLead();

		const { message } = await school.expectRefusedUnsent(
			updateForm(customer, { note: '', phone: '+7 (___) ___-__-__' }),
		);

		expect(message).toBe(
			'There is nothing to update: \'Phone\' holds no usable phone number: "+7 (___) ___-__-__"',
		);
	});

	it('Update sends a note to the branch of the form without reading the customer', async () => {
		const customer = school.addLead({ phone: ['1234567'] });

		const { json } = await school.run(updateForm(customer, { note: 'x' }, { listMode: 'add' }));

		expect(json).toMatchObject([{ id: customer, note: 'x' }]);
		expect(school.calls).toEqual(['customer/update']);
		expect(school.requests[0].url).toContain('/v2api/1/customer/update');
	});

	it('Update replaces the phones without reading the customer when Multi-Value Fields is Replace All Values', async () => {
		const customer = school.addLead({ phone: ['1234567'] });

		await school.run(updateForm(customer, { phone: '7654321' }, { listMode: 'replace' }));

		expect(school.calls).toEqual(['customer/update']);
		expect(school.requests[0]).toMatchObject({ body: { phone: ['7654321'] }, query: { id: customer } });
	});

	it('Update adds a phone to the phones that it reads when Multi-Value Fields is Add to Existing Values', async () => {
		const customer = school.addLead({ phone: ['1234567'], web: ['a.example'] });

		await school.run(updateForm(customer, { phone: '7654321', note: 'x' }, { listMode: 'add' }));

		expect(school.calls).toEqual(['customer/index', 'customer/update']);
		expect(school.requests[1].body).toEqual({ phone: ['1234567', '7654321'], note: 'x' });
	});
});

// AlfaCRM shows nobody a record without a branch, and the next run would make a second one.
describe.each([
	{ operation: 'Create or Update', form: upsertByPhoneForm() },
	{ operation: 'Update', form: updateForm(1, {}) },
])('$operation with empty branches', ({ operation, form }) => {
	const EMPTY_BRANCHES = [
		{ branches: '""' },
		{ branches: '[]' },
		{ branches: '[""]' },
		{ branches: 'null' },
		{ branches: '" , "' },
	];

	beforeEach(() => {
		school.addLead({ id: 1, phone: [PHONE], branch_ids: [1, 2] });
	});

	it.each(EMPTY_BRANCHES)(
		`${operation} refuses the branches $branches when Overwrite With Empty Values is on`,
		async ({ branches }) => {
			const { message } = await school.expectRefused({
				...form,
				inputMode: 'json',
				json: `{"note":"x","branch_ids":${branches}}`,
				options: { overwriteWithEmpty: true },
			});

			expect(message).toBe(
				"'Branch Names or IDs' is empty, but a record in no branch would be shown nowhere",
			);
		},
	);

	it.each(EMPTY_BRANCHES)(
		`${operation} keeps the branches of the customer when the form has the branches $branches`,
		async ({ branches }) => {
			await school.run({
				...form,
				inputMode: 'json',
				json: `{"note":"x","branch_ids":${branches}}`,
			});

			expect(school.readRecord('customer', 1)).toMatchObject({ branch_ids: [1, 2], note: 'x' });
		},
	);
});

describe('Update and Delete of a subscription', () => {
	const MIA = 1;
	const YANA = 2;
	const SUBSCRIPTION_OF_MIA = 1;

	beforeEach(() => {
		school.addLead({ id: MIA, name: 'Орлова Мия', is_study: 1 });
		school.addLead({ id: YANA, name: 'Орлова Яна', is_study: 1 });
		school.addRecord('customer-tariff', {
			id: SUBSCRIPTION_OF_MIA,
			customer_id: MIA,
			tariff_id: 1,
			branch_id: 1,
			b_date: '01.01.2026',
			e_date: '01.02.2035',
		});
	});

	/**
	 * Makes the form of Update or Delete of Mia's subscription, with the customer to whom the form says it
	 * belongs.
	 */
	function subscriptionForm(operation: 'update' | 'delete', customer: number): IDataObject {
		return customerForm(operation, {
			resource: 'customerTariff',
			id: SUBSCRIPTION_OF_MIA,
			customer_id: customer,
			updateFields: { e_date: '2030-01-31' },
		});
	}

	it('Update refuses the subscription of another customer', async () => {
		const { message } = await school.expectRefused(subscriptionForm('update', YANA));

		expect(message).toBe('AlfaCRM has no customer subscription with ID 1 in branch 1');
		expect(school.readRecord('customer-tariff', SUBSCRIPTION_OF_MIA)).toMatchObject({
			e_date: '01.02.2035',
		});
	});

	it('Delete refuses the subscription of another customer', async () => {
		const { message } = await school.expectRefused(subscriptionForm('delete', YANA));

		expect(message).toBe('AlfaCRM has no customer subscription with ID 1 in branch 1');
		expect(school.readRecord('customer-tariff', SUBSCRIPTION_OF_MIA)).toMatchObject({
			e_date: '01.02.2035',
		});
	});

	it('Update changes the subscription of the customer', async () => {
		await school.run(subscriptionForm('update', MIA));

		expect(school.readRecord('customer-tariff', SUBSCRIPTION_OF_MIA)).toMatchObject({
			e_date: '31.01.2030',
		});
	});

	it('Delete deletes the subscription of the customer', async () => {
		await school.run(subscriptionForm('delete', MIA));

		expect(school.readRecord('customer-tariff', SUBSCRIPTION_OF_MIA)).toBeUndefined();
	});
});

// Another node may hand on the output of 'Get' with 'Simplify' on.
describe('Operations that save lists which Simplify has written as texts', () => {
	/** The lists of a customer as Simplify writes them: their values with commas between them. */
	const TEXTS = {
		phone: `${PHONE}, ${OTHER_PHONE}`,
		email: 'mia@example.org, mama@example.org',
		web: 'https://mia.example, https://mama.example',
		addr: 'ул. Примерная, 5, кв. 7',
	};
	/** The lists themselves. The address is one value, although it has commas. */
	const LISTS = {
		phone: [PHONE, OTHER_PHONE],
		email: ['mia@example.org', 'mama@example.org'],
		web: ['https://mia.example', 'https://mama.example'],
		addr: ['ул. Примерная, 5, кв. 7'],
	};
	const FORMS_OF_CHANGES = [
		{ operation: 'Update', form: updateForm(1, TEXTS) },
		{
			operation: 'Create or Update',
			form: customerForm('upsert', { matchBy: 'id', id: 1, fieldsToSet: TEXTS }),
		},
		{
			operation: 'Update by JSON',
			form: updateForm(1, {}, { inputMode: 'json', json: JSON.stringify(TEXTS) }),
		},
		{
			operation: 'Update by the mapper',
			form: updateForm(
				1,
				{},
				{
					inputMode: 'map',
					columns: { mappingMode: 'defineBelow', value: TEXTS },
				},
			),
		},
	];

	it('Create saves lists that Simplify has written as texts', async () => {
		await school.run(customerForm('create', { name: 'Ева', is_study: 0, ...TEXTS, additionalFields: TEXTS }));

		expect(school.readRecords('customer')).toMatchObject([LISTS]);
	});

	it.each(FORMS_OF_CHANGES)('$operation saves lists that Simplify has written as texts', async ({ form }) => {
		const customer = school.addLead();

		await school.run(form);

		expect(school.readRecord('customer', customer)).toMatchObject(LISTS);
	});

	it.each(FORMS_OF_CHANGES)(
		'$operation changes nothing when Simplify has written the lists of the customer as texts',
		async ({ form }) => {
			const customer = school.addLead(LISTS);
			const recordBefore = { ...school.readRecord('customer', customer) };

			await school.run(form);

			expect(school.readRecord('customer', customer)).toEqual({
				...recordBefore,
				updated_at: expect.any(String) as string,
			});
		},
	);
});

describe('Create of a customer', () => {
	/** Makes the form of Create of a customer. */
	function createForm(parameters: IDataObject = {}): IDataObject {
		return customerForm('create', { name: 'Мия', legal_type: 1, is_study: 0, ...parameters });
	}

	/** Makes the form of Create of a customer with custom fields. */
	function createFormWithCustomFields(...values: IDataObject[]): IDataObject {
		return createForm({ additionalFields: { customFields: { values } } });
	}

	it('Create saves a custom field whose name has spaces around it', async () => {
		await school.run(createFormWithCustomFields({ name: ' custom_a ', value: 'x' }));

		expect(school.requests[0].body).toEqual({
			name: 'Мия',
			legal_type: 1,
			is_study: 0,
			branch_ids: [1],
			custom_a: 'x',
		});
	});

	it('Create saves the other fields when the collection of custom fields is empty', async () => {
		await school.run(createForm({ additionalFields: { customFields: {} } }));

		expect(school.requests[0].body).toEqual({ name: 'Мия', legal_type: 1, is_study: 0, branch_ids: [1] });
	});

	it('Create refuses fields that customers do not have', async () => {
		const { message, description } = await school.expectRefusedUnsent(
			createForm({ additionalFields: { shoe: 1, size: 2 } }),
		);

		expect(message).toBe('AlfaCRM\'s customer has no field "shoe", "size" that can be set here');
		expect(description).toBe('Remove it, or correct its name. Nothing was sent to AlfaCRM.');
	});

	it('Create lists the fields of customers when the JSON has a field that they do not have', async () => {
		const { message, description } = await school.expectRefusedUnsent(
			createForm({ inputMode: 'json', json: '{"shoe": 1}' }),
		);

		expect(message).toBe('AlfaCRM\'s customer has no field "shoe" that can be set here');
		expect(description).toContain('Remove it, or correct its name. There are name, phone (list), ');
	});

	it.each([
		{ name: ' ', message: "'Name' of a custom field is empty" },
		{ name: 'school', message: '"school" is not the name of a custom field' },
		{ name: 5, message: '"5" is not the name of a custom field' },
	])('Create refuses "$name" as the name of a custom field', async ({ name, message }) => {
		const error = await school.expectRefusedUnsent(createFormWithCustomFields({ name, value: 1 }));

		expect(error.message).toBe(message);
		expect(error.description).toBe(
			"Names of custom fields start with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
		);
	});

	it('Create refuses a custom field that is given twice', async () => {
		const { message, description } = await school.expectRefusedUnsent(
			createFormWithCustomFields({ name: 'custom_a', value: 1 }, { name: 'custom_a ', value: 2 }),
		);

		expect(message).toBe("'custom_a' is given twice");
		expect(description).toBe(
			'Only one of the values could be saved. Remove the other. Nothing was sent to AlfaCRM.',
		);
	});
});
