import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, rows, run } = officeOf(school);

const PHONES = ['+7(900)555-00-01', '+7(900)555-00-02', '8-800-нет'];
const EMAILS = ['mia@example.org', 'mama@example.org'];
const REPLACE = { listMode: 'replace' };

describe('Multi-Value Fields = Replace', () => {
	const family = () => lead({ phone: PHONES, email: EMAILS, branch_ids: [1], teacher_ids: [1, 2] });

	it.each<[string, INodeParameters]>([
		['phone', { phone: '8 900 555 00 02' }],
		['email', { email: 'MAMA@example.org' }],
		['phoneOrEmail', { phone: '8 900 555 00 01', email: 'mia@example.org' }],
		['phoneAndName', { phone: '8 900 555 00 01', name: 'Орлова Мия' }],
	])('keeps all phones and emails of who is matched by %s %j', async (matchBy, key) => {
		const id = family();
		const fieldsToSet = { note: 'Новое', teacher_ids: [3] };
		const [saved] = await run({ ...byPhone(''), matchBy, ...key, fieldsToSet, options: REPLACE });
		expect(saved).toMatchObject({ id, operationResult: 'updated' });
		expect([...(saved.changedFields as string[])].sort()).toEqual(['note', 'teacher_ids']);
		// What was given among the fields is replaced; the key is none of it.
		expect(customer(id)).toMatchObject({ phone: PHONES, email: EMAILS, teacher_ids: [3] });
	});

	it('adds a half of the key that is new and removes nothing for it', async () => {
		const id = family();
		const key = { matchBy: 'phoneOrEmail', phone: '8 900 555 00 09', email: 'mia@example.org' };
		expect(
			await run({ ...byPhone(''), ...key, fieldsToSet: { note: 'Новое' }, options: REPLACE }),
		).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(customer(id).phone).toEqual(expect.arrayContaining(PHONES));
		expect(customer(id).email).toEqual(EMAILS);
	});

	it('changes nothing when only the key is given, and again changes nothing', async () => {
		const id = family();
		const parameters = byPhone('8 900 555 00 01', {}, REPLACE);
		const json = [...(await run(parameters)), ...(await run(parameters))];
		expect(json).toMatchObject([
			{ id, operationResult: 'unchanged' },
			{ id, operationResult: 'unchanged' },
		]);
		expect(school.calls()).not.toContain('customer/update');
		expect(customer(id)).toMatchObject({ phone: PHONES, email: EMAILS });
	});

	it('puts the given list in place of the old one, with the key in it, and leaves the other list', async () => {
		const id = family();
		const fields = { phone: given(['8 900 555 00 07']) };
		await run(byPhone('8 900 555 00 01', fields, REPLACE));
		expect(customer(id)).toMatchObject({
			phone: ['+7(900)555-00-01', '+7(900)555-00-07'],
			email: EMAILS,
		});
	});
});

/** What Simplify makes of the lists, as another node hands it on. */
const SIMPLIFIED = {
	phone: '+7(900)555-00-01, +7(900)555-00-02',
	email: 'mia@example.org, mama@example.org',
	web: 'https://mia.example, https://mama.example',
};
const WANTED = {
	phone: ['+7(900)555-00-01', '+7(900)555-00-02'],
	email: EMAILS,
	web: ['https://mia.example', 'https://mama.example'],
};
const ADDRESS = 'ул. Примерная, 5, кв. 7';
const sort = (value: unknown) => [...(value as string[])].sort();

describe('lists that Simplify wrote as one text', () => {
	const form = Object.fromEntries(Object.keys(SIMPLIFIED).map((name) => [name, `={{ $json.${name} }}`]));
	const ways: Array<[string, INodeParameters, 'fieldsToSet' | 'updateFields' | 'additionalFields']> = [
		['update', { operation: 'update' }, 'updateFields'],
		['create', { operation: 'create', name: 'Лисова Ева', is_study: 0 }, 'additionalFields'],
		['upsert', { operation: 'upsert', matchBy: 'id' }, 'fieldsToSet'],
	];

	it.each(ways)('are lists again for %s', async (operation, parameters, fields) => {
		const id = lead();
		const [saved] = await run(
			{
				resource: 'customer',
				branchId: 1,
				...(operation === 'create' ? {} : { id: { __rl: true, mode: 'id', value: String(id) } }),
				...parameters,
				// In Create, phone and email have parameters of their own.
				...form,
				[fields]: { ...form, addr: ADDRESS },
			},
			{ items: [SIMPLIFIED] },
		);
		expect(customer(saved.id)).toMatchObject({ ...WANTED, addr: [ADDRESS] });
	});

	it.each([';', ',', ' , ', '\n', '\r\n', '; '])('are told apart by %j as well', async (between) => {
		const id = lead();
		const texts = Object.fromEntries(
			Object.entries(WANTED).map(([name, list]) => [name, list.join(between)]),
		);
		const parameters = { resource: 'customer', operation: 'update', branchId: 1, id: String(id) };
		await run({ ...parameters, updateFields: form }, { items: [texts] });
		expect(customer(id)).toMatchObject(WANTED);
	});

	it.each<[string, INodeParameters]>([
		['JSON', { inputMode: 'json', json: '={{ $json }}' }],
		['the mapper', { inputMode: 'map', columns: { mappingMode: 'autoMapInputData', value: null } as never }],
	])('are lists again in %s', async (_way, mode) => {
		const id = lead();
		const parameters = { resource: 'customer', operation: 'update', branchId: 1, id: String(id) };
		await run({ ...parameters, ...mode }, { items: [SIMPLIFIED] });
		expect(customer(id)).toMatchObject(WANTED);
	});

	it.each(['update', 'upsert'])('written back by %s as they were read change nothing', async (operation) => {
		const id = lead({ ...WANTED, teacher_ids: [1, 2] });
		const before = customer(id);
		const [read] = await run({ resource: 'customer', operation: 'get', branchId: 1, id: String(id) });
		expect(read).toMatchObject({ phone: SIMPLIFIED.phone, email: SIMPLIFIED.email });
		const { phone, email } = form;
		await run(
			operation === 'update'
				? { resource: 'customer', operation, branchId: 1, id: String(id), updateFields: { phone, email } }
				: { ...byPhone('+7(900)555-00-02', { phone, email }) },
			{ items: [read] },
		);
		expect(customer(id)).toEqual({ ...before, updated_at: customer(id).updated_at });
	});

	it.each<[string, INodeParameters]>([
		['email', { email: '={{ $json.email }}' }],
		['phoneOrEmail', { phone: '={{ $json.phone }}', email: '={{ $json.email }}' }],
	])('find by %s the record that they came from, and make no second one', async (matchBy, key) => {
		const { phone, email } = WANTED;
		const id = lead({ phone, email });
		const before = rows('customer').length;
		const items: IDataObject[] = [SIMPLIFIED];
		const options = { ifKeyEmpty: 'refuse' };
		const parameters = { ...byPhone(''), matchBy, ...key, fieldsToSet: { name: 'Орлова Мия' }, options };
		expect(await run(parameters, { items })).toMatchObject([{ id, operationResult: 'unchanged' }]);
		expect(rows('customer')).toHaveLength(before);
		expect(sort(customer(id).phone)).toEqual(sort(phone));
		expect(sort(customer(id).email)).toEqual(sort(email));
	});

	it('as a key find who holds either of them', async () => {
		const id = lead({ phone: [WANTED.phone[1]] });
		const before = rows('customer').length;
		await run(byPhone('={{ $json.phone }}', { name: 'Орлова Мия' }), { items: [SIMPLIFIED] });
		expect(rows('customer')).toHaveLength(before);
		expect(sort(customer(id).phone)).toEqual(sort(WANTED.phone));
	});
});
