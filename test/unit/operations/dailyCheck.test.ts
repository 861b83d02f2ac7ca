import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

/** Account → Daily Check, where AlfaCRM shows attendance only to who asks for the lessons of a customer. */
const YESTERDAY = '2026-02-09';

afterEach(() => jest.useRealTimers());

it('asks by its members whether a lesson of a group is marked that names nobody', async () => {
	jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
	const school = new SmallSchool({ now: '2026-02-10 09:00:00', lessonDetails: 'withCustomer' });
	school.add('group', { id: 41, name: 'Роботы', branch_ids: [1] });
	const member = school.lead({ name: 'Орлова Мия', is_study: 1 });
	school.add('cgi', { customer_id: member, group_id: 41, b_date: '01.01.2026', e_date: null });
	const lesson = (from: string) =>
		school.add('lesson', {
			...{ branch_id: 1, date: YESTERDAY, time_from: `${YESTERDAY} ${from}:00`, status: 3 },
			...{ time_to: `${YESTERDAY} 20:00:00`, lesson_type_id: 2, subject_id: 1, teacher_ids: [1] },
			...{ customer_ids: [], group_ids: [41] },
		});
	const [marked, unmarked] = [lesson('10:00'), lesson('12:00')];
	school.onCall = (call, { body: { id, customer_id } }) => {
		if (call !== 'lesson/index' || customer_id !== member) return undefined;
		const details = id === marked ? [{ customer_id, is_attend: 1 }] : [];
		return { items: [{ ...school.row('lesson', Number(id)), details }], total: 1 };
	};
	const { json } = await school.done({
		...{ resource: 'account', operation: 'dailyCheck' },
		options: { checks: ['notMarked'] } as IDataObject,
	});
	expect(json.map(({ lesson_id }) => lesson_id)).toEqual([unmarked]);
});
