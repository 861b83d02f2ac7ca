import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { httpFailure } from '../support/directSchool';
import {
	interceptCalls,
	CUSTOMER_CREATED,
	LARGE_PAGES,
	RECORD_CHANGED,
	listNumbers,
	SMALL_PAGES,
	PolledSchool,
} from '../support/polledSchool';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;
const DAY = 24 * HOUR;

/** A trigger that knows a customer, unless it is to know others. */
async function begun(
	parameters: INodeParameters = CUSTOMER_CREATED,
	settings: Partial<Settings> = LARGE_PAGES,
	there = (world: PolledSchool): unknown => world.addCustomer(),
): Promise<PolledSchool> {
	const world = new PolledSchool({ settings: { ...settings }, branches: 2, parameters });
	there(world);
	expect(await world.poll()).toEqual([]);
	return world;
}

describe('who comes into the filter', () => {
	it('and was there in the beginning is no news, be the newest reported or not', async () => {
		const parameters = { ...CUSTOMER_CREATED, is_study: 1, options: { startWith: 3 } };
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters });
		const there = listNumbers(1, 12).map((n) =>
			world.addCustomer({ is_study: n % 2 }, { ago: (13 - n) * 600 }),
		);
		await world.pollRepeatedly(3, 5);
		expect(world.reportedIds).toEqual([there[6], there[8], there[10]]);
		for (const id of there) world.school.store.patch('customer', id, { is_study: 1 });
		expect(await world.pollRepeatedly(15, 10)).toEqual([]);
	});
});

describe('long lists', () => {
	it('a backlog of 2,200 comes whole in pages of 20, the oldest first', async () => {
		const world = await begun({ ...CUSTOMER_CREATED, options: { maxPerPoll: 2_100 } }, SMALL_PAGES);
		world.passMinutes(3 * DAY);
		const ids = listNumbers(1, 2_200).map((n) => world.addCustomer({}, { ago: 3_001 - n }));
		await world.pollRepeatedly(5, 31);
		expect(world.reportedIds[0]).toBe(ids[0]);
		expect(ids.filter((id) => !world.reportedIds.includes(id))).toEqual([]);
		expect(world.idsReportedTwice).toEqual([]);
	});

	it('of 2,100 that are there none is news, all that come are', async () => {
		const world = new PolledSchool({ settings: SMALL_PAGES, branches: 2, parameters: CUSTOMER_CREATED });
		listNumbers(1, 2_100).forEach(() => world.addCustomer({ branch_ids: [2] }, { ago: 60 }));
		await world.poll();
		world.passMinutes(5);
		const leads = [world.addCustomer(), world.addCustomer({ branch_ids: [2] })];
		await world.pollRepeatedly(4, 5);
		expect(world.reportedIds).toEqual(leads);
	});
});

describe('the list of branches', () => {
	it("may fail: those that are known are polled, and n8n's log tells", async () => {
		const world = await begun();
		let isFailing = true;
		interceptCalls(world, async (asked, real) => {
			if (isFailing && asked.url.includes('branch/index')) throw httpFailure(500);
			return await real();
		});
		world.passMinutes(61);
		const id = world.addCustomer();
		expect(await world.poll()).toEqual([id]);
		const notes = () => world.poller.logLines.filter((note) => note.includes('looks into those it knows'));
		expect(notes()).toHaveLength(1);
		// It is tried again at once.
		isFailing = false;
		await world.pollRepeatedly(1, 5);
		isFailing = true;
		await world.pollRepeatedly(1, 5);
		expect(notes()).toHaveLength(1);
	});

	it.each([
		['is empty', 0, 0, 'returned no branches'],
		['lacks one', 2, 3, 'did not list all of them'],
	])('that %s takes no backlog away', async (_what, count, total, why) => {
		const parameters = { ...RECORD_CHANGED, options: { maxPerPoll: 2 } };
		const world = new PolledSchool({ settings: LARGE_PAGES, branches: 3, parameters });
		world.addLogEntry();
		await world.poll();
		world.passMinutes(5 * DAY);
		const ids = listNumbers(1, 12).map((n) =>
			world.addLogEntry({ branches: [1 + (n % 3)], ago: (12 - n) * 500 + 1 }),
		);
		await world.pollRepeatedly(2, 5);
		let isOdd = true;
		interceptCalls(world, async (asked, real) => {
			const answer = await real();
			if (!isOdd || !asked.url.includes('branch/index')) return answer;
			return { ...answer, items: (answer.items as []).slice(0, count), total };
		});
		await world.pollRepeatedly(2, 61);
		expect(world.poller.logLines.at(-1)).toMatch(
			`could not list the branches, and looks into those it knows: AlfaCRM ${why}`,
		);
		isOdd = false;
		await world.pollRepeatedly(6, 5);
		expect(world.reportedIds).toEqual(ids);
	});
});

describe('clocks and times of AlfaCRM that are wrong', () => {
	it.each([-9, 9])('one that differs by %i months does not matter', async (months) => {
		const world = new PolledSchool({ branches: 2, parameters: CUSTOMER_CREATED, aheadHours: months * 730 });
		listNumbers(1, 30).forEach((n) => world.addCustomer({}, { ago: (31 - n) * 20 * HOUR }));
		expect(await world.pollRepeatedly(2, 5)).toEqual([]);
		for (let day = 0; day < 8; day++) {
			world.passMinutes(DAY);
			const ids = [world.addCustomer(), world.addCustomer({ branch_ids: [2] }, { ago: 40 * HOUR })];
			expect(await world.poll()).toEqual(ids);
			expect(await world.poll()).toEqual([]);
		}
		expect(world.stateBytes).toBeLessThan(3_000);
	});

	it.each([
		['there before the trigger began: it never comes', true],
		['new: it comes once', false],
	])('a time of creation eight days ahead, %s', async (_name, isOld) => {
		const ahead = (world: PolledSchool) => world.addCustomer({}, { ago: -8 * DAY });
		const world = await begun(CUSTOMER_CREATED, LARGE_PAGES, (one) => [
			one.addCustomer(),
			isOld && ahead(one),
			one.addCustomer(),
		]);
		const ids = isOld ? [] : [ahead(world)];
		for (let n = 0; n < 15; n++) {
			ids.push(world.addCustomer());
			await world.pollRepeatedly(4, 6 * HOUR);
		}
		expect([...world.reportedIds].sort((a, b) => a - b)).toEqual(ids);
	});

	it('rows whose time cannot be read are news if they are listed', async () => {
		const world = await begun(CUSTOMER_CREATED, {
			...LARGE_PAGES,
			ignoredFilters: ['customer.created_at_from'],
		});
		await world.pollRepeatedly(40, 4 * HOUR);
		const ids = [null, '10.01.2026 12:00', 'yesterday'].map((created_at) =>
			world.addCustomer({ created_at }),
		);
		await world.pollRepeatedly(3, 5);
		expect(world.reportedIds).toEqual(ids);
	});
});

it.each([
	['whose first page was enough', false],
	['that failed once and whose first page was enough then', true],
])('a branch %s, and which fails once after eight days without n8n, loses nobody', async (_name, fails) => {
	const world = await begun(CUSTOMER_CREATED, SMALL_PAGES, (one) =>
		listNumbers(1, 90).map((n) => one.addCustomer({ branch_ids: [1 + (n % 2)] }, { ago: HOUR })),
	);
	await world.pollRepeatedly(2, 5);
	const ids = [world.addCustomer()];
	expect(await world.pollRepeatedly(1, 5)).toEqual(ids);
	world.changeBranch(2, fails ? 'forbidden' : 'allowed');
	await world.pollRepeatedly(1, 5);
	world.changeBranch(2, 'allowed');
	ids.push(world.addCustomer());
	await world.pollRepeatedly(1, 5);
	world.poller.restart();
	for (let day = 0; day < 9; day++) {
		world.passMinutes(DAY);
		ids.push(world.addCustomer({ branch_ids: [2] }), world.addCustomer());
	}
	world.changeBranch(2, 'forbidden');
	await world.poll();
	world.changeBranch(2, 'allowed');
	await world.pollRepeatedly(3, 30);
	expect([...world.reportedIds].sort((a, b) => a - b)).toEqual(ids);
});
