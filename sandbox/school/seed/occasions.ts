import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { Row } from '../../model/json';
import { day, toDay, toMoment, type BaseTime } from './baseTime';
import { activeCustomers } from './customers';

/** So many customers of each kind. */
const few = 3;
/** Leads of the last hours. */
export const newcomers = ['Новикова Алиса', 'Орлов Тимур', 'Белов Марк'];

/**
 * What a school has every day, for one that lives today: birthdays, subscriptions that end, lessons that run out, debts,
 * new leads, somebody who has not come for weeks. A school of a fixed day has what its tests count on.
 */
export function seedOccasions(store: Store, { baseTime }: BaseTime, leads: number): void {
	const clients = activeCustomers(store, 'client');
	const some = (rows: readonly Row[], nth: number): readonly Row[] =>
		rows.filter((_row, index) => index % 6 === nth).slice(0, few);

	for (const [index, { id }] of some(clients, 0).entries()) {
		const birthday = new Date(baseTime + index * day);
		birthday.setUTCFullYear(birthday.getUTCFullYear() - 8 - index);
		store.patch('customer', id, { dob: toDotted(toDay(birthday.getTime())) });
	}
	for (const [index, { id }] of some(clients, 1).entries()) {
		store.patch('customer', id, { balance: `-${(index + 1) * 800}.00`, paid_count: 0, paid_lesson_count: 0 });
	}
	for (const [index, { id }] of some(clients, 2).entries()) {
		store.patch('customer', id, { paid_count: index, paid_lesson_count: index });
	}
	for (const [index, { id }] of some(clients, 3).entries()) {
		store.patch('customer', id, { last_attend_date: toDay(baseTime - (30 + index * 10) * day) });
	}
	const ending = clients.flatMap(({ id }) => store.where('customer-tariff', 'customer_id', id).slice(-1));
	for (const [index, { id }] of ending
		.filter((_row, at) => at % 5 === 0)
		.slice(0, 2 * few)
		.entries()) {
		store.patch('customer-tariff', id, { e_date: toDotted(toDay(baseTime + index * 2 * day)) });
	}
	for (const [index, name] of newcomers.slice(0, leads).entries()) {
		const time = toMoment(baseTime - (leads - index) * 30 * 60_000);
		store.insert('customer', {
			name,
			phone: [`+7(900)800-00-0${index + 1}`],
			is_study: 0,
			branch_ids: [1],
			lead_status_id: 1,
			lead_source_id: 1,
			pipeline_id: 1,
			legal_type: 1,
			b_date: time,
			created_at: time,
			updated_at: time,
		});
	}
}
