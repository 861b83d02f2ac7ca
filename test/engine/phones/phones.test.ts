import type { INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

/** What a text means as a phone is told in unit/fields/phone*; here is who is found, refused and saved by it. */
const school = useSchool({ customers: 20 });
const { customer, lead, refused, rows, run, set, stopped } = officeOf(school);

const A = '+7(900)555-00-01';
const B = '+7(900)555-00-02';
const base: INodeParameters = { resource: 'customer', branchId: 1 };
const create = (phone: unknown): INodeParameters => ({
	...{ ...base, operation: 'create', name: 'Лисова Ева', is_study: 0, legal_type: 1, phone: given(phone) },
});
const update = (id: number, fields: object): INodeParameters => ({
	...{ ...base, operation: 'update', id: String(id), updateFields: fields as INodeParameters },
});
const byId = (id: number, phone: unknown): INodeParameters => ({
	...{ ...byPhone('', { phone: given(phone) }, { listMode: 'replace' }), matchBy: 'id', id: pick(id) },
});
const get = (id: number): INodeParameters => ({ ...base, operation: 'get', id: pick(id), simplify: true });
const filteredBy = (phone: unknown): INodeParameters => ({
	...{ ...base, operation: 'getAll', returnAll: true, is_study: 2, removed: 0 },
	filters: { phone: given(phone) },
});
const ids = async (parameters: INodeParameters) => (await run(parameters)).map(({ id }) => id);

describe.each([
	// What an input mask leaves when nobody typed, and what a list that is passed on shows.
	...['+7 (___) ___-__-__', '+7', '8', '+7 900 ***-12-34'],
	// What people type to get past a required field.
	'+7 (999) 999-99-99',
])('the phone %j, which says nothing,', (phone) => {
	const said = "'Phone' holds no usable phone number";

	it('is refused as a key, also for who holds the very same, and beside a name', async () => {
		lead({ phone: [phone] });
		await refused(findByPhone(phone), said);
		await refused(byPhone(phone, { name: 'Соколов Артём' }), said);
		await refused({ ...byPhone(phone), matchBy: 'phoneAndName', name: 'Орлова Мия' }, said);
	});

	it('makes a new customer for each visitor where an empty key is to, and is not saved', async () => {
		const first = lead({ phone: [phone], note: 'Первый' });
		const before = customer(first);
		const fields = { name: '={{ $json.name }}', note: 'Новый' };
		const json = await run(byPhone(phone, fields, { ifKeyEmpty: 'create' }), {
			items: [{ name: 'Соколов Артём' }, { name: 'Лисова Ева' }],
		});
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'created']);
		expect(new Set(json.map(({ id }) => id)).size).toBe(2);
		for (const { id } of json) expect(customer(id)).toMatchObject({ phone: [], note: 'Новый' });
		expect(customer(first)).toEqual(before);
	});

	it('beside a filled email matches nobody and is not saved', async () => {
		const before = customer(lead({ phone: [phone] }));
		const email = 'artem@example.org';
		const form = byPhone(phone, { name: 'Соколов Артём' });
		const [made] = await run({ ...form, matchBy: 'phoneOrEmail', email });
		expect(made.operationResult).toBe('created');
		expect(customer(made.id)).toMatchObject({ phone: [], email: [email] });
		expect(customer(before.id)).toEqual(before);
	});

	it('among the fields is passed over: nobody is matched by it, nothing of a list is lost', async () => {
		const before = customer(lead({ phone: [phone] }));
		const second = lead({ phone: [A] });
		const fields = { phone: given([phone]), note: 'Новое' };
		expect(await run(byPhone(A, fields))).toMatchObject([{ id: second, changedFields: ['note'] }]);
		await run(update(second, { ...fields, note: 'Другое' }));
		expect(customer(second)).toMatchObject({ phone: [A], note: 'Другое' });
		expect(customer(before.id)).toEqual(before);
		const [{ id }] = await run(create([phone]));
		expect(customer(id).phone).toEqual([]);
	});
});

it.each([
	...['+7 (XXX) XXX-XX-XX', '+7 900 XXX-12-34', '8 900 ххх 12 34', 'тел. 8', 'доб. 12', '+7 не оставили'],
	...['неизвестно', '120363041234567890@g.us', 'tg://user?id=123456789'],
	...['8 (___) ___ __ __', '00375', '0', '+7 9** ***-12-34', '8900***1234', '+7 900 ... 12-34', '1111111'],
	...[
		'+49 170 123 45 6** **',
		'89999999999',
		'77777777777',
		'+7 111 111 11 11',
		'0000000000',
		'+375',
		'1234',
	],
])('%j in place of a phone matches nobody, not even who holds the very same', async (phone) => {
	const before = customer(lead({ phone: [phone] }));
	const [made] = await run(byPhone(phone, { name: 'Соколов Артём' }, { ifKeyEmpty: 'create' }));
	expect(made.operationResult).toBe('created');
	expect(customer(before.id)).toEqual(before);
});

it('who holds only a country code is no match for a number of that country', async () => {
	for (const phone of ['+7', '8', '+375', '0', '+7 (___) ___-__-__']) lead({ phone: [phone] });
	const form = byPhone('8 900 555 00 01', { name: 'Соколов Артём' });
	expect(await run(form)).toMatchObject([{ operationResult: 'created' }]);
	const { message } = await stopped(findByPhone('8', { ifNone: 'refuse' }));
	expect(message).toContain("'Phone' holds no usable phone number");
});

describe('one number', () => {
	it.each([
		[A, '+7/900/555/00/01'],
		[A, '8_900_5550001'],
		['+375 29 111-22-33', '80/29/111/22/33'],
		['+49 30 1234567', '0049/30/1234567'],
		// What follows it is none of it.
		[A, '+7 900 555-00-01 (12)'],
		[A, '+7 900 555-00-01 доб. 12'],
		[A, '8(900)555-00-01.5'],
		[A, '1) 8 900 555 00 01'],
		// A website's form begins with +7, and the visitor types the whole number behind it.
		[A, '+7 8 (900) 555-00-01'],
		[A, '+779005550001'],
	])('%s is found, and not saved again, as %s, and the other way round', async (stored, other) => {
		const id = lead({ phone: [stored] });
		expect(await ids(findByPhone(other))).toEqual([id]);
		expect(await run(byPhone(other, { name: 'Орлова Мия' }))).toMatchObject([
			{ id, operationResult: 'unchanged' },
		]);
		expect(customer(id).phone).toEqual([stored]);
		school.sandbox.store.patch('customer', id, { phone: [other] });
		expect(await ids(findByPhone(stored))).toEqual([id]);
	});

	it.each([
		['+375/29/111/22/33', '+375/29/777/88/99'],
		['8_900_555_00_01', '8_900_555_00_11'],
	])('%s is another one than %s, and each is found again', async (one, other) => {
		const before = customer(lead({ phone: [one] }));
		expect(await run(findByPhone(other))).toEqual([]);
		const [made] = await run(byPhone(other, { name: 'Соколов Артём' }));
		expect(made.operationResult).toBe('created');
		expect(await run(byPhone(other, { name: 'Соколов Артём' }))).toMatchObject([
			{ id: made.id, operationResult: 'unchanged' },
		]);
		expect(await ids(findByPhone(one))).toEqual([before.id]);
		expect(customer(before.id)).toEqual(before);
	});

	it('of a form that is sent several times makes one customer', async () => {
		const form = byPhone('+7[900]555-00-01', { name: 'Соколов Артём' });
		const json = [...(await run(form, { items: [{}, {}] })), ...(await run(form))];
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged', 'unchanged']);
	});

	it.each(['+789005550001', '+7 7 900 555 00 01'])(
		'behind the +7 of a form is saved as one: %s',
		async (phone) => {
			const [{ id }] = await run(byPhone(phone, { name: 'Лисова Ева' }));
			expect(customer(id).phone).toEqual([A]);
		},
	);

	it.each(['+7 8 495 123-45-67', '+77771234567 8', '+998900555001'])('%s is no such slip', async (phone) => {
		const id = lead({ phone: [phone] });
		for (const other of ['84951234567', '87712345678', '89005550001', '+7 900 555-00-1'])
			expect(await run(findByPhone(other))).toEqual([]);
		expect(await ids(findByPhone(phone))).toEqual([id]);
	});
});

describe.each(['digits', 'text'])('where AlfaCRM looks at the %s of a phone', (phoneSearch) => {
	beforeEach(() => set({ phoneSearch }));
	/** What the picker of customers offers for what was typed. */
	const picked = async (typed: string) => {
		const { results } = await school.engine.search('searchCustomers', { branchId: 1 }, typed);
		return results.map(({ value }) => value);
	};

	it.each([
		['+49 32 550001', '+7(493)255-00-01', ['8 493 255-00-01', '4932550001']],
		['+372 123 4567', '+7(372)123-45-67', ['8 372 123 45 67', '3721234567']],
	])('%s and %s are two people', async (foreign, russian, spellings) => {
		const before = customer(lead({ phone: [foreign] }));
		const home = lead({ phone: [russian] });
		expect(await ids(findByPhone(foreign))).toEqual([before.id]);
		expect(await ids(filteredBy(foreign))).toEqual([before.id]);
		expect(await picked(foreign)).toEqual([before.id]);
		for (const typed of spellings) {
			expect([typed, await ids(findByPhone(typed))]).toEqual([typed, [home]]);
			expect(await run(byPhone(typed, { note: `Звонил ${typed}` }))).toMatchObject([{ id: home }]);
		}
		expect(customer(before.id)).toEqual(before);
	});

	it.each([
		['+49 170 1234567', ['0049 170 1234567', '491701234567', '+49 170']],
		['+375 29 111-22-33', ['80291112233', '029 111-22-33', '+375 29']],
		[A, ['8 900 555 00 01', '+7(900)', '8 900', '900-555', '55-00-01', 'тел. 8 900 555-00-01, мама']],
		['8 900 555 00 01', ['+79005550001']],
		[`${A} (мама)`, ['+79005550001']],
	])('who holds %s is found by the filter and in the picker as %j', async (held, spellings) => {
		const id = lead({ phone: [held] });
		for (const typed of spellings) {
			expect([typed, await ids(filteredBy(typed))]).toEqual([typed, expect.arrayContaining([id])]);
			if (!typed.includes('мама'))
				expect([typed, await picked(typed)]).toEqual([typed, expect.arrayContaining([id])]);
		}
	});
});

describe('the filter by a phone', () => {
	it.each(['8 900 555 00 01, 8 900 555 00 02', `${A}\n${B}`, '900-555, 900-556', 'мама'])(
		'that holds two numbers or none is refused: %j',
		async (phone) => {
			for (const held of [A, B]) lead({ phone: [held] });
			await refused(filteredBy(phone), "'Phone' must be one phone number, or at least 3 digits of it");
		},
	);

	it.each(['12', '+7', '+7 (___) ___-__-__', '+7 9** ***-12-34', '()'])(
		'that says too little does not return everybody, but says what it lacks: %j',
		async (phone) => {
			const { message } = await refused(filteredBy(phone), 'at least 3 digits');
			expect(message).toContain(phone);
			expect(message).not.toContain('is empty');
		},
	);

	it('that is empty is called empty', async () => {
		await refused(filteredBy(''), "'Phone' is empty");
	});
});

/** As sheets hold them: two numbers in a cell, and no comma. */
describe.each(['8 900 555 00 01 / 8 900 555 00 02', 'Мама (89005550001) Папа (89005550002)'])(
	'%j',
	(both) => {
		it('as the match value leaves the second number with who was found by the first', async () => {
			const id = lead({ phone: [A] });
			expect(await run(byPhone(both))).toMatchObject([{ id, operationResult: 'updated' }]);
			expect(customer(id).phone).toEqual([A, B]);
			expect(await ids(findByPhone('8-900-555-00-02'))).toEqual([id]);
			expect(await run(byPhone(both))).toMatchObject([{ id, operationResult: 'unchanged' }]);
		});

		it('among the fields adds the second number, and is two numbers of a new customer', async () => {
			const id = lead({ phone: [B], email: ['eva@example.org'] });
			await run({ ...byPhone('', { phone: given([both]) }), matchBy: 'email', email: 'eva@example.org' });
			expect(customer(id).phone).toEqual([B, A]);
			const [made] = await run(create([both]));
			expect(customer(made.id).phone).toEqual([A, B]);
		});

		it('in a record stays when it is written back, and is replaced by one of its numbers', async () => {
			const id = lead({ phone: [both] });
			const [{ phone }] = await run(get(id));
			expect(await run(byId(id, [phone]))).toMatchObject([{ id, operationResult: 'unchanged' }]);
			expect(customer(id).phone).toEqual([both]);
			await run(byId(id, ['89005550002']));
			expect(customer(id).phone).toEqual([B]);
		});
	},
);

it('a number behind an extension finds who has it, and is saved without the extension', async () => {
	const text = '8 900 555 00 01 доб. 12 8 900 555 00 02';
	const id = lead({ phone: [B] });
	expect(await run(byPhone(text))).toMatchObject([{ id, operationResult: 'updated' }]);
	expect(customer(id).phone).toEqual([B, '8 900 555 00 01 доб. 12']);
	expect(await run(byPhone(text))).toMatchObject([{ id, operationResult: 'unchanged' }]);
});

it.each([
	[[A, 'папа, +49 170 1234567']],
	[['мама +375 29 123-45-67', '+49 170 1234567, доб. 5', 'не звонить']],
])('the phones %j, as Simplify shows them, are the same when they are written back', async (phone) => {
	const id = lead({ phone });
	const [{ phone: shown }] = await run(get(id));
	await run(update(id, { phone: given([shown]) }));
	expect(customer(id).phone).toEqual(phone);
	expect(await run(byId(id, [shown]))).toMatchObject([{ id, operationResult: 'unchanged' }]);
	const [made] = await run(create([shown]));
	expect(customer(made.id).phone).toEqual(phone);
});

/** A narrow column of a sheet shows a long number so, and exports it so. */
describe.each(['7,90056E+10', '7.90056E+10; 7,90057E+10'])(
	'%j, of which a sheet has rounded digits off',
	(phone) => {
		it('is nobody, not even who holds the very same, and is not saved beside another number', async () => {
			const before = customer(lead({ phone: [phone] }));
			await refused(findByPhone(phone), "'Phone' must be a phone number");
			const { message } = await refused(byPhone(phone, { name: 'Лисова Ева' }), "'Phone' must be");
			expect(message).toContain(phone);
			lead({ phone: [A] });
			for (const both of [[B, phone], `${B}, ${phone}`])
				await refused(byPhone(A, { phone: given(both) }), "'Phone' must be");
			expect(customer(before.id)).toEqual(before);
		});

		it('in a record leaves the other number there to be found', async () => {
			const id = lead({ phone: [phone, A] });
			expect(await run(byPhone('89005550001', { note: 'Новое' }))).toMatchObject([
				{ id, operationResult: 'updated' },
			]);
			expect(customer(id).phone).toEqual([phone, A]);
			expect(rows('customer').filter(({ note }) => note === 'Новое')).toHaveLength(1);
		});
	},
);
