import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { day, toDay, toMoment, type BaseTime } from './baseTime';
import { activeCustomers } from './customers';
import { seats, type SeededGroup } from './groups';

/** How many customers or groups have each occasion. */
const perOccasion = 3;
const lessonPrice = 800;

/** Names of the leads of the last hours. */
export const newLeadNames = ['Новикова Алиса', 'Орлов Тимур', 'Белов Марк'];

/**
 * Seeds what happens in a school around today: birthdays, debts, lessons that run out, pupils who
 * miss lessons, subscriptions that end, new leads, and pupils who join or leave a group. A school
 * of a fixed day has none of it, because its tests count what it has.
 */
export function seedOccasions(
	store: Store,
	{ baseTime }: BaseTime,
	groups: readonly SeededGroup[],
	newLeadCount: number,
): void {
	const clients = activeCustomers(store, 'client');
	const today = toDay(baseTime);
	addNewMembers(store, clients, groups, today);
	endMemberships(store, groups, today);

	// Every occasion has other clients: with the remainder 0 a birthday, with 1 a debt, and so on.
	const subscribers = clients.filter(({ id }) => findSubscription(store, id) !== undefined);
	const subscribersWithRemainder = (remainder: number): readonly Row[] =>
		subscribers.filter((_client, index) => index % 6 === remainder).slice(0, perOccasion);
	seedBirthdays(store, subscribersWithRemainder(0), baseTime);
	seedDebts(store, subscribersWithRemainder(1));
	seedLessonsRunningOut(store, subscribersWithRemainder(2), baseTime);
	seedAbsences(store, subscribersWithRemainder(3), baseTime);
	seedEndingSubscriptions(store, subscribersWithRemainder(4), baseTime);

	addNewLeads(store, newLeadNames.slice(0, newLeadCount), baseTime);
}

/** Gives the clients their birthdays today, tomorrow and the day after. They turn 8, 9 and 10. */
function seedBirthdays(store: Store, clients: readonly Row[], baseTime: number): void {
	for (const [index, { id }] of clients.entries()) {
		const birthday = new Date(baseTime + index * day);
		birthday.setUTCFullYear(birthday.getUTCFullYear() - 8 - index);
		store.setDerived('customer', id, { dob: toDotted(toDay(birthday.getTime())) });
	}
}

/** Lets the clients owe one, two and three lessons. */
function seedDebts(store: Store, clients: readonly Row[]): void {
	for (const [index, { id }] of clients.entries()) {
		const owed = (index + 1) * lessonPrice;
		setPaid(store, id, { balance: -owed, lessons: 0, till: null });
	}
}

/** Leaves the clients with no, one and two paid lessons, one a week. */
function seedLessonsRunningOut(store: Store, clients: readonly Row[], baseTime: number): void {
	for (const [index, { id }] of clients.entries()) {
		const lessons = index;
		const till = lessons > 0 ? toMoment(baseTime + lessons * 7 * day) : null;
		setPaid(store, id, { balance: lessons * lessonPrice, lessons, till });
	}
}

/** Lets the clients miss all lessons of the last 20, 30 and 40 days. */
function seedAbsences(store: Store, clients: readonly Row[], baseTime: number): void {
	const absence = {
		is_attend: 0,
		reason_id: 1,
		commission: '0.00',
		grade: null,
		bonus: 0,
		note: 'Болеет',
	};
	for (const [index, client] of clients.entries()) {
		const lastDay = toDay(baseTime - (20 + index * 10) * day);
		for (const { id, lesson_id } of store.where('lesson-details', 'customer_id', client.id)) {
			const lesson = store.find('lesson', Number(lesson_id));
			if (String(lesson?.date) > lastDay) store.setDerived('lesson-details', id, absence);
		}
	}
}

/**
 * Lets the subscriptions of the clients end today, tomorrow and the day after, with one lesson
 * left.
 */
function seedEndingSubscriptions(store: Store, clients: readonly Row[], baseTime: number): void {
	for (const [index, { id }] of clients.entries()) {
		const end = baseTime + index * day;
		setPaid(store, id, { balance: lessonPrice, lessons: 1, till: toMoment(end) });

		const subscription = findSubscription(store, id);
		if (subscription) {
			store.setDerived('customer-tariff', subscription.id, { e_date: toDotted(toDay(end)) });
		}
	}
}

/** Adds leads that came in every half an hour, the last one half an hour ago. */
function addNewLeads(store: Store, names: readonly string[], baseTime: number): void {
	for (const [index, name] of names.entries()) {
		const minutesAgo = (names.length - index) * 30;
		const time = toMoment(baseTime - minutesAgo * 60_000);
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

/** Finds the latest subscription of a customer. */
const findSubscription = (store: Store, customer: number): Row | undefined =>
	store.where('customer-tariff', 'customer_id', customer).at(-1);

/** Writes on card and subscription what the customer has paid and not used yet. */
function setPaid(
	store: Store,
	id: number,
	{ balance, lessons, till }: { balance: number; lessons: number; till: string | null },
): void {
	const sum = `${balance}.00`;
	const paid: JsonObject = {
		balance: sum,
		paid_count: lessons,
		paid_lesson_count: lessons,
		paid_till: till,
	};
	store.setDerived('customer', id, { ...paid, balance_base: sum });

	const subscription = findSubscription(store, id);
	if (subscription) store.setDerived('customer-tariff', subscription.id, paid);
}

/** Adds to some groups a client who was in no group, from today on, with a subscription. */
function addNewMembers(
	store: Store,
	clients: readonly Row[],
	groups: readonly SeededGroup[],
	today: string,
): void {
	const candidates = clients.filter(({ id }) => store.where('cgi', 'customer_id', id).length === 0);
	const groupsWithPlaces = groups.filter(({ customers }) => customers.length > 0 && customers.length < seats);

	for (const { branch, subject, group } of groupsWithPlaces.slice(0, perOccasion)) {
		const candidate = candidates.find(({ branch_ids }) => isList(branch_ids) && branch_ids[0] === branch);
		if (candidate === undefined) continue;
		candidates.splice(candidates.indexOf(candidate), 1);

		const b_date = toDotted(today);
		store.insert('cgi', { customer_id: candidate.id, group_id: group.id, b_date, e_date: null });
		store.insert('customer-tariff', {
			customer_id: candidate.id,
			tariff_id: 1,
			subject_ids: [subject],
			lesson_type_ids: [2],
			balance: candidate.balance ?? null,
			paid_count: candidate.paid_count ?? 0,
			paid_lesson_count: candidate.paid_lesson_count ?? 0,
			paid_till: candidate.paid_till ?? null,
			b_date,
			e_date: '31.05.2035',
		});
		changeAttendees(store, group, today, (customers) => [...customers, candidate.id]);
	}
}

/** Ends the membership of the last member of some groups. Today is the last day. */
function endMemberships(store: Store, groups: readonly SeededGroup[], today: string): void {
	const largeGroups = groups.filter(({ customers }) => customers.length > 3);
	for (const { group, customers } of largeGroups.slice(0, perOccasion)) {
		const lastMember = customers.at(-1)?.id;
		const memberships = store.where('cgi', 'group_id', group.id);
		const membership = memberships.find(({ customer_id }) => customer_id === lastMember);
		if (membership === undefined) continue;

		store.setDerived('cgi', membership.id, { e_date: toDotted(today) });
		changeAttendees(store, group, today, (all) => all.filter((id) => id !== lastMember));
	}
}

/**
 * Changes which customers the group's lessons after today name. A lesson that names nobody is for
 * all members.
 */
function changeAttendees(
	store: Store,
	group: Row,
	today: string,
	change: (customers: readonly Json[]) => Json[],
): void {
	for (const { id, date, group_ids, customer_ids } of store.rows('lesson')) {
		const isOfGroup = isList(group_ids) && group_ids.includes(group.id);
		const isAfterToday = String(date) > today;
		const attendees = isList(customer_ids) ? customer_ids : [];
		if (!isOfGroup || !isAfterToday || attendees.length === 0) continue;

		store.setDerived('lesson', id, { customer_ids: change(attendees) });
	}
}
