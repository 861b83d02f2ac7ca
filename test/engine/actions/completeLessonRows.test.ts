import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { patch, refused, row, rows, run, set, stopped, writes } = officeOf(school);

const planned = () => {
	const lesson = rows('lesson').find(
		(one) => one.status === 1 && one.branch_id === 1 && (one.customer_ids as number[]).length > 2,
	);
	return lesson as IDataObject & { id: number; customer_ids: number[] };
};
const mark = (id: number, more: INodeParameters = {}): INodeParameters => ({
	resource: 'lesson',
	operation: 'complete',
	branchId: 1,
	id: pick(id),
	if_completed: 'refuse',
	additionalFields: {},
	...more,
});
const byRows = (id: number, details?: unknown, additionalFields: INodeParameters = {}): INodeParameters =>
	({
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: pick(id),
		...(details === undefined ? {} : { details }),
		additionalFields,
	}) as INodeParameters;
const form = (...values: IDataObject[]) => ({ values });
const held = (lesson: number) =>
	Object.fromEntries(
		rows('lesson-details')
			.filter(({ lesson_id }) => lesson_id === lesson)
			.map((one) => [one.customer_id, one.is_attend]),
	);
const sent = () =>
	school.entries('lesson/teach').map(({ body }) => (body as { details?: IDataObject[] }).details);

describe('Complete Lesson by rows', () => {
	it.each([
		['nothing', undefined],
		['an empty form', { values: [] }],
	])('is refused with %s, and the lesson stays planned', async (_what, details) => {
		const { id } = planned();
		await refused(byRows(id, details), "'Attendance'");
		expect(row('lesson', id).status).toBe(1);
	});

	it.each([
		['refuse', true, 'unchanged'],
		['teach', false, 'updated'],
	])('with %s leaves a bonus alone that no row names', async (if_completed, is_attend, result) => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids;
		await run(mark(id, { present_ids: `${one},${two}` }));
		for (const { id: detail } of rows('lesson-details').filter(({ lesson_id }) => lesson_id === id))
			patch('lesson-details', detail, { bonus: 5 });

		const details = form({ customer_id: String(one), is_attend });
		const [out] = await run(mark(id, { details, if_completed } as INodeParameters));
		expect(out.operationResult).toBe(result);
		const bonuses = rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);
		expect(bonuses.map(({ bonus }) => bonus)).toEqual([5, 5]);
		expect(held(id)[String(one)]).toBe(Number(is_attend));
	});

	it('changes nothing when it says again what the lesson holds', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids;
		const details = form(
			{ customer_id: String(one), is_attend: true },
			{ customer_id: String(two), is_attend: false },
		);
		const [first] = await run(byRows(id, details));
		expect(first).toMatchObject({ id, status: 3 });
		expect(held(id)).toMatchObject({ [one]: 1, [two]: 0 });
		const [second] = await run(byRows(id, details));
		expect(second).toMatchObject({ id, operationResult: 'unchanged' });
		expect(writes()).toEqual(['lesson/teach']);
	});

	it('tells a corrected text from the same one, but not a time from the same one with its day', async () => {
		const { id, customer_ids } = planned();
		const details = form({ customer_id: String(customer_ids[0]), is_attend: true });
		await run(byRows(id, details, { homework: 'read chapter 3', time_from: '17:00', time_to: '18:00' }));
		const taught = sent().length;
		await run(byRows(id, details, { homework: 'read chapter 3', time_from: '17:00', time_to: '18:00' }));
		expect(sent()).toHaveLength(taught);
		const { message } = await stopped(byRows(id, details, { homework: 'Read Chapter 3' }));
		expect(message).toBe(`Lesson ${id} is already completed, with other details`);
	});

	it('does not teach again what was taught by lists of IDs', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids;
		await run(mark(id, { present_ids: `${one}`, absent_ids: `${two}` }));
		const same = form({ customer_id: two, is_attend: false }, { customer_id: one, is_attend: true });
		expect(await run(byRows(id, same))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(writes()).toEqual(['lesson/teach']);

		const error = await stopped(byRows(id, form({ customer_id: two, is_attend: true })));
		expect(error.message).toContain(`Lesson ${id} is already completed`);
		expect(held(id)).toMatchObject({ [one]: 1, [two]: 0 });
		expect(writes()).toEqual(['lesson/teach']);
	});

	it('is not taught again by lists of IDs', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids;
		await run(byRows(id, form({ customer_id: one, is_attend: true })));
		expect(held(id)).toEqual({ [one]: 1 });
		const again = mark(id, { present_ids: `${one}` });
		expect(await run(again)).toMatchObject([{ operationResult: 'unchanged' }]);
		const error = await stopped(mark(id, { absent_ids: `${one},${two}` }));
		expect(error.message).toContain(`Lesson ${id} is already completed`);
	});

	it('refuses a cancelled lesson', async () => {
		const { id, customer_ids } = planned();
		patch('lesson', id, { status: 2 });
		const error = await stopped(byRows(id, form({ customer_id: customer_ids[0], is_attend: true })));
		expect(error.message).toContain(`Lesson ${id} is cancelled`);
		expect(writes()).toEqual([]);
	});
});

describe('an absence with a reason', () => {
	it.each([
		['of a completed lesson', 'always', 3],
		['of a completed lesson that is shown in lists of a customer', 'withCustomer', 3],
		['that is told before the lesson', 'always', 1],
	])('%s loses it for whoever was there after all', async (_what, lessonDetails, status) => {
		set({ lessonDetails });
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids;
		await run(mark(id, { absent_ids: `${one},${two}` }));
		patch('lesson', id, { status });
		const details = () => rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);
		for (const { id: detail } of details()) patch('lesson-details', detail, { reason_id: 1, note: 'Болеет' });

		await run(mark(id, { present_ids: `${one}`, absent_ids: `${two}`, if_completed: 'teach' }));
		expect(details()).toMatchObject([
			{ customer_id: one, is_attend: 1, reason_id: null, note: 'Болеет' },
			{ customer_id: two, is_attend: 0, reason_id: 1 },
		]);
	});
});

describe.each(['always', 'withCustomer'] as const)('Send It Again, where details are shown %s', (shown) => {
	beforeEach(() => set({ lessonDetails: shown }));

	it('sends the rows of all customers whom the lesson holds, with those changed that are named', async () => {
		const { id, customer_ids } = planned();
		const [one, two, ...others] = customer_ids;
		await run(mark(id, { present_ids: customer_ids.join(','), additionalFields: { topic: 'Датчики' } }));
		const before = rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);
		for (const { id: detail } of before) {
			patch('lesson-details', detail, { grade: '5', note: 'Молодец', commission: '800.00' });
		}

		await run(mark(id, { absent_ids: `${two}`, if_completed: 'teach' }));
		const again = sent().at(-1) ?? [];
		expect(again.map(({ customer_id }) => Number(customer_id)).sort()).toEqual([...customer_ids].sort());
		const of = (customer: number) => again.find(({ customer_id }) => Number(customer_id) === customer);
		expect(of(two)).toMatchObject({ is_attend: 0 });
		for (const customer of [one, ...others]) {
			expect(of(customer)).toMatchObject({ is_attend: 1, grade: '5', note: 'Молодец' });
		}
		// Each row says which of those that are there it means.
		expect(again.map((detail) => Number(detail.id)).sort()).toEqual(before.map((detail) => detail.id).sort());
		expect(held(id)).toEqual(
			Object.fromEntries(customer_ids.map((customer) => [customer, Number(customer !== two)])),
		);
		expect(rows('lesson-details').filter(({ lesson_id }) => lesson_id === id)).toHaveLength(
			customer_ids.length,
		);
	});

	it('sends nothing more when it says what is there', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids;
		await run(mark(id, { present_ids: customer_ids.join(',') }));
		await run(mark(id, { present_ids: `${one}`, absent_ids: `${two}`, if_completed: 'teach' }));
		await run(mark(id, { absent_ids: `${two}`, if_completed: 'teach' }));
		expect(writes()).toEqual(['lesson/teach', 'lesson/teach']);
		expect(sent().at(-1)).toHaveLength(customer_ids.length);
	});
});
