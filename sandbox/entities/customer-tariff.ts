import type { Entity } from '../entity';
import type { Json } from '../json';
import { toInt } from '../json';
import type { Store } from '../store';
import { asList, bDate, eDate, equals, flag, id, int, ints, money, newestFirst, text } from './fields';

/** Tariffs of any of the types. */
function tariffsOfType(store: Store, value: Json): ReadonlySet<Json> {
	const types = asList(value).map(toInt);
	return new Set(
		store
			.rows('tariff')
			.filter(({ type }) => types.includes(Number(type)))
			.map(({ id: tariff }) => tariff),
	);
}

/** A customer's subscription; the same ones are listed in every branch. */
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
		balance: { by: 'span' },
		dead: { by: 'over', field: 'e_date' },
		tariff_type: { by: 'related', field: 'tariff_id', among: tariffsOfType },
		is_separate_balance: equals,
	},
	period: { from: 'b_date', to: 'e_date', isSameDayFine: true, blame: 'e_date' },
	rank: newestFirst,
};
