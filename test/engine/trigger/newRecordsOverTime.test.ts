import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { httpFailure } from '../support/direct';
import { between, CUSTOMERS, isIn, LARGE, LOG, range, SMALL, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;
const DAY = 24 * HOUR;

/** Far apart from where their age would have them. */
const mixed = (count: number) => (place: number) => (place * 1_009) % count;

function inNoOrder(world: World): void {
	Object.assign((world.school as unknown as { lister: object }).lister, { order: mixed });
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
	it.each([
		['40 hours later is news', 40, true],
		['three weeks later is none', 504, false],
	])('by a move into the branch %s', async (_when, hours, isNews) => {
		const world = await begun({ ...CUSTOMERS, branchIds: [1] });
		const id = world.customer({ branch_ids: [2] });
		await world.polls(hours / 4, 4 * HOUR);
		expect(world.out).toEqual([]);
		world.school.store.patch('customer', id, { branch_ids: [1] });
		await world.polls(3, HOUR);
		expect(world.out).toEqual(isNews ? [id] : []);
	});

	it('and was there in the beginning is no news, be the newest reported or not', async () => {
		const parameters = { ...CUSTOMERS, is_study: 1, options: { startWith: 3 } };
		const world = new World({ settings: LARGE, parameters });
		const there = range(1, 12).map((n) => world.customer({ is_study: n % 2 }, { ago: (13 - n) * 600 }));
		await world.polls(3, 5);
		expect(world.out).toEqual([there[6], there[8], there[10]]);
		for (const id of there) world.school.store.patch('customer', id, { is_study: 1 });
		expect(await world.polls(15, 10)).toEqual([]);
	});
});

describe('long lists', () => {
	it('a backlog of 2,200 comes whole in pages of 20, the oldest first', async () => {
		const world = await begun({ ...CUSTOMERS, options: { maxPerPoll: 2_100 } }, SMALL);
		world.pass(3 * DAY);
		const ids = range(1, 2_200).map((n) => world.customer({}, { ago: 3_001 - n }));
		await world.polls(5, 31);
		expect(world.out[0]).toBe(ids[0]);
		expect(ids.filter((id) => !world.out.includes(id))).toEqual([]);
		expect(world.repeated).toEqual([]);
	});

	it.each([
		['the newest first', false],
		['in no order', true],
	])(
		'2,100 that are there take several polls, %s: none is news, all that come are',
		async (_how, isMixed) => {
			const settings: Partial<Settings> = { ...SMALL, total: isMixed ? 'missing' : 'present' };
			const world = new World({ settings, branches: 2, parameters: CUSTOMERS });
			range(1, 2_100).forEach(() => world.customer({ branch_ids: [2] }, { ago: 60 }));
			world.customer();
			if (isMixed) inNoOrder(world);
			await world.poll();
			world.pass(5);
			// Of a list in no order, nobody knows what came while it is read.
			const leads = isMixed ? [] : [world.customer(), world.customer({ branch_ids: [2] })];
			await world.polls(4, 5);
			leads.push(world.customer({ branch_ids: [2] }));
			await world.polls(4, 5);
			expect(world.out).toEqual(leads);
		},
	);

	it('a backlog keeps its order while the hourly reading has no time to come to its end', async () => {
		const world = await begun({ ...CUSTOMERS, options: { maxPerPoll: 10 } }, SMALL);
		const ids = range(1, 500).map(() => world.customer());
		world.school.onCall = () => world.pass(5 / 60);
		await world.polls(6, 5);
		expect(world.out).toEqual(ids.slice(0, 60));
	});
});

describe('the list of branches', () => {
	it("may fail: those that are known are polled, and n8n's log tells", async () => {
		const world = await begun();
		let isFailing = true;
		between(world, async (asked, real) => {
			if (isFailing && asked.url.includes('branch/index')) throw httpFailure(500);
			return await real();
		});
		world.pass(61);
		const id = world.customer();
		expect(await world.poll()).toEqual([id]);
		const notes = () => world.poller.notes.filter((note) => note.includes('looks into those it knows'));
		expect(notes()).toHaveLength(1);
		// It is tried again at once.
		isFailing = false;
		await world.polls(1, 5);
		isFailing = true;
		await world.polls(1, 5);
		expect(notes()).toHaveLength(1);
	});

	it.each([
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
});

describe('when the settings change', () => {
	it('archived ones are asked for, and the list without them fails in a branch: they are no news', async () => {
		const world = await begun({ ...CUSTOMERS, includeArchived: false });
		range(1, 30).forEach(() => world.customer({ branch_ids: [2] }));
		const archived = range(1, 3).map(() => world.customer({ branch_ids: [2], e_date: '2026-02-10' }));
		await world.polls(2, 5);
		let isOdd = true;
		between(world, async (asked, real) => {
			if (!isOdd || !isIn(asked, 2) || asked.body?.removed !== undefined) return await real();
			throw httpFailure(500);
		});
		world.poller.change(CUSTOMERS);
		await expect(world.poll()).rejects.toThrow();
		isOdd = false;
		await world.polls(3, 5);
		expect(world.out.filter((id) => archived.includes(id))).toEqual([]);
		const lead = world.customer({ branch_ids: [2] });
		expect(await world.polls(1, 5)).toEqual([lead]);
	});
});

it('where IDs do not grow with creation, the newest to begin with are those of the latest times', async () => {
	const startWith = 3;
	const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, options: { startWith } } });
	// One a day; those of the last three days grow by chance.
	const given = [50, 12, 99, 31, 77, 5, 64, 20, 41, 60];
	given.forEach((id, n) => world.customer({ id }, { ago: (given.length - n) * DAY }));
	await world.poll();
	expect(world.out).toEqual(given.slice(-startWith));
});

describe('clocks and times of AlfaCRM that are wrong', () => {
	it.each([-9, 9])('one that differs by %i months does not matter', async (months) => {
		const world = new World({ branches: 2, parameters: CUSTOMERS, aheadHours: months * 730 });
		range(1, 30).forEach((n) => world.customer({}, { ago: (31 - n) * 20 * HOUR }));
		expect(await world.polls(2, 5)).toEqual([]);
		for (let day = 0; day < 8; day++) {
			world.pass(DAY);
			const ids = [world.customer(), world.customer({ branch_ids: [2] }, { ago: 40 * HOUR })];
			expect(await world.poll()).toEqual(ids);
			expect(await world.poll()).toEqual([]);
		}
		expect(world.stateBytes).toBeLessThan(3_000);
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

	it('rows whose time cannot be read are news if they are listed', async () => {
		const world = await begun(CUSTOMERS, { ...LARGE, ignoredFilters: ['customer.created_at_from'] });
		await world.polls(40, 4 * HOUR);
		const ids = [null, '10.01.2026 12:00', 'yesterday'].map((created_at) => world.customer({ created_at }));
		await world.polls(3, 5);
		expect(world.out).toEqual(ids);
	});
});
