import type { Store } from '../../engine/store';
import { dayOf, toDotted, twoDigits } from '../../model/dates';
import type { JsonObject, Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { createdIn, day, type BaseTime, toDay, toMoment } from './baseTime';
import { activeCustomers } from './customers';
import type { SeedOptions } from './options';

/** However many customers there are, no more than this. */
const maxGroups = 300;
export const seats = 8;
const weekdays = ['Пн', 'Вт', 'Ср', 'Чт', 'Пт', 'Сб', 'Вс'];
/** Who teaches and where, in a branch. */
const staff: Readonly<Record<number, { teachers: readonly number[]; rooms: readonly number[] }>> = {
	1: { teachers: [1, 2, 3, 5, 6], rooms: [1, 2, 3] },
	2: { teachers: [1, 3, 4, 6], rooms: [4, 5] },
};

/** A group with those who are in it now, and when it meets. */
export interface SeededGroup {
	group: Row;
	branch: number;
	subject: number;
	teacher: number;
	room: number;
	/** 1 = Monday. */
	weekday: number;
	hour: number;
	regular: number | null;
	customers: readonly Row[];
}

function addGroup(
	store: Store,
	n: number,
	random: SeededRandom,
	{ baseTime }: BaseTime,
): Omit<SeededGroup, 'customers' | 'regular'> {
	const branch = n % 4 === 0 ? 2 : 1;
	const { teachers, rooms } = staff[branch] ?? { teachers: [], rooms: [] };
	const subject = (n % 4) + 1;
	const [teacher, room] = [random.pick(teachers), random.pick(rooms)];
	const weekday = ((n * 3) % 7) + 1;
	const hour = 9 + ((n * 5) % 11);
	const isOver = n % 10 === 0;
	const created = baseTime - (maxGroups + 60 - n) * day;
	const title = String(store.find('subject', subject)?.name);
	const group = store.insert('group', {
		branch_ids: n % 12 === 0 ? [branch, 3] : [branch],
		teacher_ids: [teacher],
		name: `${title} ${weekdays[weekday - 1]} ${twoDigits(hour)}:00`,
		level_id: (n % 4) + 1,
		status_id: isOver ? 2 : 1,
		limit: seats,
		note: n % 3 === 0 ? 'Взять сменную обувь' : '',
		b_date: isOver ? '2024-09-02' : '2025-09-01',
		e_date: isOver ? '2025-12-31' : '2035-05-31',
		removed: isOver ? 1 : 0,
		created_at: toMoment(created),
		updated_at: toMoment(created + (n % 30) * day),
		custom_format: n % 5 === 0 ? 'онлайн' : 'очно',
		custom_chat: n % 2 === 0 ? `https://chat.example/${n}` : null,
	});
	return { group, branch, subject, teacher, room, weekday, hour };
}

function addRegular(
	store: Store,
	meeting: Omit<SeededGroup, 'customers' | 'regular'>,
	owner: JsonObject,
): Row {
	const { branch, subject, teacher, room, weekday, hour } = meeting;
	return store.insert('regular-lesson', {
		branch_id: branch,
		lesson_type_id: owner.related_class === 'Group' ? 2 : 1,
		subject_id: subject,
		teacher_ids: [teacher],
		room_id: room,
		day: weekday,
		time_from_v: `${twoDigits(hour)}:00`,
		time_to_v: `${twoDigits(hour + 1)}:00`,
		b_date: '2025-09-01',
		e_date: '2035-05-31',
		is_public: 1,
		...owner,
	});
}

/** Groups, who is, was and will be in them, and their timetable. */
export function seedGroups(store: Store, { customers, seed }: SeedOptions, time: BaseTime): SeededGroup[] {
	const random = new SeededRandom(seed, 1);
	const count = Math.max(4, Math.min(maxGroups, Math.ceil(customers / 15)));
	const clients = activeCustomers(store, 'client');
	const queues = new Map([1, 2].map((branch) => [branch, clientsOf(clients, branch)]));
	const meetings: SeededGroup[] = [];
	for (let n = 1; n <= count; n += 1) {
		const plan = addGroup(store, n, random, time);
		const isOver = plan.group.removed === 1;
		const queue = queues.get(plan.branch) ?? [];
		const members = queue.splice(0, isOver ? 2 : 4 + random.int(4));
		for (const [index, customer] of members.entries()) {
			const end = index % 2 === 0 ? '31.05.2035' : null;
			addMembership(store, customer, plan.group, isOver ? ['2024-09-02', '31.12.2025'] : ['2025-09-01', end]);
		}
		if (isOver) queue.unshift(...members);
		const regular = isOver
			? null
			: addRegular(store, plan, { related_class: 'Group', related_id: plan.group.id }).id;
		const fresh = store.find('group', plan.group.id) ?? plan.group;
		meetings.push({ ...plan, group: fresh, regular, customers: isOver ? [] : members });
	}
	addOtherTimes(store, meetings);
	return meetings;
}

/** From a day on, or since the customer is there; none where that is over by then. */
function addMembership(
	store: Store,
	customer: Row,
	group: Row,
	[begin, end]: [begin: string, end: string | null],
): void {
	const from = [begin, toDay(createdIn(customer))].sort().at(-1) ?? begin;
	if (end !== null && dayOf(end) < from) return;
	store.insert('cgi', {
		customer_id: customer.id,
		group_id: group.id,
		b_date: toDotted(from),
		e_date: end,
	});
}

const clientsOf = (clients: readonly Row[], branch: number): Row[] =>
	clients
		.filter(({ branch_ids }) => Array.isArray(branch_ids) && branch_ids[0] === branch)
		.slice(0, maxGroups * seats);

/** Memberships that are over, and some that have not begun. */
function addOtherTimes(store: Store, meetings: readonly SeededGroup[]): void {
	for (const [index, { group, customers, branch }] of meetings.entries()) {
		const other = meetings.find(
			(meeting) => meeting.branch === branch && meeting.group.id > group.id && meeting.regular !== null,
		);
		const [first, second] = customers;
		if (!other || !first || !second) continue;
		addMembership(store, first, other.group, ['2025-02-01', '30.06.2025']);
		if (index % 3 === 0) addMembership(store, second, other.group, ['2035-09-01', null]);
	}
}
