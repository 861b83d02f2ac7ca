import type { Entity } from '../../model/entity';
import { createdAt, equals, fixturesOf, flag, id, int, ints, money, name, newestFirst } from './fields';

export const tariff: Entity = {
	path: 'tariff',
	className: 'Tariff',
	actions: ['index'],
	branchField: 'branch_ids',
	fields: {
		id,
		type: { kind: 'choice', label: 'Тип', values: [1, 2, 3] },
		name,
		price: money('Стоимость'),
		lessons_count: int('Занятий'),
		duration: int('Длительность'),
		added: { ...createdAt },
		branch_ids: ints('Филиалы'),
		subject_ids: ints('Предметы'),
		is_archive: flag('В архиве', 0),
		calculation_type: int('Способ расчёта'),
	},
	// A live account ignored this filter, so the setting `ignoredFilters` names it.
	filters: { id: equals },
	sortKey: newestFirst,
	fixtures: fixturesOf(
		[
			{ type: 1, name: '8 занятий', price: '6400.00', lessons_count: 8, duration: 60 },
			{ type: 2, name: 'Месяц', price: '5000.00', lessons_count: 4, duration: 60 },
			{ type: 3, name: 'Неделя без ограничений', price: '3000.00', lessons_count: null, duration: null },
			{ type: 1, name: '4 занятия', price: '3600.00', lessons_count: 4, duration: 90, branch_ids: [2] },
			{ type: 1, name: 'Старый абонемент', price: '264.00', lessons_count: 1, duration: 45, is_archive: 1 },
		],
		() => ({ branch_ids: [1, 2, 3], added: '2024-08-01 12:00:00' }),
	),
};

export const discount: Entity = {
	path: 'discount',
	className: 'Discount',
	actions: ['index'],
	branchField: 'branch_id',
	fields: {
		id,
		branch_id: int('Филиал'),
		customer_id: int('Клиент'),
		discount_type: int('Тип'),
		amount: int('Размер'),
		note: { kind: 'string', label: 'Примечание' },
		subject_ids: ints('Предметы'),
		lesson_type_ids: ints('Типы уроков'),
		begin: { kind: 'date', label: 'Начало' },
		end: { kind: 'date', label: 'Окончание' },
	},
	filters: { id: equals, customer_id: equals },
	showsAllRows: ({ discountPages }) => discountPages === 'ignored',
	sortKey: newestFirst,
};
