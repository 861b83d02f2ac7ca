import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { Json, JsonObject, Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { createdIn, day, hour, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeedOptions } from './options';

const comments = ['Просил позвонить вечером', 'Уточнить группу', 'Интересуется расписанием'];

/** What has been said and done about the youngest customers: tasks, comments, messages, calls. */
export function seedCommunication(store: Store, { seed, today }: SeedOptions, { baseTime }: BaseTime): void {
	const random = new SeededRandom(seed, 4);
	const customers = store.rows('customer').slice(-400);
	// Up to today, for a school that lives today.
	const count = today === undefined ? 400 : customers.length;
	customers.forEach((row, index) => {
		const time = Math.max(baseTime - (count - index) * 3 * hour, createdIn(row));
		if (index % 6 === 0) addTask(store, row, time, random, baseTime);
		if (index % 2 === 0) addComment(store, 'Customer', row.id, time, random.pick(comments));
		if (index % 10 === 0) addMessages(store, row, time);
		if (index % 7 === 0) addCall(store, row, time, random);
	});
	for (const { id } of store.rows('group').slice(0, 3)) {
		addComment(store, 'Group', id, baseTime - day, 'Нужен второй педагог');
	}
	for (const { id } of store.rows('task').slice(0, 3)) {
		addComment(store, 'Task', id, baseTime - day, 'Сделаю завтра');
	}
}

function addTask(
	store: Store,
	{ id, branch_ids }: Row,
	time: number,
	random: SeededRandom,
	baseTime: number,
): void {
	const isDone = random.chance(0.4);
	const due = random.chance(0.2) ? null : toDotted(toDay(time + random.int(10) * day));
	store.insert('task', {
		branch_ids: branch_ids ?? [1],
		user_id: random.pick([1, 3]),
		assigned_ids: [random.pick([1, 3])],
		customer_ids: [id],
		title: 'Перезвонить',
		text: random.pick(comments),
		created_at: toMoment(time),
		is_done: isDone ? 1 : 0,
		due_date: due,
		done_date: isDone ? toMoment(Math.min(time + day, baseTime)) : null,
		priority: random.int(3),
	});
}

function addComment(store: Store, of: string, related: number, time: number, comment: string): void {
	store.insert('communication', {
		class: of,
		related_id: related,
		user_id: related % 2 === 0 ? 1 : 3,
		added: toMoment(time),
		comment,
	});
}

function addMessages(store: Store, { id, phone, email, name }: Row, time: number): void {
	const first = (list: Json | undefined): Json => (Array.isArray(list) ? ((list[0] as Json) ?? null) : null);
	const sent: JsonObject = {
		user_id: 1,
		customer_id: id,
		phone: first(phone),
		text: 'Ждём вас на занятии',
		is_fail: id % 5 === 0 ? 1 : 0,
		is_sent: id % 5 === 0 ? 0 : 1,
		added: toMoment(time),
		date: toMoment(time + 60_000),
	};
	store.insert('sms-message', sent);
	const letter = { email: first(email), name: name ?? null, subject: 'Напоминание' };
	store.insert('mail-message', { ...sent, ...letter });
}

function addCall(store: Store, { id, phone }: Row, time: number, random: SeededRandom): void {
	store.insert('phone-call', {
		user_id: 3,
		customer_id: id,
		phone: Array.isArray(phone) ? (phone[0] as Json) : null,
		direction: random.int(2),
		duration: random.int(300),
		added: toMoment(time),
	});
}
