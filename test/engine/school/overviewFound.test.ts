import type { INodeParameters } from 'n8n-workflow';

import { EMPTY, NULL, given, officeOf, OPEN_END, pick, stopClock } from '../support/office';
import { ALL, by, form, inOrder, NOON, overviewsOf } from '../support/overview';
import type { Row } from '../support/overview';
import { inBranch1 } from '../support/jobs';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { add, patch, refused, rows, run, set, whole } = officeOf(school);
const { busy, expected } = overviewsOf(school);

beforeEach(() => stopClock(NOON));
afterEach(() => jest.useRealTimers());

describe('what this user may not read', () => {
	it.each([
		['cgi/customer', 'groups', { customerGroups: 'unknown' }],
		['customer-tariff/index', 'subscriptions', {}],
		['pay/index', 'payments', {}],
		['task/index', 'tasks', {}],
	])('%s: %s are null, and the reason stands beside them', async (call, part, settings) => {
		const customer = busy();
		set({ forbiddenCalls: [call], ...settings });
		const [json] = await run(form(customer.id, ALL));
		expect(inOrder(json)).toEqual(
			inOrder({
				...expected(customer),
				[part]: null,
				overviewErrors: [{ part, reason: expect.stringMatching(/denied access.*may not list/) as string }],
			}),
		);
	});

	it('groups: that lessons which show nothing else are not counted is told too', async () => {
		const { id } = busy();
		const ahead = (more: Row) =>
			add('lesson', {
				...{ branch_id: 1, status: 1, lesson_type_id: 2, subject_id: 1, date: '2026-02-11' },
				...{ time_from: '2026-02-11 10:00:00', time_to: '2026-02-11 11:00:00', ...more },
			});
		for (const lesson of rows('lesson').filter(({ status }) => status === 1))
			patch('lesson', lesson.id, { customer_ids: [] });
		const own = ahead({ customer_ids: [id], time_from: '2026-02-11 12:00:00', group_ids: [] });
		set({
			...{ forbiddenCalls: ['cgi/customer'], customerGroups: 'unknown' },
			ignoredFilters: ['lesson.customer_id'],
		});
		const told = async () => {
			const [{ next_lesson, overviewErrors }] = await run(form(id));
			return {
				next: (next_lesson as Row).lesson_id,
				parts: (overviewErrors as Row[]).map(({ part }) => part),
			};
		};
		expect(await told()).toEqual({ next: own, parts: ['groups', 'next_lesson'] });
		for (const lesson of rows('lesson').filter(({ status }) => status === 1))
			patch('lesson', lesson.id, { status: lesson.id === own ? 1 : 2 });
		expect(await told()).toEqual({ next: own, parts: ['groups'] });
	});

	it('lessons: what hangs on them is null', async () => {
		const customer = busy();
		set({ forbiddenCalls: ['lesson/index'] });
		const [json] = await run(form(customer.id, ALL));
		const groups = (expected(customer).groups as Row[]).map((group) => ({ ...group, next_lesson: null }));
		expect(json).toMatchObject({ next_lesson: null, attendance: null });
		expect(inOrder(json).groups).toEqual(inOrder({ groups }).groups);
		expect((json.overviewErrors as Row[]).map(({ part }) => part).sort()).toEqual([
			'attendance',
			'next_lesson',
		]);
	});

	it('names: the numbers stay', async () => {
		const customer = busy();
		set({ forbiddenCalls: ['user/index', 'study-status/index', 'tariff/index', 'branch/index'] });
		const { json, hints } = await whole(form(customer.id, ALL));
		expect(json[0]).toMatchObject({ manager_id: customer.assigned_id, manager_name: null, stage_name: null });
		expect(json[0].branch_names).toBeNull();
		expect((json[0].overviewErrors as Row[]).map(({ part }) => part).sort()).toEqual([
			...['branch_names', 'manager_name', 'plan_name', 'stage_name'],
		]);
		expect(hints.join()).toContain('An overview lacks something');
	});

	it('what all items share is refused once for all of them', async () => {
		const [one, other] = rows('customer').filter(inBranch1);
		set({ forbiddenCalls: ['user/index', 'task/index'] });
		const json = await run(form('', ALL, { id: pick('={{ $json.id }}') }), {
			items: [one, other, one, other].map(({ id }) => ({ id })),
		});
		for (const { tasks, overviewErrors } of json) {
			expect(tasks).toBeNull();
			expect((overviewErrors as Row[]).map(({ part }) => part)).toContain('tasks');
		}
		// Once, and once more with a new login.
		expect(school.entries('task/index')).toHaveLength(2);
		expect(school.entries('user/index').length).toBeLessThanOrEqual(2);
	});

	it('all but the customer: an overview of what the card says', async () => {
		const { id, name } = busy();
		set({
			forbiddenCalls: ['lesson/*', 'cgi/*', 'pay/*', 'task/*', 'customer-tariff/*', 'user/*', 'tariff/*'],
		});
		const [json] = await run(form(id));
		expect(json).toMatchObject({ id, name, payments: null, tasks: null, subscriptions: null });
	});

	it('the customer: an error', async () => {
		set({ forbiddenCalls: ['customer/index'] });
		const { error } = await whole(form(busy().id));
		expect(error?.httpCode).toBe('403');
	});

	it('a failure that may pass is no lack of rights: the item fails, and nothing goes on behind it', async () => {
		const { id } = busy();
		school.sandbox.faults.add({
			kind: 'status',
			status: 500,
			times: 0,
			match: { entity: 'pay', action: 'index' },
		} as never);
		const { error } = await whole(form(id));
		expect(error?.message).toMatch(/payments/);
		const count = school.calls().length;
		await new Promise(setImmediate);
		expect(school.calls()).toHaveLength(count);
	}, 60_000);
});

describe('whose overview it is', () => {
	it('by phone, in any spelling; one item for each who has it, active ones first, clients before leads', async () => {
		const phone = ['+7(900)555-00-99'];
		const common = { legal_type: 1, branch_ids: [1], phone };
		const ids = [
			add('customer', { name: 'Орлова Мия', is_study: 1, ...common }),
			add('customer', { name: 'Орлов Лев', is_study: 0, ...common }),
			add('customer', { name: 'Орлова Вера', is_study: 0, e_date: '2025-01-31', ...common }),
		];
		const found = async (options: INodeParameters = {}) =>
			(await run(by('phone', { phone: '8 900 555 00 99' }, options))).map(({ id }) => id);
		expect(await found()).toEqual(ids);
		expect(await found({ archived: false })).toEqual(ids.slice(0, 2));
		expect(await found({ ifSeveral: 'newest' })).toEqual([ids[0]]);
		const { error } = await whole(by('phone', { phone: phone[0] }, { ifSeveral: 'refuse' }));
		expect(error?.message).toContain('3 customers match by Phone');
	});

	it('by the whole name', async () => {
		const id = add('customer', { name: 'Ёлкина Анна', is_study: 1, legal_type: 1, branch_ids: [1] });
		add('customer', { name: 'Елкина Анна Ивановна', is_study: 1, legal_type: 1, branch_ids: [1] });
		expect((await run(by('name', { name: 'елкина  анна' }))).map((one) => one.id)).toEqual([id]);
	});

	it('who is in another branch is found there, and so are the lessons', async () => {
		const id = add('customer', { name: 'Дальняя Ия', is_study: 1, legal_type: 1, branch_ids: [2] });
		const held = { branch_id: 2, status: 3, customer_ids: [id], lesson_type_id: 1, subject_id: 1 };
		const lesson = add('lesson', {
			...{ date: '2026-02-09', time_from: '2026-02-09 10:00:00', time_to: '2026-02-09 11:00:00', ...held },
		});
		add('lesson-details', { lesson_id: lesson, customer_id: id, is_attend: 0, note: 'Болезнь' });
		const [json] = await run(form(id));
		expect(json).toMatchObject({ id, branch_ids: '2', attendance: [{ attended: false, note: 'Болезнь' }] });
		expect(json.url).toMatch(/\/company\/2\/customer\/view\?id=/);
	});

	it('nobody is an error, an item or nothing, as is chosen', async () => {
		for (const parameters of [form(99_999), by('phone', { phone: '+7(900)555-00-98' })]) {
			expect((await whole(parameters)).error?.httpCode).toBe('404');
			const chosen = (ifNone: string) => ({ ...parameters, options: { ifNone } });
			expect(await run(chosen('item'))).toEqual([{ matchFound: false }]);
			expect(await run(chosen('nothing'))).toEqual([]);
		}
	});

	it('by ID, too, who is archived or in a branch that is not searched is not found where that is chosen', async () => {
		const add1 = (more: Row) =>
			add('customer', { name: 'Ия', is_study: 1, legal_type: 1, branch_ids: [1], ...more });
		const [active, gone] = [add1({ e_date: OPEN_END }), add1({ e_date: '2025-01-31' })];
		const found = async (id: number, options: INodeParameters) =>
			(await run(form(id, { ifNone: 'nothing', ...options }))).map((one) => one.id);
		expect(await found(gone, {})).toEqual([gone]);
		expect(await found(gone, { archived: false })).toEqual([]);
		expect(await found(active, { archived: false })).toEqual([active]);
		expect(await found(active, { searchBranches: [2] })).toEqual([]);
		expect(await found(active, { searchBranches: [2, 1] })).toEqual([active]);
		set({ rowsShowRemoved: ['customer'] });
		expect(await found(gone, { archived: false })).toEqual([]);
	});

	it('archived ones say so, by the flag or the day', async () => {
		const { id } = busy();
		patch('customer', id, { e_date: '2026-02-09' });
		expect((await run(form(id)))[0].archived).toBe(true);
		set({ rowsShowRemoved: ['customer'] });
		expect((await run(form(id)))[0].archived).toBe(true);
		patch('customer', id, { e_date: OPEN_END });
		expect((await run(form(id)))[0].archived).toBe(false);
	});

	it.each([
		['Customer', form('', {}, { id: pick(EMPTY) })],
		['Phone', by('phone', { phone: EMPTY })],
		['Name', by('name', { name: NULL })],
		['Last Lessons and Payments', form(1, { last: given(0) })],
		['Days Ahead', form(1, { daysAhead: given('soon') })],
		['Search All Tasks', form(1, { allTasks: given('yes, please') })],
		['Look Up All Names', form(1, { allNames: given(null) })],
	])("'%s' that cannot be read is refused before anything is sent", async (label, parameters) => {
		await refused(parameters as INodeParameters, label);
	});
});
