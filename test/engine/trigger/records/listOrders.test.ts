import { PlainWorld, random } from '../../support/plainAccount';

const CUSTOMERS = { event: 'customerCreated', includeArchived: true };
const DAY = 1_440;

afterEach(() => {
	jest.restoreAllMocks();
});

// "From then on every new record is reported once"
test.each([1, 2, 3, 4, 5, 6, 7, 8])(
	'Start With Newest, five leads of today, scattered IDs (%i): new ones come',
	async (seed) => {
		const world = new PlainWorld(
			{ ids: 'scattered' },
			{ ...CUSTOMERS, options: { startWith: 3 } },
			{ rnd: random(seed) },
		);
		for (let n = 5; n > 0; n--) world.account.add([1], {}, n * 60);
		await world.polls(1, 0);
		const made = new Set<number>();
		for (let day = 0; day < 10; day++) {
			for (let n = 0; n < 3; n++) {
				made.add(world.account.add([1]).id);
				await world.polls(1, 120);
			}
			await world.polls(1, DAY - 360);
		}
		await world.polls(3, 60);
		expect([...made].filter((id) => !world.came.has(id))).toEqual([]);
	},
);

// "What exists at first is not reported", and 'Start With Newest' tells only of the newest that are wanted.
test.each(['growing', 'scattered'] as const)(
	'Start With Newest, clients only, %s IDs: an old lead that becomes a client is no news',
	async (ids) => {
		const world = new PlainWorld(
			{ ids },
			{ ...CUSTOMERS, is_study: 1, options: { startWith: 3 } },
			{ rnd: random(5) },
		);
		const old = Array.from({ length: 12 }, (_, n) =>
			world.account.add([1], { is_study: n % 2 }, (12 - n) * 600),
		);
		await world.polls(3, 5);
		const before = new Set(world.out);
		for (const lead of old.filter(({ is_study }) => is_study === 0)) lead.is_study = 1;
		world.account.touch();
		const ids2 = await world.polls(15, 10);
		expect(ids2.filter((id) => !before.has(id))).toEqual([]);
	},
);

// "Delay: up to the time between two polls"; "oldest first, across polls too".
test.each([
	['no totals, by name', { totalOff: 'missing', order: 'name' }],
	['no totals, oldest first', { totalOff: 'missing', order: 'oldest' }],
	['total one too low, oldest first', { totalOff: -1, order: 'oldest' }],
	['right totals, oldest first', { totalOff: 0, order: 'oldest' }],
] as const)('pages of 20, 30 new ones one by one, %s: each comes with the next poll', async (_name, ways) => {
	const world = new PlainWorld({ pageSize: 20, isSizeHonoured: false, ...ways }, CUSTOMERS);
	await world.polls(1, 0);
	const late: number[] = [];
	for (let n = 0; n < 45; n++) {
		world.pass(5);
		const { id } = world.account.add([1]);
		await world.poll();
		if (!world.came.has(id)) late.push(id);
	}
	await world.polls(14, 5);
	expect(world.repeated).toEqual([]);
	expect(world.came.size).toBe(45);
	expect(late).toEqual([]);
});

// "Nothing is reported twice", "what it remembers is at most some 30 KB"
test.each([50, 500])('scattered IDs, an import of 5,000, pages of %i', async (pageSize) => {
	const world = new PlainWorld(
		{ ids: 'scattered', pageSize, isSizeHonoured: false, order: 'oldest' },
		CUSTOMERS,
		{ rnd: random(3) },
	);
	for (let n = 3; n > 0; n--) world.account.add([1], {}, n * 60);
	await world.polls(1, 0);
	for (let n = 0; n < 5_000; n++) {
		if (n % 50 === 0) world.pass(0.5);
		world.account.add([1]);
	}
	await world.polls(16, 15);
	await world.polls(3, 60);
	expect({ twice: world.repeated.length, lost: 5_000 - world.came.size }).toEqual({ twice: 0, lost: 0 });
	expect(world.maxState).toBeLessThan(70_000);
});
