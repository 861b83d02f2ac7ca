import type { INodeParameters } from 'n8n-workflow';

import { PAY_TYPE } from '../../../nodes/AlfaCrm/entities/pay';
import type { JsonObject } from '../../../sandbox';
import { interceptCalls, LARGE_PAGES, PolledSchool } from '../support/polledSchool';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;
const created = (parameters: INodeParameters): INodeParameters => ({
	event: 'customerCreated',
	...parameters,
});
const worldOf = (parameters: INodeParameters = {}) => {
	const world = new PolledSchool({
		settings: { ...LARGE_PAGES },
		branches: 3,
		parameters: created(parameters),
	});
	world.addCustomer({ is_study: 1 }, { ago: 3 * DAY });
	world.addCustomer({}, { ago: 5 });
	return world;
};
/** A trigger that knows who was there before. */
const begun = async (parameters: INodeParameters = {}) => {
	const world = worldOf(parameters);
	expect(await world.poll()).toEqual([]);
	return world;
};
const archived = { e_date: '2026-01-01' };

describe('Customer Created', () => {
	it('reports nothing of what was there, then each new customer once, in order', async () => {
		const world = await begun();
		expect(await world.poll()).toEqual([]);
		const both = [world.addCustomer(), world.addCustomer({ branch_ids: [2], is_study: 1 })];
		expect(await world.poll()).toEqual(both);
		expect(await world.poll()).toEqual([]);
		const third = world.addCustomer();
		expect(await world.poll()).toEqual([third]);
	});

	const customers: Record<string, JsonObject> = {
		lead: {},
		client: { is_study: 1 },
		'archived lead': archived,
		'archived client': { is_study: 1, ...archived },
		'lead of stage 2': { lead_status_id: 2 },
		'lead of stage 3': { lead_status_id: 3 },
		'lead of stage 2, source 4 and manager 5': { lead_status_id: 2, lead_source_id: 4, assigned_id: 5 },
		'client of manager 5': { is_study: 1, assigned_id: 5 },
		'lead of branch 2': { branch_ids: [2] },
		'client of branches 2 and 3': { is_study: 1, branch_ids: [2, 3] },
	};
	const without = (word: string) => Object.keys(customers).filter((name) => !name.includes(word));
	const withWord = (word: string) => Object.keys(customers).filter((name) => name.includes(word));

	it.each<[what: string, parameters: INodeParameters, reported: string[]]>([
		['all but the archived ones by default', {}, without('archived')],
		['the archived ones too', { includeArchived: true }, Object.keys(customers)],
		['leads', { is_study: 0 }, without('archived').filter((name) => name.includes('lead'))],
		['clients', { is_study: 1 }, without('archived').filter((name) => name.includes('client'))],
		['several stages', { filters: { lead_status_id: [2, 3] } }, withWord('stage')],
		[
			'a stage, a source and a manager at once',
			{ filters: { lead_status_id: [2, 3], lead_source_id: [4], assigned_id: [5, 6] } },
			['lead of stage 2, source 4 and manager 5'],
		],
		['a stage that an expression gives', { filters: { lead_status_id: '={{ [2] }}' } }, withWord('stage 2')],
		['one branch', { branchIds: [2] }, withWord('branch')],
		['a row of several branches once', { branchIds: [2, 3], is_study: 1 }, withWord('branches')],
	])('%s', async (_what, parameters, reported) => {
		const world = await begun(parameters);
		for (const [name, values] of Object.entries(customers)) world.addCustomer({ name, ...values });
		expect((await world.poller.poll()).map(({ name }) => name)).toEqual(reported);
		expect(await world.poll()).toEqual([]);
	});

	it('keeps to a filter that AlfaCRM ignores', async () => {
		const world = await begun({ filters: { lead_status_id: [2] } });
		world.school.settings.ignoredFilters = ['customer.lead_status_id'];
		world.addCustomer({ lead_status_id: 3 });
		const wanted = world.addCustomer({ lead_status_id: 2 });
		expect(await world.poll()).toEqual([wanted]);
	});

	it.each([
		[true, { phone: '+7(900)000-00-01, +7(900)000-00-02' }, false],
		[false, { phone: ['+7(900)000-00-01', '+7(900)000-00-02'], gender: null }, true],
	])('puts out few fields, or all when not simplified: %s', async (simplify, fields, hasGender) => {
		const world = await begun({ simplify });
		const id = world.addCustomer({ phone: ['+7(900)000-00-01', '+7(900)000-00-02'] });
		const [item] = await world.poller.poll();
		expect(item).toMatchObject({ id, ...fields });
		expect('gender' in item).toBe(hasGender);
	});

	it.each([
		[2, [3, 4]],
		[9, [1, 2, 3, 4]],
	])('begins with the newest %d if asked to, oldest first, and only once', async (startWith, ids) => {
		const world = worldOf({ options: { startWith } });
		world.addCustomer();
		world.addCustomer({ branch_ids: [2] });
		expect(await world.poll()).toEqual(ids);
		expect(await world.poll()).toEqual([]);
		world.poller.changeParameters(created({ is_study: 0, options: { startWith } }));
		expect(await world.poll()).toEqual([]);
	});
});

describe('Payment Created', () => {
	const add = (world: PolledSchool, values: JsonObject): number =>
		world.school.store.insert('pay', {
			branch_id: 1,
			customer_id: 1,
			pay_type_id: PAY_TYPE.income,
			income: '500.00',
			...values,
		}).id;
	const watchPayments = async () => {
		const world = new PolledSchool({ settings: { ...LARGE_PAGES }, parameters: { event: 'paymentCreated' } });
		await world.poll();
		return world;
	};

	it('reports no cash collection, which is no payment of a customer', async () => {
		const world = await watchPayments();
		add(world, { pay_type_id: PAY_TYPE.cashCollectionIn, customer_id: null });
		add(world, { pay_type_id: PAY_TYPE.cashCollectionOut, customer_id: null });
		const payment = add(world, {});

		expect(await world.pollRepeatedly(2, 5)).toEqual([payment]);
	});

	it('shows no cash collection as a test event', async () => {
		const world = await watchPayments();
		const payment = add(world, {});
		add(world, { pay_type_id: PAY_TYPE.cashCollectionOut, customer_id: null });

		const samples = await world.poller.fetchTestEvent();

		expect(samples.map(({ id }) => id)).toEqual([payment]);
	});

	it('reports refunds, corrections and incomes that have no customer', async () => {
		const world = await watchPayments();
		const payments = [
			add(world, { pay_type_id: PAY_TYPE.refund }),
			add(world, { pay_type_id: PAY_TYPE.correction }),
			add(world, { customer_id: null }),
		];

		expect(await world.pollRepeatedly(2, 5)).toEqual(payments);
	});

	it('reports a payment of a customer whose type has the number of a cash collection', async () => {
		const world = await watchPayments();
		const payment = add(world, { pay_type_id: PAY_TYPE.cashCollectionIn, customer_id: 1 });

		expect(await world.pollRepeatedly(2, 5)).toEqual([payment]);
	});
});

it('a branch that is new is watched within the hour, an inactive one never is', async () => {
	const world = worldOf();
	const { store } = world.school;
	store.insert('branch', { id: 8, name: 'Закрытый', is_active: 0 });
	await world.poll();
	const paths: string[] = [];
	interceptCalls(world, async ({ url }, real) => {
		paths.push(new URL(url).pathname);
		return await real();
	});
	store.insert('branch', { id: 9, name: 'Новый', is_active: 1 });
	world.addCustomer({ branch_ids: [8] });
	const id = world.addCustomer({ branch_ids: [9] });
	expect(await world.poll()).toEqual([]);
	expect(await world.pollRepeatedly(1, 61)).toEqual([id]);
	expect(paths.filter((path) => path.startsWith('/v2api/8/'))).toEqual([]);
});

describe('an account whose branches are all switched off', () => {
	const ALL_OFF = 'All branches of this AlfaCRM account are switched off, so there is nothing to watch';
	const switchAllBranchesOff = (world: PolledSchool) => {
		for (const id of [1, 2, 3]) world.changeBranch(id, 'closed');
	};

	it('does not let the trigger begin, and the error says why', async () => {
		const world = worldOf();
		switchAllBranchesOff(world);

		await expect(world.poll()).rejects.toMatchObject({
			message: ALL_OFF,
			description: expect.stringContaining("choose in 'Branch'") as string,
		});
	});

	it('makes the polls of an active trigger fail, and loses nothing until a branch is switched on again', async () => {
		const world = await begun();
		switchAllBranchesOff(world);
		await expect(world.pollRepeatedly(1, 61)).rejects.toThrow(ALL_OFF);
		const customerMeanwhile = world.addCustomer();
		await expect(world.pollRepeatedly(1, 5)).rejects.toThrow(ALL_OFF);

		world.changeBranch(1, 'open');

		expect(await world.pollRepeatedly(1, 5)).toEqual([customerMeanwhile]);
	});

	it('does not keep the trigger from watching a branch that the user has chosen', async () => {
		const world = await begun({ branchIds: [1] });
		switchAllBranchesOff(world);
		const customer = world.addCustomer();

		expect(await world.pollRepeatedly(1, 61)).toEqual([customer]);
	});
});

describe('when the settings change', () => {
	it('archived ones: those that no poll had seen come as well, nothing is lost whatever else is changed', async () => {
		const world = await begun({ is_study: 0 });
		const unseen = world.addCustomer(archived);
		expect(await world.pollRepeatedly(3, 5, () => world.addCustomer({ is_study: 1 }))).toEqual([]);
		const since = world.addCustomer();
		world.poller.changeParameters(created({ includeArchived: true }));
		expect(await world.poll()).toEqual([unseen, since]);
		const later = world.addCustomer(archived);
		world.poller.changeParameters(created({ includeArchived: true, is_study: 0 }));
		expect(await world.poll()).toEqual([later]);
		expect(await world.pollRepeatedly(2, 5)).toEqual([]);
	});

	it('the event: it begins anew without a flood, and says so', async () => {
		const world = await begun({ branchIds: [1] });
		const pay = (income: string) =>
			world.school.store.insert('pay', { branch_id: 1, customer_id: 1, income }).id;
		pay('100.00');
		world.poller.changeParameters({ event: 'paymentCreated', branchIds: [1], options: { startWith: 5 } });
		expect(await world.poll()).toEqual([]);
		const id = pay('200.00');
		expect(await world.poll()).toEqual([id]);
		expect(world.poller.logLines).toEqual([
			"'AlfaCRM Trigger' watches something else now: it reports what happens from now on",
		]);
	});

	it.each<[string, INodeParameters]>([
		['Simplify', { simplify: false }],
		['Max Records per Poll', { options: { maxPerPoll: 7 } }],
		['the order of a filter', { filters: { lead_status_id: [3, 2] } }],
	])('%s: it goes on', async (_what, changes) => {
		const before = { branchIds: [2, 1], filters: { lead_status_id: [2, 3] } };
		const world = await begun(before);
		const id = world.addCustomer({ lead_status_id: 2 });
		world.poller.changeParameters(created({ ...before, ...changes }));
		expect(await world.poll()).toEqual([id]);
		expect(world.poller.logLines).toEqual([]);
	});
});
