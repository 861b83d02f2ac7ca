import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { row, rows, run, stopped } = officeOf(school);

const create = (more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'regularLesson', operation: 'create', branchId: 1 },
	...{ related_id: pick(rows('group')[0].id), days: [2], time_from_v: '17:00' },
	...{ b_date_v: '2031-09-01', e_date_v: '2032-05-31', subject_id: Number(rows('subject')[0].id) },
	...more,
});

describe('a regular lesson that is updated', () => {
	const update = (id: unknown, updateFields: INodeParameters): INodeParameters => ({
		...{ resource: 'regularLesson', operation: 'update', branchId: 1, id: pick(id), updateFields },
	});
	const times = (id: unknown) => {
		const { time_from_v, time_to_v } = row('regular-lesson', Number(id)) ?? {};
		return `${String(time_from_v)}-${String(time_to_v)}`;
	};

	it.each<[string, INodeParameters, string]>([
		['later', { time_from_v: '19:30' }, '19:30-21:00'],
		['to the morning', { time_from_v: '9:00' }, '09:00-10:30'],
		['together with its end', { time_from_v: '19:30', time_to_v: '20:00' }, '19:30-20:00'],
	])('is moved %s: it takes as long as before unless an end is given', async (_where, fields, moved) => {
		const [{ id }] = await run(create({ duration: 90 }));
		await run(update(id, fields));
		expect(times(id)).toBe(moved);
	});

	it.each<[INodeParameters, string]>([
		[{ time_from_v: '22:30' }, "'End Time' would be on the next day: the regular lesson takes 90 minutes"],
		[{ time_to_v: '17:00' }, "'End Time' must be later than 'Start Time'"],
	])('is not moved to times that are none: %j', async (fields, message) => {
		const [{ id }] = await run(create({ duration: 90 }));
		expect((await stopped(update(id, fields))).message).toBe(message);
		expect(school.calls()).not.toContain('regular-lesson/update');
		expect(times(id)).toBe('17:00-18:30');
	});

	it('is read first only where its times change', async () => {
		const [{ id }] = await run(create());
		school.sandbox.clearJournal();
		await run(update(id, { is_public: true }));
		expect(school.calls()).not.toContain('regular-lesson/index');
	});
});
