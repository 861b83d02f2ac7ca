import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { LARGE_PAGES, PolledSchool } from '../support/polledSchool';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;

/** Makes a school of two branches. The lists of branch 2 show the customers and payments of branch 1, too. */
function makeWorld(parameters: INodeParameters): PolledSchool {
	const settings = { ...LARGE_PAGES, pooledBranches: [2] };
	return new PolledSchool({ settings, branches: 2, parameters });
}

/** Starts a trigger, whose first poll notes what is there. */
async function startTrigger(parameters: INodeParameters): Promise<PolledSchool> {
	const world = makeWorld(parameters);
	await world.poll();
	return world;
}

const watchCustomers = async (branchIds: number[]) =>
	await startTrigger({ event: 'customerCreated', branchIds });

function addPayment(world: PolledSchool, values: JsonObject): number {
	const created_at = world.accountTime(0);
	const payment = { customer_id: 1, pay_type_id: 1, income: '100.00', created_at, ...values };
	return world.school.store.insert('pay', payment).id;
}

/** From now on rows do not show their branches. */
function hideBranches(world: PolledSchool): void {
	world.school.beforeListAnswer = (_path, rows) => {
		for (const row of rows as Array<Record<string, unknown>>) delete row.branch_ids;
	};
}

describe('Customer Created, where branch 2 also lists the customers of branch 1,', () => {
	it('reports the leads of branch 2 only, if branch 2 is watched', async () => {
		const world = await watchCustomers([2]);
		world.addCustomer({ branch_ids: [1] });
		const own = world.addCustomer({ branch_ids: [2] });

		expect(await world.poll()).toEqual([own]);
		expect(await world.poll()).toEqual([]);
	});

	it('reports a customer of both branches to a trigger of either', async () => {
		const first = await watchCustomers([1]);
		const second = await watchCustomers([2]);
		const inFirst = first.addCustomer({ branch_ids: [1, 2] });
		const inSecond = second.addCustomer({ branch_ids: [1, 2] });

		expect(await first.poll()).toEqual([inFirst]);
		expect(await second.poll()).toEqual([inSecond]);
	});

	it('reports each lead once if all branches are watched', async () => {
		const world = await watchCustomers([]);
		const ids = [
			world.addCustomer({ branch_ids: [1] }),
			world.addCustomer({ branch_ids: [2] }),
			world.addCustomer({ branch_ids: [1, 2] }),
		];

		expect(await world.poll()).toEqual(ids);
		expect(await world.poll()).toEqual([]);
	});

	it('reports a lead of branch 1 once it is moved into branch 2 the next day', async () => {
		const world = await watchCustomers([2]);
		const lead = world.addCustomer({ branch_ids: [1] });
		expect(await world.poll()).toEqual([]);
		world.passMinutes(24 * HOUR);
		expect(await world.poll()).toEqual([]);

		world.school.store.patch('customer', lead, { branch_ids: [2] });

		expect(await world.pollRepeatedly(2, 5)).toEqual([lead]);
	});

	it('reports a lead of branch 1 that is moved into branch 2 after another filter was set', async () => {
		const world = await watchCustomers([2]);
		const lead = world.addCustomer({ branch_ids: [1] });
		expect(await world.poll()).toEqual([]);

		world.poller.changeParameters({ event: 'customerCreated', branchIds: [2], is_study: 0 });
		expect(await world.pollRepeatedly(1, 5)).toEqual([]);
		world.school.store.patch('customer', lead, { branch_ids: [2] });

		expect(await world.pollRepeatedly(2, 5)).toEqual([lead]);
	});

	it('reports no old lead of branch 1 when branch 1 is watched as well later', async () => {
		const world = await watchCustomers([2]);
		world.addCustomer({ branch_ids: [1] });
		expect(await world.poll()).toEqual([]);

		world.poller.changeParameters({ event: 'customerCreated', branchIds: [1, 2] });

		expect(await world.pollRepeatedly(2, 5)).toEqual([]);
		const later = world.addCustomer({ branch_ids: [1] });
		expect(await world.poll()).toEqual([later]);
	});

	it('takes a row that shows no branch for one of the branch that lists it', async () => {
		const world = await watchCustomers([2]);
		const hidden = world.addCustomer({ branch_ids: [1] });
		hideBranches(world);

		expect(await world.poll()).toEqual([hidden]);
	});

	it('goes on from a memory in which a lead of branch 1 counts as reported', async () => {
		const world = await watchCustomers([2]);
		const foreign = world.addCustomer({ branch_ids: [1] });
		hideBranches(world);
		expect(await world.poll()).toEqual([foreign]);

		world.school.beforeListAnswer = () => {};

		expect(await world.pollRepeatedly(3, HOUR)).toEqual([]);
		const own = world.addCustomer({ branch_ids: [2] });
		expect(await world.poll()).toEqual([own]);
	});

	it('makes one request in a poll without news, though AlfaCRM counts the leads of branch 1, too', async () => {
		const world = await watchCustomers([2]);
		for (let count = 0; count < 30; count++) world.addCustomer({ branch_ids: [1] });
		await world.poll();
		world.callsPerPoll.length = 0;

		await world.pollRepeatedly(3, 5);

		expect(world.callsPerPoll).toEqual([1, 1, 1]);
	});

	it('starts with the newest customers of branch 2', async () => {
		const world = makeWorld({ event: 'customerCreated', branchIds: [2], options: { startWith: 2 } });
		const own = [world.addCustomer({ branch_ids: [2] }), world.addCustomer({ branch_ids: [2] })];
		for (let count = 0; count < 5; count++) world.addCustomer({ branch_ids: [1] });

		expect(await world.poll()).toEqual(own);
	});
});

it('Payment Created reports the payments of branch 2 only, though branch 2 lists those of branch 1, too', async () => {
	const world = await startTrigger({ event: 'paymentCreated', branchIds: [2] });
	addPayment(world, { branch_id: 1 });
	const own = addPayment(world, { branch_id: 2 });

	expect(await world.poll()).toEqual([own]);
	expect(await world.poll()).toEqual([]);
});

describe('In Debt, where branch 2 also lists the clients of branch 1,', () => {
	const debtor = { is_study: 1, balance: '-100.00' };
	const watchDebts = async (branchIds: number[]) =>
		await startTrigger({ event: 'inDebt', branchIds, options: { lookEvery: 1 } });

	it('reports the clients of branch 2 only, if branch 2 is watched', async () => {
		const world = await watchDebts([2]);
		world.addCustomer({ ...debtor, branch_ids: [1] });
		const own = world.addCustomer({ ...debtor, branch_ids: [2] });

		expect(await world.pollRepeatedly(2, 5)).toEqual([own]);
	});

	it('reports no old debt of branch 1 when branch 1 is watched as well later', async () => {
		const world = await watchDebts([2]);
		world.addCustomer({ ...debtor, branch_ids: [1] });
		expect(await world.pollRepeatedly(1, 5)).toEqual([]);

		world.poller.changeParameters({ event: 'inDebt', branchIds: [1, 2], options: { lookEvery: 1 } });

		expect(await world.pollRepeatedly(2, 5)).toEqual([]);
		const later = world.addCustomer({ ...debtor, branch_ids: [1] });
		expect(await world.pollRepeatedly(1, 5)).toEqual([later]);
	});
});
