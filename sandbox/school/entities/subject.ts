import type { Entity } from '../../model/entity';
import { byWeight, contains, equals, id, name, weight, weighted } from './fields';

export const subject: Entity = {
	path: 'subject',
	className: 'Subject',
	fields: { id, name, weight },
	hidden: { is_active: 1 },
	filters: { id: equals, name: contains, active: { kind: 'active', field: 'is_active' } },
	sortKey: byWeight,
	fixtures: weighted([
		{ name: 'Робототехника' },
		{ name: 'Программирование' },
		{ name: '3D-моделирование' },
		{ name: 'Шахматы' },
		{ name: 'Рисование', is_active: 0 },
	]),
};
