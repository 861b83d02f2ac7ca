import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import {
	findField,
	makeValueLockKeys,
	readSearch,
	unusableValueError,
} from '../../../nodes/AlfaCrm/run/matching/readSearch';
import { readMatchKey } from '../../../nodes/AlfaCrm/run/matching/matchForm';
import { randomFrom } from '../../support/random';
import { depth, seed } from '../../support/depth';
import { upsertByPhoneForm, findByPhoneForm, customerForm, PHONE, SmallSchool } from './school';
import { openExecution } from './support';

const customer = entityOf('customer');

/** What the form looks for. */
function searchFor(parameters: IDataObject, entity = customer) {
	const { item } = openExecution(undefined, { parameters });
	return readSearch(item, entity, readMatchKey(item, entity));
}

describe('the values of a key', () => {
	const by = (matchBy: string, key: IDataObject) => ({ matchBy, ...key });
	const byContract = (matchValue: string) => by('customField', { matchField: ' custom_a ', matchValue });

	it.each<[IDataObject, IDataObject]>([
		// The first key is the one that the form begins with.
		[{ phone: ' 8 900 555 00 01 ' }, { phone: [PHONE] }],
		[by('phone', { phone: ['8 900 555 00 01', 'нет'] }), { phone: [PHONE] }],
		[by('email', { email: ['нет почты', 'Анна <a@example.org>'] }), { email: ['a@example.org'] }],
		[by('phoneOrEmail', { phone: '', email: 'a@example.org' }), { email: ['a@example.org'] }],
		[
			by('phoneOrEmail', { phone: '123-45-67', email: 'a@example.org' }),
			{ phone: ['123-45-67'], email: ['a@example.org'] },
		],
		[by('nameAndBirthDate', { name: 'Мия', dob: '2015-09-04' }), { name: 'Мия', dob: '04.09.2015' }],
		[by('id', { id: '7' }), { id: 7 }],
		[byContract(' A-12 '), { custom_a: 'A-12' }],
		...['#1042', 'https://instagram.com/mia/', 'mia___', 'Д-0'].map((value): [IDataObject, IDataObject] => [
			byContract(value),
			{ custom_a: value },
		]),
	])('%j are %j', (parameters, wanted) => {
		const search = searchFor(parameters);
		expect(search).toMatchObject({ matchValues: wanted, isUsable: true });
		expect(search.fields.map(({ name }) => name)).toEqual(Object.keys(wanted));
	});

	const NO_PHONE = "'Phone' holds no usable phone number:";
	it.each<[IDataObject, IDataObject, string]>([
		[by('phone', { phone: ' ' }), {}, "'Phone' is empty"],
		[by('phone', { phone: null, email: 'a@example.org' }), {}, "'Phone' is empty"],
		[by('phone', { phone: 'неизвестно' }), {}, `${NO_PHONE} "неизвестно"`],
		[by('phone', { phone: '+7 (___) ___-__-__' }), {}, `${NO_PHONE} "+7 (___) ___-__-__"`],
		[by('email', { email: 'нет' }), {}, `'Email' holds no usable email address: "нет"`],
		[by('phoneOrEmail', { phone: '', email: '' }), {}, "Neither 'Phone' nor 'Email' is filled"],
		[
			by('phoneOrEmail', { phone: 'нет', email: '-' }),
			{},
			`${NO_PHONE} "нет" and 'Email' holds no usable email address: "-"`,
		],
		[by('phoneOrEmail', { phone: 'нет', email: '' }), {}, `${NO_PHONE} "нет"`],
		[by('phoneAndName', { phone: 'нет', name: 'Мия' }), { name: 'Мия' }, `${NO_PHONE} "нет"`],
		[by('phoneAndName', { phone: '', name: 'Мия' }), { name: 'Мия' }, "'Phone' and 'Name' are not both"],
		[
			by('nameAndBirthDate', { name: 'Мия', dob: '' }),
			{ name: 'Мия' },
			"'Name' and 'Date of Birth' are not both filled",
		],
		[
			by('nameAndBirthDate', { name: '---', dob: '2015-09-04' }),
			{ dob: '04.09.2015' },
			`'Name' holds no usable value: "---"`,
		],
		[by('id', { id: '' }), {}, "'Customer' is empty"],
		[byContract(' '), {}, "'custom_a' is empty"],
		...[
			'-',
			'( )',
			'undefined',
			'tg-',
			'tg-undefined',
			'order null',
			'нет',
			'б/н',
			'БН',
			'#N/A',
			'N/A',
			'0',
			'00',
			...['+7 (___) ___-__-__', 'Д-____'],
			'crm-[object Object]',
		].map((value): [IDataObject, IDataObject, string] => [
			...([byContract(value), {}, `'custom_a' holds no usable value: "${value}"`] as const),
		]),
	])('%j are %j, which is not enough: %s', (parameters, wanted, words) => {
		expect(searchFor(parameters)).toMatchObject({ matchValues: wanted, isUsable: false });
		const { item } = openExecution(undefined, { parameters });
		const error = unusableValueError(item, customer, readMatchKey(item, customer), {
			moreAdvice: ', or go on',
		});
		expect(error.message.startsWith(words)).toBe(true);
		expect(error.message).toMatch(/, so no customer can be looked for$/);
		const advice = words.includes('no usable') ? 'Correct it' : 'Fill it';
		expect(error).toMatchObject({
			description: `${advice}, or check the expression in it, or go on. Nothing was sent to AlfaCRM.`,
		});
	});

	it('that are empty are to be filled', () => {
		const { item } = openExecution();
		expect(unusableValueError(item, customer, readMatchKey(item, customer))).toMatchObject({
			description: 'Fill it, or check the expression in it. Nothing was sent to AlfaCRM.',
		});
	});

	it('are of a key that the form has, and of a custom field', () => {
		expect(() => searchFor(by('shoeSize', {}))).toThrow("'Match By' must be one of");
		const named = () => searchFor(by('customField', { matchField: 'school', matchValue: 'x' }));
		expect(named).toThrow(`'Custom Field' is no name of a custom field: "school"`);
		expect(named).toThrow(
			expect.objectContaining({
				description: "It starts with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			}),
		);
	});

	it('have the fields of the record, the ID or a custom field', () => {
		const id = { type: 'id', entity: 'customer', name: 'id', label: 'Customer' };
		expect(findField(customer, 'id')).toEqual(id);
		expect(findField(customer, 'dob').label).toBe('Date of Birth');
		expect(findField(customer, 'custom_a')).toEqual({ type: 'custom', name: 'custom_a', label: 'custom_a' });
	});
});

describe('who writes a record holds a lock', () => {
	it('for each value by which it could be looked for, the same in any spelling', () => {
		const values = {
			name: 'Мия',
			phone: ['8 900 555 00 01', '123-45-67', 'нет'],
			email: 'A@example.org',
			note: 'x',
			custom_a: 'B',
			dob: null,
		};
		expect(makeValueLockKeys(customer, values)).toEqual([
			['customer', 'name', 'мия'],
			['customer', 'phone', '79005550001'],
			['customer', 'phone', '1234567'],
			['customer', 'email', 'a@example.org'],
			['customer', 'custom_a', 'b'],
		]);
		expect(makeValueLockKeys(customer, { phone: '+7(900)555-00-01' })).toEqual([
			['customer', 'phone', '79005550001'],
		]);
		expect(makeValueLockKeys(customer, { id: 7 })).toEqual([['customer', 'id', '7']]);
	});

	it('that is the same for a name in both orders', () => {
		const locks = makeValueLockKeys(customer, { name: 'Колычев Павел' });
		const otherLocks = makeValueLockKeys(customer, { name: 'Павел Колычев' });

		expect(locks).toEqual([['customer', 'name', 'колычев павел']]);
		expect(otherLocks).toEqual([['customer', 'name', 'колычев павел']]);
	});
});

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const ONE_BY_ONE = { credential: { callsAtOnce: 1 } };
const find = (phone: unknown, options: IDataObject = {}) =>
	findByPhoneForm({ searchBranches: [1], ...options }, phone);
const pages = (call = 'customer/index') => school.calls.filter((one) => one === call).length;
/** The phones that the first pages were asked for by. */
const asked = () =>
	school.requests
		.filter(({ url, body }) => url.endsWith('/customer/index') && body.page === 0)
		.map(({ body }) => body.phone);
const lists = (rows: (body: IDataObject) => IDataObject[]) => {
	school.onCall = (call, { body }) => {
		if (call !== 'customer/index') return undefined;
		const items = body.page === 0 ? rows(body) : [];
		return { items, total: rows(body).length };
	};
};
const strangers = (count: number) =>
	Array.from({ length: count }, (_, index) => ({
		id: 100 + index,
		phone: [`+7(911)222-33-${10 + index}`],
		removed: 0,
	}));

describe('a phone is asked for', () => {
	it('in each spelling where none finds it', async () => {
		lists(() => []);
		await school.run(find('8 900 555 00 01'));
		expect(asked()).toEqual(['05550001', '0001', '00-01', '00 01']);
	});

	it('once where AlfaCRM looks at the digits alone, from then on for every item', async () => {
		lists(() => [{ id: 1, phone: ['нет', '+7(900)555-00-01'], removed: 0 }]);
		const { json } = await school.run(find('8 900 555 00 01'), { items: [{}, {}], ...ONE_BY_ONE });
		expect(json).toMatchObject([{ id: 1 }, { id: 1 }]);
		expect(asked()).toEqual(['05550001', '05550001']);
	});

	it('in the other spellings too where what came holds the very text', async () => {
		lists(({ phone }) => (phone === '00-01' ? [{ id: 1, phone: ['+7(900)555-00-01'], removed: 0 }] : []));
		const { json } = await school.run(find('8 900 555 00 01'));
		expect(json).toMatchObject([{ id: 1 }]);
		expect(asked()).toEqual(['05550001', '0001', '00-01', '00 01']);
	});

	it('by the whole list, read once, where the filter was seen to be ignored', async () => {
		const all = [...strangers(20), { id: 1, phone: ['8 900 555 00 01'], removed: 0 }];
		lists(() => all);
		const { json } = await school.run(find('+7 900 555 00 01'), { items: [{}, {}, {}], ...ONE_BY_ONE });
		expect(json).toMatchObject([{ id: 1 }, { id: 1 }, { id: 1 }]);
		expect(asked()).toEqual(['05550001', undefined]);
	});

	it('by its filter still where that found only a few others', async () => {
		lists(() => [...strangers(19), { id: 1, phone: ['8 900 555 00 01'], removed: 0 }]);
		await school.run(find('+7 900 555 00 01'), { items: [{}, {}], ...ONE_BY_ONE });
		expect(asked()).toEqual(['05550001', '05550001']);
	});
});

describe('a custom field', () => {
	const byField = (matchField: string) => ({
		...find(''),
		matchBy: 'customField',
		matchField,
		matchValue: 'A-12',
	});

	it('that no record shows is none', async () => {
		lists(() => [{ id: 1, custom_b: 'x', removed: 0 }]);
		const { error } = await school.runToEnd(byField('custom_a'));
		expect(error).toMatchObject({
			message: `AlfaCRM's customer has no field "custom_a"`,
			description: "Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are.",
		});
	});

	it('that some records show is one, also where there are none at all', async () => {
		lists(() => [
			{ id: 1, removed: 0 },
			{ id: 2, custom_a: 'A-12', removed: 0 },
		]);
		expect((await school.run(byField('custom_a'))).json).toMatchObject([{ id: 2 }]);
		lists(() => []);
		expect((await school.run(byField('custom_a'))).json).toEqual([]);
	});
});

/** One of many ways in which people write a Russian number of ten digits. */
function spelled(national: string, next: () => number): string {
	const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)];
	const [, a, b, c, d] = /^(\d{3})(\d{3})(\d\d)(\d\d)$/.exec(national) ?? [];
	const prefix = pick(['+7', '7', '8', '', '+ 7', '007', '8-', '+7 ']);
	const code = pick([a, `(${a})`, ` (${a}) `, ` ${a} `, `-${a}-`]);
	const blank = pick(['', ' ', '-', '.', '\u00a0', ' - ', '–']);
	const other = pick(['', ' ', '-', blank]);
	const before = pick(['', ' ', 'тел. ', 'Мама: ']);
	const after = pick(['', ' ', ' доб. 12', ' (мама)', ' 2 ребёнка']);
	return `${before}${prefix}${code}${b}${blank}${c}${other}${d}${after}`;
}

describe.each(['digits', 'text'] as const)('where AlfaCRM looks at the %s of a phone', (phoneSearch) => {
	beforeEach(() => (school.settings.phoneSearch = phoneSearch));

	it('random spellings of one number make one customer, and find every stored form of it', async () => {
		const next = randomFrom(seed);
		const random = Array.from({ length: depth.phoneSpellings }, () => spelled('9005550001', next));
		// What is stored with words and unusual marks is found by its digits alone: docs/limits.md.
		const spellings = phoneSearch === 'digits' ? random : [PHONE, ...random];
		const each = spellings.map((phone) => upsertByPhoneForm({ name: 'Мия' }, {}, phone));
		const { json } = await school.run({}, { parametersByItem: each });
		expect(json.slice(1).every(({ operationResult }) => operationResult === 'unchanged')).toBe(true);
		expect(school.readWrites()).toEqual(['customer/create']);
		for (const stored of [PHONE, '89005550001', '9005550001', '+7 900 555-00-01', '7 (900) 555 00 01']) {
			school.store.patch('customer', 1, { phone: [stored] } as never);
			for (const phone of spellings.slice(0, 8))
				expect((await school.run(find(phone))).json).toMatchObject([{ id: 1 }]);
		}
	});

	it('two who hold the number in two spellings are two, and one with a longer number is another', async () => {
		for (const phone of [PHONE, '8 900 555 00 01', '+375 44 9005550001', '+7(901)555-00-01'])
			school.addLead({ phone: [phone] });
		for (const typed of [PHONE, '8 900 555 00 01', '9005550001'])
			expect((await school.runToEnd(find(typed, { ifSeveral: 'refuse' }))).error?.message).toBe(
				'2 customers match by Phone: 2 (lead), 1 (lead)',
			);
	});
});

it('an email is found among other text, and two in one text are two', async () => {
	const byEmail = (email: string) => ({ ...find(''), matchBy: 'email', email });
	for (const text of [
		'Anna@Example.org',
		'Анна <anna@example.org>',
		'mailto:anna@example.org',
		'anna@example.org.',
	]) {
		const id = school.addLead({ email: [text] });
		expect((await school.run(byEmail('anna@example.org'))).json).toMatchObject([{ id }]);
		school.store.patch('customer', id, { email: ['anna@example.org'] } as never);
		expect((await school.run(byEmail(text))).json).toMatchObject([{ id }]);
		school.store.patch('customer', id, { email: ['eva@example.org, anna@example.org'] } as never);
		expect((await school.run(byEmail('anna@example.org'))).json).toMatchObject([{ id }]);
		expect((await school.run(byEmail('mia@example.org anna@example.org'))).json).toMatchObject([{ id }]);
		school.store.remove('customer', id);
	}
});

it('a name and a day of birth are asked for both, so that a second of the same is seen', async () => {
	// What nobody sees is in the middle of a word.
	for (const name of ['Зоя Лис', 'Зоя Л\u200bис']) school.addLead({ name, dob: '2015-09-04' });
	const key = { matchBy: 'nameAndBirthDate', name: 'зоя лис', dob: '2015-09-04' };
	const { json } = await school.run(customerForm('find', { ...key, options: { ifSeveral: 'all' } }));
	expect(json.map(({ id }) => id)).toEqual([2, 1]);
});

it.each([
	['04.09.2015', '2015-09-04'],
	['2015-09-04', '04.09.2015'],
])('a day in a custom field, stored as %s, is found as %s', async (custom_start, matchValue) => {
	school.settings.ignoredFilters = [];
	const id = school.addLead({ custom_start });
	const form = { ...find(''), matchBy: 'customField', matchField: 'custom_start', matchValue };
	expect((await school.run(form)).json).toMatchObject([{ id }]);
});

describe('what a search costs', () => {
	const ITEMS = 60;
	const people = Array.from({ length: ITEMS }, (_, n) => ({
		email: `guest${n}@school.example`,
		phone: `+7(900)111-22-${10 + n}`,
	}));
	const upsert = (email: string, note: string) =>
		customerForm('upsert', {
			matchBy: 'email',
			email,
			fieldsToSet: { name: 'Гость', note },
			options: { searchBranches: [1] },
		});
	const add = (count: number) =>
		people.slice(0, count).forEach(({ email, phone }) => school.addLead({ email: [email], phone: [phone] }));
	/** How many pages one look at everybody costs. */
	const costOfAll = async () => {
		school.settings.ignoredFilters = ['customer.email', 'customer.phone', '*.custom_*'];
		await school.run({ ...find(''), matchBy: 'email', email: 'nobody@school.example' });
		const cost = pages();
		school.calls.splice(0);
		return cost;
	};

	it('by an ignored filter is the list, and a read and a write for each that Create or Update changes, and nobody is made twice', async () => {
		add(30);
		const cost = await costOfAll();
		const each = people.map(({ email }, n) => upsert(email, `${n}`));
		const last = upsert(people[ITEMS - 1].email.toUpperCase(), 'again');
		const { json } = await school.run({}, { parametersByItem: [...each, last] });
		const results = json.map(({ operationResult }) => operationResult);
		expect(results.filter((one) => one === 'created')).toHaveLength(30);
		expect(results.filter((one) => one === 'updated')).toHaveLength(31);
		expect(school.readRecords('customer')).toHaveLength(ITEMS);
		expect(school.readRecord('customer', ITEMS).note).toBe('again');
		expect(school.readWrites()).toHaveLength(61);
		expect(pages()).toBeLessThanOrEqual(2 * cost + 31);
	});

	it('by a filter that finds parts of numbers is a look for each item, so that who comes meanwhile is found', async () => {
		for (let n = 0; n < 30; n++) school.addLead({ phone: [`+7(900)${100 + n}-00-00`] });
		const phoneOf = (n: number) => `+7(955)${100 + n}-00-00`;
		const each = [0, 1, 2, 3, 4].map((n) =>
			upsertByPhoneForm({ name: 'Мия' }, { searchBranches: [1] }, phoneOf(n)),
		);
		school.onCall = (call) => {
			// Somebody enters the last one by hand.
			if (call === 'customer/create' && school.readWrites().length === 3)
				school.addLead({ phone: [phoneOf(4)] });
			return undefined;
		};
		const { json } = await school.run({}, { parametersByItem: each });
		expect(json.map(({ operationResult }) => operationResult)).toEqual([
			...['created', 'created', 'created', 'created'],
			'unchanged',
		]);
	});

	it('by an ignored filter finds what an item before has made, in the branches that it is in', async () => {
		school.settings.ignoredFilters = ['*.custom_*'];
		for (let n = 0; n < 21; n++) school.addLead({ custom_dogovor: `${n}`, branch_ids: [1, 2] });
		const one = (matchValue: string, branchId: number, fieldsToSet: IDataObject = {}) =>
			customerForm('upsert', {
				...{ branchId, matchBy: 'customField', matchField: 'custom_dogovor', matchValue },
				...{ fieldsToSet: { name: 'Мия', ...fieldsToSet }, options: { searchBranches: [branchId] } },
			});
		const each = [
			// AlfaCRM is seen to ignore the filter, and the list of each branch is read.
			...[1, 1, 2].map((branch) => one('7', branch)),
			...[one('A', 1, { branch_ids: [1, 2] }), one('A', 2)],
			...[one('B', 1), one('B', 2), one('B', 2)],
		];
		const { json } = await school.run({}, { parametersByItem: each });
		const results = json.slice(3).map(({ operationResult }) => operationResult);
		expect(results).toEqual(['created', 'unchanged', 'created', 'created', 'unchanged']);
	});
});

describe('a list of customers', () => {
	const byContract = (matchValue: string) =>
		customerForm('upsert', {
			...{ matchBy: 'customField', matchField: 'custom_dogovor', matchValue },
			...{ fieldsToSet: { name: 'Новый' }, options: { searchBranches: [1] } },
		});

	it('whose rows keep changing decides nothing, for another one might match', async () => {
		const id = school.addLead({ custom_dogovor: 'Есть' });
		school.onCall = (call, request) => {
			if (call !== 'customer/index') return undefined;
			const answer = school.answerWithUnstableList(request) as { items: IDataObject[] };
			if (request.body.page === 0) answer.items.push(school.readRecord('customer', id));
			return answer;
		};
		for (const contract of ['Есть', 'Д-9']) {
			expect(await school.expectRefused(byContract(contract))).toMatchObject({
				message: "AlfaCRM's list of customers did not come whole, so it is not sure which customers match",
				description: 'Run it again. Nothing was saved.',
			});
		}
	});

	it('that counts more than it shows leads to no create', async () => {
		school.onCall = (call, { body }) =>
			call === 'customer/index'
				? { items: body.page === 0 ? [{ id: 7, custom_dogovor: 'Есть', phone: [] }] : [], total: 2 }
				: undefined;
		for (const form of [byContract('Д-9'), upsertByPhoneForm({ name: 'Новый' }, { searchBranches: [1] })]) {
			const { error } = await school.runToEnd(form);
			expect(error?.message).toContain('did not come whole');
		}
	});

	it('of a custom field whose filter finds parts of texts shows the record of each item', async () => {
		school.settings.ignoredFilters = [];
		for (const custom_dogovor of ['12', '120', '77']) school.addLead({ custom_dogovor });
		const { json } = await school.run({}, { parametersByItem: ['12', '77'].map(byContract) });
		expect(json).toMatchObject([{ id: 1 }, { id: 3 }]);
	});
});
