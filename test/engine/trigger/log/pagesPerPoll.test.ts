import { between, LARGE, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it('no poll reads more than 100 pages, also in the hour in which 1,900 changes came that nobody wants', async () => {
	const world = new World({ settings: SMALL, parameters: { ...LOG, entities: ['Task'] } });
	world.log();
	await world.poll();
	for (const n of range(1, 3_000)) {
		world.pass(0.1);
		world.log();
		if (n % 100 === 0) await world.poll();
	}
	await world.polls(3, 5);
	for (let round = 0; round < 1_900; round++) {
		world.pass(0.04);
		world.log();
	}
	await world.poll();
	// And the first page.
	expect(world.requests.at(-1)).toBeLessThanOrEqual(101);
}, 100_000);

it('a walk over several polls goes on with the pages that it began with', async () => {
	const world = new World({ settings: { pageSize: 20, bodyPageSize: 'lossy50' }, parameters: LOG });
	world.log();
	await world.poll();
	for (const n of range(1, 12_000)) {
		world.pass(0.2);
		world.log();
		if (n % 400 === 0) await world.poll();
	}
	const sizes = new Set<unknown>();
	let isEmpty = false;
	between(world, async (asked, real) => {
		const answer = await real();
		const page = Number(asked.body?.page ?? 0);
		if (page > 90 && page < 110) {
			sizes.add(asked.body?.pageSize);
			isEmpty ||= (answer.items as unknown[]).length === 0;
		}
		return answer;
	});
	await world.polls(2, 61);
	expect({ sizes: [...sizes], isEmpty }).toEqual({ sizes: [50], isEmpty: false });
}, 100_000);

it('a log of one entry that grows while it is read does not come in pages of one', async () => {
	const world = new World({ settings: { ...LARGE, total: 'missing' }, parameters: LOG });
	world.log();
	await world.poll();
	world.pass(61);
	const ids: number[] = [];
	const come = new Map([
		[4, 1],
		[5, 27],
	]);
	const from = world.school.calls;
	world.school.onCall = (call) => {
		for (let n = 0; n < (come.get(call - from) ?? 0); n++) ids.push(world.log());
	};
	await world.poll();
	expect(world.requests.at(-1)).toBeLessThan(10);
	await world.polls(2, 5, () => ids.push(world.log()));
	expect(world.out).toEqual(ids);
});
