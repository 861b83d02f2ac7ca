import { sleep } from 'n8n-workflow';

import type { Job } from './types';

/** The shortest time after which the trigger looks through the clients again. */
const MINUTE_MS = 60_000;

export const lessonsRunningOutToManager: Job = {
	name: 'lessons-running-out-to-manager',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side, (workflow) => {
			const options = { firstPoll: 'due', lookEvery: 1 };
			const nodes = workflow.nodes.map((node) =>
				node.name === 'Lessons Running Out' ? { ...node, parameters: { ...node.parameters, options } } : node,
			);
			return { ...workflow, nodes };
		});
		for (const { id } of store.rows('customer')) store.patch('customer', id, { paid_lesson_count: 9 });
		const client = (name: string, paid_lesson_count: number, branch: number, more = {}) =>
			store.insert('customer', {
				...{ name, paid_lesson_count, is_study: 1, branch_ids: [branch], phone: ['+7(900)000-77-22'] },
				...more,
			}).id;
		const mia = client('Орлова Мия', 2, 1);
		const yan = client('Орлов Ян', 0, 2, { phone: [] });
		const rosa = client('Пока Роза', 3, 1);
		client('Лид Рита', 0, 1, { is_study: 0 });
		client('Бывший Лев', 1, 1, { e_date: '2026-01-01' });
		const message = (id: number, name: string, branch: number, left: number, phone = '+7(900)000-77-22') => ({
			to: '123456789',
			text: `Заканчиваются занятия: ${name}, осталось ${left}\nТелефон: ${phone}\nКарточка: ${sandbox.url}/company/${branch}/customer/view?id=${id}`,
		});

		const first = example.readMessagesOf(
			await example.waitForRunStartedBy(async () => await example.publish()),
		);
		const looked = Date.now();
		expect(first).toHaveLength(2);
		expect(first).toEqual(
			expect.arrayContaining([message(mia, 'Орлова Мия', 1, 2), message(yan, 'Орлов Ян', 2, 0, 'не указан')]),
		);

		await example.unpublish();
		store.patch('customer', mia, { paid_lesson_count: 1 });
		store.patch('customer', rosa, { paid_lesson_count: 2 });
		await sleep(looked + MINUTE_MS - Date.now());
		const second = example.readMessagesOf(
			await example.waitForRunStartedBy(async () => await example.publish()),
		);
		expect(second).toEqual([message(rosa, 'Пока Роза', 1, 2)]);
		await example.unpublish();
	},
};
