import { DateTime } from 'luxon';

import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

export const missedLessonToParents: Job = {
	name: 'missed-lesson-to-parents',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side);
		const customer = (name: string, email: string[], branch: number) =>
			store.insert('customer', { name, is_study: 1, email, branch_ids: [branch] }).id;
		const mia = customer('Орлова Мия', ['mia@example.org', 'second@example.org'], 1);
		const there = customer('Пришла Роза', ['rosa@example.org'], 1);
		const silent = customer('Тихий Том', [], 1);
		const far = customer('Дальний Ким', ['kim@example.org'], 2);
		const lesson = (branch_id: number, time: string, customer_ids: number[], date = example.today) =>
			addLessonAt(sandbox, date, time, { branch_id, customer_ids }).id;
		/** As AlfaCRM notes it: each one's attendance, then the lesson. */
		const teach = (id: number, branch_id: number, attended: Record<number, 0 | 1>) => {
			for (const [who, is_attend] of Object.entries(attended)) {
				store.insert('lesson-details', { lesson_id: id, branch_id, customer_id: Number(who), is_attend });
			}
			store.patch('lesson', id, { status: 3 });
		};
		const first = lesson(1, '10:00', [mia, there, silent]);
		const second = lesson(2, '11:30', [far]);
		lesson(1, '12:00', [mia]);
		const longAgo = DateTime.fromISO(example.today).minus({ days: 8 }).toISODate() ?? '';
		const forgotten = lesson(1, '10:00', [mia], longAgo);
		await example.takeBaseline();
		const subject = String(store.find('subject', 1)?.name);
		const [year, month, day] = example.today.split('-');
		const notice = (to: string, name: string, time: string) =>
			messageTo(
				to,
				'Пропущено занятие',
				`Здравствуйте! ${name}: отмечен пропуск занятия ${day}.${month}.${year} ${time} (${subject}). Если это ошибка или нужно перенести занятие, ответьте школе.`,
			);

		teach(first, 1, { [mia]: 0, [there]: 1, [silent]: 0 });
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			notice('mia@example.org', 'Орлова Мия', '10:00'),
		]);

		// The first lesson is completed once more, which is no news.
		store.patch('lesson', first, { status: 1 });
		store.patch('lesson', first, { status: 3 });
		teach(second, 2, { [far]: 0 });
		// One of last week is marked only now.
		teach(forgotten, 1, { [mia]: 0 });
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			notice('kim@example.org', 'Дальний Ким', '11:30'),
		]);
	},
	otherPromises: {
		'writes to all others, then says whom or what AlfaCRM did not give': async (start, { sandbox }) => {
			const { store } = sandbox;
			const example = await start('package');
			const [gone, mia] = ['gone', 'mia'].map(
				(name) =>
					store.insert('customer', {
						...{ name, is_study: 1, email: [`${name}@example.org`], branch_ids: [1] },
					}).id,
			);
			const { id } = addLessonAt(sandbox, example.today, '10:00', { customer_ids: [gone, mia] });
			await example.takeBaseline();
			for (const customer_id of [gone, mia]) {
				store.insert('lesson-details', { lesson_id: id, branch_id: 1, customer_id, is_attend: 0 });
			}
			store.patch('lesson', id, { status: 3 });
			store.remove('customer', gone);
			await expect(example.pollAgain()).rejects.toThrow(
				new RegExp(`in "Not Sent": Не отправлено: клиент ${gone} \\(.+\\) `),
			);
			expect(await example.readLatestMessages()).toMatchObject([{ to: 'mia@example.org' }]);
		},
	},
};
