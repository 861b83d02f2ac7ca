import type { Entity } from '../../model/entity';
import { byId, byWeight, contains, equals, id, int, isEnabled, name, weight } from './fields';

export const studyStatus: Entity = {
	path: 'study-status',
	className: 'StudyStatus',
	fields: { id, name, is_enabled: isEnabled, weight },
	filters: { id: equals, name: contains, is_enabled: equals },
	sortKey: byWeight,
};

export const leadStatus: Entity = {
	path: 'lead-status',
	className: 'LeadStatus',
	fields: {
		id,
		name,
		is_enabled: isEnabled,
		pipeline_id: int('Воронка'),
		color: { kind: 'scalar', label: 'Цвет' },
		weight,
	},
	filters: { id: equals, name: contains, is_enabled: equals },
	sortKey: byWeight,
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
	sortKey: byWeight,
};

export const leadReject: Entity = {
	path: 'lead-reject',
	className: 'LeadReject',
	fields: { id, name: { ...name, max: undefined }, is_enabled: isEnabled, weight },
	filters: { id: equals }, // not in the official list, so ignored unless ignoredFilters lets it
	sortKey: byWeight,
};

export const customerReject: Entity = {
	path: 'customer-reject',
	className: 'CustomerReject',
	actions: ['index'],
	fields: { id, name, is_enabled: isEnabled, weight },
	filters: { id: equals },
	sortKey: byWeight,
};

export const pipeline: Entity = {
	path: 'pipeline',
	className: 'Pipeline',
	actions: ['index'],
	fields: { id, name },
	filters: { id: equals },
	sortKey: byId,
};
