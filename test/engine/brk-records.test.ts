/* What breaks a promise, the worst first. Each of these fails on the code it was written against. */
import type { Settings } from '../../sandbox/model/settings';
import { httpFailure } from './support/direct';
import { between, CUSTOMERS, LARGE, range, SMALL, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

/** Lists come the oldest first. */
function oldestFirst(world: World): void {
	const { lister } = world.school as unknown as { lister: { order: (n: number) => (p: number) => number } };
	lister.order = (n) => (p) => n - 1 - p;
}

describe('R1 who comes into the filter later than two days after creation is no news', () => {
	it('n8n starts again after three weeks without a report: 75 clients of up to three weeks ago', async () => {
		const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
		world.customer();
		await world.poll();
		const leads: number[] = [];
		for (let day = 0; day < 21; day++) {
			range(1, 5).forEach(() => leads.push(world.customer()));
			await world.polls(12, 120);
			// Who came six days ago becomes a client.
			const turned = day < 6 ? [] : leads.slice((day - 6) * 5, (day - 5) * 5);
			for (const id of turned) world.school.store.patch('customer', id, { is_study: 1 });
		}
		expect(world.out).toEqual([]);
		world.poller.restart();
		await world.polls(3, 5);
		expect(world.out.length).toBe(0);
	}, 100_000);

	it.each(['moved into the branch', 'restored'])(
		'a quiet branch, a customer of three weeks ago is %s',
		async (how) => {
			const parameters = { ...CUSTOMERS, includeArchived: false, branchIds: [1] };
			const world = new World({ settings: LARGE, branches: 2, parameters });
			world.customer();
			await world.poll();
			const id =
				how === 'restored' ? world.customer({ e_date: '2026-02-01' }) : world.customer({ branch_ids: [2] });
			await world.polls(21 * 6, 240);
			world.school.store.patch('customer', id, { branch_ids: [1], e_date: '2030-12-31' });
			await world.polls(3, 60);
			expect(world.out).toEqual([]);
		},
		100_000,
	);
});

it('R2 what a branch held before it is chosen is no news: pages of 20, more than 100 of them', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: { ...CUSTOMERS, branchIds: [1] } });
	world.customer();
	await world.poll();
	// A quiet branch is watched; the other one has some 50 customers a day.
	for (let day = 0; day < 60; day++) {
		range(1, 50).forEach(() => world.customer({ branch_ids: [2] }));
		await world.polls(1, DAY);
	}
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
	await world.polls(6, 5);
	expect(world.out.length).toBe(0);
}, 100_000);

describe('R3 the trigger begins over several polls', () => {
	const begun = (settings: Partial<Settings> = SMALL, isDurable = false): World => {
		const world = new World({ settings, branches: 2, parameters: CUSTOMERS, poller: { isDurable } });
		range(1, 3_000).forEach(() => world.customer({ branch_ids: [2] }, { ago: 60 }));
		world.customer();
		return world;
	};

	it.each([false, true])(
		'a lead of another branch comes meanwhile (durable: %j)',
		async (isDurable) => {
			const world = begun(SMALL, isDurable);
			await world.poll();
			world.pass(5);
			const lead = world.customer();
			await world.polls(20, 5);
			expect(world.out).toEqual([lead]);
		},
		100_000,
	);

	it('a lead of the same branch comes meanwhile, lists have the oldest first', async () => {
		const world = begun();
		oldestFirst(world);
		await world.poll();
		world.pass(5);
		const lead = world.customer({ branch_ids: [2] });
		await world.polls(20, 5);
		expect(world.out).toEqual([lead]);
	}, 100_000);

	it('a lead comes days later while n8n is off, nothing was reported before', async () => {
		const world = begun();
		await world.polls(5, 5);
		expect(world.poller.hasBegun).toBe(true);
		await world.polls(6, 12 * 60);
		const lead = world.customer();
		world.pass(60);
		world.poller.restart();
		await world.polls(20, 5);
		expect(world.out).toEqual([lead]);
	}, 100_000);
});

it('R4 an import of 8,000, each other one wanted: what is left over for the next polls comes', async () => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
	world.customer({ id: 1_000_000 });
	await world.poll();
	world.pass(5);
	const all = range(1, 8_000).map((n) => world.customer({ is_study: n % 2 }));
	const wanted = all.filter((_id, n) => n % 2 === 0);
	await world.polls(12, 5);
	expect(wanted.filter((id) => !world.out.includes(id)).length).toBe(0);
}, 100_000);

describe('R5 nothing can be seen when the trigger begins', () => {
	const full = (): World => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		range(1, 50).forEach((n) => world.customer({ branch_ids: [2] }, { ago: DAY * (51 - n) }));
		return world;
	};

	it('no branch is active', async () => {
		const world = full();
		world.branch(1, 'closed');
		world.branch(2, 'closed');
		await world.poll();
		world.branch(2, 'open');
		await world.polls(30, 5);
		expect(world.out.length).toBe(0);
	});

	it('this user is shown no branch', async () => {
		const world = full();
		let isShown = false;
		between(world, async (asked, real) =>
			isShown || !asked.url.includes('branch/index') ? await real() : { total: 0, items: [] },
		);
		await world.poll();
		isShown = true;
		await world.polls(30, 5);
		expect(world.out.length).toBe(0);
	});

	it('a branch is closed, the newest of the others is older', async () => {
		const world = full();
		world.branch(2, 'closed');
		await world.polls(3, 60);
		world.branch(2, 'open');
		await world.polls(3, 60);
		expect(world.out.length).toBe(0);
	});

	it('one branch is empty, the other forbidden', async () => {
		const world = full();
		world.branch(2, 'forbidden');
		await world.poll();
		world.branch(2, 'allowed');
		await world.polls(3, 5);
		expect(world.out.length).toBe(0);
	});
});

it.each(['present', 'missing'] as const)(
	'R6 a backlog of 3,000 comes in its order: pages of 20, the newest first, total %s',
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

it.each([403, 500])(
	'R7 branches that are known are polled though the list of branches fails with %d',
	async (status) => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		world.customer();
		let isFailing = false;
		between(world, async (asked, real) => {
			if (isFailing && asked.url.includes('branch/index')) throw httpFailure(status);
			return await real();
		});
		await world.poll();
		isFailing = true;
		world.pass(61);
		const id = world.customer();
		expect(await world.poll().catch((error: Error) => error.message)).toEqual([id]);
	},
);

describe('R8 IDs that do not grow with creation', () => {
	it.each([3, 5])('the newest %d to begin with', async (startWith) => {
		const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, options: { startWith } } });
		// One a day; those of the last three days grow by chance.
		const given = [50, 12, 99, 31, 77, 5, 64, 20, 41, 60];
		given.forEach((id, n) => world.customer({ id }, { ago: (given.length - n) * DAY }));
		await world.poll();
		expect(world.out).toEqual(given.slice(-startWith));
	});

	it('the clock of a branch is 7 hours behind: what comes there in the first 7 hours', async () => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		world.customer({ id: 1_000 });
		await world.poll();
		const ids = range(1, 10).map((n) => 1_000 - n);
		for (const id of ids) {
			world.pass(20);
			world.customer({ id, branch_ids: [2] }, { ago: 7 * 60 });
			await world.poll();
		}
		await world.polls(3, 61);
		expect(world.out).toEqual(ids);
	});

	it('one with the highest ID is stamped a month ahead: the others', async () => {
		const world = new World({ settings: LARGE, parameters: CUSTOMERS });
		range(1, 6).forEach((n) => world.customer({ id: 1_000 - n * 7 }, { ago: n * 300 }));
		await world.poll();
		world.customer({ id: 5_000 }, { ago: -30 * DAY });
		const ids = range(1, 20).map((n) => 500 - n);
		for (const id of ids) {
			world.customer({ id });
			await world.polls(4, 6 * 60);
		}
		expect(ids.filter((id) => !world.out.includes(id))).toEqual([]);
	});

	it('what a branch holds that cannot be read when it is chosen', async () => {
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
});

describe('R9 a stamp eight days ahead', () => {
	it.each([
		['there before the trigger began: it never comes', true],
		['new: it comes once', false],
	])('%s', async (_name, isOld) => {
		const world = new World({ settings: LARGE, parameters: CUSTOMERS });
		const add = () => world.customer({}, { ago: -8 * DAY });
		world.customer();
		if (isOld) add();
		world.customer();
		await world.poll();
		const ids = isOld ? [] : [add()];
		for (let n = 0; n < 15; n++) {
			ids.push(world.customer());
			await world.polls(4, 6 * 60);
		}
		expect([...world.out].sort((a, b) => a - b)).toEqual(ids);
	});
});

it('R10 a branch that cannot be read is chosen while a backlog waits: what it holds is older than what is known', async () => {
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

it('R11 what is archived when archived ones are first asked for: more than 100 pages', async () => {
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

it('R12 the state after an import of 40,000 of which each other one is wanted', async () => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
	world.customer();
	await world.poll();
	range(1, 40_000).forEach((n) => world.customer({ is_study: n % 2 }));
	await world.polls(1, 5);
	expect(world.stateBytes).toBeLessThan(40_000);
}, 100_000);

it('R13 a branch is added to the settings: nothing of another one is lost that comes into the filter later', async () => {
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

it('R14 a backlog of 6,500 where AlfaCRM gives 50 rows and counts pages as they were asked for', async () => {
	const settings = { pageSize: 20, bodyPageSize: 'lossy50' as const };
	const world = new World({ settings, parameters: CUSTOMERS });
	world.customer();
	await world.poll();
	world.pass(3 * DAY);
	const ids = range(1, 6_500).map((n) => world.customer({}, { ago: 4_000 - n / 2 }));
	for (let n = 0; n < 24; n++) await world.polls(1, n % 4 ? 5 : 61);
	expect(ids.filter((id) => !world.out.includes(id)).length).toBe(0);
}, 100_000);
