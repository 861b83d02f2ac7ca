import type { Store } from '../../engine/store';
import { dayOf } from '../../model/dates';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { SeededRandom } from '../../model/random';
import { createdIn, day, hour, type BaseTime, toDay, toMoment } from './baseTime';
import { activeCustomers } from './customers';
import type { SeededGroup } from './groups';
import type { SeedOptions } from './options';

/** Weeks before and after the base one. */
const [weeksBefore, weeksAfter] = [5, 2];
const maxTrials = 200;
const trialHours = [8, 9, 10, 11, 12];
const topics = ['Датчики', 'Циклы', 'Эндшпиль', 'Композиция', 'Сборка'];

interface Plan {
	start: number;
	meeting: SeededGroup;
	customers: readonly Row[];
	type: number;
}

/**
 * Whether the lessons to come of a group name the group alone, as those that somebody made for the group. The customers may be
 * left out of a lesson. API notes 5.11.
 */
const namesNobody = ({ id }: Row): boolean => id % 3 === 1;

/** Lessons around the base date, in the order of time: what lies behind is conducted or cancelled. */
export function seedLessons(
	store: Store,
	options: SeedOptions,
	time: BaseTime,
	meetings: readonly SeededGroup[],
): void {
	const random = new SeededRandom(options.seed, 3);
	const plans = groupPlans(meetings, time);
	plans.push(...trialPlans(store, meetings, time, plans));
	plans.sort((a, b) => a.start - b.start || a.meeting.group.id - b.meeting.group.id);
	for (const plan of plans) addLesson(store, plan, random, time);
}

/** What a card says of lessons: the last one that the customer came to, and the next one. */
export function seedLessonDates(store: Store, { baseMonday }: BaseTime): void {
	const [last, next] = [new Map<Json, string>(), new Map<Json, string>()];
	for (const lesson of store.rows('lesson')) {
		const { id, status, date, time_from } = lesson;
		if (status === 3)
			for (const { customer_id, is_attend } of store.where('lesson-details', 'lesson_id', id)) {
				if (is_attend === 1) last.set(customer_id ?? 0, latest(last.get(customer_id ?? 0), String(date)));
			}
		if (status === 1)
			for (const customer of attendeesOf(store, lesson))
				next.set(customer, next.get(customer) ?? String(time_from));
	}
	const before = toDay(baseMonday - weeksBefore * 7 * day - day);
	for (const { id, last_attend_date: drawn, created_at, e_date } of store.rows('customer')) {
		// Before the first of the lessons that there are, if ever.
		const earlier = [String(drawn), before, String(e_date)].sort()[0] ?? before;
		const isPossible = drawn !== null && earlier >= String(created_at).slice(0, 10);
		store.setDerived('customer', id, {
			last_attend_date: last.get(id) ?? (isPossible ? earlier : null),
			next_lesson_date: next.get(id) ?? null,
		});
	}
}

/** Finds the customers whom a planned lesson names, or the members of its groups on that day if it names nobody. */
function attendeesOf(store: Store, { date, customer_ids, group_ids }: Row): readonly Json[] {
	if (isList(customer_ids) && customer_ids.length > 0) return customer_ids;
	const groups = isList(group_ids) ? group_ids : [];
	return groups
		.flatMap((group) => store.where('cgi', 'group_id', group))
		.filter(({ b_date, e_date }) => dayOf(String(b_date)) <= String(date) && !isOver(e_date, date))
		.flatMap(({ customer_id }) => customer_id ?? []);
}

const isOver = (lastDay: Json | undefined, date: Json | undefined): boolean =>
	typeof lastDay === 'string' && dayOf(lastDay) < String(date);

const latest = (one = '', other: string): string => (one > other ? one : other);

/** Each group once a week, and the first member of every third one alone as well. */
function groupPlans(meetings: readonly SeededGroup[], { baseMonday }: BaseTime): Plan[] {
	const plans: Plan[] = [];
	for (const meeting of meetings) {
		if (meeting.regular === null) continue;
		const { weekday, customers, group } = meeting;
		for (let week = -weeksBefore; week <= weeksAfter; week += 1) {
			const date = baseMonday + (week * 7 + weekday - 1) * day;
			plans.push({ start: date + meeting.hour * hour, meeting, customers, type: 2 });
			if (group.id % 3 > 0 || customers.length === 0) continue;
			plans.push({ start: date + 20 * hour, meeting, customers: customers.slice(0, 1), type: 1 });
		}
	}
	return plans;
}

/** Some leads come, or have come, to try it out, at an hour at which the teacher and the room are free. */
function trialPlans(
	store: Store,
	meetings: readonly SeededGroup[],
	{ baseMonday }: BaseTime,
	others: readonly Plan[],
): Plan[] {
	const taken = new Set(others.flatMap(({ start, meeting }) => placesAt(start, meeting)));
	const plans: Plan[] = [];
	for (const [index, lead] of activeCustomers(store, 'lead').slice(-maxTrials).entries()) {
		const meeting = meetings[index % meetings.length];
		if (!meeting || index % 4 > 0) continue;
		const date = baseMonday + (index % 9) * day;
		const start = trialHours
			.map((one) => date + one * hour)
			.find((one) => placesAt(one, meeting).every((place) => !taken.has(place)));
		if (start === undefined) continue;
		for (const place of placesAt(start, meeting)) taken.add(place);
		plans.push({ start, meeting, customers: [lead], type: 3 });
	}
	return plans;
}

/** What a lesson takes up; all of them begin at a full hour and take one. */
const placesAt = (start: number, { teacher, room }: SeededGroup): string[] => [
	`teacher ${teacher} ${start}`,
	`room ${room} ${start}`,
];

function addLesson(
	store: Store,
	{ start, meeting, customers: planned, type }: Plan,
	random: SeededRandom,
	{ baseTime }: BaseTime,
): void {
	const customers = planned.filter((customer) => createdIn(customer) < start);
	if (customers.length === 0 && type !== 2) return;
	const { branch, subject, teacher, room, group, regular } = meeting;
	const isPast = start + hour <= baseTime;
	const isCancelled = random.chance(isPast ? 0.12 : 0.06);
	const status = isCancelled ? 2 : isPast ? 3 : 1;
	const isForGroupAlone = type === 2 && !isPast && namesNobody(group);
	const created = start - 14 * day;
	const lesson = store.insert('lesson', {
		branch_id: branch,
		regular_id: type === 2 ? regular : null,
		date: toDay(start),
		time_from: toMoment(start),
		time_to: toMoment(start + hour),
		lesson_type_id: type,
		status,
		subject_id: subject,
		room_id: room,
		teacher_ids: [teacher],
		customer_ids: isForGroupAlone ? [] : customers.map(({ id }) => id),
		group_ids: type === 2 ? [group.id] : [],
		topic: status === 3 ? random.pick(topics) : null,
		homework: status === 3 && random.chance(0.3) ? 'Повторить пройденное' : null,
		note: isCancelled ? 'Болезнь педагога' : null,
		custom_link: group.custom_format === 'онлайн' ? `https://meet.example/${group.id}` : null,
		created_at: toMoment(Math.min(created, baseTime - day)),
		updated_at: toMoment(isPast ? start + hour : Math.min(created, baseTime - day)),
	});
	if (status !== 3) return;
	for (const customer of customers) store.insert('lesson-details', detail(store, lesson, customer, random));
}

function detail(store: Store, lesson: Row, customer: Row, random: SeededRandom): JsonObject {
	const isThere = random.chance(0.85);
	const [subscription] = store.where('customer-tariff', 'customer_id', customer.id).slice(-1);
	return {
		lesson_id: lesson.id,
		customer_id: customer.id,
		branch_id: lesson.branch_id ?? null,
		is_attend: isThere ? 1 : 0,
		reason_id: isThere ? null : 1,
		commission: isThere ? '800.00' : '0.00',
		ctt_id: subscription?.id ?? null,
		grade: isThere && random.chance(0.4) ? random.int(3) + 2 : null,
		bonus: isThere && random.chance(0.2) ? 5 : 0,
		note: isThere ? null : 'Предупредили',
	};
}
