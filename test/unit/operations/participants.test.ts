import type { IDataObject } from 'n8n-workflow';

import { findOccurrences } from '../../../nodes/AlfaCrm/store/calendar/occurrences';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { SmallSchool } from './school';

describe('regular lessons that do not stand in the calendar', () => {
	/** Tuesdays at 17. */
	const REGULAR = {
		...{ id: 71, related_class: 'Group', related_id: 41, day: 2, time_from_v: '17:00', time_to_v: '18:00' },
		...{ b_date: '2026-01-01', e_date: '2026-12-31' },
	};
	/** Which of them take place in the week of Monday, 9 March 2026, and in the next. */
	const days = (lessons: IDataObject[], regular: IDataObject = {}) =>
		findOccurrences(
			{
				lessons: lessons.map((row) => ({ id: 9_001, regular_id: 71, status: 1, ...row })),
				regularLessons: [{ ...REGULAR, ...regular }],
			},
			{ from: '2026-03-09', to: '2026-03-22', zone: 'Europe/Moscow' },
			1,
		).flatMap(({ lesson_id, date }) => (lesson_id === null ? [date.slice(8)] : []));

	it('a lesson on another weekday stands for the one before, or if that has its own for the next', () => {
		expect(days([{ date: '2026-03-12' }])).toEqual(['17']);
		expect(days([{ date: '2026-03-16' }])).toEqual(['17']);
		expect(days([{ date: '2026-03-10' }, { date: '2026-03-16' }])).toEqual([]);
	});

	it('a lesson from before the first day is of another timetable', () => {
		// Until the 10th it was on Mondays.
		expect(days([{ date: '2026-03-09', status: 3 }], { b_date: '2026-03-10' })).toEqual(['10', '17']);
	});

	it('one that ends after midnight ends on the next day', () => {
		const late = { ...REGULAR, time_from_v: '23:00', time_to_v: '00:30' };
		const on = { from: '2026-03-10', to: '2026-03-10', zone: 'Europe/Moscow' };
		expect(findOccurrences({ lessons: [], regularLessons: [late] }, on, 1)).toMatchObject([
			{ time_from: '2026-03-10 23:00:00', time_to: '2026-03-11 00:30:00', branch_id: 1, group_ids: [41] },
		]);
	});
});

describe('Get Participants', () => {
	let school: SmallSchool;
	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-03-09T09:00:00Z'), advanceTimers: true });
		school = new SmallSchool({ now: '2026-03-09 12:00:00', bodyPageSize: 'honoured' });
		for (const [id, branch] of [
			[501, 1],
			[502, 1],
			[503, 2],
		])
			school.addRecord('customer', { id, name: `Ученик ${id}`, is_study: 1, branch_ids: [branch] });
		school.changeRecord('customer', 501, {
			phone: ['+7(900)000-05-01', '+7(900)000-05-02'],
			email: ['a@example.org'],
		});
		school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
		school.addRecord('cgi', { customer_id: 501, group_id: 41, b_date: '01.01.2026', e_date: null });
		school.addRecord('cgi', { customer_id: 502, group_id: 41, b_date: '11.03.2026', e_date: null });
		lesson({ id: 9_001, group_ids: [41] });
	});
	afterEach(() => jest.useRealTimers());

	/** On Tuesday the 10th at 17:00, in branch 1. */
	const lesson = (row: IDataObject) =>
		school.addRecord('lesson', {
			...{ branch_id: 1, date: '2026-03-10', time_from: '2026-03-10 17:00:00' },
			...{
				time_to: '2026-03-10 18:00:00',
				status: 1,
				subject_id: 1,
				lesson_type_id: 2,
				teacher_ids: [1],
				room_id: 1,
			},
			...row,
		});
	const form = (more: IDataObject = {}): IDataObject => ({
		...{ resource: 'lesson', operation: 'getParticipants', branchId: '', returnAll: true, simplify: true },
		...{ date_from: '2026-03-10', date_to: '2026-03-10', additionalFields: {} },
		...more,
	});
	const ids = async (more: IDataObject = {}) =>
		(await school.run(form(more))).json.map(({ customer_id }) => customer_id);
	const only = (lesson_id: unknown) => ({ additionalFields: { lesson_id } as IDataObject });

	it('gives one item for each person and lesson, as the schema tells', async () => {
		const { json } = await school.run(form());
		expect(json).toEqual([
			{
				...{ time_from: '2026-03-10 17:00:00', customer_id: 501, customer_name: 'Ученик 501' },
				...{ customer_phone: '+7(900)000-05-01, +7(900)000-05-02', customer_email: 'a@example.org' },
				...{ lesson_id: 9_001, group_id: 41, group_name: 'Роботы', subject_id: 1, subject_name: null },
				...{ teacher_ids: 1, teacher_names: null, room_id: 1, room_name: null },
				...{ lesson_type_id: 2, lesson_type_name: null, branch_id: 1 },
				url: 'https://demo.s20.online/company/1/customer/view?id=501',
			},
		]);
		const { properties } = allSchemas()['lesson/getParticipants'];
		expect(Object.keys(properties)).toEqual(Object.keys(json[0]));
	});

	it('asks each branch for lessons of each status and regular lessons, each group once, and cards by one list', async () => {
		lesson({ id: 9_002, group_ids: [41], time_from: '2026-03-10 19:00:00' });
		lesson({ id: 9_003, branch_id: 2, customer_ids: [503] });
		await school.run(form({ simplify: false }));
		const count = (call: string) => school.calls.filter((one) => one === call).length;
		expect(school.calls).toHaveLength(1 + 2 * 4 + 2 + 2);
		expect([count('branch/index'), count('lesson/index'), count('regular-lesson/index')]).toEqual([1, 6, 2]);
		expect([count('cgi/index'), count('customer/index')]).toEqual([2, 2]);
		const bodies = school.readRequests('customer/index').map(({ body }) => body);
		expect(bodies).toContainEqual(expect.objectContaining({ id: 501, is_study: 2, removed: 1 }));
	});

	it('of one lesson gives those alone, whichever day and branch it is in, and nobody of a cancelled one', async () => {
		lesson({
			id: 9_002,
			branch_id: 2,
			date: '2026-03-20',
			time_from: '2026-03-20 09:00:00',
			customer_ids: [503],
		});
		expect(await ids(only(9_002))).toEqual([503]);
		expect(await ids({ ...only(9_002), date_to: '2020-01-01' })).toEqual([503]);
		school.changeRecord('lesson', 9_002, { status: 2 });
		expect(await ids(only('9002'))).toEqual([]);
		expect((await school.expectRefused(form(only(77)))).message).toBe(
			'AlfaCRM has no lesson with ID 77 in the branches that could be searched',
		);
		expect((await school.expectRefused(form({ ...only(9_002), branchId: 1 }))).message).toBe(
			'AlfaCRM has no lesson with ID 9002 in branch 1',
		);
	});

	it.each(['', null, '0', 'x', {}])('refuses %j as a lesson', async (value) => {
		expect((await school.expectRefusedUnsent(form({ ...only(value), branchId: 1 }))).message).toContain(
			"'Lesson'",
		);
	});

	it('are all there where AlfaCRM takes the first of several IDs alone', async () => {
		lesson({ id: 9_002, customer_ids: [501, 502] });
		school.onCall = (call, { body: { id } }) =>
			call === 'customer/index' && Array.isArray(id)
				? { items: [school.readRecord('customer', id[0] as number)], total: 1 }
				: undefined;
		expect(await ids(only(9_002))).toEqual([501, 502]);
	});

	it('a branch that this user may not see is left out with a hint; the one that is chosen is an error', async () => {
		school.settings.forbiddenBranches = [2];
		const { json, hints } = await school.run(form());
		expect(json).toHaveLength(1);
		expect(hints).toEqual([expect.stringMatching(/may not see all branches.*: branch 2$/)]);
		expect((await school.expectRefused(form({ branchId: 2 }))).httpCode).toBe('403');
	});

	it.each(['lesson/index', 'regular-lesson/index', 'cgi/index', 'customer/index'])(
		'is an error where no branch may be looked into, because this user lacks the right to %s',
		async (call) => {
			school.settings.forbiddenCalls = [call];
			lesson({ id: 9_002, branch_id: 2, customer_ids: [503], group_ids: [41] });
			expect((await school.expectRefused(form())).httpCode).toBe('403');
			if (!/lesson/.test(call)) expect((await school.expectRefused(form(only(9_002)))).httpCode).toBe('403');
		},
	);

	it('finds the card of somebody who is in another branch than the lesson', async () => {
		lesson({ id: 9_002, customer_ids: [503] });
		expect(await ids({ branchId: 1 })).toEqual([501, 503]);
		for (const branchId of ['', 1]) expect(await ids({ ...only(9_002), branchId })).toEqual([503]);
		school.settings.forbiddenBranches = [2];
		expect((await school.run(form({ branchId: 1 }))).hints).toEqual([
			expect.stringMatching(/may not see all branches.*: branch 2$/),
			'Some who are to come were left out, because AlfaCRM shows their card in no list: customer 503',
		]);
	});

	it('gives nobody, but a hint, for a customer who is in no list, and nobody for days without lessons', async () => {
		lesson({ id: 9_002, customer_ids: [999] });
		const { json, hints } = await school.run(form());
		expect(json.map(({ customer_id }) => customer_id)).toEqual([501]);
		expect(hints).toEqual([
			'Some who are to come were left out, because AlfaCRM shows their card in no list: customer 999',
		]);
		expect(await ids({ date_from: '2026-03-15', date_to: '2026-03-15' })).toEqual([]);
	});

	it('gives as many as the limit says', async () => {
		lesson({ id: 9_002, customer_ids: [502, 503], time_from: '2026-03-10 09:00:00' });
		expect(await ids({ returnAll: false, limit: 2 })).toEqual([502, 503]);
	});

	it.each([
		{ date_from: '2026-03-11', date_to: '2026-03-10' },
		{ date_from: '2026-03-11', date_to: '2027-03-13' },
		{ date_from: '' },
		{ limit: 0, returnAll: false },
	])('refuses %j', async (more) => {
		await school.expectRefusedUnsent(form({ ...more, branchId: 1 }));
	});

	it('tells of a list that does not come whole', async () => {
		school.onCall = (call, request) =>
			call === 'regular-lesson/index' ? school.answerWithUnstableList(request) : undefined;
		expect((await school.run(form())).hints.join()).toContain('did not come whole');
	});
});
