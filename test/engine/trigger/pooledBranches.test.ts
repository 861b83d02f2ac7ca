import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE, PAY_TYPE } from '../../support/codes';
import { LARGE_PAGES, PolledSchool } from '../support/polledSchool';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;

/** Makes a school of two branches. The lists of branch 2 show the customers and payments of branch 1, too. */
function makeSchool(parameters: INodeParameters): PolledSchool {
	const settings = { ...LARGE_PAGES, pooledBranches: [2] };
	return new PolledSchool({ settings, branches: 2, parameters });
}

/** Starts a trigger, whose first poll notes what is there. */
async function startTrigger(parameters: INodeParameters): Promise<PolledSchool> {
	const school = makeSchool(parameters);
	await school.poll();
	return school;
}

/** Starts Customer Created for some branches, or for all if there are none. */
async function watchCustomers(branchIds: number[]): Promise<PolledSchool> {
	return await startTrigger({ event: 'customerCreated', branchIds });
}

function addCustomerTo(school: PolledSchool, branch_ids: number[]): number {
	return school.addCustomer({ branch_ids });
}

function addPaymentTo(school: PolledSchool, branch_id: number): number {
	return school.addRecord('pay', {
		branch_id,
		customer_id: 1,
		pay_type_id: PAY_TYPE.income,
		income: '100.00',
		created_at: school.accountTime(0),
	});
}

/** Lets AlfaCRM leave the branches out of the rows of its lists from now on. */
function hideBranches(school: PolledSchool): void {
	school.school.beforeListAnswer = (_path, rows) => {
		for (const row of rows as Array<Record<string, unknown>>) {
			delete row.branch_ids;
		}
	};
}

function showBranchesAgain(school: PolledSchool): void {
	school.school.beforeListAnswer = () => {};
}

describe('Customer Created, where branch 2 also lists the customers of branch 1,', () => {
	it('Customer Created reports only the leads of branch 2 when it watches branch 2', async () => {
		const school = await watchCustomers([2]);
		addCustomerTo(school, [1]);
		const inBranch2 = addCustomerTo(school, [2]);

		expect(await school.poll()).toEqual([inBranch2]);
		expect(await school.poll()).toEqual([]);
	});

	it.each([{ branch: 1 }, { branch: 2 }])(
		'Customer Created reports a customer of both branches when it watches branch $branch',
		async ({ branch }) => {
			const school = await watchCustomers([branch]);
			const customer = addCustomerTo(school, [1, 2]);

			expect(await school.poll()).toEqual([customer]);
		},
	);

	it('Customer Created reports each lead once when it watches all branches', async () => {
		const school = await watchCustomers([]);
		const inBranch1 = addCustomerTo(school, [1]);
		const inBranch2 = addCustomerTo(school, [2]);
		const inBoth = addCustomerTo(school, [1, 2]);

		expect(await school.poll()).toEqual([inBranch1, inBranch2, inBoth]);
		expect(await school.poll()).toEqual([]);
	});

	it('Customer Created reports a lead of branch 1 who is moved to branch 2 on the next day', async () => {
		const school = await watchCustomers([2]);
		const lead = addCustomerTo(school, [1]);
		expect(await school.poll()).toEqual([]);
		school.passMinutes(24 * HOUR);
		expect(await school.poll()).toEqual([]);

		school.changeRecord('customer', lead, { branch_ids: [2] });

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([lead]);
	});

	it('Customer Created reports a lead of branch 1 who is moved to branch 2 after the user has set another filter', async () => {
		const school = await watchCustomers([2]);
		const lead = addCustomerTo(school, [1]);
		expect(await school.poll()).toEqual([]);

		school.poller.changeParameters({ event: 'customerCreated', branchIds: [2], is_study: 0 });
		expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([]);
		school.changeRecord('customer', lead, { branch_ids: [2] });

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([lead]);
	});

	it('Customer Created reports no old lead of branch 1 after the user has chosen branch 1 as well', async () => {
		const school = await watchCustomers([2]);
		addCustomerTo(school, [1]);
		expect(await school.poll()).toEqual([]);

		school.poller.changeParameters({ event: 'customerCreated', branchIds: [1, 2] });

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([]);
		const later = addCustomerTo(school, [1]);
		expect(await school.poll()).toEqual([later]);
	});

	it('Customer Created reports a customer without a branch from the list of the watched branch', async () => {
		const school = await watchCustomers([2]);
		const hidden = addCustomerTo(school, [1]);
		hideBranches(school);

		expect(await school.poll()).toEqual([hidden]);
	});

	it('Customer Created reports the next lead of branch 2 after it has reported a lead of branch 1 by mistake', async () => {
		const school = await watchCustomers([2]);
		const foreign = addCustomerTo(school, [1]);
		hideBranches(school);
		expect(await school.poll()).toEqual([foreign]);

		showBranchesAgain(school);

		expect(await school.pollRepeatedly(3, { minutesApart: HOUR })).toEqual([]);
		const inBranch2 = addCustomerTo(school, [2]);
		expect(await school.poll()).toEqual([inBranch2]);
	});

	it('Customer Created sends one request a poll when nothing is new, although AlfaCRM also counts the leads of branch 1', async () => {
		const school = await watchCustomers([2]);
		for (let count = 0; count < 30; count++) {
			addCustomerTo(school, [1]);
		}
		await school.poll();
		school.callsPerPoll.length = 0;

		await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(school.callsPerPoll).toEqual([1, 1, 1]);
	});

	it('Customer Created starts with the newest customers of branch 2, although branch 1 has newer ones', async () => {
		const school = makeSchool({ event: 'customerCreated', branchIds: [2], options: { startWith: 2 } });
		const first = addCustomerTo(school, [2]);
		const second = addCustomerTo(school, [2]);
		for (let count = 0; count < 5; count++) {
			addCustomerTo(school, [1]);
		}

		expect(await school.poll()).toEqual([first, second]);
	});
});

it('Payment Created reports only the payments of branch 2, although its list also shows those of branch 1', async () => {
	const school = await startTrigger({ event: 'paymentCreated', branchIds: [2] });
	addPaymentTo(school, 1);
	const paymentOfBranch2 = addPaymentTo(school, 2);

	expect(await school.poll()).toEqual([paymentOfBranch2]);
	expect(await school.poll()).toEqual([]);
});

describe('In Debt, where branch 2 also lists the clients of branch 1,', () => {
	async function watchDebts(branchIds: number[]): Promise<PolledSchool> {
		return await startTrigger({ event: 'inDebt', branchIds, options: { lookEvery: 1 } });
	}

	function addDebtorTo(school: PolledSchool, branch_ids: number[]): number {
		return school.addCustomer({ is_study: CUSTOMER_TYPE.client, balance: '-100.00', branch_ids });
	}

	it('In Debt reports only the clients of branch 2 when it watches branch 2', async () => {
		const school = await watchDebts([2]);
		addDebtorTo(school, [1]);
		const debtorOfBranch2 = addDebtorTo(school, [2]);

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([debtorOfBranch2]);
	});

	it('In Debt reports no old debt of branch 1 after the user has chosen branch 1 as well', async () => {
		const school = await watchDebts([2]);
		addDebtorTo(school, [1]);
		expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([]);

		school.poller.changeParameters({ event: 'inDebt', branchIds: [1, 2], options: { lookEvery: 1 } });

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([]);
		const later = addDebtorTo(school, [1]);
		expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([later]);
	});
});
