import type { Store } from '../../engine/store';
import { dayOf } from '../../model/dates';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { creationTimeOf, day, hour, type BaseTime, toDay, toMoment } from './baseTime';
import { activeCustomers } from './customers';
import type { SeededGroup } from './groups';
import type { SeedOptions } from './options';

const weeksBefore = 5;
const weeksAfter = 2;
const maxTrials = 200;
const trialHours = [8, 9, 10, 11, 12];
const topics = ['Датчики', 'Циклы', 'Эндшпиль', 'Композиция', 'Сборка'];

const lessonType = { individual: 1, group: 2, trial: 3 };
const lessonStatus = { planned: 1, cancelled: 2, held: 3 };

/** A lesson to seed. Every lesson begins at a full hour and takes an hour. */
interface Plan {
	start: number;
	/** Whose teacher, room and subject the lesson has. */
	meeting: SeededGroup;
	customers: readonly Row[];
	type: number;
}

/**
 * Seeds the lessons from five weeks before the base week to two weeks after it. Past ones are held
 * or cancelled.
 */
export function seedLessons(
	store: Store,
	options: SeedOptions,
	time: BaseTime,
	meetings: readonly SeededGroup[],
): void {
	const random = new SeededRandom(options.seed, 3);

	const plans = planGroupLessons(meetings, time);
	plans.push(...planTrialLessons(store, meetings, time, plans));
	plans.sort((a, b) => a.start - b.start || a.meeting.group.id - b.meeting.group.id);

	for (const plan of plans) addLesson(store, plan, random, time);
}

/** Writes the last attended and the next lesson of each customer on the card. */
export function seedLessonDates(store: Store, { baseMonday }: BaseTime): void {
	const lastAttended = findLastAttendedDays(store);
	const nextLessons = findNextLessons(store);
	const dayBeforeLessons = toDay(baseMonday - weeksBefore * 7 * day - day);

	for (const { id, last_attend_date: drawnDay, created_at, e_date } of store.rows('customer')) {
		// A customer who came to none of the seeded lessons may have come before the first of them.
		const [earlierDay = dayBeforeLessons] = [String(drawnDay), dayBeforeLessons, String(e_date)].sort();
		const mayHaveCome = drawnDay !== null && earlierDay >= String(created_at).slice(0, 10);

		store.setDerived('customer', id, {
			last_attend_date: lastAttended.get(id) ?? (mayHaveCome ? earlierDay : null),
			next_lesson_date: nextLessons.get(id) ?? null,
		});
	}
}

function findLastAttendedDays(store: Store): Map<Json, string> {
	const days = new Map<Json, string>();
	const heldLessons = store.rows('lesson').filter(({ status }) => status === lessonStatus.held);

	for (const lesson of heldLessons) {
		const lessonDay = String(lesson.date);
		for (const { customer_id, is_attend } of store.where('lesson-details', 'lesson_id', lesson.id)) {
			if (is_attend !== 1) continue;
			const customer = customer_id ?? 0;
			const earlierDay = days.get(customer) ?? '';
			days.set(customer, earlierDay > lessonDay ? earlierDay : lessonDay);
		}
	}
	return days;
}

/** Finds the start of each customer's next planned lesson. The lessons are in the order of time. */
function findNextLessons(store: Store): Map<Json, string> {
	const starts = new Map<Json, string>();
	const plannedLessons = store.rows('lesson').filter(({ status }) => status === lessonStatus.planned);

	for (const lesson of plannedLessons) {
		for (const customer of attendeesOf(store, lesson)) {
			if (!starts.has(customer)) starts.set(customer, String(lesson.time_from));
		}
	}
	return starts;
}

/**
 * Finds the customers whom a planned lesson names, or the members of its groups on that day if it
 * names nobody.
 */
function attendeesOf(store: Store, { date, customer_ids, group_ids }: Row): readonly Json[] {
	if (isList(customer_ids) && customer_ids.length > 0) return customer_ids;

	const lessonDay = String(date);
	const groups = isList(group_ids) ? group_ids : [];
	return groups
		.flatMap((group) => store.where('cgi', 'group_id', group))
		.filter((membership) => coversDay(membership, lessonDay))
		.flatMap(({ customer_id }) => customer_id ?? []);
}

function coversDay({ b_date, e_date }: Row, date: string): boolean {
	const hasBegun = dayOf(String(b_date)) <= date;
	const hasEnded = typeof e_date === 'string' && dayOf(e_date) < date;
	return hasBegun && !hasEnded;
}

/**
 * Plans a weekly lesson of each group, and an individual one of the first member of every third
 * group.
 */
function planGroupLessons(meetings: readonly SeededGroup[], { baseMonday }: BaseTime): Plan[] {
	const plans: Plan[] = [];
	for (const meeting of meetings) {
		if (meeting.regular === null) continue;
		const { weekday, customers, group } = meeting;
		const hasIndividualLesson = group.id % 3 === 0 && customers.length > 0;

		for (let week = -weeksBefore; week <= weeksAfter; week += 1) {
			const midnight = baseMonday + (week * 7 + weekday - 1) * day;
			const start = midnight + meeting.hour * hour;
			plans.push({ start, meeting, customers, type: lessonType.group });

			if (hasIndividualLesson) {
				const evening = midnight + 20 * hour;
				const firstMember = customers.slice(0, 1);
				plans.push({ start: evening, meeting, customers: firstMember, type: lessonType.individual });
			}
		}
	}
	return plans;
}

/**
 * Plans a trial lesson for every fourth of the youngest leads, at an hour at which the teacher and
 * the room are free.
 */
function planTrialLessons(
	store: Store,
	meetings: readonly SeededGroup[],
	{ baseMonday }: BaseTime,
	groupPlans: readonly Plan[],
): Plan[] {
	const taken = new Set(groupPlans.flatMap(({ start, meeting }) => slotsOf(start, meeting)));
	const isFree = (start: number, meeting: SeededGroup) =>
		slotsOf(start, meeting).every((slot) => !taken.has(slot));

	const plans: Plan[] = [];
	const youngestLeads = activeCustomers(store, 'lead').slice(-maxTrials);
	for (const [index, lead] of youngestLeads.entries()) {
		const meeting = meetings[index % meetings.length];
		if (!meeting || index % 4 > 0) continue;

		const midnight = baseMonday + (index % 9) * day;
		const starts = trialHours.map((trialHour) => midnight + trialHour * hour);
		const start = starts.find((time) => isFree(time, meeting));
		if (start === undefined) continue;

		for (const slot of slotsOf(start, meeting)) taken.add(slot);
		plans.push({ start, meeting, customers: [lead], type: lessonType.trial });
	}
	return plans;
}

/** Names the hour of the teacher and the hour of the room that a lesson takes up. */
const slotsOf = (start: number, { teacher, room }: SeededGroup): string[] => [
	`teacher ${teacher} ${start}`,
	`room ${room} ${start}`,
];

/**
 * Tells whether the planned lessons of a group name no customers, as AlfaCRM allows: they are for
 * the members. API notes 5.11.
 */
const namesGroupAlone = ({ id }: Row): boolean => id % 3 === 1;

function addLesson(
	store: Store,
	{ start, meeting, customers: plannedCustomers, type }: Plan,
	random: SeededRandom,
	{ baseTime }: BaseTime,
): void {
	const customers = plannedCustomers.filter((customer) => creationTimeOf(customer) < start);
	const isOfGroup = type === lessonType.group;
	if (customers.length === 0 && !isOfGroup) return;

	const { branch, subject, teacher, room, group, regular } = meeting;
	const end = start + hour;
	const isPast = end <= baseTime;
	const isCancelled = random.chance(isPast ? 0.12 : 0.06);
	const isHeld = isPast && !isCancelled;
	const uncancelledStatus = isPast ? lessonStatus.held : lessonStatus.planned;
	const namesNobody = isOfGroup && !isPast && namesGroupAlone(group);
	const created = Math.min(start - 14 * day, baseTime - day);

	const lesson = store.insert('lesson', {
		branch_id: branch,
		regular_id: isOfGroup ? regular : null,
		date: toDay(start),
		time_from: toMoment(start),
		time_to: toMoment(end),
		lesson_type_id: type,
		status: isCancelled ? lessonStatus.cancelled : uncancelledStatus,
		subject_id: subject,
		room_id: room,
		teacher_ids: [teacher],
		customer_ids: namesNobody ? [] : customers.map(({ id }) => id),
		group_ids: isOfGroup ? [group.id] : [],
		topic: isHeld ? random.pick(topics) : null,
		homework: isHeld && random.chance(0.3) ? 'Повторить пройденное' : null,
		note: isCancelled ? 'Болезнь педагога' : null,
		custom_link: group.custom_format === 'онлайн' ? `https://meet.example/${group.id}` : null,
		created_at: toMoment(created),
		updated_at: toMoment(isPast ? end : created),
	});

	if (!isHeld) return;
	for (const customer of customers) {
		store.insert('lesson-details', makeAttendance(store, lesson, customer, random));
	}
}

/** Makes what the journal says of a customer in a held lesson. */
function makeAttendance(store: Store, lesson: Row, customer: Row, random: SeededRandom): JsonObject {
	const isPresent = random.chance(0.85);
	const subscription = store.where('customer-tariff', 'customer_id', customer.id).at(-1);
	return {
		lesson_id: lesson.id,
		customer_id: customer.id,
		branch_id: lesson.branch_id ?? null,
		is_attend: isPresent ? 1 : 0,
		reason_id: isPresent ? null : 1,
		commission: isPresent ? '800.00' : '0.00',
		ctt_id: subscription?.id ?? null,
		grade: isPresent && random.chance(0.4) ? random.int(3) + 2 : null,
		bonus: isPresent && random.chance(0.2) ? 5 : 0,
		note: isPresent ? null : 'Предупредили',
	};
}
