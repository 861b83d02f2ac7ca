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
const customer = entityOf('customer');

const FIELDS: Field[] = [
	{ type: 'text', name: 'name', label: 'Name', required: true },
	{ type: 'number', name: 'sum', label: 'Sum' },
	{ type: 'date', format: 'dotted', name: 'day', label: 'Day', fallback: 'today' },
	{ type: 'integer', name: 'count', label: 'Count', fallback: 3 },
	{ type: 'references', entity: 'branch', name: 'branch_ids', label: 'Branch', fromBranch: true },
];

describe('a new record', () => {
	beforeEach(() => jest.useFakeTimers({ now: new Date('2026-02-10T22:30:00Z') }));
	afterEach(() => jest.useRealTimers());

	it.each<[IDataObject, number | undefined, IDataObject]>([
		[{ name: ' Мия ' }, 1, { name: 'Мия', day: '11.02.2026', count: 3, branch_ids: [1] }],
		[{ name: 'Мия', sum: '', day: null, count: '' }, undefined, { name: 'Мия', day: '11.02.2026', count: 3 }],
		[
			{ name: 'Мия', sum: 5, day: '2026-01-02', count: 0, branch_ids: '2, 3', custom_a: 'x', custom_b: '' },
			1,
			{ name: 'Мия', sum: 5, day: '02.01.2026', count: 0, branch_ids: [2, 3], custom_a: 'x' },
		],
		// What is neither a field nor a custom one is not sent.
		[{ name: 'Мия', other: 1, day: '2026-01-02' }, undefined, { name: 'Мия', day: '02.01.2026', count: 3 }],
	])('of %j in branch %j is sent as %j', (given, branch, body) => {
		expect(buildRequestBody(item, FIELDS, given, { branch })).toEqual(body);
	});

	it('lacks nothing that AlfaCRM requires', () => {
		const missing = () => buildRequestBody(item, FIELDS, { name: ' ', sum: 5 });
		expect(missing).toThrow("'Name' is empty, but it is required");
		expect(missing).toThrow(
			expect.objectContaining({
				description: "Fill 'Name', or check the expression in it. Nothing was sent to AlfaCRM.",
			}),
		);
	});
});

describe('a text that is longer than AlfaCRM takes', () => {
	const fields = [text('name', 'Name', { longest: 5 })];
	const entity = { ...customer, fields };
	it('is none as long as people count no more characters, in a new record and in a change', () => {
		for (const name of ['Мария', '  Мария  ', '👍🏽👍🏽M']) {
			expect(buildRequestBody(item, fields, { name }, { branch: 1 })).toEqual({ name: name.trim() });
			expect(buildUpdateBody(item, entity, { name }, { overwritesWithEmpty: false })).toEqual({
				name: name.trim(),
			});
		}
	});
});

describe('a change', () => {
	const entity = { ...customer, fields: FIELDS };

	it.each<[IDataObject, boolean, IDataObject]>([
		[{ name: 'Мия', sum: '' }, false, { name: 'Мия' }],
		[
			{ name: 'Мия', sum: '', day: null, custom_a: '' },
			true,
			{ name: 'Мия', sum: null, day: null, custom_a: '' },
		],
		[{ sum: undefined, custom_a: undefined, custom_b: 1 }, true, { custom_b: 1 }],
		[{ custom_a: '', custom_b: 'x', other: 1 }, false, { custom_b: 'x' }],
		[{ branch_ids: [2] }, true, { branch_ids: [2] }],
		[{ name: '', branch_ids: [] }, false, {}],
	])('of %j, with empty values: %j, is %j', (given, overwritesWithEmpty, body) => {
		expect(buildUpdateBody(item, entity, given, { overwritesWithEmpty })).toEqual(body);
	});

	it('empties nothing without which the record would be lost', () => {
		expect(() => buildUpdateBody(item, entity, { name: '' }, { overwritesWithEmpty: true })).toThrow(
			"'Name' is empty, but it is required",
		);
		expect(() => buildUpdateBody(item, entity, { branch_ids: [] }, { overwritesWithEmpty: true })).toThrow(
			"'Branch Names or IDs' is empty, but a record in no branch would be shown nowhere",
		);
	});
});

describe('what differs from the record', () => {
	it.each<[IDataObject, IDataObject, IDataObject]>([
		[{ name: 'Мия' }, { name: 'Мия' }, {}],
		[{ name: 'мия' }, { name: 'Мия' }, { name: 'Мия' }],
		[{}, { name: 'Мия' }, { name: 'Мия' }],
		[{ note: null }, { note: '' }, {}],
		[{}, { note: '', phone: [] }, {}],
		[{ note: 'a' }, { note: '' }, { note: '' }],
		[{ custom_a: '1' }, { custom_a: 1, custom_b: 2 }, { custom_b: 2 }],
		[{ custom_a: 'a', name: 'b' }, { custom_a: 'b', name: 'b' }, { custom_a: 'b' }],
		[{ phone: ['+7(900)555-00-01'] }, { phone: ['8 900 555 00 01'] }, {}],
		[{ phone: ['1234567'] }, { phone: ['7654321'] }, { phone: ['7654321'] }],
		// A correction that means much to a reader, and what nobody can see.
		[{ name: 'Семенов' }, { name: 'Семёнов' }, { name: 'Семёнов' }],
		[{ note: 'Мама. Папа' }, { note: 'Мама.\nПапа' }, { note: 'Мама.\nПапа' }],
		[{ email: ['Mia@a.example'] }, { email: ['mia@a.example'] }, { email: ['mia@a.example'] }],
		[{ note: 'Мама.\r\nПапа ' }, { note: 'Мама.\nПапа' }, {}],
		[{ dob: '2015-09-04', lead_status_id: 1 }, { dob: '04.09.2015', lead_status_id: '1' }, {}],
	])('%j, where %j is given, is %j', (record, wire, body) => {
		expect(pickChangedValues(item, customer, record, wire)).toEqual(body);
	});

	it.each<[IDataObject, IDataObject, IDataObject]>([
		[{ phone: ['1234567'] }, { phone: ['7654321'] }, { phone: ['1234567', '7654321'] }],
		[{ phone: ['1234567', '7654321'] }, { phone: ['7654321'] }, {}],
		[{ phone: null }, { phone: ['7654321'] }, { phone: ['7654321'] }],
		[{ phone: ['1234567'] }, { phone: [] }, { phone: [] }],
		[{ teacher_ids: ['1'] }, { teacher_ids: [2] }, { teacher_ids: ['1', 2] }],
		[{ name: 'a' }, { name: 'b' }, { name: 'b' }],
		[{ custom_a: ['a'] }, { custom_a: ['b'] }, { custom_a: ['b'] }],
	])('%j, to whose lists %j is added, is %j', (record, wire, body) => {
		expect(pickChangedValues(item, customer, record, wire, { addToLists: true })).toEqual(body);
	});

	it('is unknown where values are to join a list that AlfaCRM does not show, or shows by names', () => {
		const teachers = customer.fields.find(({ name }) => name === 'teacher_ids')!;
		const advice = {
			description:
				"Leave 'Teacher' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values. Nothing was sent to AlfaCRM.",
		};
		const hidden = () => addToList(item, teachers, undefined, [1]);
		expect(hidden).toThrow("Nothing can be added to 'Teacher', because AlfaCRM does not show what is in it");
		expect(hidden).toThrow(expect.objectContaining(advice));
		const named = () => addToList(item, teachers, [1, 'Иванов'], [1]);
		expect(named).toThrow("Nothing can be added to 'Teacher', because AlfaCRM shows no IDs in it");
		expect(named).toThrow(expect.objectContaining(advice));
		// Emptied, or with texts in it, it needs no IDs.
		expect(addToList(item, teachers, undefined, [])).toEqual([]);
		const web = customer.fields.find(({ name }) => name === 'web')!;
		expect(addToList(item, web, ['a.example'], ['b.example'])).toEqual(['a.example', 'b.example']);
	});
});

it.each<[number | undefined, IDataObject, Array<number | undefined>]>([
	[1, {}, [1]],
	[1, { branch_ids: [1, '2', 3], other: [9] }, [1, 2, 3]],
	[1, { branch_ids: 2 }, [1, 2]],
	[1, { branch_ids: ['x', 2] }, [1, 2]],
	[undefined, { branch_ids: [2] }, [undefined]],
])('called in branch %j a record of %j is to be found in %j', (branch, given, branches) => {
	expect(branchesOf(branch, FIELDS, given)).toEqual(branches);
});

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));
const update = (id: number, updateFields: IDataObject, more: IDataObject = {}) =>
	customerForm('update', { id, updateFields, ...more });
const EMPTYING = { options: { overwriteWithEmpty: true } };

describe('Update', () => {
	it('needs something to save', async () => {
		school.addLead();
		expect(await school.expectRefusedUnsent(update(1, { note: '' }))).toMatchObject({
			message: 'There is nothing to update: no field was given a value',
			description:
				"Give at least one field of the record. To empty a field, turn on 'Overwrite With Empty Values' in 'Options'. Nothing was sent to AlfaCRM.",
		});
		const room = update(school.addRecord('room', { name: 'A' }), { name: '' }, { resource: 'room' });
		expect((await school.expectRefusedUnsent(room)).description).toBe(
			'Give at least one field of the record. Nothing was sent to AlfaCRM.',
		);
		const mask = '+7 (___) ___-__-__';
		expect((await school.expectRefusedUnsent(update(1, { note: '', phone: mask }))).message).toBe(
			`There is nothing to update: 'Phone' holds no usable phone number: "${mask}"`,
		);
	});

	it('sends what is given to the branch of the form, and reads nothing where it need not', async () => {
		school.addLead({ phone: ['1234567'] });
		const { json } = await school.run(update(1, { note: 'x' }, { listMode: 'add' }));
		expect(json).toMatchObject([{ id: 1, note: 'x' }]);
		await school.run(update(1, { phone: '7654321' }, { listMode: 'replace' }));
		expect(school.calls).toEqual(['customer/update', 'customer/update']);
		expect(school.requests.at(-1)).toMatchObject({ body: { phone: ['7654321'] }, query: { id: 1 } });
		expect(school.requests[0].url).toContain('/v2api/1/customer/update');
	});

	it('adds to a list what is given, and leaves the other lists out', async () => {
		school.addLead({ phone: ['1234567'], web: ['a.example'] });
		await school.run(update(1, { phone: '7654321', note: 'x' }, { listMode: 'add' }));
		expect(school.calls).toEqual(['customer/index', 'customer/update']);
		expect(school.requests.at(-1)?.body).toEqual({ phone: ['1234567', '7654321'], note: 'x' });
	});

	/** In no branch a record is shown to nobody, and the next run would make a second one. */
	it.each(['""', '[]', '[""]', 'null', '" , "'])(
		'puts nobody into no branch, nor does Create or Update: %s',
		async (empty) => {
			const id = school.addLead({ phone: [PHONE], branch_ids: [1, 2] });
			const json = { inputMode: 'json', json: `{"note":"x","branch_ids":${empty}}` };
			for (const form of [upsertByPhoneForm(), update(id, {})]) {
				expect((await school.expectRefused({ ...form, ...json, ...EMPTYING })).message).toContain(
					"'Branch Names or IDs' is empty",
				);
			}
			// A gap in a sheet is passed over.
			for (const form of [upsertByPhoneForm(), update(id, {})]) await school.run({ ...form, ...json });
			expect(school.readRecord('customer', id)).toMatchObject({ branch_ids: [1, 2], note: 'x' });
		},
	);
});

it('a subscription is changed and deleted only under its owner', async () => {
	for (const name of ['A', 'B']) school.addLead({ name, is_study: 1 });
	const days = { branch_id: 1, b_date: '01.01.2026', e_date: '01.02.2035' };
	const id = school.addRecord('customer-tariff', { customer_id: 1, tariff_id: 1, ...days });
	const of = (operation: string, customer_id: number) =>
		customerForm(operation, {
			...{ resource: 'customerTariff', id, customer_id, updateFields: { e_date: '2030-01-31' } },
		});
	for (const operation of ['update', 'delete'])
		expect((await school.runToEnd(of(operation, 2))).error).toBeDefined();
	expect(school.readRecord('customer-tariff', id)).toMatchObject({ e_date: '01.02.2035' });
	await school.run(of('update', 1));
	expect(school.readRecord('customer-tariff', id)).toMatchObject({ e_date: '31.01.2030' });
	await school.run(of('delete', 1));
	expect(school.readRecord('customer-tariff', id)).toBeUndefined();
});

/** What Simplify makes of the lists, as another node hands it on. */
describe('lists that Simplify wrote as one text', () => {
	const WANTED = {
		phone: [PHONE, OTHER_PHONE],
		email: ['mia@example.org', 'mama@example.org'],
		web: ['https://mia.example', 'https://mama.example'],
	};
	const ADDRESS = 'ул. Примерная, 5, кв. 7';
	const written = (between: string) =>
		Object.fromEntries(Object.entries(WANTED).map(([name, list]) => [name, list.join(between)]));
	const texts: IDataObject = { ...written(', '), addr: ADDRESS };
	const held = { ...WANTED, addr: [ADDRESS] };

	it.each<[string, IDataObject]>([
		['Update', update(1, texts)],
		['Create', customerForm('create', { name: 'Ева', is_study: 0, ...texts, additionalFields: texts })],
		['Create or Update', customerForm('upsert', { matchBy: 'id', id: 1, fieldsToSet: texts })],
		['JSON', update(1, {}, { inputMode: 'json', json: JSON.stringify(texts) })],
		[
			'the mapper',
			update(1, {}, { inputMode: 'map', columns: { mappingMode: 'defineBelow', value: texts } }),
		],
	])('are lists again in %s', async (_way, form) => {
		school.addLead();
		const [{ id }] = (await school.run(form)).json;
		expect(school.readRecord('customer', Number(id))).toMatchObject(held);
		if (form.operation === 'create') return;
		// Written back as they were read they change nothing.
		const before = { ...school.readRecord('customer', 1) };
		await school.run(form);
		expect({ ...school.readRecord('customer', 1), updated_at: before.updated_at }).toEqual(before);
	});
});

describe('fields', () => {
	const create = (more: IDataObject) =>
		customerForm('create', { name: 'Мия', legal_type: 1, is_study: 0, ...more });
	const custom = (...values: IDataObject[]) => create({ additionalFields: { customFields: { values } } });

	it.each<[IDataObject, IDataObject]>([
		[custom({ name: ' custom_a ', value: 'x' }), { custom_a: 'x' }],
		[create({ additionalFields: { customFields: {} } }), {}],
	])('%j are saved', async (parameters, saved) => {
		await school.run(parameters);
		const fields = { name: 'Мия', legal_type: 1, is_study: 0, branch_ids: [1] };
		expect(school.requests[0].body).toEqual({ ...fields, ...saved });
	});

	it.each<[IDataObject, string, string]>([
		[
			create({ additionalFields: { shoe: 1, size: 2 } }),
			`AlfaCRM's customer has no field "shoe", "size" that can be set here`,
			'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
		],
		[
			custom({ name: ' ', value: 1 }),
			"'Name' of a custom field is empty",
			"Names of custom fields start with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
		],
		[
			custom({ name: 'school', value: 1 }),
			'"school" is not the name of a custom field',
			'Names of custom fields',
		],
		[custom({ name: 5, value: 1 }), '"5" is not the name of a custom field', 'Names of custom fields'],
		[
			custom({ name: 'custom_a', value: 1 }, { name: 'custom_a ', value: 2 }),
			"'custom_a' is given twice",
			'Only one of the values could be saved. Remove the other. Nothing was sent to AlfaCRM.',
		],
		[
			create({ inputMode: 'json', json: '{"shoe": 1}' }),
			`AlfaCRM's customer has no field "shoe" that can be set here`,
			'Remove it, or correct its name. There are name, phone (list), ',
		],
	])('%j are refused: %s', async (parameters, message, description) => {
		const { error } = await school.runToEnd(parameters);
		expect(error?.message).toBe(message);
		expect(error?.description).toContain(description);
		expect(school.calls).toEqual([]);
	});
});
