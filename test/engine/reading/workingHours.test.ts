import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { EMPTY, NULL, UNDEFINED, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { refused, rows, run, set } = officeOf(school);

const hours = (additionalFields: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	resource: 'teacher',
	operation: 'getWorkingHours',
	branchId: 1,
	returnAll: true,
	additionalFields,
	...more,
});
const of = (teacher: number) => rows('working-hour').filter(({ teacher_id }) => teacher_id === teacher);
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);

describe.each([[[]], [['working-hour.teacher_id']]])(
	'working hours, where AlfaCRM ignores %j',
	(ignoredFilters) => {
		beforeEach(() => set({ ignoredFilters }));

		it('are those of the teacher that is given, by a weekday that begins with Sunday', async () => {
			const json = await run(hours({ teacher_id: pick(2) }));
			expect(ids(json)).toEqual(ids(of(2)));
			expect(school.entries('teacher/working-hour')[0].body).toMatchObject({ teacher_id: 2 });
			for (const { weekday } of json) expect([1, 2, 3, 4, 5, 6, 7]).toContain(weekday);
		});

		it('fill a limit with those of the teacher', async () => {
			const json = await run(hours({ teacher_id: pick(5) }, { returnAll: false, limit: 2 }));
			expect(json.map(({ teacher_id }) => teacher_id)).toEqual([5, 5]);
		});

		it('are those of all where none is given', async () => {
			expect(ids(await run(hours()))).toEqual(ids(rows('working-hour')));
		});
	},
);

it.each([EMPTY, UNDEFINED, NULL])('an expression that finds no teacher is refused: %s', async (value) => {
	await refused(hours({ teacher_id: { __rl: true, mode: 'id', value } }), "'Teacher' is empty");
});
