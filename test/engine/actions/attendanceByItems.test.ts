import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, rows, run, whole } = officeOf(school);

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
		const told = (id: number) =>
			rows('lesson-details')
				.filter(({ lesson_id }) => lesson_id === id)
				.map(({ customer_id, is_attend }) => [customer_id, is_attend]);
		expect(told(first)).toEqual([
			[one, 1],
			[two, 0],
		]);
		expect(told(second)).toEqual([[three, 1]]);
	});

	it('a second item about one lesson is refused, and told that everybody belongs in one item', async () => {
		const [one, two] = [client(), client()];
		const id = lesson({ status: 1, customer_ids: [one, two] });
		const items = [{ c: String(one) }, { c: String(two) }];
		const { error } = await whole(mark(id, { present_ids: '={{ $json.c }}' }), { items });
		expect(error?.message).toContain(`Lesson ${id} is already completed`);
		expect(error?.description).toContain(
			'An item before this one completed it: give everybody who was at a lesson in one item',
		);
		const told = rows('lesson-details').filter((row) => row.lesson_id === id);
		expect(told.map(({ customer_id }) => customer_id)).toEqual([one]);

		// It is not said of a lesson that was completed by another run.
		const later = await whole(mark(id, { present_ids: String(two) }));
		expect(later.error?.message).toContain(`Lesson ${id} is already completed`);
		expect(later.error?.description).not.toContain('in one item');
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
