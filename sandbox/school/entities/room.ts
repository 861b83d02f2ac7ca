import type { Entity } from '../../model/entity';
import { branchId, byWeight, equals, flag, id, int, name, text, weight } from './fields';

export const room: Entity = {
	path: 'room',
	className: 'Room',
	branchField: 'branch_id',
	fields: {
		id,
		branch_id: branchId,
		location_id: int('Локация'),
		streaming_id: int('Трансляция'),
		color_id: { ...int('Цвет'), required: true },
		name,
		note: text('Примечание'),
		is_enabled: flag('Включена', 1),
		weight: { ...weight, required: true },
	},
	filters: {
		id: equals, // not in the official list, so ignored unless ignoredFilters lets it
		is_enabled: equals,
	},
	sortKey: byWeight,
};
