import type { IDataObject } from 'n8n-workflow';

import { readNumber } from '../../values/formats';
import { birthdayFrom, dayIn, textOf, yearsAt } from './days';

/** What a customer's card says of an occasion. */
export interface Occasion {
	/** It is due as soon as this is no more than the limit that is set. */
	level: number;
	/** What tells it from other occasions of the same customer. */
	mark: number;
}

/** What depends on what is waited for. */
export interface OccasionKind {
	/**
	 * Undefined where the card says nothing of it.
	 *
	 * @param today days since 1970, as `from`
	 * @param from the first day whose occasions are open; for dated ones
	 */
	read: (row: IDataObject, today: number, from: number) => Occasion | undefined;
	/** Whether a mark belongs to the occasion that was told with another one. */
	isSame: (told: number, mark: number) => boolean;
	/**
	 * For those whose mark is a day: the first one that is open after a look. Others last for as long as the level is no more
	 * than the limit.
	 */
	opensFrom?: (today: number, limit: number) => number;
	/** What an item says of it, before the customer. */
	describe: (occasion: Occasion, row: IDataObject) => IDataObject;
}

export type OccasionName = 'birthday' | 'inDebt' | 'lessonsRunningOut' | 'notSeen' | 'subscriptionEnding';

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

export const occasionKinds: Record<OccasionName, OccasionKind> = {
	birthday: {
		read: ({ dob }, today, from) => {
			const born = dayIn(dob);
			if (born === undefined || born > today) return undefined;
			const mark = birthdayFrom(from, born);
			return { level: mark - today, mark };
		},
		isSame: (told, mark) => mark - told <= DAYS_SAME_BIRTHDAY,
		opensFrom: (today) => today,
		describe: ({ mark, level }, { dob }) => ({
			birthday: textOf(mark),
			days_left: level,
			turns: yearsAt(mark, dayIn(dob) ?? mark),
		}),
	},
	inDebt: {
		read: ({ balance }) => {
			const amount = readNumber(balance);
			return amount === undefined ? undefined : { level: hundredths(amount), mark: 0 };
		},
		isSame: () => true,
		describe: ({ level }) => ({ debt: Math.max(0, -level) / 100 }),
	},
	lessonsRunningOut: {
		read: ({ paid_lesson_count }) => {
			const left = readNumber(paid_lesson_count);
			return left === undefined ? undefined : { level: left, mark: left };
		},
		isSame: (told, mark) => mark <= told + LESSONS_SAME,
		describe: ({ level }) => ({ lessons_left: level }),
	},
	notSeen: {
		read: ({ last_attend_date }, today) => {
			const mark = dayIn(last_attend_date);
			return mark === undefined ? undefined : { level: mark - today, mark };
		},
		isSame: (told, mark) => mark <= told,
		opensFrom: (today, limit) => today + limit - DAYS_OF_LATE_VISITS,
		describe: ({ mark, level }) => ({ last_seen: textOf(mark), days_not_seen: -level }),
	},
	subscriptionEnding: {
		read: ({ paid_till }, today) => {
			const mark = dayIn(paid_till);
			return mark === undefined ? undefined : { level: mark - today, mark };
		},
		isSame: (told, mark) => mark <= told + DAYS_SAME_END,
		opensFrom: (today) => today,
		describe: ({ mark, level }) => ({ ends_on: textOf(mark), days_left: level }),
	},
};
