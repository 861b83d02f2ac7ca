import type { IDataObject, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { formOf } from '../../support/form';
import { Engine } from '../support/engine';
import { given, officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { add, lead, patch, row, rows, run, set, stopped, whole, writes } = officeOf(school);

afterEach(() => jest.useRealTimers());

const clients = (count: number) => Array.from({ length: count }, () => lead({ is_study: 1 }));
const lessonOf = (customer_ids: number[], more: IDataObject = {}) =>
	add('lesson', {
		...{
			branch_id: 1,
			date: '2026-02-10',
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			group_ids: [],
		},
		...{ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:30:00', status: 1, customer_ids, ...more },
	});
const mark = (id: unknown, more: object): INodeParameters => ({
	...{ resource: 'lesson', operation: 'complete', branchId: 1, id: pick(id), if_completed: 'refuse' },
	...{ present_ids: '', absent_ids: '', additionalFields: {}, ...more },
});
const rowsOf = (...values: IDataObject[]) => ({ details: { values } });
const detailsOf = (id: number) => rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);
/** Who is told of in AlfaCRM, with there or not. */
const told = (id: number) =>
	Object.fromEntries(detailsOf(id).map(({ customer_id, is_attend }) => [customer_id, is_attend]));
const sent = () =>
	school.entries('lesson/teach').map(({ body }) => (body as { details: IDataObject[] }).details);

describe('Complete Lesson', () => {
	it.each(['always', 'withCustomer'] as const)(
		'completes a planned lesson once, where details are shown %s',
		async (lessonDetails) => {
			set({ lessonDetails });
			const [one, two] = clients(2);
			const id = lessonOf([one, two]);
			const more = { additionalFields: { topic: 'Датчики' } };
			const form = mark(id, { present_ids: `${one}`, absent_ids: `${two}`, ...more });

			expect(await run(form)).toMatchObject([{ id, status: 3, operationResult: 'updated' }]);
			expect(school.sandbox.journal.at(-1)).toMatchObject({
				path: '/v2api/1/lesson/teach',
				query: { id: String(id) },
				body: {
					...{ status: 3, topic: 'Датчики' },
					details: [
						{ customer_id: one, is_attend: 1 },
						{ customer_id: two, is_attend: 0 },
					],
				},
			});
			expect(await run(form)).toMatchObject([{ id, operationResult: 'unchanged', changedFields: [] }]);
			expect(writes()).toEqual(['lesson/teach']);
		},
	);

	it.each([
		['alone moves the end along', { time_from: '09:15' }, '09:15:00', '10:45:00'],
		['counts with the end that is given', { time_from: '09:15', time_to: '10:00' }, '09:15:00', '10:00:00'],
	])('begins it at another time: a start %s', async (_what, additionalFields, begin, end) => {
		const [one] = clients(1);
		const id = lessonOf([one]);
		const form = mark(id, { present_ids: `${one}`, additionalFields });
		await run(form);
		expect(row('lesson', id)).toMatchObject({
			...{ time_from: `2026-02-10 ${begin}`, time_to: `2026-02-10 ${end}` },
		});
		expect(await run(form)).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('does not begin a lesson so late that it would end on the next day', async () => {
		const [one] = clients(1);
		const additionalFields = { time_from: '23:00' };
		const { message } = await stopped(mark(lessonOf([one]), { present_ids: `${one}`, additionalFields }));
		expect(message).toBe("'End Time' would be on the next day: the lesson takes 90 minutes");
		expect(writes()).toEqual([]);
	});

	it.each([
		['of the day after tomorrow is refused', '2026-03-03', false],
		['of tomorrow, which may be today at the school, is completed', '2026-03-02', true],
		['of last month is completed', '2026-02-01', true],
	])('a lesson %s', async (_what, date, isCompleted) => {
		stopClock('2026-03-01T12:00:00Z');
		const [one] = clients(1);
		const id = lessonOf([one], { date, time_from: `${date} 17:00:00`, time_to: `${date} 18:00:00` });
		const { error } = await whole(mark(id, { present_ids: `${one}` }));
		expect(error?.message).toBe(
			isCompleted ? undefined : `Lesson ${id} is on ${date}, so nobody can have attended it yet`,
		);
		expect([row('lesson', id).status, told(id)]).toEqual(isCompleted ? [3, { [one]: 1 }] : [1, {}]);
	});

	it('shows the lesson as completed where the answer does not hold it', async () => {
		const [one] = clients(1);
		const match = { entity: 'lesson', action: 'teach' };
		school.sandbox.faults.add({ kind: 'successFalse', success: true, errors: [], when: 'after', match });
		expect(await run(mark(lessonOf([one]), { present_ids: `${one}` }))).toMatchObject([
			{ operationResult: 'updated', status: 3 },
		]);
	});

	it('takes what is chosen from the list, and IDs by expression', async () => {
		const [here, away] = clients(2);
		for (const absent_ids of [[away], given([String(away)]), given(`${away}, `), given(away)]) {
			const id = lessonOf([here, away]);
			await run(mark(id, { present_ids: [here], absent_ids }));
			expect(told(id)).toEqual({ [here]: 1, [away]: 0 });
		}
	});
});

describe('the rows of Attendance', () => {
	it('say more of a customer beside the lists of IDs, also by expressions', async () => {
		const [one, two] = clients(2);
		const id = lessonOf([one, two]);
		const more = { customer_id: '={{ $json.who }}', is_attend: '={{ $json.came }}' };
		const form = mark(id, { present_ids: `${two}`, ...rowsOf({ ...more, grade: '5', note: 'Молодец' }) });
		const items = [{ who: one, came: 0 }];
		await run(form, { items });
		expect(detailsOf(id)).toMatchObject([
			{ customer_id: one, is_attend: 0, grade: '5', note: 'Молодец' },
			{ customer_id: two, is_attend: 1 },
		]);
		expect(await run(form, { items })).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('without a customer are refused before anything is sent', async () => {
		const { message } = await stopped(mark(1, rowsOf({ is_attend: true })));
		expect(message).toMatch(/^'Customer' is empty in a row/);
		expect(school.calls()).toEqual([]);
	});

	const one = [{ customer_id: 1, is_attend: true }];
	it.each<[string, unknown]>([
		['an empty form', { values: [] }],
		['a list', given(one)],
		['JSON text', JSON.stringify(one)],
		['an expression for all rows', { values: given(one) }],
	])('are none in %s, for n8n passes nothing on', async (_form, details) => {
		const id = lessonOf([1]);
		expect((await stopped(mark(id, { details }))).message).toMatch(/are empty$|is empty in a row/);
		expect(row('lesson', id).status).toBe(1);
	});

	it('and lists of IDs say the same of a lesson, whichever came first', async () => {
		const [one, two] = clients(2);
		const lists = { present_ids: `${one}`, absent_ids: `${two}` };
		const same = rowsOf({ customer_id: two, is_attend: false }, { customer_id: one, is_attend: true });
		const other = rowsOf({ customer_id: two, is_attend: true });
		const otherLists = { absent_ids: `${one},${two}` };
		for (const [first, again, wrong] of [
			[lists, same, other],
			[same, lists, otherLists],
		]) {
			const id = lessonOf([one, two]);
			await run(mark(id, first));
			expect(await run(mark(id, again))).toMatchObject([{ operationResult: 'unchanged' }]);
			expect((await stopped(mark(id, wrong))).message).toContain(`Lesson ${id} is already completed`);
		}
		expect(writes()).toEqual(['lesson/teach', 'lesson/teach']);
	});

	it('tell a corrected text from the same one, but not a time from the same one with its day', async () => {
		const [one] = clients(1);
		const id = lessonOf([one]);
		const times = { time_from: '17:00', time_to: '18:00' };
		const form = (homework: string) =>
			mark(id, { ...rowsOf({ customer_id: one }), additionalFields: { ...times, homework } });
		await run(form('read chapter 3'));
		expect(await run(form('read chapter 3'))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect((await stopped(form('Read Chapter 3'))).message).toBe(
			`Lesson ${id} is already completed, with other details`,
		);
	});

	it.each([
		['refuse', true, 'unchanged'],
		['teach', false, 'updated'],
	])('leave a bonus alone that none names, with %s', async (if_completed, is_attend, result) => {
		const [one, two] = clients(2);
		const id = lessonOf([one, two]);
		await run(mark(id, { present_ids: `${one},${two}` }));
		for (const { id: detail } of detailsOf(id)) patch('lesson-details', detail, { bonus: 5 });
		const [out] = await run(mark(id, { ...rowsOf({ customer_id: one, is_attend }), if_completed }));
		expect(out.operationResult).toBe(result);
		expect(detailsOf(id)).toMatchObject([
			{ bonus: 5, is_attend: Number(is_attend) },
			{ bonus: 5, is_attend: 1 },
		]);
	});
});

describe.each(['always', 'withCustomer'] as const)('Send It Again, where details are shown %s', (shown) => {
	beforeEach(() => set({ lessonDetails: shown }));

	it('sends the rows of all customers whom the lesson holds, with those changed that are named', async () => {
		const [one, two, three] = clients(3);
		const id = lessonOf([one, two, three]);
		const all = { present_ids: `${one},${two},${three}` };
		await run(mark(id, { ...all, additionalFields: { topic: 'Датчики' } }));
		const before = detailsOf(id);
		for (const { id: detail } of before) patch('lesson-details', detail, { grade: '5', note: 'Молодец' });

		await run(mark(id, { absent_ids: `${two}`, if_completed: 'teach' }));
		const again = sent().at(-1) ?? [];
		const of = (customer: number) => again.find(({ customer_id }) => Number(customer_id) === customer);
		expect(of(two)).toMatchObject({ is_attend: 0 });
		for (const other of [one, three])
			expect(of(other)).toMatchObject({ is_attend: 1, grade: '5', note: 'Молодец' });
		// Each row says which of those that are there it means.
		expect(again.map((detail) => Number(detail.id)).sort()).toEqual(before.map((detail) => detail.id).sort());
		expect(told(id)).toEqual({ [one]: 1, [two]: 0, [three]: 1 });
		// Nothing more is sent where it says what is there.
		await run(mark(id, { absent_ids: `${two}`, if_completed: 'teach' }));
		expect(writes()).toEqual(['lesson/teach', 'lesson/teach']);
	});
});

describe('Send It Again', () => {
	it.each([
		['of a completed lesson', 'always', 3],
		['of one that is shown in lists of a customer', 'withCustomer', 3],
		['that was told before the lesson', 'always', 1],
	])('takes the reason of an absence %s from whoever was there after all', async (_of, shown, status) => {
		set({ lessonDetails: shown });
		const [one, two] = clients(2);
		const id = lessonOf([one, two]);
		await run(mark(id, { absent_ids: `${one},${two}` }));
		patch('lesson', id, { status });
		for (const { id: detail } of detailsOf(id))
			patch('lesson-details', detail, { reason_id: 1, note: 'Болеет' });
		await run(mark(id, { present_ids: `${one}`, absent_ids: `${two}`, if_completed: 'teach' }));
		expect(detailsOf(id)).toMatchObject([
			{ customer_id: one, is_attend: 1, reason_id: null, note: 'Болеет' },
			{ customer_id: two, is_attend: 0, reason_id: 1 },
		]);
	});

	it('leaves the branch of a customer as it is', async () => {
		const [one] = clients(1);
		const id = lessonOf([one], { status: 3 });
		add('lesson-details', { lesson_id: id, customer_id: one, branch_id: 2, is_attend: 0 });
		await run(mark(id, { present_ids: `${one}`, if_completed: 'teach' }));
		expect(detailsOf(id)).toMatchObject([{ branch_id: 2, is_attend: 1 }]);
	});

	const taught = () => {
		const [one, two] = clients(2);
		const id = lessonOf([one, two], { status: 3 });
		for (const customer_id of [one, two])
			add('lesson-details', { lesson_id: id, customer_id, branch_id: 1, is_attend: 1 });
		set({ lessonDetails: 'withCustomer' });
		return { id, form: mark(id, { absent_ids: [two], if_completed: 'teach' }) };
	};

	it('is not done without the rows that a list did not show for a moment', async () => {
		const { id, form } = taught();
		let lists = 0;
		school.sandbox.onSend = ({ action }) => {
			lists += action === 'index' ? 1 : 0;
			if (lists === 3) school.sandbox.store.hide('lesson', id, 'counted');
		};
		expect((await stopped(form)).message).toContain(`did not show lesson ${id}`);
		expect(school.calls()).not.toContain('lesson/teach');
	});

	it('is done whole where the total is always too high', async () => {
		const { form } = taught();
		set({ total: 'oneTooHigh' });
		await run(form);
		expect(sent()[0]).toHaveLength(2);
	});
});

describe('a lesson of several items', () => {
	/** A row of a sheet for each customer and lesson. */
	const bySheet = {
		...mark('={{ $json.lesson }}', {
			present_ids: '={{ $json.there ? $json.customer : "" }}',
			absent_ids: '={{ $json.there ? "" : $json.customer }}',
			additionalFields: { topic: '={{ $json.topic ?? "" }}' },
		}),
		branchId: '={{ $json.branch ?? 1 }}',
	};
	/** At once only after a first item, for then it is known how many may. */
	const runWith = async (callsAtOnce: number, items: IDataObject[]) =>
		await new Engine({ ...school.credential, callsAtOnce }).run({ parameters: bySheet, items });
	const present = (...pairs: Array<[lesson: number, customer: number]>) =>
		pairs.map(([lesson, customer]) => ({ lesson, customer, there: true }));

	it('is marked for each of them, with Send It Again', async () => {
		const [one, two] = clients(2);
		const id = lessonOf([one, two]);
		const form = mark(id, { present_ids: '={{ $json.c }}', if_completed: 'teach' });
		await run(form, { items: [{ c: String(one) }, { c: String(two) }] });
		expect(told(id)).toEqual({ [one]: 1, [two]: 1 });
	});

	it('that Summarize has put together is completed with all of its customers', async () => {
		const [one, two, three] = clients(3);
		const [first, second] = [lessonOf([one, two]), lessonOf([three])];
		const items = [
			{ lesson: first, appended_present: [String(one)], appended_absent: [two] },
			{ lesson: second, appended_present: [three], appended_absent: [] },
		];
		const lists = {
			present_ids: '={{ $json.appended_present }}',
			absent_ids: '={{ $json.appended_absent }}',
		};
		const { hints, error } = await whole(mark('={{ $json.lesson }}', lists), { items });
		expect([error, hints, told(second)]).toEqual([undefined, [], { [three]: 1 }]);
		expect(told(first)).toEqual({ [one]: 1, [two]: 0 });
	});

	it.each([1, 5])(
		'is completed once with all of them, as they come in a sheet, %d at once',
		async (atOnce) => {
			const [one, two, three, four] = clients(4);
			const [first, second] = [lessonOf([one, two, three]), lessonOf([four, one])];
			const items = [
				{ lesson: first, customer: one, there: true },
				{ lesson: second, customer: four, there: false },
				{ lesson: first, customer: two, there: false, topic: 'Датчики' },
				{ lesson: second, customer: one, there: true },
				{ lesson: first, customer: three, there: true },
				{ lesson: first, customer: three, there: true },
			];
			const { json, hints, error } = await runWith(atOnce, items);
			expect([error, hints]).toEqual([undefined, []]);
			expect(json.map(({ id, operationResult }) => [id, operationResult])).toEqual(
				items.map(({ lesson: id }) => [id, 'updated']),
			);
			expect(told(first)).toEqual({ [one]: 1, [two]: 0, [three]: 1 });
			expect(told(second)).toEqual({ [four]: 0, [one]: 1 });
			expect(row('lesson', first).topic).toBe('Датчики');

			const again = await runWith(atOnce, items);
			expect(again.json.map(({ operationResult }) => operationResult)).toEqual(items.map(() => 'unchanged'));
			expect(writes()).toEqual(['lesson/teach', 'lesson/teach']);
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
	])('of which items %s is not saved, and the others are', async (_what, odd, words) => {
		const [one, two, other] = clients(3);
		const [bad, good] = [lessonOf([one, two]), lessonOf([other, two])];
		const last = { lesson: bad, customer: one, there: true, ...odd };
		const items = [
			{ lesson: bad, customer: one, there: true, topic: 'Датчики' },
			{ lesson: good, customer: other, there: true },
			{ ...last, customer: last.customer === 0 ? two : last.customer },
		];
		const { json } = await whole(bySheet, { items, onError: 'continueRegularOutput' });
		const refusal = expect.stringContaining(words(2)) as string;
		expect(json.map(({ error }) => error)).toEqual([refusal, undefined, refusal]);
		expect([told(bad), told(good)]).toEqual([{}, { [other]: 1 }]);
		expect((await stopped(bySheet, { items: [items[0], items[2]] })).message).toContain(words(1));
	});

	it('takes what a sheet says of each customer, and no word of which it is not sure', async () => {
		const customers = clients(4);
		const [sure, unsure] = [lessonOf(customers), lessonOf(customers)];
		const values = rowsOf({ customer_id: '={{ $json.customer }}', is_attend: '={{ $json.there }}' });
		const itemsOf = (lesson: number, cells: unknown[]) =>
			cells.map((there, index) => ({ lesson, customer: customers[index], there }) as IDataObject);
		const items = [...itemsOf(sure, [true, false, 'TRUE', 'FALSE']), ...itemsOf(unsure, ['TRUE', 'нет'])];
		const { json } = await whole(mark('={{ $json.lesson }}', values), {
			...{ items, onError: 'continueRegularOutput' },
		});
		expect(Object.values(told(sure))).toEqual([1, 0, 1, 0]);
		expect(told(unsure)).toEqual({});
		expect(json[5].error).toContain(
			`item 5 cannot be used: 'Attended' must be true or false, but it is "нет"`,
		);
	});

	it.each([1, 5])('that is cancelled is refused for all of them, %d at once', async (callsAtOnce) => {
		const [one, two] = clients(2);
		const [good, bad] = [1, 2].map((status) => lessonOf([one, two], { status }));
		const { error } = await runWith(callsAtOnce, present([good, one], [bad, one], [bad, two]));
		expect(error?.message).toBe(`Lesson ${bad} is cancelled, so nobody attended it`);
		const others = callsAtOnce === 1 ? '' : ' Item 2 failed in the same way.';
		expect(error?.description).toBe(`Of this item nothing was saved. Saved: item 0.${others}`);
		expect([told(good), told(bad)]).toEqual([{ [one]: 1 }, {}]);
	});

	it('that has not begun when another one fails is not said to have failed', async () => {
		const [one, two] = clients(2);
		const [good, bad, busy] = [1, 2, 1].map((status) => lessonOf([one, two], { status }));
		school.sandbox.faults.add({ kind: 'delay', ms: 600, match: { entity: 'lesson', action: 'teach' } });
		const elsewhere = run(mark(busy, { present_ids: `${one},${two}` }));
		while (!school.calls().includes('lesson/teach')) await new Promise(setImmediate);
		const { error } = await runWith(5, present([good, one], [bad, one], [busy, one], [busy, two]));
		expect(error?.message).toContain(`Lesson ${bad} is cancelled`);
		expect(error?.description).toBe('Of this item nothing was saved. Saved: item 0.');
		await elsewhere;
	});

	it('is one call, too, where they write the branch or the teachers otherwise', async () => {
		for (const { id } of rows('branch').slice(1)) school.sandbox.store.remove('branch', id as number);
		const both = clients(2);
		const id = lessonOf(both);
		const items = [
			{ lesson: id, there: true, branch: '', customer: both[0], teachers: '1, 2' },
			{ lesson: id, there: true, branch: '1', customer: both[1], teachers: [2, 1] },
		];
		const additionalFields = { teacher_ids: '={{ $json.teachers }}' };
		await run({ ...bySheet, branchId: '={{ $json.branch }}', additionalFields }, { items });
		expect([writes(), told(id)]).toEqual([['lesson/teach'], { [both[0]]: 1, [both[1]]: 1 }]);
	});

	it('is saved for all of them, and a later failure says so', async () => {
		const both = clients(2);
		const [id, cancelled] = [1, 2].map((status) => lessonOf(both, { status }));
		const { error } = await runWith(1, present([id, both[0]], [cancelled, both[0]], [id, both[1]]));
		expect(error?.description).toBe('Of this item nothing was saved. Saved: items 0, 2.');
		expect(told(id)).toEqual({ [both[0]]: 1, [both[1]]: 1 });
	});

	it('that was completed before tells to bring everybody at once', async () => {
		const [one, two] = clients(2);
		const id = lessonOf([one, two]);
		await run(mark(id, { present_ids: `${one}` }));
		const { message, description } = await stopped(mark(id, { present_ids: `${two}` }));
		expect(message).toContain(`Lesson ${id} is already completed`);
		expect(description).toContain('has to reach this node in one run');
	});
});

describe('the customers who are offered for a lesson', () => {
	const person = (name: string, more: IDataObject = {}) => lead({ name, is_study: 1, ...more });
	/** A lesson of a group on the 10th, and one more who is put down for it. */
	function lesson(status = 1) {
		const group = add('group', { name: 'Шахматы', branch_ids: [1] });
		const member = (name: string, b_date: string, e_date: string) => {
			const id = person(name);
			add('cgi', { customer_id: id, group_id: group, b_date, e_date });
			return id;
		};
		const members = [
			member('Яна Ёлкина', '2026-01-01', '2026-02-10'),
			member('Ада Лавлейс', '2026-02-10', '2026-12-31'),
		];
		member('Раньше', '2025-01-01', '2026-02-09');
		member('Позже', '2026-02-11', '2026-12-31');
		const guest = person('Гость на пробном', { is_study: 0 });
		return { id: lessonOf([guest], { group_ids: [group], status }), guest, members };
	}
	const NAMES = ['Ада Лавлейс', 'Гость на пробном', 'Яна Ёлкина'];
	const offered = async (id: unknown, more: object = {}): Promise<INodePropertyOptions[]> =>
		await school.engine.options('getLessonCustomers', mark(id, more));
	const namesIn = (options: INodePropertyOptions[]) => options.map(({ name }) => name);
	const idsIn = (options: INodePropertyOptions[]) => options.map(({ value }) => Number(value)).sort();

	it('follow the branch and the lesson, for who was present as for who was absent', () => {
		const form = formOf({ resource: 'lesson', operation: 'complete' });
		for (const list of ['present_ids', 'absent_ids'])
			expect(form.find(({ name }) => name === list)?.typeOptions).toEqual({
				loadOptionsMethod: 'getLessonCustomers',
				loadOptionsDependsOn: ['branchId', 'id.value'],
			});
	});

	it.each([1, 2, 3])(
		'are who is put down for it, and who was in its group that day: status %i',
		async (status) => {
			expect(namesIn(await offered(lesson(status).id))).toEqual(NAMES);
		},
	);

	it.each([
		['where memberships of all times come', { cgiDefault: 'all' }],
		['where pages are small and no total comes', { bodyPageSize: 'ignored', total: 'missing' }],
		['where a page size is refused', { bodyPageSize: 'refused400' }],
	])('are the same %s', async (_where, settings) => {
		set(settings);
		expect(namesIn(await offered(lesson().id))).toEqual(NAMES);
	});

	it('are called by name also where AlfaCRM takes no list of IDs', async () => {
		const { id } = lesson();
		clients(25);
		set({ idLists: 'unreadable' });
		expect(namesIn(await offered(id))).toEqual(NAMES);
	});

	it('are those at least, where filters are ignored', async () => {
		set({ ignoredFilters: ['lesson.id', 'customer.id'] });
		const { id, guest, members } = lesson();
		expect(idsIn(await offered(id))).toEqual(expect.arrayContaining([guest, ...members].sort()));
	});

	it('are also who was marked before and is not put down any more', async () => {
		const { id, guest, members } = lesson(3);
		const marked = person('Чужой');
		add('lesson-details', { lesson_id: id, customer_id: marked, is_attend: 1 });
		expect(idsIn(await offered(id))).toEqual([guest, marked, ...members].sort());
	});

	it('can be told apart as namesakes', async () => {
		const { id, members } = lesson();
		patch('customer', members[1], { name: 'Яна Ёлкина' });
		expect(namesIn(await offered(id)).sort()).toEqual(
			['Гость на пробном', ...members.map((one) => `Яна Ёлкина · ID ${one}`)].sort(),
		);
	});

	it('are as many where members or names may not be read', async () => {
		const { id, guest, members } = lesson();
		set({ forbiddenCalls: ['cgi/index'] });
		expect(idsIn(await offered(id))).toEqual([guest]);
		set({ forbiddenCalls: ['customer/index'] });
		const nameless = await offered(id);
		expect(idsIn(nameless)).toEqual([guest, ...members].sort());
		expect(namesIn(nameless)).toContain(`Customer ${guest}`);
	});

	it.each<[what: string, id: INodeParameters[string]]>([
		['is not chosen', { __rl: true, mode: 'list', value: '' }],
		['comes from an expression', { __rl: true, mode: 'id', value: '={{ $json.id }}' }],
		['cannot be read', pick('завтра')],
	])('are nobody, and cost no call, while the lesson %s', async (_what, id) => {
		expect(await offered(0, { id })).toEqual([]);
		expect(school.calls()).toEqual([]);
	});

	it('are nobody for a lesson that is not there', async () => {
		expect(await offered(99_999)).toEqual([]);
	});
});

describe('those of whom nothing was said', () => {
	const HINT = 'Nothing was said of some who are put down for a lesson that was completed';
	const hintsOf = async (parameters: INodeParameters) => {
		const { hints, error } = await whole(parameters);
		expect(error).toBeUndefined();
		return hints.filter((hint) => hint.includes(HINT)).map((hint) => hint.split(': ').slice(1).join(': '));
	};

	it('are named, where only one who was absent is given', async () => {
		const [one, other, third] = clients(3);
		const id = lessonOf([one, other, third]);
		const form = mark(id, { absent_ids: [other] });
		expect(await hintsOf(form)).toEqual([`lesson ${id}: customer ${one}, ${third}`]);
		expect(told(id)).toEqual({ [other]: 0 });
		// Again it changes nothing, and once all are named there is nothing to say.
		expect(await hintsOf(form)).toEqual([]);
		const all = { absent_ids: [other], present_ids: [one, third], if_completed: 'teach' };
		expect(await hintsOf(mark(id, all))).toEqual([]);
	});

	it('are none where all are given, or the others were recorded before', async () => {
		const [one, ...others] = clients(3);
		const id = lessonOf([one]);
		expect(await hintsOf(mark(id, { present_ids: [one] }))).toEqual([]);
		patch('lesson', id, { customer_ids: [one, ...others] });
		for (const customer_id of others) add('lesson-details', { lesson_id: id, customer_id, is_attend: 1 });
		expect(await hintsOf(mark(id, { absent_ids: [one], if_completed: 'teach' }))).toEqual([]);
	});
});
