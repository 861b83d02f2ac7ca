import { LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const cases = (['present', 'missing'] as const).flatMap((total) =>
	range(3, 8).map((call) => ({ total, call })),
);

it.each(cases)(
	'a backlog of days fills its last page, and others come before call $call (total $total)',
	async ({ total, call }) => {
		const world = new World({ settings: { ...SMALL, total }, parameters: LOG });
		world.log();
		await world.poll();
		world.pass(5 * 1_440);
		const ids = range(1, 79).map((n) => world.log({ ago: (80 - n) * 60 }));
		let calls = 0;
		world.school.onCall = () => {
			calls += 1;
			if (calls === call) ids.push(...range(1, 3).map(() => world.log()));
		};
		await world.polls(20, 20);
		expect(world.out).toEqual(ids);
	},
);
