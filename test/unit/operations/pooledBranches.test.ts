import type { IDataObject } from 'n8n-workflow';

import { upsertByPhoneForm, findByPhoneForm, customerForm, PHONE, SmallSchool } from './school';

/** The lists of branch 2 show the customers and payments of branch 1, too. */
let school: SmallSchool;
beforeEach(() => (school = new SmallSchool({ pooledBranches: [2] })));

const NO_LIST_HINTS: string[] = [];

const getMany = (branchId: number, more: IDataObject = {}): IDataObject =>
	customerForm('getAll', { branchId, is_study: 2, removed: 1, returnAll: true, ...more });

function addLeads(count: number, branch_ids: number[]): number[] {
	return Array.from({ length: count }, () => school.addLead({ branch_ids }));
}

const idsOf = (rows: readonly IDataObject[]) => rows.map(({ id }) => Number(id)).sort((a, b) => a - b);

const leftOut = (what: string) =>
	`Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name: ${what}`;

describe('Get Many, where branch 2 also lists the customers of branch 1,', () => {
	it('returns the customers of branch 2 and says how many of other branches were left out', async () => {
		addLeads(3, [1]);
		const own = addLeads(2, [2]);

		const { json, hints } = await school.run(getMany(2));

		expect(idsOf(json)).toEqual(own);
		expect(hints).toEqual([leftOut('3 of the customers in the list of branch 2')]);
	});

	it('returns a customer of both branches from the list of either', async () => {
		const [both] = addLeads(1, [1, 2]);

		const first = await school.run(getMany(1));
		const second = await school.run(getMany(2));

		expect(idsOf(first.json)).toEqual([both]);
		expect(idsOf(second.json)).toEqual([both]);
		expect([...first.hints, ...second.hints]).toEqual(NO_LIST_HINTS);
	});

	it('fills its Limit with customers of branch 2', async () => {
		const own = addLeads(2, [2]);
		addLeads(60, [1]);

		const { json } = await school.run(getMany(2, { returnAll: false, limit: 2 }));

		expect(idsOf(json)).toEqual(own);
	});

	it('counts a customer once who comes on two pages', async () => {
		addLeads(1, [1]);
		school.onCall = (call, { body }) => {
			if (call !== 'customer/index') return undefined;
			const foreign = { id: 1, branch_ids: [1] };
			const own = { id: 2, branch_ids: [2] };
			return { total: 3, items: body.page === 0 ? [foreign] : body.page === 1 ? [foreign, own] : [] };
		};

		const { hints } = await school.run(getMany(2));

		expect(hints).toContain(leftOut('1 of the customers in the list of branch 2'));
	});

	it('takes a customer whose row shows no branch for one of the branch that was asked', async () => {
		school.onCall = (call) => (call === 'customer/index' ? { total: 1, items: [{ id: 7 }] } : undefined);

		const { json, hints } = await school.run(getMany(2));

		expect(idsOf(json)).toEqual([7]);
		expect(hints).toEqual(NO_LIST_HINTS);
	});

	it('exports each customer once when it runs for each branch', async () => {
		const ids = [...addLeads(30, [1]), ...addLeads(25, [2])];

		const { json } = await school.run(getMany(1), { parametersByItem: [{ branchId: 1 }, { branchId: 2 }] });

		expect(idsOf(json)).toEqual(ids);
	});

	it('returns the payments of branch 2 only', async () => {
		const payment = { customer_id: 1, pay_type_id: 1, pay_account_id: 1, income: '500.00' };
		school.addRecord('pay', { ...payment, branch_id: 1 });
		const own = school.addRecord('pay', { ...payment, branch_id: 2 });

		const { json } = await school.run({ ...getMany(2), resource: 'pay' });

		expect(idsOf(json)).toEqual([own]);
	});
});

describe('Get Many of the records of one owner', () => {
	const getManyOf = (resource: string, owner: IDataObject): IDataObject =>
		customerForm('getAll', { resource, branchId: 1, returnAll: true, filters: {}, ...owner });

	it('returns a member of the group whose membership names another branch', async () => {
		const customer_id = school.addLead({ branch_ids: [1, 2] });
		const group_id = school.addRecord('group', { name: 'Роботы', branch_ids: [1, 2] });
		const membership = school.addRecord('cgi', { customer_id, group_id, branch_id: 2, b_date: '01.09.2025' });

		const { json, hints } = await school.run(getManyOf('cgi', { group_id }));

		expect(idsOf(json)).toEqual([membership]);
		expect(hints).toEqual(NO_LIST_HINTS);
	});

	it('returns a communication of the customer that names another branch', async () => {
		const related_id = school.addLead({ branch_ids: [1, 2] });
		const communication = school.addRecord('communication', {
			class: 'Customer',
			related_id,
			type_id: 1,
			comment: 'Звонили',
			branch_id: 2,
		});

		const { json, hints } = await school.run(getManyOf('communication', { class: 'Customer', related_id }));

		expect(idsOf(json)).toEqual([communication]);
		expect(hints).toEqual(NO_LIST_HINTS);
	});

	it('returns a subscription of the customer that names another branch', async () => {
		const customer_id = school.addLead({ branch_ids: [1, 2] });
		const subscription = school.addRecord('customer-tariff', { customer_id, tariff_id: 1, branch_id: 2 });

		const { json, hints } = await school.run(getManyOf('customerTariff', { customer_id }));

		expect(idsOf(json)).toEqual([subscription]);
		expect(hints).toEqual(NO_LIST_HINTS);
	});
});

describe('a customer of branch 1 whom the list of branch 2 shows', () => {
	it('is updated, not created once more, by Create or Update that searches branch 2', async () => {
		const id = school.addLead({ phone: [PHONE] });
		const form = upsertByPhoneForm({ note: 'Звонили' }, { searchBranches: [2] });

		const { json } = await school.run({ ...form, branchId: 2 });

		expect(json).toEqual([expect.objectContaining({ id, operationResult: 'updated' })]);
		expect(school.readRecords('customer')).toHaveLength(1);
	});

	it('is found by Find that searches branch 2', async () => {
		const id = school.addLead({ phone: [PHONE] });

		const { json } = await school.run({ ...findByPhoneForm({ searchBranches: [2] }), branchId: 2 });

		expect(idsOf(json)).toEqual([id]);
	});

	it('is returned by Get in branch 2', async () => {
		const id = school.addLead();

		const { json } = await school.run(customerForm('get', { branchId: 2, id }));

		expect(idsOf(json)).toEqual([id]);
	});
});

describe('answers out of several branches, where branch 2 also lists the payments of branch 1,', () => {
	const TODAY = '2026-02-10';

	const addPayment = (values: IDataObject): number =>
		school.addRecord('pay', {
			pay_type_id: 1,
			pay_account_id: 1,
			income: '500.00',
			document_date: '09.02.2026',
			...values,
		});

	const findPaymentsWithoutPayer = async (options: IDataObject = {}) =>
		await school.run({
			resource: 'account',
			operation: 'dailyCheck',
			options: { checks: ['noPayer'], ...options },
		});

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date(`${TODAY}T06:00:00Z`), advanceTimers: true });
		school.settings.now = `${TODAY} 09:00:00`;
	});
	afterEach(() => jest.useRealTimers());

	it('Get Overview shows each payment of a customer of both branches once', async () => {
		const customer_id = school.addLead({ is_study: 1, branch_ids: [1, 2] });
		const first = addPayment({ customer_id, branch_id: 1 });
		const second = addPayment({ customer_id, branch_id: 2 });

		const { json } = await school.run(customerForm('getOverview', { matchBy: 'id', id: customer_id }));

		expect(idsOf(json[0].payments as IDataObject[])).toEqual([first, second]);
	});

	it('Daily Check names a payment without a payer once, in its own branch', async () => {
		const payment_id = addPayment({ branch_id: 1, customer_id: null });

		const { json } = await findPaymentsWithoutPayer();

		expect(json).toEqual([expect.objectContaining({ payment_id, branch_id: 1 })]);
	});

	it('Daily Check of branch 2 names no payment of branch 1', async () => {
		addPayment({ branch_id: 1, customer_id: null });

		const { json } = await findPaymentsWithoutPayer({ searchBranches: [2] });

		expect(json).toEqual([]);
	});

	it('Get Participants of branch 2 tells of no lesson that names branch 1', async () => {
		const customer_id = school.addLead({ is_study: 1, branch_ids: [2] });
		const lesson = { date: TODAY, time_from: `${TODAY} 17:00:00`, status: 1, customer_ids: [customer_id] };
		school.onCall = (call) => {
			if (call !== 'lesson/index') return undefined;
			const items = [
				{ ...lesson, id: 71, branch_id: 1 },
				{ ...lesson, id: 72, branch_id: 2 },
			];
			return { total: 2, items };
		};

		const { json } = await school.run({
			resource: 'lesson',
			operation: 'getParticipants',
			branchId: 2,
			date_from: TODAY,
			date_to: TODAY,
			returnAll: true,
		});

		expect(json.map(({ lesson_id }) => lesson_id)).toEqual([72]);
	});
});
