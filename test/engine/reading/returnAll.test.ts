import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { EMPTY, NULL, UNDEFINED, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 160 });
const { add, refused, rows, run, set, whole } = officeOf(school);

const list = (more: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	is_study: 2,
	removed: 1,
	...more,
});
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => id as number).sort((a, b) => a - b);
const ofBranch1 = () =>
	ids(rows('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(1)));

/** Everything that pages, with the parameters that it needs. */
const PAGED: Array<[string, INodeParameters]> = [
	['Customer → Get Many', list()],
	['Group Member → Get by Customer', { resource: 'cgi', operation: 'getByCustomer', customer_id: pick(1) }],
	['Teacher → Get Rates', { resource: 'teacher', operation: 'getRates' }],
	['Subject → Get Many', { resource: 'subject', operation: 'getAll' }],
	['Lesson → Get Many', { resource: 'lesson', operation: 'getAll' }],
];

describe.each(PAGED)('%s', (_name, parameters) => {
	it.each([
		['undefined', UNDEFINED],
		['null', NULL],
		['an empty text', EMPTY],
		['no number', '={{ NaN }}'],
		['zero', '={{ 0 }}'],
		['a minus', '={{ -1 }}'],
		['a half', '={{ 1.5 }}'],
		['a word', 'abc'],
		['a list', '={{ [] }}'],
		['the endless one', '={{ Infinity }}'],
		['a decimal comma', '1,5'],
	])('refuses a limit that is %s', async (_what, limit) => {
		await refused({ branchId: 1, ...parameters, returnAll: false, limit }, "'Limit'");
	});

	it.each([
		['undefined', UNDEFINED],
		['null', NULL],
		['an empty text', EMPTY],
		['a word', 'yes'],
		['a list', '={{ [] }}'],
		['another number', '={{ 2 }}'],
	])('refuses Return All that is %s', async (_what, value) => {
		await refused({ branchId: 1, ...parameters, returnAll: value, limit: 2 }, "'Return All'");
	});
});

describe('a limit and Return All that can be read', () => {
	it.each(['false', '0'])('Return All = %j keeps the limit', async (value) => {
		expect(await run(list({ returnAll: given(value), limit: given('3') }))).toHaveLength(3);
		// Only what is yes returns all.
		expect(await run(list({ returnAll: given('true'), limit: 3 }))).toHaveLength(ofBranch1().length);
		expect(await run(list({ returnAll: given(1), limit: 3 }))).toHaveLength(ofBranch1().length);
	});
});

describe('a list in another order at each request', () => {
	beforeEach(() => set({ shuffle: true }));

	it('comes out whole with Return All, each record once, without a hint', async () => {
		const { json, hints } = await whole(list({ returnAll: true }));
		expect(ids(json)).toEqual(ofBranch1());
		expect(hints).toEqual([]);
	});

	it('comes out whole through an API call', async () => {
		const { json, hints } = await whole({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'index',
			callBody: '{"is_study": 2, "removed": 1}',
			allPages: true,
		});
		expect(ids(json)).toEqual(ofBranch1());
		expect(hints).toEqual([]);
	});

	it('comes out whole of a customer’s groups and of the lessons of each status', async () => {
		const customer_id = ofBranch1()[0];
		for (let n = 1; n <= 70; n++) {
			const group_id = add('group', { name: `Кружок ${n}`, branch_ids: [1] });
			add('cgi', { customer_id, group_id, b_date: '01.09.2025', e_date: '31.05.2035' });
		}
		const parameters = { resource: 'cgi', operation: 'getByCustomer', branchId: 1, returnAll: true };
		const mine = rows('cgi').filter((row) => row.customer_id === customer_id);
		const groups = await run({ ...parameters, customer_id: pick(customer_id) });
		expect(groups.length).toBeGreaterThanOrEqual(70);
		expect(groups.length).toBeLessThanOrEqual(mine.length);

		const lessons = await run({ resource: 'lesson', operation: 'getAll', branchId: 1, returnAll: true });
		expect(ids(lessons)).toEqual(ids(rows('lesson').filter(({ branch_id }) => branch_id === 1)));
	});

	it('that never comes whole ends, with what came and a hint', async () => {
		// The server speaks of one row more than there are.
		set({ shuffle: false, total: 'oneTooHigh' });
		const { json, hints } = await whole(list({ returnAll: true }));
		expect(ids(json)).toEqual(ofBranch1());
		expect(hints).toEqual([expect.stringContaining(String(ofBranch1().length))]);
		// It was read a second time to be sure.
		const first = school.entries('customer/index').filter(({ body }) => (body as IDataObject).page === 0);
		expect(first.length).toBeGreaterThan(1);
		expect(first.length).toBeLessThanOrEqual(10);
	});
});

it('equal entries of the change log, which have no ID, all come out', async () => {
	const entry = { entity: 'Customer', entity_id: 1, user_id: 1, event: 2, branch_ids: [1] };
	for (let n = 1; n <= 45; n++) add('log', { ...entry, date_time: '2026-02-10 12:00:00' });
	const count = rows('log').filter(({ branch_ids }) => (branch_ids as number[]).includes(1)).length;
	const json = await run({ resource: 'log', operation: 'getAll', branchId: 1, returnAll: true });
	expect(json.filter(({ date_time }) => date_time === '2026-02-10 12:00:00')).toHaveLength(45);
	expect(json).toHaveLength(count);
});

it('130,000 records come out', async () => {
	set({ pageSize: 10_000 });
	school.sandbox.store.withoutEvents(() => {
		for (let id = 1_001; id <= 131_000; id++) add('level', { id, name: 'Уровень' });
	});
	const json = await run({ resource: 'level', operation: 'getAll', branchId: 1, returnAll: true });
	expect(json).toHaveLength(rows('level').length);
	expect(new Set(json.map(({ id }) => id)).size).toBe(json.length);
	expect(json.length).toBeGreaterThanOrEqual(130_000);
}, 120_000);
