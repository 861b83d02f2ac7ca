import type { Entity, Field, Filter, SerializeContext } from '../../model/entity';
import type { Json, JsonObject, Row } from '../../model/json';
import { hash } from '../../model/random';
import { asList, contains, equals, id, int, openEnd, range, text, texts } from './fields';

const fields: Record<string, Field> = {
	id,
	branch_ids: { kind: 'ints', label: 'Филиал' },
	teacher_ids: { kind: 'ints', label: 'Ответственные педагоги' },
	name: { ...text('Имя', 50), required: true },
	color: { kind: 'scalar', label: 'Цвет' },
	is_study: { kind: 'flag', label: 'Состояние', required: true },
	study_status_id: int('Статус обучения'),
	lead_status_id: int('Этап воронки'),
	pipeline_id: int('Воронка'),
	lead_reject_id: int('Причина отказа'),
	customer_reject_id: int('Причина ухода'),
	lead_source_id: int('Источник'),
	assigned_id: int('Ответственный менеджер'),
	legal_type: { kind: 'choice', label: 'Тип заказчика', values: [1, 2], required: true },
	legal_name: text('Заказчик', 50),
	company_id: int('Юрлицо'),
	dob: { kind: 'date', label: 'Дата рождения', losesIso: true },
	balance: { kind: 'money', label: 'Остаток', readOnly: true, initial: '0.00' },
	balance_base: { kind: 'money', label: 'Основной остаток', readOnly: true, initial: '0.00' },
	balance_bonus: int('Бонусы', 0),
	last_attend_date: { kind: 'date', label: 'Последнее посещение', stored: 'iso', readOnly: true },
	b_date: { kind: 'moment', label: 'Дата начала', readOnly: true },
	e_date: {
		kind: 'date',
		label: 'Дата окончания',
		style: 'either',
		stored: 'iso',
		initial: openEnd,
	},
	paid_count: { ...int('Оплачено'), readOnly: true, initial: 0 },
	paid_lesson_count: { ...int('Оплачено занятий'), readOnly: true, initial: 0 },
	paid_lesson_date: { kind: 'moment', label: 'Дата оплаченного занятия', readOnly: true },
	next_lesson_date: { kind: 'moment', label: 'Следующее занятие', readOnly: true },
	paid_till: { kind: 'moment', label: 'Оплачено до', readOnly: true },
	phone: { kind: 'phones', label: 'Телефон' },
	email: texts('Email'),
	web: texts('Сайт'),
	addr: texts('Адрес'),
	note: text('Примечание'),
	gender: { kind: 'choice', label: 'Пол', values: [0, 1, 2] },
	barcode: text('Штрихкод'),
	group_ids: { kind: 'ints', label: 'Группы', readOnly: true },
	created_at: { kind: 'moment', label: 'Добавлен', readOnly: true },
	updated_at: { kind: 'moment', label: 'Изменен', readOnly: true },
	custom_school: text('Школа'),
	custom_dogovor: text('Номер договора'),
	custom_interesy: text('Интересы'),
};

const filters: Record<string, Filter> = {
	id: equals,
	is_study: { kind: 'oneOf', field: 'is_study', all: 2, default: 1 },
	removed: { kind: 'archived', hides: (row) => row.is_study === 0 && row.lead_status_id === null },
	study_status_id: equals,
	lead_status_id: equals,
	lead_status_ids: { kind: 'equals', field: 'lead_status_id' },
	lead_source_id: equals,
	assigned_id: equals,
	employee_id: { kind: 'includes', field: 'teacher_ids' },
	level_id: equals,
	company_id: equals,
	customer_reject_id: equals,
	color: equals,
	gender: equals,
	legal_type: equals,
	name: contains,
	legal_name: contains,
	note: contains,
	comment: contains,
	email: contains,
	phone: { kind: 'containsDigits' },
	...range('age', 'dob', 'age'),
	...range('lesson_count', 'paid_lesson_count', 'number'),
	...range('balance_contract', 'balance', 'number'),
	...range('balance_bonus', 'balance_bonus', 'number'),
	...range('removed', 'e_date', 'either'),
	...range('date', 'created_at', 'either'),
	...range('next_lesson_date', 'next_lesson_date', 'iso'),
	...range('last_attend_date', 'last_attend_date', 'iso'),
	...range('tariff_till', 'paid_till', 'either'),
	...range('dob', 'dob', 'dotted'),
	...range('created_at', 'created_at', 'dotted'),
	...range('updated_at', 'updated_at', 'dotted'),
	group_id: { kind: 'includes', field: 'group_ids' },
	group_ids: { kind: 'includes', field: 'group_ids' },
	branch_ids: { kind: 'includes', field: 'branch_ids' },
};

export const customer: Entity = {
	path: 'customer',
	className: 'Customer',
	branchField: 'branch_ids',
	isPooled: true,
	fields,
	hidden: { level_id: null, comment: '' },
	filters,
	archive: { field: 'e_date', active: openEnd },
	sortKey: getSortKey,
	serialize: addStagesAndGroups,
};

/**
 * Sorts leads before clients. Most leads come newest first, as in AlfaCRM, but every 17th comes a few
 * places later. Clients come in an order that has nothing to do with their IDs.
 */
function getSortKey({ id: customerId, is_study }: Row): number {
	if (is_study === 1) return hash(customerId);
	return customerId % 17 === 0 ? 6.5 - customerId : -customerId;
}

/** Adds the list of stages, which some accounts show, and the current groups if the call has `withGroups`. */
function addStagesAndGroups(shown: JsonObject, { body, records, settings }: SerializeContext): JsonObject {
	const answer: Record<string, Json> = { ...shown };
	if (settings.shownFields.includes('customer.lead_status_ids')) {
		answer.lead_status_ids = asList(shown.lead_status_id);
	}

	if (body.withGroups === true) {
		answer.groups = asList(shown.group_ids).map((groupId) => {
			const group = records.find('group', Number(groupId));
			return { id: groupId, name: group?.name ?? '' };
		});
	}
	return answer;
}
