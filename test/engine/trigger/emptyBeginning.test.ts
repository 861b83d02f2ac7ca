import { between, CUSTOMERS, isIn, LARGE, LOG, range, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const kinds = [
	['customers', CUSTOMERS],
	['changes', LOG],
] as const;

const adderOf = (world: World, what: string) => (ago: number, branch: number) =>
	what === 'changes'
		? world.log({ ago, branches: [branch] })
		: world.customer({ branch_ids: [branch] }, { ago });

/** From the given one on, lists of records come without rows, whatever is counted. */
function emptied(world: World, { first = 1, branch = 1 } = {}): { isOdd: boolean } {
	const state = { isOdd: true };
	let lists = 0;
	between(world, async (asked, real) => {
		const answer = await real();
		if (!state.isOdd || !isIn(asked, branch)) return answer;
		return ++lists < first ? answer : { ...answer, items: [] };
	});
	return state;
}

it.each(kinds)(
	'a first poll that is shown none of the %s that are counted does not begin',
	async (what, parameters) => {
		const world = new World({ settings: LARGE, parameters });
		const add = adderOf(world, what);
		range(1, 30).forEach((n) => add(31 - n, 1));
		const state = emptied(world);
		const failure: unknown = await world.poll().catch((error: unknown) => error);
		expect(failure).toMatchObject({
			message: expect.stringContaining('AlfaCRM sent an empty list when asked to') as string,
			// A branch whose total is wrong for good is left out.
			description: expect.stringMatching(/branch 1\..* choose the other branches in 'Branch Names/) as string,
		});
		state.isOdd = false;
		expect(await world.poll()).toEqual([]);
		const id = add(0, 1);
		expect(await world.polls(1, 5)).toEqual([id]);
	},
);

it('a log that comes empty when it is asked for once more in the first poll does not begin', async () => {
	const world = new World({ settings: LARGE, parameters: LOG });
	range(1, 30).forEach((n) => world.log({ ago: 31 - n }));
	const state = emptied(world, { first: 2 });
	await expect(world.poll()).rejects.toThrow('AlfaCRM sent an empty list when asked to read the change log');
	state.isOdd = false;
	expect(await world.poll()).toEqual([]);
	expect(await world.polls(2, 5)).toEqual([]);
});

it.each(kinds)(
	'%s of a branch that comes empty when it is chosen are no news: of those that are there, none',
	async (what, parameters) => {
		const world = new World({
			settings: { ...LARGE, logScope: 'branch' },
			branches: 2,
			parameters: { ...parameters, branchIds: [1] },
		});
		const add = adderOf(world, what);
		add(10, 1);
		await world.poll();
		range(1, 30).forEach((n) => add(31 - n, 2));
		add(0, 1);
		await world.polls(1, 5);
		const state = emptied(world, { branch: 2 });
		world.poller.change({ ...parameters, branchIds: [1, 2] });
		await world.polls(3, 5).catch(() => []);
		state.isOdd = false;
		const before = world.out.length;
		expect(await world.polls(3, 61)).toEqual([]);
		expect(before).toBe(1);
		const id = add(0, 2);
		expect(await world.polls(1, 5)).toEqual([id]);
	},
);

it.each([
	['none', {}],
	['the newest, as many as are asked for', { startWith: 3 }],
])('this user is shown no branch: of what is in the log, %s', async (_what, options) => {
	const world = new World({ settings: LARGE, parameters: { ...LOG, options } });
	const ids = range(1, 30).map((n) => world.log({ ago: 31 - n }));
	let isShown = false;
	between(world, async (asked, real) =>
		isShown || !asked.url.includes('branch/index') ? await real() : { total: 0, items: [] },
	);
	await expect(world.poll()).rejects.toThrow('AlfaCRM returned no branches');
	await expect(world.polls(1, 5)).rejects.toThrow('AlfaCRM returned no branches');
	isShown = true;
	expect(await world.polls(3, 5)).toEqual('startWith' in options ? ids.slice(-3) : []);
	const id = world.log();
	expect(await world.polls(1, 5)).toEqual([id]);
});
