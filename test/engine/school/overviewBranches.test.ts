import type { INodeParameters } from 'n8n-workflow';

import { officeOf, stopClock } from '../support/office';
import { ALL, form, NOON } from '../support/overview';
import type { Row } from '../support/overview';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, rows, run, set, whole } = officeOf(school);

beforeEach(() => stopClock(NOON));
afterEach(() => jest.useRealTimers());

/** A client of two branches, of whom each list of each branch has one row. */
function commuter() {
	const id = add('customer', { name: 'Ия', is_study: 1, legal_type: 1, branch_ids: [1, 2] });
	const rowsOf = (branch_id: number, day: number) => {
		const lesson = (status: number, date: string) =>
			add('lesson', {
				...{ branch_id, status, date, customer_ids: [id], lesson_type_id: 1, subject_id: 1 },
				...{ time_from: `${date} 10:00:00`, time_to: `${date} 11:00:00` },
			});
		return {
			next: lesson(1, `2026-02-${14 - day}`),
			held: lesson(3, `2026-02-0${5 + day}`),
			paid: add('pay', {
				...{ branch_id, customer_id: id, pay_type_id: 1, pay_account_id: 1 },
				...{ income: '100.00', document_date: `0${5 + day}.02.2026` },
			}),
			task: add('task', {
				...{ branch_ids: [branch_id], customer_ids: [id], title: 'Позвонить' },
				due_date: `1${5 - day}.02.2026`,
			}),
		};
	};
	return { id, here: rowsOf(1, 1), there: rowsOf(2, 2) };
}

const read = (json: Row) => {
	const ids = (name: string, key = 'id') => (json[name] as Row[]).map((one) => one[key]);
	return {
		next: (json.next_lesson as Row).lesson_id,
		held: ids('attendance', 'lesson_id'),
		paid: ids('payments'),
		tasks: ids('tasks'),
		errors: (json.overviewErrors as Row[]).map(({ part }) => part),
	};
};
const overview = async (id: number, options: INodeParameters = {}) => read((await run(form(id, options)))[0]);

it('lessons, payments and tasks of all branches of the customer are there, in one order', async () => {
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
});

it('takes four calls more for a second branch, those of what is left out not', async () => {
	const { id } = commuter();
	const callsOf = async (leaveOut: string[]) => {
		const before = school.calls().length;
		await run(form(id, {}, { leaveOut }));
		return school
			.calls()
			.slice(before)
			.filter((call) => call !== 'auth/login').length;
	};
	expect(await callsOf([])).toBeLessThanOrEqual(12);
	await callsOf(['attendance', 'payments', 'tasks']);
	const asked = school.sandbox.journal.filter(({ path }) => path.startsWith('/v2api/2/'));
	expect(asked).toHaveLength(5);
});

it('are those of one branch where the search is limited to it', async () => {
	const { id, here } = commuter();
	expect(await overview(id, { ...ALL, searchBranches: [1] })).toEqual({
		next: here.next,
		held: [here.held],
		paid: [here.paid],
		tasks: [here.task],
		errors: [],
	});
	expect(school.sandbox.journal.filter(({ path }) => path.startsWith('/v2api/2/'))).toEqual([]);
});

it.each([
	['the second branch', [2], 2],
	['the first branch', [1], 1],
])(
	'%s that may not be read is told, by its number, and the other one counts',
	async (_what, branches, denied) => {
		const { id, here, there } = commuter();
		const seen = denied === 2 ? here : there;
		set({ forbiddenBranches: branches });
		const { json, hints } = await whole({ ...form(id, ALL), branchId: denied === 2 ? 1 : 2 });
		expect(read(json[0])).toEqual({
			next: seen.next,
			held: [seen.held],
			paid: [seen.paid],
			tasks: [seen.task],
			errors: expect.arrayContaining(['next_lesson', 'attendance', 'payments', 'tasks']) as string[],
		});
		const reasons = (json[0].overviewErrors as Row[]).map(({ reason }) => String(reason));
		for (const reason of reasons) expect(reason).toContain(`branch ${denied}`);
		expect(reasons).toHaveLength(4);
		expect(hints.join()).toContain('An overview lacks something');
	},
);

it('payments say whether they are confirmed, and nothing where AlfaCRM does not', async () => {
	const { id, here, there } = commuter();
	const confirmed = async () =>
		((await run(form(id)))[0].payments as Row[]).map((one) => [one.id, one.confirmed]);
	school.sandbox.store.patch('pay', here.paid, { is_confirmed: 0 });
	expect(await confirmed()).toEqual([
		[there.paid, true],
		[here.paid, false],
	]);
	school.sandbox.store.patch('pay', here.paid, { is_confirmed: null });
	expect(await confirmed()).toEqual([
		[there.paid, true],
		[here.paid, null],
	]);
});

it.each(['income', 'expenditure'])(
	'a refund with its sum as %s is no payment of the parent',
	async (field) => {
		const { id, here, there } = commuter();
		const refund = {
			branch_id: 1,
			customer_id: id,
			pay_account_id: 1,
			income: '0.00',
			document_date: '20.01.2026',
		};
		const back = add('pay', { ...refund, pay_type_id: 2, [field]: '5000.00' });
		const untold = add('pay', { ...refund, pay_type_id: null, [field]: '100.00' });
		const own = add('pay', { ...refund, pay_type_id: 12, [field]: '100.00' });
		const incoming = ((await run(form(id)))[0].payments as Row[]).map((one) => [one.id, one.incoming]);
		expect(new Map(incoming as Array<[number, unknown]>)).toEqual(
			new Map<number, unknown>([
				[here.paid, true],
				[there.paid, true],
				[back, false],
				[untold, null],
				[own, null],
			]),
		);
	},
);

it('rows that each branch shows come once', async () => {
	const { id, here, there } = commuter();
	school.sandbox.store.patch('task', here.task, { branch_ids: [1, 2] });
	expect((await overview(id, ALL)).tasks).toEqual([there.task, here.task]);
});

it('where the branch of the node alone gives no lessons, those of the other one count', async () => {
	const { id, there } = commuter();
	const match = { entity: 'lesson', action: 'index', branch: 1 };
	school.sandbox.faults.add({ kind: 'status', status: 403, times: 0, match });
	expect(await overview(id)).toMatchObject({
		next: there.next,
		held: [there.held],
		errors: expect.arrayContaining(['next_lesson', 'attendance']) as string[],
	});
});

describe('where the card shows no groups', () => {
	/** A client of both branches, in a group of each. */
	function inTwoGroups() {
		const { id } = commuter();
		const groups = [1, 2].map((branch_id) => {
			const group_id = add('group', { name: `Группа ${branch_id}`, branch_ids: [branch_id] });
			add('cgi', { customer_id: id, group_id, branch_id, b_date: '01.02.2026' });
			return { id: group_id, name: `Группа ${branch_id}` };
		});
		set({ customerGroups: 'unknown' });
		return { id, groups };
	}
	const groupsIn = ({ groups }: Row) =>
		(groups as Row[]).map(({ id, name }) => ({ id, name })).sort((a, b) => Number(a.id) - Number(b.id));

	it('groups of another branch of the customer have their names, for one call more than the memberships', async () => {
		const { id, groups } = inTwoGroups();
		const [json] = await run(form(id));
		expect(groupsIn(json)).toEqual(groups);
		expect(json.overviewErrors).toEqual([]);
		const asked = school.sandbox.journal.filter(({ path }) => path.endsWith('/group/index'));
		expect(asked.map(({ path, body }) => [path, (body as Row).ids])).toEqual([
			['/v2api/1/group/index', groups.map((one) => one.id).reverse()],
			['/v2api/2/group/index', [groups[1].id]],
		]);
	});

	it('memberships of another branch count where each branch lists its own alone', async () => {
		const { id, groups } = inTwoGroups();
		const memberships = groups.map((one) => rows('cgi').find(({ group_id }) => group_id === one.id)?.id);
		const { store } = school.sandbox;
		school.sandbox.onRequest = ({ path }) => {
			const own = /v2api\/(\d)\/cgi\/customer/.exec(path)?.[1];
			if (own === undefined) return;
			memberships.forEach((one, index) => {
				store.show('cgi', one as number);
				if (index !== Number(own) - 1) store.hide('cgi', one as number);
			});
		};
		const [json] = await run(form(id));
		expect(groupsIn(json)).toEqual(groups);
		expect(json.overviewErrors).toEqual([]);
	});

	it('a branch whose memberships may not be read is told, and those of the other one count', async () => {
		const { id, groups } = inTwoGroups();
		const match = { entity: 'cgi', action: 'customer', branch: 1 };
		school.sandbox.faults.add({ kind: 'status', status: 403, times: 0, match });
		const [json] = await run(form(id));
		expect(groupsIn(json)).toEqual(groups);
		expect(json.overviewErrors).toMatchObject([{ part: 'groups' }]);
	});

	it('a branch whose groups may not be read is told, if a name is missing for that', async () => {
		const { id, groups } = inTwoGroups();
		const match = { entity: 'group', action: 'index', branch: 2 };
		school.sandbox.faults.add({ kind: 'status', status: 403, times: 0, match });
		const [json] = await run(form(id));
		expect(groupsIn(json)).toEqual([groups[0], { ...groups[1], name: null }]);
		expect(json.overviewErrors).toMatchObject([{ part: 'group_names' }]);
	});
});
