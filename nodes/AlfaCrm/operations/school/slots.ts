import type { IDataObject } from 'n8n-workflow';

import {
	clockOfMinutes,
	daysAfter,
	formatTime,
	minutesOfClock,
	readId,
	readInteger,
} from '../../values/formats';
import { dayOf, LESSON_STATUS } from '../../entities/lesson';
import { MINUTES_OF_A_DAY } from '../records/duration';
import { isOnDay } from '../records/periods';
import { listOf } from '../../fields/field';

type Rows = readonly IDataObject[];

/** What a timetable is made of, as AlfaCRM lists it. */
interface Timetable {
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

/** From and to, in minutes of a day. */
type Span = readonly [from: number, to: number];

/**
 * The times at which a teacher could give a lesson: the working hours less what stands in the calendar, and less the regular
 * lessons that do not stand there yet. Slots begin at the beginning of the hours and then at every step. API notes 5.11,
 * 5.13 and 5.15. Times are `hh:mm`; a slot may end at 24:00.
 */
export function slotsOf(timetable: Timetable, wanted: WantedSlots) {
	const { from, to, until = '9999-99-99', duration, step, notBefore = '', zone } = wanted;
	const lessons = timetable.lessons.map((row) => ({ row, date: dayOf(row, zone) }));
	const slots: Array<{ date: string; start: string; end: string }> = [];
	for (let date = from; date <= to && date < until; date = daysAfter(date, 1)) {
		const ofDay = lessons.filter((one) => one.date === date).map(({ row }) => row);
		const busy = busyOn(date, ofDay, timetable.regularLessons, wanted);
		for (const [opens, closes] of hoursOn(date, timetable.workingHours, wanted)) {
			for (let at = opens; at + duration <= closes; at += step) {
				const [start, end] = [clockOfMinutes(at), clockOfMinutes(at + duration)];
				const isBusy = busy.some(([begins, ends]) => at < ends && begins < at + duration);
				if (!isBusy && `${date} ${start}` >= notBefore) slots.push({ date, start, end });
			}
		}
	}
	return slots;
}

/** When the teacher, or the room, is taken on a day. What stands in the calendar counts in place of the regular lesson. */
function busyOn(date: string, lessons: Rows, regularLessons: Rows, wanted: WantedSlots): Span[] {
	const { zone } = wanted;
	const dated = new Set(lessons.map(({ regular_id }) => readId(regular_id)));
	return [
		...lessons
			.filter((row) => Number(row.status) !== LESSON_STATUS.cancelled && concerns(row, wanted))
			.map(({ time_from, time_to }) => spanOf(time_from, time_to, zone)),
		...regularLessons
			.filter((row) => takesPlace(row, date, zone) && !dated.has(readId(row.id)) && concerns(row, wanted))
			.map(({ time_from_v, time_to_v }) => spanOf(time_from_v, time_to_v, zone)),
	];
}

/** Without an end after its beginning a lesson takes the rest of its day, without a beginning all that is before the end. */
function spanOf(from: unknown, to: unknown, zone: string): Span {
	const [begin, end] = [minutesOf(from, zone) ?? 0, minutesOf(to, zone) ?? MINUTES_OF_A_DAY];
	return [begin, end > begin ? end : MINUTES_OF_A_DAY];
}

/** Lists of a teacher need not show whose they are. */
function concerns({ teacher_ids, room_id }: IDataObject, { teacher, room }: WantedSlots): boolean {
	const isShown = teacher_ids !== undefined && teacher_ids !== null;
	const isTheirs = !isShown || listOf(teacher_ids).some((one) => readId(one) === teacher);
	return isTheirs || (room !== undefined && readId(room_id) === room);
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
