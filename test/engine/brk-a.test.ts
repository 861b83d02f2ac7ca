import { CUSTOMERS, LARGE, range, reactivate, SMALL, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const SIZE = { pageSize: 20, bodyPageSize: 'honoured' as const };

it('A1 an import whose wanted and unwanted alternate: what is left over for the next polls comes', async () => {
	const world = new World({ settings: SIZE, parameters: { ...CUSTOMERS, is_study: 1 } });
	world.customer({ id: 1_000_000 });
	await world.poll();
	const wanted: number[] = [];
	world.pass(5);
	range(1, 8_000).forEach((n) => {
		const id = world.customer({ is_study: n % 2 });
		if (n % 2) wanted.push(id);
	});
	for (let n = 0; n < 20; n++) {
		await world.poll();
		world.pass(5);
	}
	expect(world.repeated).toEqual([]);
	expect(wanted.filter((id) => !world.out.includes(id)).length).toBe(0);
	expect(world.out).toEqual(wanted);
}, 200_000);

it('A2 all branches closed when the trigger begins, opened later', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
	range(1, 50).forEach((n) => world.customer({}, { ago: 60 * 24 * n }));
	world.branch(1, 'closed');
	world.branch(2, 'closed');
	await world.poll();
	world.branch(1, 'open');
	await world.polls(30, 5);
	expect(world.out).toEqual([]);
});

it('A2b one branch empty, the other forbidden for the first poll', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
	range(1, 50).forEach((n) => world.customer({ branch_ids: [2] }, { ago: 60 * 24 * n }));
	world.branch(2, 'forbidden');
	await world.poll();
	world.branch(2, 'allowed');
	await world.polls(30, 5);
	expect(world.out).toEqual([]);
});

it.each([false, true])(
	'A3 a lead that becomes a client after 5 days, n8n restarted: %j',
	async (isRestarted) => {
		const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
		world.customer();
		await world.poll();
		await world.polls(24, 60);
		const id = world.customer();
		await world.polls(24 * 5, 60);
		world.school.store.patch('customer', id, { is_study: 1 });
		await world.polls(24, 60);
		expect(world.out).toEqual([]);
		if (isRestarted) world.poller.restart();
		await world.polls(2, 5);
		expect(world.out).toEqual([]);
	},
);

it.each(['growing', 'scattered'] as const)('A4 start with newest, filter, ids %s', async (newIds) => {
	const world = new World({
		settings: { ...LARGE, newIds },
		parameters: { ...CUSTOMERS, is_study: 1, options: { startWith: 2 } },
	});
	const ids = range(1, 40).map((n) => world.customer({ is_study: n % 2 }, { ago: (41 - n) * 60 * 24 }));
	const start = await world.poll();
	expect(start).toEqual([ids[36], ids[38]]);
	await world.polls(5, 60);
	ids.forEach((id) => world.school.store.patch('customer', id, { is_study: 1 }));
	await world.polls(30, 60);
	expect(world.out).toEqual([ids[36], ids[38]]);
});

it('A4b a scattered account, nobody is wanted after start with newest, new one comes once', async () => {
	const world = new World({
		settings: { ...LARGE, newIds: 'scattered' },
		parameters: { ...CUSTOMERS, options: { startWith: 3 } },
	});
	const ids = range(1, 40).map((n) => world.customer({}, { ago: (41 - n) * 60 * 24 }));
	await world.poll();
	for (let n = 0; n < 30; n++) {
		ids.push(world.customer());
		await world.polls(4, 60 * 6);
	}
	expect(world.out).toEqual(ids.slice(37));
});

it.each([30, 49, 60, 100, 200, 400])('A6 one lead is stamped %d hours in the future', async (hours) => {
	const world = new World({ settings: LARGE, parameters: CUSTOMERS });
	range(1, 5).forEach((n) => world.customer({}, { ago: 60 * 24 * n }));
	await world.poll();
	const ids: number[] = [];
	ids.push(world.customer({}, { ago: -60 * hours }));
	for (let n = 0; n < 30; n++) {
		ids.push(world.customer());
		await world.polls(4, 60 * 6);
	}
	expect(world.out).toEqual(ids);
});
void reactivate;
