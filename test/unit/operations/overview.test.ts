import type { IDataObject } from 'n8n-workflow';

import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import type { Settings } from '../../../sandbox';
import { makeAnswerError } from '../../support/nodeErrors';
import { OTHER_PHONE, PHONE, SmallSchool } from './school';

type Row = IDataObject;

let school: SmallSchool;
/** The school's noon. */
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
});
afterEach(() => jest.useRealTimers());

const OPEN_END = '2030-12-31';
const ALL: Row = { allNames: true, allTasks: true };
const by = (matchBy: string, key: Row, options: Row = {}): Row => ({
	...{ resource: 'customer', operation: 'getOverview', branchId: 1, matchBy, leaveOut: [], options, ...key },
});
const form = (id: unknown, options: Row = {}, leaveOut: unknown = []): Row =>
	by('id', { id: id as number, leaveOut: leaveOut as string[] }, options);
/** The form as it opens. */
const untouched = (form: Row): Row =>
	Object.fromEntries(Object.entries(form).filter(([name]) => name !== 'leaveOut'));
const run = async (parameters: Row) => (await school.run(parameters)).json;
const one = async (id: unknown, options: Row = {}) => (await run(form(id, options)))[0];
const set = (settings: Partial<Settings>) => void Object.assign(school.settings, settings);
const forbid = (call: string, branch: number, status = 403) => {
	school.onCall = (name, { url }) => {
		if (name === call && url.includes(`/v2api/${branch}/`)) throw makeAnswerError(status);
		return undefined;
	};
};
const ids = (rows: unknown, key = 'id') => (rows as Row[]).map((row) => row[key]);
const partsIn = ({ overviewErrors }: Row) => ids(overviewErrors, 'part').sort();

const person = (more: Row = {}) =>
	school.addRecord('customer', {
		name: 'Ия',
		is_study: 1,
		legal_type: 1,
		branch_ids: [1],
		e_date: OPEN_END,
		...more,
	});
const lessonOn = (date: string, status: number, more: Row = {}, hour = 10) =>
	school.addRecord('lesson', {
		...{ branch_id: 1, status, date, lesson_type_id: 1, subject_id: 1, customer_ids: [], group_ids: [] },
		...{ time_from: `${date} ${hour}:00:00`, time_to: `${date} ${hour + 1}:00:00`, ...more },
	});
const payment = (day: string, more: Row) =>
	school.addRecord('pay', {
		...{ branch_id: 1, pay_type_id: 1, pay_account_id: 1, income: '100.00', is_confirmed: 1 },
		...{ document_date: day, ...more },
	});
const task = (more: Row) => school.addRecord('task', { title: 'Позвонить', branch_ids: [1], ...more });
const groupOf = (branch_id: number, customer_id: number, name: string) => {
	const id = school.addRecord('group', {
		name,
		branch_ids: [branch_id],
		b_date: '2025-09-01',
		e_date: OPEN_END,
	});
	school.addRecord('cgi', {
		customer_id,
		group_id: id,
		branch_id,
		b_date: '01.02.2026',
		e_date: '31.12.2026',
	});
	return { id, name };
};

const NOTE = 'Мама ругалась, не звонить';

/** A client of both branches with a row in each list of each, and somebody else with the like, who is not told of. */
function busy() {
	school.addRecord('user', { name: 'Ольга', email: 'olga@school.example' });
	for (const [path, name] of [
		['study-status', 'Занимается'],
		['tariff', 'Месяц'],
		['lesson-type', 'Групповой'],
	])
		school.addRecord(path, { name, is_enabled: 1 });
	const id = person({
		...{ name: 'Орлова Мия', legal_name: 'Орлова Анна', phone: [PHONE, OTHER_PHONE], note: NOTE },
		...{ email: ['mia@school.example'], branch_ids: [1, 2], assigned_id: 1, study_status_id: 1 },
		...{ balance: '1200.00', balance_bonus: 40, paid_lesson_count: 3 },
		...{ paid_till: '2026-03-01 00:00:00', last_attend_date: '2026-02-06' },
	});
	const group = groupOf(1, id, 'Шахматы');
	const other = person({ name: 'Чужая' });
	const rowsOf = (customer_id: number, branch_id: number, day: number) => {
		const held = lessonOn(`2026-02-0${5 + day}`, 3, {
			branch_id,
			customer_ids: [customer_id],
			topic: 'Дебют',
		});
		const detail = { lesson_id: held, customer_id, is_attend: 1, grade: '5', bonus: 2, note: NOTE };
		if (day === 1) school.addRecord('lesson-details', detail);
		const group_ids = customer_id === id && branch_id === 1 ? [group.id] : [];
		return {
			next: lessonOn(`2026-02-${14 - day}`, 1, { branch_id, customer_ids: [customer_id], group_ids }),
			held,
			paid: payment(`0${5 + day}.02.2026`, { branch_id, customer_id, note: NOTE }),
			task: task({ branch_ids: [branch_id], customer_ids: [customer_id], due_date: `1${5 - day}.02.2026` }),
		};
	};
	const [here, there] = [rowsOf(id, 1, 1), rowsOf(id, 2, 2)];
	rowsOf(other, 1, 3);
	lessonOn('2026-02-10', 1, { customer_ids: [id] }, 9);
	task({ customer_ids: [id], is_done: 1 });
	const term = { customer_id: id, tariff_id: 1, b_date: '01.02.2026' };
	const plan = school.addRecord('customer-tariff', {
		...term,
		e_date: '28.02.2026',
		balance: '800.00',
		note: NOTE,
	});
	school.addRecord('customer-tariff', { ...term, b_date: '01.01.2025', e_date: '31.01.2025' });
	school.addRecord('customer-tariff', { ...term, customer_id: other, e_date: '28.02.2026' });
	school.calls.length = 0;
	return { id, group, here, there, plan };
}

/** What the fixture above means, by the rows of the two branches. */
function told({ id, group, here, there, plan }: ReturnType<typeof busy>): Row {
	const lesson = (lesson_id: number, branch_id: number, date: string) => ({
		...{ lesson_id, branch_id, date, start: '10:00', end: '11:00', type: 'Групповой' },
	});
	const paid = (one: number, date: string) => ({
		...{
			id: one,
			date,
			income: '100.00',
			expenditure: school.readRecord('pay', one).expenditure,
			type_id: 1,
		},
		...{ note: NOTE, incoming: true, confirmed: true },
	});
	const due = (one: number, due_date: string) => ({
		id: one,
		title: 'Позвонить',
		text: null,
		due_date,
		assigned_ids: '',
	});
	const unmarked = { attended: null, grade: null, homework_grade: null, bonus: null, note: null };
	return {
		...{ id, name: 'Орлова Мия', type: 'client', archived: false, phone: `${PHONE}, ${OTHER_PHONE}` },
		...{ email: 'mia@school.example', payer_name: 'Орлова Анна', branch_ids: '1, 2' },
		...{ branch_names: 'Филиал 1, Филиал 2', manager_id: 1, manager_name: 'Ольга' },
		...{ stage_id: 1, stage_name: 'Занимается', balance: '1200.00', bonus: 40, lessons_left: 3 },
		...{ paid_until: '2026-03-01', last_attended: '2026-02-06' },
		url: `https://demo.s20.online/company/1/customer/view?id=${id}`,
		next_lesson: { ...lesson(there.next, 2, '2026-02-12'), topic: null, group_id: null },
		groups: [{ ...group, next_lesson: { ...lesson(here.next, 1, '2026-02-13'), topic: null } }],
		subscriptions: [
			{
				...{ id: plan, plan_id: 1, plan_name: 'Месяц', from: '2026-02-01', until: '2026-02-28' },
				...{
					balance: '800.00',
					lessons_left: school.readRecord('customer-tariff', plan).paid_lesson_count,
					note: NOTE,
				},
			},
		],
		attendance: [
			{ ...lesson(there.held, 2, '2026-02-07'), topic: 'Дебют', ...unmarked },
			{
				...{ ...lesson(here.held, 1, '2026-02-06'), topic: 'Дебют', ...unmarked },
				...{ attended: true, grade: '5', bonus: 2, note: NOTE },
			},
		],
		payments: [paid(there.paid, '2026-02-07'), paid(here.paid, '2026-02-06')],
		tasks: [due(there.task, '2026-02-13'), due(here.task, '2026-02-14')],
		overviewErrors: [],
	};
}

describe('an overview says what the school holds', () => {
	it.each<[string, Partial<Settings>]>([
		['as it is', {}],
		['where a page size is refused', { bodyPageSize: 'refused400' }],
		['where no total comes', { total: 'missing' }],
		['where filters are ignored', { ignoredFilters: ['lesson.customer_id', 'pay.customer_id'] }],
		[
			'where ended subscriptions are left out',
			{ deadDefault: 'current', shownFields: ['customer-tariff.dead'] },
		],
		['where details come with a customer only', { lessonDetails: 'withCustomer' }],
	])('of both branches of a customer, %s', async (_what, settings) => {
		const all = busy();
		const past = { b_date: '01.01.2025', e_date: '01.02.2025' };
		school.addRecord('cgi', { customer_id: all.id, group_id: 99, branch_id: 1, ...past });
		set(settings);
		expect(await one(all.id, ALL)).toEqual(told(all));
		expect(school.readWrites()).toEqual([]);
	});

	it('of payments behind a page of those of others, where AlfaCRM ignores whose they are', async () => {
		const { id, here, there } = busy();
		const others = person();
		for (let count = 0; count < 60; count++) payment('2026-02-09', { customer_id: others });
		set({ ignoredFilters: ['pay.customer_id'] });
		expect(ids((await one(id)).payments)).toEqual([there.paid, here.paid]);
	});

	it('as the schema tells', async () => {
		const json = await one(busy().id, ALL);
		const { properties } = allSchemas()['customer/getOverview'];
		const sorted = (value: unknown) => Object.keys((value ?? {}) as object).sort();
		expect(sorted(properties)).toEqual(sorted(json));
		for (const name of ['groups', 'subscriptions', 'attendance', 'payments', 'tasks'])
			expect(sorted(properties[name].items?.properties)).toEqual(sorted((json[name] as Row[])[0]));
		expect(sorted(properties.next_lesson.properties)).toEqual(sorted(json.next_lesson));
	});

	it('with as many of the last lessons and payments, and of the next days, as are wanted', async () => {
		const { id, here, there } = busy();
		const { attendance, payments } = await one(id, { last: 1 });
		expect([ids(attendance, 'lesson_id'), ids(payments)]).toEqual([[there.held], [there.paid]]);
		expect((await one(id, { daysAhead: 1 })).next_lesson).toBeNull();
		expect((await one(id, { daysAhead: 2 })).next_lesson).toMatchObject({ lesson_id: there.next });
		// What each branch shows comes once.
		school.changeRecord('task', here.task, { branch_ids: [1, 2] });
		expect(ids((await one(id)).tasks)).toEqual([there.task, here.task]);
		school.changeRecord('task', there.task, { is_archive: 1 });
		expect(ids((await one(id)).tasks)).toEqual([here.task]);
	});

	it('with tasks of later pages if that is wanted; if not, that is said', async () => {
		const id = person();
		const own = task({ customer_ids: [id] });
		for (let count = 0; count < 30; count++) task({});
		const first = await one(id);
		expect(first.tasks).toEqual([]);
		const reason = expect.stringMatching(/only the first 20 of 31 were looked through/) as string;
		expect(first.overviewErrors).toEqual([{ part: 'tasks', reason }]);
		expect(await one(id, { allTasks: true })).toMatchObject({ tasks: [{ id: own }], overviewErrors: [] });
	});

	it.each([
		['Europe/Moscow', 1],
		['America/New_York', 0],
	])('with the first lesson that has not begun by the clock in %s', async (timezone, next) => {
		const id = person();
		const lessons = [10, 13].map((hour) => lessonOn('2026-02-10', 1, { customer_ids: [id] }, hour));
		const { json } = await school.run(form(id), { timezone });
		expect(json).toMatchObject([{ next_lesson: { lesson_id: lessons[next] } }]);
	});

	it('and nothing of which AlfaCRM says nothing: who was there, or whether a payment has come', async () => {
		const { id, here } = busy();
		for (const detail of school.readRecords('lesson-details'))
			school.changeRecord('lesson-details', detail.id, { is_attend: null });
		for (const [is_confirmed, confirmed] of [
			[0, false],
			[null, null],
		]) {
			school.changeRecord('pay', here.paid, { is_confirmed });
			const { payments, attendance } = await one(id);
			expect(payments).toMatchObject([{ confirmed: true }, { id: here.paid, confirmed }]);
			expect(attendance).toMatchObject([{}, { lesson_id: here.held, attended: null, grade: '5' }]);
		}
	});

	it.each(['income', 'expenditure'])(
		'and takes no refund with its sum as %s for a payment',
		async (field) => {
			const kinds = [
				[false, [2, 3, 5, 6, 9, 11, 12]],
				[null, [null, 13]],
				[true, [1]],
			] as const;
			for (const [incoming, types] of kinds) {
				const customer_id = person();
				for (const pay_type_id of types)
					payment('20.01.2026', { customer_id, pay_type_id, income: '0.00', [field]: '5000.00' });
				const payments = (await one(customer_id, { last: 10 })).payments as Row[];
				expect(payments.map((row) => row.incoming)).toEqual(types.map(() => incoming));
			}
		},
	);
});

describe('planned lessons of a group that name nobody', () => {
	/** In group 41 from the 5th to the 12th of February 2026. */
	function addMember(): number {
		const customerId = person();
		school.addRecord('group', { id: 41, name: 'Шахматы', branch_ids: [1] });
		school.addRecord('cgi', {
			customer_id: customerId,
			group_id: 41,
			b_date: '05.02.2026',
			e_date: '12.02.2026',
		});
		return customerId;
	}
	const addGroupLesson = (date: string, more: Row = {}) => lessonOn(date, 1, { group_ids: [41], ...more });

	it('a group lesson that names nobody is the next lesson of a member', async () => {
		const customerId = addMember();
		const lessonId = addGroupLesson('2026-02-12');

		const overview = await one(customerId);

		expect(overview.next_lesson).toMatchObject({ lesson_id: lessonId, group_id: 41, date: '2026-02-12' });
		expect(overview.groups).toMatchObject([{ id: 41, next_lesson: { lesson_id: lessonId } }]);
		expect(overview.overviewErrors).toEqual([]);
	});

	it('a group lesson after the last day of the membership is no next lesson', async () => {
		const customerId = addMember();
		addGroupLesson('2026-02-13');

		const overview = await one(customerId);

		expect(overview.next_lesson).toBeNull();
		expect(overview.groups).toMatchObject([{ id: 41, next_lesson: null }]);
	});

	it('a group lesson is the next lesson of a customer who joins the group on its day', async () => {
		const customerId = person();
		school.addRecord('cgi', { customer_id: customerId, group_id: 41, b_date: '11.02.2026', e_date: null });
		addGroupLesson('2026-02-10', { time_from: '2026-02-10 18:00:00' });
		const lessonId = addGroupLesson('2026-02-11');

		const overview = await one(customerId);

		expect(overview.next_lesson).toMatchObject({ lesson_id: lessonId });
		expect(overview.groups).toEqual([]);
	});

	it('a lesson of another group is no next lesson, where AlfaCRM ignores the filters of lessons', async () => {
		const customerId = addMember();
		addGroupLesson('2026-02-11', { group_ids: [42] });
		set({ ignoredFilters: ['lesson.customer_id', 'lesson.group_id'] });

		expect((await one(customerId)).next_lesson).toBeNull();
	});
});

describe('the days ahead', () => {
	it.each([
		['works', []],
		['is ignored', ['lesson.date_from', 'lesson.date_to']],
	])(
		'a lesson after the last of the days ahead is no next lesson, where the filter by day %s',
		async (_how, ignoredFilters) => {
			const customerId = person();
			lessonOn('2026-02-13', 1, { customer_ids: [customerId] });
			set({ ignoredFilters });

			expect((await one(customerId, { daysAhead: 2 })).next_lesson).toBeNull();
			expect((await one(customerId, { daysAhead: 3 })).next_lesson).toMatchObject({ date: '2026-02-13' });
		},
	);
});

describe('what an overview costs', () => {
	const LISTS = [
		...['lesson/index', 'lesson/index', 'pay/index', 'task/index'],
		// Current memberships, and those of all times.
		...['cgi/customer', 'cgi/customer'],
		// The lessons of the one group.
		'lesson/index',
	];
	it.each<[string, number[], string[]]>([
		['one branch', [1], [...LISTS, 'group/index']],
		['two branches', [], [...LISTS, ...LISTS, 'group/index', 'group/index']],
	])('of %s: the customer first, then each list once', async (_what, searchBranches, lists) => {
		const { id } = busy();
		await one(id, { searchBranches });
		const names = ['tariff/index', 'user/index'];
		expect(school.calls[0]).toBe('customer/index');
		expect(school.calls.slice(1).sort()).toEqual([...lists, 'customer-tariff/index', ...names].sort());
	});

	it.each<[string, Row, string[]]>([
		['a client', { study_status_id: 1 }, ['tariff/index', 'user/index']],
		['a lead', { is_study: 0, lead_status_id: 1 }, ['lead-status/index', 'user/index']],
	])('of names of %s: two lists, unless all are wanted', async (_who, card, lists) => {
		const all = ['tariff', 'user', 'branch', 'study-status', 'lead-status'].map((path) => `${path}/index`);
		const read = () => school.calls.filter((call) => all.includes(call)).sort();
		const id = person({ assigned_id: 1, ...card });
		await one(id);
		expect(read()).toEqual(lists);
	});

	it('of several items: the lists of names and tasks once', async () => {
		const { id } = busy();
		await school.run({}, { parametersByItem: [id, person(), id].map((customer) => form(customer, ALL)) });
		for (const call of ['tariff', 'user', 'study-status', 'branch', 'group', 'task']) {
			const pages = school
				.readRequests(`${call}/index`)
				.map(({ url, body }) => `${url} ${String(body.page)}`);
			expect(pages).toEqual([...new Set(pages)]);
			expect(pages).not.toEqual([]);
		}
	});
});

describe('where this user may not read', () => {
	it.each<[string, string, string[]]>([
		// Lessons of groups may be missing then.
		['cgi/customer', 'groups', ['groups', 'next_lesson']],
		['customer-tariff/index', 'subscriptions', ['subscriptions']],
		['pay/index', 'payments', ['payments']],
		['task/index', 'tasks', ['tasks']],
	])('%s: %s are null, and the reason stands beside them', async (call, part, parts) => {
		const all = busy();
		set({ forbiddenCalls: [call] });
		const { overviewErrors, ...json } = await one(all.id, ALL);
		expect({ ...json, overviewErrors: [] }).toEqual({ ...told(all), [part]: null });
		const reason = expect.stringMatching(/denied access.*may not list/) as string;
		expect([...new Set(ids(overviewErrors, 'part'))]).toEqual(parts);
		expect((overviewErrors as Row[])[0]).toEqual({ part, reason });
	});

	it('groups: lessons that show a group alone are not counted, and that is told', async () => {
		const id = person();
		const { id: group } = groupOf(1, id, 'Шахматы');
		lessonOn('2026-02-11', 1, { group_ids: [group] });
		const own = lessonOn('2026-02-12', 1, { customer_ids: [id] });
		set({ forbiddenCalls: ['cgi/customer'], ignoredFilters: ['lesson.customer_id'] });
		const { next_lesson, overviewErrors } = await one(id);
		expect(next_lesson).toMatchObject({ lesson_id: own });
		const reason = expect.stringContaining('the groups of the customer cannot be read') as string;
		expect(overviewErrors).toContainEqual({ part: 'next_lesson', reason });
	});

	it('lessons: what hangs on them is null', async () => {
		const { id, group } = busy();
		set({ forbiddenCalls: ['lesson/index'] });
		const json = await one(id, { searchBranches: [1] });
		expect(json).toMatchObject({
			next_lesson: null,
			attendance: null,
			groups: [{ ...group, next_lesson: null }],
		});
		expect(partsIn(json)).toEqual(['attendance', 'next_lesson']);
	});

	it('names: the numbers stay, and a hint says so', async () => {
		const { id } = busy();
		set({ forbiddenCalls: ['user/index', 'study-status/index', 'tariff/index', 'branch/index'] });
		const { json, hints } = await school.run(form(id, ALL));
		expect(json[0]).toMatchObject({
			manager_id: 1,
			manager_name: null,
			stage_name: null,
			branch_names: null,
		});
		expect(partsIn(json[0])).toEqual([]);
		expect(hints.join()).toContain('Names are missing, because this user may not read the lists of them');
	});

	it('all but the customer: an overview of what the card says; not even that: an error', async () => {
		const { id } = busy();
		const all = ['lesson/*', 'cgi/*', 'pay/*', 'task/*', 'customer-tariff/*', 'user/*', 'tariff/*'];
		set({ forbiddenCalls: all });
		const lacking = { id, name: 'Орлова Мия', payments: null, tasks: null, subscriptions: null };
		expect(await one(id)).toMatchObject(lacking);
		set({ forbiddenCalls: ['customer/index'] });
		expect((await school.runToEnd(form(id))).error?.httpCode).toBe('403');
	});

	it.each([2, 1])('branch %i: that is told, and the other one counts', async (denied) => {
		const { id, here, there } = busy();
		const { next, held, paid, task: due } = denied === 2 ? here : there;
		set({ forbiddenBranches: [denied] });
		const [json] = await run({ ...form(id, ALL), branchId: denied === 2 ? 1 : 2 });
		expect(json).toMatchObject({
			...{ next_lesson: { lesson_id: next }, attendance: [{ lesson_id: held }] },
			...{ payments: [{ id: paid }], tasks: [{ id: due }] },
		});
		expect(partsIn(json)).toEqual(['attendance', 'groups', 'next_lesson', 'payments', 'tasks']);
		for (const reason of ids(json.overviewErrors, 'reason')) expect(reason).toContain(`branch ${denied}`);
	});
});

it('a failure that may pass is no lack of rights: the item fails', async () => {
	const id = person();
	forbid('pay/index', 1, 500);
	const [{ error }] = await Promise.all([school.runToEnd(form(id)), jest.advanceTimersByTimeAsync(60_000)]);
	expect(error?.message).toMatch(/payments/);
});

describe('the groups of a customer', () => {
	/** In a group of each branch. */
	function inTwoGroups() {
		const id = person({ branch_ids: [1, 2] });
		return { id, groups: [1, 2].map((branch) => groupOf(branch, id, `Группа ${branch}`)) };
	}
	const groupsOf = async (id: number) => {
		const json = await one(id);
		const found = (json.groups as Row[]).map((group) => ({ id: group.id, name: group.name }));
		return { groups: found.sort((a, b) => Number(a.id) - Number(b.id)), parts: partsIn(json) };
	};

	it('are those of both branches, by the names of both; where there are none, no names are read', async () => {
		const { id, groups } = inTwoGroups();
		expect(await groupsOf(id)).toEqual({ groups, parts: [] });
		const asked = () => school.readRequests('group/index').map(({ url }) => /v2api\/(\d)/.exec(url)?.[1]);
		expect(asked()).toEqual(['1', '2']);
		expect(await groupsOf(person())).toEqual({ groups: [], parts: [] });
		expect(asked()).toHaveLength(2);
	});

	it('are those of both where each branch lists its own alone', async () => {
		const { id, groups } = inTwoGroups();
		school.onCall = (call, { url }) => {
			if (call !== 'cgi/customer') return undefined;
			const own = school
				.readRecords('cgi')
				.filter(({ branch_id }) => url.includes(`/v2api/${String(branch_id)}/`));
			return { items: own, total: own.length };
		};
		expect(await groupsOf(id)).toEqual({ groups, parts: [] });
	});

	it('tell of a branch whose memberships may not be read; without names they stay', async () => {
		const { id, groups } = inTwoGroups();
		forbid('cgi/customer', 1);
		expect(await groupsOf(id)).toEqual({ groups, parts: ['groups'] });
		// Some minutes later, for till then the names are known.
		forgetAccounts();
		forbid('group/index', 2);
		const nameless = { ...groups[1], name: null };
		expect(await groupsOf(id)).toEqual({ groups: [groups[0], nameless], parts: [] });
	});
});

/** AlfaCRM lists rows for the customer that name nobody: here it lists all that there are. */
describe('what a list has of nobody, or of others', () => {
	let id: number;
	beforeEach(() => {
		id = person();
		set({ ignoredFilters: ['lesson.customer_id', 'pay.customer_id'] });
	});

	it('is no next lesson, unless it shows a group of the customer, or the customer in its attendance alone', async () => {
		const next = async () => ((await one(id)).next_lesson as Row | null)?.lesson_id ?? null;
		lessonOn('2026-02-12', 1, { group_ids: [99] });
		lessonOn('2026-02-12', 1, { customer_ids: [person()] });
		lessonOn('2026-02-12', 1);
		expect(await next()).toBeNull();
		const own = groupOf(1, id, 'Новая').id;
		const lesson = lessonOn('2026-02-13', 1, { group_ids: [own], customer_ids: [person()] });
		expect(await next()).toBe(lesson);
		const marked = lessonOn('2026-02-11', 1);
		school.addRecord('lesson-details', { lesson_id: marked, customer_id: id });
		expect(await next()).toBe(marked);
	});

	it('is no group and no subscription, nor is one that is archived', async () => {
		const own = { customer_id: id, group_id: groupOf(1, id, 'Новая').id };
		const lists: Record<string, Row[]> = {
			'cgi/customer': [own, { customer_id: person(), group_id: 99 }],
			'customer-tariff/index': [
				own,
				{ customer_id: person() },
				{ ...own, dead: true },
				{ ...own, removed: 1 },
			],
		};
		school.onCall = (call) =>
			lists[call] && { items: lists[call].map((row, at) => ({ id: at + 1, ...row })) };
		const { groups, subscriptions } = await one(id);
		expect([ids(groups), ids(subscriptions)]).toEqual([[own.group_id], [1]]);
	});

	it('is no lesson held, and no payment', async () => {
		for (const customer_ids of [[], [person()]]) lessonOn('2026-02-09', 3, { customer_ids });
		for (const customer_id of [null, person()]) payment('05.02.2026', { customer_id });
		const own = lessonOn('2026-02-09', 3, { customer_ids: [id] });
		const paid = payment('05.02.2026', { customer_id: id });
		const { attendance, payments } = await one(id);
		expect([ids(attendance, 'lesson_id'), ids(payments)]).toEqual([[own], [paid]]);
	});
});

describe('whose overview it is', () => {
	const found = async (parameters: Row) => ids(await run(parameters));

	it('by phone, in any spelling; one item for each who has it, active ones first, clients before leads', async () => {
		const phone = [PHONE];
		const archived = { is_study: 0, e_date: '2025-01-31' };
		const all = [person({ phone }), person({ phone, is_study: 0 }), person({ phone, ...archived })];
		const asked = (options: Row = {}) => by('phone', { phone: '8 900 555 00 01' }, options);
		expect(await found(asked())).toEqual(all);
		expect(await found(asked({ archived: false }))).toEqual(all.slice(0, 2));
		expect(await found(asked({ ifSeveral: 'newest' }))).toEqual([all[0]]);
		const { error } = await school.runToEnd(asked({ ifSeveral: 'refuse' }));
		expect(error?.message).toContain('3 customers match by Phone');
	});

	it('by the whole name', async () => {
		const id = person({ name: 'Ёлкина Анна' });
		person({ name: 'Елкина Анна Ивановна' });
		expect(await found(by('name', { name: 'елкина  анна' }))).toEqual([id]);
	});

	it('is found in another branch, and so are the lessons', async () => {
		const id = person({ branch_ids: [2] });
		const lesson = lessonOn('2026-02-09', 3, { branch_id: 2, customer_ids: [id] });
		school.addRecord('lesson-details', { lesson_id: lesson, customer_id: id, is_attend: 0, note: 'Болезнь' });
		const json = await one(id);
		expect(json).toMatchObject({ id, branch_ids: '2', attendance: [{ attended: false, note: 'Болезнь' }] });
		expect(json.url).toMatch(/\/company\/2\/customer\/view\?id=/);
	});

	it('is nobody’s: an error, an item or nothing, as is chosen', async () => {
		for (const parameters of [form(99_999), by('phone', { phone: PHONE })]) {
			expect((await school.runToEnd(parameters)).error?.httpCode).toBe('404');
			const chosen = (ifNone: string) => ({ ...parameters, options: { ifNone } });
			expect(await run(chosen('item'))).toEqual([{ matchFound: false }]);
			expect(await run(chosen('nothing'))).toEqual([]);
		}
	});

	it('by ID, too, is not found among the archived or in a branch that is not searched where that is chosen', async () => {
		const [active, gone] = [person(), person({ e_date: '2025-01-31' })];
		const byId = async (id: number, options: Row) => await found(form(id, { ifNone: 'nothing', ...options }));
		expect(await byId(gone, {})).toEqual([gone]);
		expect(await byId(gone, { archived: false })).toEqual([]);
		expect(await byId(active, { archived: false })).toEqual([active]);
		expect(await byId(active, { searchBranches: [2] })).toEqual([]);
		expect(await byId(active, { searchBranches: [2, 1] })).toEqual([active]);
	});

	it('says that somebody is archived, by the flag or the day', async () => {
		const id = person({ e_date: '2026-02-09' });
		expect((await one(id)).archived).toBe(true);
		set({ shownFields: ['customer.removed'] });
		expect((await one(id)).archived).toBe(true);
		school.changeRecord('customer', id, { e_date: OPEN_END });
		expect((await one(id)).archived).toBe(false);
	});
});

describe('what is left out', () => {
	it.each([null, 'everything', ['note']])('is refused as %j before anything is sent', async (leaveOut) => {
		expect((await school.expectRefusedUnsent(form(1, {}, leaveOut))).message).toContain('Leave Out');
	});

	it('as the form opens are notes of the staff, and nothing else', async () => {
		const all = busy();
		const text = JSON.stringify(told(all), (name, value: unknown) => (name === 'note' ? undefined : value));
		expect(await run(untouched(form(all.id, ALL)))).toEqual([JSON.parse(text)]);
	});

	it.each<[part: string, call: string, fields: string[]]>([
		['attendance', 'lesson/index', ['attendance']],
		['contacts', '', ['phone', 'email', 'payer_name']],
		['manager', 'user/index', ['manager_id', 'manager_name', 'stage_id', 'stage_name']],
		['payments', 'pay/index', ['payments']],
		['tasks', 'task/index', ['tasks']],
	])('can be %s, and costs no call then', async (part, call, fields) => {
		const all = busy();
		const rest = Object.entries(told(all)).filter(([name]) => !fields.includes(name));
		expect(await run(form(all.id, ALL, [part]))).toEqual([Object.fromEntries(rest)]);
		// The lessons ahead are planned ones.
		expect(school.readRequests(call).filter(({ body }) => body.status !== 1)).toEqual([]);
	});

	it('is no error where it may not be read', async () => {
		const { id } = busy();
		set({ forbiddenCalls: ['task/index', 'pay/index'] });
		const [json] = await run(form(id, {}, ['payments', 'tasks']));
		expect(json.overviewErrors).toEqual([]);
	});
});
