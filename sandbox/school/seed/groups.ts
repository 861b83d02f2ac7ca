import type { Store } from '../../engine/store';
import { dayOf, toDotted, twoDigits } from '../../model/dates';
import type { Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { creationTimeOf, day, type BaseTime, toDay, toMoment } from './baseTime';
import { activeCustomers } from './customers';
import type { SeedOptions } from './options';

const maxGroups = 300;
export const seats = 8;
const weekdays = ['Пн', 'Вт', 'Ср', 'Чт', 'Пт', 'Сб', 'Вс'];

/** IDs of the teachers and rooms, by branch. */
const staff: Readonly<Record<number, { teachers: readonly number[]; rooms: readonly number[] }>> = {
	1: { teachers: [1, 2, 3, 5, 6], rooms: [1, 2, 3] },
	2: { teachers: [1, 3, 4, 6], rooms: [4, 5] },
};

/** A group, with its present members and its weekly lesson. */
export interface SeededGroup {
	group: Row;
	branch: number;
	subject: number;
	teacher: number;
	room: number;
	/** 1 = Monday. */
	weekday: number;
	hour: number;
	/** ID of the regular lesson; null for a group that is over. */
	regular: number | null;
	customers: readonly Row[];
}

type Timetable = Omit<SeededGroup, 'customers' | 'regular'>;

/** Seeds groups with their past, present and future members, and their regular lessons. */
export function seedGroups(store: Store, { customers, seed }: SeedOptions, time: BaseTime): SeededGroup[] {
	const random = new SeededRandom(seed, 1);
	const count = Math.max(4, Math.min(maxGroups, Math.ceil(customers / 15)));
	const clients = activeCustomers(store, 'client');
	const clientsWithoutGroup = new Map([1, 2].map((branch) => [branch, clientsOf(clients, branch)]));

	const groups: SeededGroup[] = [];
	for (let n = 1; n <= count; n += 1) {
		const timetable = addGroup(store, n, random, time);
		const candidates = clientsWithoutGroup.get(timetable.branch) ?? [];
		const seeded =
			timetable.group.removed === 1
				? fillFormerGroup(store, timetable, candidates)
				: fillGroup(store, timetable, candidates, random);
		groups.push(seeded);
	}

	addOtherMemberships(store, groups);
	return groups;
}

/** Adds group number n. Every tenth is over and archived. */
function addGroup(store: Store, n: number, random: SeededRandom, { baseTime }: BaseTime): Timetable {
	const branch = n % 4 === 0 ? 2 : 1;
	const { teachers, rooms } = staff[branch] ?? { teachers: [], rooms: [] };
	const subject = (n % 4) + 1;
	const teacher = random.pick(teachers);
	const room = random.pick(rooms);
	const weekday = ((n * 3) % 7) + 1;
	const hour = 9 + ((n * 5) % 11);
	const isOver = n % 10 === 0;
	const created = baseTime - (maxGroups + 60 - n) * day;
	const subjectName = String(store.find('subject', subject)?.name);

	const group = store.insert('group', {
		branch_ids: n % 12 === 0 ? [branch, 3] : [branch],
		teacher_ids: [teacher],
		name: `${subjectName} ${weekdays[weekday - 1]} ${twoDigits(hour)}:00`,
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

/**
 * Takes four to seven members out of the candidates, and adds the regular lesson. Every second
 * membership has an end.
 */
function fillGroup(store: Store, timetable: Timetable, candidates: Row[], random: SeededRandom): SeededGroup {
	const { group } = timetable;
	const members = candidates.splice(0, 4 + random.int(4));
	for (const [index, member] of members.entries()) {
		const end = index % 2 === 0 ? '31.05.2035' : null;
		addMembership(store, member, group, { begin: '2025-09-01', end });
	}

	const regularLesson = addRegularLesson(store, timetable);
	return {
		...timetable,
		group: store.find('group', group.id) ?? group,
		regular: regularLesson.id,
		customers: members,
	};
}

/** Gives a group that is over two former members. They stay candidates for other groups. */
function fillFormerGroup(store: Store, timetable: Timetable, candidates: readonly Row[]): SeededGroup {
	const { group } = timetable;
	for (const member of candidates.slice(0, 2)) {
		addMembership(store, member, group, { begin: '2024-09-02', end: '31.12.2025' });
	}
	return {
		...timetable,
		group: store.find('group', group.id) ?? group,
		regular: null,
		customers: [],
	};
}

function addRegularLesson(
	store: Store,
	{ group, branch, subject, teacher, room, weekday, hour }: Timetable,
): Row {
	return store.insert('regular-lesson', {
		branch_id: branch,
		related_class: 'Group',
		related_id: group.id,
		lesson_type_id: 2,
		subject_id: subject,
		teacher_ids: [teacher],
		room_id: room,
		day: weekday,
		time_from_v: `${twoDigits(hour)}:00`,
		time_to_v: `${twoDigits(hour + 1)}:00`,
		b_date: '2025-09-01',
		e_date: '2035-05-31',
		is_public: 1,
	});
}

interface Period {
	/** Such as "2025-09-01". */
	begin: string;
	/** Such as "31.05.2035"; null for a membership without an end. */
	end: string | null;
}

/**
 * Adds a membership, which begins at the earliest when the customer registered. Adds none that
 * would be over by then.
 */
function addMembership(store: Store, customer: Row, group: Row, { begin, end }: Period): void {
	const registered = toDay(creationTimeOf(customer));
	const firstDay = begin > registered ? begin : registered;
	if (end !== null && dayOf(end) < firstDay) return;

	store.insert('cgi', {
		customer_id: customer.id,
		group_id: group.id,
		b_date: toDotted(firstDay),
		e_date: end,
	});
}

/** Finds the clients whose first branch this is, no more than all groups have seats for. */
const clientsOf = (clients: readonly Row[], branch: number): Row[] =>
	clients
		.filter(({ branch_ids }) => Array.isArray(branch_ids) && branch_ids[0] === branch)
		.slice(0, maxGroups * seats);

/**
 * Adds memberships in a second group: one that is over for each group, and one that has not begun
 * for every third.
 */
function addOtherMemberships(store: Store, groups: readonly SeededGroup[]): void {
	for (const [index, { group, customers, branch }] of groups.entries()) {
		const laterGroup = groups.find(
			(seeded) => seeded.branch === branch && seeded.group.id > group.id && seeded.regular !== null,
		);
		const [firstMember, secondMember] = customers;
		if (!laterGroup || !firstMember || !secondMember) continue;

		const past = { begin: '2025-02-01', end: '30.06.2025' };
		addMembership(store, firstMember, laterGroup.group, past);
		if (index % 3 === 0) {
			const future = { begin: '2035-09-01', end: null };
			addMembership(store, secondMember, laterGroup.group, future);
		}
	}
}
