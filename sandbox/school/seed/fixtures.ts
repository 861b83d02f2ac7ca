import type { Store } from '../../engine/store';
import type { JsonObject } from '../../model/json';
import { accounts } from '../accounts';

const rows = (list: readonly JsonObject[], common: (index: number) => JsonObject): JsonObject[] =>
	list.map((row, index) => ({ ...common(index), ...row }));

/** Ids of the fixtures are their places in these lists, counted from 1. */
const fixtures: Readonly<Record<string, readonly JsonObject[]>> = {
	'lead-reject': ['Дорого', 'Далеко', 'Не дозвонились'].map((name, index) => ({
		name,
		is_enabled: index === 2 ? 0 : 1,
		weight: (index + 1) * 10,
	})),
	'customer-reject': ['Переезд', 'Потеря интереса', 'Другая школа'].map((name, index) => ({
		name,
		is_enabled: 1,
		weight: (index + 1) * 10,
	})),
	pipeline: [{ name: 'Основная' }, { name: 'Летний лагерь' }],
	level: ['Начальный', 'Средний', 'Продвинутый', 'Олимпиадный'].map((name) => ({ name })),
	company: [{ name: 'ООО «Пример»' }, { name: 'ИП Образцов' }],
	user: accounts.map(({ id, email }, index) => ({
		id,
		email,
		name: ['Администратор', 'Гостев Гость', 'Менеджеров Матвей'][index] ?? email,
	})),
	room: rows(
		[
			{ branch_id: 1, location_id: 1, name: 'Каб. 1' },
			{ branch_id: 1, location_id: 1, name: 'Каб. 2' },
			{ branch_id: 1, location_id: 2, name: 'Мастерская' },
			{ branch_id: 2, location_id: 3, name: 'Каб. 21' },
			{ branch_id: 2, location_id: 3, name: 'Каб. 22' },
			{ branch_id: 3, location_id: 4, name: 'Каб. 31', is_enabled: 0 },
		],
		(index) => ({ color_id: index + 1, weight: (index + 1) * 10 }),
	),
	teacher: rows(
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
	'teacher-rate': [1, 2, 3, 4, 5, 6].map((teacher) => ({
		teacher_id: teacher,
		lesson_type_id: 2,
		rate: `${500 + teacher * 50}.00`,
	})),
	// 1 = Sunday. Each in a branch of theirs; one writes the end as some accounts do.
	'working-hour': [1, 2, 3, 4, 5, 6].flatMap((teacher) =>
		[2, 4, 6].map((weekday) => ({
			teacher_id: teacher,
			branch_id: teacher === 4 ? 2 : 1,
			weekday,
			time_from: '10:00',
			time_to: teacher === 2 ? '18:59' : '19:00',
		})),
	),
	'lesson-type': [
		{ name: 'Индивидуальный', type: 1, icon: 'user', sort: 20 },
		{ name: 'Групповой', type: 2, icon: 'users', sort: 10 },
		{ name: 'Пробный', type: 3, icon: 'gift', sort: 30 },
		{ name: 'Мастер-класс', type: 2, icon: 'star', sort: 40, is_active: 0 },
	],
	tariff: rows(
		[
			{ type: 1, name: '8 занятий', price: '6400.00', lessons_count: 8, duration: 60 },
			{ type: 2, name: 'Месяц', price: '5000.00', lessons_count: 4, duration: 60 },
			{ type: 3, name: 'Неделя без ограничений', price: '3000.00', lessons_count: null, duration: null },
			{ type: 1, name: '4 занятия', price: '3600.00', lessons_count: 4, duration: 90, branch_ids: [2] },
			{ type: 1, name: 'Старый абонемент', price: '264.00', lessons_count: 1, duration: 45, is_archive: 1 },
		],
		() => ({ branch_ids: [1, 2, 3], added: '2024-08-01 12:00:00' }),
	),
	'pay-account': rows(
		[
			{ branch_id: 1, name: 'Касса', user_ids: [1, 3] },
			{ branch_id: 1, name: 'Расчётный счёт', user_ids: [1] },
			{ branch_id: 2, name: 'Касса Север', user_ids: [1, 3] },
			{ branch_id: 3, name: 'Касса Заречье', user_ids: [1], is_enabled: 0 },
		],
		(index) => ({ is_enabled: 1, weight: (index + 1) * 10 }),
	),
	'pay-item-category': [
		{ name: 'Обучение', weight: 10 },
		{ name: 'Товары', weight: 20 },
	],
	'pay-item': rows(
		[
			{ category_id: 1, name: 'Оплата занятий', pay_type_ids: [1, 2] },
			{ category_id: 1, name: 'Пробный урок', pay_type_ids: [1] },
			{ category_id: 2, name: 'Набор деталей', pay_type_ids: [1], branch_ids: [1] },
		],
		(index) => ({ branch_ids: [1, 2, 3], weight: (index + 1) * 10 }),
	),
	'pay-type': [{ name: 'Доход' }, { name: 'Возврат' }, { name: 'Корректировка' }],
};

export function seedFixtures(store: Store): void {
	for (const [entity, rows] of Object.entries(fixtures)) {
		for (const row of rows) store.insert(entity, row);
	}
}
