import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, OPEN_END, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

type Row = IDataObject;

/** Of whom the lists of an overview tell: those of several branches, and those that do not say whose a row is. */
const school = useSchool({ customers: 20 });
const { add, patch, rows, run, set, whole } = officeOf(school);

/** The school's noon. */
beforeEach(() => stopClock('2026-02-10T09:00:00Z'));
afterEach(() => jest.useRealTimers());

const ALL: INodeParameters = { allNames: true, allTasks: true };
const form = (id: unknown, options: INodeParameters = {}, leaveOut: string[] = []): INodeParameters => ({
	...{ resource: 'customer', operation: 'getOverview', branchId: 1, matchBy: 'id', id: pick(id) },
	...{ leaveOut, options },
});
const read = (json: Row) => {
	const ids = (name: string, key = 'id') => (json[name] as Row[]).map((one) => one[key]);
	return {
		next: (json.next_lesson as Row | null)?.lesson_id ?? null,
		...{ held: ids('attendance', 'lesson_id'), paid: ids('payments'), tasks: ids('tasks') },
		errors: ids('overviewErrors', 'part'),
	};
};
const overview = async (id: number, options: INodeParameters = {}) => read((await run(form(id, options)))[0]);
const client = (branch_ids = [1]) => add('customer', { name: 'Ия', is_study: 1, legal_type: 1, branch_ids });
const lessonOn = (date: string, status: number, more: Row = {}, hour = 10) =>
	add('lesson', {
		...{ branch_id: 1, status, date, lesson_type_id: 2, subject_id: 1, customer_ids: [], group_ids: [] },
		...{ time_from: `${date} ${hour}:00:00`, time_to: `${date} ${hour + 1}:00:00`, ...more },
	});

describe('an overview of a customer of two branches', () => {
	/** Each list of each branch has one row. */
	function commuter() {
		const id = client([1, 2]);
		const rowsOf = (branch_id: number, day: number) => ({
			next: lessonOn(`2026-02-${14 - day}`, 1, { branch_id, customer_ids: [id] }),
			held: lessonOn(`2026-02-0${5 + day}`, 3, { branch_id, customer_ids: [id] }),
			paid: add('pay', {
				...{ branch_id, customer_id: id, pay_type_id: 1, pay_account_id: 1 },
				...{ income: '100.00', document_date: `0${5 + day}.02.2026` },
			}),
			task: add('task', {
				...{ branch_ids: [branch_id], customer_ids: [id], title: 'Позвонить' },
				due_date: `1${5 - day}.02.2026`,
			}),
		});
		return { id, here: rowsOf(1, 1), there: rowsOf(2, 2) };
	}
	type Rows = ReturnType<typeof commuter>['here'];
	const only = ({ next, held, paid, task }: Rows, errors: unknown = []) => ({
		...{ next, held: [held], paid: [paid], tasks: [task], errors },
	});
	const askedIn = (branch: number) =>
		school.sandbox.journal.filter(({ path }) => path.startsWith(`/v2api/${branch}/`));
	const forbid = (entity: string, action: string, branch: number) =>
		school.sandbox.faults.add({ kind: 'status', status: 403, times: 0, match: { entity, action, branch } });

	it('has lessons, payments and tasks of both, in one order', async () => {
		const { id, here, there } = commuter();
		expect(await overview(id, ALL)).toEqual({
			next: there.next,
			held: [there.held, here.held],
			paid: [there.paid, here.paid],
			tasks: [there.task, here.task],
			errors: [],
		});
		const [{ attendance, next_lesson, payments }] = await run(form(id, { ...ALL, last: 1 }));
		expect(next_lesson).toMatchObject({ lesson_id: there.next, branch_id: 2 });
		expect(attendance).toMatchObject([{ lesson_id: there.held, branch_id: 2 }]);
		expect(payments).toMatchObject([{ id: there.paid }]);
		// What each branch shows comes once.
		patch('task', here.task, { branch_ids: [1, 2] });
		expect((await overview(id, ALL)).tasks).toEqual([there.task, here.task]);
	});

	it('takes four calls more for the second one, and not those of what is left out', async () => {
		const { id } = commuter();
		await run(form(id));
		expect(school.calls().filter((call) => call !== 'auth/login').length).toBeLessThanOrEqual(12);
		await run(form(id, {}, ['attendance', 'payments', 'tasks']));
		expect(askedIn(2)).toHaveLength(5);
	});

	it('is that of one branch where the search is limited to it', async () => {
		const { id, here } = commuter();
		expect(await overview(id, { ...ALL, searchBranches: [1] })).toEqual(only(here));
		expect(askedIn(2)).toEqual([]);
	});

	it.each([2, 1])('tells that branch %i may not be read, and counts the other one', async (denied) => {
		const { id, here, there } = commuter();
		set({ forbiddenBranches: [denied] });
		const { json, hints } = await whole({ ...form(id, ALL), branchId: denied === 2 ? 1 : 2 });
		const parts = ['next_lesson', 'attendance', 'payments', 'tasks'];
		expect(read(json[0])).toEqual(only(denied === 2 ? here : there, expect.arrayContaining(parts)));
		const reasons = (json[0].overviewErrors as Row[]).map(({ reason }) => String(reason));
		expect(reasons).toHaveLength(4);
		for (const reason of reasons) expect(reason).toContain(`branch ${denied}`);
		expect(hints.join()).toContain('An overview lacks something');
	});

	it('counts the lessons of the other one where that of the node alone gives none', async () => {
		const { id, there } = commuter();
		forbid('lesson', 'index', 1);
		const errors = expect.arrayContaining(['next_lesson', 'attendance']) as string[];
		expect(await overview(id)).toMatchObject({ next: there.next, held: [there.held], errors });
	});

	it('says of payments whether they are confirmed, and nothing where AlfaCRM does not', async () => {
		const { id, here, there } = commuter();
		for (const [is_confirmed, confirmed] of [
			[0, false],
			[null, null],
		]) {
			patch('pay', here.paid, { is_confirmed });
			const [{ payments }] = await run(form(id));
			expect(payments).toMatchObject([
				{ id: there.paid, confirmed: true },
				{ id: here.paid, confirmed },
			]);
		}
	});

	it.each(['income', 'expenditure'])(
		'takes no refund with its sum as %s for a payment of the parent',
		async (field) => {
			const { id, here, there } = commuter();
			const refund = (pay_type_id: number | null) =>
				add('pay', {
					...{ branch_id: 1, customer_id: id, pay_account_id: 1, pay_type_id, income: '0.00' },
					...{ document_date: '20.01.2026', [field]: '5000.00' },
				});
			const [back, untold, own] = [2, null, 12].map(refund);
			const [{ payments }] = await run(form(id));
			const incoming = Object.fromEntries((payments as Row[]).map((one) => [one.id, one.incoming]));
			expect(incoming).toEqual({
				...{ [here.paid]: true, [there.paid]: true },
				...{ [back]: false, [untold]: null, [own]: null },
			});
		},
	);

	describe('where the card shows no groups', () => {
		/** In a group of each branch. */
		function inTwoGroups() {
			const { id } = commuter();
			const groups = [1, 2].map((branch_id) => {
				const name = `Группа ${branch_id}`;
				const group_id = add('group', { name, branch_ids: [branch_id] });
				const cgi = add('cgi', { customer_id: id, group_id, branch_id, b_date: '01.02.2026' });
				return { cgi, group: { id: group_id, name } };
			});
			set({ customerGroups: 'unknown' });
			return { id, groups: groups.map(({ group }) => group), memberships: groups.map(({ cgi }) => cgi) };
		}
		const told = async (id: number) => {
			const [{ groups, overviewErrors }] = await run(form(id));
			const found = (groups as Row[]).map((one) => ({ id: one.id, name: one.name }));
			return {
				groups: found.sort((a, b) => Number(a.id) - Number(b.id)),
				parts: (overviewErrors as Row[]).map(({ part }) => part),
			};
		};

		it('has the names of groups of both, for one call more than the memberships', async () => {
			const { id, groups } = inTwoGroups();
			expect(await told(id)).toEqual({ groups, parts: [] });
			const asked = school.entries('group/index').map(({ path, body }) => [path, (body as Row).ids]);
			expect(asked).toEqual([
				['/v2api/1/group/index', groups.map((one) => one.id).reverse()],
				['/v2api/2/group/index', [groups[1].id]],
			]);
		});

		it('counts memberships of both where each branch lists its own alone', async () => {
			const { id, groups, memberships } = inTwoGroups();
			const { store } = school.sandbox;
			school.sandbox.onRequest = ({ path }) => {
				const own = /v2api\/(\d)\/cgi\/customer/.exec(path)?.[1];
				if (own === undefined) return;
				memberships.forEach((one, index) => {
					store.show('cgi', one);
					if (index !== Number(own) - 1) store.hide('cgi', one);
				});
			};
			expect(await told(id)).toEqual({ groups, parts: [] });
		});

		it('tells of a branch whose memberships may not be read, and counts those of the other one', async () => {
			const { id, groups } = inTwoGroups();
			forbid('cgi', 'customer', 1);
			expect(await told(id)).toEqual({ groups, parts: ['groups'] });
		});

		it('tells of a branch whose groups may not be read, if a name is missing for that', async () => {
			const { id, groups } = inTwoGroups();
			forbid('group', 'index', 2);
			expect(await told(id)).toEqual({
				groups: [groups[0], { ...groups[1], name: null }],
				parts: ['group_names'],
			});
		});
	});
});

describe('a list that does not say whose its rows are', () => {
	const AHEAD = '2026-02-12';
	const HELD = '2026-02-09';
	const group = () => add('group', { name: 'Новая', branch_ids: [1], e_date: OPEN_END });
	/** Someone in a group of their own. */
	const member = () => {
		const [id, own] = [client(), group()];
		add('cgi', { customer_id: id, group_id: own, branch_id: 1, b_date: '01.02.2026' });
		return { id, own };
	};

	/** AlfaCRM lists lessons for the customer that do not show customers: here it lists all that there are. */
	beforeEach(() => {
		for (const { id } of rows('lesson')) patch('lesson', id, { status: 2 });
		set({ ignoredFilters: ['lesson.customer_id', 'pay.customer_id'] });
	});

	it.each<[what: string, groups: () => number[]]>([
		['nobody and no group', () => []],
		['a group that the customer joins only next week', () => [group()]],
	])(
		'may hold a lesson ahead of the customer that shows %s: it is told that it is left out',
		async (_what, groups) => {
			const id = client();
			lessonOn(AHEAD, 1, { group_ids: groups() });
			const [{ next_lesson, overviewErrors }] = await run(form(id));
			const reason = expect.stringMatching(/AlfaCRM lists 1 of which nothing tells/) as string;
			expect([next_lesson, overviewErrors]).toEqual([null, [{ part: 'next_lesson', reason }]]);
			// A list with lessons of others is not the customer's own.
			lessonOn(AHEAD, 1, { customer_ids: [client()] });
			expect(await overview(id)).toMatchObject({ next: null, held: [], errors: [] });
		},
	);

	it('has the next lesson where a lesson shows a group of the customer, or the customer in its attendance alone', async () => {
		const { id, own } = member();
		const next = lessonOn(AHEAD, 1, { group_ids: [own] });
		expect(await overview(id)).toMatchObject({ next, held: [], errors: [] });
		const marked = lessonOn('2026-02-11', 1);
		add('lesson-details', { lesson_id: marked, customer_id: id });
		expect(await overview(id)).toMatchObject({ next: marked, errors: [] });
	});

	it('is not one of others for a guest in a lesson of the customer’s group', async () => {
		const { id, own } = member();
		const next = lessonOn(AHEAD, 1, { group_ids: [own], customer_ids: [client()] });
		lessonOn(AHEAD, 1, {}, 14);
		expect(await overview(id)).toMatchObject({ next, held: [], errors: ['next_lesson'] });
	});

	it.each([
		['Europe/Moscow', 1],
		['America/New_York', 0],
	])('has for the next lesson the first that has not begun by the clock in %s', async (timezone, next) => {
		const id = client();
		const lessons = [10, 13].map((hour) => lessonOn('2026-02-10', 1, { customer_ids: [id] }, hour));
		const [{ next_lesson }] = await run(form(id), { timezone });
		expect(next_lesson).toMatchObject({ lesson_id: lessons[next] });
	});

	it('counts with a lesson held that shows nobody, unless there are lessons of others', async () => {
		const id = client();
		const [other, silent] = [10, 11].map((hour) => lessonOn(HELD, 3, {}, hour));
		const own = lessonOn(HELD, 3, { customer_ids: [id] }, 12);
		expect((await overview(id)).held).toEqual([own, silent, other]);
		patch('lesson', other, { customer_ids: [client()] });
		expect((await overview(id)).held).toEqual([own]);
	});

	it('counts with a payment that shows no customer, unless there are payments of others', async () => {
		const id = client();
		for (const one of rows('pay')) patch('pay', one.id, { branch_id: 2 });
		const pay = (customer_id: number | null) =>
			add('pay', { branch_id: 1, customer_id, pay_type_id: 1, document_date: '05.02.2026', income: '1.00' });
		const [silent, own] = [pay(null), pay(id)];
		expect((await overview(id)).paid).toEqual([own, silent]);
		pay(client());
		expect((await overview(id)).paid).toEqual([own]);
	});
});
