import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

let school: SmallSchool;
let anna: number;
let boris: number;
beforeEach(() => {
	school = new SmallSchool();
	school.add('subject', { name: 'Шахматы' });
	[anna, boris] = [school.lead({ is_study: 1 }), school.lead({ is_study: 1 })];
});

const lesson = (row: IDataObject = {}) =>
	school.add('lesson', {
		branch_id: 1,
		date: '2026-02-10',
		time_from: '2026-02-10 17:00:00',
		time_to: '2026-02-10 18:00:00',
		lesson_type_id: 2,
		subject_id: 1,
		teacher_ids: [],
		group_ids: [],
		status: 1,
		customer_ids: [anna, boris],
		...row,
	});
const mark = (id: number, more: IDataObject = {}): IDataObject => ({
	resource: 'lesson',
	operation: 'complete',
	branchId: 1,
	id,
	present_ids: String(anna),
	absent_ids: String(boris),
	if_completed: 'refuse',
	additionalFields: {},
	...more,
});
const taught = () =>
	(school.sent.filter(({ url }) => url.endsWith('/teach')).at(-1)?.body.details ?? []) as IDataObject[];

describe('the attendance of a planned lesson', () => {
	it('is sent with who was there and who was not, in the branch of the lesson', async () => {
		const { json } = await school.done(mark(lesson(), { additionalFields: { topic: 'Дебют' } }));
		expect(json).toMatchObject([{ operationResult: 'updated', status: 3 }]);
		expect(school.sent.at(-1)).toMatchObject({ body: { status: 3, topic: 'Дебют' }, query: { id: 1 } });
		expect(taught()).toEqual([
			{ branch_id: 1, customer_id: anna, is_attend: 1 },
			{ branch_id: 1, customer_id: boris, is_attend: 0 },
		]);
		expect(school.sent.at(-1)?.body).not.toHaveProperty('present_ids');
	});

	it('is not sent twice, whatever its spelling', async () => {
		const id = lesson();
		await school.done(mark(id));
		const { json } = await school.done(mark(id, { present_ids: [anna], absent_ids: '' }));
		expect(json).toMatchObject([{ operationResult: 'unchanged', changedFields: [] }]);
		expect(school.writes()).toEqual(['lesson/teach']);
	});

	it.each<[IDataObject, string]>([
		[
			{ present_ids: '', absent_ids: '' },
			"No customer is given who was present or absent: 'Present Customer', 'Absent Customer' and 'Attendance' are empty",
		],
		[{ present_ids: '1, 1', absent_ids: '' }, 'Customer 1 is given twice'],
		[{ present_ids: '1', absent_ids: '2, 1' }, 'Customer 1 is given twice'],
		[{ details: [{ customer_id: 2, is_attend: true }] }, 'Customer 2 is given twice'],
	])('needs each customer once: %j', async (more, message) => {
		const { error } = await school.run(mark(1, more));
		expect(error).toMatchObject({
			message,
			description:
				"Name each customer once, in 'Present Customer', 'Absent Customer' or 'Attendance'. Nothing was sent to AlfaCRM.",
		});
		expect(school.calls).toEqual([]);
	});

	it('that is cancelled is refused', async () => {
		const id = lesson({ status: 2 });
		const { error } = await school.run(mark(id));
		expect(error).toMatchObject({
			message: `Lesson ${id} is cancelled, so nobody attended it`,
			description: 'Nothing was saved.',
		});
		expect(school.writes()).toEqual([]);
	});
});

describe('the attendance of a completed lesson', () => {
	const completed = async () => {
		const id = lesson();
		const details = [{ customer_id: boris, is_attend: false, note: 'болеет' }];
		await school.done(mark(id, { absent_ids: '', details }));
		school.calls.splice(0);
		return id;
	};

	it('that says something else is refused, with the names of the customers', async () => {
		const id = await completed();
		const { error } = await school.run(mark(id, { present_ids: `${anna}, ${boris}`, absent_ids: '' }));
		expect(error?.message).toBe(
			`Lesson ${id} is already completed, with another attendance of customer ${boris}`,
		);
		const both = await school.run(mark(id, { present_ids: String(boris), absent_ids: String(anna) }));
		expect(both.error?.message).toMatch(/of customer \d, \d$/);
		const topic = await school.run(mark(id, { additionalFields: { topic: 'Другая' } }));
		expect(topic.error?.message).toBe(`Lesson ${id} is already completed, with other details`);
		expect(topic.error?.description).toContain("set 'If Already Completed' to Send It Again");
		expect(school.writes()).toEqual([]);
	});

	it('is sent again where that is wanted, with what it says of the others', async () => {
		const id = await completed();
		const more = { present_ids: '', absent_ids: String(anna), if_completed: 'teach' };
		const { json } = await school.done(mark(id, more));
		expect(json).toMatchObject([{ operationResult: 'updated' }]);
		expect(taught()).toMatchObject([
			{ customer_id: anna, is_attend: 0 },
			{ customer_id: boris, is_attend: 0, note: 'болеет' },
		]);
		// Nothing is sent where nothing is new.
		expect((await school.done(mark(id, more))).json).toMatchObject([{ operationResult: 'unchanged' }]);
	});
});

describe('a lesson that AlfaCRM shows in an odd form', () => {
	it.each(['', null, undefined])('has no attendance yet where `details` is %j', async (details) => {
		const id = lesson();
		school.onCall = (call, { body }) =>
			call === 'lesson/index'
				? { items: body.status === 1 && body.page === 0 ? [{ ...school.row('lesson', id), details }] : [] }
				: undefined;
		expect((await school.done(mark(id))).json).toMatchObject([{ operationResult: 'updated' }]);
		expect(taught().map(({ customer_id }) => customer_id)).toEqual([anna, boris]);
	});

	it.each([['нет'], [{ 0: { customer_id: 1, is_attend: 1 } }], [[null]], [[7]]])(
		'is refused where `details` is %j, for that would be lost',
		async (details) => {
			const id = lesson({ status: 3 });
			school.onCall = (call) =>
				call === 'lesson/index' ? { items: [{ ...school.row('lesson', id), details }], total: 1 } : undefined;
			const { error } = await school.run(mark(id, { if_completed: 'teach' }));
			expect(error).toMatchObject({
				message: `AlfaCRM shows the attendance of lesson ${id} in an unknown format`,
				description: 'Complete the lesson in AlfaCRM. Nothing was saved.',
			});
			expect(school.writes()).toEqual([]);
		},
	);

	it.each<[unknown, string[]]>([
		['', []],
		['1, 2, 3', ['lesson 1: customer 3']],
		[3, ['lesson 1: customer 3']],
		[{ 0: 3 }, []],
	])('is completed where `customer_ids` is %j', async (customer_ids, others) => {
		const id = lesson();
		school.onCall = (call, { body }) =>
			call === 'lesson/index'
				? {
						items:
							body.status === 1 && body.page === 0 ? [{ ...school.row('lesson', id), customer_ids }] : [],
					}
				: undefined;
		const { hints } = await school.done(mark(id));
		expect(hints.map((hint) => hint.split(': ').slice(1).join(': '))).toEqual(others);
	});
});
