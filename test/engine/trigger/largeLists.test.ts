import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { DirectSchool } from '../support/direct';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';

const BEGIN = '2026-02-10 09:00:00';
const momentAt = (minutes: number) => DateTime.fromSQL(BEGIN, { zone: 'utc' }).plus({ minutes });
const at = (minutes: number) => momentAt(minutes).toFormat('yyyy-MM-dd HH:mm:ss');
const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });

let now = 0;
const goTo = (school: DirectSchool, minutes: number) => {
	now = momentAt(minutes).toMillis();
	school.settings.now = at(minutes);
};
beforeEach(() => {
	now = momentAt(0).toMillis();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => {
	jest.restoreAllMocks();
});

describe('a log whose days AlfaCRM ignores', () => {
	it.each([[['log.date_from']], [['log.date_from', 'log.date_to']]])(
		'is not read to its end for each day, nor told again, with %j',
		async (ignoredFilters) => {
			const school = new DirectSchool({ now: BEGIN, ignoredFilters }, 1);
			const add = (entity_id: number, minutes: number) =>
				school.store.insert('log', {
					...{ entity: 'Task', event: 1, branch_ids: [1] },
					...{ entity_id, date_time: at(minutes) },
				});
			for (let n = 4_000; n >= 1; n--) add(9_000 - n, -n * 250);
			const parameters = { event: 'taskCreated', fetchRecord: false };
			const poller = new Poller(engine, parameters, { send: school.send });
			await poller.tick();
			for (let n = 1; n <= 40; n++) add(n, n * 240);
			goTo(school, 41 * 240);
			const items: IDataObject[] = [];
			const calls = school.calls;
			for (let polls = 0; polls < 4; polls++) items.push(...(await poller.tick()));
			expect(items.map(({ entity_id }) => entity_id)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
			// All of the log are 200 pages; it is read whole once, not for each day.
			expect(school.calls - calls).toBeLessThan(600);
		},
	);
});

describe('more new customers than are remembered one by one', () => {
	it('are reported once each, though only some of them are wanted', async () => {
		const school = new DirectSchool({ now: BEGIN, bodyPageSize: 'honoured' }, 1);
		const add = (is_study: number) => school.store.insert('customer', { branch_ids: [1], is_study }).id;
		for (let n = 0; n < 20; n++) add(1);
		const poller = new Poller(engine, { event: 'customerCreated', is_study: 0 }, { send: school.send });
		await poller.tick();
		const made: number[] = [];
		const reported: unknown[] = [];
		for (let hour = 4; hour <= 24 * 5; hour += 4) {
			goTo(school, hour * 60);
			for (let n = 0; n < 400; n++)
				if (n % 2) made.push(add(0));
				else add(1);
			reported.push(...(await poller.tick()).map(({ id }) => id));
		}
		expect(reported).toEqual(made);
	});

	it('are reported once each, though their IDs do not grow with time', async () => {
		const school = new DirectSchool({ now: BEGIN }, 1);
		const add = (id: number, minutes: number) =>
			school.store.insert('customer', { id, branch_ids: [1], created_at: at(minutes) });
		for (let n = 0; n < 20; n++) add(500_000 + n * 3, -n * 100);
		const poller = new Poller(engine, { event: 'customerCreated', is_study: 2 }, { send: school.send });
		await poller.tick();
		const reported: unknown[] = [];
		let made = 0;
		for (let hour = 4; hour <= 24 * 5; hour += 4) {
			for (let n = 0; n < 160; n++) add(100_000 + ++made * 3, hour * 60);
			for (const minutes of [1, 31]) {
				goTo(school, hour * 60 + minutes);
				reported.push(...(await poller.tick()).map(({ id }) => id));
			}
		}
		expect(new Set(reported).size).toBe(made);
		expect(reported).toHaveLength(made);
	});
});
