import type { Entity } from '../entity';
import { byWeight, contains, equals, id, isEnabled, name, weight } from './fields';

export const studyStatus: Entity = {
	path: 'study-status',
	className: 'StudyStatus',
	fields: { id, name, is_enabled: isEnabled, weight },
	filters: { id: equals, name: contains, is_enabled: equals },
	rank: byWeight,
};

export const leadStatus: Entity = {
	path: 'lead-status',
	className: 'LeadStatus',
	fields: {
		id,
		name,
		is_enabled: isEnabled,
		pipeline_id: { kind: 'int', label: 'Воронка' },
		color: { kind: 'scalar', label: 'Цвет' },
		weight,
	},
	filters: { id: equals, name: contains, is_enabled: equals },
	rank: byWeight,
};

export const leadSource: Entity = {
	path: 'lead-source',
	className: 'LeadSource',
	fields: {
		id,
		code: { kind: 'string', label: 'Код', max: 50, required: true },
		name: { ...name, max: undefined }, // the sources give a limit for the code only
		is_enabled: isEnabled,
		weight,
	},
	filters: { id: equals, code: contains, name: contains, is_enabled: equals },
	rank: byWeight,
};
