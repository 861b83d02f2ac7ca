import type { Entity } from '../../model/entity';
import { byWeight, contains, equals, id, isActive, name, weight, weighted } from './fields';

export const location: Entity = {
	path: 'location',
	className: 'Location',
	branchField: 'branch_id',
	fields: {
		id,
		branch_id: { kind: 'int', label: 'Филиал', required: true },
		name,
		is_active: isActive,
		weight,
	},
	filters: { id: equals, name: contains, is_active: equals },
	sortKey: byWeight,
	fixtures: weighted([
		{ branch_id: 1, name: 'ул. Примерная, 5', is_active: 1 },
		{ branch_id: 1, name: 'пр. Образцовый, 12', is_active: 1 },
		{ branch_id: 2, name: 'ул. Выдуманная, 3', is_active: 1 },
		{ branch_id: 3, name: 'наб. Сказочная, 1', is_active: 0 },
	]),
};
