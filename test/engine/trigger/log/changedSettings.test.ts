import { LARGE, LOG, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const CUSTOMERS_ALONE = { ...LOG, entities: ['Customer'] };

describe('classes that are asked for as well', () => {
	it('make no news of what was there at the last poll', async () => {
		const world = new World({ settings: LARGE, parameters: CUSTOMERS_ALONE });
		world.log();
		await world.poll();
		await world.polls(11, 5, () => world.log({ values: { entity: 'Lesson' } }));
		world.poller.change(LOG);
		await world.polls(3, 1);
		expect(world.out).toEqual([]);
	});

	it('make no news of days ago, while customers are left over', async () => {
		const first = { ...CUSTOMERS_ALONE, options: { maxPerPoll: 2 } };
		const world = new World({ settings: LARGE, parameters: first });
		world.log();
		await world.poll();
		const lessons: number[] = [];
		await world.polls(20, 60, () => {
			range(1, 3).forEach((ago) => world.log({ ago }));
			range(1, 5).forEach((ago) => lessons.push(world.log({ ago, values: { entity: 'Lesson' } })));
		});
		world.poller.change({ ...first, entities: ['Customer', 'Lesson'] });
		await world.polls(90, 5);
		// Those that the last poll did not see are another matter.
		expect(world.out.filter((id) => lessons.slice(0, -5).includes(id))).toEqual([]);
	});
});

describe('a change of a customer of two branches, when the other one is chosen as well', () => {
	const chosen = (branchIds: number[]) => ({ ...LOG, branchIds, options: { maxPerPoll: 10 } });
	const both = { branches: [1, 2] };

	it('is reported if it came since the last poll', async () => {
		const world = new World({ settings: LARGE, branches: 2, parameters: chosen([1]) });
		world.log(both);
		await world.poll();
		await world.polls(2, 5, () => world.log(both));
		world.pass(3);
		world.log(both);
		world.poller.change(chosen([1, 2]));
		await world.polls(6, 15);
		expect(world.out).toEqual([2, 3, 4]);
	});

	it.each(['branch', 'account'] as const)(
		'is reported if it was left over, log of the %s',
		async (logScope) => {
			const world = new World({ settings: { ...LARGE, logScope }, branches: 2, parameters: chosen([1]) });
			world.log(both);
			await world.poll();
			world.pass(120);
			range(1, 60).forEach((n) => world.log({ ...both, ago: 61 - n }));
			await world.polls(2, 5);
			world.poller.change(chosen([1, 2]));
			await world.polls(12, 15);
			expect(world.out).toEqual(range(2, 61));
		},
	);
});
