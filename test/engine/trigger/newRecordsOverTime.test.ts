import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject, Settings } from '../../../sandbox';
import { httpFailure } from '../support/direct';
import { between, CUSTOMERS, isIn, LARGE, LOG, range, SMALL, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;
const DAY = 24 * HOUR;

/** In which order lists come: the place of each row, the newest having place 0. */
type Order = (count: number) => (place: number) => number;
const newestFirst: Order = () => (place) => place;
const oldestFirst: Order = (count) => (place) => count - 1 - place;
/** Far apart from where their age would have them. */
const mixed: Order = (count) => (place) => (place * 1_009) % count;

function inOrder(world: World, order: Order): void {
	Object.assign((world.school as unknown as { lister: object }).lister, { order });
}

/** A trigger that knows a customer, unless it is to know others. */
async function begun(
	parameters: INodeParameters = CUSTOMERS,
	settings: Partial<Settings> = LARGE,
	there = (world: World): unknown => world.customer(),
): Promise<World> {
	const world = new World({ settings: { ...settings }, branches: 2, parameters });
	there(world);
	expect(await world.poll()).toEqual([]);
	return world;
}

describe('who comes into the filter', () => {
	const ways: Array<[how: string, parameters: INodeParameters, before: JsonObject, then: JsonObject]> = [
		['is moved into the branch', { branchIds: [1] }, { branch_ids: [2] }, { branch_ids: [1] }],
		['is restored', { includeArchived: false }, { e_date: '2026-02-01' }, { e_date: '2030-12-31' }],
		['becomes a client', { is_study: 1 }, { is_study: 0 }, { is_study: 1 }],
		[
			'comes to the stage',
			{ filters: { lead_status_id: [2] } },
			{ lead_status_id: 1 },
			{ lead_status_id: 2 },
		],
	];

	it.each(
		ways.flatMap(([how, ...way]) => [
			[`${how} 40 hours later is news`, ...way, 40, true] as const,
			[`${how} three weeks later is none`, ...way, 21 * 24, false] as const,
		]),
	)('and %s', async (_how, parameters, before, then, hours, isNews) => {
		const world = await begun({ ...CUSTOMERS, ...parameters });
		const id = world.customer(before);
		await world.polls(hours / 4, 4 * HOUR);
		expect(world.out).toEqual([]);
		world.school.store.patch('customer', id, then);
		await world.polls(3, HOUR);
		expect(world.out).toEqual(isNews ? [id] : []);
	});

	it.each(['growing', 'scattered'] as const)(
		'and was there in the beginning is no news, be the newest reported or not: %s IDs',
		async (newIds) => {
			const parameters = { ...CUSTOMERS, is_study: 1, options: { startWith: 3 } };
			const world = new World({ settings: { ...LARGE, newIds }, parameters });
			const there = range(1, 12).map((n) => world.customer({ is_study: n % 2 }, { ago: (13 - n) * 600 }));
			await world.polls(3, 5);
			expect(world.out).toEqual([there[6], there[8], there[10]]);
			for (const id of there) world.school.store.patch('customer', id, { is_study: 1 });
			expect(await world.polls(15, 10)).toEqual([]);
		},
	);
});

describe('who is new is news, whatever n8n has been told of the time', () => {
	it('n8n is off for three weeks', async () => {
		const world = await begun();
		await world.polls(20, 4 * HOUR);
		const ids = range(1, 42).map(() => {
			world.pass(DAY / 2);
			return world.customer();
		});
		world.poller.restart();
		await world.polls(3, 5);
		expect(world.out).toEqual(ids);
	});

	it.each([
		['right, then 1,000 hours ahead', 0, 1_000],
		['56 years behind, then right', -490_000, 0],
		['1,000 hours ahead, then right', 1_000, 0],
		['always 1,000 hours behind', -1_000, -1_000],
	])('its clock is %s', async (_how, before, after) => {
		const world = new World({ settings: LARGE, parameters: CUSTOMERS });
		world.customer();
		for (const hours of [before, after]) {
			jest.spyOn(Date, 'now').mockImplementation(() => world.now.plus({ hours }).toMillis());
			await world.polls(12, 12 * HOUR);
		}
		const ids: number[] = [];
		await world.polls(12, 16 * HOUR, () => ids.push(world.customer()));
		expect(world.out).toEqual(ids);
	});

	it('their time of creation cannot be read', async () => {
		const world = await begun(CUSTOMERS, { ...LARGE, ignoredFilters: ['customer.created_at_from'] });
		await world.polls(40, 4 * HOUR);
		const ids = [null, '10.01.2026 12:00', 'yesterday'].map((created_at) => world.customer({ created_at }));
		await world.polls(3, 5);
		expect(world.out).toEqual(ids);
	});

	it.each([
		['there before the trigger began: it never comes', true],
		['new: it comes once', false],
	])('a time of creation eight days ahead, %s', async (_name, isOld) => {
		const ahead = (world: World) => world.customer({}, { ago: -8 * DAY });
		const world = await begun(CUSTOMERS, LARGE, (one) => [
			one.customer(),
			isOld && ahead(one),
			one.customer(),
		]);
		const ids = isOld ? [] : [ahead(world)];
		for (let n = 0; n < 15; n++) {
			ids.push(world.customer());
			await world.polls(4, 6 * HOUR);
		}
		expect([...world.out].sort((a, b) => a - b)).toEqual(ids);
	});
});

describe('long lists', () => {
	it.each<[string, Partial<Settings>]>([
		['pages of 20', SMALL],
		['pages of 20, no totals', { ...SMALL, total: 'missing' }],
		['pages of 50 that are counted as they were asked for', { pageSize: 20, bodyPageSize: 'lossy50' }],
	])('a backlog of 2,200 comes whole, the oldest first: %s', async (_what, settings) => {
		const world = await begun({ ...CUSTOMERS, options: { maxPerPoll: 2_100 } }, settings);
		world.pass(3 * DAY);
		const ids = range(1, 2_200).map((n) => world.customer({}, { ago: 3_001 - n }));
		await world.polls(5, 31);
		expect(world.out[0]).toBe(ids[0]);
		expect(ids.filter((id) => !world.out.includes(id))).toEqual([]);
		expect(world.repeated).toEqual([]);
	});

	it.each([
		['the newest first', newestFirst, 'present', false],
		['the newest first, with the durable scheduler', newestFirst, 'present', true],
		['the oldest first', oldestFirst, 'present', false],
		['in no order', mixed, 'missing', false],
	] as const)(
		'2,100 that are there take several polls, %s: none is news, all that come are',
		async (_how, order, total, isDurable) => {
			const settings = { ...SMALL, total };
			const world = new World({ settings, branches: 2, parameters: CUSTOMERS, poller: { isDurable } });
			range(1, 2_100).forEach(() => world.customer({ branch_ids: [2] }, { ago: 60 }));
			world.customer();
			inOrder(world, order);
			await world.poll();
			world.pass(5);
			// Of a list in no order, nobody knows what came while it is read.
			const leads = order === mixed ? [] : [world.customer(), world.customer({ branch_ids: [2] })];
			await world.polls(4, 5);
			leads.push(world.customer({ branch_ids: [2] }));
			await world.polls(4, 5);
			expect(world.out).toEqual(leads);
		},
	);

	it.each([
		['the newest first', newestFirst],
		['in no order', mixed],
	])('what a branch of 2,100 held before it is chosen is no news: %s', async (_how, order) => {
		const world = await begun({ ...CUSTOMERS, branchIds: [1] }, SMALL);
		world.pass(60 * DAY);
		range(1, 2_100).forEach((n) => world.customer({ branch_ids: [2] }, { ago: (2_100 - n) * 40 }));
		await world.poll();
		inOrder(world, order);
		world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
		await world.polls(4, 5);
		expect(world.out).toEqual([]);
		const lead = world.customer({ branch_ids: [2] });
		await world.polls(2, 61);
		expect(world.out).toEqual([lead]);
	});

	it.each(['empty', 'repeatLast'] as const)(
		'where others are deleted between two polls, all that is new comes with the next one (%s)',
		async (pastEnd) => {
			const there = (world: World) => range(1, 60).map((n) => world.customer({}, { ago: 61 - n }));
			const world = await begun({ ...CUSTOMERS, branchIds: [1] }, { ...SMALL, pastEnd }, there);
			await world.polls(1, 5);
			const ids = range(1, 90).map(() => world.customer());
			range(1, 35).forEach((id) => world.school.store.remove('customer', id));
			expect(await world.polls(1, 5)).toEqual(ids);
			// What is new, and a page that is known.
			expect(world.requests.at(-1)).toBeLessThanOrEqual(6);
		},
	);

	it('a backlog keeps its order while the hourly reading has no time to come to its end', async () => {
		const world = await begun({ ...CUSTOMERS, options: { maxPerPoll: 10 } }, SMALL);
		const ids = range(1, 500).map(() => world.customer());
		world.school.onCall = () => world.pass(5 / 60);
		await world.polls(6, 5);
		expect(world.out).toEqual(ids.slice(0, 60));
	});

	it.each<[string, Partial<Settings>, Order]>([
		['no totals, in no order', { total: 'missing' }, mixed],
		['no totals, oldest first', { total: 'missing' }, oldestFirst],
		['totals one too low, oldest first', { total: 'oneTooLow' }, oldestFirst],
		['oldest first', {}, oldestFirst],
	])(
		'45 that come one by one come with the next poll each, on pages of 20: %s',
		async (_how, settings, order) => {
			const world = await begun(CUSTOMERS, { ...SMALL, ...settings });
			inOrder(world, order);
			for (let n = 0; n < 45; n++) {
				world.pass(5);
				const id = world.customer();
				expect(await world.poll()).toEqual([id]);
			}
		},
	);
});

describe('what can be seen when the trigger begins', () => {
	const full = (): World => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		range(1, 50).forEach((n) => world.customer({ branch_ids: [2] }, { ago: DAY * (51 - n) }));
		return world;
	};

	it.each([
		['no branch is active', ['closed', 'closed'], []],
		['a branch is closed', ['open', 'closed'], []],
		// They may be newer than the beginning, as far as clocks and zones tell.
		['a branch may not be read', ['open', 'forbidden'], [48, 49, 50]],
	] as const)('%s: what is from days before is no news', async (_what, become, news) => {
		const world = full();
		become.forEach((state, index) => world.branch(index + 1, state));
		await world.poll();
		world.branch(2, 'open');
		world.branch(2, 'allowed');
		await world.polls(14, 10);
		expect(world.out).toEqual(news);
	});

	it('is looked for with few requests where totals count one more than there is', async () => {
		const settings: Partial<Settings> = { ...LARGE, total: 'oneTooHigh' };
		const world = new World({ settings, parameters: CUSTOMERS });
		await world.poll();
		expect(world.requests[0]).toBeLessThan(40);
		await world.polls(1, 5, () => world.customer());
		expect(world.out).toEqual([1]);
	});
});

describe('the list of branches', () => {
	const kinds = [
		['customers', CUSTOMERS, (world: World) => world.customer()],
		['the log', LOG, (world: World) => world.log()],
	] as const;

	it.each(kinds)(
		"may fail: those that are known are polled, and n8n's log tells: %s",
		async (_what, parameters, add) => {
			const world = await begun(parameters, LARGE, add);
			let isFailing = true;
			between(world, async (asked, real) => {
				if (isFailing && asked.url.includes('branch/index')) throw httpFailure(500);
				return await real();
			});
			world.pass(61);
			const id = add(world);
			expect(await world.poll()).toEqual([id]);
			const notes = () => world.poller.notes.filter((note) => note.includes('looks into those it knows'));
			expect(notes()).toHaveLength(1);
			// It is tried again at once.
			isFailing = false;
			await world.polls(1, 5);
			isFailing = true;
			await world.polls(1, 5);
			expect(notes()).toHaveLength(1);
		},
	);

	it.each([
		['is empty though it is counted', 0, 3],
		['is empty', 0, 0],
		['lacks one, in another order each time', 2, 3],
	])('that %s takes no backlog away', async (_what, count, total) => {
		const parameters = { ...LOG, options: { maxPerPoll: 2 } };
		const world = new World({ settings: LARGE, branches: 3, parameters });
		world.log();
		await world.poll();
		world.pass(5 * DAY);
		const ids = range(1, 12).map((n) => world.log({ branches: [1 + (n % 3)], ago: (12 - n) * 500 + 1 }));
		await world.polls(2, 5);
		let isOdd = true;
		let calls = 0;
		between(world, async (asked, real) => {
			const answer = await real();
			if (!isOdd || !asked.url.includes('branch/index')) return answer;
			const items = (answer.items as []).slice(0, count);
			return { ...answer, items: ++calls % 4 < 2 ? items : items.reverse(), total };
		});
		await world.polls(2, 61);
		expect(world.poller.notes.at(-1)).toMatch(/could not list the branches, .* did not list all of them$/);
		isOdd = false;
		await world.polls(6, 5);
		expect(world.out).toEqual(ids);
	});

	it.each(kinds)(
		'that is empty in the beginning fails the activation: %s',
		async (_what, parameters, add) => {
			const world = new World({ settings: LARGE, branches: 2, parameters });
			add(world);
			let isEmpty = true;
			between(world, async (asked, real) => {
				const answer = await real();
				return isEmpty && asked.url.includes('branch/index') ? { ...answer, items: [], total: 0 } : answer;
			});
			await expect(world.poll()).rejects.toThrow(
				'AlfaCRM returned no branches, but every account has at least one',
			);
			isEmpty = false;
			expect(await world.poll()).toEqual([]);
			const id = add(world);
			expect(await world.polls(1, 5)).toEqual([id]);
		},
	);
});

describe('when the settings change', () => {
	it('what is left over of Start With Newest is reported', async () => {
		const parameters = { ...CUSTOMERS, options: { startWith: 4, maxPerPoll: 1 } };
		const world = new World({ settings: LARGE, branches: 2, parameters });
		const wanted = range(1, 4).map((n) => world.customer({}, { ago: 100 - n }));
		await world.polls(2, 10);
		world.poller.change({ ...parameters, branchIds: [1] });
		await world.polls(6, 10);
		expect(world.out).toEqual(wanted);
	});

	it('archived ones are asked for: those of more than 100 pages are no news', async () => {
		const world = await begun({ ...CUSTOMERS, includeArchived: false }, SMALL);
		range(1, 2_100).forEach(() => world.customer());
		const archived = range(1, 3).map(() => world.customer({ e_date: '2026-02-10' }));
		await world.polls(5, 5);
		world.poller.change(CUSTOMERS);
		await world.polls(3, 5);
		expect(world.out.filter((id) => archived.includes(id))).toEqual([]);
	});

	it.each(['fails', 'comes empty'] as const)(
		'archived ones are asked for, and the list without them %s in a branch: they are no news',
		async (how) => {
			const world = await begun({ ...CUSTOMERS, includeArchived: false });
			range(1, 30).forEach(() => world.customer({ branch_ids: [2] }));
			const archived = range(1, 3).map(() => world.customer({ branch_ids: [2], e_date: '2026-02-10' }));
			await world.polls(2, 5);
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
});

describe('IDs that do not grow with creation', () => {
	it.each([3, 5])('the newest %d to begin with are those of the latest times', async (startWith) => {
		const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, options: { startWith } } });
		// One a day; those of the last three days grow by chance.
		const given = [50, 12, 99, 31, 77, 5, 64, 20, 41, 60];
		given.forEach((id, n) => world.customer({ id }, { ago: (given.length - n) * DAY }));
		await world.poll();
		expect(world.out).toEqual(given.slice(-startWith));
		world.school.settings.newIds = 'scattered';
		const made: number[] = [];
		await world.polls(30, 8 * HOUR, () => made.push(world.customer()));
		expect(world.out.slice(startWith)).toEqual(made);
	});

	type Come = Array<[id: number, hours: number]>;
	it.each<[string, there: Come, come: Come]>([
		// What was reported is forgotten below the watermark's ID, although times decide as soon as a low ID is noticed.
		[
			'bring again what was reported before',
			[[1_000, -2]],
			[
				[5_000, 0],
				[3_000, 30],
				[2_000, 78],
			],
		],
		// The day that is asked for goes back, from two days before the first poll to two before the newest record then.
		[
			'bring what the first poll has not read',
			[
				[900, -80],
				[10, -40],
			],
			[[1_000, 48]],
		],
		// A low ID within 26 hours of the newest record of the first poll is not noticed: the watermark passes it by.
		[
			'hide one of the first day',
			[[1_000, -2]],
			[
				[900, 10],
				[1_100, 11],
				[800, 83],
			],
		],
	])('and are not noticed at once do not %s', async (_what, there, come) => {
		const all = () => there.forEach(([id, hours]) => world.customer({ id }, { ago: -hours * HOUR }));
		const world = new World({ settings: LARGE, parameters: CUSTOMERS });
		all();
		await world.poll();
		for (let now = 0; now < 156; now++) {
			for (const [id, hours] of come) if (hours === now) world.customer({ id });
			await world.polls(1, HOUR);
		}
		expect(world.out).toEqual(come.map(([id]) => id));
	});

	it.each([1, 8])('may begin to do so, with %i records a day', async (perDay) => {
		const there = (world: World) =>
			range(1, 6 * perDay).forEach((n) => world.customer({}, { ago: ((6 * perDay + 1 - n) * DAY) / perDay }));
		const world = await begun(CUSTOMERS, LARGE, there);
		world.school.settings.newIds = 'scattered';
		const made: number[] = [];
		for (let now = 0; now < 6 * 24; now++) {
			if (now % (24 / perDay) === 0) made.push(world.customer());
			await world.polls(1, HOUR);
		}
		expect(world.out).toEqual(made);
	});
});
