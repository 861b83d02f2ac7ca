import { DateTime } from 'luxon';

import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

export const dailyFreeSlots: Job = {
	name: 'daily-free-slots',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const { store } = sandbox;
		for (const { id } of store.rows('working-hour')) store.remove('working-hour', id);
		const dayIn = (days: number) => DateTime.fromISO(example.today, { locale: 'ru' }).plus({ days });
		const teacher = (name: string, branch_ids: number[], more = {}) =>
			store.insert('teacher', { name, branch_ids, ...more }).id;
		const hours = (teacher_id: number, branch_id: number, days: number, from: string, to: string) =>
			store.insert('working-hour', {
				...{ teacher_id, branch_id, time_from: from, time_to: to },
				// AlfaCRM counts from Sunday here.
				weekday: (dayIn(days).weekday % 7) + 1,
			});
		const lesson = (teacher_id: number, days: number, from: string, to: string, status: number) => {
			const date = dayIn(days).toISODate();
			addLessonAt(sandbox, date, from, { status, teacher_ids: [teacher_id], time_to: `${date} ${to}:00` });
		};
		const [ada, boris] = [teacher('Адамова Ада', [1]), teacher('Борисов Борис', [1, 2])];
		hours(ada, 1, 1, '10:00', '14:00');
		hours(ada, 1, 6, '18:00', '19:30');
		hours(boris, 1, 1, '09:00', '10:00');
		hours(boris, 2, 2, '09:00', '11:00');
		lesson(ada, 1, '11:00', '12:00', 1);
		lesson(ada, 1, '13:00', '14:00', 2);
		lesson(boris, 1, '09:00', '10:00', 1);
		hours(teacher('Ушедшая Ева', [1], { e_date: '2025-01-01' }), 1, 1, '10:00', '14:00');
		teacher('Без Часов', [1]);
		const [one, two] = [1, 2].map((id) => String(store.find('branch', id)?.name));
		sandbox.clearJournal();

		const execution = await example.runManually();

		const line = (days: number, rest: string) => `${dayIn(days).toFormat('ccc dd.MM')}, ${rest}`;
		const list = messageTo(
			'manager@example.org',
			`Свободное время ${dayIn(0).toFormat('dd.MM')}–${dayIn(6).toFormat('dd.MM.yyyy')}`,
			[
				line(1, `${one}, Адамова Ада: 10:00, 12:00, 13:00`),
				line(2, `${two}, Борисов Борис: 09:00, 10:00`),
				line(6, `${one}, Адамова Ада: 18:00`),
			].join('\n'),
		);
		expect(example.readMessagesOf(execution)).toEqual([list]);
		// It only reads, so the next morning's list is as good.
		const reads = sandbox.journal.filter(({ entity }) => entity !== 'auth').map(({ action }) => action);
		expect(new Set(reads)).toEqual(new Set(['index', 'working-hour']));
		expect(example.readMessagesOf(await example.runManually())).toEqual([list]);
	},
};
