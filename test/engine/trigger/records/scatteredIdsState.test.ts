import { CUSTOMERS, LARGE, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it.each([false, true])(
	'the state stays small for weeks where IDs do not grow, a branch forbidden: %j',
	async (isForbidden) => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		let count = 0;
		const add = (ago: number) => world.customer({ id: (++count * 7_919_993) % 9_999_991 }, { ago });
		range(1, 50).forEach((n) => add(2_000 - n));
		if (isForbidden) world.branch(2, 'forbidden');
		await world.poll();
		await world.polls(55, 24 * 60, () => range(1, 100).forEach((n) => add(1_400 - n * 14)));
		expect(world.repeated).toEqual([]);
		expect(world.stateBytes).toBeLessThan(32_000);
	},
	100_000,
);
