import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../../support/depth';

import {
	upsertByPhoneForm as upsert,
	findByPhoneForm,
	customerForm,
	OTHER_PHONE as B,
	PHONE as A,
	SmallSchool,
} from './school';

/** What a text means as a phone is told in unit/fields/phone*; here is who is found, refused and saved by it. */
let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const lead = (...phone: string[]) => school.addLead({ phone, e_date: '2030-12-31' });
const card = (id: unknown) => structuredClone(school.readRecord('customer', Number(id)));
const phonesOf = (id: unknown) => card(id).phone;
const byPhone = (phone: string, fields: IDataObject = {}, options: IDataObject = {}) =>
	upsert(fields, options, phone);
const byEmail = (email: string, phone: unknown) => ({
	...upsert({ phone: phone as string }),
	matchBy: 'email',
	email,
});
const create = (phone: unknown) =>
	customerForm('create', { name: 'Лисова Ева', is_study: 0, legal_type: 1, phone: phone as string });
const update = (id: number, updateFields: IDataObject, more: IDataObject = {}) =>
	customerForm('update', { id, updateFields, ...more });
/** Simplify shows a list as one text; written back it is meant to be the same. */
const writtenBack = (id: number, phone: string) =>
	customerForm('upsert', {
		matchBy: 'id',
		id,
		fieldsToSet: { phone: [phone] },
		options: { listMode: 'replace' },
	});
const filteredBy = (phone: string) =>
	customerForm('getAll', { returnAll: true, is_study: 2, removed: 0, filters: { phone } });
const ids = async (form: IDataObject) => (await school.run(form)).json.map(({ id }) => id);
const found = async (phone: string) => await ids(findByPhoneForm({}, phone));
const save = async (form: IDataObject) => (await school.run(form)).json[0];

describe.each(['+7 (___) ___-__-__', '+7 (999) 999-99-99'])('the phone %j, which says nothing,', (phone) => {
	it('is refused as a key, also for who holds the very same, and beside a name', async () => {
		lead(phone);
		const withName = { ...byPhone(phone), matchBy: 'phoneAndName', name: 'Орлова Мия' };
		for (const form of [findByPhoneForm({}, phone), byPhone(phone, { name: 'Артём' }), withName])
			expect((await school.expectRefusedUnsent(form)).message).toContain(
				"'Phone' holds no usable phone number",
			);
	});

	it('makes a new customer of each where an empty key is to, or beside an email, and is not saved', async () => {
		const before = card(lead(phone));
		const form = byPhone(phone, { name: 'Артём' }, { ifKeyEmpty: 'create' });
		const withEmail = {
			...byPhone(phone, { name: 'Ева' }),
			matchBy: 'phoneOrEmail',
			email: 'eva@example.org',
		};
		expect(await school.runInTurn(form, form, withEmail, create([phone]))).toBe(
			'created, created, created, ',
		);
		expect(
			school
				.readRecords('customer')
				.slice(1)
				.map((row) => row.phone),
		).toEqual([[], [], [], []]);
		expect(card(before.id)).toEqual(before);
	});

	it('among the fields is passed over: nobody is matched by it, nothing of a list is lost', async () => {
		const before = card(lead(phone));
		const second = lead(A);
		const fields = { phone: [phone], note: 'Новое' };
		expect(await save(byPhone(A, fields))).toMatchObject({ id: second, changedFields: ['note'] });
		await save(update(second, { ...fields, note: 'Другое' }));
		expect(card(second)).toMatchObject({ phone: [A], note: 'Другое' });
		expect(card(before.id)).toEqual(before);
	});
});

it('who holds only a country code, or no number, is no match for a number of that country', async () => {
	for (const phone of ['+7', '8', '+375', '0', 'неизвестно', '120363041234567890@g.us', '8900***1234']) {
		const before = card(lead(phone));
		const made = await save(byPhone(phone, { name: 'Артём' }, { ifKeyEmpty: 'create' }));
		expect([phone, made.operationResult]).toEqual([phone, 'created']);
		expect(card(before.id)).toEqual(before);
	}
	expect(await school.runInTurn(byPhone(A, { name: 'Артём' }))).toBe('created');
});

describe('one number', () => {
	it.each([
		[A, '8_900_5550001'],
		['+375 29 111-22-33', '80/29/111/22/33'],
		// What follows it is none of it.
		[A, '+7 900 555-00-01 доб. 12'],
		[A, '1) 8 900 555 00 01'],
		// A website's form begins with +7, and the visitor types the whole number behind it.
		[A, '+7 8 (900) 555-00-01'],
		['+7(495)111-22-33', '+7 8 495 111-22-33'],
		// What a form asks besides is typed into the same field.
		[A, '9005550001 2 ребёнка'],
		// A sheet or a table holds phones as numbers.
		[A, '9005550001.0'],
	])('%s is found, and not saved again, as %s, and the other way round', async (stored, other) => {
		const id = lead(stored);
		expect(await found(other)).toEqual([id]);
		expect(await school.runInTurn(byPhone(other, { name: 'Орлова Мия' }))).toBe('unchanged');
		expect(phonesOf(id)).toEqual([stored]);
		school.changeRecord('customer', id, { phone: [other] });
		expect(await found(stored)).toEqual([id]);
	});

	it.each([
		['+375/29/111/22/33', '+375/29/777/88/99'],
		['8_900_555_00_01', '8_900_555_00_11'],
	])('%s is another one than %s, and each is found again', async (one, other) => {
		const id = lead(one);
		const form = byPhone(other, { name: 'Артём' });
		expect(await school.runInTurn(form, form)).toBe('created, unchanged');
		expect([await found(one), await found(other)]).toEqual([[id], [id + 1]]);
	});

	it('behind the +7 of a form is saved as one', async () => {
		expect(phonesOf((await save(byPhone('+789005550001', { name: 'Ева' }))).id)).toEqual([A]);
	});

	it.each(['+77771234567 8', '+998900555001'])('%s is no such slip', async (phone) => {
		const id = lead(phone);
		for (const other of ['87712345678', '89005550001', '+7 900 555-00-1'])
			expect(await found(other)).toEqual([]);
		expect(await found(phone)).toEqual([id]);
	});
});

describe.each(['digits', 'text'] as const)('where AlfaCRM looks at the %s of a phone', (phoneSearch) => {
	beforeEach(() => (school.settings.phoneSearch = phoneSearch));

	it.each([
		['+49 32 550001', '+7(493)255-00-01', ['8 493 255-00-01', '4932550001']],
		['+372 123 4567', '+7(372)123-45-67', ['8 372 123 45 67', '3721234567']],
	])('%s and %s are two people', async (foreign, russian, spellings) => {
		const before = card(lead(foreign));
		const home = lead(russian);
		expect([await found(foreign), await ids(filteredBy(foreign))]).toEqual([[before.id], [before.id]]);
		for (const typed of spellings) {
			expect([typed, await found(typed)]).toEqual([typed, [home]]);
			expect(await save(byPhone(typed, { note: `Звонил ${typed}` }))).toMatchObject({ id: home });
		}
		expect(card(before.id)).toEqual(before);
	});

	it.each([
		['+49 170 1234567', ['0049 170 1234567', '491701234567', '+49 170']],
		['+375 29 111-22-33', ['80291112233', '029 111-22-33', '+375 29']],
		[`${A} (мама)`, ['8 900 555 00 01', '+7(900)', '900-555', '55-00-01', 'тел. 8 900 555-00-01, мама']],
	])('who holds %s is found by the filter as %j', async (held, spellings) => {
		const id = lead(held);
		for (const typed of spellings) expect([typed, await ids(filteredBy(typed))]).toEqual([typed, [id]]);
	});
});

describe('the filter by a phone', () => {
	it.each(['8 900 555 00 01, 8 900 555 00 02', '900-555, 900-556', 'мама'])(
		'that holds two numbers or none is refused: %j',
		async (phone) => {
			expect((await school.expectRefusedUnsent(filteredBy(phone))).message).toContain(
				"'Phone' must be one phone number, or at least 3 digits of it",
			);
		},
	);

	it.each(['12', '+7', '+7 (___) ___-__-__'])(
		'that says too little does not return everybody, but says what it lacks: %j',
		async (phone) => {
			const { message } = await school.expectRefusedUnsent(filteredBy(phone));
			expect(message).toContain('at least 3 digits');
			expect(message).toContain(phone);
		},
	);
});

/** As sheets hold them: two numbers in a cell, and no comma. */
describe.each(['8 900 555 00 01 / 8 900 555 00 02', 'Мама (89005550001) Папа (89005550002)'])(
	'%j',
	(both) => {
		it('as the match value leaves the second number with who was found by the first', async () => {
			const id = lead(A);
			expect(await school.runInTurn(byPhone(both))).toBe('updated');
			expect(phonesOf(id)).toEqual([A, B]);
			expect(await school.runInTurn(byPhone(both))).toBe('unchanged');
		});

		it('among the fields adds the second number, and is two numbers of a new customer', async () => {
			const id = school.addLead({ phone: [B], email: ['eva@example.org'] });
			await save(byEmail('eva@example.org', [both]));
			expect(phonesOf(id)).toEqual([B, A]);
			expect(phonesOf((await save(create([both]))).id)).toEqual([A, B]);
		});

		it('in a record stays when it is written back, and is replaced by one of its numbers', async () => {
			const id = lead(both);
			expect(await school.runInTurn(writtenBack(id, both), writtenBack(id, '89005550002'))).toBe(
				'unchanged, updated',
			);
			expect(phonesOf(id)).toEqual([B]);
		});
	},
);

it('a number behind an extension finds who has it, and is saved without the extension', async () => {
	const text = '8 900 555 00 01 доб. 12 8 900 555 00 02';
	const id = lead(B);
	expect(await school.runInTurn(byPhone(text), byPhone(text))).toBe('updated, unchanged');
	expect(phonesOf(id)).toEqual([B, '8 900 555 00 01 доб. 12']);
});

it.each([
	[[A, 'папа, +49 170 1234567']],
	[['мама +375 29 123-45-67', '+49 170 1234567, доб. 5', 'не звонить']],
])('the phones %j, as Simplify shows them, are the same when they are written back', async (phone) => {
	const id = lead(...phone);
	const { phone: shown } = await save(customerForm('get', { id, simplify: true }));
	await save(update(id, { phone: [shown as string] }));
	expect(phonesOf(id)).toEqual(phone);
	expect(await school.runInTurn(writtenBack(id, String(shown)))).toBe('unchanged');
	expect(phonesOf((await save(create([shown]))).id)).toEqual(phone);
});

/** A narrow column of a sheet shows a long number so, and exports it so. */
describe.each(['7,90056E+10', '7.90056E+10; 7,90057E+10'])('%j, which a sheet has rounded,', (phone) => {
	it('is nobody, not even who holds the very same, and is not saved beside another number', async () => {
		lead(phone);
		lead(A);
		for (const form of [
			...[findByPhoneForm({}, phone), byPhone(phone, { name: 'Ева' }), byPhone(A, { phone: [B, phone] })],
			byPhone(A, { phone: `${B}, ${phone}` }),
		])
			expect((await school.expectRefusedUnsent(form)).message).toContain("'Phone' must be");
	});

	it('in a record leaves the other number there to be found', async () => {
		const id = lead(phone, A);
		expect(await save(byPhone('89005550001', { note: 'Новое' }))).toMatchObject({ id, note: 'Новое' });
		expect(phonesOf(id)).toEqual([phone, A]);
	});
});

describe('a phone as somebody typed it into a form', () => {
	it.each([`${A}, ${B}`, `Анна ${A}, муж ${B}`, `${A}\n${B}`])(
		'%j means who has the first number',
		async (typed) => {
			const [first, second] = [lead(A), lead(B)];
			expect(await found(typed)).toEqual([first]);
			expect(await save(byPhone(typed, { name: 'Анна' }))).toMatchObject({ id: first });
			expect(phonesOf(second)).toEqual([B]);
		},
	);

	it('means who has another of its numbers where nobody has the first', async () => {
		const id = lead(B);
		expect(await found(`${A}, ${B}`)).toEqual([id]);
	});

	it('means who is active, though an archived one has a number before it', async () => {
		const [archived, active] = [school.addLead({ phone: [A], e_date: '2025-01-31' }), lead(B)];
		for (const ifArchived of ['update', 'restore', 'create', 'skip'])
			expect(await save(byPhone(`${A}, ${B}`, { note: ifArchived }, { ifArchived }))).toMatchObject({
				id: active,
				note: ifArchived,
			});
		expect(await ids(findByPhoneForm({ archived: false }, `${A}, ${B}`))).toEqual([active]);
		expect(phonesOf(archived)).toEqual([A]);
	});

	it('means all who have one of its numbers where all are wanted', async () => {
		const both = [lead(A), lead(B)];
		expect((await ids(findByPhoneForm({ ifSeveral: 'all' }, `${A}, ${B}`))).sort()).toEqual(both);
	});

	it.each(['newest', 'all', 'refuse'])(
		'gives nobody the number of another one, and says so (%s)',
		async (ifSeveral) => {
			const [first, second] = [lead(A), lead(B)];
			const C = '+7(900)555-00-03';
			const saved = await save(byPhone(`${A}, ${B}, ${C}`, {}, { ifSeveral }));
			expect(phonesOf(first)).toEqual([A, C]);
			expect(phonesOf(second)).toEqual(ifSeveral === 'all' ? [B, C] : [B]);
			expect(saved.notSaved).toContain(B);
		},
	);

	it.each([
		...['после 18 ', 'после 18.00 ', 'с 18-00 ', '12.05.2015 ', 'ул. Ленина 15 ', 'школа 1530 ', 'Миа 8 '],
		...['с 9 до 18 ', 'с 10.00-18.00 ', '18.00-20.00 ', 'Миа 7 лет, после 18 ', 'Ленина 15 кв 17 ', '№12 '],
		...['договор 12345 ', 'заявка № 12345 ', 'дети 2015 и 2018 ', 'ул. Ленина, 15, кв. 17 '],
	])('is found behind "%s"', async (before) => {
		const id = lead(A);
		for (const number of ['8 900 555-00-01', '89005550001', '+7 (900) 555-00-01'])
			expect(await found(before + number)).toEqual([id]);
	});

	it.each([
		...['8 (900) 555-00-01 8 (900) 555-00-02', `${A} ${B}`, '(900) 555-00-01 8 (900) 555-00-02'],
		...['8.(900).555.00.01 8.(900).555.00.02', 'Миа 8 900 555-00-01 8 900 555-00-02'],
	])('"%s" means who has the first of two that nothing but a blank parts', async (typed) => {
		const id = lead(A);
		lead(B);
		expect(await ids(findByPhoneForm({ ifSeveral: 'all' }, typed))).toContain(id);
	});

	it.each(['мама 8 843 233-00-01, 8 900 555-00-02', 'тел. 8 843 233-00-01\n8 831 222-33-44'])(
		'"%s" is none of the digits of another number',
		async (typed) => {
			lead(B);
			const id = lead('+7(843)233-00-01');
			expect(await ids(findByPhoneForm({ ifSeveral: 'newest' }, typed))).toEqual([id]);
		},
	);

	it('is found behind a time, of a landline too', async () => {
		const id = lead('+7(495)123-45-67');
		expect(await found('после 18 8 495 123-45-67')).toEqual([id]);
	});

	it.each(['8495-123-4567 8 900 555-00-01', '900-123-4567 8 900 555-00-01'])(
		'is whole in "%s", though another one follows',
		async (typed) => {
			lead(A);
			const id = lead(typed.slice(0, -16));
			expect(await ids(findByPhoneForm({ ifSeveral: 'newest' }, typed))).toEqual([id]);
		},
	);

	it('gives nobody the number of another one where the phone is among what is mapped too', async () => {
		const [first, second] = [lead(A), lead(B)];
		const typed = `${A}, ${B}`;
		const form = {
			...byPhone(typed),
			inputMode: 'json',
			json: JSON.stringify({ phone: typed, note: 'Новое' }),
		};
		expect(await save(form)).toMatchObject({ id: first, note: 'Новое' });
		expect([phonesOf(first), phonesOf(second)]).toEqual([[A], [B]]);
	});

	it('empties nothing where the other one has the phone, and another one the email', async () => {
		const first = lead(A);
		const second = school.addLead({ phone: [B], email: ['mia@example.org'] });
		for (const ifSeveral of ['newest', 'all']) {
			const key = { matchBy: 'phoneOrEmail', phone: A, email: 'mia@example.org' };
			await save({ ...byPhone(A, {}, { ifSeveral }), ...key });
			expect(phonesOf(first)).toContain(A);
			expect(phonesOf(second)).toContain(B);
		}
	});

	it('is nobody for sure where it is one of several, and an email is that of another one', async () => {
		lead(B);
		school.addLead({ email: ['mia@example.org'] });
		const key = { matchBy: 'phoneOrEmail', phone: `${A}, ${B}`, email: 'mia@example.org' };
		expect((await school.runToEnd({ ...byPhone(A), ...key })).error?.message).toContain('2 customers match');
	});

	it('is told with the words beside a number that the card has', async () => {
		lead(A);
		expect(await save(byPhone(`${A} звонить после 19`, {}))).toMatchObject({
			notSaved: `${A} звонить после 19`,
		});
		lead(`${B} (мама)`);
		expect(await save(byPhone(`${B} (мама)`, {}))).toMatchObject({ notSaved: '' });
	});

	it('is told where the card does not hold it, with a name and an email that it does not hold', async () => {
		const id = lead(A);
		const typed = { name: 'Анна', email: ['anna@example.org'], is_study: 1 };
		const kept = await save(byPhone(`${A}, ${B}`, typed, { onlyForNew: ['all'] }));
		expect(kept).toMatchObject({ id, notSaved: `Анна, anna@example.org, ${A}, ${B}` });
		const made = await save(byPhone('8 900 000 77 01', typed, { onlyForNew: ['all'] }));
		expect(made).toMatchObject({ operationResult: 'created', notSaved: '' });
	});
});

/** Numbers as people type them; each # is a digit. */
const RUSSIAN = [
	...['+7 9## ###-##-##', '8 (9##) ###-##-##', '89#########', '9#########', '79#########'],
	...['8-9##-###-##-##', '8.9##.###.##.##', '+7 8 9## ### ## ##', '(9##) ###-##-##'],
	...['8 (495) ###-##-##', '8 701 ### ## ##'],
];
const FOREIGN = [
	...['+375 29 ###-##-##', '+992 90 ###-##-##', '+49 (0) 151 ########', '998901######', '97254#######'],
];
const BEFORE = ['', '', 'Тел.: ', '1) ', 'мама '];
const AFTER = ['', '', ' (мама)', ' звонить с 18 до 20', ' (18:00-20:00)', ' доб. 12', ', Telegram @anna'];
/** What only a blank or a dash parts may be one number. */
const BETWEEN = [', ', '; ', ' / ', '\n', ' и ', ' | '];

const number = fc
	.constantFrom(...RUSSIAN, ...RUSSIAN, ...FOREIGN)
	.chain((mask) => fc.array(fc.nat(9), { minLength: 10, maxLength: 10 }).map((all) => filled(mask, all)));
const typed = fc
	.array(fc.tuple(number, fc.constantFrom(...AFTER)), { minLength: 1, maxLength: 3 })
	.chain((parts) =>
		fc.tuple(fc.constantFrom(...BEFORE), fc.constantFrom(...BETWEEN)).map(([before, between]) => ({
			numbers: parts.map(([one]) => one),
			text: before + parts.map((part) => part.join('')).join(between),
		})),
	);

it('a phone as people type it means who has its first number, whatever stands around it', async () => {
	await fc.assert(
		fc.asyncProperty(typed, async ({ numbers, text }) => {
			school = new SmallSchool();
			const [first] = numbers.map((one) => lead(one));
			const [id] = await ids(findByPhoneForm({ ifSeveral: 'newest' }, text));
			expect(id).toBe(first);
		}),
		{ seed, numRuns: depth.examplePhones },
	);
});

function filled(mask: string, digits: readonly number[]): string {
	let at = 0;
	return mask.replace(/#/g, () => String(digits[at++]));
}
