import type { IDataObject } from 'n8n-workflow';

import { formatDay, formatTime, minutesOfClock, readFlag, readId, readNumber } from '../../values/formats';
import { CUSTOMER_TYPE } from '../../entities/customer';
import { LESSON_STATUS } from '../../entities/lesson';
import { INCOME } from '../../entities/pay';
import { isPlain } from '../../fields/blank';
import { listOf } from '../../fields/field';
import { readTimeSpan } from '../../store/calendar/timeSpan';
import { MINUTES_OF_A_DAY } from '../../values/time';
import type { Occurrence } from '../../store/calendar/occurrences';
import type { Participant } from '../../store/calendar/participants';
import type { LocatedRecord } from '../../store/located';

/** What is looked for; stored in workflows. */
export type CheckName = 'stillPlanned' | 'overlap' | 'smallGroup' | 'notMarked' | 'noPayer' | 'comesUnpaid';

/** The days that matter, as `yyyy-mm-dd`, by the clock of the school. */
export interface Days {
	/** The one that is looked back on. */
	day: string;
	today: string;
	tomorrow: string;
	/** `yyyy-mm-dd hh:mm` */
	now: string;
	zone: string;
}

/** How records are called; by the ID where no name is known. */
export interface Names {
	customer(id: number): string;
	group(id: number): string;
	room(id: number): string;
	teacher(id: number): string;
}

/** One thing that somebody has to put right, and what it is about. */
export interface Finding {
	check: CheckName;
	date: string;
	/** `hh:mm` */
	time?: string;
	branch: number | null;
	lesson?: number | null;
	payment?: number;
	groups?: readonly number[];
	customers?: readonly number[];
	teachers?: readonly number[];
	rooms?: readonly number[];
	/** One plain sentence. */
	say: (names: Names) => string;
}

// ---------------------------------------------------------------- words

const MOST_NAMED = 3;

function joined(names: readonly string[]): string {
	const shown = names.slice(0, MOST_NAMED);
	const last = names.length > MOST_NAMED ? `${names.length - MOST_NAMED} more` : (shown.pop() ?? '');
	return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Whose lesson it is: of its groups, else of its customers. */
function whose(
	{ group_ids: groups, customer_ids: customers, lesson_id: id }: Occurrence,
	names: Names,
): string {
	if (groups.length > 0) return joined(groups.map((one) => names.group(one)));
	if (customers.length > 0) return joined(customers.map((one) => names.customer(one)));
	return id === null ? 'nobody' : `lesson ${id}`;
}

const clockOf = (moment: string | null): string | undefined => formatTime(moment, 'UTC');

/** "10:00–11:00" */
const timesOf = ({ time_from, time_to }: Occurrence): string =>
	[time_from, time_to].flatMap((time) => clockOf(time) ?? []).join('–');

/** "The lesson of Robotics on 2026-02-09 at 17:00–18:00 with Lev Petrov" */
function lessonIn(lesson: Occurrence, names: Names): string {
	const times = timesOf(lesson);
	const teachers = lesson.teacher_ids.map((id) => names.teacher(id));
	return [
		`The lesson of ${whose(lesson, names)} on ${lesson.date}`,
		...(times ? [`at ${times}`] : []),
		...(teachers.length > 0 ? [`with ${joined(teachers)}`] : []),
	].join(' ');
}

const ofLesson = (lesson: Occurrence) => ({
	...{
		date: lesson.date,
		time: clockOf(lesson.time_from),
		branch: lesson.branch_id,
		lesson: lesson.lesson_id,
	},
	...{ groups: lesson.group_ids, customers: ownCustomers(lesson), teachers: lesson.teacher_ids },
});

/** Of a lesson that is for no group. */
const ownCustomers = ({ group_ids, customer_ids }: Occurrence): number[] =>
	group_ids.length > 0 ? [] : customer_ids;

// ---------------------------------------------------------------- lessons

/** Lessons of the day that stand in the calendar, are over and are neither held nor cancelled. */
export function stillPlanned(lessons: readonly Occurrence[], { day, now }: Days): Finding[] {
	const isOver = (lesson: Occurrence) => {
		const { end = MINUTES_OF_A_DAY } = spanOf(lesson) ?? {};
		const [today, clock] = now.split(' ');
		return lesson.date < today || (lesson.date === today && end <= minutesOfClock(clock));
	};
	return lessons
		.filter(({ lesson_id, date }) => lesson_id !== null && date === day)
		.filter((one) => one.status === LESSON_STATUS.planned && isOver(one))
		.map((one) => ({
			...{ check: 'stillPlanned', ...ofLesson(one) },
			say: (names) => `${lessonIn(one, names)} is still planned: nobody has completed or cancelled it.`,
		}));
}

/** In minutes of the day. Undefined where AlfaCRM does not show both ends. */
const spanOf = ({ time_from, time_to }: Occurrence) =>
	time_to === null ? undefined : readTimeSpan({ time_from, time_to }, 'UTC');

/** Two planned lessons at once of a teacher, or in a room, on the day, today or tomorrow. */
export function overlaps(lessons: readonly Occurrence[], { day, today, tomorrow }: Days): Finding[] {
	const findings: Finding[] = [];
	for (const date of new Set([day, today, tomorrow])) {
		const ofDay = lessons
			.filter((one) => one.date === date && one.status === LESSON_STATUS.planned)
			.flatMap((lesson) => {
				const span = spanOf(lesson);
				return span === undefined ? [] : [{ lesson, ...span }];
			})
			.sort((one, other) => one.begin - other.begin || idOf(one.lesson) - idOf(other.lesson));
		ofDay.forEach((one, index) => {
			for (const other of ofDay.slice(index + 1)) {
				if (other.begin >= one.end) break;
				const found = overlapOf(one.lesson, other.lesson);
				if (found) findings.push(found);
			}
		});
	}
	return findings;
}

const idOf = ({ lesson_id }: Occurrence): number => lesson_id ?? 0;

/** What both lessons need at the same time; undefined if nothing. */
function overlapOf(one: Occurrence, other: Occurrence): Finding | undefined {
	const teachers = one.teacher_ids.filter((id) => other.teacher_ids.includes(id));
	const rooms = one.room_id !== null && one.room_id === other.room_id ? [one.room_id] : [];
	if (teachers.length + rooms.length === 0) return undefined;
	const say = (names: Names) => {
		const booked = [
			...teachers.map((id) => names.teacher(id)),
			...rooms.map((id) => `room ${names.room(id)}`),
		];
		const [first, second] = [one, other].map((lesson) => `${whose(lesson, names)} at ${timesOf(lesson)}`);
		const verb = booked.length > 1 ? 'are' : 'is';
		return capitalized(`${joined(booked)} ${verb} booked twice on ${one.date}: ${first}, and ${second}.`);
	};
	const both = [one, other];
	return {
		...{ check: 'overlap', ...ofLesson(other), lesson: other.lesson_id ?? one.lesson_id },
		groups: both.flatMap(({ group_ids }) => group_ids),
		customers: both.flatMap(ownCustomers),
		...{ teachers, rooms, say },
	};
}

/** Whether a lesson says of anybody whether they were there: an absence is told as well. API notes 5.11. */
export const isMarked = ({ details }: IDataObject): boolean =>
	listOf(details).some((one) => isPlain(one) && readFlag(one.is_attend) !== undefined);

/** Completed lessons of the day of which nobody is marked. */
export const attendanceNotMarked = (
	lessons: readonly Occurrence[],
	marked: ReadonlySet<number | null>,
	{ day }: Days,
): Finding[] =>
	lessons
		.filter((one) => one.date === day && one.status === LESSON_STATUS.completed && !marked.has(one.lesson_id))
		.map((one) => ({
			...{ check: 'notMarked', ...ofLesson(one) },
			say: (names) => `${lessonIn(one, names)} is completed, but nobody is marked as present or absent.`,
		}));

// ---------------------------------------------------------------- groups, payments and customers

/** A group that is there, and how many are in it. */
export interface Members {
	id: number;
	branch?: number;
	count: number;
}

export const smallGroups = (groups: readonly Members[], fewest: number, { today }: Days): Finding[] =>
	groups
		.filter(({ count }) => count < fewest)
		.map(({ id, branch = null, count }) => ({
			...{ check: 'smallGroup', date: today, branch, groups: [id] },
			say: (names) =>
				`Group ${names.group(id)} has ${count === 0 ? 'no members' : `${count} member${count > 1 ? 's' : ''}`}, fewer than ${fewest}.`,
		}));

/** Incomes of the day that are nobody's. A cash collection never has a customer; of other types it is not known. API notes 5.16. */
export const paymentsWithoutCustomer = (payments: readonly LocatedRecord[], { day, zone }: Days): Finding[] =>
	payments
		.filter(({ row }) => formatDay(row.document_date, 'iso', zone) === day)
		.filter(({ row }) => (readId(row.pay_type_id) ?? INCOME) === INCOME)
		.filter(({ row }) => readId(row.customer_id) === undefined)
		.map(({ row, branch }) => {
			const payer =
				typeof row.payer_name === 'string' && row.payer_name !== '' ? ` from ${row.payer_name}` : '';
			return {
				...{ check: 'noPayer', date: day, payment: readId(row.id) },
				branch: readId(row.branch_id) ?? branch ?? null,
				say: () => `Payment ${String(row.id)} of ${String(row.income)}${payer} on ${day} has no customer.`,
			};
		});

/** Clients who come and whose card shows a debt or no paid lesson, each once, with the first lesson. API notes 5.3. */
export function comesUnpaid(participants: readonly Participant[]): Finding[] {
	const first = new Map<number, Participant>();
	for (const one of participants)
		if (Number(one.customer.is_study) === CUSTOMER_TYPE.client && !first.has(one.customer_id))
			first.set(one.customer_id, one);
	return [...first.values()].flatMap((one): Finding[] => {
		const { customer, customer_id, group_id, ...lesson } = one;
		const [balance = 0, left = 1] = [customer.balance, customer.paid_lesson_count].map(readNumber);
		const reasons = [
			...(balance < 0 ? [`owes ${(-balance).toFixed(2)}`] : []),
			...(left <= 0 ? ['has no paid lessons left'] : []),
		];
		if (reasons.length === 0) return [];
		const time = clockOf(lesson.time_from);
		const say = (names: Names) => {
			const name = names.customer(customer_id);
			const [at, of] = [time ? ` at ${time}` : '', group_id === null ? '' : ` (${names.group(group_id)})`];
			return `${name} comes on ${lesson.date}${at}${of} and ${reasons.join(' and ')}.`;
		};
		return [
			{
				...{ check: 'comesUnpaid', date: lesson.date, time, branch: lesson.branch_id, say },
				...{ lesson: lesson.lesson_id, customers: [customer_id], teachers: lesson.teacher_ids },
				groups: group_id === null ? [] : [group_id],
			},
		];
	});
}
