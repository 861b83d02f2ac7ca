import type { Entity } from '../../model/entity';
import { flag, id, int, money, newestFirst, text } from './fields';

/** Who was at a lesson: part of it, and a record of its own in the log only. */
export const lessonDetails: Entity = {
	path: 'lesson-details',
	className: 'LessonDetails',
	actions: [],
	fields: {
		id,
		customer_id: { ...int('Клиент'), required: true },
		branch_id: int('Филиал'),
		is_attend: flag('Посещение', 0),
		reason_id: int('Причина'),
		commission: money('Списание'),
		ctt_id: int('Абонемент'),
		grade: { kind: 'scalar', label: 'Оценка' },
		homework_grade_id: int('Оценка за домашнее задание'),
		bonus: int('Бонусы', 0),
		note: text('Примечание'),
	},
	hidden: { lesson_id: null },
	logged: ({ logLesson }) => (logLesson ? ['lesson_id'] : []),
	filters: {},
	sortKey: newestFirst,
	beforeSave: (changeset) => {
		const customer = changeset.input.customer_id;
		if (customer !== undefined && !changeset.records.find('customer', Number(customer))) {
			changeset.addError('customer_id', 'Клиент не найден.');
		}
	},
};
