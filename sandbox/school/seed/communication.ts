import type { Store } from '../../engine/store';
import { toDotted } from '../../model/dates';
import type { Json, JsonObject, Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { day, type BaseTime, toDay, toMoment } from './baseTime';
import type { SeedOptions } from './options';

const comments = ['Просил позвонить вечером', 'Уточнить группу', 'Интересуется расписанием'];

/** What has been said and done about the youngest customers: tasks, comments, messages, calls, the log. */
export function seedCommunication(store: Store, { seed, today }: SeedOptions, { baseTime }: BaseTime): void {
	const random = new SeededRandom(seed, 4);
	const customers = store.rows('customer');
	customers.slice(-400).forEach((row, index) => {
		const time = baseTime - (400 - index) * 3 * 60 * 60_000;
		if (index % 6 === 0) addTask(store, row, time, random);
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
	// A school of a fixed day has a log that its tests count on.
	const completed = today === undefined ? [] : completedLessons(store, baseTime);
	seedLog(store, customers.slice(-150), completed);
}

function addTask(store: Store, { id, branch_ids }: Row, time: number, random: SeededRandom): void {
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
		done_date: isDone ? toMoment(time + day) : null,
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

/** That lessons of the last week were completed. */
function completedLessons(store: Store, baseTime: number): JsonObject[] {
	const since = toMoment(baseTime - 7 * day);
	const completed = store
		.rows('lesson')
		.filter(({ status, time_to }) => status === 3 && String(time_to) >= since);
	return completed.map(({ id, branch_id, time_to }) => ({
		entity: 'Lesson',
		entity_id: id,
		branch_ids: [branch_id ?? 1],
		user_id: 1,
		event: 2,
		fields_old: { status: 1 },
		fields_new: { status: 3 },
		date_time: time_to ?? null,
	}));
}

/** The creation of the youngest customers, the last change of some, and what else has happened. */
function seedLog(store: Store, customers: readonly Row[], others: readonly JsonObject[]): void {
	const entries = customers.flatMap((row): JsonObject[] => {
		const common = { entity: 'Customer', entity_id: row.id, branch_ids: row.branch_ids ?? [] };
		const created = {
			...common,
			user_id: 1,
			event: 1,
			fields_new: { name: row.name ?? null, is_study: row.is_study ?? null },
			date_time: row.created_at ?? null,
		};
		if (row.id % 2 === 0) return [created];
		const changed = {
			...common,
			user_id: 3,
			event: 2,
			fields_old: { assigned_id: null },
			fields_new: { assigned_id: row.assigned_id ?? 1 },
			date_time: row.updated_at ?? null,
		};
		return [created, changed];
	});
	entries.push(...others);
	entries.sort((a, b) => String(a.date_time).localeCompare(String(b.date_time)));
	for (const entry of entries) store.insert('log', entry);
}
