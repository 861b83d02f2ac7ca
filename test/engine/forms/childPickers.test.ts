import type { INodeListSearchItems, INodeParameters } from 'n8n-workflow';

import { formOf } from '../../support/form';
import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, run, set } = officeOf(school);

async function entries(method: string, form: INodeParameters, typed = ''): Promise<INodeListSearchItems[]> {
	const all: INodeListSearchItems[] = [];
	let token: string | undefined;
	do {
		const { results, paginationToken } = await school.engine.search(
			method,
			{ branchId: 1, ...form },
			typed,
			token,
		);
		all.push(...results);
		token = paginationToken as string | undefined;
	} while (token !== undefined);
	return all;
}
const byId = (list: INodeListSearchItems[]) =>
	Object.fromEntries(list.map(({ value, name }) => [value, name]));

/** A customer with a subscription of this year and one that is over. */
function subscriber() {
	const customer = add('customer', {
		name: 'Мия Орлова',
		branch_ids: [1],
		is_study: 1,
		e_date: '2030-12-31',
	});
	const plan = add('tariff', { name: '8 занятий', branch_ids: [1] });
	const subscription = (values: object) =>
		add('customer-tariff', { customer_id: customer, tariff_id: plan, ...values });
	return {
		customer,
		current: subscription({ b_date: '01.09.2025', e_date: '31.05.2031' }),
		open: subscription({ b_date: '01.09.2025' }),
		past: subscription({ b_date: '01.09.2020', e_date: '31.05.2021' }),
	};
}

describe('subscriptions of a customer', () => {
	const resource = 'customerTariff';

	it('read as plan and days, those that are over too', async () => {
		const { customer, current, open, past } = subscriber();
		const form = { resource, operation: 'get', customer_id: pick(customer) };
		const found = byId(await entries('searchCustomerSubscriptions', form));
		expect(found).toEqual({
			[current]: '8 занятий · 1 Sep 2025 – 31 May 2031',
			[open]: '8 занятий · 1 Sep 2025 –',
			[past]: expect.stringMatching(/^8 занятий · 1 Sep 2020 – 31 May 2021/) as string,
		});
		expect(byId(await entries('searchCustomerSubscriptions', form, '2021'))).toEqual({
			[past]: found[past],
		});
	});

	it.each<[where: string, form: (customer: number) => INodeParameters]>([
		['a payment', (id) => ({ resource: 'pay', operation: 'create', customer_id: pick(id) })],
		[
			'an update of a payment',
			(id) => ({ resource: 'pay', operation: 'update', updateFields: { customer_id: pick(id) } }),
		],
		['Take Payment', (id) => ({ resource: 'customer', operation: 'takePayment', id: pick(id) })],
		[
			'a customer by address',
			(id) => ({
				resource: 'customer',
				operation: 'takePayment',
				id: {
					__rl: true,
					mode: 'url',
					value: `https://demo.s20.online/company/1/customer/view?id=${id}`,
				},
			}),
		],
	])('are those of the customer of %s', async (_where, form) => {
		const { customer, current, open, past } = subscriber();
		const found = await entries('searchCustomerSubscriptions', form(customer));
		expect(found.map(({ value }) => value).sort()).toEqual([current, open, past].sort());
	});

	it.each<[what: string, customer: INodeParameters[string]]>([
		['is not chosen', { __rl: true, mode: 'list', value: '' }],
		['comes from an expression', '={{ $json.customer_id }}'],
	])('ask for the customer first where that %s, and cost no call', async (_what, customer) => {
		const form = { resource: 'pay', operation: 'create', customer_id: customer };
		expect(await entries('searchCustomerSubscriptions', form)).toEqual([
			{ name: "Choose 'Customer' first, or give an ID", value: '' },
		]);
		expect(school.calls()).toEqual([]);
	});

	it('are what a payment is for, picked or given', async () => {
		const { customer, current } = subscriber();
		const form = {
			resource: 'pay',
			operation: 'create',
			branchId: 1,
			customer_id: pick(customer),
			document_date: '2026-02-05',
			income: 100,
			pay_account_id: 1,
			pay_type_id: 1,
		};
		const picked = { __rl: true, mode: 'list', value: current, cachedResultName: '8 занятий' };
		for (const ctt_id of [picked, pick(current), String(current)]) {
			const [pay] = await run({ ...form, additionalFields: { ctt_id } });
			expect(pay.ctt_id).toBe(current);
		}
	});
});

it('members of a group read as customer and days', async () => {
	const { customer } = subscriber();
	const group = add('group', { name: 'Шахматы', branch_ids: [1] });
	const member = (b_date: string, e_date: string) =>
		add('cgi', { customer_id: customer, group_id: group, b_date, e_date });
	const members = [member('01.09.2025', '31.05.2031'), member('01.09.2020', '31.05.2021')];
	const form = { resource: 'cgi', operation: 'get', group_id: pick(group) };
	expect(byId(await entries('searchGroupMembers', form))).toEqual({
		[members[0]]: 'Мия Орлова · 1 Sep 2025 – 31 May 2031',
		[members[1]]: 'Мия Орлова · 1 Sep 2020 – 31 May 2021',
	});
	expect(await entries('searchGroupMembers', { ...form, group_id: pick('') })).toEqual([
		{ name: "Choose 'Group' first, or give an ID", value: '' },
	]);
});

it.each([{}, { bodyPageSize: 'honoured' }, { cgiDefault: 'all', deadDefault: 'all' }])(
	'whoever scrolls through a long list sees each one once: %j',
	async (settings) => {
		set(settings);
		const { customer } = subscriber();
		const group = add('group', { name: 'Большая', branch_ids: [1] });
		const made = Array.from({ length: 130 }, (_one, index) => ({
			subscription: add('customer-tariff', { customer_id: customer, tariff_id: 1, b_date: '01.09.2025' }),
			member: add('cgi', {
				...{ customer_id: customer, group_id: group },
				...{ b_date: '01.09.2020', e_date: index % 2 === 0 ? '31.05.2031' : '31.05.2021' },
			}),
		}));
		const members = await entries('searchGroupMembers', {
			...{ resource: 'cgi', operation: 'get', group_id: pick(group) },
		});
		expect(members.map(({ value }) => Number(value)).sort()).toEqual(made.map(({ member }) => member).sort());
		const subscriptions = await entries('searchCustomerSubscriptions', {
			...{ resource: 'customerTariff', operation: 'get', customer_id: pick(customer) },
		});
		expect(subscriptions).toHaveLength(130 + 3);
		expect(new Set(subscriptions.map(({ value }) => value)).size).toBe(130 + 3);
	},
);

it.each([7, 0] as const)('regular lessons say whose, when and what, where Sunday is %i', async (sunday) => {
	set({ sunday });
	const { customer } = subscriber();
	const group = add('group', { name: 'Шахматы Вс', branch_ids: [1] });
	const subject = add('subject', { name: 'Шахматы' });
	const regular = (values: object) =>
		add('regular-lesson', {
			branch_id: 1,
			subject_id: subject,
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2031-09-01',
			e_date: '2032-05-31',
			...values,
		});
	const ofGroup = regular({ related_class: 'Group', related_id: group, day: 7 });
	const own = regular({ related_class: 'Customer', related_id: customer, day: 2 });
	const found = await entries(
		'searchRegularLessons',
		{ resource: 'regularLesson', operation: 'get' },
		'Шахматы ·',
	);
	expect(byId(found)).toMatchObject({
		[ofGroup]: 'Шахматы Вс · Sunday · 17:00 · Шахматы · 1 Sep 2031 – 31 May 2032',
		[own]: 'Мия Орлова · Tuesday · 17:00 · Шахматы · 1 Sep 2031 – 31 May 2032',
	});
});

it.each<[resource: string, parent: string]>([
	['customerTariff', 'customer_id'],
	['cgi', 'group_id'],
])('the form of %s asks for the parent before the record', (resource, parent) => {
	for (const operation of ['get', 'update', 'delete']) {
		const names = formOf({ resource, operation }).map(({ name }) => name);
		expect(names.indexOf(parent)).toBeLessThan(names.indexOf('id'));
	}
});
