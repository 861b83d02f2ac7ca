import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { creationTimeOf, day, hour, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeedOptions } from './options';

const maxCustomers = 400;
const comments = ['Просил позвонить вечером', 'Уточнить группу', 'Интересуется расписанием'];

/** Seeds tasks, comments, messages and phone calls about the youngest customers. */
export function seedCommunication(store: Store, { seed, today }: SeedOptions, { baseTime }: BaseTime): void {
	const random = new SeededRandom(seed, 4);
	const customers = store.rows('customer').slice(-maxCustomers);
	// One customer every three hours. A school that lives today must have some of the last hours.
	const livesToday = today !== undefined;
	const count = livesToday ? customers.length : maxCustomers;

	for (const [index, customer] of customers.entries()) {
		const plannedTime = baseTime - (count - index) * 3 * hour;
		const time = Math.max(plannedTime, creationTimeOf(customer));
		if (index % 6 === 0) addTask(store, customer, time, random, baseTime);
		if (index % 2 === 0) addComment(store, 'Customer', customer.id, time, random.pick(comments));
		if (index % 10 === 0) addMessages(store, customer, time);
		if (index % 7 === 0) addPhoneCall(store, customer, time, random);
	}

	const yesterday = baseTime - day;
	for (const group of store.rows('group').slice(0, 3)) {
		addComment(store, 'Group', group.id, yesterday, 'Нужен второй педагог');
	}
	for (const task of store.rows('task').slice(0, 3)) {
		addComment(store, 'Task', task.id, yesterday, 'Сделаю завтра');
	}
}

function addTask(store: Store, customer: Row, time: number, random: SeededRandom, baseTime: number): void {
	const isDone = random.chance(0.4);
	const hasDueDate = !random.chance(0.2);
	const dueDate = hasDueDate ? toDotted(toDay(time + random.int(10) * day)) : null;
	const doneDate = isDone ? toMoment(Math.min(time + day, baseTime)) : null;

	store.insert('task', {
		branch_ids: customer.branch_ids ?? [1],
		user_id: random.pick([1, 3]),
		assigned_ids: [random.pick([1, 3])],
		customer_ids: [customer.id],
		title: 'Перезвонить',
		text: random.pick(comments),
		created_at: toMoment(time),
		is_done: isDone ? 1 : 0,
		due_date: dueDate,
		done_date: doneDate,
		priority: random.int(3),
	});
}

/** @param recordClass the class that AlfaCRM gives to the commented record, such as "Customer" */
function addComment(
	store: Store,
	recordClass: string,
	recordId: number,
	time: number,
	comment: string,
): void {
	store.insert('communication', {
		class: recordClass,
		related_id: recordId,
		user_id: recordId % 2 === 0 ? 1 : 3,
		added: toMoment(time),
		comment,
	});
}

/** Adds a text message and a letter with the same text. Those of every fifth customer have failed. */
function addMessages(store: Store, { id, phone, email, name = null }: Row, time: number): void {
	const hasFailed = id % 5 === 0;
	const message: JsonObject = {
		user_id: 1,
		customer_id: id,
		phone: firstOf(phone),
		text: 'Ждём вас на занятии',
		is_fail: hasFailed ? 1 : 0,
		is_sent: hasFailed ? 0 : 1,
		added: toMoment(time),
		date: toMoment(time + 60_000),
	};
	store.insert('sms-message', message);
	store.insert('mail-message', { ...message, email: firstOf(email), name, subject: 'Напоминание' });
}

function addPhoneCall(store: Store, { id, phone }: Row, time: number, random: SeededRandom): void {
	store.insert('phone-call', {
		user_id: 3,
		customer_id: id,
		phone: firstOf(phone),
		direction: random.int(2),
		duration: random.int(300),
		added: toMoment(time),
	});
}

function firstOf(list: Json | undefined): Json {
	return isList(list) ? (list[0] ?? null) : null;
}
