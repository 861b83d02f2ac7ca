import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { add, lead, run, row, set, stopped, whole } = officeOf(school);

beforeEach(() => {
	stopClock('2026-02-10T09:00:00Z');
	// As AlfaCRM may do it: ended subscriptions and past memberships come only when they are asked for.
	set({ deadDefault: 'current', cgiDefault: 'current' });
});
afterEach(() => jest.useRealTimers());

describe('Get by ID of a customer subscription', () => {
	const get = (customer: number, id: number): INodeParameters => ({
		resource: 'customerTariff',
		operation: 'get',
		branchId: 1,
		customer_id: pick(customer),
		id: String(id),
	});
	const subscription = (customer_id: number, e_date: string | null, b_date = '01.09.2024') =>
		add('customer-tariff', { customer_id, tariff_id: 1, b_date, e_date });

	it.each([
		['long ago', '31.05.2025'],
		['yesterday', '09.02.2026'],
	])('finds one that ended %s', async (_when, end) => {
		const customer = lead({ is_study: 1 });
		const id = subscription(customer, end);
		expect(await run(get(customer, id))).toMatchObject([{ id, e_date: end }]);
	});

	it('finds ended ones among current ones, and no other’s', async () => {
		const customer = lead({ is_study: 1 });
		const other = lead({ is_study: 1 });
		const ids = [
			subscription(customer, '31.05.2026'),
			subscription(customer, '31.05.2025'),
			subscription(customer, null),
		];
		for (const id of ids) expect(await run(get(customer, id))).toMatchObject([{ id }]);
		const error = await stopped(get(other, ids[1]));
		expect(error.httpCode).toBe('404');
	});

	it('finds it where AlfaCRM ignores the filter by ID', async () => {
		set({ ignoredFilters: ['customer-tariff.id'] });
		const customer = lead({ is_study: 1 });
		const old = Array.from({ length: 25 }, () => subscription(customer, '31.05.2025'));
		expect(await run(get(customer, old[0]))).toMatchObject([{ id: old[0] }]);
	});
});

describe('Get by ID of a group member', () => {
	const get = (group: number, id: number): INodeParameters => ({
		resource: 'cgi',
		operation: 'get',
		branchId: 1,
		group_id: pick(group),
		id: String(id),
	});

	it.each([
		['past', '01.09.2019', '31.05.2020'],
		['past, and ended yesterday', '01.09.2025', '09.02.2026'],
		['future', '01.09.2035', null],
		['of long ago', '01.09.2001', '31.05.2002'],
	])('finds a membership that is %s', async (_when, b_date, e_date) => {
		const group_id = add('group', { name: 'Сборка роботов', branch_ids: [1] });
		const id = add('cgi', { customer_id: lead({ is_study: 1 }), group_id, b_date, e_date });
		expect(await run(get(group_id, id))).toMatchObject([{ id, b_date }]);
	});

	it('says that there is none in another group', async () => {
		const group_id = add('group', { name: 'Сборка роботов', branch_ids: [1] });
		const other = add('group', { name: 'Шахматы', branch_ids: [1] });
		const times = { b_date: '01.09.2019', e_date: '31.05.2020' };
		const id = add('cgi', { customer_id: lead({ is_study: 1 }), group_id, ...times });
		expect(await run(get(group_id, id))).toMatchObject([{ id }]);
		expect((await stopped(get(other, id))).httpCode).toBe('404');
	});
});

describe('where lists come in another order at each request', () => {
	it('a record is found by its ID though that filter is ignored', async () => {
		for (let n = 1; n <= 180; n++) add('room', { name: `Каб. ${n}`, branch_id: 1, color_id: 1, weight: n });
		set({ shuffle: true, ignoredFilters: ['room.id', 'group.id'] });
		for (let id = 20; id <= 180; id += 20) {
			const { json, error } = await whole({
				resource: 'room',
				operation: 'get',
				branchId: 1,
				id: String(id),
			});
			expect(error).toBeUndefined();
			expect(json).toMatchObject([{ id, name: row('room', id).name }]);
		}
	});
});
