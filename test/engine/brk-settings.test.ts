import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMERS, LARGE, range, World } from './support/breaking';

afterEach(() => {
	jest.restoreAllMocks();
});

const begun = async (parameters: INodeParameters, branches = 2) => {
	const world = new World({ settings: LARGE, branches, parameters });
	world.customer();
	world.log();
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

describe('what was there at the last poll', () => {
	it.each<[what: string, before: INodeParameters, after: INodeParameters, values: Record<string, unknown>]>([
		['clients', { ...CUSTOMERS, is_study: 0 }, CUSTOMERS, { is_study: 1 }],
	])('is no news when %s are asked for as well', async (what, before, after, values) => {
		const world = await begun(before, 1);
		await world.polls(11, 5, () =>
			what === 'lessons' ? world.log({ values: values as never }) : world.customer(values as never),
		);
		world.poller.change(after);
		await world.polls(3, 1);
		expect(world.out).toEqual([]);
	});
});
