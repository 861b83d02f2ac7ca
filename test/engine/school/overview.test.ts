import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { officeOf, pick, stopClock } from '../support/office';
import { ALL, form, inOrder, NOON, overviewsOf, TODAY } from '../support/overview';
import type { Row } from '../support/overview';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { add, patch, rows, run, set, writes } = officeOf(school);
const { busy, customers, expected } = overviewsOf(school);

beforeEach(() => stopClock(NOON));
afterEach(() => jest.useRealTimers());

const calls = () => school.calls().filter((call) => call !== 'auth/login');

describe('an overview says what the school holds', () => {
	it.each([
		['as it is', {}],
		['where pages are large', { bodyPageSize: 'honoured' }],
		['where a page size is refused', { bodyPageSize: 'refused400' }],
		[
			'where no total comes and lists are shuffled',
			{ total: 'missing', shuffle: true, bodyPageSize: 'honoured' },
		],
		['where customers do not show their groups', { customerGroups: 'unknown' }],
		['where filters are ignored', { ignoredFilters: ['lesson.customer_id', 'pay.customer_id', 'group.ids'] }],
		['where ended subscriptions are left out', { deadDefault: 'current', rowsShowDead: true }],
		['where details come with a customer only', { lessonDetails: 'withCustomer' }],
		['where memberships of all times come', { cgiDefault: 'all', customerGroups: 'unknown' }],
	])(
		'of each customer, %s',
		async (_what, settings) => {
			set(settings);
			const some = customers().filter((_one, index) => index % 3 === 0);
			const json = await run(form('={{ $json.id }}', ALL, { id: pick('={{ $json.id }}') }), {
				items: some.map(({ id }) => ({ id })),
			});
			expect(json.map(inOrder)).toEqual(some.map((one) => inOrder(expected(one))));
			expect(json.length).toBeGreaterThan(15);
			expect(writes()).toEqual([]);
		},
		60_000,
	);

	it('of lessons that show nobody, as AlfaCRM lists them for the customer', async () => {
		const id = add('customer', { name: 'Тихая Ия', is_study: 1, legal_type: 1, branch_ids: [1] });
		const held = { branch_id: 1, status: 3, customer_ids: [], lesson_type_id: 1, subject_id: 1 };
		const moments = { time_from: '2026-02-09 10:00:00', time_to: '2026-02-09 11:00:00' };
		const lesson = add('lesson', { date: '2026-02-09', ...moments, ...held });
		for (const other of rows('lesson')) if (other.id !== lesson) patch('lesson', other.id, { status: 2 });
		set({ ignoredFilters: ['lesson.customer_id'] });
		const [json] = await run(form(id));
		expect(json.attendance).toMatchObject([{ lesson_id: lesson, attended: null }]);
	});

	it('of lessons of which nobody has said who was there: nothing is made of that', async () => {
		const id = add('customer', { name: 'Тихая Ия', is_study: 1, legal_type: 1, branch_ids: [1] });
		const held = { branch_id: 1, status: 3, customer_ids: [id], lesson_type_id: 1, subject_id: 1 };
		const moments = { time_from: '2026-02-09 10:00:00', time_to: '2026-02-09 11:00:00' };
		const lesson = add('lesson', { date: '2026-02-09', ...moments, ...held });
		add('lesson-details', { lesson_id: lesson, customer_id: id, is_attend: null, grade: '5' });
		const [json] = await run(form(id));
		expect(json.attendance).toMatchObject([{ lesson_id: lesson, attended: null, grade: '5' }]);
	});

	it('as the schema tells', async () => {
		const [json] = await run(form(busy().id, ALL));
		const { properties } = allSchemas()['customer/getOverview'];
		expect(Object.keys(properties).sort()).toEqual(Object.keys(json).sort());
		for (const name of ['groups', 'subscriptions', 'attendance', 'payments']) {
			const [first] = json[name] as Row[];
			expect(Object.keys(properties[name].items?.properties ?? {}).sort()).toEqual(Object.keys(first).sort());
		}
		expect(Object.keys(properties.next_lesson.properties ?? {}).sort()).toEqual(
			Object.keys(json.next_lesson as Row).sort(),
		);
	});

	it('with as many of the last lessons and payments, and of the next days, as are wanted', async () => {
		const customer = busy();
		const [json] = await run(form(customer.id, { ...ALL, last: 2 }));
		expect(inOrder(json)).toEqual(inOrder(expected(customer, 2)));
		const { date } = expected(customer).next_lesson as Row;
		const days = Math.round((Date.parse(String(date)) - Date.parse(TODAY)) / 86_400_000);
		expect((await run(form(customer.id, { daysAhead: Math.max(1, days) })))[0].next_lesson).not.toBeNull();
		if (days > 1) expect((await run(form(customer.id, { daysAhead: days - 1 })))[0].next_lesson).toBeNull();
	});

	it('with no lesson behind the days that are looked through, though AlfaCRM lists it', async () => {
		const id = add('customer', { name: 'Дальняя Ия', is_study: 1, legal_type: 1, branch_ids: [1] });
		const far = { date: '2026-02-12', time_from: '2026-02-12 10:00:00', time_to: '2026-02-12 11:00:00' };
		const more = { branch_id: 1, status: 1, customer_ids: [id], lesson_type_id: 1, subject_id: 1 };
		const lesson = add('lesson', { ...far, ...more });
		set({ ignoredFilters: ['lesson.date_to'] });
		const next = async (daysAhead: number) => (await run(form(id, { daysAhead })))[0].next_lesson;
		expect(await next(1)).toBeNull();
		expect(await next(2)).toMatchObject({ lesson_id: lesson, date: '2026-02-12' });
	});

	it('tasks on later pages are looked for if that is wanted; if not, that is said', async () => {
		const { id } = busy();
		const task = add('task', { customer_ids: [id], branch_ids: [1], title: 'Перезвонить' });
		for (let count = 0; count < 30; count++) add('task', { branch_ids: [1], title: `Задача ${count}` });
		const [first] = await run(form(id));
		expect((first.tasks as Row[]).map((one) => one.id)).not.toContain(task);
		expect(first.overviewErrors).toEqual([
			{
				part: 'tasks',
				reason: expect.stringMatching(/only the first 20 of \d+ were looked through/) as string,
			},
		]);
		const [all] = await run(form(id, { allTasks: true }));
		expect((all.tasks as Row[]).map((one) => one.id)).toContain(task);
		expect(all.overviewErrors).toEqual([]);
	});
});

describe('what it costs', () => {
	it.each([
		['a client', () => busy(), {}],
		['a client, where groups are not shown', () => busy(), { customerGroups: 'unknown' }],
		['a lead', () => customers().find(({ is_study }) => is_study === 0) as Row, {}],
	])('%s takes 8 calls at most', async (_what, who, settings) => {
		set(settings);
		const { id } = who();
		expect((await run(form(id)))[0].id).toBe(id);
		expect(calls().length).toBeLessThanOrEqual(8);
		expect(calls()[0]).toBe('customer/index');
	});

	it('for 20 customers the lists of names and tasks are read once', async () => {
		const items = customers()
			.filter(({ is_study, assigned_id }) => is_study === 1 && Boolean(assigned_id))
			.slice(0, 20)
			.map(({ id }) => ({ id }));
		await run(form('', ALL, { id: pick('={{ $json.id }}') }), { items });
		for (const call of ['tariff/index', 'user/index', 'study-status/index', 'branch/index'])
			expect([call, school.entries(call).length]).toEqual([call, 1]);
		const pages = school
			.entries('task/index')
			.map(({ path, body }) => `${path} ${(body as Row).page as number}`);
		expect(pages).toEqual([...new Set(pages)]);
	});
});
