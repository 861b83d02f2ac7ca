import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox';
import { DirectSchool } from '../support/direct';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';

const BEGIN = '2026-02-10 09:00:00';
const at = (minutes: number) =>
	DateTime.fromSQL(BEGIN, { zone: 'utc' }).plus({ minutes }).toFormat('yyyy-MM-dd HH:mm:ss');
const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });

let now = 0;
/** Goes to so many minutes after the begin, by the clocks of n8n and the account. */
const goTo = (school: DirectSchool, minutes: number) => {
	now = DateTime.fromSQL(at(minutes), { zone: 'utc' }).toMillis();
	school.settings.now = at(minutes);
};
beforeEach(() => {
	now = DateTime.fromSQL(BEGIN, { zone: 'utc' }).toMillis();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => {
	jest.restoreAllMocks();
});

/** An account whose customers came evenly over the days before. */
function schoolOf(customers: number, days: number, settings: Partial<Settings> = {}) {
	const school = new DirectSchool({ now: BEGIN, ...settings }, 2);
	for (let n = 0; n < customers; n++) {
		const created_at = at(-Math.floor(((customers - n) * days * 1_440) / customers));
		school.store.insert('customer', { is_study: n % 3 === 0 ? 0 : 1, branch_ids: [(n % 2) + 1], created_at });
	}
	return school;
}

const pollerOf = ({ send }: DirectSchool, parameters: INodeParameters = {}) =>
	new Poller(engine, { event: 'customerCreated', ...parameters }, { send });

/** Requests of each of so many polls, which must have no news. */
async function quietPolls(school: DirectSchool, poller: Poller, polls: number): Promise<number[]> {
	const requests: number[] = [];
	for (let polled = 0; polled < polls; polled++) {
		const before = school.calls;
		expect(await poller.tick()).toEqual([]);
		requests.push(school.calls - before);
	}
	return requests;
}

const size = (poller: Poller) => Buffer.byteLength(JSON.stringify(poller.state));

describe('a quiet poll takes one request for each branch', () => {
	it.each([60, 1_000, 10_000])('with %i customers of two years', async (customers) => {
		const school = schoolOf(customers, 730);
		const poller = pollerOf(school);
		await poller.tick();
		expect(await quietPolls(school, poller, 5)).toEqual(Array(5).fill(2));
	});

	it.each<[what: string, customers: number, days: number, settings: Partial<Settings>]>([
		[
			'when AlfaCRM ignores the day to begin with',
			1_000,
			730,
			{ ignoredFilters: ['customer.created_at_from'] },
		],
		['when 1,000 customers came in two days, on many pages', 1_000, 2, {}],
		['when a page holds 50', 1_000, 2, { pageSize: 50 }],
		['when each answer is in another order', 1_000, 2, { shuffle: true }],
		['when the first page claims to be all there is', 1_000, 2, { total: 'pageSize' }],
		[
			'when it does so and ignores the day',
			200,
			730,
			{ total: 'pageSize', ignoredFilters: ['customer.created_at_from'] },
		],
		['when it does so and holds few', 10, 2, { total: 'pageSize' }],
		['when pages past the end repeat the last one', 1_000, 2, { pastEnd: 'repeatLast' }],
	])('%s', async (_what, customers, days, settings) => {
		const school = schoolOf(customers, days, settings);
		const poller = pollerOf(school);
		// The first polls may still find out how AlfaCRM behaves.
		for (let polls = 0; polls < 10; polls++) await poller.tick();
		expect(await quietPolls(school, poller, 60)).toEqual(Array(60).fill(2));
	});

	it('with a filter that few customers pass, and with chosen branches', async () => {
		const school = schoolOf(1_000, 10);
		const poller = pollerOf(school, { branchIds: [2], is_study: 0, filters: { lead_status_id: [7] } });
		// The first one reads all customers, for the newest; the second one those that are wanted.
		for (let polled = 0; polled < 2; polled++) await poller.tick();
		expect(await quietPolls(school, poller, 5)).toEqual(Array(5).fill(1));
	});

	it.each([0, 1] as const)(
		'and the next one finds a new customer, whatever page it is on: %i',
		async (is_study) => {
			const school = schoolOf(1_000, 2);
			const poller = pollerOf(school);
			await poller.tick();
			await poller.tick();
			for (let n = 0; n < 10; n++) {
				const { id } = school.store.insert('customer', { branch_ids: [1], is_study });
				expect((await poller.tick()).map((item) => item.id)).toEqual([id]);
			}
		},
	);
});

it('a first page that claims to be all hides a new customer for no longer than an hour', async () => {
	const school = schoolOf(40, 1, { total: 'pageSize' });
	const poller = pollerOf(school);
	for (let polls = 0; polls < 4; polls++) await poller.tick();
	for (let hour = 1; hour <= 30; hour++) {
		const { id } = school.store.insert('customer', { branch_ids: [1], is_study: 1 });
		const polls = [await poller.tick()];
		goTo(school, hour * 60 + 1);
		polls.push(await poller.tick());
		expect(polls.flat().map((item) => item.id)).toEqual([id]);
	}
});

describe('the change log of 5,000 entries', () => {
	it('takes one request for each branch as well', async () => {
		const school = new DirectSchool({ now: BEGIN }, 2);
		for (let n = 0; n < 5_000; n++) {
			const date_time = at(n - 4_999);
			school.store.insert('log', {
				entity: 'Task',
				entity_id: n + 1,
				event: 1,
				date_time,
				branch_ids: [1, 2],
			});
		}
		const poller = pollerOf(school, { event: 'taskCreated', fetchRecord: false });
		await poller.tick();
		expect(await quietPolls(school, poller, 30)).toEqual(Array(30).fill(2));
	});
});

describe('the state stays below 30 KB', () => {
	const MOST = 30_000;

	it('after 10,000 new customers', async () => {
		const school = schoolOf(100, 30);
		const poller = pollerOf(school, { options: { maxPerPoll: 2_500 } });
		for (let polled = 0; polled < 2; polled++) await poller.tick();
		const made = Array.from(
			{ length: 10_000 },
			() => school.store.insert('customer', { branch_ids: [1] }).id,
		);
		const reported: unknown[] = [];
		for (let polled = 0; polled < 4; polled++) reported.push(...(await poller.tick()).map(({ id }) => id));
		expect(reported).toEqual(made);
		expect(size(poller)).toBeLessThan(1_000);
	});

	it('after 10,000 of which only every third one is wanted', async () => {
		const school = schoolOf(100, 30);
		const poller = pollerOf(school, { is_study: 0, options: { maxPerPoll: 2_500 } });
		await poller.tick();
		for (let n = 0; n < 10_000; n++)
			school.store.insert('customer', { branch_ids: [1], is_study: n % 3 ? 1 : 0 });
		const reported = new Set<unknown>();
		let items = 0;
		for (let polled = 0; polled < 5; polled++) {
			for (const { id } of await poller.tick()) {
				reported.add(id);
				items += 1;
			}
		}
		expect([items, reported.size]).toEqual([3_334, 3_334]);
		expect(size(poller)).toBeLessThan(MOST);
	});

	it('after a year of daily polls with news', async () => {
		const school = schoolOf(100, 30);
		const poller = pollerOf(school);
		await poller.tick();
		const sizes: number[] = [];
		for (let day = 1; day <= 365; day++) {
			goTo(school, day * 1_440);
			for (let n = 0; n < 7; n++) school.store.insert('customer', { branch_ids: [1 + (n % 2)] });
			expect(await poller.tick()).toHaveLength(7);
			sizes.push(size(poller));
		}
		expect(Math.max(...sizes)).toBeLessThan(4_000);
	});

	it('after 6,000 changes within three hours, each reported once', async () => {
		const school = new DirectSchool({ now: BEGIN }, 1);
		const poller = pollerOf(school, { event: 'recordChanged', fetchRecord: false });
		await poller.tick();
		const reported: unknown[] = [];
		const sizes: number[] = [];
		for (let minute = 1; minute <= 150; minute++) {
			goTo(school, minute);
			for (let n = 0; n < 40; n++) {
				school.store.insert('log', {
					entity: 'Task',
					entity_id: minute * 100 + n,
					event: 1,
					branch_ids: [1],
				});
			}
			for (const { entity_id } of await poller.tick()) reported.push(entity_id);
			sizes.push(size(poller));
		}
		expect(reported).toHaveLength(6_000);
		expect(new Set(reported).size).toBe(6_000);
		expect(Math.max(...sizes)).toBeLessThan(MOST);
	});

	it('after 10,000 changes within an hour', async () => {
		const school = new DirectSchool({ now: BEGIN }, 1);
		const poller = pollerOf(school, { event: 'recordChanged', fetchRecord: false });
		await poller.tick();
		const reported = new Set<unknown>();
		const sizes: number[] = [];
		for (let minute = 1; minute <= 50; minute++) {
			goTo(school, minute);
			for (let n = 0; n < 200; n++) {
				const entity_id = minute * 1_000 + n;
				school.store.insert('log', { entity: 'Task', entity_id, event: 1, branch_ids: [1] });
			}
			for (const { entity_id } of await poller.tick()) reported.add(entity_id);
			sizes.push(size(poller));
		}
		expect(reported.size).toBe(10_000);
		expect(Math.max(...sizes)).toBeLessThan(MOST);
	});

	it('while 9,000 changes of a month without polls are reported, in order', async () => {
		const school = new DirectSchool({ now: BEGIN }, 1);
		const poller = pollerOf(school, { event: 'recordChanged', fetchRecord: false });
		school.store.insert('log', { entity: 'Task', entity_id: 1, event: 1, branch_ids: [1] });
		await poller.tick();
		for (let n = 0; n < 9_000; n++) {
			goTo(school, Math.floor(n / 300) * 1_440 + (n % 300) + 1);
			school.store.insert('log', { entity: 'Task', entity_id: n + 1, event: 1, branch_ids: [1] });
		}
		const reported: unknown[] = [];
		const sizes: number[] = [];
		for (let polled = 0; polled < 18; polled++) {
			for (const { entity_id } of await poller.tick()) reported.push(entity_id);
			sizes.push(size(poller));
		}
		expect(reported).toEqual(Array.from({ length: 9_000 }, (_, index) => index + 1));
		expect(Math.max(...sizes)).toBeLessThan(MOST);
	});

	it('some time after 4,000 changes in one second, each reported once', async () => {
		const school = new DirectSchool({ now: BEGIN }, 1);
		const poller = pollerOf(school, { event: 'recordChanged', fetchRecord: false });
		await poller.tick();
		for (let n = 1; n <= 4_000; n++) {
			school.store.insert('log', { entity: 'Task', entity_id: n, event: 1, branch_ids: [1] });
		}
		const reported: unknown[] = [];
		for (let polled = 0; polled < 9; polled++) {
			for (const { entity_id } of await poller.tick()) reported.push(entity_id);
		}
		expect(reported).toEqual(Array.from({ length: 4_000 }, (_, index) => index + 1));
		goTo(school, 4 * 1_440);
		school.store.insert('log', { entity: 'Task', entity_id: 1, event: 3, branch_ids: [1] });
		expect(await poller.tick()).toHaveLength(1);
		await poller.tick();
		expect(size(poller)).toBeLessThan(1_000);
	});
});
