import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { History } from '../../../../sandbox/engine/history';
import type { Settings } from '../../../../sandbox';
import { Engine } from '../../support/engine';
import type { PollerOptions } from '../../support/poller';
import { Poller } from '../../support/poller';
import { DirectSchool } from '../../support/direct';

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
const [SECOND, MINUTE] = [1_000, 60_000];
const PUPILS = 5;

afterEach(() => jest.restoreAllMocks());

/** Lessons of five pupils, all of whom come. */
class Lessons {
	readonly school: DirectSchool;
	readonly poller: Poller;
	private now = Date.parse('2026-03-10T09:00:00Z');
	private readonly pupils: number[];

	constructor(parameters: INodeParameters, settings: Partial<Settings> = {}, options: PollerOptions = {}) {
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		this.school = new DirectSchool({ timeZone: 'Europe/Moscow', ...settings }, 1);
		const { store, settings: own, send } = this.school;
		const history = new History(store, own, () => {});
		store.onChange = (change) => history.record(change);
		this.pass(0);
		const values = { name: 'Мия', is_study: 1, branch_ids: [1] };
		this.pupils = Array.from({ length: PUPILS }, () => store.insert('customer', values).id);
		this.poller = new Poller(engine, { event: 'customerAttended', ...parameters }, { send, ...options });
	}

	pass(ms: number): void {
		this.now += ms;
		this.school.settings.now = new Date(this.now).toISOString();
	}

	/** All that was taught, as pairs of lesson and pupil. */
	teach(count: number): string[] {
		const { store } = this.school;
		const told: string[] = [];
		for (let n = 0; n < count; n++) {
			const planned = { branch_id: 1, date: '2026-03-10', time_from: '2026-03-10 10:00:00', status: 1 };
			const lesson_id = store.insert('lesson', { ...planned, customer_ids: this.pupils }).id;
			for (const customer_id of this.pupils) {
				this.pass(SECOND);
				store.insert('lesson-details', { branch_id: 1, customer_id, lesson_id, is_attend: 1 });
				told.push(`${lesson_id} ${customer_id}`);
			}
			this.pass(SECOND);
			store.patch('lesson', lesson_id, { status: 3 });
			this.pass(MINUTE);
		}
		return told;
	}
}

const pair = ({ lesson_id, customer_id }: IDataObject) => `${String(lesson_id)} ${String(customer_id)}`;

it.each([
	[false, 30],
	[true, 5],
])(
	"a day off in n8n's durable scheduler, far from AlfaCRM, with names: %s: each poll tells at least %d",
	async (addNames, least) => {
		const settings: Partial<Settings> = { pageSize: 20, bodyPageSize: 'ignored' };
		const lessons = new Lessons({ addNames }, settings, { isDurable: true });
		expect(await lessons.poller.tick()).toEqual([]);
		const taught = lessons.teach(100);
		lessons.school.onCall = () => lessons.pass(800);
		const told: string[] = [];
		for (let left = taught.length; left > 0; left = taught.length - told.length) {
			const pairs = (await lessons.poller.tick()).map(pair);
			expect(pairs.length).toBeGreaterThanOrEqual(Math.min(least, left));
			told.push(...pairs);
			lessons.pass(MINUTE);
		}
		expect([...told].sort()).toEqual([...taught].sort());
	},
);

it.each([1, 3, 7])(
	'the newest %d are told in the beginning, however many a lesson has',
	async (startWith) => {
		const lessons = new Lessons({ addNames: false, options: { startWith } });
		const taught = lessons.teach(4);
		const told = (await lessons.poller.tick()).map(pair);
		expect(told).toHaveLength(startWith);
		// Of no older lesson than it takes.
		const isNewest = (one: string) =>
			taught.indexOf(one) >= taught.length - Math.ceil(startWith / PUPILS) * PUPILS;
		expect(told.filter(isNewest)).toEqual(told);
		for (let polls = 0; polls < 2; polls++) {
			lessons.pass(MINUTE);
			expect(await lessons.poller.tick()).toEqual([]);
		}
	},
);

it('as many of the newest are told where the first poll is shown no branch', async () => {
	const lessons = new Lessons({ addNames: false, options: { startWith: 2 } });
	const taught = lessons.teach(4);
	lessons.school.onRows = (path, rows) => {
		if (path === 'branch') rows.splice(0);
	};
	await expect(lessons.poller.tick()).rejects.toThrow('AlfaCRM returned no branches');
	lessons.school.onRows = () => {};
	lessons.pass(MINUTE);
	const told = (await lessons.poller.tick()).map(pair);
	expect(told).toHaveLength(2);
	expect(told.filter((one) => taught.slice(-PUPILS).includes(one))).toEqual(told);
	lessons.pass(MINUTE);
	expect(await lessons.poller.tick()).toEqual([]);
});
