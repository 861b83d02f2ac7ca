import { DateTime } from 'luxon';

import type { JsonObject, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { withNodeOptions } from '../support/workflowEdits';
import { MinutePolls } from './minutePolls';
import { messageTo } from './schoolRows';
import type { Job } from './types';

export const lessonReminder: Job = {
	name: 'lesson-reminder',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side, withNodeOptions('Lesson Coming Up', { lookEvery: 1 }));
		const polls = new MinutePolls(example);
		removeLessons(sandbox);
		const mia = addClient(sandbox, 'Орлова Мия', ['mia@example.org', 'second@example.org']);
		const kim = addClient(sandbox, 'Дальний Ким', ['kim@example.org'], { branch_ids: [2] });
		const tomWithoutEmail = addClient(sandbox, 'Тихий Том', []);
		const formerClient = addClient(sandbox, 'Бывший Лев', ['lev@example.org'], { e_date: '2026-01-01' });
		const now = DateTime.now().setZone('Europe/Moscow').startOf('minute');
		await polls.takeBaseline();

		// Only planned lessons of the next 24 hours are near.
		const lessonOfMia = addLesson(sandbox, now.plus({ hours: 10 }), [mia, tomWithoutEmail, formerClient]);
		addLesson(sandbox, now.plus({ hours: 11 }), [kim], { branch_id: 2 });
		addLesson(sandbox, now.plus({ hours: 12 }), [mia], { status: LESSON_STATUS.cancelled });
		addLesson(sandbox, now.plus({ hours: 40 }), [mia]);
		expect(await polls.pollMessages()).toEqual([
			reminderMessage('mia@example.org', 'Орлова Мия', now.plus({ hours: 10 })),
			reminderMessage('kim@example.org', 'Дальний Ким', now.plus({ hours: 11 })),
		]);

		// A lesson that has been moved is announced again.
		sandbox.store.patch('lesson', lessonOfMia, toLessonTimes(now.plus({ hours: 14 })));
		expect(await polls.pollMessages()).toEqual([
			reminderMessage('mia@example.org', 'Орлова Мия', now.plus({ hours: 14 })),
		]);
	},
};

function removeLessons({ store }: Sandbox): void {
	for (const { id } of store.rows('lesson')) {
		store.remove('lesson', id);
	}
	for (const { id } of store.rows('regular-lesson')) {
		store.remove('regular-lesson', id);
	}
}

/** Adds a client of branch 1. */
function addClient({ store }: Sandbox, name: string, email: string[], changes: JsonObject = {}): number {
	return store.insert('customer', {
		name,
		email,
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		...changes,
	}).id;
}

/** Adds a planned lesson of branch 1 that takes an hour. */
function addLesson(
	{ store }: Sandbox,
	start: DateTime,
	customers: number[],
	changes: JsonObject = {},
): number {
	return store.insert('lesson', {
		branch_id: 1,
		status: LESSON_STATUS.planned,
		lesson_type_id: 1,
		subject_id: 1,
		customer_ids: customers,
		...toLessonTimes(start),
		...changes,
	}).id;
}

/** Makes the fields that say when a lesson of one hour takes place. */
function toLessonTimes(start: DateTime) {
	const end = start.plus({ hours: 1 });
	return {
		date: start.toFormat('yyyy-MM-dd'),
		time_from: start.toFormat('yyyy-MM-dd HH:mm:ss'),
		time_to: end.toFormat('yyyy-MM-dd HH:mm:ss'),
	};
}

function reminderMessage(address: string, customer: string, start: DateTime) {
	return messageTo(
		address,
		'Напоминание о занятии',
		`Здравствуйте! ${customer}: занятие «Робототехника» ${start.toFormat('dd.MM HH:mm')}. Если прийти не получится, ответьте школе.`,
	);
}
