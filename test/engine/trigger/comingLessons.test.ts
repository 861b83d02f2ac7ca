import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject, Settings } from '../../../sandbox';
import { DirectSchool } from '../support/directSchool';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import { describeScheduled } from '../support/version';

afterEach(() => jest.restoreAllMocks());

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
type Send = NonNullable<PollerOptions['send']>;

/** A school of two branches with a group of two on Tuesdays at 17:00, and a trigger whose hours pass as a test says. */
class Timetable {
	readonly school: DirectSchool;
	readonly poller: Poller;
	/** Calls since the last poll began. */
	calls: string[] = [];
	/** The list of branches cannot be read. */
	hidesBranches = false;
	/** How long a call takes. */
	callMs = 0;
	private now = 0;

	constructor(
		start: string,
		parameters: INodeParameters = {},
		settings: Partial<Settings> = {},
		private readonly zone = 'Asia/Vladivostok',
		options: PollerOptions = {},
	) {
		this.school = new DirectSchool({ timeZone: zone, bodyPageSize: 'honoured', ...settings }, 2);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		this.at(start);
		const send = this.school.send as unknown as (...given: unknown[]) => Promise<unknown>;
		const noting = async (credential: string, request: { url: string }) => {
			this.calls.push(/v2api\/(.*)$/.exec(request.url)?.[1] ?? '');
			this.now += this.callMs;
			if (this.hidesBranches && request.url.endsWith('/v2api/branch/index')) throw new Error('No right');
			return await send(credential, request);
		};
		this.poller = new Poller(
			engine,
			{ event: 'lessonComingUp', ...parameters },
			{ timeZone: zone, send: noting as unknown as Send, ...options },
		);
		for (const [id, branch] of [
			[501, 1],
			[502, 1],
			[503, 2],
		])
			this.add('customer', {
				...{ id, name: `Ученик ${id}`, is_study: 1, branch_ids: [branch] },
				...{ phone: [`+7(900)000-05-${id - 500}0`], email: [] },
			});
		this.add('group', { id: 41, name: 'Роботы', branch_ids: [1] });
		for (const customer_id of [501, 502])
			this.add('cgi', { customer_id, group_id: 41, b_date: '01.01.2026', e_date: null });
		this.add('regular-lesson', {
			...{ id: 71, branch_id: 1, related_class: 'Group', related_id: 41, day: 2, subject_id: 1 },
			...{ time_from_v: '17:00', time_to_v: '18:00', b_date: '2026-01-01', e_date: '2026-12-31' },
			...{ lesson_type_id: 2, teacher_ids: [1], room_id: 1 },
		});
	}

	at(time: string): void {
		const moment = DateTime.fromFormat(time, 'yyyy-MM-dd HH:mm', { zone: this.zone });
		this.now = moment.toMillis();
		this.school.settings.now = moment.toUTC().toISO({ suppressMilliseconds: true });
	}

	add(path: string, row: JsonObject): void {
		this.school.store.insert(path, row);
	}

	/** A lesson of one customer, or of the group. */
	lesson(id: number, time: string, more: JsonObject = {}): void {
		const row = { date: time.slice(0, 10), time_from: `${time}:00`, time_to: null, status: 1, subject_id: 1 };
		this.add('lesson', { id, branch_id: 1, lesson_type_id: 1, customer_ids: [501], ...row, ...more });
	}

	/** How long the last poll took. */
	get seconds(): number {
		return (this.calls.length * this.callMs) / 1_000;
	}

	patch(id: number, values: JsonObject): void {
		this.school.store.patch('lesson', id, values);
	}

	/** Who is told of which lesson at each of these times. */
	async told(...times: string[]): Promise<string[]> {
		const told: string[] = [];
		for (const time of times) {
			this.at(time);
			this.calls = [];
			for (const { customer_id, time_from } of await this.poller.poll())
				told.push(`${String(customer_id)} ${String(time_from)}`);
		}
		return told;
	}
}

/** The Tuesday, a day before which each of the group is told. */
const TUESDAY = ['501 2026-03-10 17:00:00', '502 2026-03-10 17:00:00'];

describe('Lesson Coming Up', () => {
	it('tells each person of the group once, a day before, though the lesson is not in the calendar yet', async () => {
		const school = new Timetable('2026-03-08 12:00');
		expect(await school.told('2026-03-08 12:00', '2026-03-09 16:59')).toEqual([]);
		school.at('2026-03-09 17:00');
		const items = await school.poller.poll();
		expect(items[0]).toEqual({
			time_from: '2026-03-10 17:00:00',
			...{
				customer_id: 501,
				customer_name: 'Ученик 501',
				customer_phone: '+7(900)000-05-10',
				customer_email: '',
			},
			...{ lesson_id: null, group_id: 41, group_name: 'Роботы' },
			...{
				subject_id: 1,
				subject_name: null,
				teacher_ids: 1,
				teacher_names: null,
				room_id: 1,
				room_name: null,
			},
			...{ lesson_type_id: 2, lesson_type_name: null, branch_id: 1 },
			url: expect.stringMatching(/\/company\/1\/customer\/view\?id=501$/) as string,
		});
		expect(items.map(({ customer_id }) => customer_id)).toEqual([501, 502]);
		// It gets into the calendar, and n8n starts again.
		school.lesson(9_001, '2026-03-10 17:00', { regular_id: 71, group_ids: [41], customer_ids: [] });
		expect(await school.told('2026-03-09 18:10')).toEqual([]);
		school.poller.restart();
		expect(await school.told('2026-03-10 09:00', '2026-03-10 16:59', '2026-03-10 17:00')).toEqual([]);
	});

	it('looks when the next lesson is near, and asks nothing until then or until an hour has passed', async () => {
		const school = new Timetable('2026-03-09 16:00');
		await school.told('2026-03-09 16:30');
		expect(await school.told('2026-03-09 16:45')).toEqual([]);
		expect(school.calls).toEqual([]);
		expect(await school.told('2026-03-09 17:00')).toEqual(TUESDAY);
		expect(await school.told('2026-03-09 17:20')).toEqual([]);
		expect(school.calls).toEqual([]);
		await school.told('2026-03-09 18:00');
		expect(school.calls.filter((call) => call.startsWith('1/')).sort()).toEqual([
			...['1/cgi/index', '1/cgi/index', '1/customer/index'],
			...['1/lesson/index', '1/lesson/index', '1/lesson/index', '1/regular-lesson/index'],
		]);
	});

	it('an hour before, it looks every quarter of an hour', async () => {
		const school = new Timetable('2026-03-08 12:00', { hoursBefore: 1 });
		await school.told('2026-03-08 12:00');
		school.lesson(9_001, '2026-03-08 12:40');
		expect(await school.told('2026-03-08 12:10', '2026-03-08 12:15')).toEqual(['501 2026-03-08 12:40:00']);
	});

	it('says nothing of what was as near already in the first poll, nor of what has begun', async () => {
		const school = new Timetable('2026-03-09 18:00');
		expect(await school.told('2026-03-09 18:00', '2026-03-09 20:00')).toEqual([]);
		// Whoever joins the group, and a lesson that is added, are told, however near it is.
		school.add('cgi', { customer_id: 503, group_id: 41, b_date: '09.03.2026', e_date: null });
		school.lesson(9_002, '2026-03-10 10:00');
		expect(await school.told('2026-03-10 09:00')).toEqual([
			'501 2026-03-10 10:00:00',
			'503 2026-03-10 17:00:00',
		]);
		school.lesson(9_003, '2026-03-10 10:30');
		expect(await school.told('2026-03-10 11:00')).toEqual([]);
	});

	it('who has a card in another branch only is told, where one branch is watched', async () => {
		const branchIds = { mode: 'id', value: '1', __rl: true };
		const school = new Timetable('2026-03-08 12:00', { branchIds });
		school.lesson(9_001, '2026-03-10 09:00', { customer_ids: [503] });
		await school.told('2026-03-08 12:00');
		expect(await school.told('2026-03-09 09:00')).toEqual(['503 2026-03-10 09:00:00']);
	});

	it('a customer who is deleted stops nobody, also where the branches cannot be listed', async () => {
		const school = new Timetable('2026-03-08 12:00', { branchIds: { mode: 'id', value: '1', __rl: true } });
		school.hidesBranches = true;
		school.lesson(9_001, '2026-03-10 09:00', { customer_ids: [501, 999] });
		await school.told('2026-03-08 12:00');
		expect(await school.told('2026-03-09 09:00')).toEqual(['501 2026-03-10 09:00:00']);
	});

	it('a list that does not come whole is read again with the next poll', async () => {
		const school = new Timetable('2026-03-08 12:00');
		await school.told('2026-03-08 12:00');
		school.school.totalError = 1;
		await expect(school.told('2026-03-09 17:00')).rejects.toThrow(/did not come whole/);
		school.school.totalError = 0;
		expect(await school.told('2026-03-09 17:05')).toEqual(TUESDAY);
	});

	describeScheduled('where n8n limits the time of a poll', () => {
		it('more groups than the durable scheduler has time for come with the next polls, the soonest first', async () => {
			const branchIds = { mode: 'id', value: '1', __rl: true };
			const school = new Timetable('2026-03-08 12:00', { branchIds }, {}, undefined, { isDurable: true });
			for (let index = 0; index < 200; index++) {
				const group = 1_000 + index;
				school.add('group', { id: group, name: `Группа ${index}`, branch_ids: [1] });
				school.add('cgi', { customer_id: 501, group_id: group, b_date: '01.01.2026', e_date: null });
				school.lesson(group, `2026-03-12 ${10 + (index % 12)}:00`, { group_ids: [group], customer_ids: [] });
			}
			await school.told('2026-03-08 12:00');
			// At five calls a second, after a pause.
			school.callMs = 200;
			const told: string[] = [];
			const polls = ['00', '05', '10', '15', '20'].map((minute) => `2026-03-11 23:${minute}`);
			for (const poll of polls) {
				const some = await school.told(poll);
				expect(some.length).toBeGreaterThan(10);
				expect(school.seconds).toBeLessThan(36 * 0.8);
				told.push(...some);
			}
			expect(told).toHaveLength(200);
			expect(told).toEqual([...told].sort());
			expect(await school.told('2026-03-11 23:25')).toEqual([]);
			expect(school.calls).toEqual([]);
		});
	});

	it('reads who has joined since by one call on the day of the lesson, and between two looks only what came near', async () => {
		const school = new Timetable('2026-03-08 12:00', { branchIds: { mode: 'id', value: '1', __rl: true } });
		const groupsRead = () => school.calls.filter((call) => call.startsWith('1/cgi')).length;
		school.add('group', { id: 42, name: 'Шахматы', branch_ids: [1] });
		school.add('cgi', { customer_id: 503, group_id: 42, b_date: '01.01.2026', e_date: '10.03.2026' });
		school.lesson(9_001, '2026-03-10 17:30', { group_ids: [42], customer_ids: [] });
		await school.told('2026-03-08 12:00', '2026-03-09 16:40');
		expect(await school.told('2026-03-09 17:00')).toEqual(TUESDAY);
		expect(groupsRead()).toBe(2);
		expect(await school.told('2026-03-09 17:30')).toEqual(['503 2026-03-10 17:30:00']);
		expect(groupsRead()).toBe(2);
		// The next day, each of the two groups once.
		school.add('cgi', { customer_id: 501, group_id: 42, b_date: '10.03.2026', e_date: null });
		expect(await school.told('2026-03-10 10:00')).toEqual(['501 2026-03-10 17:30:00']);
		expect(groupsRead()).toBe(2);
	});

	it('without Simplify it gives the lesson, and the card as AlfaCRM sends it', async () => {
		const school = new Timetable('2026-03-08 12:00', { simplify: false });
		await school.told('2026-03-08 12:00');
		school.at('2026-03-09 17:00');
		const [item] = await school.poller.poll();
		expect(item).toMatchObject({
			...{ lesson_id: null, regular_id: 71, date: '2026-03-10', time_to: '2026-03-10 18:00:00', status: 1 },
			customer: { id: 501, phone: ['+7(900)000-05-10'], web: [] },
		});
	});

	it('shows in a test those who come next, or says what to change', async () => {
		const school = new Timetable('2026-03-09 20:00');
		expect(await school.poller.fetchTestEvent()).toHaveLength(2);
		school.at('2026-03-12 12:00');
		await expect(school.poller.fetchTestEvent()).rejects.toMatchObject({
			description: expect.stringContaining("'Hours Before'") as string,
		});
	});
});
