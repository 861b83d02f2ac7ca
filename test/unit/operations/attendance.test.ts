import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool } from './school';

let school: SmallSchool;
let anna: number;
let boris: number;
beforeEach(() => {
	school = new SmallSchool();
	for (const path of ['subject', 'lesson-type', 'lesson-type']) school.addRecord(path, { name: 'A' });
	school.addRecord('teacher', { name: 'A', branch_ids: [1] });
	[anna, boris] = clients(2);
});
afterEach(() => jest.useRealTimers());

const clients = (count: number) => Array.from({ length: count }, () => school.addLead({ is_study: 1 }));
const held = (row: IDataObject = {}) =>
	school.addRecord('lesson', {
		...{
			branch_id: 1,
			date: '2026-02-10',
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			group_ids: [],
		},
		...{ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:30:00', status: 1 },
		...{ customer_ids: [anna, boris], ...row },
	});
const markAs = (id: number, more: object): IDataObject =>
	customerForm('complete', {
		...{ resource: 'lesson', id, present_ids: '', absent_ids: '', if_completed: 'refuse', ...more },
	});
/** That Anna was there and Boris was not. */
const mark = (id: number, more: object = {}) =>
	markAs(id, { present_ids: String(anna), absent_ids: String(boris), ...more });
const rowsOf = (...details: IDataObject[]) => ({ details });
const detailsOf = (id: number) =>
	school.readRecords('lesson-details').filter(({ lesson_id }) => lesson_id === id);
const patchDetails = (id: number, row: IDataObject) => {
	for (const detail of detailsOf(id)) school.changeRecord('lesson-details', detail.id, row);
};
/** Who is told of in AlfaCRM, with there or not. */
const told = (id: number) =>
	Object.fromEntries(detailsOf(id).map(({ customer_id, is_attend }) => [customer_id, is_attend]));
const taught = () => (school.readRequests('lesson/teach').at(-1)?.body.details ?? []) as IDataObject[];
/** The lesson as AlfaCRM shows it in an odd form, in the list of its status. */
const shown = (id: number, odd: object) => {
	const items = [{ ...school.readRecord('lesson', id), ...odd }];
	const { status } = school.readRecord('lesson', id);
	school.onCall = (call, { body }) =>
		call === 'lesson/index' ? { items: body.status === status && body.page === 0 ? items : [] } : undefined;
};

describe('a planned lesson', () => {
	it('is completed once, with who was there and who was not', async () => {
		const id = held();
		const { json } = await school.run(mark(id, { additionalFields: { topic: 'Дебют' } }));
		expect(json).toMatchObject([{ operationResult: 'updated', status: 3 }]);
		expect(school.requests.at(-1)).toMatchObject({
			...{ url: expect.stringContaining('/v2api/1/lesson/teach') as string, query: { id } },
			body: { status: 3, topic: 'Дебют' },
		});
		expect(taught()).toEqual([
			{ branch_id: 1, customer_id: anna, is_attend: 1 },
			{ branch_id: 1, customer_id: boris, is_attend: 0 },
		]);
		expect(school.requests.at(-1)?.body).not.toHaveProperty('present_ids');
		const again = await school.run(mark(id, { present_ids: [anna], absent_ids: '' }));
		expect(again.json).toMatchObject([{ operationResult: 'unchanged', changedFields: [] }]);
		expect(school.readWrites()).toEqual(['lesson/teach']);
	});

	it.each([
		['alone moves the end along', { time_from: '09:15' }, '09:15:00', '10:45:00'],
		['counts with the end that is given', { time_from: '09:15', time_to: '10:00' }, '09:15:00', '10:00:00'],
	])('begins at another time: a start %s', async (_what, additionalFields, begin, end) => {
		const id = held();
		const form = mark(id, { additionalFields });
		expect(await school.runInTurn(form, form)).toBe('updated, unchanged');
		const times = { time_from: `2026-02-10 ${begin}`, time_to: `2026-02-10 ${end}` };
		expect(school.readRecord('lesson', id)).toMatchObject(times);
	});

	it('does not begin so late that it would end on the next day', async () => {
		const { message } = await school.expectRefused(
			mark(held(), { additionalFields: { time_from: '23:00' } }),
		);
		expect(message).toBe("'End Time' would be on the next day: the lesson takes 90 minutes");
	});

	it.each([
		['of the day after tomorrow is refused', '2026-03-03', false],
		['of tomorrow, which may be today at the school, is completed', '2026-03-02', true],
	])('%s', async (_what, date, isCompleted) => {
		jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z'), advanceTimers: true });
		const id = held({ date, time_from: `${date} 17:00:00`, time_to: `${date} 18:00:00` });
		const { error } = await school.runToEnd(mark(id));
		const refusal = `Lesson ${id} is on ${date}, so nobody can have attended it yet`;
		expect(error?.message).toBe(isCompleted ? undefined : refusal);
		expect([school.readRecord('lesson', id).status, detailsOf(id).length]).toEqual(
			isCompleted ? [3, 2] : [1, 0],
		);
	});

	it('is shown as completed where the answer does not hold it', async () => {
		school.onCall = (call) => (call === 'lesson/teach' ? { success: true, errors: [] } : undefined);
		expect((await school.run(mark(held()))).json).toMatchObject([{ operationResult: 'updated', status: 3 }]);
	});

	it('that is cancelled is refused', async () => {
		const id = held({ status: 2 });
		expect(await school.expectRefused(mark(id))).toMatchObject({
			message: `Lesson ${id} is cancelled, so nobody attended it`,
			description: 'Nothing was saved.',
		});
	});
});

describe('who was there', () => {
	it.each<[IDataObject, string]>([
		[
			{ present_ids: '', absent_ids: '' },
			"No customer is given who was present or absent: 'Present Customer', 'Absent Customer' and 'Attendance' are empty",
		],
		[{ present_ids: '1, 1', absent_ids: '' }, 'Customer 1 is given twice'],
		[{ present_ids: '1', absent_ids: '2, 1' }, 'Customer 1 is given twice'],
		[{ details: [{ customer_id: 2, is_attend: true }] }, 'Customer 2 is given twice'],
	])('is named once: %j', async (more, message) => {
		expect(await school.expectRefusedUnsent(mark(1, more))).toMatchObject({
			message,
			description:
				"Name each customer once, in 'Present Customer', 'Absent Customer' or 'Attendance'. Nothing was sent to AlfaCRM.",
		});
	});

	it('can be said by rows, which say more, as by lists of IDs, whichever came first', async () => {
		const graded = { customer_id: anna, is_attend: 0, grade: '5', note: 'Молодец' };
		const lesson = held();
		const form = markAs(lesson, { present_ids: `${boris}`, ...rowsOf(graded) });
		expect(await school.runInTurn(form, form)).toBe('updated, unchanged');
		expect(detailsOf(lesson)).toMatchObject([graded, { customer_id: boris, is_attend: 1 }]);

		const lists = { present_ids: `${anna}`, absent_ids: `${boris}` };
		const same = rowsOf({ customer_id: boris, is_attend: false }, { customer_id: anna, is_attend: true });
		const other = rowsOf({ customer_id: boris, is_attend: true });
		for (const [first, again, wrong] of [
			[lists, same, other],
			[same, lists, { absent_ids: `${anna},${boris}` }],
		]) {
			const id = held();
			expect(await school.runInTurn(markAs(id, first), markAs(id, again))).toBe('updated, unchanged');
			expect((await school.expectRefused(markAs(id, wrong))).message).toContain(
				`Lesson ${id} is already completed`,
			);
		}
	});

	const HINT = 'Nothing was said of some who are put down for a lesson that was completed';
	const hintsOf = async (form: IDataObject) =>
		(await school.run(form)).hints
			.filter((hint) => hint.includes(HINT))
			.map((hint) => hint.split(': ').slice(1).join(': '));

	it('is named of those of whom nothing was said, unless it was recorded before', async () => {
		const [third] = clients(1);
		const id = held({ customer_ids: [anna, boris, third] });
		const form = markAs(id, { absent_ids: [boris] });
		expect(await hintsOf(form)).toEqual([`lesson ${id}: customer ${anna}, ${third}`]);
		expect(told(id)).toEqual({ [boris]: 0 });
		// Again it changes nothing, and once all are named there is nothing to say.
		expect((await school.run(form)).hints).toEqual([
			`This lesson was completed like that already; nothing was changed: lesson ${id}`,
		]);
		const all = { absent_ids: [boris], present_ids: [anna, third], if_completed: 'teach' };
		expect(await hintsOf(markAs(id, all))).toEqual([]);
		expect(await hintsOf(markAs(id, { absent_ids: [anna], if_completed: 'teach' }))).toEqual([]);
	});

	it('Complete Lesson names the members of whom nothing was said, if a group lesson names nobody', async () => {
		const [left] = clients(1);
		school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
		school.addRecord('cgi', { customer_id: anna, group_id: 41, b_date: '01.01.2026', e_date: null });
		school.addRecord('cgi', { customer_id: boris, group_id: 41, b_date: '10.02.2026', e_date: '10.02.2026' });
		school.addRecord('cgi', { customer_id: left, group_id: 41, b_date: '01.01.2026', e_date: '09.02.2026' });
		const id = held({ customer_ids: [], group_ids: [41] });

		expect(await hintsOf(markAs(id, { absent_ids: [anna] }))).toEqual([`lesson ${id}: customer ${boris}`]);
	});

	it('Complete Lesson goes on without a hint, if the members of the group may not be read', async () => {
		const id = held({ customer_ids: [], group_ids: [41] });
		school.settings.forbiddenCalls = ['cgi/index'];

		expect(await hintsOf(markAs(id, { absent_ids: [anna] }))).toEqual([]);
		expect(told(id)).toEqual({ [anna]: 0 });
	});

	it('Complete Lesson goes on without a hint, if AlfaCRM refuses to list the members of the group', async () => {
		const id = held({ customer_ids: [], group_ids: [41] });
		school.onCall = (call) => {
			if (call === 'cgi/index') throw makeAnswerError(405);
			return undefined;
		};

		expect(await hintsOf(markAs(id, { absent_ids: [anna] }))).toEqual([]);
		expect(told(id)).toEqual({ [anna]: 0 });
	});

	it('Complete Lesson goes on without a hint, if the cards of the members may not be read', async () => {
		school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
		school.addRecord('cgi', { customer_id: anna, group_id: 41, b_date: '01.01.2026', e_date: null });
		school.addRecord('cgi', { customer_id: boris, group_id: 41, b_date: '01.01.2026', e_date: null });
		const id = held({ customer_ids: [], group_ids: [41] });
		school.settings.forbiddenCalls = ['customer/index'];

		expect(await hintsOf(markAs(id, { absent_ids: [anna] }))).toEqual([]);
		expect(told(id)).toEqual({ [anna]: 0 });
	});

	it('Complete Lesson does not name an archived member as put down', async () => {
		const archived = school.addLead({ is_study: 1, removed: 1, e_date: '2026-01-15' });
		school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
		for (const customer_id of [anna, boris, archived]) {
			school.addRecord('cgi', { customer_id, group_id: 41, b_date: '01.01.2026', e_date: null });
		}
		const id = held({ customer_ids: [], group_ids: [41] });

		expect(await hintsOf(markAs(id, { absent_ids: [anna] }))).toEqual([`lesson ${id}: customer ${boris}`]);
	});
});

describe('a completed lesson', () => {
	it('that says something else is refused, with the names of the customers', async () => {
		const id = held();
		await school.run(mark(id));
		const refusal = async (more: IDataObject) => await school.expectRefused(mark(id, more));
		const all = await refusal({ present_ids: `${anna}, ${boris}`, absent_ids: '' });
		expect(all.message).toBe(
			`Lesson ${id} is already completed, with another attendance of customer ${boris}`,
		);
		expect(all.description).toContain('has to reach this node in one run');
		const both = await refusal({ present_ids: String(boris), absent_ids: String(anna) });
		expect(both.message).toMatch(/of customer \d, \d$/);
		expect(await refusal({ additionalFields: { topic: 'Другая' } })).toMatchObject({
			message: `Lesson ${id} is already completed, with other details`,
			description: expect.stringContaining("set 'If Already Completed' to Send It Again") as string,
		});
	});

	it('tells a corrected text from the same one, but not a time from the same one with its day', async () => {
		const id = held();
		const times = { time_from: '17:00', time_to: '18:00' };
		const form = (homework: string) => mark(id, { additionalFields: { ...times, homework } });
		expect(await school.runInTurn(form('read chapter 3'), form('read chapter 3'))).toBe('updated, unchanged');
		expect((await school.expectRefused(form('Read Chapter 3'))).message).toContain('with other details');
	});

	it.each([
		['refuse', 1, 'unchanged'],
		['teach', 0, 'updated'],
	])('leaves a bonus alone that none names, with %s', async (if_completed, is_attend, result) => {
		const id = held();
		await school.run(markAs(id, { present_ids: `${anna},${boris}` }));
		patchDetails(id, { bonus: 5 });
		const form = markAs(id, { ...rowsOf({ customer_id: anna, is_attend }), if_completed });
		expect(await school.runInTurn(form)).toBe(result);
		expect(detailsOf(id)).toMatchObject([
			{ bonus: 5, is_attend },
			{ bonus: 5, is_attend: 1 },
		]);
	});

	it('is sent again where that is wanted, with the rows of all whom it holds', async () => {
		const [third] = clients(1);
		const id = held({ customer_ids: [anna, boris, third] });
		await school.run(markAs(id, { present_ids: `${anna},${boris},${third}` }));
		patchDetails(id, { grade: '5', note: 'Молодец' });
		const form = markAs(id, { absent_ids: `${boris}`, if_completed: 'teach' });
		expect(await school.runInTurn(form)).toBe('updated');
		const of = (customer: number) => taught().find((row) => Number(row.customer_id) === customer);
		expect(of(boris)).toMatchObject({ is_attend: 0 });
		for (const other of [anna, third])
			expect(of(other)).toMatchObject({ is_attend: 1, grade: '5', note: 'Молодец' });
		// Each row says which of those that are there it means.
		expect(new Set(taught().map((row) => Number(row.id)))).toEqual(
			new Set(detailsOf(id).map((row) => row.id)),
		);
		expect(told(id)).toEqual({ [anna]: 1, [boris]: 0, [third]: 1 });
		expect(await school.runInTurn(form)).toBe('unchanged');
	});

	it.each([
		['of a completed lesson', 3],
		['that was told before the lesson', 1],
	] as const)('loses the reason of an absence %s for who was there after all', async (_of, status) => {
		const id = held();
		await school.run(markAs(id, { absent_ids: `${anna},${boris}` }));
		school.changeRecord('lesson', id, { status });
		patchDetails(id, { reason_id: 1, note: 'Болеет' });
		await school.run(mark(id, { if_completed: 'teach' }));
		expect(detailsOf(id)).toMatchObject([
			{ customer_id: anna, is_attend: 1, reason_id: null, note: 'Болеет' },
			{ customer_id: boris, is_attend: 0, reason_id: 1 },
		]);
	});

	it('leaves the branch of a customer as it is', async () => {
		const id = held({ status: 3 });
		school.addRecord('lesson-details', { lesson_id: id, customer_id: anna, branch_id: 2, is_attend: 0 });
		await school.run(markAs(id, { present_ids: `${anna}`, if_completed: 'teach' }));
		expect(detailsOf(id)).toMatchObject([{ branch_id: 2, is_attend: 1 }]);
	});

	it('is not sent where AlfaCRM shows who was there in lists of a customer only, for that would be lost', async () => {
		school.settings.lessonDetails = 'withCustomer';
		const id = held();
		await school.run(mark(id));
		for (const if_completed of ['refuse', 'teach'])
			expect(await school.expectRefused(mark(id, { if_completed }))).toMatchObject({
				message: `Lesson ${id} is already completed, and AlfaCRM does not show who was there`,
				description: 'Look at it, and correct it, in AlfaCRM. Nothing was saved.',
			});
	});

	it.each(['', null, undefined])('has no rows yet where `details` is %j', async (details) => {
		const id = held();
		shown(id, { details });
		expect(await school.runInTurn(mark(id))).toBe('updated');
		expect(taught().map(({ customer_id }) => customer_id)).toEqual([anna, boris]);
	});

	it.each([['нет'], [{ 0: { customer_id: 1, is_attend: 1 } }], [[null]], [[7]]])(
		'is not sent where `details` is %j, for that would be lost',
		async (details) => {
			const id = held({ status: 3 });
			shown(id, { details });
			expect(await school.expectRefused(mark(id, { if_completed: 'teach' }))).toMatchObject({
				message: `AlfaCRM shows the attendance of lesson ${id} in an unknown format`,
				description: 'Complete the lesson in AlfaCRM. Nothing was saved.',
			});
		},
	);

	it.each<[unknown, string[]]>([
		['', []],
		['1, 2, 3', ['lesson 1: customer 3']],
		[3, ['lesson 1: customer 3']],
		[{ 0: 3 }, []],
	])('is sent where `customer_ids` is %j', async (customer_ids, others) => {
		const id = held();
		shown(id, { customer_ids });
		const { hints } = await school.run(mark(id));
		expect(hints.map((hint) => hint.split(': ').slice(1).join(': '))).toEqual(others);
	});
});

describe('a lesson of several items', () => {
	interface Entry {
		lesson: number;
		customer: unknown;
		there?: unknown;
		topic?: string;
		branch?: number;
	}
	/** A row of a sheet for each customer and lesson. */
	const bySheet = (entries: Entry[]) =>
		entries.map(({ lesson, customer, there = true, topic = '', branch = 1 }) => ({
			...markAs(lesson, { [there === true ? 'present_ids' : 'absent_ids']: customer }),
			...{ branchId: branch, additionalFields: { topic } },
		}));
	/** At once only after a first item, for then it is known how many may. */
	const runAll = async (entries: Entry[], callsAtOnce = 1) =>
		await school.runToEnd({}, { parametersByItem: bySheet(entries), credential: { callsAtOnce } });

	it.each([1, 5])(
		'is completed once with all of them, as they come in a sheet, %d at once',
		async (atOnce) => {
			const [three, four] = clients(2);
			const [first, second] = [
				[anna, boris, three],
				[four, anna],
			].map((customer_ids) => held({ customer_ids }));
			const entries = [
				{ lesson: first, customer: anna },
				{ lesson: second, customer: four, there: false },
				{ lesson: first, customer: boris, there: false, topic: 'Датчики' },
				{ lesson: second, customer: anna },
				{ lesson: first, customer: three },
				{ lesson: first, customer: three },
			];
			const { json, hints, error } = await runAll(entries, atOnce);
			expect([error, hints]).toEqual([undefined, []]);
			expect(json.map(({ id, operationResult }) => [id, operationResult])).toEqual(
				entries.map(({ lesson }) => [lesson, 'updated']),
			);
			expect(told(first)).toEqual({ [anna]: 1, [boris]: 0, [three]: 1 });
			expect(told(second)).toEqual({ [four]: 0, [anna]: 1 });
			expect(school.readRecord('lesson', first).topic).toBe('Датчики');
			const again = await runAll(entries, atOnce);
			expect(new Set(again.json.map(({ operationResult }) => operationResult))).toEqual(
				new Set(['unchanged']),
			);
			expect(school.readWrites()).toEqual(['lesson/teach', 'lesson/teach']);
		},
	);

	it.each<[string, Partial<Entry>, string]>([
		['say both of a customer', { there: false }, 'contradict each other on customer'],
		['name two topics', { customer: 2, topic: 'Моторы' }, "contradict each other on 'Topic'"],
		['are in two branches', { branch: 2 }, "item 2 cannot be used: another 'Branch' is given, 2"],
		['do not say who', { customer: '' }, 'item 2 cannot be used: No customer is given'],
		['hold what is no ID', { customer: 'Мия' }, "item 2 cannot be used: 'Present Customer Names or IDs'"],
	])('of which items %s is not saved, and the others are', async (_what, odd, words) => {
		const [bad, good] = [held(), held()];
		const each = bySheet([
			{ lesson: bad, customer: anna, topic: 'Датчики' },
			{ lesson: good, customer: anna },
			{ lesson: bad, customer: anna, ...odd },
		]);
		const { json } = await school.runToEnd({}, { parametersByItem: each, continueOnFail: true });
		const refusal = expect.stringContaining(words) as string;
		expect(json.map(({ error }) => error)).toEqual([refusal, undefined, refusal]);
		expect([told(bad), told(good)]).toEqual([{}, { [anna]: 1 }]);
	});

	it('takes what a sheet says of each customer, and no word of which it is not sure', async () => {
		const customers = clients(4);
		const [sure, unsure] = [held({ customer_ids: customers }), held({ customer_ids: customers })];
		const said = (lesson: number, cells: unknown[]) =>
			cells.map((is_attend, n) => markAs(lesson, { details: [{ customer_id: customers[n], is_attend }] }));
		const each = [...said(sure, [true, false, 'TRUE', 'FALSE']), ...said(unsure, ['TRUE', 'нет'])];
		const { json } = await school.runToEnd({}, { parametersByItem: each, continueOnFail: true });
		expect(Object.values(told(sure))).toEqual([1, 0, 1, 0]);
		expect(told(unsure)).toEqual({});
		expect(json[5].error).toContain(
			`item 5 cannot be used: 'Attended' must be true or false, but it is "нет"`,
		);
	});

	it('that is cancelled is refused', async () => {
		const [good, bad] = [1, 2].map((status) => held({ status }));
		const lessons: Entry[] = [good, bad, bad].map((lesson) => ({ lesson, customer: anna }));
		const { error } = await runAll(lessons);
		expect(error?.message).toBe(`Lesson ${bad} is cancelled, so nobody attended it`);
		expect(error?.description).toBe('Of this item nothing was saved. Carried out: item 0.');
		expect([told(good), told(bad)]).toEqual([{ [anna]: 1 }, {}]);
	});

	it('is one call, too, where they write the branch or the teachers otherwise', async () => {
		school.store.remove('branch', 2);
		const id = held();
		const each = [
			{ ...markAs(id, { present_ids: anna }), branchId: '', additionalFields: { teacher_ids: '1, 2' } },
			{ ...markAs(id, { present_ids: boris }), branchId: '1', additionalFields: { teacher_ids: [2, 1] } },
		];
		await school.run({}, { parametersByItem: each });
		expect([school.readWrites(), told(id)]).toEqual([['lesson/teach'], { [anna]: 1, [boris]: 1 }]);
	});

	it('is saved for all of them, and a later failure says so', async () => {
		const [id, cancelled] = [1, 2].map((status) => held({ status }));
		const entries = [anna, anna, boris].map(
			(customer, n): Entry => ({ lesson: n === 1 ? cancelled : id, customer }),
		);
		expect((await runAll(entries)).error?.description).toBe(
			'Of this item nothing was saved. Carried out: items 0, 2.',
		);
		expect(told(id)).toEqual({ [anna]: 1, [boris]: 1 });
	});
});
