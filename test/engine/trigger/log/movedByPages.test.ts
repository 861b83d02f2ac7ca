import { between, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** 20 is as many as a page holds: without a total that looks like a last page which is shown once more. */
const counts = [1, 12, 20, 21, 45, 90];
const cases = (['present', 'missing'] as const).flatMap((total) =>
	counts.flatMap((come) => range(2, 8).map((call) => ({ total, come, call }))),
);

/** So many come just before the answer to a certain call, and what they are. */
function comeBefore(world: World, call: number, count: number): number[] {
	const added: number[] = [];
	let calls = 0;
	between(world, async (_asked, real) => {
		calls += 1;
		if (calls === call) added.push(...range(1, count).map(() => world.log()));
		return await real();
	});
	return added;
}

it.each(cases)(
	'the hourly reading meets each once: $come come before call $call (total $total)',
	async ({ total, come, call }) => {
		const world = new World({ settings: { ...SMALL, total }, parameters: LOG });
		range(1, 77).forEach((n) => world.log({ ago: 80 - n }));
		await world.polls(2, 5);
		world.pass(61);
		const added = comeBefore(world, call, come);
		await world.polls(20, 5);
		expect(world.repeated).toEqual([]);
		expect([...world.out].sort((a, b) => a - b)).toEqual(added);
	},
);

it.each(cases)(
	'a backlog keeps its order: $come come before call $call (total $total)',
	async ({ total, come, call }) => {
		const world = new World({ settings: { ...SMALL, total }, parameters: LOG });
		range(1, 30).forEach((n) => world.log({ ago: 80 - n }));
		await world.polls(2, 5);
		const ids = range(1, 70).map((n) => world.log({ ago: (71 - n) / 20 }));
		const added = comeBefore(world, call, come);
		await world.polls(20, 5);
		expect(world.repeated).toEqual([]);
		expect(world.out).toEqual([...ids, ...added]);
	},
);
