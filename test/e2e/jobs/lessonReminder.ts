import { sleep } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { messageTo } from './schoolRows';
import type { Job } from './types';

/** The shortest time after which the trigger looks through the lessons again. */
const MINUTE_MS = 60_000;

export const lessonReminder: Job = {
	name: 'lesson-reminder',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side, (workflow) => {
			const nodes = workflow.nodes.map((node) =>
				node.name === 'Lesson Coming Up'
					? { ...node, parameters: { ...node.parameters, options: { lookEvery: 1 } } }
					: node,
			);
			return { ...workflow, nodes };
		});
		for (const list of ['lesson', 'regular-lesson'] as const)
			for (const { id } of store.rows(list)) store.remove(list, id);
		const customer = (name: string, email: string[], more = {}) =>
			store.insert('customer', { name, is_study: 1, email, branch_ids: [1], ...more }).id;
		const mia = customer('Орлова Мия', ['mia@example.org', 'second@example.org']);
		const kim = customer('Дальний Ким', ['kim@example.org'], { branch_ids: [2] });
		const silent = customer('Тихий Том', []);
		const gone = customer('Бывший Лев', ['lev@example.org'], { e_date: '2026-01-01' });

		const now = DateTime.now().setZone('Europe/Moscow').startOf('minute');
		const at = (hours: number) => {
			const [from, to] = [now.plus({ hours }), now.plus({ hours: hours + 1 })];
			const [time_from, time_to] = [from, to].map((moment) => moment.toFormat('yyyy-MM-dd HH:mm:ss'));
			return { date: from.toISODate(), time_from, time_to };
		};
		const lesson = (hours: number, customer_ids: number[], more = {}) =>
			store.insert('lesson', {
				...{ branch_id: 1, status: 1, lesson_type_id: 1, subject_id: 1, customer_ids, ...at(hours) },
				...more,
			}).id;
		const reminder = (to: string, name: string, hours: number) =>
			messageTo(
				to,
				'Напоминание о занятии',
				`Здравствуйте! ${name}: занятие «${String(store.find('subject', 1)?.name)}» ${now.plus({ hours }).toFormat('dd.MM HH:mm')}. Если прийти не получится, ответьте школе.`,
			);
		let looked = 0;
		const look = async () => {
			await sleep(looked + MINUTE_MS - Date.now());
			const sent = example.readMessagesOf(await example.pollAgain());
			looked = Date.now();
			return sent;
		};

		await example.takeBaseline();
		looked = Date.now();
		const first = lesson(10, [mia, silent, gone]);
		lesson(11, [kim], { branch_id: 2 });
		lesson(12, [mia], { status: 2 });
		lesson(40, [mia]);
		expect(await look()).toEqual([
			reminder('mia@example.org', 'Орлова Мия', 10),
			reminder('kim@example.org', 'Дальний Ким', 11),
		]);

		// Told anew is the one that was moved alone.
		store.patch('lesson', first, at(14));
		expect(await look()).toEqual([reminder('mia@example.org', 'Орлова Мия', 14)]);
		await example.unpublish();
	},
};
