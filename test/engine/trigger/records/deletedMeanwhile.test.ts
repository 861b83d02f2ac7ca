import { between, CUSTOMERS, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** A trigger that knows so many customers, the oldest of which can be deleted. */
async function begun(known: number, parameters = {}): Promise<World> {
	const world = new World({ settings: SMALL, parameters: { ...CUSTOMERS, ...parameters } });
	range(1, known).forEach((n) => world.customer({}, { ago: known + 1 - n }));
	await world.polls(2, 5);
	return world;
}

const remove = (world: World, ids: number[]) =>
	ids.forEach((id) => world.school.store.remove('customer', id));

it.each(['empty', 'repeatLast'] as const)(
	'pages of 20: where others are deleted between two polls, all that is new comes with the next one (%s)',
	async (pastEnd) => {
		const world = await begun(60);
		world.school.settings.pastEnd = pastEnd;
		const ids = range(1, 90).map(() => world.customer());
		remove(world, range(1, 35));
		expect(await world.poll()).toEqual(ids);
		// What is new, and a page that is known.
		expect(world.requests.at(-1)).toBeLessThanOrEqual(6);
	},
);

it('where more are deleted than were known on the pages that are left, too', async () => {
	const world = await begun(60);
	const ids = range(1, 100).map(() => world.customer());
	remove(world, range(1, 60));
	expect(await world.poll()).toEqual(ids);
});

it('what is left over keeps its order, though others are deleted between the polls', async () => {
	const world = await begun(60, { options: { maxPerPoll: 40 } });
	const ids = range(1, 150).map(() => world.customer());
	await world.poll();
	remove(world, range(1, 50));
	await world.polls(4, 5);
	expect(world.out).toEqual(ids);
});

it('a backlog keeps its order while the hourly reading has no time to come to its end', async () => {
	const world = await begun(1, { options: { maxPerPoll: 10 } });
	const ids = range(1, 500).map(() => world.customer());
	between(world, async (_asked, real) => {
		world.pass(5 / 60);
		return await real();
	});
	await world.polls(12, 5);
	expect(world.out).toEqual(ids.slice(0, 120));
});
