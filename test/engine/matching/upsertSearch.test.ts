import type { INodeParameters } from 'n8n-workflow';

import { EMPTY } from '../support/office';
import { randomFrom } from '../../support/random';
import { spelled } from '../support/phones';
import { useSchool } from '../support/school';
import { FORMATTED, form, upsertsOf } from '../support/upsert';

const school = useSchool({ customers: 40 });
const { customers, stored, holders, add, run, failing } = upsertsOf(school);
const NATIONAL = '9005550001';

// ---------------------------------------------------------------- phones

describe('200 random spellings of one number', () => {
	const next = randomFrom(20_260_210);
	const spellings = Array.from({ length: 200 }, () => spelled(NATIONAL, next));

	it('are really different', () => {
		expect(new Set(spellings).size).toBeGreaterThan(150);
	});

	it.each(['digits', 'text'] as const)(
		'make one customer where the server looks at the %s of a number',
		async (phoneSearch) => {
			school.sandbox.settings.phoneSearch = phoneSearch;
			const before = customers().length;
			const json = await run(
				form({}, {}, { phone: '={{ $json.phone }}' }),
				spellings.map((phone) => ({ phone })),
			);
			expect(json.map(({ operationResult }) => operationResult)).toEqual([
				'created',
				...Array.from({ length: 199 }, () => 'unchanged'),
			]);
			expect(customers()).toHaveLength(before + 1);
			expect(school.entries('customer/create')).toHaveLength(1);
			expect(school.entries('customer/update')).toHaveLength(0);
		},
		120_000,
	);

	it('find any of the stored forms, each in a run of its own', async () => {
		const forms = [FORMATTED, '89005550001', '9005550001', '+7 900 555-00-01', '7 (900) 555 00 01'];
		const id = add();
		for (const [index, phone] of forms.entries()) {
			school.sandbox.store.patch('customer', id, { phone: [phone] });
			for (const spelling of spellings.slice(index * 8, index * 8 + 8)) {
				expect(await run(form({}, {}, { phone: spelling }))).toMatchObject([
					{ id, operationResult: 'unchanged' },
				]);
			}
		}
	});
});

// ---------------------------------------------------------------- where it looks

describe('the search', () => {
	it('finds leads and clients in every branch of the account, and saves there', async () => {
		school.sandbox.settings.otherBranch = 'missing';
		const id = add({ branch_ids: [3], is_study: 1 });
		expect(await run(form({ note: 'Новое' }))).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(school.entries('customer/update').map(({ path }) => path)).toEqual(['/v2api/3/customer/update']);
		expect(stored(id)).toMatchObject({ note: 'Новое', branch_ids: [3], is_study: 1 });
	});

	it('stays in the chosen branches', async () => {
		add({ branch_ids: [3] });
		expect(await run(form({}, { searchBranches: [1, 2] }))).toMatchObject([{ operationResult: 'created' }]);
		expect(school.calls()).not.toContain('branch/index');
		expect(holders()).toHaveLength(2);
	});

	it('takes a customer of several branches for one', async () => {
		const id = add({ branch_ids: [1, 2, 3] });
		expect(await run(form())).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('believes no filter: a longer number with the same end is another customer', async () => {
		add({ phone: ['+375 44 9005550001'] });
		const near = add({ phone: ['+7(901)555-00-01'] });
		const [made] = await run(form());
		expect(made.operationResult).toBe('created');
		expect(made.id).not.toBe(near);
	});

	it('finds the customer where AlfaCRM ignores the filter', async () => {
		school.sandbox.settings.ignoredFilters = ['customer.phone'];
		const id = add();
		expect(await run(form())).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('costs one call for each branch once AlfaCRM showed how it looks for phones, one for the list of branches and one to create', async () => {
		await run(form());
		expect(school.calls()).toEqual([
			'auth/login',
			'branch/index',
			...Array.from({ length: 4 }, () => 'customer/index'),
			'customer/create',
		]);
	});

	it('lists the branches once for all items', async () => {
		await run(form({}, {}, { phone: '={{ $json.phone }}' }), [
			{ phone: '89005550001' },
			{ phone: '89005550002' },
			{ phone: '89005550003' },
		]);
		expect(school.entries('branch/index')).toHaveLength(1);
	});
});

// ---------------------------------------------------------------- keys

describe('keys', () => {
	const by = (matchBy: string, values: INodeParameters, fields: INodeParameters = {}) => ({
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy,
		fieldsToSet: { note: 'Найден', ...fields },
		...values,
	});
	const one = () =>
		add({
			name: 'Артём  Соколов',
			email: ['Family@Example.org'],
			dob: '04.09.2015',
			custom_dogovor: 'Д-77',
		});

	it.each<[string, INodeParameters]>([
		['email', { email: 'family@example.ORG' }],
		['nameAndBirthDate', { name: 'артем соколов', dob: '2015-09-04' }],
		['phoneAndName', { phone: '8(900)5550001', name: 'Артём Соколов' }],
		['phoneOrEmail', { phone: '', email: 'family@example.org' }],
		['phoneOrEmail', { phone: '9005550001', email: 'someone@example.org' }],
		['customField', { matchField: 'custom_dogovor', matchValue: 'Д-77' }],
	])('%s finds %j', async (matchBy, values) => {
		const id = one();
		const [saved] = await run(by(matchBy, values));
		expect(saved).toMatchObject({ id, operationResult: 'updated' });
		expect(stored(id)).toMatchObject({ name: 'Артём  Соколов', note: 'Найден' });
	});

	it.each<[string, INodeParameters]>([
		['email', { email: 'family@example.orgs' }],
		['nameAndBirthDate', { name: 'Артём Соколов', dob: '2015-09-05' }],
		['phoneAndName', { phone: '89005550001', name: 'Артём Соколовский' }],
		['phoneOrEmail', { phone: '89005550009', email: 'other@example.org' }],
		['customField', { matchField: 'custom_dogovor', matchValue: 'Д-7' }],
	])('%s takes no other for %j', async (matchBy, values) => {
		const id = one();
		const [saved] = await run(by(matchBy, values, 'name' in values ? {} : { name: 'Новый Лид' }));
		expect(saved.operationResult).toBe('created');
		expect(saved.id).not.toBe(id);
	});

	it('id updates what is there and creates nothing in its place', async () => {
		const id = one();
		const pick = (value: number) => ({ id: { __rl: true, mode: 'id', value: String(value) } });
		expect(await run(by('id', pick(id)))).toMatchObject([{ id, operationResult: 'updated' }]);
		const error = await failing(by('id', pick(9_999)));
		expect(error?.message).toBe('AlfaCRM has no customer with ID 9999');
	});

	it('adds what the other half of the key did not have', async () => {
		const id = one();
		const [saved] = await run(by('phoneOrEmail', { phone: '9005550009', email: 'family@example.org' }));
		expect(saved).toMatchObject({ id, changedFields: ['note', 'phone'] });
		expect(stored(id).phone).toEqual([FORMATTED, '+7(900)555-00-09']);
	});

	it.each<[string, INodeParameters, RegExp]>([
		['phone', { phone: EMPTY }, /^'Phone' is empty, so no customer can be looked for$/],
		['phone', { phone: ' - ' }, /^'Phone' holds no usable phone number: " - "/],
		['nameAndBirthDate', { name: 'Мия', dob: EMPTY }, /^'Name' and 'Date of Birth' are not both filled/],
		['nameAndBirthDate', { name: 'Мия', dob: 'весной' }, /^'Date of Birth' must be a date/],
		['phoneOrEmail', { phone: '', email: '' }, /^Neither 'Phone' nor 'Email' is filled, so no customer/],
		['customField', { matchField: 'school', matchValue: '1' }, /no name of a custom field: "school"/],
		['customField', { matchField: 'custom_school', matchValue: EMPTY }, /^'custom_school' is empty/],
	])('%s refuses %j before a call', async (matchBy, values, message) => {
		const error = await failing(by(matchBy, values, { name: 'Мия' }));
		expect(error?.message).toMatch(message);
		expect(school.calls()).toEqual([]);
	});

	it('that are empty create a record only if that is chosen', async () => {
		const before = customers().length;
		const json = await run({
			...by('phone', { phone: EMPTY }, { name: 'Без Телефона' }),
			options: { ifKeyEmpty: 'create' },
		});
		expect(json).toMatchObject([{ name: 'Без Телефона', operationResult: 'created' }]);
		expect(customers()).toHaveLength(before + 1);
		expect(school.calls().filter((call) => call.endsWith('index'))).toEqual([]);
	});
});
