import type { Entity } from '../../model/entity';
import { byWeight, contains, equals, id, isActive, name, weight, weighted } from './fields';

export const branch: Entity = {
	path: 'branch',
	className: 'Branch',
	isGlobal: true,
	fields: {
		id,
		name,
		is_active: isActive,
		subject_ids: { kind: 'ints', label: 'Предметы' },
		weight,
	},
	filters: {
		// AlfaCRM's documentation does not have this filter, so the setting `ignoredFilters` names it.
		id: equals,
		name: contains,
		is_active: equals,
		subject_ids: { kind: 'includes' },
	},
	sortKey: byWeight,
	fixtures: weighted([
		{ name: 'Центральный', is_active: 1, subject_ids: [1, 2, 3, 4] },
		{ name: 'Северный', is_active: 1, subject_ids: [1, 2] },
		{ name: 'Заречный', is_active: 0, subject_ids: [1, 3] },
	]),
};
