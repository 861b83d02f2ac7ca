import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, patch, row, rows, run, writes } = officeOf(school);

const OLD = '+7(900)555-00-01';

/** After the first call of an action, what lists show goes back to what it was. */
const showLate = (action: string, goBack: () => void) => {
	let isDone = false;
	school.sandbox.onSend = (call) => {
		if (isDone || call.action !== action) return;
		isDone = true;
		goBack();
	};
};

describe('a list that shows a record as it was before the item before', () => {
	it.each<[string, (id: number) => INodeParameters, IDataObject, IDataObject]>([
		[
			'Update',
			(id) => ({
				operation: 'update',
				id: pick(id),
				listMode: 'add',
				updateFields: { phone: '={{ [$json.phone] }}' },
				options: {},
			}),
			{ phone: [OLD] },
			{ phone: [OLD, '+7(900)555-00-02', '+7(900)555-00-03'] },
		],
		[
			'Assign Teachers',
			(id) => ({
				operation: 'assignTeachers',
				id: pick(id),
				listMode: 'add',
				teacher_ids: '={{ [$json.teacher] }}',
			}),
			{ teacher_ids: [1] },
			{ teacher_ids: [1, 2, 3] },
		],
	])('does not cost %s what that item has saved', async (_what, job, before, after) => {
		const id = lead(before);
		showLate('update', () => patch('customer', id, before));
		await run(
			{ resource: 'customer', branchId: 1, ...job(id) },
			{
				items: [
					{ phone: '+7(900)555-00-02', teacher: 2 },
					{ phone: '+7(900)555-00-03', teacher: 3 },
				],
			},
		);
		expect(customer(id)).toMatchObject(after);
	});

	it('does not keep Update from adding to a record that lists do not show for a moment', async () => {
		const id = lead({ phone: [OLD] });
		showLate('update', () => school.sandbox.store.hide('customer', id));
		await run(
			{
				resource: 'customer',
				operation: 'update',
				branchId: 1,
				id: pick(id),
				listMode: 'add',
				updateFields: { phone: '={{ [$json.phone] }}' },
				options: {},
			},
			{ items: [{ phone: '+7(900)555-00-02' }, { phone: '+7(900)555-00-03' }] },
		);
		expect(customer(id).phone).toEqual([OLD, '+7(900)555-00-02', '+7(900)555-00-03']);
	});

	it('leaves what somebody else has changed between two updates', async () => {
		const id = lead({ phone: [OLD] });
		const byHand = [OLD, '+7(900)555-00-02', '+7(900)555-00-09'];
		showLate('update', () => patch('customer', id, { phone: byHand }));
		await run(
			{
				resource: 'customer',
				operation: 'update',
				branchId: 1,
				id: pick(id),
				listMode: 'add',
				updateFields: { phone: '={{ [$json.phone] }}' },
				options: {},
			},
			{ items: [{ phone: '+7(900)555-00-02' }, { phone: '+7(900)555-00-03' }] },
		);
		expect(customer(id).phone).toEqual([...byHand, '+7(900)555-00-03']);
	});
});

describe('Complete Lesson, one customer an item, where the list still shows the lesson as planned', () => {
	const mark = (id: number, if_completed: string): INodeParameters => ({
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: pick(id),
		present_ids: '={{ $json.c }}',
		absent_ids: '',
		if_completed,
		additionalFields: {},
	});
	const planned = (customer_ids: number[]) =>
		add('lesson', {
			branch_id: 1,
			date: '2026-02-10',
			time_from: '2026-02-10 17:00:00',
			time_to: '2026-02-10 18:00:00',
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			group_ids: [],
			status: 1,
			customer_ids,
		});
	const undo = (id: number) => {
		patch('lesson', id, { status: 1 });
		for (const one of rows('lesson-details').filter(({ lesson_id }) => lesson_id === id))
			school.sandbox.store.remove('lesson-details', one.id as number);
	};

	it.each(['teach', 'refuse'])('is not misled, for both go in one call (%s)', async (ifCompleted) => {
		const both = [lead({ is_study: 1 }), lead({ is_study: 1 })];
		const id = planned(both);
		showLate('teach', () => undo(id));
		await run(mark(id, ifCompleted), { items: both.map((c) => ({ c: String(c) })) });
		expect(writes()).toEqual(['lesson/teach']);
		expect(school.entries('lesson/teach')[0].body).toMatchObject({
			details: both.map((customer_id) => ({ customer_id, is_attend: 1 })),
		});
	});
});

it('a membership that one item has deleted is not deleted again by the next one', async () => {
	const id = lead({ is_study: 1 });
	const group = rows('group')[0].id as number;
	const dates = { b_date: '01.09.2025', e_date: '31.12.2030' };
	const membership = add('cgi', { customer_id: id, group_id: group, ...dates });
	const whole = row('cgi', membership);
	showLate('delete', () => void add('cgi', whole));
	const json = await run(
		{
			resource: 'customer',
			operation: 'removeFromGroup',
			branchId: 1,
			id: pick(id),
			group_id: pick(group),
			leave_by: 'delete',
			additionalFields: {},
		} as INodeParameters,
		{ items: [{}, {}] },
	);
	expect(json.map(({ operationResult }) => operationResult)).toEqual(['deleted', 'unchanged']);
	expect(writes()).toEqual(['cgi/delete']);
});
