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
	filters: {},
	rank: newestFirst,
	settle: (writing) => {
		const customer = writing.given.customer_id;
		if (customer !== undefined && !writing.store.find('customer', Number(customer))) {
			writing.refuse('customer_id', 'Клиент не найден.');
		}
	},
};
