import type { IDataObject, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { formOf } from '../../support/form';
import { given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { add, patch, run, rows, set, whole } = officeOf(school);

const form = (lesson: unknown, more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'lesson', operation: 'complete', branchId: 1, id: pick(lesson), if_completed: 'refuse' },
	...{ present_ids: [], absent_ids: [], ...more },
});
const methodOf = (name: string) =>
	formOf({ resource: 'lesson', operation: 'complete' }).find((one) => one.name === name)?.typeOptions;
const offered = async (lesson: unknown, more: INodeParameters = {}): Promise<INodePropertyOptions[]> =>
	await school.engine.options(String(methodOf('present_ids')?.loadOptionsMethod), {
		...form(lesson, more),
	});
const person = (name: string, more: IDataObject = {}) =>
	add('customer', { name, is_study: 1, legal_type: 1, branch_ids: [1], e_date: '2030-12-31', ...more });

/** A lesson of a group on the 9th, and one more who is put down for it. */
function lesson(status = 1, more: IDataObject = {}) {
	const group = add('group', { name: 'Шахматы', branch_ids: [1] });
	const member = (name: string, b_date: string, e_date: string) => {
		const id = person(name);
		add('cgi', { customer_id: id, group_id: group, b_date, e_date });
		return id;
	};
	const members = [
		member('Яна Ёлкина', '2026-01-01', '2026-02-09'),
		member('Ада Лавлейс', '2026-02-09', '2026-12-31'),
	];
	const others = [
		member('Раньше', '2025-01-01', '2026-02-08'),
		member('Позже', '2026-02-10', '2026-12-31'),
		person('Чужой'),
	];
	const guest = person('Гость на пробном', { is_study: 0 });
	const id = add('lesson', {
		...{ branch_id: 1, date: '2026-02-09', time_from: '2026-02-09 11:00:00', time_to: '2026-02-09 12:00:00' },
		...{ status, lesson_type_id: 2, subject_id: 1, group_ids: [group], customer_ids: [guest], ...more },
	});
	return { id, guest, members, others };
}

const namesIn = (options: INodePropertyOptions[]) => options.map(({ name }) => name);
const idsIn = (options: INodePropertyOptions[]) => options.map(({ value }) => Number(value)).sort();

it.each(['present_ids', 'absent_ids'])('%s are chosen from a list that follows branch and lesson', (name) => {
	expect(methodOf(name)).toEqual({
		loadOptionsMethod: 'getLessonCustomers',
		loadOptionsDependsOn: ['branchId', 'id.value'],
	});
});

it.each([1, 2, 3])(
	'offers by name who is put down for a lesson of status %i, and who was in its group that day',
	async (status) => {
		const { id } = lesson(status);
		expect(namesIn(await offered(id))).toEqual(['Ада Лавлейс', 'Гость на пробном', 'Яна Ёлкина']);
	},
);

it.each([
	['where memberships of all times come', { cgiDefault: 'all' }],
	['where filters are ignored', { ignoredFilters: ['lesson.id', 'customer.id'] }],
	['where pages are small', { bodyPageSize: 'ignored' }],
	['where a page size is refused', { bodyPageSize: 'refused400' }],
	['where no total comes', { total: 'missing' }],
])('nobody of them is missing, %s', async (_where, settings) => {
	set(settings);
	const { id, guest, members } = lesson();
	expect(idsIn(await offered(id))).toEqual(expect.arrayContaining([guest, ...members].sort()));
});

it('names come one by one where AlfaCRM takes no list of IDs', async () => {
	const { id } = lesson();
	for (let count = 0; count < 25; count++) person(`Посторонний ${count}`);
	set({ idLists: 'unreadable' });
	expect(namesIn(await offered(id))).toEqual(['Ада Лавлейс', 'Гость на пробном', 'Яна Ёлкина']);
});

it('who was marked before and is not put down any more is offered too', async () => {
	const { id, guest, members, others } = lesson(3);
	add('lesson-details', { lesson_id: id, customer_id: others[2], is_attend: 1 });
	expect(idsIn(await offered(id))).toEqual([guest, others[2], ...members].sort());
});

it('namesakes are told apart', async () => {
	const { id, members } = lesson();
	patch('customer', members[1], { name: 'Яна Ёлкина' });
	expect(
		namesIn(await offered(id))
			.filter((name) => name.startsWith('Яна'))
			.sort(),
	).toEqual(members.map((one) => `Яна Ёлкина · ID ${one}`).sort());
});

it('members or names that this user may not read take nobody from the list', async () => {
	const { id, guest, members } = lesson();
	set({ forbiddenCalls: ['cgi/index'] });
	expect(idsIn(await offered(id))).toEqual([guest]);
	set({ forbiddenCalls: ['customer/index'] });
	expect(idsIn(await offered(id))).toEqual([guest, ...members].sort());
	expect(namesIn(await offered(id))).toContain(`Customer ${guest}`);
});

it.each<[what: string, id: INodeParameters[string]]>([
	['is not chosen', { __rl: true, mode: 'list', value: '' }],
	['comes from an expression', { __rl: true, mode: 'id', value: '={{ $json.id }}' }],
	['cannot be read', pick('завтра')],
])('offers nobody, and costs no call, while the lesson %s', async (_what, id) => {
	expect(await offered(0, { id })).toEqual([]);
	expect(school.calls()).toEqual([]);
});

it('offers nobody for a lesson that is not there', async () => {
	expect(await offered(99_999)).toEqual([]);
});

it('what was chosen, and IDs by expression, complete the lesson', async () => {
	const attendance = (id: number) =>
		Object.fromEntries(
			rows('lesson-details')
				.filter(({ lesson_id }) => lesson_id === id)
				.map(({ customer_id, is_attend }) => [customer_id, is_attend]),
		);
	const absentAs: Array<(id: number) => INodeParameters[string]> = [
		(id) => [id],
		(id) => given([String(id)]),
		(id) => given(`${id}, `),
		(id) => given(id),
	];
	for (const way of absentAs) {
		const { id, guest, members } = lesson();
		const [here, away] = members;
		await run(form(id, { present_ids: [guest, here], absent_ids: way(away) }));
		expect(attendance(id)).toEqual({ [guest]: 1, [here]: 1, [away]: 0 });
	}
});

describe('those of whom nothing was said', () => {
	const HINT = 'Nothing was said of some who are put down for a lesson that was completed';
	const hintsOf = async (parameters: INodeParameters) => {
		const { hints, error } = await whole(parameters);
		expect(error).toBeUndefined();
		return hints.filter((hint) => hint.includes(HINT)).map((hint) => hint.split(': ').slice(1).join(': '));
	};

	it('are named, where only one who was absent is given', async () => {
		const [one, other, third] = ['Ада', 'Яна', 'Мия'].map((name) => person(name));
		const { id } = lesson(1, { group_ids: [], customer_ids: [one, other, third] });
		expect(await hintsOf(form(id, { absent_ids: [other] }))).toEqual([
			`lesson ${id}: customer ${one}, ${third}`,
		]);
		expect(rows('lesson-details').filter(({ lesson_id }) => lesson_id === id)).toMatchObject([
			{ customer_id: other, is_attend: 0 },
		]);
		// Again it changes nothing, and once all are named there is nothing to say.
		expect(await hintsOf(form(id, { absent_ids: [other] }))).toEqual([]);
		const again = { absent_ids: [other], present_ids: [one, third], if_completed: 'teach' };
		expect(await hintsOf(form(id, again))).toEqual([]);
	});

	it('are none where all are given, or the others were recorded before', async () => {
		const { id, guest, members } = lesson();
		expect(await hintsOf(form(id, { present_ids: [guest] }))).toEqual([]);
		patch('lesson', id, { customer_ids: [guest, ...members] });
		for (const customer_id of members) add('lesson-details', { lesson_id: id, customer_id, is_attend: 1 });
		expect(await hintsOf(form(id, { absent_ids: [guest], if_completed: 'teach' }))).toEqual([]);
	});
});

describe('the rows of Attendance', () => {
	const ROWS = (customer_id: number) => [{ customer_id, is_attend: true }];
	const told = (id: number) => rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);

	it('may hold expressions', async () => {
		const { id, guest } = lesson();
		const values = [{ customer_id: '={{ $json.guest }}', is_attend: '={{ $json.came }}' }];
		await run(form(id, { details: { values } } as INodeParameters), { items: [{ guest, came: 0 }] });
		expect(told(id)).toMatchObject([{ customer_id: guest, is_attend: 0 }]);
	});

	it.each<[string, (customer: number) => unknown]>([
		['a list', (customer) => given(ROWS(customer))],
		['JSON text', (customer) => JSON.stringify(ROWS(customer))],
		['an expression for all rows', (customer) => ({ values: given(ROWS(customer)) })],
	])('come in no other form, for n8n passes on no %s', async (_form, details) => {
		const { id, guest } = lesson();
		const { error } = await whole(form(id, { details: details(guest) } as INodeParameters));
		expect(error?.message).toMatch(/are empty$|is empty in a row/);
		expect(told(id)).toEqual([]);
	});
});
