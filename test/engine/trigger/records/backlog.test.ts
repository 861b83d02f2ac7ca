import { CUSTOMERS, LARGE, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

it('an import of 8,000, each other one wanted: what is left over for the next polls comes', async () => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
	world.customer({ id: 1_000_000 });
	await world.poll();
	world.pass(5);
	const all = range(1, 8_000).map((n) => world.customer({ is_study: n % 2 }));
	const wanted = all.filter((_id, n) => n % 2 === 0);
	await world.polls(12, 5);
	expect(wanted.filter((id) => !world.out.includes(id)).length).toBe(0);
}, 100_000);

it.each(['present', 'missing'] as const)(
	'a backlog of 3,000 comes in its order: pages of 20, the newest first, total %s',
	async (total) => {
		const world = new World({ settings: { ...SMALL, total }, parameters: CUSTOMERS });
		world.customer();
		await world.poll();
		world.pass(3 * DAY);
		const ids = range(1, 3_000).map((n) => world.customer({}, { ago: 3_001 - n }));
		await world.polls(20, 5);
		// None is lost.
		expect([...world.out].sort((a, b) => a - b)).toEqual(ids);
		expect(world.out[0]).toBe(ids[0]);
	},
	100_000,
);

it('the state after an import of 40,000 of which each other one is wanted', async () => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
	world.customer();
	await world.poll();
	range(1, 40_000).forEach((n) => world.customer({ is_study: n % 2 }));
	await world.polls(1, 5);
	expect(world.stateBytes).toBeLessThan(40_000);
}, 100_000);

it('a backlog of 6,500 where AlfaCRM gives 50 rows and counts pages as they were asked for', async () => {
	const settings = { pageSize: 20, bodyPageSize: 'lossy50' as const };
	const world = new World({ settings, parameters: CUSTOMERS });
	world.customer();
	await world.poll();
	world.pass(3 * DAY);
	const ids = range(1, 6_500).map((n) => world.customer({}, { ago: 4_000 - n / 2 }));
	for (let n = 0; n < 24; n++) await world.polls(1, n % 4 ? 5 : 61);
	expect(ids.filter((id) => !world.out.includes(id)).length).toBe(0);
}, 100_000);
