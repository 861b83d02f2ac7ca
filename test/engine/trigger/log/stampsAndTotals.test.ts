import { between, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it.each([
	['a year', '2027-02-10 09:00:00'],
	['two days', '2026-02-12 09:00:00'],
	['a day', '2026-02-11 09:00:00'],
	['an hour', '2026-02-10 10:00:00'],
])('25 entries with a stamp off by %s', async (_name, date_time) => {
	const world = new World({ settings: SMALL, parameters: LOG });
	for (let round = 0; round < 200; round++) {
		world.pass(10);
		world.log();
	}
	world.pass(-2_000);
	await world.poll();
	const old = world.entries;
	await world.polls(2, 5);
	for (const n of range(1, 25)) world.log({ values: { date_time, user_id: n } });
	const requests: number[] = [];
	for (let round = 0; round < 300; round++) {
		world.pass(15);
		world.log();
		await world.poll();
		requests.push(world.requests.at(-1) ?? 0);
	}
	await world.polls(4, 61);
	const lost = range(old + 1, world.entries).filter((id) => !world.out.includes(id)).length;
	expect(requests.reduce((a, b) => a + b, 0) / 300).toBeLessThan(6);
	expect(world.stateBytes).toBeLessThan(10_000);
	expect({ lost, repeated: world.repeated.length }).toEqual({ lost: 0, repeated: 0 });
});

it.each(['random at each request', 'one more at every other request'])('totals that are %s', async (name) => {
	const world = new World({ settings: SMALL, parameters: LOG });
	for (let round = 0; round < 800; round++) {
		world.pass(3);
		world.log();
	}
	let random = 5;
	let n = 0;
	between(world, async (_asked, real) => {
		const answer = await real();
		random = (random * 48_271) % 2_147_483_647;
		const off = name.startsWith('random') ? random % 30 : ++n % 2;
		return { ...answer, total: Number(answer.total) + off };
	});
	await world.poll();
	const old = world.entries;
	const from = world.requests.length;
	await world.polls(24, 5);
	const quiet = world.requests.slice(from);
	await world.polls(24, 5, () => world.log());
	await world.polls(3, 61);
	const lost = range(old + 1, world.entries).filter((id) => !world.out.includes(id)).length;
	expect({ lost, repeated: world.repeated.length }).toEqual({ lost: 0, repeated: 0 });
	expect(quiet.reduce((a, b) => a + b, 0) / 24).toBeLessThan(10);
});

it('a night with an import of 4,000 before the clock goes back an hour', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	const old = world.entries;
	for (const n of range(1, 4_000)) {
		world.pass(0.01);
		world.log();
		if (n % 500 === 0) await world.poll();
	}
	await world.polls(8, 5);
	for (let round = 0; round < 30; round++) {
		world.pass(2);
		world.log({ ago: 60 });
		await world.poll();
	}
	await world.polls(2, 61);
	const lost = range(old + 1, world.entries).filter((id) => !world.out.includes(id)).length;
	expect(lost).toBe(0);
}, 100_000);

it.each(['branch', 'account'] as const)(
	'scope %s: a branch closed for weeks and opened, over and over',
	async (logScope) => {
		const world = new World({ settings: { ...SMALL, logScope }, branches: 3, parameters: LOG });
		world.log();
		await world.poll();
		const sure: number[] = [];
		for (const n of range(1, 12)) {
			world.branch(2, n % 2 === 1 ? 'closed' : 'open');
			for (let round = 0; round < 60; round++) {
				world.pass(n % 3 === 0 ? 10 : 240);
				sure.push(world.log());
				world.log({ branches: [2] });
				await world.poll();
			}
		}
		const lost = sure.filter((id) => !world.out.includes(id)).length;
		expect(world.stateBytes).toBeLessThan(10_000);
		expect({ lost, repeated: world.repeated.length }).toEqual({ lost: 0, repeated: 0 });
	},
);

it('a new year', async () => {
	const world = new World({ settings: SMALL, parameters: LOG, begin: '2026-12-30 09:00:00', aheadHours: 10 });
	world.log();
	await world.poll();
	await world.polls(200, 30, () => world.log());
	expect(world.out).toEqual(range(2, world.entries));
});
