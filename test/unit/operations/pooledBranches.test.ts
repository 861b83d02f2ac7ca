import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, PAY_TYPE, RECORD_STATUS } from '../../support/codes';
import { customerForm, findByPhoneForm, PHONE, SmallSchool, upsertByPhoneForm } from './school';

/** A school in which the lists of branch 2 also show the customers and payments of branch 1. */
let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool({ pooledBranches: [2] });
});

describe('Get Many, where branch 2 also lists the customers of branch 1,', () => {
	it('Get Many returns only customers of branch 2 and says how many of branch 1 it has left out', async () => {
		addLeads({ count: 3, branch: 1 });
		const leadOfBranch2 = school.addLead({ branch_ids: [2] });
		const otherLeadOfBranch2 = school.addLead({ branch_ids: [2] });

		const { json, hints } = await school.run(getCustomersForm({ branchId: 2 }));

		expect(readSortedIds(json)).toEqual([leadOfBranch2, otherLeadOfBranch2]);
		expect(hints).toEqual([
			'Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name: 3 of the customers in the list of branch 2',
		]);
	});

	it.each([{ branchId: 1 }, { branchId: 2 }])(
		'Get Many returns a customer of both branches from the list of branch $branchId',
		async ({ branchId }) => {
			const lead = school.addLead({ branch_ids: [1, 2] });

			const { json, hints } = await school.run(getCustomersForm({ branchId }));

			expect(json).toMatchObject([{ id: lead }]);
			expect(hints).toEqual([]);
		},
	);

	it('Get Many fills its Limit with customers of branch 2', async () => {
		const leadOfBranch2 = school.addLead({ branch_ids: [2] });
		const otherLeadOfBranch2 = school.addLead({ branch_ids: [2] });
		// The list shows the newest customers first, and 60 customers fill its first pages.
		addLeads({ count: 60, branch: 1 });

		const { json } = await school.run(getCustomersForm({ branchId: 2, returnAll: false, limit: 2 }));

		expect(readSortedIds(json)).toEqual([leadOfBranch2, otherLeadOfBranch2]);
	});

	it('Get Many counts a customer that it leaves out only once, although two pages show that customer', async () => {
		const customerOfBranch1 = { id: 1, branch_ids: [1] };
		const customerOfBranch2 = { id: 2, branch_ids: [2] };
		const pages = [[customerOfBranch1], [customerOfBranch1, customerOfBranch2]];
		school.onCall = (call, { body }) => {
			if (call !== 'customer/index') return undefined;
			const rows = pages[Number(body.page)] ?? [];
			// Rows of two answers are never the same object.
			return { total: 3, items: structuredClone(rows) };
		};

		const { hints } = await school.run(getCustomersForm({ branchId: 2 }));

		expect(hints).toContain(
			'Records of other branches, which AlfaCRM lists in a branch as well, were left out. To get them, choose the branch that they name: 1 of the customers in the list of branch 2',
		);
	});

	it('Get Many returns a customer whose row shows no branch', async () => {
		school.onCall = (call) => (call === 'customer/index' ? { total: 1, items: [{ id: 7 }] } : undefined);

		const { json, hints } = await school.run(getCustomersForm({ branchId: 2 }));

		expect(json).toMatchObject([{ id: 7 }]);
		expect(hints).toEqual([]);
	});

	it('Get Many returns each customer once when it runs for both branches', async () => {
		addLeads({ count: 30, branch: 1 });
		addLeads({ count: 25, branch: 2 });

		const { json } = await school.run(getCustomersForm(), {
			parametersByItem: [{ branchId: 1 }, { branchId: 2 }],
		});

		const distinctIds = new Set(readSortedIds(json));
		expect(json).toHaveLength(30 + 25);
		expect(distinctIds.size).toBe(30 + 25);
	});

	it('Get Many returns only payments of branch 2', async () => {
		const payment = { customer_id: 1, pay_type_id: PAY_TYPE.income, pay_account_id: 1, income: '500.00' };
		school.addRecord('pay', { ...payment, branch_id: 1 });
		const paymentInBranch2 = school.addRecord('pay', { ...payment, branch_id: 2 });

		const { json } = await school.run(getCustomersForm({ resource: 'pay', branchId: 2 }));

		expect(json).toMatchObject([{ id: paymentInBranch2 }]);
	});
});

describe('Get Many of the records of one customer or group', () => {
	const MIA = 1;
	const GROUP = 1;

	beforeEach(() => {
		school.addLead({ id: MIA, branch_ids: [1, 2] });
		school.addRecord('group', { id: GROUP, name: 'Роботы', branch_ids: [1, 2] });
	});

	it('Get Many returns a membership of the group although the membership names another branch', async () => {
		const membership = school.addRecord('cgi', {
			customer_id: MIA,
			group_id: GROUP,
			branch_id: 2,
			b_date: '01.09.2025',
		});

		const { json, hints } = await school.run(getManyForm({ resource: 'cgi', group_id: GROUP }));

		expect(json).toMatchObject([{ id: membership }]);
		expect(hints).toEqual([]);
	});

	it('Get Many returns a communication of the customer although the communication names another branch', async () => {
		const communication = school.addRecord('communication', {
			class: 'Customer',
			related_id: MIA,
			type_id: 1,
			comment: 'Звонили',
			branch_id: 2,
		});

		const { json, hints } = await school.run(
			getManyForm({ resource: 'communication', class: 'Customer', related_id: MIA }),
		);

		expect(json).toMatchObject([{ id: communication }]);
		expect(hints).toEqual([]);
	});

	it('Get Many returns a subscription of the customer although the subscription names another branch', async () => {
		const subscription = school.addRecord('customer-tariff', {
			customer_id: MIA,
			tariff_id: 1,
			branch_id: 2,
		});

		const { json, hints } = await school.run(getManyForm({ resource: 'customerTariff', customer_id: MIA }));

		expect(json).toMatchObject([{ id: subscription }]);
		expect(hints).toEqual([]);
	});

	/** Makes the form of Get Many for branch 1. */
	function getManyForm(parameters: IDataObject): IDataObject {
		return customerForm('getAll', { returnAll: true, filters: {}, ...parameters });
	}
});

describe('Operations in branch 2 on a customer of branch 1 whom its list shows', () => {
	it('Create or Update in branch 2 updates a customer of branch 1 whom the list shows, and creates no other', async () => {
		school.addLead({ id: 1, phone: [PHONE] });
		const form = upsertByPhoneForm({ note: 'Звонили' }, { searchBranches: [2] });

		const { json } = await school.run({ ...form, branchId: 2 });

		expect(json).toMatchObject([{ id: 1, operationResult: 'updated' }]);
		expect(school.readRecords('customer')).toMatchObject([{ id: 1, note: 'Звонили' }]);
	});

	it('Find in branch 2 returns a customer of branch 1 whom the list shows', async () => {
		school.addLead({ id: 1, phone: [PHONE] });
		const form = findByPhoneForm({ searchBranches: [2] });

		const { json } = await school.run({ ...form, branchId: 2 });

		expect(json).toMatchObject([{ id: 1 }]);
	});

	it('Get in branch 2 returns a customer of branch 1 whom the list shows', async () => {
		school.addLead({ id: 1 });

		const { json } = await school.run(customerForm('get', { branchId: 2, id: 1 }));

		expect(json).toMatchObject([{ id: 1 }]);
	});
});

describe('Operations that read several branches, where branch 2 also lists the payments of branch 1,', () => {
	const TODAY = '2026-02-10';

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date(`${TODAY}T06:00:00Z`), advanceTimers: true });
		school.settings.now = `${TODAY} 09:00:00`;
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it('Get Overview shows each payment of a customer of both branches once', async () => {
		const customer_id = school.addLead({ is_study: CUSTOMER_TYPE.client, branch_ids: [1, 2] });
		const paymentInBranch1 = addPayment({ customer_id, branch_id: 1 });
		const paymentInBranch2 = addPayment({ customer_id, branch_id: 2 });

		const { json } = await school.run(customerForm('getOverview', { matchBy: 'id', id: customer_id }));

		const payments = json[0].payments as IDataObject[];
		expect(readSortedIds(payments)).toEqual([paymentInBranch1, paymentInBranch2]);
	});

	it('Daily Check names a payment without a payer once, in the branch of the payment', async () => {
		const payment = addPayment({ branch_id: 1, customer_id: null });

		const { json } = await findPaymentsWithoutPayer();

		expect(json).toMatchObject([{ payment_id: payment, branch_id: 1 }]);
	});

	it('Daily Check of branch 2 does not name a payment of branch 1', async () => {
		addPayment({ branch_id: 1, customer_id: null });

		const { json } = await findPaymentsWithoutPayer({ searchBranches: [2] });

		expect(json).toEqual([]);
	});

	it('Get Participants of branch 2 leaves out a lesson that names branch 1', async () => {
		const customer = school.addLead({ is_study: CUSTOMER_TYPE.client, branch_ids: [2] });
		const lesson = {
			date: TODAY,
			time_from: `${TODAY} 17:00:00`,
			status: LESSON_STATUS.planned,
			customer_ids: [customer],
		};
		const lessonOfBranch1 = { ...lesson, id: 71, branch_id: 1 };
		const lessonOfBranch2 = { ...lesson, id: 72, branch_id: 2 };
		// The list of branch 2 shows the lessons of both branches.
		school.onCall = (call) => {
			if (call !== 'lesson/index') return undefined;
			return { total: 2, items: [lessonOfBranch1, lessonOfBranch2] };
		};

		const { json } = await school.run({
			resource: 'lesson',
			operation: 'getParticipants',
			branchId: 2,
			date_from: TODAY,
			date_to: TODAY,
			returnAll: true,
		});

		expect(json).toMatchObject([{ lesson_id: lessonOfBranch2.id }]);
	});

	/** Adds an income of yesterday. */
	function addPayment(values: IDataObject): number {
		return school.addRecord('pay', {
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 1,
			income: '500.00',
			document_date: '09.02.2026',
			...values,
		});
	}

	/** Runs Daily Check, which looks for yesterday's payments that name no payer. */
	async function findPaymentsWithoutPayer(options: IDataObject = {}) {
		return await school.run({
			resource: 'account',
			operation: 'dailyCheck',
			options: { checks: ['noPayer'], ...options },
		});
	}
});

/** Makes the form by which Get Many returns all leads and clients of a branch, active and archived ones. */
function getCustomersForm(parameters: IDataObject = {}): IDataObject {
	return customerForm('getAll', {
		is_study: CUSTOMER_TYPE.all,
		removed: RECORD_STATUS.all,
		returnAll: true,
		...parameters,
	});
}

function addLeads({ count, branch }: { count: number; branch: number }): void {
	for (let number = 1; number <= count; number++) {
		school.addLead({ branch_ids: [branch] });
	}
}

/** Reads the IDs of rows, from the lowest to the highest. */
function readSortedIds(rows: readonly IDataObject[]): number[] {
	const ids = rows.map(({ id }) => Number(id));
	return ids.sort((first, second) => first - second);
}
