import { httpFailure } from '../../support/direct';
import { between, CUSTOMERS, isIn, LARGE, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

it.each([
	['the newest first', () => (place: number) => place],
	['the oldest first', (count: number) => (place: number) => count - 1 - place],
	['in no order', (count: number) => (place: number) => (place * 1_009) % count],
])(
	'what a branch held before it is chosen is no news: pages of 20, more than 100 of them, %s',
	async (_how, order) => {
		const world = new World({ settings: SMALL, branches: 2, parameters: { ...CUSTOMERS, branchIds: [1] } });
		world.customer();
		await world.poll();
		// A quiet branch is watched; the other one has some 50 customers a day.
		for (let day = 0; day < 60; day++) {
			range(1, 50).forEach(() => world.customer({ branch_ids: [2] }));
			await world.polls(1, DAY);
		}
		Object.assign((world.school as unknown as { lister: object }).lister, { order });
		world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
		await world.polls(6, 5);
		expect(world.out).toEqual([]);
		const lead = world.customer({ branch_ids: [2] });
		await world.polls(2, 61);
		expect(world.out).toEqual([lead]);
	},
	100_000,
);

it('a branch that cannot be read is chosen while a backlog waits: what it holds is older than what is known', async () => {
	const parameters = { ...CUSTOMERS, options: { maxPerPoll: 1 } };
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...parameters, branchIds: [1] } });
	world.customer();
	await world.poll();
	const news = [world.customer()];
	const others = range(1, 3).map(() => world.customer({ branch_ids: [2] }));
	news.push(...range(1, 3).map(() => world.customer()));
	await world.polls(2, 5);
	world.branch(2, 'forbidden');
	world.poller.change({ ...parameters, branchIds: [1, 2] });
	await world.poll();
	world.branch(2, 'allowed');
	await world.polls(20, 61);
	expect(world.out.filter((id) => others.includes(id))).toEqual([]);
});

it('what is archived when archived ones are first asked for: more than 100 pages', async () => {
	const world = new World({ settings: SMALL, parameters: { ...CUSTOMERS, includeArchived: false } });
	world.customer();
	await world.poll();
	range(1, 3_000).forEach(() => world.customer());
	const archived = range(1, 3).map(() => world.customer({ e_date: '2026-02-10' }));
	await world.polls(12, 5);
	world.poller.change({ ...CUSTOMERS, includeArchived: true });
	await world.polls(6, 5);
	expect(world.out.filter((id) => archived.includes(id))).toEqual([]);
}, 100_000);

it.each(['fails', 'comes empty'] as const)(
	'what is archived when archived ones are first asked for, and the list without them %s in a branch',
	async (how) => {
		const parameters = { ...CUSTOMERS, includeArchived: false };
		const world = new World({ settings: LARGE, branches: 2, parameters });
		world.customer();
		await world.poll();
		range(1, 30).forEach(() => world.customer({ branch_ids: [2] }));
		const archived = range(1, 3).map(() => world.customer({ branch_ids: [2], e_date: '2026-02-10' }));
		await world.polls(2, 5);
		expect(world.out).toHaveLength(30);
		let isOdd = true;
		between(world, async (asked, real) => {
			if (!isOdd || !isIn(asked, 2) || asked.body?.removed !== undefined) return await real();
			if (how === 'fails') throw httpFailure(500);
			return { ...(await real()), items: [] };
		});
		world.poller.change(CUSTOMERS);
		await expect(world.poll()).rejects.toThrow();
		isOdd = false;
		await world.polls(3, 5);
		expect(world.out.filter((id) => archived.includes(id))).toEqual([]);
		const lead = world.customer({ branch_ids: [2] });
		expect(await world.polls(1, 5)).toEqual([lead]);
	},
);

it('a branch is added to the settings: nothing of another one is lost that comes into the filter later', async () => {
	const parameters = { ...CUSTOMERS, filters: { lead_status_id: [1] } };
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...parameters, branchIds: [1] } });
	world.customer();
	await world.poll();
	const id = world.customer({ lead_status_id: 2 });
	await world.polls(2, 5);
	world.poller.change({ ...parameters, branchIds: [1, 2] });
	await world.poll();
	world.pass(60);
	world.school.store.patch('customer', id, { lead_status_id: 1 });
	await world.polls(3, 61);
	expect(world.out).toEqual([id]);
});

it('a branch that cannot be read is chosen where IDs do not grow: what it holds is older than what is known', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...CUSTOMERS, branchIds: [1] } });
	world.customer({ id: 99 }, { ago: 200 });
	await world.poll();
	world.pass(3 * DAY);
	world.customer({ id: 50 });
	await world.polls(2, 60);
	const old = range(1, 3).map((n) => world.customer({ id: 200 + n, branch_ids: [2] }));
	world.pass(60);
	world.customer({ id: 40 });
	await world.poll();
	world.branch(2, 'forbidden');
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
	await world.poll();
	world.branch(2, 'allowed');
	await world.polls(3, 60);
	expect(world.out.filter((id) => old.includes(id))).toEqual([]);
});
