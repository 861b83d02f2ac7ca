import type { Entity } from '../../model/entity';
import { createdAt, equals, flag, id, int, ints, money, name, newestFirst } from './fields';

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
	filters: { id: equals }, // seen to be ignored
	sortKey: newestFirst,
	serialize: (shown, { settings }) => {
		if (settings.tariffLessons === 'lessons_count') return shown;
		const { lessons_count, ...rest } = shown;
		return { ...rest, lesson_count: lessons_count ?? null };
	},
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
	sortKey: newestFirst,
};
