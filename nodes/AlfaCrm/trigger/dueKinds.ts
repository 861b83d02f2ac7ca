import type { IDataObject } from 'n8n-workflow';

import { readNumber } from '../values/formats';
import { birthdayFrom, dayIn, textOf, yearsAt } from './days';

/** What falls due by the card of a client. Days are counted from 1970. */
export interface DueKind {
	/**
	 * What the card says: a day, or how much is left. Undefined where it says nothing.
	 *
	 * @param from the first day that counts, for those that come again
	 */
	read: (row: IDataObject, from: number) => number | undefined;
	/** It is due as soon as this is no more than the limit that is set. */
	levelOf: (mark: number, today: number) => number;
	/** Whether it is what was reported with another mark: a day that was corrected, a lesson that was taken back. */
	isSame: (told: number, mark: number) => boolean;
	/** For days: the first one that is still open when clients were looked through last on a day. Others last until the level is above the limit. */
	opensFrom?: (day: number, limit: number) => number;
	/** What an item says of it, before the client. */
	describe: (mark: number, today: number, row: IDataObject) => IDataObject;
}

export type DueName = 'birthday' | 'inDebt' | 'lessonsRunningOut' | 'notSeen' | 'subscriptionEnding';

/** An end that moves by less than a week is that of the same subscription: lessons are put off, days corrected. */
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

export const dueKinds: Record<DueName, DueKind> = {
	birthday: {
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
			turns: yearsAt(mark, dayIn(dob) ?? mark),
		}),
	},
	inDebt: {
		read: ({ balance }) => {
			const amount = readNumber(balance);
			return amount === undefined ? undefined : hundredths(amount);
		},
		levelOf: asItIs,
		isSame: () => true,
		describe: (mark) => ({ debt: Math.max(0, -mark) / 100 }),
	},
	lessonsRunningOut: {
		read: ({ paid_lesson_count }) => readNumber(paid_lesson_count),
		levelOf: asItIs,
		isSame: (told, mark) => mark <= told + LESSONS_SAME,
		describe: (mark) => ({ lessons_left: mark }),
	},
	notSeen: {
		read: ({ last_attend_date }) => dayIn(last_attend_date),
		levelOf: daysUntil,
		isSame: (told, mark) => mark <= told,
		opensFrom: (day, limit) => day + limit - DAYS_OF_LATE_VISITS,
		describe: (mark, today) => ({ last_seen: textOf(mark), days_not_seen: today - mark }),
	},
	subscriptionEnding: {
		read: ({ paid_till }) => dayIn(paid_till),
		levelOf: daysUntil,
		isSame: (told, mark) => mark <= told + DAYS_SAME_END,
		opensFrom: (day) => day,
		describe: (mark, today) => ({ ends_on: textOf(mark), days_left: daysUntil(mark, today) }),
	},
};
