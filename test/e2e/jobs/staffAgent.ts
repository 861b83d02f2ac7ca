import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Question, Reply } from '../support/chatModel';
import { withChatModel } from '../support/chatModel';
import type { Job } from './types';

const PHONE = '8 900 000-77-22';
const SUBJECT = 'Робототехника';

/** What a model would do that is asked to book the first free time of a day, and no other than the tools name; the second time the same once more. */
const thinking =
	(day: string, taken: IDataObject) =>
	({ messages, tools }: Question): Reply => {
		const asked = messages.map(({ role }) => role).lastIndexOf('user');
		const results = messages
			.slice(asked)
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => [JSON.parse(String(content)) as IDataObject | IDataObject[]].flat());
		const call = (what: RegExp, given: IDataObject): Reply => ({
			toolName: tools.find((name) => what.test(name)) ?? '',
			toolInput: given,
		});
		const days = { date_from: day, date_to: day };
		const [customers, coming, slots, lessons] = results;
		if (customers === undefined) return call(/overview/i, { phone: PHONE });
		if (coming === undefined) return call(/participants/i, days);
		if (slots === undefined) return call(/slots/i, { ...days, subject: SUBJECT });
		if (lessons === undefined) {
			const { date, start, teacher_id } = {
				date: day,
				...(slots[0]?.start ? slots[0] : taken),
			} as IDataObject;
			const customer_id = String(customers[0].id);
			return call(/book/i, { customer_id, subject: SUBJECT, date, start, teacher_id: String(teacher_id) });
		}
		return { say: `${coming.length} до того; ${String(lessons[0].time_from ?? lessons[0].error)}` };
	};

export const staffAgent: Job = {
	name: 'staff-agent',
	play: async (start, side, { client, sandbox }) => {
		const { store } = sandbox;
		const example = await start(side);
		for (const list of ['lesson', 'regular-lesson', 'working-hour'] as const)
			for (const { id } of store.rows(list)) store.remove(list, id);
		const day = DateTime.fromISO(example.today).plus({ days: 3 });
		const date = day.toISODate() ?? '';
		const [{ id: subject_id }] = store.where('subject', 'name', SUBJECT);
		const [{ id: lesson_type_id }] = store.where('lesson-type', 'name', 'Пробный');
		const teacher_id = store.insert('teacher', { name: 'Петров Лев', branch_ids: [1] }).id;
		// AlfaCRM counts weekdays from Sunday here.
		store.insert('working-hour', {
			...{ teacher_id, branch_id: 1, weekday: (day.weekday % 7) + 1, time_from: '10:00', time_to: '11:59' },
		});
		const lead = { is_study: 0, branch_ids: [1], phone: ['+7(900)000-77-22'] };
		const mia = store.insert('customer', { name: 'Орлова Мия', ...lead }).id;
		const yan = store.insert('customer', { name: 'Орлов Ян', ...lead, is_study: 1, phone: [] }).id;
		store.insert('lesson', {
			...{ branch_id: 1, date, time_from: `${date} 10:00:00`, time_to: `${date} 11:00:00`, status: 1 },
			...{ lesson_type_id: 1, subject_id, teacher_ids: [teacher_id], customer_ids: [yan] },
		});
		const trials = () => store.where('lesson', 'lesson_type_id', lesson_type_id);

		await withChatModel(client, thinking(date, { start: '11:00', teacher_id }), async (model) => {
			const ask = async () => {
				const execution = await example.sendChatMessage(`Запиши ${PHONE} на пробный, ${SUBJECT}, ${date}`);
				return execution.outputs('AI Agent')[0].output;
			};
			expect(await ask()).toBe(`1 до того; ${date} 11:00:00`);
			expect(model.questions[0].tools).toHaveLength(4);
			const booked = { customer_ids: [mia], teacher_ids: [teacher_id], subject_id };
			expect(trials()).toMatchObject([{ ...booked, time_from: `${date} 11:00:00` }]);

			// Whoever asks once more has the lesson already, as the list of who comes says by now.
			expect(await ask()).toBe(`2 до того; ${date} 11:00:00`);
			expect(trials()).toMatchObject([booked]);
		});
	},
};
