import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMERS, LARGE, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const begun = async (parameters: INodeParameters, branches = 2) => {
	const world = new World({ settings: LARGE, branches, parameters });
	world.customer();
	expect(await world.poll()).toEqual([]);
	return world;
};

describe('customers of a branch that could not be read', () => {
	it.each<[what: string, before: INodeParameters, after: INodeParameters]>([
		['the type is changed', { ...CUSTOMERS, is_study: 0 }, CUSTOMERS],
		['a filter is added', CUSTOMERS, { ...CUSTOMERS, filters: { lead_source_id: [4] } }],
		[
			'another branch is chosen as well',
			{ ...CUSTOMERS, branchIds: [1, 2] },
			{ ...CUSTOMERS, branchIds: [1, 2, 3] },
		],
	])('are reported although %s meanwhile', async (_what, before, after) => {
		const world = await begun(before, 3);
		world.branch(2, 'forbidden');
		world.pass(10);
		const dark = world.customer({ branch_ids: [2], lead_source_id: 4 });
		const other = world.customer({ lead_source_id: 4 });
		await world.polls(2, 10);
		world.poller.change(after);
		await world.polls(2, 10);
		world.branch(2, 'allowed');
		await world.polls(3, 30);
		expect(world.out).toEqual([other, dark]);
	});
});

describe('what is left over when the settings are changed', () => {
	it('of Start With Newest is reported', async () => {
		const one = { ...CUSTOMERS, options: { startWith: 4, maxPerPoll: 1 } };
		const world = new World({ settings: LARGE, branches: 2, parameters: one });
		const wanted = range(1, 4).map((n) => world.customer({}, { ago: 100 - n }));
		await world.poll();
		await world.polls(1, 10);
		world.poller.change({ ...one, branchIds: [1] });
		await world.polls(6, 10);
		expect(world.out).toEqual(wanted);
	});

	it('of customers who showed up late is reported', async () => {
		const one = { ...CUSTOMERS, options: { maxPerPoll: 1 } };
		const world = await begun(one);
		world.pass(10);
		const late = range(1, 4).map(() => world.customer({}, { hiddenMinutes: 60 }));
		world.customer();
		await world.polls(1, 10);
		await world.polls(1, 60);
		world.poller.change({ ...one, branchIds: [1] });
		await world.polls(8, 5);
		expect(late.filter((id) => !world.out.includes(id))).toEqual([]);
	});
});

describe('customers whom an earlier poll has seen and did not want', () => {
	it.each<[what: string, before: INodeParameters, after: INodeParameters]>([
		['clients', { ...CUSTOMERS, is_study: 0 }, CUSTOMERS],
		['those of other sources', { ...CUSTOMERS, filters: { lead_source_id: [9] } }, CUSTOMERS],
	])('are no news when %s are asked for as well, those since are', async (_what, before, after) => {
		const world = await begun(before, 1);
		await world.polls(11, 5, () => world.customer({ is_study: 1 }));
		const since = world.customer({ is_study: 1 });
		world.poller.change(after);
		await world.polls(3, 1);
		expect(world.out).toEqual([since]);
	});

	it('are news when they come into the filter, as before', async () => {
		const world = await begun({ ...CUSTOMERS, is_study: 1 }, 1);
		const lead = world.customer();
		await world.polls(2, 10);
		world.school.store.patch('customer', lead, { is_study: 1 });
		await world.polls(2, 10);
		expect(world.out).toEqual([lead]);
	});
});

describe('archived customers', () => {
	const archived = { e_date: '2026-01-01' };

	it('are no news when they are first asked for, whatever else is changed then', async () => {
		const world = await begun({ ...CUSTOMERS, includeArchived: false, is_study: 0 }, 1);
		await world.polls(3, 5, () => world.customer({ ...archived, is_study: 1 }));
		world.poller.change(CUSTOMERS);
		await world.polls(2, 5);
		expect(world.out).toEqual([]);
		const since = world.customer(archived);
		await world.polls(2, 5);
		expect(world.out).toEqual([since]);
	});

	it('are news although something else is changed, once they are asked for', async () => {
		const world = await begun(CUSTOMERS, 1);
		const since = world.customer(archived);
		world.poller.change({ ...CUSTOMERS, is_study: 0 });
		await world.polls(2, 5);
		expect(world.out).toEqual([since]);
	});
});

it('a poll for leads once an hour asks for nothing but their list, and all of it', async () => {
	const world = await begun({ ...CUSTOMERS, includeArchived: false, is_study: 0, branchIds: [1] }, 1);
	await world.polls(4, 61);
	expect(Math.max(...world.requests.slice(1))).toBe(1);
});
