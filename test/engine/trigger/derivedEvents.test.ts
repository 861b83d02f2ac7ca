import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject, Settings } from '../../../sandbox';
import { History } from '../../../sandbox/engine/history';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { httpFailure } from '../support/directSchool';
import { interceptCalls, LARGE_PAGES, SMALL_PAGES, PolledSchool } from '../support/polledSchool';

const school = useSchool({ customers: 60, settings: { now: '2026-03-10 12:00:00' } });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, ...parameters });
	expect(await poller.poll()).toEqual([]);
	school.sandbox.clearJournal();
	return poller;
};
const store = () => school.sandbox.store;
/** What an item says of a change, and the page of its customer. */
const toldBy = (entity: string, entity_id: number, event = 'create', datetime = '2026-03-10 12:00:00') => ({
	change: expect.objectContaining({ event, entity, entity_id, user_id: 0, datetime }) as unknown,
});
const card = (id: number, branch = 1) => `${school.sandbox.url}/company/${branch}/customer/view?id=${id}`;

describe('who was at a lesson', () => {
	const bare = async (event: string, parameters: INodeParameters = {}) =>
		await started(event, { simplify: false, ...parameters });
	const pupils = () => [1, 2, 3].map((n) => store().insert('customer', pupil(n)).id);
	const pupil = (n: number) => ({
		...{ name: `Ученик ${n}`, is_study: 1, branch_ids: [1] },
		phone: [`+7(900)000-00-0${n}`],
	});
	const planned = (customer_ids: number[]) =>
		store().insert('lesson', {
			...{
				branch_id: 1,
				date: '2026-03-10',
				time_from: '2026-03-10 10:00:00',
				time_to: '2026-03-10 11:00:00',
			},
			...{ lesson_type_id: 2, subject_id: 1, status: 1, teacher_ids: [1], group_ids: [1], customer_ids },
		}).id;
	/** AlfaCRM's own way to complete a lesson: each customer's details, then the lesson. */
	const teach = (lesson_id: number, there: Record<number, 0 | 1>, more: JsonObject = {}) => {
		for (const [customer, is_attend] of Object.entries(there)) {
			const own = store()
				.where('lesson-details', 'lesson_id', lesson_id)
				.find(({ customer_id }) => customer_id === Number(customer));
			const values = { branch_id: 1, customer_id: Number(customer), lesson_id, is_attend, ...more };
			if (own) store().patch('lesson-details', own.id, { is_attend });
			else store().insert('lesson-details', values);
		}
		store().patch('lesson', lesson_id, { status: 3 });
	};
	const who = (items: IDataObject[]) => items.map(({ lesson_id, customer_id }) => [lesson_id, customer_id]);

	describe.each([
		['customerAttended', 1],
		['customerMissed', 0],
	] as const)('%s', (event, isThere) => {
		const other = isThere === 1 ? 0 : 1;

		it('has what is needed, with Simplify flat and with names', async () => {
			const [one] = pupils();
			const lesson = planned([one]);
			const poller = await bare(event);
			const brief = await started(event);
			teach(
				lesson,
				{ [one]: isThere },
				{ reason_id: 1, note: 'Предупредили', ctt_id: 4, commission: '800.00' },
			);

			const named = (path: string, id: number) => store().find(path, id)?.name;
			const items = await poller.poll();
			const details = Number(items[0].details_id);
			expect(items).toEqual([
				{
					...{ customer_id: one, lesson_id: lesson, date: '2026-03-10' },
					...{ time_from: '2026-03-10 10:00:00', time_to: '2026-03-10 11:00:00' },
					...{ lesson_type_id: 2, subject_id: 1, teacher_ids: [1], group_ids: [1] },
					...{ is_attend: isThere, reason_id: 1, grade: null, note: 'Предупредили', commission: '800.00' },
					...{ subscription_id: 4, details_id: details },
					...{ room_id: null, topic: null, homework: null },
					...{ branch_id: 1, ...toldBy('LessonDetails', details) },
				},
			]);
			expect(await brief.poll()).toEqual([
				{
					...{ customer_id: one, customer_name: 'Ученик 1', customer_phone: '+7(900)000-00-01' },
					...{ customer_email: '', lesson_id: lesson, time_from: '2026-03-10 10:00:00' },
					...{ lesson_type_id: 2, lesson_type_name: named('lesson-type', 2) },
					...{ subject_id: 1, subject_name: named('subject', 1) },
					...{ teacher_ids: 1, teacher_names: named('teacher', 1) },
					...{ group_ids: 1, group_names: named('group', 1) },
					...(isThere === 1 ? { grade: null } : { reason_id: 1 }),
					...{ note: 'Предупредили', branch_id: 1, url: card(one), ...toldBy('LessonDetails', details) },
				},
			]);
		});

		it('tells a lesson in pieces where it has more pupils than a poll may report', async () => {
			const ids = pupils();
			const lessons = [planned(ids), planned(ids)];
			const poller = await bare(event, { options: { maxPerPoll: 2 } });
			for (const lesson of lessons) teach(lesson, Object.fromEntries(ids.map((id) => [id, isThere])));
			const polls: IDataObject[][] = [];
			for (let n = 0; n < 4; n++) polls.push(await poller.poll());
			expect(polls.map(({ length }) => length)).toEqual([2, 2, 2, 0]);
			expect(who(polls.flat())).toEqual(lessons.flatMap((lesson) => ids.map((id) => [lesson, id])));
		});

		it.each(['lesson', 'customer'])(
			'what was read before a %s that cannot be read for now does not wait for it',
			async (entity) => {
				const [one, two] = pupils();
				const lessons = [planned([one]), planned([two])];
				const poller = await started(event);
				teach(lessons[0], { [one]: isThere });
				teach(lessons[1], { [two]: isThere });
				const bodyContains = `"id":${entity === 'lesson' ? lessons[1] : two}`;
				const match = { entity, bodyContains };
				school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match });
				expect(who(await poller.poll())).toEqual([[lessons[0], one]]);
				await expect(poller.poll()).rejects.toThrow();
				school.sandbox.faults.clear();
				expect(who(await poller.poll())).toEqual([[lessons[1], two]]);
				expect(await poller.poll()).toEqual([]);
			},
		);

		it('tells what the log says where lessons are not for this user', async () => {
			const [one] = pupils();
			const lesson = planned([one]);
			const poller = await bare(event);
			school.sandbox.settings.forbiddenCalls = ['lesson/index'];
			teach(lesson, { [one]: isThere });
			const items = await poller.poll();
			const told = isThere === 1 ? [{ customer_id: one, lesson_id: lesson, time_from: null }] : [];
			expect(items).toMatchObject(told);
			for (const { lesson_error } of items) expect(lesson_error).toMatch(/AlfaCRM/);
		});

		it('reads a lesson once for all of its pupils', async () => {
			const ids = pupils();
			const lesson = planned(ids);
			const poller = await bare(event);
			teach(lesson, Object.fromEntries(ids.map((id) => [id, isThere])));
			await poller.poll();
			expect(school.readJournal('lesson/index')).toHaveLength(1);
		});

		it('shows real ones as a test event', async () => {
			const ids = pupils();
			const lesson = planned(ids);
			const poller = await bare(event);
			teach(lesson, { [ids[0]]: isThere, [ids[1]]: other, [ids[2]]: isThere });
			expect(who(await poller.fetchTestEvent())).toEqual([
				[lesson, ids[0]],
				[lesson, ids[2]],
			]);
			expect(await poller.poll()).toHaveLength(2);
		});
	});
});

describe('memberships, subscriptions and archives', () => {
	const phone = ['+7(900)000-00-01'];
	const pupil = (branch = 1) =>
		store().insert('customer', { name: 'Мия', is_study: 1, branch_ids: [branch], phone }).id;
	/** What each item says of the customer. */
	const MIA = { customer_name: 'Мия', customer_phone: phone.join(), customer_email: '' };
	const group = (branch = 1) => store().insert('group', { name: 'Роботы', branch_ids: [branch] }).id;
	const join = (customer_id: number, group_id: number, e_date: string | null = '31.05.2026') =>
		store().insert('cgi', { customer_id, group_id, b_date: '10.03.2026', e_date }).id;
	const seen = (items: IDataObject[]) => items.map(({ customer_id, group_id }) => [customer_id, group_id]);

	describe.each(['objects', 'jsonText'] as const)('where fields of the log are %s', (logFields) => {
		beforeEach(() => Object.assign(school.sandbox.settings, { logFields }));

		it('a customer who joins a group is told with both names, wherever the group is', async () => {
			const [customer, own] = [pupil(2), group(2)];
			const poller = await started('customerJoinedGroup');
			const membership_id = join(customer, own);
			expect(await poller.poll()).toEqual([
				{
					...{ customer_id: customer, ...MIA, group_id: own, group_name: 'Роботы', membership_id },
					...{ b_date: '2026-03-10', e_date: '2026-05-31', branch_id: 2, url: card(customer, 2) },
					...toldBy('CustomerGroupInvolve', membership_id),
				},
			]);
			expect(await poller.poll()).toEqual([]);
		});

		it.each([
			['is deleted', (id: number) => store().remove('cgi', id)],
			['ends today', (id: number) => store().patch('cgi', id, { e_date: '10.03.2026' })],
			['ended before', (id: number) => store().patch('cgi', id, { e_date: '01.03.2026' })],
		])('a customer whose membership %s has left, and is told once', async (_how, leave) => {
			const [customer, own] = [pupil(), group()];
			const id = join(customer, own);
			const poller = await started('customerLeftGroup');
			leave(id);
			expect(await poller.poll()).toMatchObject([
				{ customer_id: customer, ...MIA, group_id: own, group_name: 'Роботы', membership_id: id },
			]);
			store().patch('cgi', id, { e_date: '28.02.2026' });
			store().remove('cgi', id);
			expect(await poller.poll()).toEqual([]);
		});

		it('an end that is to come, or moves, is no leaving, and no joining', async () => {
			const id = join(pupil(), group());
			const [left, joined] = [await started('customerLeftGroup'), await started('customerJoinedGroup')];
			for (const e_date of ['11.03.2026', null, '30.06.2026']) store().patch('cgi', id, { e_date });
			store().patch('cgi', id, { b_date: '01.03.2026' });
			expect([...(await left.poll()), ...(await joined.poll())]).toEqual([]);
		});

		it('who is taken back has joined again', async () => {
			const [customer, own] = [pupil(), group()];
			const id = join(customer, own, '01.03.2026');
			const poller = await started('customerJoinedGroup');
			store().patch('cgi', id, { e_date: null });
			expect(seen(await poller.poll())).toEqual([[customer, own]]);
		});

		it('one day is a membership too, one that is entered afterwards is none', async () => {
			const [customer, own] = [pupil(), group()];
			const poller = await started('customerJoinedGroup');
			join(customer, own, '10.03.2026');
			join(customer, group(), '09.03.2026');
			expect(seen(await poller.poll())).toEqual([[customer, own]]);
		});

		it('a subscription is told when it is sold, not when it changes', async () => {
			const customer_id = pupil();
			const poller = await started('subscriptionSold');
			const days = { b_date: '10.03.2026', e_date: '09.04.2026' };
			const values = { customer_id, tariff_id: 1, subject_ids: [2], balance: '3200.00', ...days };
			const { id } = store().insert('customer-tariff', values);
			store().patch('customer-tariff', id, { e_date: '10.04.2026' });
			const named = (path: string, of: number) => store().find(path, of)?.name;
			expect(await poller.poll()).toEqual([
				{
					...{ customer_id, ...MIA, subscription_id: id, tariff_id: 1, tariff_name: named('tariff', 1) },
					...{ subject_ids: 2, subject_names: named('subject', 2) },
					...{ lesson_type_ids: '', lesson_type_names: '', b_date: '2026-03-10', e_date: '2026-04-09' },
					...{ balance: '3200.00', note: null, branch_id: 1, url: card(customer_id) },
					...toldBy('CustomerToTariff', id),
				},
			]);
		});

		it('a customer is told when archived, with the reason, and not when changed afterwards or brought back', async () => {
			const id = pupil();
			const poller = await started('customerArchived');
			store().patch('customer', id, { e_date: '2026-03-10', customer_reject_id: 1 });
			store().patch('customer', id, { e_date: '2026-03-01' });
			store().patch('customer', id, { e_date: '2030-12-31' });
			store().patch('customer', id, { e_date: '2027-01-01', note: 'х' });
			expect(await poller.poll()).toEqual([
				{
					...{ customer_id: id, ...MIA, e_date: '2026-03-10', customer_reject_id: 1 },
					customer_reject_name: store().find('customer-reject', 1)?.name,
					...{ lead_reject_id: null, lead_reject_name: null, branch_id: 1, url: card(id) },
					...toldBy('Customer', id, 'update'),
				},
			]);
		});
	});

	describe('without Simplify', () => {
		it('nothing is read but the log', async () => {
			const id = join(pupil(), group());
			const poller = await started('customerJoinedGroup', { simplify: false });
			school.sandbox.clearJournal();
			join(pupil(), group());
			const [item] = await poller.poll();
			expect(item).toMatchObject({ membership_id: id + 1, ...toldBy('CustomerGroupInvolve', id + 1) });
			expect(item).not.toHaveProperty('url');
			expect(new Set(school.readCalls())).toEqual(new Set(['log/index']));
		});

		it('whose membership it was is looked up in the log, one request for each', async () => {
			const [customer, own] = [pupil(), group()];
			const id = join(customer, own);
			const poller = await started('customerLeftGroup', { simplify: false });
			school.sandbox.clearJournal();
			store().patch('cgi', id, { e_date: '10.03.2026' });
			expect(seen(await poller.poll())).toEqual([[customer, own]]);
			const asked = school
				.readJournal('log/index')
				.filter(({ body }) => (body as IDataObject).entity_id === id);
			expect(asked).toHaveLength(1);
		});

		it('a log that does not tell leaves them empty', async () => {
			const id = join(pupil(), group());
			for (const { id: entry, entity } of store().rows('log'))
				if (entity === 'CustomerGroupInvolve') store().remove('log', entry);
			const poller = await started('customerLeftGroup');
			store().patch('cgi', id, { e_date: '10.03.2026' });
			expect(await poller.poll()).toMatchObject([
				{
					membership_id: id,
					customer_id: null,
					customer_name: null,
					group_id: null,
					group_name: null,
					url: null,
				},
			]);
		});
	});

	it.each(['customerArchived', 'customerJoinedGroup', 'customerLeftGroup', 'subscriptionSold'])(
		'%s shows real ones as a test event',
		async (event) => {
			const poller = await started(event);
			const customer_id = pupil();
			store().insert('customer-tariff', { customer_id, tariff_id: 1, b_date: '10.03.2026' });
			store().remove('cgi', join(customer_id, group()));
			store().patch('customer', customer_id, { e_date: '2026-03-10' });
			school.sandbox.clearJournal();
			const shown = await poller.fetchTestEvent();
			expect(shown).toMatchObject([{ customer_id, customer_name: 'Мия' }]);
			// Entries of other classes may be many.
			for (const { body } of school.readJournal('log/index')) expect(body).toHaveProperty('entity');
			expect(await poller.poll()).toEqual(shown);
		},
	);
});

describe('many entries', () => {
	afterEach(() => {
		jest.restoreAllMocks();
	});

	const PUPILS = 5;
	const pair = ({ lesson_id, customer_id }: IDataObject) => `${String(lesson_id)} ${String(customer_id)}`;

	/** An account that keeps a log of all that happens in it. */
	function recorded(
		parameters: INodeParameters,
		settings: Partial<Settings> = {},
		poller: PollerOptions = {},
	) {
		const attended = { event: 'customerAttended', simplify: false, ...parameters };
		const world = new PolledSchool({ settings, parameters: attended, poller });
		const { store, settings: own } = world.school;
		const history = new History(store, own, () => {});
		store.onChange = (change) => history.record(change);
		return world;
	}

	/** So many lessons of five pupils, all of whom come, as pairs of lesson and pupil. */
	function taught(world: PolledSchool, count: number): string[] {
		const { store } = world.school;
		const values = { name: 'Мия', is_study: 1, branch_ids: [1] };
		const pupils = Array.from({ length: PUPILS }, () => store.insert('customer', values).id);
		const planned = { branch_id: 1, date: '2026-02-10', time_from: '2026-02-10 10:00:00', status: 1 };
		return Array.from({ length: count }, () => {
			const lesson_id = store.insert('lesson', { ...planned, customer_ids: pupils }).id;
			for (const customer_id of pupils) {
				world.passMinutes(1 / 60);
				store.insert('lesson-details', { branch_id: 1, customer_id, lesson_id, is_attend: 1 });
			}
			store.patch('lesson', lesson_id, { status: 3 });
			world.passMinutes(1);
			return pupils.map((customer_id) => pair({ lesson_id, customer_id }));
		}).flat();
	}

	it.each([
		[false, 30],
		[true, 5],
	])(
		"of a day off, in n8n's durable scheduler, far from AlfaCRM, with Simplify: %s: each poll tells at least %d",
		async (simplify, least) => {
			const world = recorded({ simplify }, SMALL_PAGES, { isDurable: true });
			expect(await world.poller.poll()).toEqual([]);
			const all = taught(world, 60);
			world.school.beforeAnswer = () => world.passMinutes(0.8 / 60);
			const told: string[] = [];
			for (let left = all.length; left > 0; left = all.length - told.length) {
				const pairs = (await world.poller.poll()).map(pair);
				expect(pairs.length).toBeGreaterThanOrEqual(Math.min(least, left));
				told.push(...pairs);
				world.passMinutes(1);
			}
			expect([...told].sort()).toEqual([...all].sort());
		},
	);

	it('of the newest, as many are told in the beginning as are asked for, however many a lesson has', async () => {
		const world = recorded({ options: { startWith: 3 } });
		const all = taught(world, 4);
		const told = (await world.poller.poll()).map(pair);
		expect(told).toHaveLength(3);
		// Of no older lesson than it takes.
		const newest = all.slice(-PUPILS);
		expect(told.filter((one) => newest.includes(one))).toEqual(told);
		expect(await world.pollRepeatedly(2, 1)).toEqual([]);
	});
});

it.each([
	[403, 1],
	[500, 8],
])(
	'an attendance whose lesson is not named comes without it where lessons end with %i',
	async (status, polls) => {
		jest.restoreAllMocks();
		const world = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { event: 'customerAttended', simplify: false },
		});
		world.addLogEntry();
		await world.poll();
		world.passMinutes(5);
		const fields_new = { customer_id: world.addCustomer(), is_attend: 1 };
		world.addLogEntry({ values: { entity: 'LessonDetails', entity_id: 77, event: 1, fields_new } });
		interceptCalls(world, async (asked, real) => {
			if (asked.url.includes('lesson/index')) throw httpFailure(status);
			return await real();
		});
		const items: IDataObject[] = [];
		for (let poll = 0; poll < polls; poll++) {
			items.push(...(await world.poller.poll().catch(() => [])));
			world.passMinutes(10);
		}
		const lesson_error = expect.stringContaining('AlfaCRM') as string;
		expect(items).toMatchObject([
			{ customer_id: fields_new.customer_id, lesson_id: null, change: { entity_id: 77 }, lesson_error },
		]);
		expect(await world.pollRepeatedly(2, 10)).toEqual([]);
		jest.restoreAllMocks();
	},
);
