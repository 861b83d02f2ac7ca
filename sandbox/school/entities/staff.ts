import type { Entity } from '../../model/entity';
import { byId, contains, equals, id, int, ints, money, name, text, texts } from './fields';

export const teacher: Entity = {
	path: 'teacher',
	className: 'Teacher',
	actions: ['index'],
	lists: { 'teacher-rate': 'teacher-rate', 'working-hour': 'working-hour' },
	branchField: 'branch_ids',
	fields: {
		id,
		name,
		dob: { kind: 'date', label: 'Дата рождения' },
		gender: { kind: 'choice', label: 'Пол', values: [0, 1, 2] },
		note: text('Примечание'),
		phone: { kind: 'phones', label: 'Телефон' },
		email: texts('Email'),
		branch_ids: ints('Филиалы'),
		avatarUrl: text('Фото'),
		'teacher-to-skill': { kind: 'raw', label: 'Навыки', initial: [] },
		e_date: { kind: 'date', label: 'Дата окончания', stored: 'iso', initial: '2030-12-31' },
	},
	filters: { id: equals, name: contains, phone: { kind: 'containsDigits' }, removed: { kind: 'archived' } },
	archive: { field: 'e_date', active: '2030-12-31' },
	sortKey: byId,
};

/** Reached as teacher/teacher-rate. */
export const teacherRate: Entity = {
	path: 'teacher-rate',
	className: null,
	actions: [],
	fields: {
		id,
		teacher_id: int('Педагог'),
		lesson_type_id: int('Тип урока'),
		subject_id: int('Предмет'),
		rate: money('Ставка'),
	},
	filters: { teacher_id: equals },
	sortKey: byId,
};

/** Reached as teacher/working-hour. */
export const workingHour: Entity = {
	path: 'working-hour',
	className: null,
	actions: [],
	fields: {
		id,
		teacher_id: int('Педагог'),
		branch_id: int('Филиал'),
		/** 1 = Sunday, unlike the day of a regular lesson. */
		weekday: int('День недели'),
		time_from: { kind: 'clock', label: 'С' },
		time_to: { kind: 'clock', label: 'До' },
	},
	filters: { teacher_id: equals },
	sortKey: byId,
};

export const user: Entity = {
	path: 'user',
	className: 'User',
	actions: ['index'],
	fields: { id, name, email: text('Email') },
	filters: { id: equals, email: contains },
	sortKey: byId,
};

export const company: Entity = {
	path: 'company',
	className: 'Company',
	isGlobal: true,
	actions: ['index'],
	mayGet: true,
	fields: { id, name },
	filters: { id: equals },
	sortKey: byId,
};

export const level: Entity = {
	path: 'level',
	className: 'Level',
	actions: ['index'],
	fields: { id, name },
	filters: { id: equals },
	sortKey: byId,
};
