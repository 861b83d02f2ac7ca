import { httpFailure } from './support/direct';
import { between, CUSTOMERS, isIn, LARGE, range, SMALL, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it('C1 branch/index shows no branch to this user when the trigger begins, later it does', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
	range(1, 50).forEach((n) => world.customer({}, { ago: 60 * 24 * (51 - n) }));
	let isHidden = true;
	between(world, async (asked, real) =>
		isHidden && asked.url.includes('branch/index') ? { total: 0, items: [] } : await real(),
	);
	await world.poll();
	isHidden = false;
	await world.polls(30, 5);
	expect(world.out).toEqual([]);
});

it.each([403, 500])('C2 only the hourly look for new branches fails with %d', async (status) => {
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
	const ids = await world.poll().catch((error: Error) => error.message);
	expect(ids).toEqual([id]);
});

it.each(['moved', 'restored', 'status'])(
	'C4 a customer of three weeks ago is %s, and n8n starts again',
	async (how) => {
		const world = new World({
			settings: LARGE,
			branches: 2,
			parameters: { ...CUSTOMERS, includeArchived: false, branchIds: [1], filters: { lead_status_id: [1] } },
		});
		world.customer();
		await world.poll();
		world.pass(60);
		const id = world.customer({
			branch_ids: how === 'moved' ? [2] : [1],
			lead_status_id: how === 'status' ? 2 : 1,
			...(how === 'restored' ? { e_date: '2026-02-01' } : {}),
		});
		await world.polls(21 * 24, 60);
		world.school.store.patch('customer', id, { branch_ids: [1], lead_status_id: 1, e_date: '2030-12-31' });
		await world.polls(24, 60);
		expect(world.out).toEqual([]);
		world.poller.restart();
		await world.polls(3, 5);
		expect(world.out).toEqual([]);
	},
);

it('C6 a lead with a stamp in the future was there before the trigger began', async () => {
	const world = new World({ settings: LARGE, parameters: CUSTOMERS });
	world.customer({}, { ago: 60 });
	world.customer({}, { ago: -60 * 24 * 8 });
	range(1, 3).forEach(() => world.customer());
	await world.poll();
	const ids: number[] = [];
	for (let n = 0; n < 15; n++) {
		ids.push(world.customer());
		await world.polls(24, 60);
	}
	expect(world.out).toEqual(ids);
});

it('C7 scattered IDs, the highest has a stamp a month ahead', async () => {
	const world = new World({ settings: { ...LARGE, newIds: 'growing' }, parameters: CUSTOMERS });
	range(1, 6).forEach((n) => world.customer({ id: 1_000 - n * 7 }, { ago: n * 300 }));
	await world.poll();
	world.customer({ id: 5_000 }, { ago: -60 * 24 * 30 });
	const ids = [5_000];
	for (let n = 0; n < 20; n++) {
		ids.push(world.customer({ id: 100 + ((n * 37) % 101) }));
		await world.polls(6, 60 * 4);
	}
	expect(world.repeated).toEqual([]);
	expect(ids.filter((id) => !world.out.includes(id))).toEqual([]);
});

it('C8 scattered IDs: a branch is chosen that cannot be read just then', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...CUSTOMERS, branchIds: [1] } });
	range(1, 4).forEach((n) => world.customer({ id: 100 - n }, { ago: n * 200 }));
	await world.poll();
	await world.polls(3, 60);
	const ids = [world.customer({ id: 50 })];
	await world.polls(24 * 3, 60);
	ids.push(world.customer({ id: 40 }));
	await world.polls(3, 60);
	const old = range(1, 3).map((n) => world.customer({ id: 200 + n, branch_ids: [2] }, { ago: 60 }));
	ids.push(world.customer({ id: 30 }));
	await world.polls(1, 60);
	world.branch(2, 'forbidden');
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
	await world.poll();
	world.branch(2, 'allowed');
	await world.polls(3, 60);
	expect(world.out.filter((id) => old.includes(id))).toEqual([]);
	expect(world.out).toEqual(ids);
});

it.each(['growing', 'scattered'])('C9 the clock of branch 2 is 7 hours behind, ids %s', async (kind) => {
	const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
	let next = kind === 'growing' ? 100 : 10_000;
	const give = () => (kind === 'growing' ? ++next : (next -= 3));
	range(1, 6).forEach((n) => world.customer({ id: give() }, { ago: 600 - n }));
	range(1, 6).forEach((n) => world.customer({ id: give(), branch_ids: [2] }, { ago: 600 - n + 7 * 60 }));
	world.customer({ id: give() });
	await world.poll();
	const ids: number[] = [];
	for (let n = 0; n < 20; n++) {
		world.pass(20);
		ids.push(world.customer({ id: give(), branch_ids: [2] }, { ago: 7 * 60 }));
		await world.poll();
	}
	await world.polls(3, 61);
	expect(ids.filter((id) => !world.out.includes(id))).toEqual([]);
});

it('C10 a long beginning where AlfaCRM ignores the filter by day: leads of the meantime', async () => {
	const world = new World({
		settings: { ...SMALL, ignoredFilters: ['customer.created_at_from'] },
		branches: 2,
		parameters: CUSTOMERS,
	});
	range(1, 6_000).forEach((n) => world.customer({ branch_ids: [1] }, { ago: 60 * 24 + (6_000 - n) * 60 }));
	const ids: number[] = [];
	for (let n = 0; n < 8; n++) {
		await world.poll();
		world.pass(5);
		ids.push(world.customer({ branch_ids: [1 + (n % 2)] }));
	}
	await world.polls(20, 5);
	expect(ids.filter((id) => !world.out.includes(id))).toEqual([]);
}, 100_000);

it('C11 payments: ids scattered or not, deleted ones, all once', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { event: 'paymentCreated' } });
	const { store } = world.school;
	const pay = (branch: number) =>
		store.insert('pay', {
			branch_id: branch,
			customer_id: 1,
			pay_type_id: 1,
			income: '10.00',
			payer_name: 'x',
			document_date: '2026-02-10',
			created_at: world.account(0),
		}).id;
	pay(1);
	await world.poll();
	const ids: number[] = [];
	for (let n = 0; n < 30; n++) {
		ids.push(pay(1 + (n % 2)));
		if (n % 5 === 4) {
			await world.polls(1, 5);
			store.remove('pay', ids[ids.length - 1]);
		}
		await world.polls(2, 60 * 7);
	}
	expect(world.out).toEqual(ids);
});
void isIn;

it('C12 new clients are watched, n8n starts again after three weeks without a report', async () => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
	world.customer();
	await world.poll();
	const leads: number[] = [];
	for (let day = 0; day < 21; day++) {
		range(1, 5).forEach(() => leads.push(world.customer()));
		await world.polls(12, 120);
		// Who came six days ago becomes a client.
		for (const id of day < 6 ? [] : leads.slice((day - 6) * 5, (day - 5) * 5))
			world.school.store.patch('customer', id, { is_study: 1 });
	}
	expect(world.out).toEqual([]);
	world.poller.restart();
	await world.polls(3, 5);
	expect(world.out.length).toBe(0);
}, 100_000);

it.each([1, 3, 5])('C13 start with the newest %d where IDs do not grow', async (startWith) => {
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, options: { startWith } } });
	// One a day; the IDs of the last three days grow by chance.
	const given = [50, 12, 99, 31, 77, 5, 64, 20, 41, 60];
	given.forEach((id, n) => world.customer({ id }, { ago: (given.length - n) * 60 * 24 }));
	await world.poll();
	expect(world.out).toEqual(given.slice(-startWith));
});

it('C14 a branch is added to the settings: a lead of the other one that is wanted an hour later', async () => {
	const world = new World({
		settings: LARGE,
		branches: 2,
		parameters: { ...CUSTOMERS, branchIds: [1], filters: { lead_status_id: [1] } },
	});
	world.customer();
	await world.poll();
	const id = world.customer({ lead_status_id: 2 });
	await world.polls(2, 5);
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2], filters: { lead_status_id: [1] } });
	await world.poll();
	world.pass(60);
	world.school.store.patch('customer', id, { lead_status_id: 1 });
	await world.polls(3, 61);
	expect(world.out).toEqual([id]);
});

it.each([1_500, 3_000])(
	'C15 n8n is off while a lead comes, after a beginning with %d customers and no report since',
	async (count) => {
		const world = new World({ settings: SMALL, parameters: CUSTOMERS });
		range(1, count).forEach(() => world.customer({}, { ago: 60 }));
		await world.polls(5, 5);
		expect(world.poller.hasBegun).toBe(true);
		await world.polls(20, 60);
		world.pass(60);
		const id = world.customer();
		world.pass(60);
		world.poller.restart();
		await world.polls(20, 5);
		expect(world.out).toEqual([id]);
	},
	100_000,
);

it.each(['present', 'missing', 'pageSize', 'pageLength', 'oneTooLow', 'oneTooHigh'] as const)(
	'C16 a backlog of 3,000 on pages of 20, the newest first, total %s: in order, once',
	async (total) => {
		const world = new World({ settings: { ...SMALL, total }, parameters: CUSTOMERS });
		world.customer();
		await world.poll();
		world.pass(60 * 24 * 3);
		const ids = range(1, 3_000).map((n) => world.customer({}, { ago: 3_001 - n }));
		await world.polls(20, 5);
		expect([...world.out].sort((a, b) => a - b)).toEqual(ids);
		process.stdout.write(
			`first ${world.out[0]} of ${ids[0]}..., requests ${world.requests.slice(0, 10).join(' ')}\n`,
		);
		const falls = world.out.filter((id, n) => n > 0 && id < world.out[n - 1]).length;
		expect(falls).toBe(0);
	},
	100_000,
);

it('C15b the same where a branch is short and another one long', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: CUSTOMERS });
	range(1, 3_000).forEach(() => world.customer({ branch_ids: [2] }, { ago: 60 }));
	world.customer();
	await world.polls(5, 5);
	expect(world.poller.hasBegun).toBe(true);
	await world.polls(3, 60);
	world.pass(60);
	const id = world.customer();
	world.pass(60);
	world.poller.restart();
	await world.polls(20, 5);
	expect(world.out).toEqual([id]);
}, 100_000);
