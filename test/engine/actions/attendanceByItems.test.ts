import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, row, rows, run, stopped, whole, writes } = officeOf(school);

afterEach(() => jest.useRealTimers());

const client = () => lead({ is_study: 1 });

describe('Complete Lesson', () => {
	const lesson = (more: IDataObject) =>
		add('lesson', {
			branch_id: 1,
			date: '2026-02-10',
			time_from: '2026-02-10 17:00:00',
			time_to: '2026-02-10 18:00:00',
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			group_ids: [],
			...more,
		});
	const mark = (id: number, more: INodeParameters): INodeParameters => ({
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: pick(id),
		present_ids: '',
		absent_ids: '',
		if_completed: 'refuse',
		additionalFields: {},
		...more,
	});

	/** Who is told of in AlfaCRM, with there or not. */
	const told = (id: number) =>
		rows('lesson-details')
			.filter(({ lesson_id }) => lesson_id === id)
			.map(({ customer_id, is_attend }) => [customer_id, is_attend]);

	it('with Send It Again leaves the branch of a customer as it is', async () => {
		const one = client();
		const id = lesson({ status: 3, customer_ids: [one] });
		add('lesson-details', {
			lesson_id: id,
			customer_id: one,
			branch_id: 2,
			is_attend: 0,
			commission: '800.00',
		});
		await run(mark(id, { present_ids: String(one), if_completed: 'teach' }));
		const details = rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);
		expect(details).toMatchObject([{ branch_id: 2, is_attend: 1 }]);
	});

	it('marks two customers of one planned lesson by two items, with Send It Again', async () => {
		const [one, two] = [client(), client()];
		const id = lesson({ status: 1, customer_ids: [one, two] });
		await run(mark(id, { present_ids: '={{ $json.c }}', if_completed: 'teach' }), {
			items: [{ c: String(one) }, { c: String(two) }],
		});
		const present = rows('lesson-details').filter((row) => row.lesson_id === id && row.is_attend === 1);
		expect(present.map(({ customer_id }) => customer_id).sort()).toEqual([one, two].sort());
	});

	it('rows of a sheet that Summarize has put together complete each lesson with all of its customers', async () => {
		const [one, two, three] = [client(), client(), client()];
		const [first, second] = [
			lesson({ status: 1, customer_ids: [one, two] }),
			lesson({ status: 1, customer_ids: [three] }),
		];
		const items = [
			{ lesson: first, appended_present: [String(one)], appended_absent: [two] },
			{ lesson: second, appended_present: [three], appended_absent: [] },
		];
		const lists = {
			present_ids: '={{ $json.appended_present }}',
			absent_ids: '={{ $json.appended_absent }}',
		};
		const { json, hints, error } = await whole(
			{ ...mark(0, lists), id: pick('={{ $json.lesson }}') },
			{ items },
		);
		expect([error, hints, json.map(({ id }) => id)]).toEqual([undefined, [], [first, second]]);
		expect(told(first)).toEqual([
			[one, 1],
			[two, 0],
		]);
		expect(told(second)).toEqual([[three, 1]]);
	});

	/** A row of a sheet for each customer and lesson. */
	const bySheet = {
		...mark(0, {
			present_ids: '={{ $json.there ? $json.customer : "" }}',
			absent_ids: '={{ $json.there ? "" : $json.customer }}',
			additionalFields: { topic: '={{ $json.topic ?? "" }}' },
		}),
		branchId: '={{ $json.branch ?? 1 }}',
		id: pick('={{ $json.lesson }}'),
	};

	/** At once only after a first item, for then it is known how many may. */
	const runWith = async (callsAtOnce: number, items: IDataObject[]) =>
		await new Engine({ ...school.credential, callsAtOnce }).run({ parameters: bySheet, items });

	it.each([1, 5])(
		'completes each lesson once with all of its items, as they come in a sheet, %d at once',
		async (callsAtOnce) => {
			const [one, two, three, four] = [client(), client(), client(), client()];
			const first = lesson({ status: 1, customer_ids: [one, two, three] });
			const second = lesson({ status: 1, customer_ids: [four, one] });
			const items = [
				{ lesson: first, customer: one, there: true },
				{ lesson: second, customer: four, there: false },
				{ lesson: first, customer: two, there: false, topic: 'Датчики' },
				{ lesson: second, customer: one, there: true },
				{ lesson: first, customer: three, there: true },
				{ lesson: first, customer: three, there: true },
			];
			const { json, hints, error } = await runWith(callsAtOnce, items);
			expect([error, hints]).toEqual([undefined, []]);
			expect(json.map(({ id, operationResult }) => [id, operationResult])).toEqual(
				items.map(({ lesson: id }) => [id, 'updated']),
			);
			expect(told(first)).toEqual([
				[one, 1],
				[two, 0],
				[three, 1],
			]);
			expect(told(second)).toEqual([
				[four, 0],
				[one, 1],
			]);
			expect(row('lesson', first).topic).toBe('Датчики');
			expect(writes()).toEqual(['lesson/teach', 'lesson/teach']);

			const again = await runWith(callsAtOnce, items);
			expect(again.json.map(({ operationResult }) => operationResult)).toEqual(items.map(() => 'unchanged'));
			expect(writes()).toHaveLength(2);
		},
	);

	it.each<[string, IDataObject, (last: number) => string]>([
		[
			'say both of a customer',
			{ there: false },
			(last) => `items 0 and ${last} contradict each other on customer`,
		],
		[
			'name two topics',
			{ customer: 0, topic: 'Моторы' },
			(last) => `items 0 and ${last} contradict each other on 'Topic'`,
		],
		[
			'are in two branches',
			{ branch: 2 },
			(last) => `item ${last} cannot be used: another 'Branch' is given, 2`,
		],
		['do not say who', { customer: '' }, (last) => `item ${last} cannot be used: No customer is given`],
		['hold what is no ID', { customer: 'Мия' }, (last) => `item ${last} cannot be used: 'Present Customer'`],
	])('saves nothing of a lesson of which items %s, and the others', async (_what, odd, words) => {
		const [one, two, other] = [client(), client(), client()];
		const [bad, good] = [one, other].map((id) => lesson({ status: 1, customer_ids: [id, two] }));
		const last = { lesson: bad, customer: one, there: true, ...odd };
		const items = [
			{ lesson: bad, customer: one, there: true, topic: 'Датчики' },
			{ lesson: good, customer: other, there: true },
			{ ...last, customer: last.customer === 0 ? two : last.customer },
		];
		const { json } = await whole(bySheet, { items, onError: 'continueRegularOutput' });
		expect(json.map(({ error }) => error)).toEqual([
			expect.stringContaining(words(2)) as string,
			undefined,
			expect.stringContaining(words(2)) as string,
		]);
		expect([told(bad), told(good)]).toEqual([[], [[other, 1]]]);

		const { message } = await stopped(bySheet, { items: items.filter(({ lesson: id }) => id === bad) });
		expect(message).toContain(words(1));
	});

	it('takes what a sheet says of each customer, and no word of which it is not sure', async () => {
		const customers = [client(), client(), client(), client()];
		const [sure, unsure] = [1, 1].map((status) => lesson({ status, customer_ids: customers }));
		const values = [{ customer_id: '={{ $json.customer }}', is_attend: '={{ $json.there }}' }];
		const byRow = { ...bySheet, present_ids: '', absent_ids: '', details: { values } } as INodeParameters;
		const itemsOf = (id: number, cells: unknown[]) =>
			cells.map((there, index) => ({ lesson: id, customer: customers[index], there }) as IDataObject);
		const items = [...itemsOf(sure, [true, false, 'TRUE', 'FALSE']), ...itemsOf(unsure, ['TRUE', 'нет'])];
		const { json } = await whole(byRow, { items, onError: 'continueRegularOutput' });
		expect(told(sure)).toEqual(customers.map((id, index) => [id, Number(index % 2 === 0)]));
		expect(told(unsure)).toEqual([]);
		expect(json[5].error).toContain(
			`item 5 cannot be used: 'Attended' must be true or false, but it is "нет"`,
		);
	});

	it.each([1, 5])('a lesson that is refused is so for all of its items, %d at once', async (callsAtOnce) => {
		const [one, two] = [client(), client()];
		const [good, bad] = [1, 2].map((status) => lesson({ status, customer_ids: [one, two] }));
		const items = [good, bad, bad].map((id, index) => ({
			...{ lesson: id, customer: [one, one, two][index], there: true },
		}));
		const { error } = await runWith(callsAtOnce, items);
		expect(error?.message).toBe(`Lesson ${bad} is cancelled, so nobody attended it`);
		const others = callsAtOnce === 1 ? '' : ' Item 2 failed in the same way.';
		expect(error?.description).toBe(`Of this item nothing was saved. Saved: item 0.${others}`);
		expect([told(good), told(bad)]).toEqual([[[one, 1]], []]);
	});

	it('items of a lesson that have not begun when another one fails are not said to have failed', async () => {
		const [one, two] = [client(), client()];
		const [good, bad, busy] = [1, 2, 1].map((status) => lesson({ status, customer_ids: [one, two] }));
		const match = { entity: 'lesson', action: 'teach' };
		school.sandbox.faults.add({ kind: 'delay', ms: 600, match });
		const elsewhere = run(mark(busy, { present_ids: `${one},${two}` }));
		while (!school.calls().includes('lesson/teach')) await new Promise(setImmediate);
		const items = [good, bad, busy, busy].map((id, index) => ({
			...{ lesson: id, customer: [one, one, one, two][index], there: true },
		}));
		const { error } = await runWith(5, items);
		expect(error?.message).toContain(`Lesson ${bad} is cancelled`);
		expect(error?.description).toBe('Of this item nothing was saved. Saved: item 0.');
		await elsewhere;
	});

	it('one call, too, where items write the branch or the teachers otherwise, or leave the only branch out', async () => {
		for (const { id } of rows('branch').slice(1)) school.sandbox.store.remove('branch', id as number);
		const both = [client(), client()];
		const id = lesson({ status: 1, customer_ids: both });
		const items = [
			{ branch: '', customer: both[0], teachers: '1, 2' },
			{ branch: '1', customer: both[1], teachers: [2, 1] },
		].map((item) => ({ ...item, lesson: id, there: true }));
		const parameters = {
			...bySheet,
			branchId: '={{ $json.branch }}',
			additionalFields: { teacher_ids: '={{ $json.teachers }}' },
		};
		const { error } = await whole(parameters, { items });
		expect([error, writes(), told(id)]).toEqual([undefined, ['lesson/teach'], both.map((one) => [one, 1])]);
	});

	it('what a later failure says was saved are all items of the lesson', async () => {
		const both = [client(), client()];
		const [id, cancelled] = [1, 2].map((status) => lesson({ status, customer_ids: both }));
		const items = [id, cancelled, id].map((one, index) => ({
			...{ lesson: one, customer: both[index >> 1], there: true },
		}));
		const { error } = await runWith(1, items);
		expect(error?.description).toBe('Of this item nothing was saved. Saved: items 0, 2.');
		expect(told(id)).toEqual(both.map((one) => [one, 1]));
	});

	it('of a lesson that was completed before tells to bring everybody at once', async () => {
		const [one, two] = [client(), client()];
		const id = lesson({ status: 1, customer_ids: [one, two] });
		await run(mark(id, { present_ids: String(one) }));
		const later = await whole(mark(id, { present_ids: String(two) }));
		expect(later.error?.message).toContain(`Lesson ${id} is already completed`);
		expect(later.error?.description).toContain('has to reach this node in one run');
		expect(told(id)).toEqual([[one, 1]]);
	});

	it.each([
		['of the day after tomorrow is refused', '2026-03-03', false],
		['of tomorrow, which may be today at the school, is completed', '2026-03-02', true],
		['of last month is completed', '2026-02-01', true],
	])('a lesson %s', async (_what, date, isCompleted) => {
		stopClock('2026-03-01T12:00:00Z');
		const one = client();
		const day = { date, time_from: `${date} 17:00:00`, time_to: `${date} 18:00:00` };
		const id = lesson({ status: 1, customer_ids: [one], ...day });
		const { error } = await whole(mark(id, { present_ids: String(one) }));
		expect(error?.message).toBe(
			isCompleted ? undefined : `Lesson ${id} is on ${date}, so nobody can have attended it yet`,
		);
		expect([row('lesson', id).status, told(id)]).toEqual(isCompleted ? [3, [[one, 1]]] : [1, []]);
	});

	it('shows the lesson as completed where the answer does not hold it', async () => {
		const one = client();
		const id = lesson({ status: 1, customer_ids: [one] });
		school.sandbox.faults.add({
			kind: 'successFalse',
			success: true,
			errors: [],
			when: 'after',
			match: { entity: 'lesson', action: 'teach' },
		});
		const out = await run(mark(id, { present_ids: String(one) }));
		expect(out[0]).toMatchObject({ operationResult: 'updated', status: 3 });
	});
});
