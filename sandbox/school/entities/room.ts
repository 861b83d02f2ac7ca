import type { Entity } from '../../model/entity';
import { branchId, byWeight, equals, fixturesOf, flag, id, int, name, text, weight } from './fields';

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
		// AlfaCRM's documentation does not have this filter, so the setting `ignoredFilters` names it.
		id: equals,
		is_enabled: equals,
	},
	sortKey: byWeight,
	fixtures: fixturesOf(
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
};
