import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { DirectSchool } from '../support/directSchool';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { describeScheduled } from '../support/version';
import { LARGE_PAGES, RECORD_CHANGED, listNumbers, SMALL_PAGES, PolledSchool } from '../support/polledSchool';

afterEach(() => jest.restoreAllMocks());

const DAY = 1_440;
const PARAMETERS = { event: 'customerCreated' };

/** A trigger in an account whose customers came evenly over the days before, in two branches by turns. */
function worldOf(
	customers: number,
	days: number,
	settings: Partial<Settings> = {},
	parameters: INodeParameters = {},
): PolledSchool {
	const world = new PolledSchool({ settings, branches: 2, parameters: { ...PARAMETERS, ...parameters } });
	for (const n of listNumbers(1, customers)) {
		const ago = ((customers - n + 1) * days * DAY) / customers;
		world.addCustomer({ branch_ids: [1 + (n % 2)], is_study: n % 3 ? 1 : 0 }, { ago });
	}
	return world;
}

describe('a quiet poll takes one request for each branch', () => {
	it.each<[what: string, customers: number, days: number, settings: Partial<Settings>]>([
		['with 1,000 customers of two years', 1_000, 730, {}],
		[
			'when AlfaCRM ignores the day to begin with',
			400,
			730,
			{ ignoredFilters: ['customer.created_at_from'] },
		],
		['when a page holds 50', 400, 2, { pageSize: 50 }],
	])('%s', async (_what, customers, days, settings) => {
		const world = worldOf(customers, days, settings);
		// The first polls may still find out how AlfaCRM behaves.
		await world.pollRepeatedly(10, 0);
		await world.pollRepeatedly(20, 0);
		expect(world.reportedIds).toEqual([]);
		expect(world.callsPerPoll.slice(10)).toEqual(Array(20).fill(2));
	});

	it('with a filter that few customers pass, and with chosen branches', async () => {
		const parameters = { branchIds: [2], is_study: 0, filters: { lead_status_id: [7] } };
		const world = worldOf(400, 10, {}, parameters);
		// The first one reads all customers, for the newest; the second one those that are wanted.
		await world.pollRepeatedly(7, 0);
		expect(world.callsPerPoll.slice(2)).toEqual(Array(5).fill(1));
	});

	it('of a change log', async () => {
		const world = new PolledSchool({ branches: 2, parameters: RECORD_CHANGED });
		for (const n of listNumbers(1, 500)) world.addLogEntry({ branches: [1, 2], ago: 500 - n });
		await world.pollRepeatedly(20, 0);
		expect(world.reportedIds).toEqual([]);
		// The second one reads two hours once more, of which the first one noted what is there.
		expect(world.callsPerPoll.slice(2)).toEqual(Array(18).fill(2));
	});
});

describe('a poll reads no more than it must', () => {
	it('of a backlog that grows meanwhile', async () => {
		const world = new PolledSchool({ settings: SMALL_PAGES, parameters: RECORD_CHANGED });
		world.addLogEntry();
		await world.pollRepeatedly(1, 5);
		const made: number[] = [];
		for (let n = 0; n < 2_500; n++) {
			made.push(world.addLogEntry());
			world.passMinutes(2);
		}
		world.school.beforeAnswer = (call) => {
			if (call % 10 === 0) made.push(world.addLogEntry());
		};
		const ids = await world.pollRepeatedly(5, 1);
		// 25 pages hold what a poll reports, and as many what is reported already of the day in which it begins.
		expect(Math.max(...world.callsPerPoll.slice(-5))).toBeLessThan(75);
		expect(ids.length).toBeGreaterThan(1_000);
		expect(ids).toEqual(made.slice(0, ids.length));
	});

	it('of the others when a branch comes back after days', async () => {
		const world = new PolledSchool({ settings: SMALL_PAGES, branches: 2, parameters: RECORD_CHANGED });
		world.addLogEntry();
		await world.pollRepeatedly(1, 5);
		world.changeBranch(2, 'forbidden');
		for (let day = 0; day < 6; day++) {
			for (let n = 0; n < 100; n++) {
				world.addLogEntry();
				world.addLogEntry({ branches: [2] });
			}
			await world.pollRepeatedly(1, DAY);
		}
		world.changeBranch(2, 'allowed');
		expect(await world.pollRepeatedly(1, 1)).toHaveLength(500);
		// Some 50 for what is reported of the one, and for what the other lists of those days.
		expect(world.callsPerPoll.at(-1)).toBeLessThan(80);
	});
});

it('changes that nobody wants do not hold up those that are wanted', async () => {
	const world = new PolledSchool({
		settings: LARGE_PAGES,
		parameters: { event: 'leadMoved', fetchRecord: false },
	});
	world.addLogEntry();
	await world.pollRepeatedly(1, 5);
	for (let n = 0; n < 1_200; n++) {
		world.addLogEntry();
		world.passMinutes(10);
	}
	const id = world.addLogEntry({ values: { fields_new: { lead_status_id: 2 } } });
	expect(await world.pollRepeatedly(1, 1)).toEqual([id]);
});

it('a test in the editor keeps nobody waiting for minutes, and says no more than it knows', async () => {
	const world = new PolledSchool({
		settings: SMALL_PAGES,
		parameters: { event: 'leadConverted', fetchRecord: false },
	});
	listNumbers(1, 4_000).forEach((n) => world.addLogEntry({ ago: 120_000 - n * 30 }));
	const from = world.now;
	// As long as AlfaCRM's limit of five a second makes each call take.
	world.school.beforeAnswer = () => world.passMinutes(0.22 / 60);
	await expect(world.poller.fetchTestEvent()).rejects.toThrow(
		'Among the newest records of AlfaCRM is none that this trigger would report',
	);
	expect(world.now.diff(from, 'seconds').seconds).toBeLessThan(30);
});

describeScheduled('a poll whose time is short', () => {
	/** One call after the other, so that the time of a poll is the sum of its calls, each of a second. */
	const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
	const engine = new Engine({ ...account, callsAtOnce: 1 });

	/** Two branches, whose customers all came today, and a trigger whose polls get so many seconds. */
	function schoolOf(customers: number, seconds: number, parameters: INodeParameters = {}) {
		let time = 1_770_000_000_000;
		jest.spyOn(Date, 'now').mockImplementation(() => time);
		const school = new DirectSchool({ now: '2026-02-10 09:00:00' }, 2);
		let call = 1_000;
		const slow = (ms: number) => (call = ms);
		school.beforeAnswer = () => (time += call);
		const insert = (n: number) =>
			school.store.insert('customer', { branch_ids: [1 + (n % 2)], is_study: n % 3 ? 1 : 0 }).id;
		const add = (count: number) => listNumbers(1, count).map(insert);
		add(customers);
		const options = { send: school.send, budgetMs: seconds * 1_000 };
		const poller = new Poller(engine, { ...PARAMETERS, ...parameters }, options);
		const poll = async () => (await poller.poll()).map(({ id }) => Number(id));
		const polls = async (count: number) => {
			const ids: number[] = [];
			for (let n = 0; n < count; n++) ids.push(...(await poll()));
			return ids;
		};
		return { school, add, poll, polls, slow };
	}
	it('says so where a list takes longer than that, and loses nothing', async () => {
		const { add, poll, polls, slow } = schoolOf(160, 10);
		await expect(poll()).rejects.toThrow(
			/^There was not enough time to look for new customers in branch \d$/,
		);
		slow(100);
		expect(await poll()).toEqual([]);
		const made = add(150);
		slow(1_000);
		await expect(poll()).rejects.toThrow('not enough time');
		slow(100);
		expect(await polls(2)).toEqual(made);
	});

	it('reads records as long as there is time, at least one', async () => {
		const { school, poll } = schoolOf(0, 10, { event: 'customerUpdated', branchIds: [1] });
		await poll();
		for (const entity_id of listNumbers(1, 30)) {
			school.store.insert('customer', { id: entity_id, branch_ids: [1] });
			school.store.insert('log', { entity: 'Customer', event: 2, entity_id, branch_ids: [1] });
		}
		const reported: number[][] = [];
		for (let n = 0; n < 12; n++) reported.push(await poll());
		expect(reported.flat()).toEqual(listNumbers(1, 30));
		expect(reported[0].length).toBeGreaterThan(1);
		for (const ids of reported) expect(ids.length).toBeLessThanOrEqual(8);
	});
});
