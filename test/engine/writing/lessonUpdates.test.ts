import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, row, run, set, stopped } = officeOf(school);

const lesson = (more: IDataObject = {}) =>
	add('lesson', {
		branch_id: 1,
		regular_id: null,
		date: '2026-03-03',
		time_from: '2026-03-03 17:00:00',
		time_to: '2026-03-03 18:30:00',
		lesson_type_id: 2,
		status: 1,
		subject_id: 3,
		room_id: 2,
		teacher_ids: [1],
		customer_ids: [lead({ is_study: 1 }), lead({ is_study: 1 })],
		group_ids: [1],
		topic: 'Датчики',
		note: 'Принести ноутбук',
		homework: 'Читать',
		custom_link: 'https://example.org/plan',
		...more,
	});
const update = (id: number, updateFields: IDataObject, more: INodeParameters = {}): INodeParameters => ({
	resource: 'lesson',
	operation: 'update',
	branchId: 1,
	id: String(id),
	updateFields: updateFields as INodeParameters,
	...more,
});

describe.each(['keeps', 'blanks', 'refuses400'])(
	'an update of a lesson where AlfaCRM %s what is not named',
	(lessonUpdate) => {
		beforeEach(() => set({ lessonUpdate }));

		it.each<[string, IDataObject, IDataObject]>([
			['its status', { status: 2 }, { status: 2 }],
			['its homework', { homework: 'Писать' }, { homework: 'Писать' }],
			[
				'its day',
				{ lesson_date: '2026-03-10' },
				{ date: '2026-03-10', time_from: '2026-03-10 17:00:00', time_to: '2026-03-10 18:30:00' },
			],
			[
				'its begin, and the end along with it',
				{ time_from: '09:15' },
				{ time_from: '2026-03-03 09:15:00', time_to: '2026-03-03 10:45:00' },
			],
			[
				'its begin behind the end, which goes along',
				{ time_from: '19:00' },
				{ time_from: '2026-03-03 19:00:00', time_to: '2026-03-03 20:30:00' },
			],
			['its end', { time_to: '19:00' }, { time_to: '2026-03-03 19:00:00' }],
			['its length', { duration: 45 }, { time_to: '2026-03-03 17:45:00' }],
			['its subject', { subject_id: 1 }, { subject_id: 1 }],
		])('changes %s and nothing else', async (_what, fields, changed) => {
			const id = lesson();
			const before = structuredClone(row('lesson', id));
			await run(update(id, fields));
			const { updated_at, ...after } = row('lesson', id);
			expect(after).toEqual({ ...before, ...changed, updated_at: undefined });
			expect(updated_at).toBeDefined();
		});

		it.each<[string, IDataObject, [string, string]]>([
			['its end before the begin', { time_to: '16:00' }, ['17:00', '16:00']],
		])('moves %s not by itself: it is refused, and says why', async (_what, fields, [from, to]) => {
			const error = await stopped(update(lesson(), fields));
			expect(error.message).toBe("'End Time' must be later than 'Start Time'");
			expect(error.description).toBe(
				`'Start Time' is ${from} and 'End Time' is ${to}. Correct one of them. Nothing was saved.`,
			);
			expect(school.calls()).not.toContain('lesson/update');
		});

		it('moves its begin not so late that it would end on the next day', async () => {
			const error = await stopped(update(lesson(), { time_from: '22:30' }));
			expect(error.message).toBe("'End Time' would be on the next day: the lesson takes 90 minutes");
			expect(error.description).toBe(
				"'Start Time' is 22:30. Correct it, or give 'End Time' too. Nothing was saved.",
			);
			expect(school.calls()).not.toContain('lesson/update');
		});

		it('of a lesson over midnight names the end that it has, whatever AlfaCRM says to that', async () => {
			const id = lesson({ time_from: '2026-03-03 23:00:00', time_to: '2026-03-04 00:30:00' });
			await stopped(update(id, { time_from: '22:30' }));
			expect(school.entries('lesson/update')[0].body).toMatchObject({
				time_from: '22:30:00',
				time_to: '00:30:00',
			});
		});

		it.each<[string, IDataObject]>([
			['its end', { time_from: '19:00', time_to: '20:30' }],
			['its length', { time_from: '19:00', duration: 90 }],
			['an end, which counts, and a length', { time_from: '19:00', time_to: '20:30', duration: 45 }],
		])('moves a begin together with %s', async (_what, fields) => {
			const id = lesson();
			await run(update(id, fields));
			expect(row('lesson', id)).toMatchObject({
				time_from: '2026-03-03 19:00:00',
				time_to: '2026-03-03 20:30:00',
			});
			const [{ body }] = school.entries('lesson/update');
			expect('time_to' in (body as IDataObject)).not.toBe('duration' in (body as IDataObject));
		});

		it.each([2, 3])('keeps a lesson of status %d as it is otherwise', async (status) => {
			const id = lesson({ status });
			const before = structuredClone(row('lesson', id));
			await run(update(id, { topic: 'Моторы' }));
			expect(row('lesson', id)).toMatchObject({ ...before, topic: 'Моторы', updated_at: expect.anything() });
		});

		it('adds to a list and keeps the others', async () => {
			const id = lesson();
			const before = structuredClone(row('lesson', id));
			const customer = lead({ is_study: 1 });
			await run(update(id, { customer_ids: String(customer) }, { listMode: 'add' }));
			expect(row('lesson', id)).toMatchObject({
				...before,
				customer_ids: [...(before.customer_ids as number[]), customer],
				updated_at: expect.anything(),
			});
		});

		it('empties what is to be emptied, and only that', async () => {
			const id = lesson();
			const before = structuredClone(row('lesson', id));
			await run(
				update(id, { room_id: '', customer_ids: given([]) }, { options: { overwriteWithEmpty: true } }),
			);
			expect(row('lesson', id)).toMatchObject({
				...before,
				room_id: null,
				customer_ids: [],
				updated_at: expect.anything(),
			});
		});

		it('changes nothing where there is no such lesson', async () => {
			await stopped(update(999_999, { topic: 'Моторы' }));
		});
	},
);
