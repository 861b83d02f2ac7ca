import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, rows, run, set, whole } = officeOf(school);

const REFUND = 2;
const list = (filters: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	resource: 'pay',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});
const pay = (customer_id: number, pay_type_id: number): number =>
	add('pay', {
		...{ customer_id, branch_id: 1, pay_account_id: 1, pay_type_id },
		...{ document_date: '05.02.2026', income: '100.00', payer_name: 'Орлова А.' },
	});
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);
const ofBranch = () => ids(rows('pay').filter(({ branch_id }) => branch_id === 1));
const lastOf = <T>(list: readonly T[]): T => list[list.length - 1];
const lists = () => school.entries('pay/index').length;

describe.each(['all', 'income'])('payments where a plain list shows: %s', (payDefault) => {
	let customer: number;
	let refund: number;

	beforeEach(() => {
		set({ payDefault });
		customer = lead();
		pay(customer, 1);
		refund = pay(customer, REFUND);
	});

	it('all come, each once', async () => {
		expect(ids(await run(list()))).toEqual(ofBranch());
	});

	it('those of one customer come, refunds too', async () => {
		const json = await run(list({ customer_id: pick(customer) }));
		expect(json.map((row) => row.pay_type_id).sort()).toEqual([1, REFUND]);
	});

	it('only those of a chosen type come', async () => {
		expect(ids(await run(list({ pay_type_id: REFUND })))).toEqual(
			ids(rows('pay').filter((row) => row.branch_id === 1 && row.pay_type_id === REFUND)),
		);
		expect(lists()).toBe(1);
	});

	it('a refund is got by its ID', async () => {
		expect(await run({ resource: 'pay', operation: 'get', branchId: 1, id: refund })).toMatchObject([
			{ id: refund },
		]);
	});

	it('those of some days come, refunds too, whether AlfaCRM heeds the days or not', async () => {
		const days = { date_from: '2026-02-04', date_to: '2026-02-05' };
		const wanted = ids(
			rows('pay').filter((row) => row.branch_id === 1 && /^0[45]\.02\.2026$/.test(String(row.document_date))),
		);
		for (const ignoredFilters of [['pay.date_from', 'pay.date_to'], []]) {
			set({ ignoredFilters, wrongFilterValue: 'matchesNothing' });
			expect(ids(await run(list(days)))).toEqual(wanted);
		}
		const asked = lastOf(school.entries('pay/index')).body as IDataObject;
		expect(asked).toMatchObject({ date_from: '2026.02.04', date_to: '2026.02.05' });
		expect(wanted).toContain(refund);
	});

	it('a limit is filled from all types', async () => {
		const most = rows('pay').filter((row) => row.customer_id === customer).length;
		for (const limit of [1, most, most + 5]) {
			const json = await run(list({ customer_id: pick(customer) }, { returnAll: false, limit }));
			expect(new Set(ids(json)).size).toBe(Math.min(limit, most));
		}
	});

	it.each(['income', 'expenditure'])('a refund is taken once, its sum being the %s', async (refundSum) => {
		set({ refundSum });
		const take: INodeParameters = {
			resource: 'customer',
			operation: 'takePayment',
			branchId: 1,
			id: pick(customer),
			income: 300,
			pay_account_id: 1,
			additionalFields: { document_date: '2026-02-06', pay_type_id: REFUND },
		};
		const [first] = await run(take);
		const [second] = await run(take);
		expect([first.operationResult, second.operationResult]).toEqual(['created', 'unchanged']);
		expect(second.id).toBe(first.id);
	});

	it('what is not there is still not there', async () => {
		const { error } = await whole({ resource: 'pay', operation: 'get', branchId: 1, id: 99_999 });
		expect(error?.message).toMatch(/has no payment with ID 99999/);
	});

	it('what lists leave out is found out once for all items', async () => {
		const items = Array.from({ length: 30 }, () => ({}));
		await run(list({ customer_id: pick(customer) }), { items: [{}] });
		const first = lists();
		school.sandbox.clearJournal();
		await run(list({ customer_id: pick(customer) }), { items });
		expect(school.entries('pay-type/index')).toHaveLength(1);
		expect(lists()).toBeLessThanOrEqual(first + 29 * (payDefault === 'all' ? 1 : 2));
	});

	it('a user who may not list the types gets what there is, and a hint', async () => {
		set({ forbiddenCalls: ['pay-type/index'] });
		const { json, hints, error } = await whole(list());
		expect(error).toBeUndefined();
		expect(json.length).toBeGreaterThan(0);
		expect(hints).toEqual([expect.stringMatching(/may leave out some payments/)]);
	});
});

describe('a type that does not come at once', () => {
	let refund: number;

	beforeEach(() => {
		set({ payDefault: 'income' });
		refund = pay(lead(), REFUND);
	});

	it('is asked for again where a list that is counted came empty', async () => {
		school.sandbox.faults.add({
			kind: 'emptyItems',
			match: { entity: 'pay', bodyContains: `"pay_type_id":${REFUND}` },
			times: 2,
		});
		const { json, hints } = await whole(list());
		expect({ refunds: json.filter(({ id }) => id === refund).length, hints }).toEqual({
			refunds: 1,
			hints: [],
		});
	});

	it('is told of where AlfaCRM counts more types than it shows', async () => {
		school.sandbox.store.hide('pay-type', REFUND, 'counted');
		const { hints } = await whole(list());
		expect(hints).toEqual([
			expect.stringMatching(/counts more payment types than it shows, so payments of one of them may not/),
		]);
	});

	it('is found for the next item, where the list of types did not come for one', async () => {
		const types = rows('pay-type').length;
		school.sandbox.faults.add({ kind: 'emptyItems', match: { entity: 'pay-type' }, times: 11 });
		const json = await run(list(), { items: [{}, {}] });
		expect(types).toBeGreaterThan(1);
		expect(json.filter(({ id }) => id === refund)).toHaveLength(1);
	});
});
