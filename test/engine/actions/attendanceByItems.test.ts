import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, rows, run } = officeOf(school);

const client = () => lead({ is_study: 1 });

describe('Mark Attendance', () => {
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
		operation: 'markAttendance',
		branchId: 1,
		id: pick(id),
		present_ids: '',
		absent_ids: '',
		if_conducted: 'refuse',
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
		await run(mark(id, { present_ids: String(one), if_conducted: 'teach' }));
		const details = rows('lesson-details').filter(({ lesson_id }) => lesson_id === id);
		expect(details).toMatchObject([{ branch_id: 2, is_attend: 1 }]);
	});

	it('marks two customers of one planned lesson by two items, with Send It Again', async () => {
		const [one, two] = [client(), client()];
		const id = lesson({ status: 1, customer_ids: [one, two] });
		await run(mark(id, { present_ids: '={{ $json.c }}', if_conducted: 'teach' }), {
			items: [{ c: String(one) }, { c: String(two) }],
		});
		const present = rows('lesson-details').filter((row) => row.lesson_id === id && row.is_attend === 1);
		expect(present.map(({ customer_id }) => customer_id).sort()).toEqual([one, two].sort());
	});

	it('shows the lesson as conducted where the answer does not hold it', async () => {
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
