import type { INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, refused, rows, run, stopped } = officeOf(school);

/** What an input mask leaves when nobody typed, and what people type to get past a required field. */
const SAYS_NOTHING = [
	'+7 (___) ___-__-__',
	'+7(___)___-__-__',
	'+7 (9__) ___-__-__',
	'8 (___) ___ __ __',
	'+375 (__) ___-__-__',
	'+7',
	'7',
	'8',
	'+375',
	'00375',
	'0',
	'1234',
	// Partly hidden, as a list that is passed on shows them.
	'+7 9** ***-12-34',
	'+7 900 ***-12-34',
	'+7 (900) •••-12-34',
	'8900***1234',
	'+7 900 ... 12-34',
	'+49 170 123 45 6** **',
	// What people type to get past a required field.
	'0000000000',
	'9999999999',
	'89999999999',
	'+7 (999) 999-99-99',
	'+7 111 111 11 11',
	'77777777777',
	'1111111',
];
/** Texts may be kept, but nobody is told by them. */
const TEXTS = [
	'+7 (XXX) XXX-XX-XX',
	'+7 900 XXX-12-34',
	'8 900 ххх 12 34',
	'тел. 8',
	'доб. 12',
	'+7 не оставили',
	'неизвестно',
	'120363041234567890@g.us',
	'tg://user?id=123456789',
];
/** What is typed is no empty value to whoever typed it. */
const said = (phone: string): string =>
	phone.trim() === '' ? "'Phone' is empty" : "'Phone' holds no usable phone number";
const PHONE = '+7(900)555-00-01';

describe.each(SAYS_NOTHING)('the phone %j', (phone) => {
	it('finds nobody, not even who holds the very same', async () => {
		lead({ phone: [phone] });
		await refused(findByPhone(phone), said(phone));
	});

	it('is refused as a key of Create or Update', async () => {
		lead({ phone: [phone] });
		await refused(byPhone(phone, { name: 'Соколов Артём' }), said(phone));
	});

	it('makes a new customer for each visitor where an empty key is to, and is not saved', async () => {
		const first = lead({ phone: [phone], note: 'Первый' });
		const before = customer(first);
		const options = { ifKeyEmpty: 'create' };
		const json = await run(
			byPhone('={{ $json.phone }}', { name: '={{ $json.name }}', note: 'Новый' }, options),
			{
				items: [
					{ phone, name: 'Соколов Артём' },
					{ phone, name: 'Лисова Ева' },
				],
			},
		);
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'created']);
		expect(new Set(json.map(({ id }) => id)).size).toBe(2);
		expect(customer(first)).toEqual(before);
		for (const { id } of json) expect(customer(id)).toMatchObject({ phone: [], note: 'Новый' });
	});

	it('beside a filled email matches nobody and is not saved', async () => {
		const first = lead({ phone: [phone] });
		const before = customer(first);
		const [made] = await run({
			...byPhone(phone, { name: 'Соколов Артём' }),
			matchBy: 'phoneOrEmail',
			email: 'artem@example.org',
		});
		expect(made.operationResult).toBe('created');
		expect(customer(made.id)).toMatchObject({ phone: [], email: ['artem@example.org'] });
		expect(customer(first)).toEqual(before);
	});

	it('among the fields is passed over: nobody is matched by it, nothing of a list is lost', async () => {
		const first = lead({ phone: [phone] });
		const second = lead({ name: 'Соколов Артём', phone: [PHONE] });
		const before = customer(first);
		const fields = { phone: given([phone]), note: 'Новое' };
		expect(await run(byPhone(PHONE, fields))).toMatchObject([{ id: second, changedFields: ['note'] }]);
		expect(customer(second)).toMatchObject({ phone: [PHONE], note: 'Новое' });
		expect(customer(first)).toEqual(before);
	});

	it('does not count as a phone beside a name', async () => {
		lead({ phone: [phone] });
		await refused(
			{ ...byPhone(phone), matchBy: 'phoneAndName', name: 'Орлова Мия' },
			phone.trim() === '' ? "'Phone' and 'Name' are not both filled" : said(phone),
		);
	});
});

it.each(['+7 (___) ___-__-__', '+7', '8', '0', ' - '])(
	'Create and Update pass over the phone %j',
	async (phone) => {
		const [made] = await run({
			resource: 'customer',
			operation: 'create',
			branchId: 1,
			name: 'Лисова Ева',
			is_study: 0,
			legal_type: 1,
			phone: given([phone]),
		});
		expect(customer(made.id).phone).toEqual([]);

		const id = lead({ phone: [PHONE] });
		const updateFields = { phone: given([phone]), note: 'Новое' };
		await run({ resource: 'customer', operation: 'update', branchId: 1, id: String(id), updateFields });
		expect(customer(id)).toMatchObject({ phone: [PHONE], note: 'Новое' });
	},
);

it.each(['+7 (___) ___-__-__', '+7', '()'])('the filter %j does not return everybody', async (phone) => {
	const filters: INodeParameters = { phone: given(phone) };
	await refused(
		{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true, filters },
		"'Phone'",
	);
});

describe.each(TEXTS)('the text %j in place of a phone', (phone) => {
	it('matches nobody, not even who holds the very same', async () => {
		const first = lead({ phone: [phone] });
		const before = customer(first);
		const options = { ifKeyEmpty: 'create' };
		const [made] = await run(byPhone(phone, { name: 'Соколов Артём' }, options));
		expect(made).toMatchObject({ operationResult: 'created' });
		expect(made.id).not.toBe(first);
		expect(customer(first)).toEqual(before);
	});
});

it('who holds only a country code is no match for a number of that country', async () => {
	for (const phone of ['+7', '8', '+375', '0']) lead({ phone: [phone] });
	add('customer', { name: 'Без Номера', phone: ['+7 (___) ___-__-__'], branch_ids: [1] });
	const before = rows('customer').length;
	expect(await run(byPhone('8 900 555 00 01', { name: 'Соколов Артём' }))).toMatchObject([
		{ operationResult: 'created' },
	]);
	expect(rows('customer')).toHaveLength(before + 1);
	for (const phone of ['8', '+7', '0']) {
		const error = await stopped(findByPhone(phone, { ifNone: 'refuse' }));
		expect(error.message).toContain(said(phone));
	}
});
