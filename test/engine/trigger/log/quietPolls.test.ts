import { DateTime } from 'luxon';

import type { Settings } from '../../../../sandbox';
import { DirectSchool } from '../../support/direct';
import { Engine } from '../../support/engine';
import { Poller } from '../../support/poller';

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
const BEGIN = DateTime.fromSQL('2026-02-10 09:00:00', { zone: 'utc' });
const DAY = 1_440;

afterEach(() => {
	jest.restoreAllMocks();
});

/** An account in which changes are made every so many minutes, in its branches by turns, and a trigger that reports them. */
class BusySchool {
	readonly school: DirectSchool;
	/** Requests of each poll. */
	readonly requests: number[] = [];
	readonly reported: number[] = [];
	private readonly poller: Poller;
	private minute = 0;
	private made = 0;

	constructor(
		private readonly everyMinutes: number,
		private readonly branches: number,
		settings: Partial<Settings> = {},
	) {
		const now = () => BEGIN.plus({ minutes: this.minute }).toMillis();
		jest.spyOn(Date, 'now').mockImplementation(now);
		this.school = new DirectSchool({ pageSize: 20, bodyPageSize: 'ignored', ...settings }, branches);
		const parameters = { event: 'recordChanged', fetchRecord: false };
		this.poller = new Poller(engine, parameters, { send: this.school.send });
		this.goTo(0, -3 * DAY);
	}

	/** Polls every so many minutes for a while, first at once. */
	async goOn(minutes: number, interval: number): Promise<number[]> {
		const polled = this.requests.length;
		for (const until = this.minute + minutes; this.minute < until; ) {
			const before = this.school.calls;
			this.reported.push(...(await this.poller.tick()).map(({ entity_id }) => Number(entity_id)));
			this.requests.push(this.school.calls - before);
			this.goTo(this.minute + interval, this.minute);
		}
		return this.requests.slice(polled);
	}

	/** All that were made before the last poll and since the first one, each once. */
	expectAll(): void {
		const { reported } = this;
		const [first = 0] = reported;
		expect(reported).toEqual(reported.map((_, index) => first + index));
		expect(this.atLastPoll - (reported.at(-1) ?? 0)).toBe(0);
	}

	get stateSize(): number {
		return JSON.stringify(this.poller.state).length;
	}

	private atLastPoll = 0;

	private goTo(minute: number, from: number): void {
		this.atLastPoll = this.made;
		for (let at = from; at < minute; at += this.everyMinutes) {
			this.made += 1;
			const date_time = BEGIN.plus({ minutes: at }).toFormat('yyyy-MM-dd HH:mm:ss');
			const branch_ids = [1 + (this.made % this.branches)];
			const change = { entity: 'Task', event: 2, entity_id: this.made, fields_new: { n: this.made } };
			this.school.store.insert('log', { ...change, date_time, branch_ids });
		}
		this.minute = minute;
		this.school.settings.now = BEGIN.plus({ minutes: minute }).toFormat('yyyy-MM-dd HH:mm:ss');
	}
}

/** How many polls took more than that. */
const above = (most: number, requests: readonly number[]) => requests.filter((count) => count > most).length;

describe('the change log goes on with one request for each branch', () => {
	it.each([1, -3])('when totals are %i too high', async (totalOff) => {
		const busy = new BusySchool(30, 1);
		busy.school.totalOff = totalOff;
		await busy.goOn(5 * DAY, 120);
		const { stateSize } = busy;
		await busy.goOn(5 * DAY, 120);
		expect(Math.abs(busy.stateSize - stateSize)).toBeLessThan(10);
		const requests = await busy.goOn(240, 10);
		// Hourly all of two days, twice where the total says more.
		expect(above(1, requests)).toBeLessThanOrEqual(4);
		expect(Math.max(...requests)).toBeLessThanOrEqual(2 * 7 + 5);
		busy.expectAll();
	});

	it.each<Settings['logScope']>(['branch', 'account'])(
		'soon after a branch was opened again after 20 days, in a log of the %s',
		async (logScope) => {
			const busy = new BusySchool(30, 3, { logScope });
			await busy.goOn(120, 10);
			busy.school.store.patch('branch', 2, { is_active: 0 });
			await busy.goOn(20 * DAY, 360);
			busy.school.store.patch('branch', 2, { is_active: 1 });
			await busy.goOn(180, 10);
			const requests = await busy.goOn(360, 10);
			// Hourly all of two days, of the branch that was opened again at a time of its own.
			expect(above(4, requests)).toBeLessThanOrEqual(2 * 6 + 1);
			expect(new Set(busy.reported).size).toBe(busy.reported.length);
			if (logScope === 'account') busy.expectAll();
		},
	);

	it('of 5,000 changes a day, on pages of 20', async () => {
		const busy = new BusySchool(DAY / 5_000, 2);
		await busy.goOn(120, 60);
		const requests = await busy.goOn(120, 5);
		// Hourly all of two days, over some polls.
		expect(above(3, requests)).toBeLessThanOrEqual(6);
		expect(Math.max(...requests)).toBeLessThanOrEqual(2 * 110);
		expect(busy.stateSize).toBeLessThan(30_000);
		busy.expectAll();
	});
});
