import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { day, toDay, toMoment, type BaseTime } from './baseTime';
import { activeCustomers } from './customers';
import { seats, type SeededGroup } from './groups';

/** So many customers of each kind. */
const few = 3;
/** Leads of the last hours. */
export const newcomers = ['Новикова Алиса', 'Орлов Тимур', 'Белов Марк'];

/**
 * What a school has every day, for one that lives today: birthdays, subscriptions that end, lessons that run out, debts,
 * new leads, somebody who has not come for weeks, who is new in a group or leaves one. A school of a fixed day has what
 * its tests count on.
 */
export function seedOccasions(
	store: Store,
	{ baseTime }: BaseTime,
	meetings: readonly SeededGroup[],
	leads: number,
): void {
	const clients = activeCustomers(store, 'client');
	const today = toDay(baseTime);
	joinGroups(store, clients, meetings, today);
	leaveGroups(store, meetings, today);

	const subscribers = clients.filter(({ id }) => subscriptionOf(store, id) !== undefined);
	const some = (nth: number): readonly Row[] =>
		subscribers.filter((_row, index) => index % 6 === nth).slice(0, few);

	for (const [index, { id }] of some(0).entries()) {
		const birthday = new Date(baseTime + index * day);
		birthday.setUTCFullYear(birthday.getUTCFullYear() - 8 - index);
		store.setDerived('customer', id, { dob: toDotted(toDay(birthday.getTime())) });
	}
	for (const [index, { id }] of some(1).entries()) {
		setPaid(store, id, { balance: -(index + 1) * 800, lessons: 0, till: null });
	}
	for (const [index, { id }] of some(2).entries()) {
		const till = index > 0 ? toMoment(baseTime + index * 7 * day) : null;
		setPaid(store, id, { balance: index * 800, lessons: index, till });
	}
	for (const [index, { id }] of some(3).entries()) missSince(store, id, baseTime - (20 + index * 10) * day);
	for (const [index, { id }] of some(4).entries()) {
		const end = baseTime + index * day;
		setPaid(store, id, { balance: 800, lessons: 1, till: toMoment(end) });
		const subscription = subscriptionOf(store, id);
		if (subscription) store.setDerived('customer-tariff', subscription.id, { e_date: toDotted(toDay(end)) });
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

const subscriptionOf = (store: Store, customer: number): Row | undefined =>
	store.where('customer-tariff', 'customer_id', customer).at(-1);

/** What is left to a customer, as the card and the subscription say it. */
function setPaid(
	store: Store,
	id: number,
	{ balance, lessons, till }: { balance: number; lessons: number; till: string | null },
): void {
	const sum = `${balance}.00`;
	const paid: JsonObject = { balance: sum, paid_count: lessons, paid_lesson_count: lessons, paid_till: till };
	store.setDerived('customer', id, { ...paid, balance_base: sum });
	const subscription = subscriptionOf(store, id);
	if (subscription) store.setDerived('customer-tariff', subscription.id, paid);
}

/** The customer has come to no lesson since then. */
function missSince(store: Store, customer: number, time: number): void {
	const absence = { is_attend: 0, reason_id: 1, commission: '0.00', grade: null, bonus: 0, note: 'Болеет' };
	for (const { id, lesson_id } of store.where('lesson-details', 'customer_id', customer)) {
		const lesson = store.find('lesson', Number(lesson_id));
		if (String(lesson?.date) > toDay(time)) store.setDerived('lesson-details', id, absence);
	}
}

/** Some who were in no group are in one from today on, with a subscription of today. */
function joinGroups(
	store: Store,
	clients: readonly Row[],
	meetings: readonly SeededGroup[],
	today: string,
): void {
	const isFree = ({ id }: Row) => store.where('cgi', 'customer_id', id).length === 0;
	const free = clients.filter(isFree);
	const withPlaces = meetings.filter(({ customers }) => customers.length > 0 && customers.length < seats);
	for (const { branch, subject, group } of withPlaces.slice(0, few)) {
		const at = free.findIndex(({ branch_ids }) => isList(branch_ids) && branch_ids[0] === branch);
		const [joined] = at < 0 ? [] : free.splice(at, 1);
		if (joined === undefined) continue;
		const {
			id: customer_id,
			balance = null,
			paid_count = 0,
			paid_lesson_count = 0,
			paid_till = null,
		} = joined;
		const b_date = toDotted(today);
		store.insert('cgi', { customer_id, group_id: group.id, b_date, e_date: null });
		store.insert('customer-tariff', {
			...{ customer_id, tariff_id: 1, subject_ids: [subject], lesson_type_ids: [2] },
			...{ balance, paid_count, paid_lesson_count, paid_till, b_date, e_date: '31.05.2035' },
		});
		changeLessons(store, group, today, (customers) => [...customers, customer_id]);
	}
}

/** The last member of some groups is there for the last time today. */
function leaveGroups(store: Store, meetings: readonly SeededGroup[], today: string): void {
	const ofSeveral = meetings.filter(({ customers }) => customers.length > few);
	for (const { group, customers } of ofSeveral.slice(0, few)) {
		const leaving = customers.at(-1)?.id;
		const own = store.where('cgi', 'group_id', group.id).find(({ customer_id }) => customer_id === leaving);
		if (own === undefined) continue;
		store.setDerived('cgi', own.id, { e_date: toDotted(today) });
		changeLessons(store, group, today, (all) => all.filter((id) => id !== leaving));
	}
}

/** Changes whom the lessons of a group after today name. One that names nobody is for all members anyway. */
function changeLessons(
	store: Store,
	group: Row,
	today: string,
	change: (customers: readonly Json[]) => Json[],
): void {
	for (const { id, date, group_ids, customer_ids } of store.rows('lesson')) {
		if (String(date) <= today || !isList(group_ids) || !group_ids.includes(group.id)) continue;
		const named = isList(customer_ids) ? customer_ids : [];
		if (named.length > 0) store.setDerived('lesson', id, { customer_ids: change(named) });
	}
}
