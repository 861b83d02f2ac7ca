import { httpFailure } from '../../support/direct';
import { between, CUSTOMERS, LARGE, LOG, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it.each([
	['customers', CUSTOMERS, 403],
	['customers', CUSTOMERS, 500],
	['the log', LOG, 500],
])(
	'branches that are known are polled though their list fails: %s, %#',
	async (_what, parameters, status) => {
		const world = new World({ settings: LARGE, branches: 2, parameters });
		const add = () => (parameters === LOG ? world.log() : world.customer());
		add();
		let isFailing = false;
		between(world, async (asked, real) => {
			if (isFailing && asked.url.includes('branch/index')) throw httpFailure(status);
			return await real();
		});
		await world.poll();
		isFailing = true;
		world.pass(61);
		const id = add();
		expect(await world.poll()).toEqual([id]);
		const notes = () => world.poller.notes.filter((note) => note.includes('looks into those it knows'));
		expect(notes()).toHaveLength(1);
		// It is tried again at once.
		isFailing = false;
		await world.polls(1, 5);
		isFailing = true;
		await world.polls(1, 5);
		expect(notes()).toHaveLength(1);
	},
);

it.each([
	['is empty though it is counted', 0, 3],
	['is empty', 0, 0],
	['lacks one, in another order each time', 2, 3],
])('a list of branches that %s takes no backlog away', async (_what, count, total) => {
	const parameters = { ...LOG, options: { maxPerPoll: 2 } };
	const world = new World({ settings: LARGE, branches: 3, parameters });
	world.log();
	await world.poll();
	world.pass(5 * 1_440);
	const ids = range(1, 20).map((n) => world.log({ branches: [1 + (n % 3)], ago: (20 - n) * 300 + 1 }));
	await world.polls(2, 5);
	let isOdd = true;
	let calls = 0;
	between(world, async (asked, real) => {
		const answer = await real();
		if (!isOdd || !asked.url.includes('branch/index')) return answer;
		const items = (answer.items as []).slice(0, count);
		return { ...answer, items: ++calls % 4 < 2 ? items : items.reverse(), total };
	});
	await world.polls(2, 61);
	expect(world.poller.notes.at(-1)).toMatch(/could not list the branches, .* did not list all of them$/);
	isOdd = false;
	await world.polls(10, 5);
	expect(world.out).toEqual(ids);
});

it.each([
	['customers', CUSTOMERS],
	['the log', LOG],
])(
	'a list of branches that is empty when the trigger begins fails its activation: %s',
	async (_what, parameters) => {
		const world = new World({ settings: LARGE, branches: 2, parameters });
		let isEmpty = true;
		between(world, async (asked, real) => {
			const answer = await real();
			return isEmpty && asked.url.includes('branch/index') ? { ...answer, items: [], total: 0 } : answer;
		});
		await expect(world.poll()).rejects.toThrow(
			'AlfaCRM returned no branches, but every account has at least one',
		);
		isEmpty = false;
		expect(await world.poll()).toEqual([]);
		const id = parameters === LOG ? world.log() : world.customer();
		expect(await world.polls(1, 5)).toEqual([id]);
	},
);
