import type { Entity } from '../../model/entity';
import { byWeight, contains, equals, id, isActive, name, weight } from './fields';

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
};
