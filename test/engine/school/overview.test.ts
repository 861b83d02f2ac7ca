import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { withPackage } from '../../../scripts/lib/examples';
import { callTool, fromAi, toolContext } from '../support/agentTool';
import { Engine } from '../support/engine';
import { EMPTY, given, NULL, officeOf, OPEN_END, pick, stopClock, UNDEFINED } from '../support/office';
import { mostInASecond, useSchool } from '../support/school';

type Row = IDataObject;

const school = useSchool({ customers: 80 });
const { add, patch, refused, row, rows, run, set, whole, writes } = officeOf(school);

/** The school's noon on the day around which its lessons are. */
const TODAY = '2026-02-10';
beforeEach(() => stopClock(`${TODAY}T09:00:00Z`));
afterEach(() => jest.useRealTimers());

const ALL: INodeParameters = { allNames: true, allTasks: true };
const by = (matchBy: string, key: INodeParameters, options: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'customer', operation: 'getOverview', branchId: 1, matchBy, leaveOut: [], options, ...key },
});
const form = (id: unknown, options: INodeParameters = {}, more: INodeParameters = {}): INodeParameters =>
	by('id', { id: pick(id), ...more }, options);
const ofEach = form('={{ $json.id }}', ALL);
/** The form as it opens. */
const untouched = (parameters: INodeParameters): INodeParameters =>
	Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'leaveOut'));
const calls = () => school.calls().filter((call) => call !== 'auth/login');
const partsIn = ({ overviewErrors }: Row) => (overviewErrors as Row[]).map(({ part }) => part).sort();

// ---------------------------------------------------------------- what the school's own rows say of a customer

const list = (value: unknown) => (value ?? []) as number[];
const isoOf = (day: unknown) => {
	if (day === null || day === undefined) return null;
	const text = String(day);
	return text[2] === '.' ? `${text.slice(6, 10)}-${text.slice(3, 5)}-${text.slice(0, 2)}` : text.slice(0, 10);
};
const nameOf = (path: string, id: unknown) => (id ? (row(path, id)?.name ?? null) : null);
const customers = () => rows('customer').filter(({ branch_ids }) => list(branch_ids).includes(1));
/** In an order that does not matter. */
const inOrder = (overview: Row): Row =>
	Object.fromEntries(
		Object.entries(overview).map(([name, value]) => [
			name,
			['groups', 'subscriptions', 'tasks'].includes(name) && Array.isArray(value)
				? [...(value as Row[])].sort((one, other) => Number(one.id) - Number(other.id))
				: value,
		]),
	);

/** Worked out for these tests alone. */
function expected(customer: Row, last = 5): Row {
	const { id } = customer;
	const homes = list(customer.branch_ids);
	const isOwn = ({ customer_id }: Row) => customer_id === id;
	const isClient = customer.is_study === 1;
	const stage = isClient ? customer.study_status_id : customer.lead_status_id;
	const lessons = rows('lesson').filter(
		(one) => homes.includes(Number(one.branch_id)) && list(one.customer_ids).includes(Number(id)),
	);
	const about = (one: Row) => ({
		...{ lesson_id: one.id, branch_id: one.branch_id, date: one.date },
		...{ start: String(one.time_from).slice(11, 16), end: String(one.time_to).slice(11, 16) },
		...{ type: nameOf('lesson-type', one.lesson_type_id), topic: one.topic ?? null },
	});
	const byTime = (one: Row, other: Row) => String(one.time_from).localeCompare(String(other.time_from));
	const ahead = lessons
		.filter((one) => one.status === 1 && String(one.time_from) > `${TODAY} 12:00:00`)
		.filter((one) => String(one.date) <= '2026-03-12')
		.sort(byTime);
	const held = lessons.filter((one) => one.status === 3).sort((one, other) => byTime(other, one));
	const next = (group?: number) => {
		const [first] = ahead.filter((one) => group === undefined || list(one.group_ids).includes(group));
		if (first === undefined) return null;
		return {
			...about(first),
			...(group === undefined ? { group_id: list(first.group_ids)[0] ?? null } : {}),
		};
	};
	const groups = new Set(
		rows('cgi')
			.filter(isOwn)
			.filter(({ b_date }) => (isoOf(b_date) ?? '') <= TODAY)
			.filter(({ e_date }) => (isoOf(e_date) ?? '9999') >= TODAY)
			.map(({ group_id }) => Number(group_id)),
	);
	const byDay = (one: Row, other: Row) =>
		String(other.date).localeCompare(String(one.date)) || Number(other.id) - Number(one.id);
	return {
		...{
			id,
			name: customer.name,
			type: isClient ? 'client' : 'lead',
			archived: customer.e_date !== OPEN_END,
		},
		...{ phone: list(customer.phone).join(', '), email: list(customer.email).join(', ') },
		...{ payer_name: customer.legal_name, branch_ids: homes.join(', ') },
		...{ manager_id: customer.assigned_id ?? null, manager_name: nameOf('user', customer.assigned_id) },
		...{ stage_id: stage ?? null, stage_name: nameOf(isClient ? 'study-status' : 'lead-status', stage) },
		branch_names: homes.map((one) => nameOf('branch', one)).join(', '),
		url: `${school.sandbox.url}/company/1/${isClient ? 'customer' : 'lead'}/view?id=${String(id)}`,
		...{ balance: customer.balance, bonus: customer.balance_bonus, lessons_left: customer.paid_lesson_count },
		...{ paid_until: isoOf(customer.paid_till), last_attended: isoOf(customer.last_attend_date) },
		next_lesson: next(),
		groups: [...groups].map((group) => ({
			id: group,
			name: nameOf('group', group),
			next_lesson: next(group),
		})),
		subscriptions: rows('customer-tariff')
			.filter(isOwn)
			.filter(({ e_date }) => (isoOf(e_date) ?? '9999') >= TODAY)
			.map((one) => ({
				...{ id: one.id, plan_id: one.tariff_id, plan_name: nameOf('tariff', one.tariff_id) },
				...{
					from: isoOf(one.b_date),
					until: isoOf(one.e_date),
					balance: one.balance,
					note: one.note ?? null,
				},
				lessons_left: one.paid_lesson_count,
			})),
		attendance: held.slice(0, last).map((one) => {
			const detail = rows('lesson-details')
				.filter(isOwn)
				.find(({ lesson_id }) => lesson_id === one.id);
			return {
				...{ ...about(one), attended: detail ? detail.is_attend === 1 : null, grade: detail?.grade ?? null },
				...{ homework_grade: detail?.homework_grade_id ?? null },
				...{ bonus: detail?.bonus ?? null, note: detail?.note ?? null },
			};
		}),
		payments: rows('pay')
			.filter(isOwn)
			.filter(({ branch_id }) => homes.includes(Number(branch_id)))
			.map((one) => ({
				...{ id: one.id, date: isoOf(one.document_date), income: one.income },
				...{ expenditure: one.expenditure, type_id: one.pay_type_id, note: one.note ?? null },
				...{ incoming: one.pay_type_id === 1, confirmed: one.is_confirmed === 1 },
			}))
			.sort(byDay)
			.slice(0, last),
		tasks: rows('task')
			.filter(({ branch_ids }) => list(branch_ids).some((branch) => homes.includes(branch)))
			.filter(({ customer_ids }) => list(customer_ids).includes(Number(id)))
			.filter(({ is_done, is_archive }) => is_done === 0 && is_archive === 0)
			.map((one) => ({
				...{ id: one.id, title: one.title, text: one.text, due_date: isoOf(one.due_date) },
				assigned_ids: list(one.assigned_ids).join(', '),
			})),
		overviewErrors: [],
	};
}

/** A client in a group, with a manager, and lessons behind and ahead. */
const busy = (): Row =>
	customers().find(
		(one) =>
			one.is_study === 1 &&
			one.e_date === OPEN_END &&
			Boolean(one.assigned_id) &&
			((expected(one).groups as Row[])[0]?.next_lesson ?? null) !== null,
	) as Row;

const person = (more: Row = {}) =>
	add('customer', { name: 'Тихая Ия', is_study: 1, legal_type: 1, branch_ids: [1], ...more });
const lessonOn = (date: string, more: Row) =>
	add('lesson', {
		...{ branch_id: 1, lesson_type_id: 1, subject_id: 1, customer_ids: [], date },
		...{ time_from: `${date} 10:00:00`, time_to: `${date} 11:00:00`, ...more },
	});

// ----------------------------------------------------------------

describe('an overview says what the school holds', () => {
	it.each<[string, Row]>([
		['as it is', {}],
		['where a page size is refused', { bodyPageSize: 'refused400' }],
		[
			'where no total comes and lists are shuffled',
			{ total: 'missing', shuffle: true, bodyPageSize: 'honoured' },
		],
		['where filters are ignored', { ignoredFilters: ['lesson.customer_id', 'pay.customer_id', 'group.ids'] }],
		['where ended subscriptions are left out', { deadDefault: 'current', rowsShowDead: true }],
		['where details come with a customer only', { lessonDetails: 'withCustomer' }],
		['where customers do not show their groups', { customerGroups: 'unknown' }],
		['where memberships of all times come', { cgiDefault: 'all', customerGroups: 'unknown' }],
	])('of each customer, %s', async (_what, settings) => {
		set(settings);
		const some = customers().filter((_one, index) => index % 9 === 0);
		const json = await run(ofEach, { items: some.map(({ id }) => ({ id })) });
		expect(json.map(inOrder)).toEqual(some.map((one) => inOrder(expected(one))));
		expect(json.length).toBeGreaterThan(4);
		expect(writes()).toEqual([]);
	});

	it('of lessons that show nobody, as AlfaCRM lists them for the customer', async () => {
		const lesson = lessonOn('2026-02-09', { status: 3 });
		for (const { id } of rows('lesson')) if (id !== lesson) patch('lesson', id, { status: 2 });
		set({ ignoredFilters: ['lesson.customer_id'] });
		const [{ attendance }] = await run(form(person()));
		expect(attendance).toMatchObject([{ lesson_id: lesson, attended: null }]);
	});

	it('of lessons of which nobody has said who was there: nothing is made of that', async () => {
		const id = person();
		const lesson = lessonOn('2026-02-09', { status: 3, customer_ids: [id] });
		add('lesson-details', { lesson_id: lesson, customer_id: id, is_attend: null, grade: '5' });
		const [{ attendance }] = await run(form(id));
		expect(attendance).toMatchObject([{ lesson_id: lesson, attended: null, grade: '5' }]);
	});

	it('as the schema tells', async () => {
		const [json] = await run(form(busy().id, ALL));
		const { properties } = allSchemas()['customer/getOverview'];
		const sorted = (value: unknown) => Object.keys((value ?? {}) as object).sort();
		expect(sorted(properties)).toEqual(sorted(json));
		for (const name of ['groups', 'subscriptions', 'attendance', 'payments'])
			expect(sorted(properties[name].items?.properties)).toEqual(sorted((json[name] as Row[])[0]));
		expect(sorted(properties.next_lesson.properties)).toEqual(sorted(json.next_lesson));
	});

	it('with as many of the last lessons and payments, and of the next days, as are wanted', async () => {
		const customer = busy();
		const [json] = await run(form(customer.id, { ...ALL, last: 2 }));
		expect(inOrder(json)).toEqual(inOrder(expected(customer, 2)));
		const id = person();
		const lesson = lessonOn('2026-02-12', { status: 1, customer_ids: [id] });
		for (const ignoredFilters of [[], ['lesson.date_to']]) {
			set({ ignoredFilters });
			const next = async (daysAhead: number) => (await run(form(id, { daysAhead })))[0].next_lesson;
			expect(await next(1)).toBeNull();
			expect(await next(2)).toMatchObject({ lesson_id: lesson, date: '2026-02-12' });
		}
	});

	it('with tasks of later pages if that is wanted; if not, that is said', async () => {
		const { id } = busy();
		const task = add('task', { customer_ids: [id], branch_ids: [1], title: 'Перезвонить' });
		for (let count = 0; count < 30; count++) add('task', { branch_ids: [1], title: `Задача ${count}` });
		const [first] = await run(form(id));
		expect((first.tasks as Row[]).map((one) => one.id)).not.toContain(task);
		const reason = expect.stringMatching(/only the first 20 of \d+ were looked through/) as string;
		expect(first.overviewErrors).toEqual([{ part: 'tasks', reason }]);
		const [all] = await run(form(id, { allTasks: true }));
		expect((all.tasks as Row[]).map((one) => one.id)).toContain(task);
		expect(all.overviewErrors).toEqual([]);
	});
});

describe('what an overview costs', () => {
	it.each([
		['a client', () => busy(), {}],
		['a client, where groups are not shown', () => busy(), { customerGroups: 'unknown' }],
		['a lead', () => customers().find(({ is_study }) => is_study === 0) as Row, {}],
	])('of %s: 8 calls at most', async (_what, who, settings) => {
		set(settings);
		const { id } = who();
		expect(await run(form(id))).toMatchObject([{ id }]);
		expect(calls().length).toBeLessThanOrEqual(8);
		expect(calls()[0]).toBe('customer/index');
	});

	it('of 20 customers: the lists of names and tasks once', async () => {
		const clients = customers().filter(({ is_study, assigned_id }) => is_study === 1 && Boolean(assigned_id));
		await run(ofEach, { items: clients.slice(0, 20).map(({ id }) => ({ id })) });
		for (const call of ['tariff/index', 'user/index', 'study-status/index', 'branch/index'])
			expect([call, school.entries(call).length]).toEqual([call, 1]);
		const pages = school
			.entries('task/index')
			.map(({ path, body }) => `${path} ${String((body as Row).page)}`);
		expect(pages).toEqual([...new Set(pages)]);
	});

	describe('at 5 calls a second', () => {
		/** Of its own, for the limiter remembers what was called a second before. */
		const slow = useSchool({ customers: 40, settings: { rateLimit: 5, latencyMs: 60 } });

		it('of 60 ms: 2.2 seconds at most, a login included', async () => {
			jest.useRealTimers();
			const engine = new Engine({ ...slow.credential, requestsPerSecond: 5 });
			const client = officeOf(slow)
				.rows('customer')
				.find((one) => one.is_study === 1 && list(one.branch_ids).includes(1) && Boolean(one.assigned_id));
			const begun = performance.now();
			const { json, error } = await engine.run({ parameters: untouched(form(client?.id)) });
			const seconds = (performance.now() - begun) / 1_000;

			expect(error).toBeUndefined();
			expect(json).toMatchObject([{ id: client?.id, overviewErrors: [] }]);
			expect(slow.calls()[0]).toBe('auth/login');
			expect(slow.calls()).toHaveLength(9);
			expect(mostInASecond(slow.sandbox.journal)).toBeLessThanOrEqual(5);
			expect(new Set(slow.sandbox.journal.map(({ status }) => status))).toEqual(new Set([200]));
			expect(seconds).toBeLessThan(2.2);
		});
	});
});

describe('where this user may not read', () => {
	it.each([
		['cgi/customer', 'groups', { customerGroups: 'unknown' }],
		['customer-tariff/index', 'subscriptions', {}],
		['pay/index', 'payments', {}],
		['task/index', 'tasks', {}],
	])('%s: %s are null, and the reason stands beside them', async (call, part, settings) => {
		const customer = busy();
		set({ forbiddenCalls: [call], ...settings });
		const [json] = await run(form(customer.id, ALL));
		const reason = expect.stringMatching(/denied access.*may not list/) as string;
		const overviewErrors = [{ part, reason }];
		expect(inOrder(json)).toEqual(inOrder({ ...expected(customer), [part]: null, overviewErrors }));
	});

	it('groups: that lessons which show nothing else are not counted is told too', async () => {
		const { id } = busy();
		const planned = () => rows('lesson').filter(({ status }) => status === 1);
		for (const lesson of planned()) patch('lesson', lesson.id, { customer_ids: [] });
		const time_from = '2026-02-11 12:00:00';
		const own = lessonOn('2026-02-11', { status: 1, customer_ids: [id], time_from, group_ids: [] });
		set({ forbiddenCalls: ['cgi/customer'], customerGroups: 'unknown' });
		set({ ignoredFilters: ['lesson.customer_id'] });
		const told = async () => {
			const [json] = await run(form(id));
			return { next: (json.next_lesson as Row).lesson_id, parts: partsIn(json) };
		};
		expect(await told()).toEqual({ next: own, parts: ['groups', 'next_lesson'] });
		for (const lesson of planned()) if (lesson.id !== own) patch('lesson', lesson.id, { status: 2 });
		expect(await told()).toEqual({ next: own, parts: ['groups'] });
	});

	it('lessons: what hangs on them is null', async () => {
		const customer = busy();
		set({ forbiddenCalls: ['lesson/index'] });
		const [json] = await run(form(customer.id, ALL));
		const groups = (expected(customer).groups as Row[]).map((group) => ({ ...group, next_lesson: null }));
		expect(json).toMatchObject({ next_lesson: null, attendance: null });
		expect(inOrder(json).groups).toEqual(inOrder({ groups }).groups);
		expect(partsIn(json)).toEqual(['attendance', 'next_lesson']);
	});

	it('names: the numbers stay', async () => {
		const customer = busy();
		set({ forbiddenCalls: ['user/index', 'study-status/index', 'tariff/index', 'branch/index'] });
		const { json, hints } = await whole(form(customer.id, ALL));
		expect(json[0]).toMatchObject({
			...{ manager_id: customer.assigned_id, manager_name: null, stage_name: null, branch_names: null },
		});
		expect(partsIn(json[0])).toEqual(['branch_names', 'manager_name', 'plan_name', 'stage_name']);
		expect(hints.join()).toContain('An overview lacks something');
	});

	it('what all items share: it is refused once for all of them', async () => {
		const [one, other] = customers().map(({ id }) => ({ id }));
		set({ forbiddenCalls: ['user/index', 'task/index'] });
		for (const json of await run(ofEach, { items: [one, other, one, other] })) {
			expect(json.tasks).toBeNull();
			expect(partsIn(json)).toContain('tasks');
		}
		// Once, and once more with a new login.
		expect(school.entries('task/index')).toHaveLength(2);
		expect(school.entries('user/index').length).toBeLessThanOrEqual(2);
	});

	it('all but the customer: an overview of what the card says', async () => {
		const { id, name } = busy();
		const all = ['lesson/*', 'cgi/*', 'pay/*', 'task/*', 'customer-tariff/*', 'user/*', 'tariff/*'];
		set({ forbiddenCalls: all });
		expect(await run(form(id))).toMatchObject([
			{ id, name, payments: null, tasks: null, subscriptions: null },
		]);
	});

	it('the customer: an error', async () => {
		const { id } = busy();
		set({ forbiddenCalls: ['customer/index'] });
		expect((await whole(form(id))).error?.httpCode).toBe('403');
	});
});

it('a failure that may pass is no lack of rights: the item fails, and nothing goes on behind it', async () => {
	const { id } = busy();
	const match = { entity: 'pay', action: 'index' };
	school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match });
	expect((await whole(form(id))).error?.message).toMatch(/payments/);
	const count = school.calls().length;
	await new Promise(setImmediate);
	expect(school.calls()).toHaveLength(count);
}, 60_000);

describe('whose overview it is', () => {
	const found = async (parameters: INodeParameters) => (await run(parameters)).map(({ id }) => id);

	it('by phone, in any spelling; one item for each who has it, active ones first, clients before leads', async () => {
		const phone = ['+7(900)555-00-99'];
		const ids = [
			person({ phone }),
			person({ phone, is_study: 0 }),
			person({ phone, is_study: 0, e_date: '2025-01-31' }),
		];
		const asked = (options: INodeParameters = {}) => by('phone', { phone: '8 900 555 00 99' }, options);
		expect(await found(asked())).toEqual(ids);
		expect(await found(asked({ archived: false }))).toEqual(ids.slice(0, 2));
		expect(await found(asked({ ifSeveral: 'newest' }))).toEqual([ids[0]]);
		const { error } = await whole(asked({ ifSeveral: 'refuse' }));
		expect(error?.message).toContain('3 customers match by Phone');
	});

	it('by the whole name', async () => {
		const id = person({ name: 'Ёлкина Анна' });
		person({ name: 'Елкина Анна Ивановна' });
		expect(await found(by('name', { name: 'елкина  анна' }))).toEqual([id]);
	});

	it('is found in another branch, and so are the lessons', async () => {
		const id = person({ branch_ids: [2] });
		const lesson = lessonOn('2026-02-09', { branch_id: 2, status: 3, customer_ids: [id] });
		add('lesson-details', { lesson_id: lesson, customer_id: id, is_attend: 0, note: 'Болезнь' });
		const [json] = await run(form(id));
		expect(json).toMatchObject({ id, branch_ids: '2', attendance: [{ attended: false, note: 'Болезнь' }] });
		expect(json.url).toMatch(/\/company\/2\/customer\/view\?id=/);
	});

	it('is nobody’s: an error, an item or nothing, as is chosen', async () => {
		for (const parameters of [form(99_999), by('phone', { phone: '+7(900)555-00-98' })]) {
			expect((await whole(parameters)).error?.httpCode).toBe('404');
			const chosen = (ifNone: string) => ({ ...parameters, options: { ifNone } });
			expect(await run(chosen('item'))).toEqual([{ matchFound: false }]);
			expect(await run(chosen('nothing'))).toEqual([]);
		}
	});

	it('by ID, too, is not found among the archived or in a branch that is not searched where that is chosen', async () => {
		const [active, gone] = [person({ e_date: OPEN_END }), person({ e_date: '2025-01-31' })];
		const byId = async (id: number, options: INodeParameters) =>
			await found(form(id, { ifNone: 'nothing', ...options }));
		expect(await byId(gone, {})).toEqual([gone]);
		expect(await byId(gone, { archived: false })).toEqual([]);
		expect(await byId(active, { archived: false })).toEqual([active]);
		expect(await byId(active, { searchBranches: [2] })).toEqual([]);
		expect(await byId(active, { searchBranches: [2, 1] })).toEqual([active]);
		set({ rowsShowRemoved: ['customer'] });
		expect(await byId(gone, { archived: false })).toEqual([]);
	});

	it('says that somebody is archived, by the flag or the day', async () => {
		const id = person({ e_date: '2026-02-09' });
		const archived = async () => (await run(form(id)))[0].archived;
		expect(await archived()).toBe(true);
		set({ rowsShowRemoved: ['customer'] });
		expect(await archived()).toBe(true);
		patch('customer', id, { e_date: OPEN_END });
		expect(await archived()).toBe(false);
	});

	it.each([
		['Customer', form(EMPTY)],
		['Phone', by('phone', { phone: EMPTY })],
		['Name', by('name', { name: NULL })],
		['Last Lessons and Payments', form(1, { last: given(0) })],
		['Days Ahead', form(1, { daysAhead: given('soon') })],
		['Search All Tasks', form(1, { allTasks: given('yes, please') })],
		['Look Up All Names', form(1, { allNames: NULL })],
		...[
			EMPTY,
			NULL,
			UNDEFINED,
			given('everything'),
			given(['note']),
			given({}),
			given('[]'),
			given(false),
		].map((leaveOut): [string, INodeParameters] => ['Leave Out', form(1, {}, { leaveOut })]),
	])("'%s' that cannot be read is refused before anything is sent", async (label, parameters) => {
		await refused(parameters, label);
	});
});

describe('what is left out', () => {
	const SECRET = 'Мама ругалась, не звонить';

	/** A client about whom staff has noted something wherever AlfaCRM takes a note. */
	function noted(): Row {
		const { id } = busy();
		add('customer-tariff', { customer_id: id, tariff_id: 1, b_date: '2026-01-01', e_date: '2026-12-31' });
		for (const path of ['customer-tariff', 'pay', 'lesson-details'])
			for (const one of rows(path).filter(({ customer_id }) => customer_id === id))
				patch(path, one.id, { note: SECRET });
		patch('customer', id, { note: SECRET });
		add('task', { customer_ids: [id], branch_ids: [1], title: 'Перезвонить', text: '' });
		return { ...row('customer', id) };
	}

	it('as the form opens are notes of the staff, and nothing else; what is let in comes whole', async () => {
		const customer = noted();
		const all = expected(customer);
		const text = JSON.stringify(all, (name, value: unknown) => (name === 'note' ? undefined : value));
		const [json] = await run(untouched(form(customer.id, ALL)));
		expect(JSON.stringify(json)).not.toContain(SECRET);
		expect(inOrder(json)).toEqual(inOrder(JSON.parse(text) as Row));
		for (const part of ['payments', 'attendance', 'tasks'])
			expect((json[part] as Row[]).length).toBeGreaterThan(0);

		const [letIn] = await run(form(customer.id, ALL));
		expect(inOrder(letIn)).toEqual(inOrder(all));
		expect(JSON.stringify(letIn)).toContain(SECRET);
	});

	it('an agent that has it as a tool does not hear either', async () => {
		const { id, phone } = noted();
		const parameters = untouched(by('phone', { phone: fromAi('phone') }));
		const items = await callTool(toolContext(school, parameters, { phone: String((phone as string[])[0]) }));
		expect(items.map(({ json }) => json.id)).toContain(id);
		expect(JSON.stringify(items)).not.toContain(SECRET);
	});

	it('the bot for parents tells no parent of the other one, who stands on the same card', async () => {
		const { id } = busy();
		const other = { phone: '+7(900)222-33-44', email: 'father@example.org', payer: 'Орлов Лев' };
		const phone = ['+7(900)111-22-33', other.phone];
		patch('customer', id, { phone, email: [other.email], legal_name: other.payer });
		const { parameters } = withPackage('parent-bot').nodes.find(({ name }) => name === 'Get Overview') ?? {};
		const asked = { ...(parameters as INodeParameters), phone: phone[0] };
		const items = await callTool(toolContext(school, asked, {}));
		expect(items.map(({ json }) => json.id)).toEqual([id]);
		for (const word of Object.values(other)) expect(JSON.stringify(items)).not.toContain(word);
	});

	it.each<[part: string, call: string, fields: string[]]>([
		['attendance', 'lesson/index', ['attendance']],
		['contacts', '', ['phone', 'email', 'payer_name']],
		['manager', 'user/index', ['manager_id', 'manager_name', 'stage_id', 'stage_name']],
		['payments', 'pay/index', ['payments']],
		['tasks', 'task/index', ['tasks']],
	])('can be %s, and costs no call then', async (part, call, fields) => {
		const customer = noted();
		const [json] = await run(form(customer.id, ALL, { leaveOut: [part] }));
		const rest = Object.entries(expected(customer)).filter(([name]) => !fields.includes(name));
		expect(inOrder(json)).toEqual(inOrder(Object.fromEntries(rest)));
		// The lessons ahead are planned ones.
		expect(school.entries(call).filter(({ body }) => (body as Row).status !== 1)).toEqual([]);
	});

	it('is no error where it may not be read, and leaves calls for names', async () => {
		const { id } = busy();
		set({ forbiddenCalls: ['task/index', 'pay/index'] });
		const [json] = await run(form(id, {}, { leaveOut: ['payments', 'tasks'] }));
		expect(json.overviewErrors).toEqual([]);
		for (const name of ['manager_name', 'stage_name', 'branch_names']) expect(json[name]).not.toBeNull();
		expect(calls().length).toBeLessThanOrEqual(8);
	});
});
