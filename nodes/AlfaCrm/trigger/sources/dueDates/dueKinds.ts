import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { EventOf } from '../../../entities/events';
import { formatDay, readNumber } from '../../../values/formats';
import { DAY_MS } from '../../../values/time';

/** What falls due by the card of a client. Days are counted from 1970. */
export interface DueKind {
	/**
	 * The field of the card that says it. An empty field says "none"; a card without the field says
	 * nothing at all.
	 */
	field: string;
	/** Names the value of the field in messages. */
	fieldMeaning: string;
	/**
	 * What the card says: a day, or how much is left. Undefined where it says nothing.
	 *
	 * @param from the first day that counts, for those that come again
	 */
	read: (row: IDataObject, from: number) => number | undefined;
	/** It is due as soon as this is no more than the limit that is set. */
	levelOf: (mark: number, today: number) => number;
	/**
	 * Whether it is what was reported with another mark: a day that was corrected, a lesson that was
	 * taken back.
	 */
	isSame: (told: number, mark: number) => boolean;
	/**
	 * For days: the first one that is still open when clients were looked through last on a day.
	 * Others last until the level is above the limit.
	 */
	opensFrom?: (day: number, limit: number) => number;
	/** What an item says of it, before the client. */
	describe: (mark: number, today: number, row: IDataObject) => IDataObject;
}

export type DueName = EventOf<'dueDate'>['what'];

/**
 * An end that moves by less than a week is that of the same subscription: lessons are put off, days
 * corrected.
 */
const DAYS_SAME_END = 6;
/** The day of birth may be corrected; it is one birthday a year all the same. */
const DAYS_SAME_BIRTHDAY = 300;
/** A lesson that is taken back is no new subscription. */
const LESSONS_SAME = 1;
/** How late a visit may be entered so that the absence after it is told. */
const DAYS_OF_LATE_VISITS = 30;

/** Hundredths, so that sums compare. */
export const hundredths = (amount: number): number => Math.round(amount * 100);

const daysUntil = (mark: number, today: number): number => mark - today;
const asItIs = (mark: number): number => mark;

/**
 * Days since 1970, which count as numbers do. Undefined for what is no day; a time of day is left
 * out.
 */
function dayIn(value: unknown): number | undefined {
	const text = formatDay(typeof value === 'string' ? value.slice(0, 10) : value, 'iso', 'utc');
	return text === undefined ? undefined : Math.round(Date.parse(text) / DAY_MS);
}

/** The day that it is in a time zone. */
export const dayAt = (now: number, zone: string): number =>
	dayIn(DateTime.fromMillis(now, { zone }).toFormat('yyyy-MM-dd')) as number;

/** `yyyy-mm-dd` */
export const textOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

const yearOf = (day: number): number => new Date(day * DAY_MS).getUTCFullYear();

/**
 * The birthday in a year; whoever was born on 29 February has it on the 28th where there is no
 * 29th.
 */
function birthdayIn(year: number, born: number): number {
	const [, month, day] = textOf(born).split('-').map(Number);
	const at = Date.UTC(year, month - 1, day) / DAY_MS;
	// A 29th that is not there is 1 March to JavaScript.
	return textOf(at).endsWith(textOf(born).slice(4)) ? at : at - 1;
}

/** The first birthday on a day or after it, not the day of birth itself. */
function birthdayFrom(day: number, born: number): number {
	const first = Math.max(yearOf(day), yearOf(born) + 1);
	const own = birthdayIn(first, born);
	return own >= day ? own : birthdayIn(first + 1, born);
}

export const dueKinds: Record<DueName, DueKind> = {
	birthday: {
		field: 'dob',
		fieldMeaning: 'date of birth',
		read: ({ dob }, from) => {
			const born = dayIn(dob);
			return born === undefined ? undefined : birthdayFrom(from, born);
		},
		levelOf: daysUntil,
		isSame: (told, mark) => mark - told <= DAYS_SAME_BIRTHDAY,
		opensFrom: (day) => day,
		describe: (mark, today, { dob }) => ({
			birthday: textOf(mark),
			days_left: daysUntil(mark, today),
			turns: yearOf(mark) - yearOf(dayIn(dob) ?? mark),
		}),
	},
	inDebt: {
		field: 'balance',
		fieldMeaning: 'balance',
		read: ({ balance }) => {
			const amount = readNumber(balance);
			return amount === undefined ? undefined : hundredths(amount);
		},
		levelOf: asItIs,
		isSame: () => true,
		describe: (mark) => ({ debt: Math.max(0, -mark) / 100 }),
	},
	lessonsRunningOut: {
		field: 'paid_lesson_count',
		fieldMeaning: 'number of lessons left',
		read: ({ paid_lesson_count }) => readNumber(paid_lesson_count),
		levelOf: asItIs,
		isSame: (told, mark) => mark <= told + LESSONS_SAME,
		describe: (mark) => ({ lessons_left: mark }),
	},
	notSeen: {
		field: 'last_attend_date',
		fieldMeaning: 'day of the last visit',
		read: ({ last_attend_date }) => dayIn(last_attend_date),
		levelOf: daysUntil,
		isSame: (told, mark) => mark <= told,
		opensFrom: (day, limit) => day + limit - DAYS_OF_LATE_VISITS,
		describe: (mark, today) => ({ last_seen: textOf(mark), days_not_seen: today - mark }),
	},
	subscriptionEnding: {
		field: 'paid_till',
		fieldMeaning: 'end of what is paid',
		read: ({ paid_till }) => dayIn(paid_till),
		levelOf: daysUntil,
		isSame: (told, mark) => mark <= told + DAYS_SAME_END,
		opensFrom: (day) => day,
		describe: (mark, today) => ({ ends_on: textOf(mark), days_left: daysUntil(mark, today) }),
	},
};
