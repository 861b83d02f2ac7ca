import type { INodeParameters } from 'n8n-workflow';

import { jobsOf } from '../support/jobs';
import { pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { rows, some, run, failing, writes } = jobsOf(school);

describe('Complete Lesson', () => {
	const planned = () =>
		some(
			'lesson',
			(row) => row.status === 1 && row.branch_id === 1 && (row.customer_ids as number[]).length > 1,
		);
	const mark = (id: unknown, more: INodeParameters) => ({
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: pick(id),
		if_completed: 'refuse',
		...more,
	});
	const attendance = (lesson: unknown) =>
		Object.fromEntries(
			rows('lesson-details')
				.filter((row) => row.lesson_id === lesson)
				.map((row) => [row.customer_id, row.is_attend]),
		);

	it.each(['always', 'withCustomer'] as const)(
		'completes a planned lesson, and again changes nothing, where details are shown %s',
		async (lessonDetails) => {
			school.sandbox.settings.lessonDetails = lessonDetails;
			const { id, customer_ids } = planned();
			const [one, two] = customer_ids as number[];
			const given = mark(id, {
				present_ids: String(one),
				absent_ids: `${two}`,
				additionalFields: { topic: 'Датчики' },
			});

			expect(await run(given)).toMatchObject([{ id, status: 3, operationResult: 'updated' }]);
			expect(school.sandbox.journal.at(-1)).toMatchObject({
				path: '/v2api/1/lesson/teach',
				query: { id: String(id) },
				body: {
					status: 3,
					topic: 'Датчики',
					details: [
						{ customer_id: one, is_attend: 1 },
						{ customer_id: two, is_attend: 0 },
					],
				},
			});
			expect(attendance(id)).toMatchObject({ [one]: 1, [two]: 0 });

			expect(await run(given)).toMatchObject([{ id, operationResult: 'unchanged', changedFields: [] }]);
			expect(writes()).toEqual(['lesson/teach']);
		},
	);

	it.each([
		['alone moves the end along', { time_from: '09:15' }, '09:15:00', '10:45:00'],
		['counts with the end that is given', { time_from: '09:15', time_to: '10:00' }, '09:15:00', '10:00:00'],
	])('begins it at another time: a start %s', async (_what, additionalFields, begin, end) => {
		const { id, customer_ids, date } = planned();
		const day = String(date);
		school.sandbox.store.patch('lesson', Number(id), {
			...{ time_from: `${day} 17:00:00`, time_to: `${day} 18:30:00`, room_id: null },
		});
		const given = mark(id, { present_ids: (customer_ids as number[]).join(), additionalFields });
		await run(given);
		const times = { time_from: `${day} ${begin}`, time_to: `${day} ${end}` };
		expect(school.sandbox.store.find('lesson', Number(id))).toMatchObject(times);
		expect(await run(given)).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('does not begin a lesson so late that it would end on the next day', async () => {
		const { id, customer_ids, date } = planned();
		const day = String(date);
		school.sandbox.store.patch('lesson', Number(id), {
			...{ time_from: `${day} 17:00:00`, time_to: `${day} 18:30:00` },
		});
		const present_ids = (customer_ids as number[]).join();
		const error = await failing(mark(id, { present_ids, additionalFields: { time_from: '23:00' } }));
		expect(error?.message).toBe("'End Time' would be on the next day: the lesson takes 90 minutes");
		expect(writes()).toEqual([]);
	});

	it('of a completed lesson stops at another attendance, unless it is to be sent again', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids as number[];
		await run(mark(id, { present_ids: `${one},${two}` }));

		const error = await failing(mark(id, { absent_ids: `${two}`, present_ids: `${one}` }));
		expect(error?.message).toBe(
			`Lesson ${String(id)} is already completed, with another attendance of customer ${two}`,
		);
		expect(attendance(id)).toMatchObject({ [one]: 1, [two]: 1 });

		await run(mark(id, { absent_ids: `${two}`, if_completed: 'teach' }));
		expect(attendance(id)).toMatchObject({ [one]: 1, [two]: 0 });
		expect(
			rows('lesson-details').filter((row) => row.lesson_id === id && row.customer_id === two),
		).toHaveLength(1);
	});

	it('takes what is more to say of a customer from the rows of the form', async () => {
		const { id, customer_ids } = planned();
		const [one, two] = customer_ids as number[];
		const details = { values: [{ customer_id: String(one), is_attend: true, grade: '5', note: 'Молодец' }] };
		const given = mark(id, { present_ids: `${two}`, details });
		await run(given);
		expect(some('lesson-details', (row) => row.lesson_id === id && row.customer_id === one)).toMatchObject({
			grade: '5',
			note: 'Молодец',
			is_attend: 1,
		});
		expect(await run(given)).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('refuses a cancelled lesson', async () => {
		const { id } = planned();
		school.sandbox.store.patch('lesson', id as number, { status: 2 });
		const error = await failing(mark(id, { present_ids: '1' }));
		expect(error?.message).toBe(`Lesson ${String(id)} is cancelled, so nobody attended it`);
		expect(writes()).toEqual([]);
	});

	it.each<[INodeParameters, string]>([
		[{}, expect.stringMatching(/^No customer is given who was present or absent: 'Present Customer'/)],
		[{ present_ids: '5, 6', absent_ids: '6' }, 'Customer 6 is given twice'],
	])('refuses %j before a call', async (given, message) => {
		expect((await failing(mark(1, given)))?.message).toEqual(message);
		expect(school.calls()).toEqual([]);
	});
});
