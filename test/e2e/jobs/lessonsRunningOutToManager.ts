import type { JsonObject, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { withNodeOptions } from '../support/workflowEdits';
import { MinutePolls } from './minutePolls';
import type { Job } from './types';

export const lessonsRunningOutToManager: Job = {
	name: 'lessons-running-out-to-manager',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(
			side,
			withNodeOptions('Lessons Running Out', { firstPoll: 'due', lookEvery: 1 }),
		);
		const polls = new MinutePolls(example);
		const { store, url } = sandbox;
		giveEveryoneNineLessons(sandbox);
		const mia = addClientWithLessons(sandbox, 'Орлова Мия', 2);
		const yan = addClientWithLessons(sandbox, 'Орлов Ян', 0, { branch_ids: [2], phone: [] });
		const rosa = addClientWithLessons(sandbox, 'Пока Роза', 3);
		addClientWithLessons(sandbox, 'Лид Рита', 0, { is_study: CUSTOMER_TYPE.lead });
		addClientWithLessons(sandbox, 'Бывший Лев', 1, { e_date: '2026-01-01' });

		// The manager hears of clients who have two lessons or fewer.
		const firstMessages = await polls.pollMessages();
		expect(firstMessages).toHaveLength(2);
		expect(firstMessages).toContainEqual({
			to: '123456789',
			text: `Заканчиваются занятия: Орлова Мия, осталось 2\nТелефон: +7(900)000-77-22\nКарточка: ${url}/company/1/customer/view?id=${mia}`,
		});
		expect(firstMessages).toContainEqual({
			to: '123456789',
			text: `Заканчиваются занятия: Орлов Ян, осталось 0\nТелефон: не указан\nКарточка: ${url}/company/2/customer/view?id=${yan}`,
		});

		// Later the manager hears of another client, but not of Mia again.
		store.patch('customer', mia, { paid_lesson_count: 1 });
		store.patch('customer', rosa, { paid_lesson_count: 2 });
		expect(await polls.pollMessages()).toEqual([
			{
				to: '123456789',
				text: `Заканчиваются занятия: Пока Роза, осталось 2\nТелефон: +7(900)000-77-22\nКарточка: ${url}/company/1/customer/view?id=${rosa}`,
			},
		]);
	},
};

/** Gives all customers so many lessons that the trigger does not report them. */
function giveEveryoneNineLessons({ store }: Sandbox): void {
	for (const { id } of store.rows('customer')) {
		store.patch('customer', id, { paid_lesson_count: 9 });
	}
}

/** Adds a client of branch 1 who has paid for a number of lessons. */
function addClientWithLessons(
	{ store }: Sandbox,
	name: string,
	lessons: number,
	changes: JsonObject = {},
): number {
	return store.insert('customer', {
		name,
		paid_lesson_count: lessons,
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		phone: ['+7(900)000-77-22'],
		...changes,
	}).id;
}
