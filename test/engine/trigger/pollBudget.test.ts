import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { DirectSchool } from '../support/direct';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { describeScheduled } from '../support/version';

/** One call after the other, so that the time of a poll is the sum of its calls. */
const engine = new Engine({
	hostname: 'http://127.0.0.1:1',
	email: 'a',
	apiKey: 'b',
	requestsPerSecond: 0,
	callsAtOnce: 1,
});
const NOW = '2026-02-10 09:00:00';
/** What each answer takes, by the clock of the test. */
const ANSWER_MS = 1_000;

let time = 0;
beforeEach(() => {
	time = 1_770_000_000_000;
	jest.spyOn(Date, 'now').mockImplementation(() => time);
});
afterEach(() => {
	jest.restoreAllMocks();
});

/** Two branches, whose customers all came today, and a trigger whose polls get so many seconds. */
function schoolOf(customers: number, seconds: number, parameters: INodeParameters = {}) {
	const school = new DirectSchool({ now: NOW }, 2);
	school.onCall = () => {
		time += ANSWER_MS;
	};
	const add = (count: number) =>
		Array.from(
			{ length: count },
			(_, n) => school.store.insert('customer', { branch_ids: [(n % 2) + 1], is_study: n % 3 ? 1 : 0 }).id,
		);
	add(customers);
	const options = { send: school.send, budgetMs: seconds * 1_000 };
	const poller = new Poller(engine, { event: 'customerCreated', ...parameters }, options);
	/** Requests of a poll, and what it reports. */
	const poll = async () => {
		const before = school.calls;
		const ids = (await poller.tick()).map(({ id }) => Number(id));
		return { ids, requests: school.calls - before };
	};
	return { school, poller, add, poll };
}

function difference(reported: number[], made: number[]) {
	return {
		repeated: reported.filter((id, index) => reported.indexOf(id) !== index),
		missing: made.filter((id) => !reported.includes(id)),
		others: reported.filter((id) => !made.includes(id)),
	};
}

const sorted = (ids: number[]) => [...ids].sort((a, b) => a - b);

describeScheduled('a poll whose time is short', () => {
	it.each([1, 4, 10, 30])(
		'of %i seconds gets to know 400 customers in several polls, and reports none',
		async (seconds) => {
			const { add, poll } = schoolOf(400, seconds);
			for (let polls = 0; polls < 40; polls++) {
				const { ids, requests } = await poll();
				expect(ids).toEqual([]);
				// The first one has to find the day to begin with; each branch gets its first page and three others at least.
				if (polls > 0) expect(requests).toBeLessThanOrEqual(seconds / 2 + 8);
			}
			const made = add(5);
			const reported: number[] = [];
			for (let polls = 0; polls < 40; polls++) reported.push(...(await poll()).ids);
			expect(difference(reported, made)).toEqual({ repeated: [], missing: [], others: [] });
		},
	);

	it.each([1, 4, 10, 30])(
		'of %i seconds reports 300 new customers in several polls, each once',
		async (seconds) => {
			const { add, poll } = schoolOf(10, seconds);
			for (let polls = 0; polls < 10; polls++) expect((await poll()).ids).toEqual([]);
			const made = add(300);
			const reported: number[] = [];
			for (let polls = 0; polls < 60; polls++) {
				const { ids, requests } = await poll();
				expect(ids).toEqual(sorted(ids));
				// A first page that tells of more, and then three of them at least, of each branch.
				expect(requests).toBeLessThanOrEqual(seconds / 2 + 10);
				reported.push(...ids);
			}
			expect(difference(reported, made)).toEqual({ repeated: [], missing: [], others: [] });
		},
	);

	it('reports 3,000 changes in order, for the log has the newest first', async () => {
		const { school, poll, poller } = schoolOf(0, 36, { event: 'taskCreated', fetchRecord: false });
		for (let polls = 0; polls < 3; polls++) await poll();
		const made = Array.from({ length: 3_000 }, (_, n) => n + 1);
		const timeOf = (seconds: number) =>
			DateTime.fromSQL(NOW, { zone: 'utc' }).plus({ seconds }).toFormat('yyyy-MM-dd HH:mm:ss');
		for (const entity_id of made) {
			const entry = { entity: 'Task', event: 1, entity_id, branch_ids: [1 + (entity_id % 2)] };
			school.store.insert('log', { ...entry, date_time: timeOf(entity_id) });
		}
		const reported: number[] = [];
		for (let polls = 0; polls < 40; polls++)
			reported.push(...(await poller.tick()).map(({ entity_id }) => Number(entity_id)));
		expect(reported).toEqual(made);
	});

	it('loses nothing that comes while it goes on', async () => {
		const { add, poll } = schoolOf(100, 6);
		for (let polls = 0; polls < 20; polls++) await poll();
		const made: number[] = [];
		const reported: number[] = [];
		for (let polls = 0; polls < 120; polls++) {
			if (polls < 40) made.push(...add(5));
			reported.push(...(await poll()).ids);
		}
		expect(difference(reported, made)).toEqual({ repeated: [], missing: [], others: [] });
	});

	it('reads records as long as there is time, at least one', async () => {
		const { school, poll, poller } = schoolOf(0, 10, { event: 'customerUpdated', branchIds: [1] });
		await poll();
		for (let entity_id = 1; entity_id <= 30; entity_id++) {
			school.store.insert('customer', { id: entity_id, branch_ids: [1] });
			school.store.insert('log', { entity: 'Customer', event: 2, entity_id, branch_ids: [1] });
		}
		const polls: number[][] = [];
		for (let polled = 0; polled < 12; polled++) {
			polls.push((await poller.tick()).map(({ entity_id }) => Number(entity_id)));
		}
		expect(polls.flat()).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
		expect(polls[0].length).toBeGreaterThan(1);
		for (const ids of polls) expect(ids.length).toBeLessThanOrEqual(8);
	});
});
