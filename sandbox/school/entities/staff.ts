import type { Entity } from '../../model/entity';
import { accounts } from '../accounts';
import {
	byId,
	contains,
	equals,
	fixturesOf,
	id,
	int,
	ints,
	money,
	name,
	openEnd,
	text,
	texts,
} from './fields';

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
		e_date: { kind: 'date', label: 'Дата окончания', stored: 'iso', initial: openEnd },
	},
	filters: { id: equals, name: contains, phone: { kind: 'containsDigits' }, removed: { kind: 'archived' } },
	archive: { field: 'e_date', active: openEnd },
	sortKey: byId,
	fixtures: fixturesOf(
		[
			{ name: 'Петров Лев', branch_ids: [1, 2], 'teacher-to-skill': [{ name: 'Arduino' }] },
			{ name: 'Сидорова Ева', branch_ids: [1] },
			{ name: 'Примеров Ян', branch_ids: [1, 2], 'teacher-to-skill': [{ name: 'Python' }] },
			{ name: 'Образцова Ида', branch_ids: [2] },
			{ name: 'Выдумкин Пётр', branch_ids: [1, 3] },
			{ name: 'Сказкина Анна', branch_ids: [1, 2, 3] },
			{ name: 'Бывалов Олег', branch_ids: [1], e_date: '2025-06-30' },
		],
		(index) => ({
			gender: (index % 2) + 1,
			dob: `1${index}.03.198${index}`,
			phone: [`+7(900)100-00-0${index + 1}`],
			email: [`teacher${index + 1}@school.example`],
		}),
	),
};

/** IDs of the teachers without the last one, who has left. */
const activeTeachers = [1, 2, 3, 4, 5, 6];

/** The pay of teachers, listed at `teacher/teacher-rate`. */
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
	fixtures: activeTeachers.map((teacher) => ({
		teacher_id: teacher,
		lesson_type_id: 2,
		rate: `${500 + teacher * 50}.00`,
	})),
};

/** The working hours of teachers, listed at `teacher/working-hour`. */
export const workingHour: Entity = {
	path: 'working-hour',
	className: null,
	actions: [],
	fields: {
		id,
		teacher_id: int('Педагог'),
		branch_id: int('Филиал'),
		/** Counts from Sunday as 1. The days of regular lessons count from Monday. */
		weekday: int('День недели'),
		time_from: { kind: 'clock', label: 'С' },
		time_to: { kind: 'clock', label: 'До' },
	},
	filters: { teacher_id: equals },
	sortKey: byId,
	// Teacher 2 ends at 18:59, since some accounts write the end of the working hours so.
	fixtures: activeTeachers.flatMap((teacher) =>
		[2, 4, 6].map((weekday) => ({
			teacher_id: teacher,
			branch_id: teacher === 4 ? 2 : 1,
			weekday,
			time_from: '10:00',
			time_to: teacher === 2 ? '18:59' : '19:00',
		})),
	),
};

export const user: Entity = {
	path: 'user',
	className: 'User',
	actions: ['index'],
	fields: { id, name, email: text('Email') },
	filters: { id: equals, email: contains },
	sortKey: byId,
	fixtures: accounts.map(({ id: user, email }, index) => ({
		id: user,
		email,
		name: ['Администратор', 'Гостев Гость', 'Менеджеров Матвей'][index] ?? email,
	})),
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
	fixtures: [{ name: 'ООО «Пример»' }, { name: 'ИП Образцов' }],
};

export const level: Entity = {
	path: 'level',
	className: 'Level',
	actions: ['index'],
	fields: { id, name },
	filters: { id: equals },
	sortKey: byId,
	fixtures: ['Начальный', 'Средний', 'Продвинутый', 'Олимпиадный'].map((level) => ({ name: level })),
};
