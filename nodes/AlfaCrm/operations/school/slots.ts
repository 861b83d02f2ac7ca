import type { IDataObject } from 'n8n-workflow';

import {
	clockOfMinutes,
	daysAfter,
	formatTime,
	minutesOfClock,
	readId,
	readIds,
	readInteger,
} from '../../values/formats';
import { dayOf, LESSON_STATUS } from '../../entities/lesson';
import { MINUTES_OF_A_DAY } from '../records/duration';
import { isOnDay } from '../records/periods';
import { listOf } from '../../fields/field';

type Rows = readonly IDataObject[];

/** What a timetable is made of, as AlfaCRM lists it. */
export interface Timetable {
	workingHours: Rows;
	/** Of every status: a cancelled one shows that its regular lesson does not take place. */
	lessons: Rows;
	regularLessons: Rows;
}

/** What kind of slots are looked for. Days are `yyyy-mm-dd`; lengths are minutes. */
export interface WantedSlots {
	teacher: number;
	/** Has to be free as well. */
	room?: number;
	/** Hours that name another branch do not count. */
	branch?: number;
	/** Of those who are to come, who have to be free as well. */
	isTheirs?: (row: IDataObject) => boolean;
	from: string;
	to: string;
	/** The day on which the teacher has left. */
	until?: string;
	duration: number;
	step: number;
	/** No slot begins before this, `yyyy-mm-dd hh:mm`. */
	notBefore?: string;
	zone: string;
}

/** A time that is free; days are `yyyy-mm-dd`, times `hh:mm`. */
export interface Slot {
	date: string;
	start: string;
	end: string;
}

/** From and to, in minutes of a day. */
type Span = readonly [from: number, to: number];

/** What stands in a timetable, and when. */
interface Busy {
	row: IDataObject;
	isRegular: boolean;
	span: Span;
}

/** Why nothing can be at a time: something that stands there, or nobody works then. */
export type Obstacle = Pick<Busy, 'row' | 'isRegular'> | 'noHours';

/**
 * The times at which a teacher could give a lesson: the working hours less what stands in the calendar, and less the regular
 * lessons that do not stand there yet. Slots begin at the beginning of the hours and then at every step. API notes 5.11,
 * 5.13 and 5.15. Times are `hh:mm`; a slot may end at 24:00.
 */
export function slotsOf(timetable: Timetable, wanted: WantedSlots) {
	const { from, to, until = AFTER_ALL, duration, step, notBefore = '' } = wanted;
	const busyOn = calendarOf(timetable, wanted);
	const slots: Slot[] = [];
	for (let date = from; date <= to && date < until; date = daysAfter(date, 1)) {
		const hours = hoursOn(date, timetable.workingHours, wanted);
		const busy = hours.length > 0 ? busyOn(date) : [];
		for (const [opens, closes] of hours) {
			for (let at = opens; at + duration <= closes; at += step) {
				const [start, end] = [clockOfMinutes(at), clockOfMinutes(at + duration)];
				const isBusy = inTheWay(busy, at, duration) !== undefined;
				if (!isBusy && `${date} ${start}` >= notBefore) slots.push({ date, start, end });
			}
		}
	}
	return slots;
}

/**
 * What stands in the way of a lesson on the first day that is wanted.
 *
 * @param start `hh:mm`
 * @param hoursCount whether it has to be within the working hours, and not only within the day
 */
export function obstacleAt(
	timetable: Timetable,
	wanted: WantedSlots,
	start: string,
	hoursCount: boolean,
): Obstacle | undefined {
	const { from: date, until = AFTER_ALL, duration } = wanted;
	const at = minutesOfClock(start);
	const taken = inTheWay(calendarOf(timetable, wanted)(date), at, duration);
	if (taken !== undefined) return taken;
	const hours: Span[] = hoursCount ? hoursOn(date, timetable.workingHours, wanted) : [[0, MINUTES_OF_A_DAY]];
	const isWithin = hours.some(([opens, closes]) => opens <= at && at + duration <= closes);
	return isWithin && date < until ? undefined : 'noHours';
}

/** The teachers of lessons and regular lessons of a subject: AlfaCRM has no other list of who teaches what. */
export function teachersOf({ lessons, regularLessons }: Timetable, subject: number): Set<number> {
	const ofSubject = [...lessons, ...regularLessons].filter(
		({ subject_id }) => readId(subject_id) === subject,
	);
	return new Set(ofSubject.flatMap(({ teacher_ids }) => readIds(listOf(teacher_ids))));
}

const AFTER_ALL = '9999-99-99';

const inTheWay = (busy: readonly Busy[], at: number, duration: number): Busy | undefined =>
	busy.find(({ span: [begins, ends] }) => at < ends && begins < at + duration);

/** When the teacher, or the room, is taken on a day. What stands in the calendar counts in place of the regular lesson. */
function calendarOf({ lessons, regularLessons }: Timetable, wanted: WantedSlots) {
	const { zone } = wanted;
	const byDay = new Map<string | undefined, IDataObject[]>();
	for (const row of lessons) {
		const day = dayOf(row, zone);
		const others = byDay.get(day);
		if (others) others.push(row);
		else byDay.set(day, [row]);
	}
	return (date: string): Busy[] => {
		const ofDay = byDay.get(date) ?? [];
		const dated = new Set(ofDay.map(({ regular_id }) => readId(regular_id)));
		return [
			...ofDay
				.filter((row) => Number(row.status) !== LESSON_STATUS.cancelled && concerns(row, wanted))
				.map((row) => ({ row, isRegular: false, span: spanOf(row.time_from, row.time_to, zone) })),
			...regularLessons
				.filter((row) => takesPlace(row, date, zone) && !dated.has(readId(row.id)) && concerns(row, wanted))
				.map((row) => ({ row, isRegular: true, span: spanOf(row.time_from_v, row.time_to_v, zone) })),
		];
	};
}

/** Without an end after its beginning a lesson takes the rest of its day, without a beginning all that is before the end. */
function spanOf(from: unknown, to: unknown, zone: string): Span {
	const [begin, end] = [minutesOf(from, zone) ?? 0, minutesOf(to, zone) ?? MINUTES_OF_A_DAY];
	return [begin, end > begin ? end : MINUTES_OF_A_DAY];
}

/** Lists of a teacher need not show whose they are. */
function concerns(row: IDataObject, { teacher, room, isTheirs }: WantedSlots): boolean {
	const { teacher_ids, room_id } = row;
	const isShown = teacher_ids !== undefined && teacher_ids !== null;
	const isTaught = !isShown || listOf(teacher_ids).some((one) => readId(one) === teacher);
	return isTaught || (room !== undefined && readId(room_id) === room) || isTheirs?.(row) === true;
}

/** Whether a regular lesson is due on a day: 1 is Monday, 7 or 0 Sunday; both ends of its time count. */
export function takesPlace(row: IDataObject, date: string, zone: string): boolean {
	const day = readInteger(row.day);
	return day !== undefined && day % 7 === weekdayOf(date) && isOnDay(row, date, zone);
}

/** 0 is Sunday. */
const weekdayOf = (date: string): number => new Date(`${date}T00:00Z`).getUTCDay();

/** The working hours of a day, those that touch or overlap as one. Here 1 is Sunday. */
function hoursOn(date: string, rows: Rows, { teacher, branch, zone }: WantedSlots): Span[] {
	const spans = rows
		.filter((row) => Number(row.weekday) === weekdayOf(date) + 1)
		.filter((row) => isSame(row.teacher_id, teacher) && isSame(row.branch_id, branch))
		.map(
			({ time_from, time_to }): Span => [
				minutesOf(time_from, zone) ?? MINUTES_OF_A_DAY,
				endOf(time_to, zone),
			],
		)
		.filter(([from, to]) => from < to)
		.sort(([one], [other]) => one - other);
	const merged: Array<[number, number]> = [];
	for (const [from, to] of spans) {
		const last = merged.at(-1);
		if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
		else merged.push([from, to]);
	}
	return merged;
}

/** What is not shown, or not asked for, rules nothing out. */
const isSame = (held: unknown, wanted: number | undefined): boolean =>
	wanted === undefined || (readId(held) ?? wanted) === wanted;

/** An end such as 16:59 means 17:00, and midnight is that of the day's end. Hours that cannot be read are none. */
function endOf(value: unknown, zone: string): number {
	const minutes = minutesOf(value, zone) ?? (String(value).startsWith('24:00') ? MINUTES_OF_A_DAY : -1);
	if (minutes === 0) return MINUTES_OF_A_DAY;
	return minutes % 60 === 59 ? minutes + 1 : minutes;
}

function minutesOf(value: unknown, zone: string): number | undefined {
	const time = formatTime(value, zone);
	return time === undefined ? undefined : minutesOfClock(time);
}
