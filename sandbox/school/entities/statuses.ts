import type { Entity } from '../../model/entity';
import { byId, byWeight, contains, equals, id, int, isEnabled, name, weight, weighted } from './fields';

export const studyStatus: Entity = {
	path: 'study-status',
	className: 'StudyStatus',
	fields: { id, name, is_enabled: isEnabled, weight },
	filters: { id: equals, name: contains, is_enabled: equals },
	sortKey: byWeight,
	fixtures: weighted([
		{ name: 'Занимается', is_enabled: 1 },
		{ name: 'Пауза', is_enabled: 1 },
		{ name: 'Думает', is_enabled: 1 },
		{ name: 'Выпускник', is_enabled: 0 },
	]),
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
	fixtures: weighted([
		{ name: 'Новый', is_enabled: 1, pipeline_id: 1 },
		{ name: 'Назначено пробное', is_enabled: 1, pipeline_id: 1 },
		{ name: 'Был на пробном', is_enabled: 1, pipeline_id: 1 },
		{ name: 'Ждём оплату', is_enabled: 1, pipeline_id: 1 },
		// The seed puts no leads into this stage.
		{ name: 'Старый этап', is_enabled: 0, pipeline_id: 1 },
	]),
};

export const leadSource: Entity = {
	path: 'lead-source',
	className: 'LeadSource',
	fields: {
		id,
		code: { kind: 'string', label: 'Код', max: 50, required: true },
		// The sources give a limit for the code only.
		name: { ...name, max: undefined },
		is_enabled: isEnabled,
		weight,
	},
	filters: { id: equals, code: contains, name: contains, is_enabled: equals },
	sortKey: byWeight,
	fixtures: weighted([
		{ code: 'site', name: 'Сайт', is_enabled: 1 },
		{ code: 'vk', name: 'ВКонтакте', is_enabled: 1 },
		{ code: 'friends', name: 'Рекомендация', is_enabled: 1 },
		{ code: 'event', name: 'Мероприятие', is_enabled: 1 },
		{ code: 'call', name: 'Звонок', is_enabled: 0 },
	]),
};

export const leadReject: Entity = {
	path: 'lead-reject',
	className: 'LeadReject',
	fields: { id, name: { ...name, max: undefined }, is_enabled: isEnabled, weight },
	// AlfaCRM's documentation does not have this filter, so the setting `ignoredFilters` names it.
	filters: { id: equals },
	sortKey: byWeight,
	fixtures: weighted([
		{ name: 'Дорого', is_enabled: 1 },
		{ name: 'Далеко', is_enabled: 1 },
		{ name: 'Не дозвонились', is_enabled: 0 },
	]),
};

export const customerReject: Entity = {
	path: 'customer-reject',
	className: 'CustomerReject',
	actions: ['index'],
	fields: { id, name, is_enabled: isEnabled, weight },
	filters: { id: equals },
	sortKey: byWeight,
	fixtures: weighted([
		{ name: 'Переезд', is_enabled: 1 },
		{ name: 'Потеря интереса', is_enabled: 1 },
		{ name: 'Другая школа', is_enabled: 1 },
	]),
};

export const pipeline: Entity = {
	path: 'pipeline',
	className: 'Pipeline',
	actions: ['index'],
	fields: { id, name },
	filters: { id: equals },
	sortKey: byId,
	fixtures: [{ name: 'Основная' }, { name: 'Летний лагерь' }],
};
