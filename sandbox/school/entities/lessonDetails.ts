import type { Entity } from '../../model/entity';
import { flag, id, int, money, newestFirst, text } from './fields';

/** The attendance of a customer at a lesson. Answers show it inside the lesson; only the log shows it by itself. */
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
		const { input, records } = changeset;
		if (input.customer_id === undefined) return;
		const customer = records.find('customer', Number(input.customer_id));
		if (!customer) changeset.addError('customer_id', 'Клиент не найден.');
	},
};
