import { localToday } from '../../model/clock';
import { dayOf } from '../../model/dates';
import type { Entity, SerializeContext } from '../../model/entity';
import { toInt, type Json, type JsonObject } from '../../model/json';
import type { Records } from '../../model/records';
import { asList, bDate, eDate, equals, flag, id, int, ints, money, newestFirst, text } from './fields';

/** A subscription of a customer. Every branch lists all of them. */
export const customerTariff: Entity = {
	path: 'customer-tariff',
	className: 'CustomerToTariff',
	params: {
		index: ['customer_id'],
		create: ['customer_id'],
		update: ['id', 'customer_id'],
		delete: ['id', 'customer_id'],
	},
	fields: {
		id,
		customer_id: { ...int('Клиент'), readOnly: true },
		tariff_id: { ...int('Абонемент'), required: true },
		subject_ids: ints('Предметы'),
		lesson_type_ids: ints('Типы уроков'),
		is_separate_balance: flag('Отдельный счёт', 0),
		balance: money('Остаток', '0.00'),
		b_date: bDate,
		e_date: eDate,
		note: text('Примечание'),
		paid_count: { ...int('Оплачено', 0), readOnly: true },
		paid_till: { kind: 'moment', label: 'Оплачено до', readOnly: true },
		paid_lesson_count: { ...int('Оплачено занятий', 0), readOnly: true },
	},
	hidden: { is_burnable_out: 0 },
	filters: {
		id: equals,
		tariff_id: equals,
		is_burnable_out: equals,
		balance: { kind: 'range' },
		dead: {
			kind: 'ended',
			field: 'e_date',
			default: ({ deadDefault }) => (deadDefault === 'current' ? false : undefined),
		},
		tariff_type: { kind: 'related', field: 'tariff_id', lookup: findPlansOfTypes },
		is_separate_balance: equals,
	},
	period: { from: 'b_date', to: 'e_date', allowsSameDay: true, errorField: 'e_date' },
	sortKey: newestFirst,
	serialize: addDead,
};

/** Finds the plans that have one of the types. */
function findPlansOfTypes(records: Records, value: Json): ReadonlySet<Json> {
	const types = asList(value).map(toInt);
	const plans = records.rows('tariff').filter(({ type }) => types.includes(Number(type)));
	return new Set(plans.map((plan) => plan.id));
}

/** Adds the flag `dead`, which says in some accounts that the subscription has ended. */
function addDead(shown: JsonObject, { row, settings }: SerializeContext): JsonObject {
	if (!settings.shownFields.includes('customer-tariff.dead')) return shown;
	const hasEnded = typeof row.e_date === 'string' && dayOf(row.e_date) < localToday(settings);
	return { ...shown, dead: hasEnded ? 1 : 0 };
}
