import { DateTime } from 'luxon';

import { addLessonAt } from './schoolRows';
import type { Job } from './types';

export const morningCheck: Job = {
	name: 'morning-check',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side);
		for (const list of ['lesson', 'regular-lesson', 'group', 'pay'] as const)
			for (const { id } of store.rows(list)) store.remove(list, id);
		const title = `Проверка ${DateTime.fromISO(example.today).toFormat('dd.MM.yyyy')}: `;
		// So nobody takes a check that does not run for a good morning.
		expect(example.readMessagesOf(await example.runManually())).toEqual([
			{ to: '123456789', text: `${title}ничего не найдено\n` },
		]);

		const dayIn = (days: number) => DateTime.fromISO(example.today).plus({ days }).toISODate() ?? '';
		const teacher = store.insert('teacher', { name: 'Петров Лев', branch_ids: [1] }).id;
		const { id } = store.insert('customer', {
			...{ name: 'Орлова Мия', is_study: 1, branch_ids: [1], balance: '-500.00', paid_lesson_count: 0 },
		});
		const lesson = (days: number, time: string, status: number) =>
			addLessonAt(sandbox, dayIn(days), time, {
				...{ status, customer_ids: [id], teacher_ids: [teacher], lesson_type_id: 1 },
				time_to: `${dayIn(days)} ${time.slice(0, 2)}:45:00`,
			});
		lesson(-1, '10:00', 1);
		lesson(-1, '11:00', 2);
		lesson(1, '12:00', 1);
		sandbox.clearJournal();

		const [message, ...others] = example.readMessagesOf(await example.runManually());

		expect(others).toEqual([]);
		expect(message.to).toBe('123456789');
		const [first, ...lines] = String(message.text).split('\n');
		expect(first).toBe(`${title}2`);
		expect(lines).toEqual([
			expect.stringMatching(`^– The lesson of Орлова Мия on ${dayIn(-1)} at 10:00–10:45 with Петров Лев is`),
			expect.stringMatching(`^– Орлова Мия .+/company/1/customer/view\\?id=${id}$`),
		]);
		// It only reads, so the next run says the same.
		const actions = sandbox.journal.filter(({ entity }) => entity !== 'auth').map(({ action }) => action);
		expect(actions.filter((action) => action !== 'index' && action !== 'customer')).toEqual([]);
		expect(example.readMessagesOf(await example.runManually())).toEqual([message]);
	},
	otherPromises: {
		'names the first fifteen of many, and how many there are': async (start, { sandbox }) => {
			const { store } = sandbox;
			const example = await start('package');
			for (const list of ['lesson', 'regular-lesson', 'group', 'pay'] as const)
				for (const { id } of store.rows(list)) store.remove(list, id);
			const yesterday = DateTime.fromISO(example.today).minus({ days: 1 }).toISODate();
			const { id } = store.insert('customer', { name: 'Орлова Мия', is_study: 1, branch_ids: [1] });
			for (let hour = 0; hour < 20; hour++) {
				const clock = (minute: string) => `${String(hour).padStart(2, '0')}:${minute}`;
				addLessonAt(sandbox, yesterday, clock('00'), {
					...{ customer_ids: [id], lesson_type_id: 1, time_to: `${yesterday} ${clock('45')}:00` },
				});
			}
			const [{ text }] = example.readMessagesOf(await example.runManually());
			expect(String(text).split('\n')[0]).toMatch(/: 20$/);
			expect(String(text).match(/^– /gm)).toHaveLength(15);
			expect(String(text)).toMatch(/\n…$/);
			expect(String(text).length).toBeLessThan(4_096);
		},
	},
};
