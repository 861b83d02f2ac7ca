import { LARGE, LOG, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const ALL_LIST_ALL = { ...LARGE, logScope: 'account' as const };
const entries = (world: World, count: number, minutes: number, branches = [1]) =>
	range(1, count).forEach((n) => world.log({ branches, ago: ((count - n) * minutes) / count }));
const begun = async (world: World) => {
	world.log({ branches: [1, 2, 3] });
	expect(await world.poll()).toEqual([]);
	return world;
};

describe('days that are known by their time', () => {
	it('repeat nothing when a branch is new to the account on a busy day', async () => {
		const world = await begun(new World({ settings: ALL_LIST_ALL, branches: 2, parameters: LOG }));
		await world.polls(24 * 4, 15, () => entries(world, 60, 15));
		expect(world.repeated).toEqual([]);
		world.school.store.insert('branch', { id: 3, name: 'Третий', is_active: 1 });
		await world.polls(8, 20);
		expect(world.repeated.length).toBe(0);
	}, 100_000);

	it('repeat nothing when a branch that was forbidden for some busy hours is given back', async () => {
		const parameters = { ...LOG, options: { maxPerPoll: 5_000 } };
		const world = await begun(new World({ settings: ALL_LIST_ALL, branches: 2, parameters }));
		await world.polls(5, 20, () => entries(world, 1_000, 20));
		await world.polls(8, 15, () => world.log());
		world.branch(2, 'forbidden');
		await world.polls(5, 60, () => entries(world, 900, 60));
		world.branch(2, 'allowed');
		await world.polls(8, 20);
		expect(world.repeated.length).toBe(0);
	}, 100_000);
});

describe('a branch that is behind', () => {
	it('repeats nothing when it is opened as the other one is closed', async () => {
		const world = await begun(new World({ settings: ALL_LIST_ALL, branches: 2, parameters: LOG }));
		world.branch(2, 'closed');
		await world.polls(20 * 4, 6 * 60, () => entries(world, 5, 60));
		world.branch(1, 'closed');
		world.branch(2, 'open');
		await world.polls(5, 60);
		expect(world.repeated.length).toBe(0);
	});

	it('repeats nothing when it is given back as the other one is forbidden', async () => {
		const world = await begun(new World({ settings: LARGE, branches: 2, parameters: LOG }));
		world.branch(2, 'forbidden');
		await world.polls(5 * 4, 6 * 60, () => world.log({ branches: [1, 2] }));
		world.branch(2, 'allowed');
		world.branch(1, 'forbidden');
		await world.polls(5, 60);
		expect(world.repeated).toEqual([]);
	});
});

it('a branch that is new to the account reports two days, not the two months that another one is closed', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: LOG });
	world.school.store.insert('branch', { id: 3, name: 'Третий', is_active: 0 });
	await begun(world);
	world.branch(2, 'closed');
	await world.polls(60, 24 * 60, () => entries(world, 20, 600, [3]));
	expect(world.out).toEqual([]);
	world.branch(3, 'open');
	await world.polls(5, 60);
	expect(world.out.length).toBeLessThanOrEqual(40);
});

it('an entry is reported 20 hours late where five branches list 600 changes a day', async () => {
	const world = await begun(new World({ settings: ALL_LIST_ALL, branches: 5, parameters: LOG }));
	await world.polls(10, 60, () => entries(world, 25, 60));
	const late = world.log({ hiddenMinutes: 20 * 60 });
	await world.polls(24, 60, () => entries(world, 25, 60));
	expect(world.out).toContain(late);
}, 100_000);
