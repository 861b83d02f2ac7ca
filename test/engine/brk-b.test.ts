import type { JsonObject } from '../../sandbox';
import type { Settings } from '../../sandbox/model/settings';
import { httpFailure } from './support/direct';
import { between, CUSTOMERS, LARGE, range, SMALL, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** Lists come the oldest first. */
function oldestFirst(world: World): void {
	const { lister } = world.school as unknown as { lister: { order: (n: number) => (p: number) => number } };
	lister.order = (n) => (p) => n - 1 - p;
}

it.each([false, true])(
	'B1 the beginning takes several polls; new ones meanwhile, oldest first: %j',
	async (isAsc) => {
		const world = new World({ settings: SMALL, parameters: CUSTOMERS });
		if (isAsc) oldestFirst(world);
		range(1, 5_000).forEach(() => world.customer({}, { ago: 60 }));
		const created: number[] = [];
		await world.poll();
		expect(world.poller.hasBegun).toBe(false);
		for (let n = 0; n < 5; n++) {
			world.pass(5);
			created.push(world.customer());
			await world.poll();
		}
		expect(world.poller.hasBegun).toBe(true);
		await world.polls(15, 5);
		expect(world.out).toEqual(created);
	},
	100_000,
);

it('B1b the beginning takes several polls because of one branch; new ones of another one meanwhile', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: CUSTOMERS });
	range(1, 3_000).forEach(() => world.customer({ branch_ids: [2] }, { ago: 60 }));
	await world.poll();
	expect(world.poller.hasBegun).toBe(false);
	world.pass(5);
	const lead = world.customer();
	await world.polls(20, 5);
	expect(world.poller.hasBegun).toBe(true);
	expect(world.out).toEqual([lead]);
}, 100_000);

it('B5 an import of scattered IDs whose wanted and unwanted alternate', async () => {
	const world = new World({
		settings: { pageSize: 20, bodyPageSize: 'honoured', newIds: 'scattered' },
		parameters: { ...CUSTOMERS, is_study: 1 },
	});
	range(1, 30).forEach((n) => world.customer({}, { ago: n * 300 }));
	await world.poll();
	const wanted: number[] = [];
	const add = (n: number, isWanted: boolean, ago: number) => {
		const id = world.customer({ is_study: isWanted ? 1 : 0 }, { ago });
		if (isWanted) wanted.push(id);
		return n;
	};
	world.pass(60 * 24 * 3);
	range(1, 9_000).forEach((n) => add(n, n % 2 === 0, (9_000 - n) / 10));
	for (let n = 0; n < 16; n++) {
		await world.poll();
		world.pass(5);
	}
	expect(world.repeated).toEqual([]);
	expect(wanted.filter((id) => !world.out.includes(id)).length).toBe(0);
}, 200_000);

it('B6 time and state of a poll that sees 40,000 of which each other one is wanted', async () => {
	const world = new World({
		settings: { pageSize: 20, bodyPageSize: 'honoured' },
		parameters: { ...CUSTOMERS, is_study: 1 },
	});
	world.customer();
	await world.poll();
	world.pass(5);
	range(1, 40_000).forEach((n) => world.customer({ is_study: n % 2 }));
	const times: number[] = [];
	const bytes: number[] = [];
	for (let n = 0; n < 4; n++) {
		const from = process.hrtime.bigint();
		await world.poll();
		times.push(Number((process.hrtime.bigint() - from) / 1_000_000n));
		bytes.push(world.stateBytes);
		world.pass(5);
	}
	process.stdout.write(
		`ms ${times.join(' ')} bytes ${bytes.join(' ')} requests ${world.requests.join(' ')}\n`,
	);
	expect(Math.max(...bytes)).toBeLessThan(40_000);
}, 300_000);

it.each([false, true])(
	'B2 archived ones are asked for, a branch cannot be read just then: %j',
	async (isFailing) => {
		const world = new World({
			settings: LARGE,
			branches: 2,
			parameters: { ...CUSTOMERS, includeArchived: false },
		});
		world.customer();
		await world.poll();
		const archived = range(1, 3).map(() => world.customer({ branch_ids: [2], e_date: '2026-02-10' }));
		await world.polls(3, 61);
		expect(world.out).toEqual([]);
		if (isFailing) world.branch(2, 'forbidden');
		world.poller.change({ ...CUSTOMERS, includeArchived: true });
		await world.poll();
		world.branch(2, 'allowed');
		await world.polls(5, 61);
		expect(world.out.filter((id) => archived.includes(id))).toEqual([]);
	},
);

it('B3 a branch is chosen that cannot be read, while a backlog waits', async () => {
	const world = new World({
		settings: LARGE,
		branches: 2,
		parameters: { ...CUSTOMERS, branchIds: [1], options: { maxPerPoll: 1 } },
	});
	world.customer();
	await world.poll();
	const news = range(1, 3).map(() => world.customer());
	const others = range(1, 3).map(() => world.customer({ branch_ids: [2] }));
	news.push(...range(1, 3).map(() => world.customer()));
	await world.polls(2, 5);
	world.branch(2, 'forbidden');
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2], options: { maxPerPoll: 1 } });
	await world.poll();
	world.branch(2, 'allowed');
	await world.polls(20, 61);
	expect(world.out.filter((id) => others.includes(id))).toEqual([]);
	expect(world.out).toEqual(news);
});

/** What happens in each poll of the matrix. */
const LIVES: Array<(world: World) => void> = [
	(world) => range(1, 3).forEach(() => world.customer({ lead_status_id: 1 })),
	(world) => {
		world.customer({ branch_ids: [2], lead_status_id: 2 });
		world.customer({ branch_ids: [1, 2], lead_status_id: 1 });
	},
	(world) => range(1, 7).forEach((n) => world.customer({ branch_ids: [1 + (n % 2)], lead_status_id: n % 2 })),
	(world) => {
		world.customer({ lead_status_id: 1 }, { hiddenMinutes: 90 });
		world.school.store
			.rows('customer')
			.slice(-6)
			.forEach(({ id }) => world.school.store.patch('customer', id, { lead_status_id: 1 }));
	},
	() => {},
	(world) => void world.customer({ branch_ids: [2], lead_status_id: 1 }),
	() => {},
	() => {},
];

type Kind = number | 'reset' | 'html' | 'object' | 'empty' | 'emptyNoTotal';

async function play(
	settings: Partial<Settings>,
	max: number,
	poll: number,
	at: number,
	kind: Kind,
	isOnce: boolean,
): Promise<{ world: World; most: number }> {
	const parameters = { ...CUSTOMERS, filters: { lead_status_id: [1] }, options: { maxPerPoll: max } };
	const world = new World({ settings, branches: 2, parameters });
	range(1, 8).forEach((n) =>
		world.customer({ lead_status_id: n % 2, branch_ids: [1 + (n % 2)] }, { ago: n * 400 }),
	);
	let count = 0;
	let isFaulty = false;
	between(world, async (_asked, real) => {
		count += 1;
		if (isFaulty && (isOnce ? count === at : count >= at)) {
			if (kind === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
			if (typeof kind === 'number') throw httpFailure(kind);
			if (kind === 'html') return '<html></html>' as unknown as JsonObject;
			if (kind === 'object') return {};
			return kind === 'empty' ? { total: 0, items: [], count: 0, page: 0 } : { items: [] };
		}
		return await real();
	});
	let most = 0;
	await world.poll().catch(() => []);
	for (let n = 0; n < LIVES.length; n++) {
		world.pass(n % 3 === 0 ? 61 : 20);
		LIVES[n]?.(world);
		isFaulty = n === poll;
		count = 0;
		await world.poll().catch(() => []);
		most = Math.max(most, isFaulty ? count : 0);
		isFaulty = false;
	}
	for (let n = 0; n < 16; n++) {
		world.pass(61);
		await world.poll();
	}
	return { world, most };
}

it.each<[string, Partial<Settings>, number]>([
	['pages of 2', { pageSize: 2, bodyPageSize: 'ignored' }, 500],
	['pages of 3, one a poll', { pageSize: 3, bodyPageSize: 'ignored' }, 1],
	['pages of 500', { pageSize: 20, bodyPageSize: 'honoured' }, 2],
	['sizes refused', { pageSize: 2, bodyPageSize: 'refused400' }, 500],
])(
	'B4 a fault at each request: %s',
	async (_name, settings, max) => {
		const timer = global.setTimeout;
		jest
			.spyOn(global, 'setTimeout')
			.mockImplementation(((run: () => void, _ms?: number, ...rest: unknown[]) =>
				timer(run, 0, ...(rest as []))) as never);
		const { world: right } = await play(settings, max, -1, 0, 500, false);
		jest.restoreAllMocks();
		const wrong: string[] = [];
		let runs = 0;
		for (const kind of [500, 403, 'html', 'empty', 'emptyNoTotal', 'reset'] as Kind[])
			for (const isOnce of [true, false])
				for (let poll = 0; poll < LIVES.length; poll++)
					for (let at = 1, most = 1; at <= most && at < 30; at++) {
						jest
							.spyOn(global, 'setTimeout')
							.mockImplementation(((run: () => void, _ms?: number, ...rest: unknown[]) =>
								timer(run, 0, ...(rest as []))) as never);
						const { world, most: count } = await play(settings, max, poll, at, kind, isOnce);
						jest.restoreAllMocks();
						runs++;
						most = isOnce ? count : Math.max(most, count > at ? at + 1 : at);
						const lost = right.out.filter((id) => !world.out.includes(id));
						const more = world.out.filter((id) => !right.out.includes(id));
						if (lost.length + more.length + world.repeated.length > 0)
							wrong.push(
								`${kind} ${isOnce ? 'once' : 'from then on'} poll ${poll} request ${at}: lost ${lost.join()} more ${more.join()} repeated ${world.repeated.join()}`,
							);
					}
		process.stdout.write(`${runs} runs\n`);
		expect(wrong.slice(0, 20)).toEqual([]);
	},
	900_000,
);
