import { DateTime } from 'luxon';

import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

export const attendanceReport: Job = {
	name: 'attendance-report',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const monday = DateTime.fromISO(example.today).startOf('week').minus({ weeks: 1 });
		const customer = (name: string, branch_ids: number[], is_study = 1) =>
			sandbox.store.insert('customer', { name, is_study, branch_ids }).id;
		const [mia, yan, kim] = [
			customer('Орлова Мия', [1, 2]),
			customer('Орлов Ян', [1]),
			customer('Дальний Ким', [2], 0),
		];
		const gone = customer('Исчезнувший Ян', [1]);
		const lesson = (day: number, branch_id: number, status: number, attended: Record<number, 0 | 1>) => {
			const date = monday.plus({ days: day }).toISODate();
			const customer_ids = Object.keys(attended).map(Number);
			const { id } = addLessonAt(sandbox, date, '17:00', { branch_id, status, customer_ids });
			for (const [who, is_attend] of Object.entries(attended)) {
				const row = { lesson_id: id, customer_id: Number(who), branch_id, is_attend };
				sandbox.store.insert('lesson-details', row);
			}
		};
		lesson(0, 1, 3, { [mia]: 1, [yan]: 0 });
		lesson(2, 1, 3, { [mia]: 1, [yan]: 0 });
		lesson(6, 1, 3, { [mia]: 0, [yan]: 1 });
		lesson(3, 2, 3, { [kim]: 1 });
		lesson(4, 2, 3, { [gone]: 1 });
		// Whoever learns in two branches has one row.
		lesson(5, 2, 3, { [mia]: 1 });
		lesson(3, 1, 2, { [mia]: 1 });
		lesson(-1, 1, 3, { [mia]: 0 });
		lesson(7, 1, 3, { [mia]: 0 });
		sandbox.store.remove('customer', gone);

		const execution = await example.runManually();

		const card = (branch: number, page: string, id: number) =>
			`${sandbox.url}/company/${branch}/${page}/view?id=${id}`;
		expect(execution.outputs('Most Missed First')).toEqual([
			{ name: 'Орлов Ян', lessons: 3, attended: 1, missed: 2, url: card(1, 'customer', yan) },
			{ name: 'Орлова Мия', lessons: 4, attended: 3, missed: 1, url: card(1, 'customer', mia) },
			{ name: `ID ${gone}`, lessons: 1, attended: 1, missed: 0, url: '' },
			{ name: 'Дальний Ким', lessons: 1, attended: 1, missed: 0, url: card(2, 'lead', kim) },
		]);
		const [from, to] = [monday.toFormat('dd.MM'), monday.plus({ days: 6 }).toFormat('dd.MM.yyyy')];
		const text = `Орлов Ян: 1 из 3\nОрлова Мия: 3 из 4\nID ${gone}: 1 из 1\nДальний Ким: 1 из 1`;
		expect(example.readMessagesOf(execution)).toEqual([
			messageTo('director@example.org', `Посещаемость ${from}–${to}`, text),
		]);
	},
};
