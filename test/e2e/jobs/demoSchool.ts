import { weekdayOf } from '../../support/days';
import type { Sandbox } from '../../../sandbox';

/** The first branch of the school. Most records of the tests belong to it. */
export const CENTRAL_BRANCH = 1;
export const NORTHERN_BRANCH = 2;

/** The stages of the funnel "Новый" and "Назначено пробное". */
export const STAGE = { newLead: 1, trialLesson: 2 } as const;

/** The lesson types "Индивидуальный", "Групповой" and "Пробный". */
export const LESSON_TYPE = { individual: 1, group: 2, trial: 3 } as const;

/** The subject "Робототехника". */
export const ROBOTICS = 1;

/** The lead source "Мероприятие". */
export const EVENT_SOURCE = 4;

/** Removes all records of some entities from the school. */
export function removeAllRecords({ store }: Sandbox, entities: readonly string[]): void {
	for (const entity of entities) {
		for (const { id } of store.rows(entity)) {
			store.remove(entity, id);
		}
	}
}

/** Removes all lessons and working hours from the school, so that no teacher is busy and no teacher works. */
export function clearSchedule(sandbox: Sandbox): void {
	removeAllRecords(sandbox, ['lesson', 'regular-lesson', 'working-hour']);
}

/** Adds a teacher who works only on the weekday of a day, from 10:00 to 11:59: long enough for two lessons. */
export function addTeacherForTwoLessons({ store }: Sandbox, day: string): number {
	const teacher = store.insert('teacher', { name: 'Петров Лев', branch_ids: [CENTRAL_BRANCH] });
	store.insert('working-hour', {
		teacher_id: teacher.id,
		branch_id: CENTRAL_BRANCH,
		// AlfaCRM counts the weekdays of working hours from Sunday, which is 1.
		weekday: (weekdayOf(day) % 7) + 1,
		time_from: '10:00',
		time_to: '11:59',
	});
	return teacher.id;
}

/** Expects that AlfaCRM has got no calls but logins and calls of these actions. */
export function expectOnlyActions({ journal }: Sandbox, allowedActions: readonly string[]): void {
	const otherCalls = journal.filter(
		({ entity, action }) => entity !== 'auth' && !allowedActions.includes(String(action)),
	);
	expect(otherCalls).toEqual([]);
}
